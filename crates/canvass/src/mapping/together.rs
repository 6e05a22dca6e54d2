//! The items of all collections taken apart together, as if they were answers to one question: their languages, points, terms, copies and themes.

use super::collection::{Read, ReadItem};
use super::overlaps::Placed;
use super::{Alone, Collection, Item, LanguageItems, MapError, MapRequest, SetAside};
use crate::codeframe::Reader;
use crate::error::Error;
use crate::ingest::{Intake, Place, Received, Recognition, Submission, TablePlace};
use crate::ledger::{self, Ledger};
use crate::pipeline::{Companions, QuestionRun, Run, analyse};
use crate::progress::Silent;
use crate::references;
use crate::settings::{Config, InputSettings, Question, QuestionKind};
use canvass_analysis::Csr;
use canvass_text::{Language, normalised_words};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A collection of fewer items has no words of the house.
const LEAST_ITEMS: usize = 8;

/// The items taken apart.
pub(super) struct Together {
    pub(super) run: Run,
    /// For each analysed item its place among those read.
    pub(super) positions: Vec<usize>,
    /// For each of them its collection.
    pub(super) collection_of: Vec<u32>,
}

/// The items as the search for overlaps takes them.
pub(super) struct LaidOut {
    pub(super) counts: Csr,
    /// For each point its item and its number there.
    pub(super) points: Vec<(u32, u32)>,
    pub(super) item_of: Vec<u32>,
    pub(super) collection_of: Vec<u32>,
    pub(super) class_of: Vec<u32>,
}

/// Takes the items apart.
pub(super) fn take_apart(read: &Read, request: &MapRequest, config: &Config) -> Result<Together, Error> {
    let references = references::read(&[], None, &request.references)?;
    let companions =
        Companions { references: references.into_iter().map(|(_, text)| text).collect(), ..Companions::default() };
    let intake = intake(&read.items);
    check_all_say(read, &ledger::judge(&intake, &config.ledger))?;
    let run = analyse(intake, config, &companions, &Silent)?;
    let positions = run.questions.first().map(|question| question.positions.clone()).unwrap_or_default();
    let collection_of: Vec<u32> = positions.iter().map(|at| read.items[*at].collection).collect();
    Ok(Together { run, positions, collection_of })
}

/// Checks that each collection has an item that says something.
fn check_all_say(read: &Read, ledger: &Ledger) -> Result<(), MapError> {
    for (number, name) in (0_u32..).zip(&read.names) {
        let of = || read.items.iter().zip(&ledger.entries).filter(|(item, _)| item.collection == number);
        if of().any(|(_, entry)| entry.state.is_analysed()) {
            continue;
        }
        let reason = of().next().map_or_else(String::new, |(_, entry)| entry.state.name().replace('_', " "));
        return Err(MapError::NothingSaid { collection: name.clone(), n: of().count(), reason });
    }
    Ok(())
}

/// The items as responses to one question.
fn intake(items: &[ReadItem]) -> Intake {
    let question = Question {
        id: "items".to_owned(),
        kind: QuestionKind::Open,
        text: String::new(),
        columns: vec!["text".to_owned()],
        translation_column: None,
        other_of: None,
        split_by: None,
        options: Vec::new(),
        not_applicable: Vec::new(),
        list: Some(false),
        names: BTreeMap::new(),
    };
    let submission = |number: usize| Submission {
        respondent_id: number.to_string().into(),
        email: None,
        attributes: Arc::default(),
        source_idx: 0,
        day: None,
        closed: Arc::default(),
    };
    let table = Arc::new(TablePlace { source_idx: 0, file: Arc::from("items"), sheet: Arc::from("") });
    let received = |(number, item): (u32, &ReadItem)| Received {
        question_idx: 0,
        submission_idx: number,
        response_id: number.to_string().into(),
        place: Place { table: Arc::clone(&table), row: number + 1, column: 0 },
        text: item.text.as_str().into(),
        stated_language: item.language,
        translation: None,
    };
    Intake {
        sources: Vec::new(),
        input: InputSettings::unnamed(),
        questions: vec![question],
        recognition: vec![Recognition { reason: String::new(), source: String::new(), n_received: items.len() as u64 }],
        submissions: (0..items.len()).map(submission).collect(),
        responses: (0..).zip(items).map(received).collect(),
        decisions: Vec::new(),
    }
}

/// The words that half of the items of a collection have, from [`LEAST_ITEMS`] on, function words among them: for each collection, in
/// alphabetical order.
pub(super) fn house_words(read: &Read) -> Vec<Vec<String>> {
    let mut counts: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); read.names.len()];
    let mut sizes = vec![0_usize; read.names.len()];
    for item in &read.items {
        let collection = item.collection as usize;
        sizes[collection] += 1;
        let words: BTreeSet<String> = normalised_words(&item.text).collect();
        for word in words {
            *counts[collection].entry(word).or_default() += 1;
        }
    }
    let of = |(counts, size): (BTreeMap<String, usize>, usize)| {
        let is_house = |(_, n): &(String, usize)| size >= LEAST_ITEMS && 2 * n >= size;
        counts.into_iter().filter(is_house).map(|(word, _)| word).collect()
    };
    counts.into_iter().zip(sizes).map(of).collect()
}

