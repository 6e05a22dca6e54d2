//! Published documents: the answers to each question below its heading, as text or as a Word document.
//!
//! A heading is a paragraph such as `Q5. What ...?`. Below it may stand how many answers there are ("43 responses"); then come the
//! answers, paragraphs that a tab leads, or else one paragraph or block each. The stated number proves which of these it is, and where
//! an answer that a page break cut goes on: only then are two paragraphs joined.

use super::Decision;
use super::error::IngestError;
use super::error::brief;
use crate::settings::QuestionKind;

/// A paragraph, in a text file a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Paragraph {
    /// 1-based.
    pub(super) number: u32,
    pub(super) text: String,
}

/// A question with its answers, in the order of the document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Section {
    /// `Q5`, however the document writes it.
    pub(super) id: String,
    pub(super) text: String,
    /// The paragraph of the heading.
    pub(super) number: u32,
    pub(super) answers: Vec<Paragraph>,
}

impl Section {
    /// The kind of a question to which the document gives no answers, by its wording.
    pub(super) fn closed_kind(&self) -> QuestionKind {
        let wording = self.text.to_lowercase();
        let is_scale = ["scale", "échelle", "escala", "1 to ", "1 à ", "1 a ", "0 to ", "1-5", "1-10"];
        if is_scale.iter().any(|mark| wording.contains(mark)) { QuestionKind::Scale } else { QuestionKind::Single }
    }
}

/// What stands in one paragraph of a published document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// A line of a text file: an answer may run over several.
    Line,
    /// A whole paragraph.
    Whole,
}

/// Whether these are the paragraphs of such a document: headings of questions, with answers below one of them.
pub(super) fn is_published(paragraphs: &[Paragraph]) -> bool {
    let first = paragraphs.iter().position(|paragraph| heading(&paragraph.text).is_some());
    let Some(first) = first else { return false };
    let below = &paragraphs[first + 1..];
    below.iter().any(|paragraph| stated(&paragraph.text).is_some() || is_led(paragraph))
}

/// Takes the document apart; says what was joined and what was not read.
///
/// # Errors
/// [`IngestError::DoubleQuestion`] for two headings of one number.
pub(super) fn parse(
    file: &str,
    paragraphs: &[Paragraph],
    form: Form,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Section>, IngestError> {
    let starts: Vec<usize> = (0..paragraphs.len()).filter(|at| heading(&paragraphs[*at].text).is_some()).collect();
    let mut note = |decided: String, reason: &str| {
        decisions.push(Decision { about: file.to_owned(), decided, reason: reason.to_owned() });
    };
    let before = paragraphs.get(..starts.first().copied().unwrap_or_default()).unwrap_or_default();
    if let Some(left_out) = left_out(before) {
        note(left_out, "above the first question");
    }
    let mut sections: Vec<Section> = Vec::new();
    for (position, start) in starts.iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(paragraphs.len());
        let Some((id, wording)) = heading(&paragraphs[*start].text) else { continue };
        let mut text = wording.to_owned();
        let mut body = &paragraphs[start + 1..end];
        // A wording that is not finished goes on in the next line.
        while let [next, rest @ ..] = body
            && form == Form::Line
            && !text.ends_with(['?', '.', ')', ':', '!'])
            && !is_blank(next)
            && !is_led(next)
            && stated(&next.text).is_none()
        {
            text = format!("{text} {}", next.text.trim());
            body = rest;
        }
        let rule = body.iter().position(|paragraph| is_rule(&paragraph.text));
        if let Some(rule) = rule {
            if let Some(left_out) = left_out(&body[rule + 1..]) {
                note(left_out, &format!("below the line that ends the answers to {id}"));
            }
            body = &body[..rule];
        }
        if let Some(first) = sections.iter().find(|section| section.id == id) {
            return Err(IngestError::DoubleQuestion { id, first: brief(&first.text), second: brief(&text) });
        }
        let answers = answers(&id, body, form, &mut note);
        sections.push(Section { id, text, number: paragraphs[*start].number, answers });
    }
    Ok(sections)
}

