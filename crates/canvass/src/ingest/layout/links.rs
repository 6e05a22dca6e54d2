//! Open questions that belong to a closed one: its further option written out ("other, please specify"), or the reasons for
//! its answer ("please explain").
//!
//! What the configuration states is taken. The rest is judged by the wording and by the question before, the only one that such
//! a wording can point at.

use super::words::{Words, fold};
use super::{Job, brief, tidy, trimmed};
use crate::ingest::{Decision, IngestError};
use crate::settings::{Question, QuestionConfig, QuestionKind};

/// Completes `other_of` and `split_by` of the open questions, which stand in the order of the form.
///
/// A link that has become pointless, as one of the two questions is of another kind now, is left out and told.
///
/// # Errors
/// [`IngestError::BadLink`] if the configuration names a question that is not there.
pub(super) fn link(
    job: &Job<'_>,
    questions: &mut [Question],
    decisions: &mut Vec<Decision>,
) -> Result<(), IngestError> {
    let mut before: Option<String> = None;
    for position in 0..questions.len() {
        let question = &questions[position];
        let mut linker = Linker { questions, question, decisions };
        let stated_all = stated;
        let stated = |of: fn(&QuestionConfig) -> &Option<String>| stated(job, question).find_map(|s| of(s).clone());
        let stated_other = linker.stated("other_of", stated(|found| &found.other_of).as_deref())?;
        let stated_list = stated_all(job, question).find_map(|stated| stated.list);
        let names = stated_all(job, question).map(|stated| &stated.names).find(|names| !names.is_empty()).cloned();
        let stated_split = linker.stated("split_by", stated(|found| &found.split_by).as_deref())?;
        if question.kind != QuestionKind::Open {
            before = Some(question.id.clone());
            continue;
        }
        let other_of = stated_other.unwrap_or_else(|| match &before {
            Some(to) if names_other(wordings(question), job.words) => {
                linker.note(
                    &format!("the further option of {to}"),
                    "the wording asks to write out another option, and the question before is closed",
                );
                to.clone()
            }
            _ => String::new(),
        });
        let split_by = stated_split.unwrap_or_else(|| match &before {
            Some(to) if other_of.is_empty() && asks_for_reasons(wordings(question), job.words) => {
                linker.note(
                    &format!("split by the answers to {to}"),
                    "the wording asks to explain an answer, and the question before is closed",
                );
                to.clone()
            }
            _ => String::new(),
        });
        if other_of.is_empty() && split_by.is_empty() {
            before = None;
        }
        let question = &mut questions[position];
        (question.other_of, question.split_by) = (Some(other_of), Some(split_by));
        (question.list, question.names) = (stated_list, names.unwrap_or_default());
    }
    Ok(())
}

/// A question that is being linked.
struct Linker<'a> {
    questions: &'a [Question],
    question: &'a Question,
    decisions: &'a mut Vec<Decision>,
}

impl Linker<'_> {
    /// What the configuration states, with the id as the closed question has it; empty if there is to be no link.
    fn stated(&mut self, setting: &'static str, id: Option<&str>) -> Result<Option<String>, IngestError> {
        let Some(id) = id.map(trimmed) else { return Ok(None) };
        if id.is_empty() {
            return Ok(Some(String::new()));
        }
        let is_closed = |other: &&Question| other.kind != QuestionKind::Open;
        let Some(found) = self.questions.iter().find(|other| trimmed(&other.id) == id) else {
            let ids: Vec<&str> = self.questions.iter().filter(is_closed).map(|other| other.id.as_str()).collect();
            let closed = match ids.as_slice() {
                [] => "there is no closed question".into(),
                ids => format!("the closed questions are {}", ids.join(", ")),
            };
            let question = brief(&self.question.id);
            return Err(IngestError::BadLink { question, setting, wanted: brief(id), closed });
        };
        let pointless = match (is_closed(&self.question), is_closed(&found)) {
            (true, _) => "the question is closed itself".to_owned(),
            (false, false) => format!("{} is an open question", brief(id)),
            (false, true) => return Ok(Some(found.id.clone())),
        };
        self.note(&format!("{setting} = {:?} is left out", brief(id)), &pointless);
        Ok(Some(String::new()))
    }

    fn note(&mut self, decided: &str, reason: &str) {
        let about = brief(&self.question.id);
        self.decisions.push(Decision { about, decided: decided.to_owned(), reason: reason.to_owned() });
    }
}

/// What the configuration says about a question: by its id first, as that goes before what its column says.
fn stated<'a>(job: &'a Job<'_>, question: &'a Question) -> impl Iterator<Item = &'a QuestionConfig> {
    let same_columns = |stated: &QuestionConfig| {
        !stated.columns.is_empty()
            && stated.columns.len() == question.columns.len()
            && stated.columns.iter().zip(&question.columns).all(|(a, b)| tidy(a) == *b)
    };
    let same_id = |stated: &QuestionConfig| {
        stated.columns.is_empty() && stated.id.as_deref().map(trimmed) == Some(trimmed(&question.id))
    };
    let by_id = job.config.questions.iter().rev().filter(move |stated| same_id(stated));
    by_id.chain(job.config.questions.iter().filter(move |stated| same_columns(stated)))
}

