//! From texts to counts of terms, as a run has them, but for three things: a text is one point, however long; no question was
//! asked, so no word is the question's; and only single words are terms.
//!
//! Phrases make labels and evidence better, not clusters: their words are counted already.

use crate::pipeline::languages::{most_frequent, shown};
use canvass_analysis::Csr;
use canvass_text::{Analyser, Identifier, Language, Lexicon, Point, Quotations, Resources, TermKind, TermRules, Text};
use rayon::prelude::*;

/// Texts whose language is looked at, at most: so many tell which is most frequent.
const LOOKED_AT: usize = 10_000;

/// The language all texts are read in: that with resources in which most are; English where none shows its own. And for each
/// text looked at that shows its language surely, which that is; and how many were looked at: all, or of many every second, third and so on.
pub(super) fn language(texts: &[String], resources: &Resources) -> (Language, Vec<Language>, usize) {
    let identifier = Identifier::new(resources);
    let looked_at: Vec<&String> = texts.iter().step_by(texts.len().div_ceil(LOOKED_AT).max(1)).collect();
    let shown: Vec<Option<Language>> =
        looked_at.par_iter().map(|text| shown(text, &identifier).map(|found| found.language)).collect();
    let shown: Vec<Language> = shown.into_iter().flatten().collect();
    (most_frequent(shown.iter().copied()), shown, looked_at.len())
}

/// How often each word stands in each text: all words of one stem are one, function words, numbers and letters alone are none.
///
/// # Shape
/// `n_texts × n_terms`; a text without such words is an empty row.
pub(super) fn counts(texts: &[String], language: Language, resources: &Resources) -> Csr {
    let rules = TermRules {
        points: false,
        identify_points: false,
        question_words: false,
        boilerplate_share: 1.0,
        phrases: false,
        ..TermRules::default()
    };
    let lexicon = Lexicon::default();
    let texts: Vec<Text<'_>> = texts.iter().map(|text| Text { text, language, is_copy: false }).collect();
    let analysis = Analyser::new(resources, rules, &lexicon).analyse(&texts, "", &Quotations::default(), &|_| {});
    let terms = &analysis.vocabulary.terms;
    let rows: Vec<Vec<u32>> = analysis
        .texts
        .iter()
        .map(|text| {
            let carrying = text.points.iter().flat_map(Point::carrying);
            let words = carrying.filter(|token| terms[token.term_idx() as usize].kind == TermKind::Word);
            words.map(canvass_text::Token::term_idx).collect()
        })
        .collect();
    Csr::from_terms(&rows, terms.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(texts: &[&str], language: Language) -> Vec<Vec<f32>> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let resources = Resources::load().unwrap();
        let counts = counts(&texts, language, &resources);
        (0..counts.n_rows()).map(|row| counts.row(row).map(|(_, count)| count).collect()).collect()
    }

    #[test]
    fn a_text_is_one_row_of_its_stems_however_many_points_it_has() {
        let rows = counted(
            &["The buses are late. A bus is late; the bus stop is far.", "Nothing.", "", "It is at the 7."],
            Language::English,
        );
        // bus, far, late, stop
        assert_eq!(rows, [vec![3.0, 1.0, 2.0, 1.0], vec![1.0], vec![], vec![]]);
    }

    #[test]
    fn words_that_always_stand_together_are_no_column_of_their_own() {
        let rows = counted(&["The Green Pier Fund"; 20], Language::English);
        assert!(rows.iter().all(|row| row.len() == 3), "{rows:?}");
    }

    #[test]
    fn most_texts_decide_the_language_and_the_others_are_read_in_it() {
        let texts: Vec<String> =
            ["Les bus sont toujours en retard le soir.", "Retard", "Le prix des billets est trop élevé."]
                .map(str::to_owned)
                .into();
        let resources = Resources::load().unwrap();
        assert_eq!(language(&texts, &resources), (Language::French, vec![Language::French; 2], 3));
        assert_eq!(language(&[String::new()], &resources), (Language::English, vec![], 1));
        assert_eq!(language(&[], &resources), (Language::English, vec![], 0));
    }

    #[test]
    fn of_very_many_texts_some_from_all_parts_are_looked_at() {
        // English first, then twice as much French.
        let of = |at: usize| {
            if at < 9_000 {
                "The buses are always late in the evening."
            } else {
                "Les bus sont toujours en retard le soir."
            }
        };
        let texts: Vec<String> = (0..27_000).map(|at| of(at).to_owned()).collect();
        let (found, shown, n) = language(&texts, &Resources::load().unwrap());
        assert_eq!((found, shown.len(), n), (Language::French, 9_000, 9_000));
        assert_eq!(shown.iter().filter(|language| **language == Language::English).count(), 3_000);
    }
}