/// The answers below one heading.
fn answers(id: &str, body: &[Paragraph], form: Form, note: &mut impl FnMut(String, &str)) -> Vec<Paragraph> {
    let stated_at = body.iter().position(|paragraph| !is_blank(paragraph));
    let stated_at = stated_at.filter(|at| stated(&body[*at].text).is_some());
    let n_stated = stated_at.and_then(|at| stated(&body[at].text));
    let body = stated_at.map_or(body, |at| &body[at + 1..]);
    let [led, blocks, single] = [led(body), blocks(body), single(body)];
    let readings = match form {
        Form::Line => [led, blocks, single],
        Form::Whole => [led, single, blocks],
    };
    let mut readings = readings.into_iter().filter(|reading| !reading.is_empty());
    let Some(n_stated) = n_stated else { return readings.next().unwrap_or_default() };
    let mut readings: Vec<Vec<Paragraph>> = readings.collect();
    // Where tabs lead enough answers they lead all of them.
    if body.iter().any(is_led) && readings.first().is_some_and(|led| led.len() >= n_stated) {
        readings.truncate(1);
    }
    if let Some(proven) = readings.iter().find(|reading| reading.len() == n_stated) {
        return proven.clone();
    }
    for reading in &readings {
        let Some(cuts) = proven_cuts(reading, n_stated) else { continue };
        let mut joined: Vec<Paragraph> = Vec::new();
        for (at, answer) in reading.iter().enumerate() {
            match joined.last_mut().filter(|_| cuts.contains(&at)) {
                Some(before) => {
                    let reason =
                        format!("the document states {n_stated} answers to {id}, and a page break cut this one");
                    note(format!("the answer at {} goes on at {}", before.number, answer.number), &reason);
                    before.text = format!("{}\n{}", before.text, answer.text);
                }
                None => joined.push(answer.clone()),
            }
        }
        return joined;
    }
    let found = readings.into_iter().next().unwrap_or_default();
    let reason =
        format!("the document states {n_stated}, but which paragraphs belong together is not clear: please check");
    note(format!("{id} is read with {} answers", found.len()), &reason);
    found
}

/// A tab leads each answer; what follows without one belongs to it.
fn led(body: &[Paragraph]) -> Vec<Paragraph> {
    let mut answers: Vec<Paragraph> = Vec::new();
    for paragraph in body.iter().filter(|paragraph| !is_blank(paragraph)) {
        if is_led(paragraph) {
            answers.push(Paragraph { number: paragraph.number, text: paragraph.text.trim().to_owned() });
        } else if let Some(answer) = answers.last_mut() {
            answer.text = format!("{}\n{}", answer.text, paragraph.text.trim_end());
        }
    }
    answers
}

/// Blank paragraphs stand between the answers.
fn blocks(body: &[Paragraph]) -> Vec<Paragraph> {
    let blocks = body.split(is_blank).filter(|block| !block.is_empty());
    blocks
        .map(|block| {
            let lines: Vec<&str> = block.iter().map(|paragraph| paragraph.text.trim()).collect();
            Paragraph { number: block[0].number, text: lines.join("\n") }
        })
        .collect()
}

/// Each paragraph is an answer.
fn single(body: &[Paragraph]) -> Vec<Paragraph> {
    let filled = body.iter().filter(|paragraph| !is_blank(paragraph));
    filled.map(|paragraph| Paragraph { number: paragraph.number, text: paragraph.text.trim().to_owned() }).collect()
}

/// The paragraphs that go on where the one before was cut, if the stated number proves which these are: as many as there are too
/// many, by their numbering alone or also by how they begin.
fn proven_cuts(answers: &[Paragraph], n_stated: usize) -> Option<Vec<usize>> {
    let surplus = answers.len().checked_sub(n_stated).filter(|surplus| *surplus > 0)?;
    let pairs = || answers.iter().zip(answers.iter().skip(1)).zip(1..);
    let cuts_where = |goes_on: &dyn Fn(&str, &str) -> bool| -> Vec<usize> {
        pairs().filter(|((before, after), _)| goes_on(&before.text, &after.text)).map(|(_, at)| at).collect()
    };
    let numbered = cuts_where(&|before, after| continues_numbering(before, after));
    if numbered.len() == surplus {
        return Some(numbered);
    }
    let begun = cuts_where(&|before, after| continues_numbering(before, after) || continues_sentence(before, after));
    (begun.len() == surplus).then_some(begun)
}