impl Together {
    /// What the items are as answers to one question.
    pub(super) fn question(&self) -> &QuestionRun {
        &self.run.questions[0]
    }

    fn language(&self, item: usize) -> Language {
        self.question().read_in[item].language
    }

    /// The items as the search for overlaps takes them.
    pub(super) fn laid_out(&self) -> LaidOut {
        let question = self.question();
        let mut counts = Csr::new(question.analysis.vocabulary.terms.len());
        let (mut points, mut item_of, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for (item, text) in (0_u32..).zip(question.analysis.texts.iter()) {
            for (number, point) in (0_u32..).zip(&text.points) {
                held.clear();
                held.extend(point.carrying().map(canvass_text::Token::term_idx));
                counts.push_terms(&mut held);
                points.push((item, number));
                item_of.push(item);
            }
        }
        let languages: BTreeSet<Language> = (0..self.positions.len()).map(|item| self.language(item)).collect();
        let numbers: BTreeMap<Language, u32> = languages.into_iter().zip(0..).collect();
        let class_of = (0..self.positions.len()).map(|item| numbers[&self.language(item)]).collect();
        LaidOut { counts, points, item_of, collection_of: self.collection_of.clone(), class_of }
    }

    /// The items, without themes and partners.
    pub(super) fn items(&self, read: &Read) -> Vec<Item> {
        let item = |(at, position): (usize, &usize)| {
            let of = &read.items[*position];
            Item {
                collection_idx: of.collection,
                collection: read.names[of.collection as usize].clone(),
                id: of.id.clone(),
                title: of.title.clone(),
                text: of.text.clone(),
                file: of.file.clone(),
                place: of.place.clone(),
                start: of.start,
                language: self.language(at).code().to_owned(),
                themes: Vec::new(),
                partners: Vec::new(),
            }
        };
        self.positions.iter().enumerate().map(item).collect()
    }

    /// How many items each collection has in each language, the most frequent first.
    fn languages(&self, collection: u32) -> Vec<(Language, u64)> {
        let mut counts: BTreeMap<Language, u64> = BTreeMap::new();
        for item in (0..self.positions.len()).filter(|item| self.collection_of[*item] == collection) {
            *counts.entry(self.language(item)).or_default() += 1;
        }
        let mut counts: Vec<(Language, u64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts
    }

    /// The collections; `house`: the words of the house of each.
    pub(super) fn collections(
        &self,
        read: &Read,
        pairs: &[Placed],
        house: &[Vec<String>],
    ) -> Result<Vec<Collection>, Error> {
        let reader = Reader::new(&Config::default())?;
        let analyser = reader.analyser();
        let mut overlapping: BTreeSet<u32> = BTreeSet::new();
        for pair in pairs.iter().filter(|pair| pair.told.verdict.is_overlap()) {
            overlapping.extend([pair.a, pair.b]);
        }
        let collection = |(number, name): (u32, &String)| {
            let of = self.collection_of.iter().filter(|of| **of == number).count();
            let languages = self.languages(number).into_iter();
            let main = self.languages(number).first().map_or(Language::English, |(language, _)| *language);
            let says = |word: &&String| !analyser.stems_of(word, main).is_empty();
            let n_overlapping = overlapping.iter().filter(|item| self.collection_of[**item as usize] == number).count();
            Collection {
                name: name.clone(),
                inputs: read.inputs[number as usize].clone(),
                n_items: of as u64,
                n_overlapping: n_overlapping as u64,
                house_words: house[number as usize].iter().filter(says).cloned().collect(),
                languages: languages
                    .map(|(language, n_items)| LanguageItems { language: language.code().to_owned(), n_items })
                    .collect(),
            }
        };
        Ok((0..).zip(&read.names).map(collection).collect())
    }

    /// The languages that one collection alone has items in.
    pub(super) fn alone(&self, read: &Read) -> Vec<Alone> {
        let mut of: BTreeMap<Language, Vec<(u32, u64)>> = BTreeMap::new();
        for number in 0..read.names.len() as u32 {
            for (language, n) in self.languages(number) {
                of.entry(language).or_default().push((number, n));
            }
        }
        let mut alone = Vec::new();
        for (language, collections) in of {
            if let [(number, n_items)] = collections[..] {
                let collection = read.names[number as usize].clone();
                alone.push(Alone { collection, language: language.code().to_owned(), n_items });
            }
        }
        alone
    }

    /// The items that were not compared.
    pub(super) fn set_aside(&self, read: &Read) -> Vec<SetAside> {
        let entries = read.items.iter().zip(&self.run.ledger.entries);
        let aside = entries.filter(|(_, entry)| !entry.state.is_analysed());
        aside
            .map(|(item, entry)| SetAside {
                collection: read.names[item.collection as usize].clone(),
                id: item.id.clone(),
                reason: format!("{}: {}", entry.state.name().replace('_', " "), entry.reason),
            })
            .collect()
    }
}
