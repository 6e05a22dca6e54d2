//! What is noticed while the cells are taken out of the tables.

use super::error::brief;
use super::layout::named_language;
use super::{Decision, Place};
use crate::settings::{InputSettings, Question};
use canvass_text::Language;
use std::collections::{BTreeMap, HashMap};

/// Counts, each with the first place.
#[derive(Default)]
pub(super) struct Notes {
    /// What each cell of the language column was understood as.
    languages: HashMap<String, Option<Language>>,
    /// Cells of the language column that are not blank.
    n_languages: usize,
    /// Those of them that name no language: how many, the first of them and its text.
    unknown: Option<(usize, Place, String)>,
    /// Cells of the time column that give no day: how many, the first of them and its text.
    no_date: Option<(usize, Place, String)>,
    /// For each question the answers whose own cell is blank beside a translation: how many, and the first translation.
    only_translated: BTreeMap<u32, (usize, Place)>,
}

impl Notes {
    /// The language that a trimmed cell of the language column names.
    pub(super) fn language(&mut self, cell: &str, place: impl FnOnce() -> Place) -> Option<Language> {
        if cell.is_empty() {
            return None;
        }
        self.n_languages += 1;
        let language = match self.languages.get(cell) {
            Some(known) => *known,
            None => *self.languages.entry(cell.to_owned()).or_insert_with(|| named_language(cell)),
        };
        if language.is_none() {
            self.unknown.get_or_insert_with(|| (0, place(), cell.to_owned())).0 += 1;
        }
        language
    }

    /// Notes a trimmed cell of the time column that gives no day.
    pub(super) fn no_date(&mut self, cell: &str, place: impl FnOnce() -> Place) {
        self.no_date.get_or_insert_with(|| (0, place(), cell.to_owned())).0 += 1;
    }

    /// Notes an answer whose own cell is blank, so that its translation stands for it.
    pub(super) fn only_translated(&mut self, question_idx: u32, translation: &Place) {
        self.only_translated.entry(question_idx).or_insert_with(|| (0, translation.clone())).0 += 1;
    }

    /// What the user is told.
    pub(super) fn decisions(self, input: &InputSettings, questions: &[Question]) -> Vec<Decision> {
        let n_languages = self.n_languages;
        let unknown = self.unknown.map(|(n, place, cell)| Decision {
            about: brief(&input.language_column),
            decided: format!(
                "{n} of {n_languages} cells name no language canvass knows: identified from the text instead"
            ),
            reason: format!("the first is {place}: {:?}", brief(&cell)),
        });
        let no_date = self.no_date.map(|(n, place, cell)| Decision {
            about: brief(&input.time_column),
            decided: format!(
                "{n} {} no day, read as {}",
                if n == 1 { "cell gives" } else { "cells give" },
                input.date_order.describe()
            ),
            reason: format!("the first is {place}: {:?}", brief(&cell)),
        });
        let only_translated = self.only_translated.into_iter().map(|(question_idx, (n, place))| {
            let question = &questions[question_idx as usize];
            let column = question.translation_column.as_ref().unwrap_or(&input.translation_column);
            let answers = if n == 1 { "1 translation is".to_owned() } else { format!("{n} translations are") };
            Decision {
                about: brief(column),
                decided: format!("{answers} taken for the answer itself to {}", brief(&question.id)),
                reason: format!("the cell with the answer is blank; the first is {place}"),
            }
        });
        unknown.into_iter().chain(no_date).chain(only_translated).collect()
    }
}