/// `7. ...` after a text that holds `6. ...`; `3.2. ...` after `3.1. ...`.
fn continues_numbering(before: &str, after: &str) -> bool {
    let Some(label) = label(after.trim_start()) else { return false };
    let (stem, last) = label.rsplit_once('.').map_or(("", label), |(stem, last)| (stem, last));
    let Some(previous) = last.parse::<u32>().ok().and_then(|last| last.checked_sub(1)).filter(|last| *last > 0) else {
        return false;
    };
    let wanted = if stem.is_empty() { previous.to_string() } else { format!("{stem}.{previous}") };
    let mut starts = before
        .char_indices()
        .filter(|(at, c)| c.is_ascii_digit() && before[..*at].chars().next_back().is_none_or(char::is_whitespace));
    starts.any(|(at, _)| self::label(&before[at..]) == Some(&wanted))
}

/// The number a list item begins with, without the mark behind it: `3.2` of `3.2. Take measures`.
fn label(text: &str) -> Option<&str> {
    const LONGEST: usize = 8;
    let len = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number = text.get(..len)?;
    let is_marked = number.ends_with('.') || text[len..].starts_with(')');
    let number = number.trim_end_matches('.');
    let is_number = number.split('.').all(|part| !part.is_empty() && part.len() <= 2);
    (is_marked && is_number && len <= LONGEST).then_some(number)
}

/// A small letter goes on with a sentence that no mark ended.
fn continues_sentence(before: &str, after: &str) -> bool {
    let is_open =
        before.trim_end().chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, ',' | '-' | '–'));
    is_open && after.trim_start().chars().next().is_some_and(char::is_lowercase)
}

/// The id and the wording of a heading.
fn heading(text: &str) -> Option<(String, &str)> {
    const NAMES: [&str; 5] = ["question", "pregunta", "вопрос", "frage", "q"];
    if text.starts_with(['\t', ' ']) {
        return None;
    }
    let text = text.trim_start_matches(['#', '*', ' ']);
    let lower = text.to_lowercase();
    let name = NAMES.iter().find(|name| lower.starts_with(**name))?;
    // No letter of these names changes its length with its case.
    let rest = text.get(name.len()..)?.trim_start();
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest.get(..len).filter(|number| (1..=3).contains(&number.len()))?;
    let rest = &rest[len..];
    let part: String = rest.chars().take_while(char::is_ascii_lowercase).take(1).collect();
    let rest = rest[part.len()..].trim_start();
    let wording = rest.strip_prefix(['.', ':', ')', '-', '–', '—'])?.trim().trim_end_matches('*').trim_end();
    (!wording.is_empty()).then(|| (format!("Q{number}{part}"), wording))
}

/// How many answers a paragraph such as `43 responses` states.
fn stated(text: &str) -> Option<usize> {
    const NAMES: [&str; 11] = [
        "response",
        "responses",
        "answer",
        "answers",
        "reply",
        "replies",
        "contributions",
        "réponse",
        "réponses",
        "respuesta",
        "respuestas",
    ];
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let number = match words.as_slice() {
        [number, name] | [name, number] if NAMES.contains(name) => number,
        [number, name, "received" | "reçues" | "recibidas"] if NAMES.contains(name) => number,
        _ => return None,
    };
    number.parse().ok()
}

fn is_led(paragraph: &Paragraph) -> bool {
    paragraph.text.starts_with('\t') && !is_blank(paragraph) && stated(&paragraph.text).is_none()
}

fn is_blank(paragraph: &Paragraph) -> bool {
    super::is_blank(&paragraph.text)
}

/// A line drawn of characters, below which no answer stands.
fn is_rule(text: &str) -> bool {
    const SHORTEST: usize = 5;
    let text = text.trim();
    let first = text.chars().next().filter(|c| matches!(c, '_' | '-' | '=' | '*' | '—'));
    first.is_some_and(|first| text.chars().count() >= SHORTEST && text.chars().all(|c| c == first))
}

