//! What the themes of a code frame are after its decisions: the types that [`replay`](super::CodeFrame::replay) gives and everything else reads.

use super::{PointRef, Status, Thousandths};
use canvass_text::Language;
use std::collections::BTreeMap;

/// The themes as they are now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameState {
    /// All themes there ever were: those of the file, then those that were added, in order.
    pub themes: Vec<ThemeState>,
    /// Points that are not to be quoted.
    pub unquoted: Vec<Unquoted>,
    /// For each decision the undo that took it back, if one did: its place among the decisions.
    pub undone_by: Vec<Option<usize>>,
}

/// A theme as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeState {
    /// The question whose answers it codes.
    pub question: String,
    /// The language among whose themes it stands.
    pub language: Language,
    /// Its id.
    pub id: String,
    /// What the report calls it.
    pub name: String,
    /// What belongs to it, for people.
    pub definition: String,
    /// The theme above it.
    pub parent: Option<String>,
    /// What an analyst says of it.
    pub status: Status,
    /// The GUID of the code that it was imported from; may be empty.
    pub guid: String,
    /// Who wrote it.
    pub origin: Origin,
    /// Whether it is still there.
    pub fate: Fate,
    /// What puts points into it, what stands above `parts`: its words, and what was decided last.
    pub own: Part,
    /// What it had before others were merged into it, and what those had.
    pub parts: Vec<Part>,
    /// The points that show it best, in the order in which they were marked, each with its decision.
    pub exemplars: Vec<(PointRef, usize)>,
    /// The decisions about it, by their places.
    pub decisions: Vec<usize>,
    /// Where its latest status is said.
    pub status_line: u32,
    /// Where it begins, 1-based.
    pub line: u32,
}

/// Who wrote a theme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The machine, and nobody changed its words or what is in it.
    Proposed,
    /// The machine, and people changed it.
    Edited,
    /// People.
    Written,
}

impl Origin {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Edited => "edited",
            Self::Written => "written",
        }
    }
}

/// What became of a theme.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It is there.
    There,
    /// It is part of another, by this decision.
    Merged {
        /// That one's id.
        into: String,
        /// The decision's place.
        by: usize,
    },
    /// It was taken away, by this decision.
    Deleted {
        /// The decision's place.
        by: usize,
    },
}

/// Rules and decisions that give a set of points: those that the words put in, then what is pinned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The words, by language.
    pub rules: Vec<Rule>,
    /// What was decided of points.
    pub pins: BTreeMap<PointRef, Pin>,
    /// What was decided of responses as a whole, by id.
    pub codes: BTreeMap<String, Code>,
    /// What a classifier says of responses, by id; whatever people decided stands above it.
    pub proposed: BTreeMap<String, Code>,
    /// How good that classifier is.
    pub learnt: Option<Learnt>,
}

/// How good a classifier is, by cross-validation on what people coded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Learnt {
    /// The coded responses.
    pub n_coded: u32,
    /// Those of them in the theme.
    pub n_in_theme: u32,
    /// F1, and from where to where it goes in 95 of 100 resamples.
    pub f1: [Thousandths; 3],
}

/// Words that put a point in, and words that keep it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The language of the answers it looks at.
    pub language: Language,
    /// A point that holds one of these is in ...
    pub include: Vec<FrameTerm>,
    /// ... unless it holds one of these.
    pub exclude: Vec<FrameTerm>,
}

/// A word or phrase of a theme.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FrameTerm {
    /// As it is written in the file.
    pub text: String,
    /// The decision that added it; none if it stands in the theme.
    pub decision: Option<usize>,
    /// Where it is said.
    pub line: u32,
}

/// What was decided of a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pin {
    /// Whether it is in; if not, it is out.
    pub is_in: bool,
    /// By which decision.
    pub decision: usize,
}

/// What was decided of a response.
pub type Code = Pin;

/// A point that is not to be quoted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unquoted {
    /// The question.
    pub question: String,
    /// For which theme; none for all.
    pub theme: Option<String>,
    /// The point.
    pub point: PointRef,
    /// By which decision.
    pub decision: usize,
}

impl ThemeState {
    /// Whether it codes answers.
    pub fn is_live(&self) -> bool {
        self.fate == Fate::There && self.status != Status::Rejected
    }

    /// All its parts, what was decided last at the end.
    pub fn all_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().chain(std::iter::once(&self.own))
    }

    /// The words that put points in.
    pub fn included(&self) -> impl Iterator<Item = (Language, &FrameTerm)> {
        self.all_parts()
            .flat_map(|part| &part.rules)
            .flat_map(|rule| rule.include.iter().map(|term| (rule.language, term)))
    }

    /// How good the classifier is that proposed responses last, if one did.
    pub fn learnt(&self) -> Option<Learnt> {
        std::iter::once(&self.own).chain(self.parts.iter().rev()).find_map(|part| part.learnt)
    }

    /// The words that keep points out.
    pub fn excluded(&self) -> impl Iterator<Item = (Language, &FrameTerm)> {
        self.all_parts()
            .flat_map(|part| &part.rules)
            .flat_map(|rule| rule.exclude.iter().map(|term| (rule.language, term)))
    }

    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        self.parts.iter_mut().chain(std::iter::once(&mut self.own))
    }

    /// Adds a word that puts points in.
    pub(super) fn include(&mut self, language: Language, term: FrameTerm) {
        let place = self.own_rule(language);
        self.own.rules[place].include.push(term);
    }

    /// The rule of a language above the parts, by its place; made if there is none.
    pub(super) fn own_rule(&mut self, language: Language) -> usize {
        if let Some(place) = self.own.rules.iter().position(|rule| rule.language == language) {
            return place;
        }
        // A point that is to stay out of the theme stays out, whichever word is added.
        let kept_out = self.excluded().filter(|(of, _)| *of == language).map(|(_, term)| term.clone()).collect();
        self.own.rules.push(Rule { language, include: Vec::new(), exclude: kept_out });
        self.own.rules.len() - 1
    }

    pub(super) fn edited(&mut self) {
        if self.origin == Origin::Proposed {
            self.origin = Origin::Edited;
        }
    }
}

impl FrameState {
    /// A theme, by question and id.
    pub fn theme(&self, question: &str, id: &str) -> Option<&ThemeState> {
        self.themes.iter().find(|theme| theme.question == question && theme.id == id)
    }
}
