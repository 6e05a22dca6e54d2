//! The theme model as a file: JSON, with a schema, the version that wrote it, and a hash of all it says.

use super::{ModelError, Tally};
use crate::codeframe::{CodeFrame, FrameState};
use crate::error::Error;
use canvass_analysis::ThemeSpace;
use canvass_text::{Language, TermKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// The format of the file.
pub const MODEL_SCHEMA: &str = "canvass-themes-1";

/// The themes of a consultation, kept for later ones. It holds words, names and numbers, no answers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeModel {
    /// [`MODEL_SCHEMA`].
    pub schema: String,
    /// The version of canvass that wrote it.
    pub version: String,
    /// BLAKE3 of the file with this field empty, in hexadecimal.
    pub blake3: String,
    /// What the consultation is called, "2023"; may be empty.
    pub name: String,
    /// What it was made from.
    pub made_from: MadeFrom,
    /// The themes with their words, as a `codeframe.toml`: what it decides of single answers is left out.
    pub codeframe: String,
    /// How many decisions about single answers were left out.
    pub n_left_out: u64,
    /// The open questions, in the order of the form.
    pub questions: Vec<ModelQuestion>,
}

/// What a model was made from.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MadeFrom {
    /// BLAKE3 of the run's `canvass.toml`, in hexadecimal.
    pub settings_blake3: String,
    /// The files of the run, as its manifest names them: base name and BLAKE3.
    pub inputs: Vec<(String, String)>,
    /// The language resources and their BLAKE3: with others, the same words may be cut and stemmed otherwise.
    pub resources: Vec<(String, String)>,
}

/// A question of a model.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelQuestion {
    /// Its id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// The answers in each language that has themes, the main language first.
    pub groups: Vec<ModelGroup>,
}

/// The answers to a question in one language.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelGroup {
    /// The language.
    pub language: Language,
    /// What shares are shares of: the respondents of the question, for a further language those who answered in it.
    pub base: u64,
    /// Their number with each group of near-duplicates counted once.
    pub base_once: u64,
    /// Where the respondents who answered in the language stand towards the themes.
    pub tally: Tally,
    /// The same, each group of near-duplicates counted once.
    pub tally_once: Tally,
    /// The themes, in the order of the frame.
    pub themes: Vec<ModelTheme>,
    /// The words that at least two answers hold, in the order of the space's terms.
    pub terms: Vec<ModelTerm>,
    /// Where the themes lie.
    pub space: ThemeSpace,
}

/// A theme of a model.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelTheme {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// The respondents in it by its words; what people put in by hand does not count, since it cannot be put in again.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
}

/// A word of a model: its kind, its stem, how it is mostly written, how many hold it, each group of near-duplicates counted once, and whether it
/// is too general to name a theme.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ModelTerm(pub String, pub String, pub String, pub u64, pub bool);

impl ModelTerm {
    /// What it is known again by.
    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
}

/// Whether points are placed by terms of this kind.
pub(crate) fn places(kind: TermKind) -> bool {
    matches!(kind, TermKind::Word | TermKind::Concept)
}

