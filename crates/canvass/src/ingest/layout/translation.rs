//! Which columns hold translations of answers, known by their headers.

use super::profile::Profile;
use super::words::{List, Words, fold};
use canvass_text::Language;
use std::collections::BTreeMap;

/// The longest mark of translation, in words: "machine translation of the answer into English".
const LONGEST_MARK: usize = 8;

/// The readings of a header without its mark of translation, folded; none if it has no mark.
///
/// "Why? (English translation)" gives "why"; a header that is nothing but the mark gives a blank reading.
pub(super) fn readings(name: &str, words: &Words) -> Vec<String> {
    let parts = parts(name, words);
    let is_set_apart = name.contains([':', '：', '(', '（', '[', '【', '|', '–', '—']) || name.contains(" - ");
    let fits = |&(start, end): &(usize, usize)| match (start == 0, end == parts.len()) {
        (_, true) => true,
        // "Translation quality" is no translation of "Quality".
        (true, false) => is_set_apart || !words.translation_noun.is(&parts[end - 1]),
        (false, false) => is_code(&parts[..start]),
    };
    marks(&parts, &words.translation, words)
        .into_iter()
        .filter(fits)
        .map(|(start, end)| [&parts[..start], &parts[end..]].concat().join(" "))
        .collect()
}

/// Whether the cells may be translations: "Translated" may head a column of yes and no as well.
pub(super) fn may_be_text(profile: &Profile<'_>, words: &Words) -> bool {
    profile.n_filled == 0
        || !(profile.are_yes_no(words)
            || profile.are_numbers()
            || profile.are_times()
            || profile.are_links()
            || profile.mostly_emails())
}

/// The columns whose cells may be translated elsewhere, by their headers.
pub(super) struct Originals {
    /// By header, and by header without the mark of an original ("Why? (original)"), folded; columns by index.
    by_header: BTreeMap<String, Vec<usize>>,
    /// For each column its header, folded, and the readings of that if it has a mark of translation itself.
    columns: BTreeMap<usize, (String, Vec<String>)>,
    /// For each column that was found to be a translation the column it translates.
    translations: BTreeMap<usize, usize>,
}

impl Originals {
    /// Takes columns by index and name.
    pub(super) fn new<'n>(columns: impl Iterator<Item = (usize, &'n str)>, words: &Words) -> Self {
        let mut originals =
            Self { by_header: BTreeMap::new(), columns: BTreeMap::new(), translations: BTreeMap::new() };
        for (column_idx, name) in columns {
            let parts = parts(name, words);
            let cuts = marks(&parts, &words.original, words);
            let unmarked = cuts
                .into_iter()
                .filter(|&(start, end)| (start == 0) != (end == parts.len()))
                .map(|(start, end)| [&parts[..start], &parts[end..]].concat().join(" "));
            for header in unmarked.chain([parts.join(" ")]) {
                originals.by_header.entry(header).or_default().push(column_idx);
            }
            originals.columns.insert(column_idx, (parts.join(" "), readings(name, words)));
        }
        originals
    }

    /// The column that the one with these readings at this place translates, and what speaks for it.
    ///
    /// That is the one with the same header, else the only one that begins with the same code ("Q5"), else, where the
    /// header is a mark of translation and no more, the one directly left of it.
    pub(super) fn of(&self, readings: &[String], column_idx: usize) -> Option<(usize, &'static str)> {
        let nearest = |columns: &Vec<usize>| {
            let others =
                columns.iter().copied().filter(|idx| *idx != column_idx && !self.translations.contains_key(idx));
            others.min_by_key(|idx| (idx.abs_diff(column_idx), *idx))
        };
        let filled = || readings.iter().filter(|reading| !reading.is_empty());
        if let Some(found) = filled().find_map(|reading| self.by_header.get(reading).and_then(nearest)) {
            return Some((found, "the header is that of the answers with a mark of translation"));
        }
        let codes = filled().filter(|reading| is_code(&reading.split(' ').map(str::to_owned).collect::<Vec<_>>()));
        for code in codes {
            let start = format!("{code} ");
            // Translations of the same question begin with the code as well.
            let is_own = |readings: &[String]| !readings.contains(code);
            let mut found = self.columns.iter().filter(|(_, (header, own))| header.starts_with(&start) && is_own(own));
            if let (Some((found, _)), None) = (found.next(), found.next()) {
                return Some((*found, "the header is the code of the question with a mark of translation"));
            }
        }
        let left = column_idx.checked_sub(1)?;
        let question = self.translations.get(&left).copied().or(self.columns.contains_key(&left).then_some(left))?;
        readings
            .iter()
            .any(String::is_empty)
            .then_some((question, "the header names a translation, right of the answers"))
    }

    /// Notes that a column was found to be the translation of another.
    pub(super) fn is_translated(&mut self, column_idx: usize, translation_idx: usize) {
        self.translations.insert(translation_idx, column_idx);
    }
}

