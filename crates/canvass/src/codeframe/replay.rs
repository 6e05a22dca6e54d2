//! Following the decisions: from the themes of a file to what they are now.
//!
//! This looks at the file alone. What contradicts a decision before it, or names what is not there, is an error; whether a decision
//! touches any answer shows where the frame is applied.

mod coding;

use super::state::{Fate, FrameState, FrameTerm, Learnt, Origin, Part, Rule, ThemeState};
use super::{Action, CodeFrame, Decision, FrameError, FrameFault, FrameTheme, Status, language_of};
use canvass_text::Language;
use std::collections::BTreeMap;

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
