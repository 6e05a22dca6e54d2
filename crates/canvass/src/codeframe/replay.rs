//! Following the decisions: from the themes of a file to what they are now.
//!
//! This looks at the file alone. What contradicts a decision before it, or names what is not there, is an error; whether a decision
//! touches any answer shows where the frame is applied.

use super::{
    Action, CodeFrame, Decision, FrameError, FrameFault, FrameTheme, PointRef, Status, Thousandths, language_of,
};
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

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
        self.parts.iter_mut().chain(std::iter::once(&mut self.own))
    }

    /// Adds a word that puts points in.
    pub(super) fn include(&mut self, language: Language, term: FrameTerm) {
        let place = self.own_rule(language);
        self.own.rules[place].include.push(term);
    }

    /// The rule of a language above the parts, by its place; made if there is none.
    fn own_rule(&mut self, language: Language) -> usize {
        if let Some(place) = self.own.rules.iter().position(|rule| rule.language == language) {
            return place;
        }
        // A point that is to stay out of the theme stays out, whichever word is added.
        let kept_out = self.excluded().filter(|(of, _)| *of == language).map(|(_, term)| term.clone()).collect();
        self.own.rules.push(Rule { language, include: Vec::new(), exclude: kept_out });
        self.own.rules.len() - 1
    }

    fn edited(&mut self) {
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

impl CodeFrame {
    /// Follows the decisions.
    ///
    /// # Errors
    /// [`FrameError`] for a theme or decision that is unknown or contradicts what stands before it.
    pub fn replay(&self) -> Result<FrameState, FrameError> {
        let refuse = |line, fault| FrameError { file: self.file.clone(), line, fault };
        let mut following = Following { state: FrameState::default(), frame: self };
        for theme in &self.themes {
            following.add(theme).map_err(|fault| refuse(theme.line, fault))?;
        }
        for theme in &self.themes {
            following
                .check_parent(&theme.question, &theme.id, &theme.parent)
                .map_err(|fault| refuse(theme.line, fault))?;
        }
        let undone_by = self.undone()?;
        for (at, decision) in self.decisions.iter().enumerate().filter(|(at, _)| undone_by[*at].is_none()) {
            following.follow(at, decision).map_err(|fault| refuse(decision.line, fault))?;
        }
        following.state.undone_by = undone_by;
        Ok(following.state)
    }

    /// The themes as they are without any decision.
    ///
    /// # Errors
    /// As [`replay`](Self::replay).
    pub fn proposed(&self) -> Result<FrameState, FrameError> {
        let themes = self.themes.iter().cloned();
        Self { decisions: Vec::new(), themes: themes.collect(), ..self.clone() }.replay()
    }

    /// For each decision the undo that took it back.
    fn undone(&self) -> Result<Vec<Option<usize>>, FrameError> {
        let refuse = |line, fault| Err(FrameError { file: self.file.clone(), line, fault });
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, decision) in self.decisions.iter().enumerate() {
            if let Action::Undo { decision: id } = &decision.action
                && !places.contains_key(id.as_str())
            {
                return refuse(decision.line, FrameFault::NoDecision { id: id.clone() });
            }
            if let Some(first) = places.insert(&decision.id, at) {
                let line = self.decisions[first].line;
                return refuse(decision.line, FrameFault::SameDecision { id: decision.id.clone(), line });
            }
        }
        let mut undone_by: Vec<Option<usize>> = vec![None; self.decisions.len()];
        // The last first: an undo that is undone itself takes nothing back.
        for (at, decision) in self.decisions.iter().enumerate().rev() {
            let Action::Undo { decision: id } = &decision.action else { continue };
            if undone_by[at].is_some() {
                continue;
            }
            let target = places[id.as_str()];
            if let Some(other) = undone_by[target] {
                let line = decision.line;
                return refuse(self.decisions[other].line, FrameFault::Undone { id: id.clone(), line });
            }
            undone_by[target] = Some(at);
        }
        Ok(undone_by)
    }
}

/// The state on the way.
struct Following<'f> {
    state: FrameState,
    frame: &'f CodeFrame,
}