/// The words of a header; marks of translation in scripts without spaces are set apart.
fn parts(name: &str, words: &Words) -> Vec<String> {
    let is_ideograph = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut folded = fold(name);
    for list in [&words.translation, &words.original] {
        for mark in list.entries().filter(|mark| mark.contains(is_ideograph)) {
            folded = folded.replace(mark, &format!(" {mark} "));
        }
    }
    folded.split_whitespace().map(str::to_owned).collect()
}

/// The passages that hold a mark of the list and nothing but what may stand beside it: (first word, one past the last).
fn marks(parts: &[String], list: &List, words: &Words) -> Vec<(usize, usize)> {
    let is_part = |word: &str| list.is(word) || words.translation_beside.is(word) || is_language(word);
    let mut found = Vec::new();
    for start in 0..parts.len() {
        let length = parts[start..].iter().take(LONGEST_MARK).take_while(|word| is_part(word)).count();
        let ends = (start + 1..=start + length).filter(|&end| parts[start..end].iter().any(|word| list.is(word)));
        found.extend(ends.map(|end| (start, end)));
    }
    found
}

/// Whether the word is the name of a language. Codes are left out: too many of them are words.
fn is_language(word: &str) -> bool {
    (!word.is_ascii() || word.len() > 3) && Language::from_name(word).is_some()
}