/// `12 paragraphs from 666 on are not read`; none where there is nothing but blanks.
fn left_out(paragraphs: &[Paragraph]) -> Option<String> {
    let mut filled = paragraphs.iter().filter(|paragraph| !is_blank(paragraph));
    let first = filled.next()?;
    Some(match filled.count() {
        0 => format!("paragraph {} is not read", first.number),
        more => format!("{} paragraphs from {} on are not read", more + 1, first.number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Paragraph> {
        (1..).zip(text.lines()).map(|(number, text)| Paragraph { number, text: text.to_owned() }).collect()
    }

    fn read(text: &str) -> (Vec<Section>, Vec<String>) {
        let mut decisions = Vec::new();
        let sections = parse("results.txt", &lines(text), Form::Line, &mut decisions).unwrap();
        (sections, decisions.into_iter().map(|told| format!("{} ({})", told.decided, told.reason)).collect())
    }

    const LED: &str = "\
Results of the consultation

Q1. How often do you take
the van?

Q2. What should change?

\t3 responses

\tThe van comes late

\t1. More stops
2. A bench at each

\tA timetable one can read

Question 3: Anything else?

\t2 answers
\tNo

\tThanks

_______
Total\t3
";

    #[test]
    fn answers_stand_below_the_heading_of_their_question() {
        let (sections, told) = read(LED);
        let read: Vec<_> = sections.iter().map(|s| (s.id.as_str(), s.text.as_str(), s.answers.len())).collect();
        assert_eq!(
            read,
            [
                ("Q1", "How often do you take the van?", 0),
                ("Q2", "What should change?", 3),
                ("Q3", "Anything else?", 2)
            ]
        );
        assert_eq!(sections[1].answers[1], Paragraph { number: 12, text: "1. More stops\n2. A bench at each".into() });
        assert_eq!(
            told,
            [
                "paragraph 1 is not read (above the first question)",
                "paragraph 25 is not read (below the line that ends the answers to Q3)"
            ]
        );
    }

    #[test]
    fn an_answer_that_was_cut_is_joined_only_if_the_number_proves_it() {
        let cut = |stated: u32| {
            read(&format!(
                "Q1. What?\n\t{stated} responses\n\t1. Stops 2. Seats\n\t3. A roof\n\tLate vans\n\tand early ones\n"
            ))
        };
        let (sections, told) = cut(2);
        assert_eq!(sections[0].answers[0].text, "1. Stops 2. Seats\n3. A roof");
        assert_eq!(sections[0].answers[1].text, "Late vans\nand early ones");
        assert!(told[0].starts_with("the answer at 3 goes on at 4 (the document states 2 answers to Q1"), "{told:?}");
        let (sections, _) = cut(3);
        assert_eq!(sections[0].answers.len(), 3);
        assert_eq!(cut(4).0[0].answers.len(), 4);
        let (sections, told) = cut(1);
        assert_eq!(sections[0].answers.len(), 4);
        assert!(told[0].starts_with("Q1 is read with 4 answers (the document states 1"), "{told:?}");
    }

    #[test]
    fn without_tabs_the_stated_number_says_what_one_answer_is() {
        let body = "Q1. What?\n\n{} responses\n\nLate vans\nin winter\n\nNo seats\n";
        let answers = |n: usize| read(&body.replace("{}", &n.to_string())).0[0].answers.len();
        assert_eq!((answers(2), answers(3)), (2, 3));
    }

    #[test]
    fn headings_counts_and_rules_are_told_from_answers() {
        assert_eq!(heading("Question 12b: Why?"), Some(("Q12b".into(), "Why?")));
        assert_eq!(heading("## Q3) **How?**").map(|(id, _)| id), Some("Q3".into()));
        for text in ["Quality 3. matters", "\tQ5. quoted", "Q5", "5. Why?", "Questions 3 and 4", "Q 1234. x"] {
            assert_eq!(heading(text), None, "{text}");
        }
        assert_eq!(
            (stated("\t43 responses"), stated("Responses: 43"), stated("43 responses came late")),
            (Some(43), Some(43), None)
        );
        assert!(is_rule("_____") && !is_rule("---") && !is_rule("_____ x"));
        assert!(
            continues_numbering("3.1. Strengthen it;", "3.2. Measure it") && !continues_numbering("1. a 2. b", "1. c")
        );
    }

    #[test]
    fn a_document_is_known_by_headings_with_answers_below() {
        assert!(is_published(&lines(LED)));
        assert!(!is_published(&lines("id,comment\n1,Q2. is unclear\n")));
        assert!(!is_published(&lines("Q1. What?,Q2. Why?\nlate,far\n")));
    }
}
