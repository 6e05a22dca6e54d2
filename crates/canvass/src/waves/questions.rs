//! Which question of a model is which of a later consultation.

use super::{ModelError, ModelQuestion, ThemeModel};
use crate::codeframe::{CodeFrame, Decision, FrameBasis, FrameTheme};
use std::collections::{BTreeMap, BTreeSet};

/// A question that is asked again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Matched {
    /// Its id here.
    pub(crate) here: String,
    /// Its id in the model.
    pub(crate) there: String,
}

/// Whether a question here, `(id, wording)`, is one of a model.
type Same = fn((&str, &str), &ModelQuestion) -> bool;

/// Pairs the open questions here, `(id, wording)`, with those of a model: as `stated` says, `id here → id there`; else by the same wording; else by
/// the same id. In the order of the questions here.
///
/// # Errors
/// [`ModelError::NoQuestion`] if none is asked again; [`ModelError::UnknownQuestion`], [`ModelError::SameQuestion`] for what is stated.
pub(crate) fn match_questions(
    file: &str,
    model: &ThemeModel,
    open: &[(&str, &str)],
    stated: &BTreeMap<String, String>,
) -> Result<Vec<Matched>, ModelError> {
    let theirs = || model.questions.iter().map(|question| question.id.clone()).collect::<Vec<_>>();
    let ours = || open.iter().map(|(id, _)| (*id).to_owned()).collect::<Vec<_>>();
    let mut pairs: BTreeMap<&str, &str> = BTreeMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (here, there) in stated {
        let Some((here, _)) = open.iter().find(|(id, _)| id == here) else {
            return Err(ModelError::UnknownQuestion {
                id: here.clone(),
                place: "the consultation".into(),
                known: ours(),
            });
        };
        let Some(question) = model.question(there) else {
            return Err(ModelError::UnknownQuestion { id: there.clone(), place: file.to_owned(), known: theirs() });
        };
        if !used.insert(&question.id) {
            return Err(ModelError::SameQuestion { id: there.clone() });
        }
        pairs.insert(here, &question.id);
    }
    let rules: [Same; 2] =
        [|(_, text), question| is_same_wording(text, &question.text), |(id, _), question| id == question.id];
    for is_same in rules {
        for (id, text) in open {
            if pairs.contains_key(id) {
                continue;
            }
            let mut free = model.questions.iter().filter(|question| !used.contains(question.id.as_str()));
            if let Some(question) = free.find(|question| is_same((id, text), question)) {
                used.insert(&question.id);
                pairs.insert(id, &question.id);
            }
        }
    }
    if pairs.is_empty() {
        return Err(ModelError::NoQuestion { file: file.to_owned(), theirs: theirs(), ours: ours() });
    }
    let in_order = open.iter().filter_map(|(id, _)| Some((*id, *pairs.get(id)?)));
    Ok(in_order.map(|(here, there)| Matched { here: here.to_owned(), there: there.to_owned() }).collect())
}

/// Whether two wordings differ in case, white space and punctuation at most.
pub(super) fn is_same_wording(a: &str, b: &str) -> bool {
    let words =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    words(a) == words(b) && !words(a).is_empty()
}

/// A frame about the questions that are asked again, by their ids here. How sure its themes are is measured on the answers here, by whatever
/// algorithm these call for.
pub(crate) fn frame_here(frame: &CodeFrame, matched: &[Matched]) -> CodeFrame {
    let here = |there: &str| matched.iter().find(|matched| matched.there == there).map(|matched| matched.here.clone());
    let mut moved = CodeFrame { file: frame.file.clone(), ..CodeFrame::default() };
    for basis in &frame.bases {
        if let Some(question) = here(&basis.question) {
            moved.bases.push(FrameBasis {
                question,
                language: basis.language.clone(),
                algorithm: canvass_analysis::Algorithm::Auto.name().to_owned(),
                n_clusters: 0,
            });
        }
    }
    for theme in &frame.themes {
        if let Some(question) = here(&theme.question) {
            let is_proposal = theme.proposal == theme.digest();
            let mut theme = FrameTheme { question, ..theme.clone() };
            if is_proposal {
                // The digest is of the question's id, too.
                theme.proposal = theme.digest();
            }
            moved.themes.push(theme);
        }
    }
    for decision in &frame.decisions {
        if let Some(question) = here(&decision.question) {
            moved.decisions.push(Decision { question, ..decision.clone() });
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::waves::{MODEL_SCHEMA, MadeFrom};

    fn model(questions: &[(&str, &str)]) -> ThemeModel {
        let question =
            |(id, text): &(&str, &str)| ModelQuestion { id: (*id).into(), text: (*text).into(), groups: Vec::new() };
        ThemeModel {
            schema: MODEL_SCHEMA.into(),
            version: String::new(),
            blake3: String::new(),
            name: String::new(),
            made_from: MadeFrom::default(),
            codeframe: String::new(),
            n_left_out: 0,
            questions: questions.iter().map(question).collect(),
        }
    }

    fn pairs(
        model: &ThemeModel,
        open: &[(&str, &str)],
        stated: &[(&str, &str)],
    ) -> Result<Vec<(String, String)>, String> {
        let stated = stated.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let matched = match_questions("m.json", model, open, &stated).map_err(|error| error.to_string())?;
        Ok(matched.into_iter().map(|matched| (matched.here, matched.there)).collect())
    }

    fn pair(here: &str, there: &str) -> (String, String) {
        (here.to_owned(), there.to_owned())
    }

    #[test]
    fn what_is_stated_goes_before_the_wording_and_that_before_the_id() {
        let model = model(&[("Q1", "What works?"), ("Q2", "What does not?"), ("Q3", "Anything else?")]);
        let open = [("Q1", "what does  not"), ("Q2", "Why?"), ("Q3", "Anything else?"), ("Q4", "Who?")];
        // Q1 is asked as Q2 was; the id Q2 is used by then.
        assert_eq!(pairs(&model, &open, &[]).unwrap(), [pair("Q1", "Q2"), pair("Q3", "Q3")]);
        assert_eq!(pairs(&model, &open[1..2], &[]).unwrap(), [pair("Q2", "Q2")]);
        let stated = pairs(&model, &open, &[("Q4", "Q2")]).unwrap();
        assert_eq!(stated, [pair("Q1", "Q1"), pair("Q3", "Q3"), pair("Q4", "Q2")]);
    }

    #[test]
    fn questions_that_are_not_there_are_named() {
        let model = model(&[("Q1", "What works?")]);
        let none = pairs(&model, &[("Q7", "Why?")], &[]).unwrap_err();
        assert_eq!(none, "m.json: none of its questions is asked here; it has Q1, and open here are Q7");
        assert!(pairs(&model, &[("Q7", "Why?")], &[("Q8", "Q1")]).unwrap_err().contains("\"Q8\""));
        assert!(pairs(&model, &[("Q7", "Why?")], &[("Q7", "Q9")]).unwrap_err().contains("m.json has no such"));
        let twice = [("Q7", "Why?"), ("Q8", "Who?")];
        assert!(pairs(&model, &twice, &[("Q7", "Q1"), ("Q8", "Q1")]).unwrap_err().contains("twice"));
    }
}