/// `q5`, `5 1`: what a question may be called by beside its wording.
fn is_code(parts: &[String]) -> bool {
    (1..=2).contains(&parts.len()) && parts.iter().any(|part| part.contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Intake;
    use crate::ingest::fixture::{Files, decided, kinds};
    use crate::settings::QuestionKind::*;

    /// For each question its id and the column with its translation.
    fn translations(intake: &Intake) -> Vec<(&str, Option<&str>)> {
        let questions = intake.questions.iter();
        questions.map(|question| (question.id.as_str(), question.translation_column.as_deref())).collect()
    }

    fn translates(name: &str, question: &str) -> bool {
        let words = Words::load();
        let originals = Originals::new([(0, question), (1, "Where else?")].into_iter(), &words);
        originals.of(&readings(name, &words), 9).is_some_and(|(found, _)| found == 0)
    }

    #[test]
    fn a_header_with_a_mark_of_translation_leads_to_its_question() {
        for (name, question) in [
            ("Q5 (English translation)", "Q5"),
            ("Q5_translated", "q5"),
            ("Translation of: What must change?", "What must change?"),
            ("What must change? [translated]", "What must change?"),
            ("What must change? - translation", "What must change?"),
            ("What must change? (machine translation into English, DeepL)", "What must change?"),
            ("Q5 (English translation)", "Q5. What must change?"),
            ("Q5 (translation): What must change?", "Q5: What must change?"),
            ("Traduction de « Que faut-il changer ? »", "Que faut-il changer ?"),
            ("Que faut-il changer ? (traduction)", "Que faut-il changer ?"),
            ("Que faut-il changer ? (traduction anglaise)", "Que faut-il changer ?"),
            ("¿Qué debe cambiar? Traducción al inglés", "¿Qué debe cambiar?"),
            ("Что изменить? (перевод)", "Что изменить?"),
            ("Что изменить? (перевод на английский язык)", "Что изменить?"),
            ("ما الذي يجب تغييره؟ (ترجمة)", "ما الذي يجب تغييره؟"),
            ("应该改变什么？（翻译）", "应该改变什么？"),
            ("应该改变什么？英文译文", "应该改变什么？"),
            ("问题五翻译", "问题五"),
            ("Why? (translated)", "Why? (original)"),
            ("Translated answer", "Original answer"),
            ("Comment (English translation)", "Comment (original language)"),
        ] {
            assert!(translates(name, question), "{name} | {question}");
        }
        for (name, question) in [
            ("Translation quality", "Quality"),
            ("Should the translation be better?", "Should it be better?"),
            ("How good is the translation service?", "How good is the service?"),
            ("Q5 (English)", "Q5"),
            ("Q50 (translation)", "Q5"),
            ("What must change in translation services?", "What must change?"),
            ("What must change?", "What must change?"),
            ("Translation", "What must change?"),
        ] {
            assert!(!translates(name, question), "{name} | {question}");
        }
    }

    #[test]
    fn a_mark_alone_translates_the_column_to_its_left() {
        let words = Words::load();
        let originals = Originals::new([(0, "Why?"), (3, "How so?")].into_iter(), &words);
        let of = |name: &str, column_idx| originals.of(&readings(name, &words), column_idx).map(|(found, _)| found);
        assert_eq!(of("Translation", 1), Some(0));
        assert_eq!(of("English translation", 4), Some(3));
        assert_eq!(of("译文", 4), Some(3));
        assert_eq!(of("Translation", 2), None);
        assert_eq!(of("Translation", 0), None);
        assert_eq!(of("Translated by", 1), None);
    }

    #[test]
    fn a_code_that_two_questions_share_leads_to_neither() {
        let words = Words::load();
        let originals = Originals::new([(0, "Q5 a) Why?"), (1, "Q5 b) How so?")].into_iter(), &words);
        assert_eq!(originals.of(&readings("Q5 (translation)", &words), 9), None);
        assert_eq!(originals.of(&readings("Q5 b (translation)", &words), 9).map(|(found, _)| found), Some(1));
    }

    #[test]
    fn a_flag_is_no_translation() {
        let words = Words::load();
        let may_be = |cells: &[&str]| may_be_text(&Profile::of(cells.iter().copied()), &words);
        assert!(may_be(&["The bus is late", ""]) && may_be(&[""]));
        assert!(!may_be(&["yes", "no"]) && !may_be(&["1", "0"]) && !may_be(&["https://example.org/1"]));
    }

    const WIDE: &str = "\
id,Why?,Translation,Do you agree?,How so?,Why? (French translation),How so? [translated],Comments on the translation
1,El autobús llega tarde,The bus is late,Yes,Nunca viene,Le bus est en retard,It never comes,Quite good to read
2,The fares are high,,No,Too few stops,,,Not needed in my case
";

    #[test]
    fn a_translation_is_no_question_and_takes_no_number() {
        let intake = Files::new(&[WIDE]).read("");
        let expected = [("q1", Some("Translation")), ("q2", None), ("q3", Some("How so? [translated]")), ("q4", None)];
        assert_eq!(translations(&intake), expected);
        assert_eq!(kinds(&intake), [("q1", Open), ("q2", Single), ("q3", Open), ("q4", Open)]);
        assert_eq!(
            decided(&intake, "How so? [translated]"),
            "the translation of answers: of \"How so?\": the header is that of the answers with a mark of translation"
        );
        assert!(
            decided(&intake, "Translation").ends_with("right of the answers"),
            "{}",
            decided(&intake, "Translation")
        );
        assert_eq!(decided(&intake, "Why? (French translation)"), "not read: a further translation of \"Why?\"");
        assert_eq!(intake.input.ignored_columns, ["Why? (French translation)"]);
    }

    #[test]
    fn the_configuration_corrects_a_translation() {
        let files = Files::new(&[WIDE]);
        let other = files.read("[[question]]\ncolumn = \"Why?\"\ntranslation_column = \"Why? (French  translation)\"");
        assert_eq!(translations(&other)[0], ("q1", Some("Why? (French translation)")));
        assert_eq!(other.input.ignored_columns, ["Translation"]);
        let by_id = files.read("[[question]]\nid = \"q1\"\ntranslation_column = \"Why? (French translation)\"");
        assert_eq!((translations(&by_id), &by_id.input), (translations(&other), &other.input));
        let ignored = files.read("[input]\nignored_columns = [\"How so? [translated]\"]");
        assert_eq!(translations(&ignored)[2], ("q3", None));
        let own = files.read("[[question]]\ncolumn = \"How so? [translated]\"\nid = \"english\"");
        assert_eq!(translations(&own)[2..4], [("q3", None), ("english", None)]);
        let none = files.read("[[question]]\ncolumn = \"How so?\"\ntranslation_column = \"\"");
        assert_eq!(translations(&none)[2..4], [("q3", None), ("q4", None)]);
    }

    #[test]
    fn a_translation_that_is_stated_must_be_there_and_have_one_use() {
        let files = Files::new(&[WIDE]);
        let (message, _) =
            files.error("[[question]]\nid = \"q1\"\ncolumn = \"Why?\"\ntranslation_column = \"English\"");
        let expected = "answers1.csv has no column \"English\" (translation_column of question q1)";
        assert!(message.starts_with(expected), "{message}");
        let (message, _) = files.error(
            "[[question]]\ncolumn = \"Why?\"\ntranslation_column = \"How so?\"\n[[question]]\ncolumn = \"How so?\"",
        );
        let expected = "the configuration uses the column \"How so?\" twice: as translation_column of question number 1 and as \
                        question number 2";
        assert_eq!(message, expected);
        let nowhere = files.read("[[question]]\nid = \"q9\"\ntranslation_column = \"Translation\"");
        assert_eq!(nowhere.input.ignored_columns[0], "Translation");
        assert_eq!(translations(&nowhere)[0], ("q1", Some("Why? (French translation)")));
    }

    #[test]
    fn a_translation_is_named_where_its_layout_has_it() {
        let (message, hint) = Files::new(&[WIDE]).error("[input]\ntranslation_column = \"Translation\"");
        let expected = "the configuration names \"Translation\" as translation_column of the whole input, but answers1.csv has a \
                        column for each question";
        assert_eq!(message, expected);
        assert!(hint.contains("`[[question]]`"), "{hint}");
        let long = Files::new(&["question,text,english\nQ1,a,b\nQ1,c,d\n"]);
        let (message, hint) = long.error("[[question]]\nid = \"Q1\"\ntranslation_column = \"english\"");
        assert!(message.contains("of one question, but answers1.csv has a row for each answer"), "{message}");
        assert!(hint.contains("under [input]"), "{hint}");
    }

    #[test]
    fn one_file_of_several_may_hold_the_translations() {
        let files = Files::new(&["Why?,Why? (translation)\nTrop tard,Too late\n", "Why?\nToo early\n"]);
        assert_eq!(translations(&files.read("")), [("q1", Some("Why? (translation)"))]);
        let files = Files::new(&["question,text,translation\nQ1,a,b\nQ1,c,d\n", "question,text\nQ1,e\n"]);
        assert_eq!(files.read("").input.translation_column, "translation");
    }

    #[test]
    fn a_flag_beside_the_answers_is_a_question_of_its_own() {
        let intake = Files::new(&["Why?,Translated?\nThe bus is late,no\nIt never comes,yes\n"]).read("");
        assert_eq!(kinds(&intake), [("q1", Open), ("q2", Single)]);
        assert_eq!(translations(&intake), [("q1", None), ("q2", None)]);
    }

    #[test]
    fn the_translation_of_a_long_file_is_recognised_or_stated() {
        for header in ["text (English translation)", "translation", "Translated text", "перевод", "译文"] {
            let text = format!("question,{header},id,text\nQ1,x y,1,a b\nQ1,z,2,c d\n");
            let intake = Files::new(&[&text]).read("");
            assert_eq!(intake.input.translation_column, header);
            assert!(decided(&intake, header).starts_with("the translation of answers: the header"), "{header}");
        }
        let files = Files::new(&["question,text,translation,english\nQ1,a b,x,y\nQ1,c d,z,w\n"]);
        let stated = files.read("[input]\ntranslation_column = \"english\"");
        assert_eq!((stated.input.translation_column.as_str(), stated.input.ignored_columns.len()), ("english", 1));
        let none = files.read("[input]\ntranslation_column = \"\"");
        assert_eq!(none.input.translation_column, "");
        let (message, _) = files.error("[input]\ntranslation_column = \"English\"");
        assert!(message.starts_with("answers1.csv has no column \"English\" (translation_column)"), "{message}");
    }
}
