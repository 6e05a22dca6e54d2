//! Which column says in which language an answer is written.

use super::Columns;
use super::profile::Profile;
use super::words::{Words, fold};
use canvass_text::Language;

/// The column that says in which language an answer is written, and what speaks for it.
///
/// Its header is a word for a language, alone or with words for the answer, and nearly all of its cells name languages.
/// It must be in every file. One that speaks of the answer goes before one that says "language" only.
pub(super) fn find<'t>(
    columns: &Columns<'t>,
    words: &Words,
    is_free: impl Fn(&str) -> bool,
) -> Option<(&'t str, String)> {
    let candidates = columns.names.iter().copied().filter(|name| {
        names_language(name, words)
            && is_free(name)
            && columns.tables.iter().all(|table| table.column_idx(name).is_some())
    });
    let reason = |name: &str| {
        let profile = columns.profile(name);
        let reason = cells_name_languages(&profile)?;
        Some(if is_attribute(&profile) { format!("{reason}; an attribute of the respondent too") } else { reason })
    };
    let mut found: Vec<(&str, String)> = candidates.filter_map(|name| Some((name, reason(name)?))).collect();
    // Stable: among equals the first column.
    found.sort_by_key(|(name, _)| words.language.is(&fold(name)));
    found.into_iter().next()
}

/// Whether the languages are few enough to group respondents by.
pub(super) fn is_attribute(profile: &Profile<'_>) -> bool {
    profile.n_filled > 0 && profile.n_distinct() <= profile.few()
}

/// The language that a cell names: by code, by name, or by name with something in brackets ("Portuguese (Brazil)").
pub(in crate::ingest) fn named_language(cell: &str) -> Option<Language> {
    const LONGEST_NAME: usize = 100;
    if cell.len() > LONGEST_NAME {
        return None;
    }
    Language::from_name(cell).or_else(|| Language::from_name(cell.split_once(['(', '（', '['])?.0))
}

/// Whether a header asks for or names the language of an answer: "Language", "Response language", "Langue de la réponse".
fn names_language(name: &str, words: &Words) -> bool {
    let folded = fold(name);
    let is_one = |list: &[&super::words::List]| folded.split(' ').all(|word| list.iter().any(|list| list.is(word)));
    let holds = |list: &super::words::List| folded.split(' ').any(|word| list.is(word));
    is_one(&[&words.language])
        || (is_one(&[&words.language, &words.language_of, &words.language_beside])
            && holds(&words.language)
            && holds(&words.language_of))
}