/// How a question is worded: in the settings, and in its header.
fn wordings(question: &Question) -> impl Iterator<Item = &str> {
    std::iter::once(question.text.as_str()).chain(question.columns.iter().map(String::as_str))
}

/// Whether an option that the form does not list is to be written here.
pub(super) fn names_other<'q>(mut wordings: impl Iterator<Item = &'q str>, words: &Words) -> bool {
    wordings.any(|wording| {
        let folded = fold(wording);
        // Qualtrics ends the header of such a column so.
        let folded = folded.strip_suffix(" text").unwrap_or(&folded);
        if words.other_option.is(folded) {
            return true;
        }
        // Behind the wording of the question: "Which of these? - Other", "Which of these? [Other]".
        let last = wording.rsplit_once(" - Text").map_or(wording, |(before, _)| before);
        let last = last.trim_end_matches([']', ')', ':', ' ']).rsplit(['[', '–', '—']).next().unwrap_or_default();
        let last = last.rsplit(" - ").next().unwrap_or_default();
        words.other_option.is(&fold(last))
            || words.other_option.entries().any(|entry| {
                entry.contains(' ') && folded.strip_suffix(entry).is_some_and(|before| before.ends_with(' '))
            })
    })
}

/// Whether the answer to the question before is to be explained.
fn asks_for_reasons<'q>(mut wordings: impl Iterator<Item = &'q str>, words: &Words) -> bool {
    const LONGEST: usize = 10;
    wordings.any(|wording| {
        let folded = fold(wording);
        let is_short = folded.split(' ').count() <= LONGEST;
        words.explains_answer.within(&folded) || (is_short && words.explains.begins(&folded)) || words.why.is(&folded)
    })
}

#[cfg(test)]
mod tests {
    use crate::ingest::Intake;
    use crate::ingest::fixture::{Files, decided};

    const FORM: &str = "\
ID,Do you agree with the plan?,Please explain your answer,Which services do you use?,\"Other (please specify)\",Why?,Any other comments?
1,Yes,It is time to act,Web;Post;,The van,It is near,None of them
2,No,Too dear by far,Web;,,Always open,A map of costs would help
3,Yes,We need the buses,Post;,By telephone,Old habits stay,The van is always late
";

    fn links(intake: &Intake) -> Vec<(&str, Option<&str>, Option<&str>)> {
        let questions = intake.questions.iter();
        questions.map(|q| (q.id.as_str(), q.other_of.as_deref(), q.split_by.as_deref())).collect()
    }

    #[test]
    fn an_open_question_is_linked_to_the_closed_one_before_it_by_its_wording() {
        let intake = Files::new(&[FORM]).read("");
        let expected = [
            ("q1", None, None),
            ("q2", Some(""), Some("q1")),
            ("q3", None, None),
            ("q4", Some("q3"), Some("")),
            ("q5", Some(""), Some("q3")),
            ("q6", Some(""), Some("")),
        ];
        assert_eq!(links(&intake), expected);
        assert!(
            decided(&intake, "q2").starts_with("split by the answers to q1: the wording asks to explain an answer")
        );
    }

    #[test]
    fn a_wording_that_points_at_nothing_closed_links_nothing() {
        let intake =
            Files::new(&["ID,What is missing?,Please explain your answer\n1,A bus at night,We work late\n"]).read("");
        assert_eq!(links(&intake)[1], ("q2", Some(""), Some("")));
    }

    #[test]
    fn the_configuration_links_and_unlinks_in_one_line() {
        let files = Files::new(&[FORM]);
        let intake =
            files.read("[[question]]\nid = \"q2\"\nsplit_by = \"\"\n[[question]]\nid = \"q6\"\nsplit_by = \"q1\"");
        assert_eq!(links(&intake)[1], ("q2", Some(""), Some("")));
        assert_eq!(links(&intake)[5], ("q6", Some(""), Some("q1")));
        let (message, hint) = files.error("[[question]]\nid = \"q6\"\nsplit_by = \"q9\"");
        assert_eq!(
            message,
            "the question q6 has split_by = \"q9\", but there is no such question; the closed questions are q1, q3"
        );
        assert!(hint.contains("split_by = \"\""), "{hint}");
        let intake =
            files.read("[[question]]\nid = \"q1\"\nkind = \"open\"\n[[question]]\nid = \"q2\"\nsplit_by = \"q1\"");
        assert_eq!(links(&intake)[1], ("q2", Some(""), Some("")));
        assert_eq!(decided(&intake, "q2"), "split_by = \"q1\" is left out: q1 is an open question");
    }

    #[test]
    fn further_options_are_known_as_the_exporters_write_them() {
        for header in [
            "Other",
            "Autre (précisez)",
            "Which services do you use? [Other]",
            "Which services? - Other - Text",
            "Services: other, please specify",
        ] {
            let file = format!(
                "ID,Which services do you use?,{header:?},Any other comments?\n1,Web;Post;,Van,\n2,Web;,,\n3,Post;,Boat,\n"
            );
            let intake = Files::new(&[&file]).read("");
            assert_eq!(links(&intake)[1], ("q2", Some("q1"), Some("")), "{header}");
        }
    }
}