impl Following<'_> {
    fn line(&self, decision: Option<usize>, otherwise: u32) -> u32 {
        decision.map_or(otherwise, |at| self.frame.decisions[at].line)
    }

    /// Adds a theme as a file has it.
    fn add(&mut self, theme: &FrameTheme) -> Result<(), FrameFault> {
        let FrameTheme { question, id, name, .. } = theme;
        for (field, value) in [("question", question), ("id", id), ("name", name)] {
            if value.trim().is_empty() {
                return Err(FrameFault::Empty { field });
            }
        }
        if !id.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')) {
            return Err(FrameFault::BadId { id: id.clone() });
        }
        if let Some(other) = self.state.theme(question, id) {
            let line = other.line;
            return Err(FrameFault::SameTheme { id: id.clone(), question: question.clone(), line });
        }
        let language = language(&theme.language)?;
        let terms = |texts: &[String]| -> Result<Vec<FrameTerm>, FrameFault> {
            let mut terms: Vec<FrameTerm> = Vec::with_capacity(texts.len());
            for text in texts {
                if terms.iter().any(|term| same(&term.text, text)) {
                    return Err(FrameFault::SameTerm { id: id.clone(), term: text.clone(), line: theme.line });
                }
                terms.push(FrameTerm { text: text.trim().to_owned(), decision: None, line: theme.line });
            }
            Ok(terms)
        };
        let rule = Rule { language, include: terms(&theme.include)?, exclude: terms(&theme.exclude)? };
        let is_untouched = theme.exclude.is_empty() && theme.proposal == theme.digest();
        self.state.themes.push(ThemeState {
            question: question.clone(),
            language,
            id: id.clone(),
            name: name.clone(),
            definition: theme.definition.clone(),
            parent: Some(theme.parent.clone()).filter(|parent| !parent.is_empty()),
            status: theme.status,
            guid: theme.guid.clone(),
            origin: match () {
                () if theme.proposal.is_empty() => Origin::Written,
                () if is_untouched => Origin::Proposed,
                () => Origin::Edited,
            },
            fate: Fate::There,
            own: Part { rules: vec![rule], ..Part::default() },
            parts: Vec::new(),
            exemplars: Vec::new(),
            decisions: Vec::new(),
            status_line: theme.line,
            line: theme.line,
        });
        Ok(())
    }

    /// A theme that is there, by its place.
    fn there(&self, question: &str, id: &str) -> Result<usize, FrameFault> {
        let Some(at) = self.state.themes.iter().position(|theme| theme.question == question && theme.id == id) else {
            let of_question = self.state.themes.iter().filter(|theme| theme.question == question);
            let available =
                of_question.filter(|theme| theme.fate == Fate::There).map(|theme| theme.id.clone()).collect();
            return Err(FrameFault::NoTheme { id: id.to_owned(), question: question.to_owned(), available });
        };
        let gone = |fate: String, by: usize| {
            let (id, question, line) = (id.to_owned(), question.to_owned(), self.frame.decisions[by].line);
            Err(FrameFault::GoneTheme { id, question, fate, line })
        };
        match &self.state.themes[at].fate {
            Fate::There => Ok(at),
            Fate::Merged { into, by } => gone(format!("merged into {into:?}"), *by),
            Fate::Deleted { by } => gone("deleted".to_owned(), *by),
        }
    }

    /// A theme that is there and not rejected.
    fn open(&mut self, question: &str, id: &str, decision: usize) -> Result<usize, FrameFault> {
        let at = self.there(question, id)?;
        let theme = &mut self.state.themes[at];
        if theme.status == Status::Rejected {
            return Err(FrameFault::Rejected { id: id.to_owned(), line: theme.status_line });
        }
        theme.decisions.push(decision);
        Ok(at)
    }

    /// Whether a theme may stand below another.
    fn check_parent(&self, question: &str, id: &str, parent: &str) -> Result<(), FrameFault> {
        let mut above = parent.to_owned();
        while !above.is_empty() {
            if above == id {
                return Err(FrameFault::Itself { id: id.to_owned(), what: "below" });
            }
            let at = self.there(question, &above)?;
            above = self.state.themes[at].parent.clone().unwrap_or_default();
        }
        Ok(())
    }

    fn follow(&mut self, at: usize, decision: &Decision) -> Result<(), FrameFault> {
        let question = decision.question.as_str();
        match &decision.action {
            Action::Rename { theme, name } => {
                if name.trim().is_empty() {
                    return Err(FrameFault::Empty { field: "name" });
                }
                let theme = self.open(question, theme, at)?;
                name.trim().clone_into(&mut self.state.themes[theme].name);
            }
            Action::Define { theme, definition } => {
                let theme = self.open(question, theme, at)?;
                definition.trim().clone_into(&mut self.state.themes[theme].definition);
            }
            Action::Merge { theme, into } => self.merge(at, question, theme, into)?,
            Action::Split { theme, new, name, terms } => self.split(at, decision, theme, (new, name, terms))?,
            Action::Delete { theme } => {
                let theme = self.open(question, theme, at)?;
                self.leave(theme, Fate::Deleted { by: at });
            }
            Action::Add { theme, name, language, definition, include, exclude, parent, guid, .. } => {
                self.add(&FrameTheme {
                    question: question.to_owned(),
                    language: self.language_or_main(question, language),
                    id: theme.clone(),
                    name: name.trim().to_owned(),
                    definition: definition.clone(),
                    include: include.clone(),
                    exclude: exclude.clone(),
                    parent: parent.clone(),
                    guid: guid.clone(),
                    line: decision.line,
                    ..FrameTheme::default()
                })?;
                self.check_parent(question, theme, parent)?;
                let added = self.state.themes.len() - 1;
                let theme = &mut self.state.themes[added];
                theme.decisions.push(at);
                let terms =
                    theme.own.rules.iter_mut().flat_map(|rule| rule.include.iter_mut().chain(&mut rule.exclude));
                terms.for_each(|term| term.decision = Some(at));
            }
            Action::AddTerm { theme, term, language, exclude } => {
                self.add_term(at, question, theme, (term, language, *exclude))?;
            }
            Action::RemoveTerm { theme, term, language, exclude } => {
                self.remove_term(at, question, theme, (term, language, *exclude))?;
            }
            Action::SetParent { theme, parent } => {
                let place = self.open(question, theme, at)?;
                self.check_parent(question, theme, parent)?;
                self.state.themes[place].parent = Some(parent.clone()).filter(|parent| !parent.is_empty());
            }
            Action::SignOff { theme } => self.set_status(at, question, theme, Status::SignedOff)?,
            Action::Reject { theme } => self.set_status(at, question, theme, Status::Rejected)?,
            Action::Reopen { theme } => self.set_status(at, question, theme, Status::Proposed)?,
            Action::PinPoint { .. }
            | Action::DropPoint { .. }
            | Action::MovePoint { .. }
            | Action::MarkExemplar { .. }
            | Action::ExcludeVerbatim { .. } => self.point(at, question, &decision.action)?,
            Action::CodeResponse { theme, response } => self.code(at, question, theme, response, true)?,
            Action::DropResponse { theme, response } => self.code(at, question, theme, response, false)?,
            Action::MoveResponse { from, to, response } => {
                not_itself(from, to, "moved to")?;
                self.code(at, question, from, response, false)?;
                self.code(at, question, to, response, true)?;
            }
            Action::CodeExactly { response, themes, open } => {
                self.code_exactly(at, question, response, (themes, open))?;
            }
            Action::ProposeCoding { theme, responses, without, n_coded, n_in_theme, f1, f1_low, f1_high } => {
                let learnt = Learnt { n_coded: *n_coded, n_in_theme: *n_in_theme, f1: [*f1, *f1_low, *f1_high] };
                self.propose(at, question, (theme, responses, without), learnt)?;
            }
            Action::Undo { .. } => {}
        }
        Ok(())
    }

    /// `(themes, open)`: as of the action. What was decided before in the same sense stays as it is.
    fn code_exactly(
        &mut self,
        at: usize,
        question: &str,
        response: &str,
        (themes, open): (&[String], &[String]),
    ) -> Result<(), FrameFault> {
        if response.is_empty() {
            return Err(FrameFault::Empty { field: "response" });
        }
        for id in themes.iter().chain(open) {
            self.there(question, id)?;
        }
        let of_question: Vec<String> = (self.state.themes.iter())
            .filter(|theme| theme.question == question && theme.is_live() && !open.contains(&theme.id))
            .map(|theme| theme.id.clone())
            .collect();
        let rejected = themes.iter().filter(|id| !of_question.contains(id));
        for id in rejected.chain(&of_question) {
            let is_in = themes.contains(id);
            let theme = &self.state.themes[self.there(question, id)?];
            if theme.own.codes.get(response).is_none_or(|known| known.is_in != is_in) {
                self.code(at, question, id, response, is_in)?;
            }
        }
        Ok(())
    }

    /// `(theme, responses, without)`: as of the action.
    fn propose(
        &mut self,
        at: usize,
        question: &str,
        (theme, responses, without): (&str, &[String], &[String]),
        learnt: Learnt,
    ) -> Result<(), FrameFault> {
        let place = self.open(question, theme, at)?;
        let mut proposed = BTreeMap::new();
        let of = |ids: &'_ [String], is_in: bool| ids.iter().map(move |id| (id.clone(), is_in)).collect::<Vec<_>>();
        for (id, is_in) in of(responses, true).into_iter().chain(of(without, false)) {
            if id.is_empty() {
                return Err(FrameFault::Empty { field: "response" });
            }
            if proposed.insert(id.clone(), Pin { is_in, decision: at }).is_some() {
                return Err(FrameFault::ProposedTwice { response: id });
            }
        }
        let theme = &mut self.state.themes[place];
        (theme.own.proposed, theme.own.learnt) = (proposed, Some(learnt));
        theme.edited();
        Ok(())
    }

    /// The language a theme is in where none is said: that of the question's first theme.
    fn language_or_main(&self, question: &str, language: &str) -> String {
        if !language.is_empty() {
            return language.to_owned();
        }
        let first = self.state.themes.iter().find(|theme| theme.question == question).or(self.state.themes.first());
        first.map_or(Language::English, |theme| theme.language).code().to_owned()
    }

    /// A theme goes; what stood below it stands where it stood.
    fn leave(&mut self, at: usize, fate: Fate) {
        let (question, id) = (self.state.themes[at].question.clone(), self.state.themes[at].id.clone());
        let above = self.state.themes[at].parent.clone();
        self.state.themes[at].fate = fate;
        for theme in self.state.themes.iter_mut().filter(|theme| theme.question == question) {
            if theme.parent.as_ref() == Some(&id) {
                theme.parent = above.clone().filter(|above| *above != theme.id);
            }
        }
    }

    fn merge(&mut self, at: usize, question: &str, theme: &str, into: &str) -> Result<(), FrameFault> {
        not_itself(theme, into, "merged into")?;
        let from = self.open(question, theme, at)?;
        let to = self.open(question, into, at)?;
        let (parts, own) = (self.state.themes[from].parts.clone(), self.state.themes[from].own.clone());
        let exemplars = self.state.themes[from].exemplars.clone();
        let before = self.state.themes[from].decisions.clone();
        // What was below the other is below this one now.
        for child in self.state.themes.iter_mut().filter(|other| other.question == question) {
            if child.parent.as_deref() == Some(theme) {
                child.parent = Some(into.to_owned()).filter(|into| *into != child.id);
            }
        }
        self.leave(from, Fate::Merged { into: into.to_owned(), by: at });
        let target = &mut self.state.themes[to];
        let mine = std::mem::take(&mut target.own);
        target.parts.push(mine);
        target.parts.extend(parts);
        target.parts.push(own);
        target.exemplars.extend(exemplars);
        target.decisions.extend(before);
        target.decisions.sort_unstable();
        target.decisions.dedup();
        target.edited();
        Ok(())
    }

    /// `new`: the id, name and words of the new theme.
    fn split(
        &mut self,
        at: usize,
        decision: &Decision,
        theme: &str,
        (new, name, terms): (&str, &str, &[String]),
    ) -> Result<(), FrameFault> {
        let question = decision.question.as_str();
        if terms.is_empty() {
            return Err(FrameFault::Empty { field: "terms" });
        }
        let from = self.open(question, theme, at)?;
        let source = self.state.themes[from].clone();
        self.add(&FrameTheme {
            question: question.to_owned(),
            language: source.language.code().to_owned(),
            id: new.to_owned(),
            name: name.trim().to_owned(),
            parent: source.parent.clone().unwrap_or_default(),
            line: decision.line,
            ..FrameTheme::default()
        })?;
        let to = self.state.themes.len() - 1;
        let mut rules: Vec<Rule> = Vec::new();
        for term in terms {
            let mut moved = false;
            for part in self.state.themes[from].parts_mut() {
                for rule in &mut part.rules {
                    let Some(place) = rule.include.iter().position(|known| same(&known.text, term)) else { continue };
                    let taken = FrameTerm { decision: Some(at), line: decision.line, ..rule.include.remove(place) };
                    moved = true;
                    // What keeps points out of the one keeps them out of the other.
                    let alike =
                        rules.iter_mut().find(|other| other.language == rule.language && other.exclude == rule.exclude);
                    match alike {
                        Some(alike) => alike.include.push(taken),
                        None => rules.push(Rule { include: vec![taken], ..rule.clone() }),
                    }
                }
            }
            if !moved {
                return Err(no_term(&self.state.themes[from], term));
            }
        }
        self.state.themes[from].edited();
        let added = &mut self.state.themes[to];
        added.own.rules = rules;
        added.decisions.push(at);
        Ok(())
    }

    fn add_term(
        &mut self,
        at: usize,
        question: &str,
        theme: &str,
        (term, code, exclude): (&str, &str, bool),
    ) -> Result<(), FrameFault> {
        if term.trim().is_empty() {
            return Err(FrameFault::Empty { field: "term" });
        }
        let place = self.open(question, theme, at)?;
        let line = self.line(Some(at), 0);
        let theme = &mut self.state.themes[place];
        let language = if code.is_empty() { theme.language } else { language(code)? };
        let known = if exclude {
            theme.excluded().find(|(of, known)| *of == language && same(&known.text, term))
        } else {
            theme.included().find(|(of, known)| *of == language && same(&known.text, term))
        };
        if let Some((_, known)) = known {
            return Err(FrameFault::SameTerm { id: theme.id.clone(), term: term.to_owned(), line: known.line });
        }
        let added = FrameTerm { text: term.trim().to_owned(), decision: Some(at), line };
        if exclude {
            theme.own_rule(language);
            for rule in theme.parts_mut().flat_map(|part| &mut part.rules).filter(|rule| rule.language == language) {
                rule.exclude.push(added.clone());
            }
        } else {
            theme.include(language, added);
        }
        theme.edited();
        Ok(())
    }

    fn remove_term(
        &mut self,
        at: usize,
        question: &str,
        theme: &str,
        (term, code, exclude): (&str, &str, bool),
    ) -> Result<(), FrameFault> {
        let place = self.open(question, theme, at)?;
        let theme = &mut self.state.themes[place];
        let language = if code.is_empty() { theme.language } else { language(code)? };
        let mut removed = 0;
        for rule in theme.parts_mut().flat_map(|part| &mut part.rules).filter(|rule| rule.language == language) {
            let terms = if exclude { &mut rule.exclude } else { &mut rule.include };
            let before = terms.len();
            terms.retain(|known| !same(&known.text, term));
            removed += before - terms.len();
        }
        if removed == 0 {
            return Err(no_term(theme, term));
        }
        theme.edited();
        Ok(())
    }

    fn set_status(&mut self, at: usize, question: &str, id: &str, status: Status) -> Result<(), FrameFault> {
        let place = self.there(question, id)?;
        let line = self.line(Some(at), 0);
        let theme = &mut self.state.themes[place];
        if theme.status == status {
            let (id, line) = (id.to_owned(), theme.status_line);
            return Err(FrameFault::SameStatus { id, status: status.name(), line });
        }
        if theme.status == Status::Rejected && status == Status::SignedOff {
            return Err(FrameFault::Rejected { id: id.to_owned(), line: theme.status_line });
        }
        (theme.status, theme.status_line) = (status, line);
        theme.decisions.push(at);
        Ok(())
    }

    /// Decisions about a point.
    fn point(&mut self, at: usize, question: &str, action: &Action) -> Result<(), FrameFault> {
        let reference = |response: &str, start: u32, end: u32| {
            if response.is_empty() {
                return Err(FrameFault::Empty { field: "response" });
            }
            if start >= end {
                return Err(FrameFault::BadSpan { start, end });
            }
            Ok(PointRef { response: response.to_owned(), start, end })
        };
        match action {
            Action::PinPoint { theme, response, start, end } => {
                self.pin(at, question, theme, reference(response, *start, *end)?, true)
            }
            Action::DropPoint { theme, response, start, end } => {
                self.pin(at, question, theme, reference(response, *start, *end)?, false)
            }
            Action::MovePoint { from, to, response, start, end } => {
                not_itself(from, to, "moved to")?;
                let point = reference(response, *start, *end)?;
                self.pin(at, question, from, point.clone(), false)?;
                self.pin(at, question, to, point, true)
            }
            Action::MarkExemplar { theme, response, start, end } => {
                let point = reference(response, *start, *end)?;
                let place = self.open(question, theme, at)?;
                let theme = &self.state.themes[place];
                if let Some((_, by)) = theme.exemplars.iter().find(|(known, _)| *known == point) {
                    return Err(self.decided(&point, "an exemplar of", &theme.id, *by));
                }
                self.state.themes[place].exemplars.push((point, at));
                Ok(())
            }
            Action::ExcludeVerbatim { theme, response, start, end } => {
                let point = reference(response, *start, *end)?;
                if !theme.is_empty() {
                    self.open(question, theme, at)?;
                }
                let theme = Some(theme.clone()).filter(|theme| !theme.is_empty());
                let known = self.state.unquoted.iter();
                let mut known = known.filter(|known| known.question == question && known.point == point);
                if let Some(known) = known.find(|known| known.theme.is_none() || known.theme == theme) {
                    let by = known.decision;
                    return Err(self.decided(&point, "kept from being quoted for", &theme.unwrap_or_default(), by));
                }
                self.state.unquoted.push(Unquoted { question: question.to_owned(), theme, point, decision: at });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn decided(&self, point: &PointRef, state: &'static str, id: &str, by: usize) -> FrameFault {
        let what = format!("the point {}-{} of response {:?}", point.start, point.end, point.response);
        FrameFault::Decided { what, state, id: id.to_owned(), line: self.frame.decisions[by].line }
    }

    fn pin(&mut self, at: usize, question: &str, theme: &str, point: PointRef, is_in: bool) -> Result<(), FrameFault> {
        let place = self.open(question, theme, at)?;
        let theme = &self.state.themes[place];
        let state = |is_in: bool| if is_in { "in" } else { "out of" };
        if let Some(known) = theme.own.pins.get(&point) {
            return Err(self.decided(&point, state(known.is_in), &theme.id, known.decision));
        }
        if let Some(known) = theme.own.codes.get(&point.response) {
            let what = format!("the response {:?}", point.response);
            let line = self.frame.decisions[known.decision].line;
            return Err(FrameFault::Decided { what, state: state(known.is_in), id: theme.id.clone(), line });
        }
        let theme = &mut self.state.themes[place];
        theme.own.pins.insert(point, Pin { is_in, decision: at });
        theme.edited();
        Ok(())
    }

    fn code(&mut self, at: usize, question: &str, theme: &str, response: &str, is_in: bool) -> Result<(), FrameFault> {
        if response.is_empty() {
            return Err(FrameFault::Empty { field: "response" });
        }
        let place = self.open(question, theme, at)?;
        let theme = &self.state.themes[place];
        let pinned = theme.own.pins.iter().find(|(point, pin)| point.response == response && pin.is_in != is_in);
        if let Some(known) = theme.own.codes.get(response).or(pinned.map(|(_, pin)| pin)) {
            let state = if known.is_in { "in" } else { "out of" };
            let line = self.frame.decisions[known.decision].line;
            let what = format!("the response {response:?}");
            return Err(FrameFault::Decided { what, state, id: theme.id.clone(), line });
        }
        let theme = &mut self.state.themes[place];
        theme.own.codes.insert(response.to_owned(), Code { is_in, decision: at });
        theme.edited();
        Ok(())
    }
}

fn not_itself(theme: &str, other: &str, what: &'static str) -> Result<(), FrameFault> {
    if theme == other { Err(FrameFault::Itself { id: theme.to_owned(), what }) } else { Ok(()) }
}

fn no_term(theme: &ThemeState, term: &str) -> FrameFault {
    let available = theme.included().chain(theme.excluded()).map(|(_, term)| term.text.clone()).collect();
    FrameFault::NoTerm { id: theme.id.clone(), term: term.to_owned(), available }
}

/// Whether two terms are written alike: case and white space aside.
fn same(a: &str, b: &str) -> bool {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    folded(a) == folded(b)
}

fn language(code: &str) -> Result<Language, FrameFault> {
    language_of(code).ok_or_else(|| FrameFault::UnknownLanguage { code: code.to_owned() })
}