impl ThemeModel {
    /// The text of the file.
    ///
    /// # Panics
    /// Never: it is a plain structure.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string(self).expect("a plain structure has a JSON form");
        text.push('\n');
        text
    }

    /// With the hash of what it says.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.blake3.clear();
        self.blake3 = blake3::hash(self.to_json().as_bytes()).to_hex().to_string();
        self
    }

    /// Takes a model from the bytes of a file. `file` is its base name, for messages.
    ///
    /// # Errors
    /// [`ModelError`]
    pub fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, Error> {
        let file = || file.to_owned();
        let syntax = |error: &serde_json::Error| ModelError::Syntax {
            file: file(),
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        };
        let value: Value = serde_json::from_slice(bytes).map_err(|error| syntax(&error))?;
        match value["schema"].as_str() {
            None => return Err(ModelError::NoSchema { file: file() }.into()),
            Some(MODEL_SCHEMA) => {}
            Some(found) => return Err(ModelError::Schema { file: file(), found: found.to_owned() }.into()),
        }
        let model: Self = serde_json::from_slice(bytes).map_err(|error| syntax(&error))?;
        let stated = model.blake3.clone();
        let found = model.clone().sealed().blake3;
        if found != stated {
            return Err(ModelError::Changed { file: file(), stated, found }.into());
        }
        model.check().map_err(|why| ModelError::Damaged { file: file(), why })?;
        model.frame(&file())?;
        Ok(model)
    }

    /// The themes with their words. `file`: what messages call it.
    ///
    /// # Errors
    /// [`Error::CodeFrame`]
    pub fn frame(&self, file: &str) -> Result<(CodeFrame, FrameState), Error> {
        let frame = CodeFrame::from_bytes(file, self.codeframe.as_bytes())?;
        let state = frame.replay()?;
        Ok((frame, state))
    }

    /// A question, by its id.
    pub fn question(&self, id: &str) -> Option<&ModelQuestion> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Whether its parts fit each other; if not, why.
    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        for question in &self.questions {
            if !ids.insert(&question.id) {
                return Err(format!("the question {:?} is there twice", question.id));
            }
            for group in &question.groups {
                let of = format!("question {:?}, language {}", question.id, group.language);
                if group.space.weights.len() != group.terms.len()
                    || group.space.themes.len() != group.themes.len()
                    || !group.space.is_sound()
                {
                    return Err(format!("{of}: the space does not fit its words and themes"));
                }
                if group.themes.iter().any(|theme| theme.n_respondents > group.base) {
                    return Err(format!("{of}: a theme has more respondents than answered"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> ThemeModel {
        let group = ModelGroup {
            language: Language::English,
            base: 9,
            base_once: 8,
            tally: Tally::default(),
            tally_once: Tally::default(),
            themes: vec![ModelTheme {
                id: "t01".into(),
                label: "Fees".into(),
                n_respondents: 4,
                n_respondents_once: 4,
            }],
            terms: vec![ModelTerm("word".into(), "fee".into(), "fees".into(), 4, false)],
            space: ThemeSpace {
                weights: vec![1.5],
                unknown: 2.0,
                steps: vec![0.25],
                axes: vec![-3],
                themes: vec![canvass_analysis::ThemePlace { centre: vec![1.0], near: Some(0.3) }],
            },
        };
        let question = ModelQuestion { id: "Q1".into(), text: "Why?".into(), groups: vec![group] };
        ThemeModel {
            schema: MODEL_SCHEMA.into(),
            version: "0.0.1".into(),
            blake3: String::new(),
            name: "2023".into(),
            made_from: MadeFrom::default(),
            codeframe: CodeFrame::default().to_toml(),
            n_left_out: 0,
            questions: vec![question],
        }
        .sealed()
    }

    fn refused(model: &ThemeModel) -> String {
        ThemeModel::from_bytes("m.json", model.to_json().as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_model_comes_back_as_it_was_written_whatever_version_wrote_it() {
        let model = model();
        assert_eq!(ThemeModel::from_bytes("m.json", model.to_json().as_bytes()).unwrap(), model);
    }

    #[test]
    fn what_was_changed_is_refused() {
        let mut changed = model();
        changed.questions[0].groups[0].themes[0].n_respondents = 5;
        assert!(refused(&changed).contains("was changed after it was fitted"));
        // Somebody who seals it again still has to keep the parts in step.
        changed.questions[0].groups[0].terms.clear();
        assert!(refused(&changed.clone().sealed()).contains("the space does not fit its words and themes"));
        let mut twice = model();
        twice.questions.push(twice.questions[0].clone());
        assert!(refused(&twice.sealed()).contains("is there twice"));
    }

    #[test]
    fn other_versions_and_other_files_are_refused_with_the_reason() {
        let other = ThemeModel { schema: "canvass-themes-0".into(), ..model() }.sealed();
        assert_eq!(
            refused(&other),
            "m.json: its schema is \"canvass-themes-0\"; this canvass reads \"canvass-themes-1\""
        );
        let refuse = |text: &str| ThemeModel::from_bytes("m.json", text.as_bytes()).unwrap_err().to_string();
        assert!(refuse("id,text\n").starts_with("m.json, line 1, column 1: it is no theme model"));
        assert_eq!(refuse("{}"), "m.json is no theme model: it has no \"schema\"");
        let unknown = model().to_json().replacen("\"name\"", "\"nom\"", 1);
        assert!(refuse(&unknown).contains("unknown field `nom`"));
    }
}