/// What speaks for a column of languages: nearly all cells name one.
fn cells_name_languages(profile: &Profile<'_>) -> Option<String> {
    let n_filled = profile.n_filled;
    let n_named: usize =
        profile.values.iter().filter(|(value, _)| named_language(value).is_some()).map(|(_, n)| *n).sum();
    (n_filled > 0 && n_named * 10 >= n_filled * 9)
        .then(|| format!("the header and {n_named} of {n_filled} cells name languages"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixture::{Files, decided, kinds};
    use crate::settings::QuestionKind::*;

    #[test]
    fn a_header_names_the_language_of_the_answer() {
        let words = Words::load();
        for header in [
            "Language",
            "lang",
            "Locale",
            "response_language",
            "Language of the answer",
            "Language of my contribution",
            "In which language are you responding?",
            "Langue",
            "Langue de la réponse",
            "Idioma de la respuesta",
            "Язык",
            "Язык ответа",
            "اللغة",
            "لغة الإجابة",
            "语言",
            "回答语言",
        ] {
            assert!(names_language(header, &words), "{header}");
        }
        for header in [
            "Which languages do you speak?",
            "Languages",
            "Your language",
            "Preferred language",
            "Language skills",
            "Is the language of the draft clear?",
            "Response",
            "In your own language, what is missing?",
        ] {
            assert!(!names_language(header, &words), "{header}");
        }
    }

    #[test]
    fn nine_of_ten_cells_must_name_a_language() {
        let of = |cells: &[&str]| cells_name_languages(&Profile::of(cells.iter().copied()));
        let mut cells = ["English", "français", "pt-BR", "zh_Hans", "Русский", "Chinese (Simplified)", "", "ar", "ES"]
            .map(str::to_owned)
            .to_vec();
        cells.extend(["de", "Klingon script"].map(str::to_owned));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        assert_eq!(of(&cells).as_deref(), Some("the header and 9 of 10 cells name languages"));
        assert_eq!(of(&[&cells[..], &["n/a"]].concat()), None);
        assert_eq!(of(&["Python", "Rust", "Haskell 98"]), None);
        assert_eq!(of(&["", ""]), None);
    }

    const WIDE: &str = "\
id,Region,Response language,Why?
1,Asia,English,The bus is late
2,Asia,français,Le bus est en retard
3,Africa,,It never comes
";

    #[test]
    fn a_language_column_is_recognised_and_stays_an_attribute() {
        let intake = Files::new(&[WIDE]).read("");
        assert_eq!(intake.input.language_column, "Response language");
        assert_eq!(intake.input.attribute_columns, ["Region", "Response language"]);
        assert_eq!(*intake.submissions[1].attributes, ["Asia", "français"].map(Into::into));
        assert_eq!(
            decided(&intake, "Response language"),
            "the language of the answers: the header and 2 of 2 cells name languages; an attribute of the respondent too"
        );
    }

    #[test]
    fn a_language_column_after_the_questions_takes_no_number() {
        let intake = Files::new(&["id,Why?,Язык,How so?\n1,a b,ru,c d\n2,e f,ru,g h\n"]).read("");
        assert_eq!((intake.input.language_column.as_str(), kinds(&intake)), ("Язык", vec![("q1", Open), ("q2", Open)]));
    }

    #[test]
    fn the_configuration_names_the_language_column_or_says_that_there_is_none() {
        let files = Files::new(&[WIDE]);
        let none = files.read("[input]\nlanguage_column = \"\"");
        assert_eq!((none.input.language_column.as_str(), none.input.attribute_columns.len()), ("", 2));
        let stated =
            Files::new(&["id,Tongue,Why?\n1,en,a b\n2,fr,c d\n"]).read("[input]\nlanguage_column = \"Tongue\"");
        assert_eq!((stated.input.language_column.as_str(), stated.input.attribute_columns.len()), ("Tongue", 1));
        let (message, hint) = files.error("[input]\nlanguage_column = \"response language\"");
        assert!(message.starts_with("answers1.csv has no column \"response language\" (language_column)"), "{message}");
        assert_eq!(hint, "did you mean \"Response language\"?");
        let twice = "[input]\nlanguage_column = \"Region\"\nignored_columns = [\"Region\"]";
        let expected =
            "the configuration uses the column \"Region\" twice: as language_column and as one of ignored_columns";
        assert_eq!(files.error(twice).0, expected);
    }

    #[test]
    fn a_column_that_speaks_of_the_answer_goes_before_one_that_says_language() {
        let text = "id,Language,Answer language,Why?\n1,en,fr,a b\n2,en,es,c d\n";
        assert_eq!(Files::new(&[text]).read("").input.language_column, "Answer language");
    }

    #[test]
    fn other_columns_stay_what_they_are() {
        let programming = Files::new(&["id,Language,Why?\n1,Rust,a b\n2,Python,c d\n3,Rust,e f\n"]).read("");
        assert_eq!((programming.input.language_column.as_str(), programming.input.attribute_columns.len()), ("", 1));
        let spoken = "id,Why?,Which languages do you speak?\n1,a b,English;French;\n2,c d,English;\n";
        let spoken = Files::new(&[spoken]).read("");
        assert_eq!(spoken.input.language_column, "");
        assert_eq!(kinds(&spoken), [("q1", Open), ("q2", Multiple)]);
        let named = "[[question]]\ncolumn = \"Response language\"\nkind = \"single\"";
        let named = Files::new(&[WIDE]).read(named);
        assert_eq!((named.input.language_column.as_str(), kinds(&named)), ("", vec![("q1", Single), ("q2", Open)]));
    }

    #[test]
    fn a_file_of_several_without_the_column_has_no_language_column() {
        let files = Files::new(&["id,User language,Why?\n1,EN,a b\n", "id,Why?\n2,c d\n"]);
        assert_eq!(files.read("").input.language_column, "");
    }
}
