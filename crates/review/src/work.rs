//! The work on a code frame: what it comes to now, and the decisions that change it. No server is known here.

use crate::error::ReviewError;
use crate::file::{FrameFile, Unwritten};
use crate::{Clock, Recovered};
use canvass::CodeFrame;
use canvass::codeframe::coding::{CodedTheme, check_terms};
use canvass::codeframe::suggest::Suggester;
use canvass::codeframe::{Action, Decision, Desk, FrameError, FrameFault, FrameState, PointRef, SCHEMA, told};
use canvass::run_folder::CodedRun;
use canvass_text::Analyser;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters of a decision's id at most.
const MAX_ID: usize = 40;

/// What a tab has seen of the code frame.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Version {
    /// A digest of the file.
    pub digest: String,
    /// Its decisions.
    pub n_decisions: usize,
}

/// A decision as a tab sends it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Its id, made by the tab: what is sent twice is applied once.
    pub id: String,
    /// The question; empty for an undo.
    #[serde(default)]
    pub question: String,
    /// What. A theme that is added or split off may be without an id; it is given one by its name.
    pub action: Action,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
    /// What the tab had seen.
    #[serde(default)]
    pub seen: Version,
}

/// A decision that is in the file.
#[derive(Clone, Debug, Serialize)]
pub struct Decided {
    /// The code frame with it.
    pub version: Version,
    /// It, in words.
    pub decision: Noted,
    /// Whether it was there before it was sent.
    pub again: bool,
    /// The theme it is about, if it is about one.
    pub theme: String,
    /// What others decided since the tab last looked.
    pub since: Vec<Noted>,
}

/// A decision in words.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Noted {
    /// Its id.
    pub id: String,
    /// The question; of an undo that of what it takes back.
    pub question: String,
    /// Who.
    pub author: String,
    /// When.
    pub time: String,
    /// Why.
    pub reason: String,
    /// What.
    pub told: String,
    /// Its action, by name.
    pub action: &'static str,
    /// The decision that took it back.
    pub undone_by: Option<String>,
    /// Where it stands in the file, 1-based.
    pub line: u32,
}

/// Why a decision was not made. Nothing was written.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// What kind of obstacle.
    pub kind: RefusalKind,
    /// What is in the way.
    pub message: String,
    /// The way out.
    pub hint: String,
    /// What others decided since the tab last looked.
    pub since: Vec<Noted>,
    /// For an undo: the later decision that needs what would be undone.
    pub blocking: Option<Box<Noted>>,
}

/// What kind of obstacle.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// It contradicts what was decided before it, or names what is not there.
    Conflict,
    /// It is no decision.
    Invalid,
    /// The file cannot be read or written.
    File,
}

/// A question laid out, with what the code frame makes of it once someone has asked.
pub(crate) struct Laid<'r> {
    pub(crate) desk: Desk<'r>,
    pub(crate) coding: Option<Coding>,
}

/// What the code frame makes of a question.
#[derive(Clone, Debug)]
pub(crate) struct Coding {
    pub(crate) themes: Vec<CodedTheme>,
    /// For each of them its respondents, raw and with near-duplicates counted once.
    pub(crate) counts: Vec<(u64, u64)>,
    /// The responses in no theme, ascending.
    pub(crate) uncoded: Vec<u32>,
}

/// A code frame being worked on.
pub struct Work<'r> {
    pub(crate) run: &'r CodedRun,
    pub(crate) analyser: &'r Analyser<'r>,
    pub(crate) file: FrameFile,
    pub(crate) frame: CodeFrame,
    pub(crate) state: FrameState,
    laid: Vec<Option<Laid<'r>>>,
    pub(crate) author: String,
    pub(crate) start: Option<String>,
    pub(crate) recovered: Option<Recovered>,
    clock: Clock,
    /// The decisions of each version that a tab may have seen.
    versions: BTreeMap<String, usize>,
    digest: String,
}

/// What a [`Work`] begins with.
pub(crate) struct Begin {
    pub(crate) file: FrameFile,
    pub(crate) frame: CodeFrame,
    pub(crate) author: String,
    pub(crate) start: Option<String>,
    pub(crate) recovered: Option<Recovered>,
    pub(crate) clock: Clock,
}

impl<'r> Work<'r> {
    /// # Errors
    /// [`FrameError`] if the frame cannot be followed or has a word that cannot be looked for.
    pub(crate) fn new(run: &'r CodedRun, analyser: &'r Analyser<'r>, begin: Begin) -> Result<Self, FrameError> {
        let Begin { file, frame, author, start, recovered, clock } = begin;
        let state = followed(&frame, analyser)?;
        let laid = run.questions.iter().map(|_| None).collect();
        let digest = file.digest();
        let versions = BTreeMap::from([(digest.clone(), frame.decisions.len())]);
        Ok(Self { run, analyser, file, frame, state, laid, author, start, recovered, clock, versions, digest })
    }

    /// What a tab sees now.
    pub fn version(&self) -> Version {
        Version { digest: self.digest.clone(), n_decisions: self.frame.decisions.len() }
    }

    /// Takes in what was written to the file by others. A glance looks at it only if the system says that it changed.
    ///
    /// # Errors
    /// [`Refusal`] while the file cannot be followed; what was there before stays in use.
    pub fn refresh(&mut self, glance: bool) -> Result<(), Refusal> {
        if glance && !self.file.may_have_changed() {
            return Ok(());
        }
        let taken = self.file.refresh().and_then(|frame| {
            frame
                .map(|frame| Ok((followed(&frame, self.analyser)?, frame)))
                .transpose()
                .map_err(|error: FrameError| error.into())
        });
        match taken {
            Ok(None) => Ok(()),
            Ok(Some((state, frame))) => {
                (self.state, self.frame) = (state, frame);
                self.digest = self.file.digest();
                self.versions.insert(self.digest.clone(), self.frame.decisions.len());
                for laid in self.laid.iter_mut().flatten() {
                    laid.coding = None;
                }
                Ok(())
            }
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// The place of a question.
    ///
    /// # Errors
    /// [`Refusal`] if the run has no such question.
    pub(crate) fn question_at(&self, id: &str) -> Result<usize, Refusal> {
        let place = self.run.questions.iter().position(|question| question.id == id);
        place.ok_or_else(|| {
            let available = self.run.questions.iter().map(|question| question.id.clone()).collect();
            let fault = FrameFault::NoQuestion { question: id.to_owned(), available };
            refused(RefusalKind::Invalid, &FrameError { file: self.frame.file.clone(), line: 0, fault })
        })
    }

    /// Lays a question out and codes it, as far as that is not done.
    pub(crate) fn lay(&mut self, at: usize) {
        let laid = self.laid[at].get_or_insert_with(|| Laid { desk: Desk::new(&self.run.questions[at]), coding: None });
        if laid.coding.is_none() {
            laid.coding = Some(code(&mut laid.desk, &self.state, self.analyser));
        }
    }

    /// A question that was laid out.
    ///
    /// # Panics
    /// If it was not: [`lay`](Self::lay) comes first.
    pub(crate) fn laid(&self, at: usize) -> (&Desk<'r>, &Coding) {
        let laid = self.laid[at].as_ref().expect("the question is laid out");
        (&laid.desk, laid.coding.as_ref().expect("the question is coded"))
    }

    /// Makes a decision: tried in memory, then written down to the disk, then in use.
    ///
    /// What others decided meanwhile is taken in first, and the decision stands behind it.
    ///
    /// # Errors
    /// [`Refusal`], after which all is as it was.
    pub fn decide(&mut self, sent: &Sent) -> Result<Decided, Refusal> {
        self.refresh(false)?;
        if let Some(known) = self.frame.decisions.iter().position(|decision| decision.id == sent.id) {
            return self.sent_before(known, sent);
        }
        let since = self.since(&sent.seen);
        let mut decision = self.decision(sent)?;
        // A few times: another program may write at the same moment.
        for _ in 0..8 {
            decision.line = self.file.n_lines() + 1;
            let state = match self.tried(&decision) {
                Ok(state) => state,
                Err(refusal) => return Err(Refusal { since, ..refusal }),
            };
            match self.file.add(&decision) {
                Ok(()) => {
                    self.adopt(decision, state);
                    let noted = self.noted(self.frame.decisions.len() - 1);
                    let theme = subject(&self.frame.decisions, self.frame.decisions.len() - 1);
                    return Ok(Decided { version: self.version(), decision: noted, again: false, theme, since });
                }
                Err(Unwritten::Changed) => self.refresh(false)?,
                Err(Unwritten::NoPlace) => {
                    let message = format!("no line can be added to {} without changing what is there", self.frame.file);
                    let hint = "write the table [decisions] at the end of the file, a decision a line".to_owned();
                    return Err(Refusal { kind: RefusalKind::File, message, hint, since, blocking: None });
                }
                Err(Unwritten::Io(error)) => return Err(Refusal { since, ..unreadable(&error) }),
            }
        }
        let message = format!("{} is being written by another program all the time", self.frame.file);
        let hint = "close the other program, and send it again".to_owned();
        Err(Refusal { kind: RefusalKind::File, message, hint, since, blocking: None })
    }

    /// What a decision would come to, without making it: the state with it.
    ///
    /// # Errors
    /// [`Refusal`] if it cannot be made.
    pub(crate) fn trial(&mut self, sent: &Sent) -> Result<(FrameState, Decision), Refusal> {
        self.refresh(true)?;
        let mut decision = self.decision(sent)?;
        decision.line = self.file.n_lines() + 1;
        Ok((self.tried(&decision)?, decision))
    }

    /// What a state makes of a question; what is looked up for it is forgotten again.
    pub(crate) fn coded_as(&mut self, at: usize, state: &FrameState) -> Coding {
        self.lay(at);
        let (current, analyser) = (&self.state, self.analyser);
        let laid = self.laid[at].as_mut().expect("the question is laid out");
        let coding = code(&mut laid.desk, state, analyser);
        laid.desk.forget_others(&[current]);
        coding
    }

    /// A decision in words, by its place.
    pub(crate) fn noted(&self, at: usize) -> Noted {
        let decision = &self.frame.decisions[at];
        let undone_by = self.state.undone_by.get(at).copied().flatten();
        Noted {
            id: decision.id.clone(),
            question: question_of(&self.frame.decisions, at),
            author: decision.author.clone(),
            time: decision.time.clone(),
            reason: decision.reason.clone(),
            told: self.told(at),
            action: decision.action.name(),
            undone_by: undone_by.map(|by| self.frame.decisions[by].id.clone()),
            line: decision.line,
        }
    }

    /// A decision in words, themes by their names now.
    fn told(&self, at: usize) -> String {
        let decision = &self.frame.decisions[at];
        if let Action::Undo { decision: id } = &decision.action {
            let before = self.frame.decisions[..at].iter().position(|decision| decision.id == *id);
            return before.map(|before| format!("undone: {}", self.told(before))).unwrap_or_default();
        }
        let is_new = matches!(decision.action, Action::Add { .. });
        let Ok(mut fields) = serde_json::to_value(&decision.action) else { return told(&decision.action) };
        for (field, value) in fields.as_object_mut().into_iter().flatten() {
            if !["theme", "into", "from", "to", "parent"].contains(&field.as_str()) || is_new && field == "theme" {
                continue;
            }
            let name = value.as_str().and_then(|id| self.state.theme(&decision.question, id)).map(|theme| &theme.name);
            if let Some(name) = name {
                *value = format!("\u{201c}{name}\u{201d}").into();
            }
        }
        serde_json::from_value(fields).map_or_else(|_| told(&decision.action), |named: Action| told(&named))
    }

    /// What was decided since a tab looked. Of a file that was changed by hand in between: what stands behind as many decisions.
    pub(crate) fn since(&self, seen: &Version) -> Vec<Noted> {
        let from = self.versions.get(&seen.digest).copied().unwrap_or(seen.n_decisions);
        (from.min(self.frame.decisions.len())..self.frame.decisions.len()).map(|at| self.noted(at)).collect()
    }

    fn sent_before(&self, known: usize, sent: &Sent) -> Result<Decided, Refusal> {
        let decision = &self.frame.decisions[known];
        let is_undo = matches!(decision.action, Action::Undo { .. });
        if decision.action.name() != sent.action.name() || !is_undo && decision.question != sent.question {
            let message = format!("another decision has the id {:?}", sent.id);
            let hint = "load the page again".to_owned();
            return Err(Refusal { kind: RefusalKind::Invalid, message, hint, since: Vec::new(), blocking: None });
        }
        let theme = subject(&self.frame.decisions, known);
        let since = self.since(&sent.seen).into_iter().filter(|noted| noted.id != sent.id).collect();
        Ok(Decided { version: self.version(), decision: self.noted(known), again: true, theme, since })
    }

    /// The decision as it will stand in the file: written as a line and read again, so that it is what the line says.
    fn decision(&self, sent: &Sent) -> Result<Decision, Refusal> {
        let is_id =
            !sent.id.is_empty() && sent.id.len() <= MAX_ID && sent.id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id {
            let message = format!("{:?} is no id of a decision", sent.id);
            let hint = "load the page again".to_owned();
            return Err(Refusal { kind: RefusalKind::Invalid, message, hint, since: Vec::new(), blocking: None });
        }
        let is_undo = matches!(sent.action, Action::Undo { .. });
        if !is_undo {
            self.question_at(&sent.question)?;
        }
        let decision = Decision {
            id: sent.id.clone(),
            question: if is_undo { String::new() } else { sent.question.clone() },
            author: self.author.clone(),
            time: (self.clock)(),
            reason: sent.reason.trim().to_owned(),
            action: self.with_id(&sent.question, sent.action.clone()),
            line: 0,
        };
        let alone = format!("schema = \"{SCHEMA}\"\n[decisions]\n{}", decision.to_line());
        let read = CodeFrame::from_bytes(&self.frame.file, alone.as_bytes());
        let mut read = read.map_err(|error| refused(RefusalKind::Invalid, &FrameError { line: 0, ..error }))?;
        Ok(read.decisions.pop().unwrap_or(decision))
    }

    /// Gives a new theme an id made of its name, where it has none.
    fn with_id(&self, question: &str, action: Action) -> Action {
        match action {
            Action::Add { theme, name, language, definition, include, exclude, parent, search, guid } => {
                let theme = self.id_for(question, theme, &name);
                Action::Add { theme, name, language, definition, include, exclude, parent, search, guid }
            }
            Action::Split { theme, new, name, terms } => {
                let new = self.id_for(question, new, &name);
                Action::Split { theme, new, name, terms }
            }
            other => other,
        }
    }

    fn id_for(&self, question: &str, id: String, name: &str) -> String {
        if !id.is_empty() {
            return id;
        }
        let words = name.to_lowercase();
        let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug: String = words.collect::<Vec<_>>().join("-").chars().take(MAX_ID).collect();
        if slug.is_empty() {
            "theme".clone_into(&mut slug);
        }
        let free = |id: &String| self.state.theme(question, id).is_none();
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        std::iter::once(slug.clone()).chain(numbered).find(free).unwrap_or(slug)
    }

    /// The state with one more decision.
    fn tried(&mut self, decision: &Decision) -> Result<FrameState, Refusal> {
        self.check_place(decision)?;
        self.frame.decisions.push(decision.clone());
        let state = followed(&self.frame, self.analyser);
        self.frame.decisions.pop();
        state.map_err(|error| {
            let by_line = (0..).zip(&self.frame.decisions).find(|(_, known)| known.line == error.line);
            let is_undo = matches!(decision.action, Action::Undo { .. });
            let blocking =
                by_line.filter(|_| is_undo && error.line != decision.line).map(|(at, _)| Box::new(self.noted(at)));
            Refusal { blocking, ..refused(RefusalKind::Conflict, &error) }
        })
    }

    /// Refuses a point or response that the run does not have.
    fn check_place(&mut self, decision: &Decision) -> Result<(), Refusal> {
        let (response, span) = match &decision.action {
            Action::PinPoint { response, start, end, .. }
            | Action::DropPoint { response, start, end, .. }
            | Action::MovePoint { response, start, end, .. }
            | Action::MarkExemplar { response, start, end, .. }
            | Action::ExcludeVerbatim { response, start, end, .. } => (response, Some((*start, *end))),
            Action::CodeResponse { response, .. }
            | Action::DropResponse { response, .. }
            | Action::MoveResponse { response, .. } => (response, None),
            _ => return Ok(()),
        };
        let at = self.question_at(&decision.question)?;
        self.lay(at);
        let table = self.laid(at).0.table();
        let is_there = match span {
            None => table.ids.contains_key(response),
            Some((start, end)) => !table.find(&PointRef { response: response.clone(), start, end }).is_empty(),
        };
        if is_there {
            return Ok(());
        }
        let message = format!("the run has no such point or response: {}", told(&decision.action));
        let hint = "load the page again".to_owned();
        Err(Refusal { kind: RefusalKind::Invalid, message, hint, since: Vec::new(), blocking: None })
    }

    /// Takes a decision into use that is in the file.
    fn adopt(&mut self, decision: Decision, state: FrameState) {
        self.frame.decisions.push(decision);
        self.state = state;
        self.digest = self.file.digest();
        self.versions.insert(self.digest.clone(), self.frame.decisions.len());
        let question = question_of(&self.frame.decisions, self.frame.decisions.len() - 1);
        for (laid, of) in self.laid.iter_mut().zip(&self.run.questions) {
            if let Some(laid) = laid.as_mut().filter(|_| of.id == question) {
                laid.coding = None;
            }
        }
    }
}

/// Codes a question.
fn code(desk: &mut Desk<'_>, state: &FrameState, analyser: &Analyser<'_>) -> Coding {
    desk.learn(state, analyser);
    let themes = desk.code(state);
    let counts = themes.iter().map(|coded| desk.count(coded.members.iter().map(|(point, _)| *point))).collect();
    let uncoded = Suggester::new(desk, state, &themes, analyser).uncoded();
    Coding { themes, counts, uncoded }
}

/// The state of a frame whose words can be looked for.
fn followed(frame: &CodeFrame, analyser: &Analyser<'_>) -> Result<FrameState, FrameError> {
    let state = frame.replay()?;
    let refuse = |(line, fault)| FrameError { file: frame.file.clone(), line, fault };
    check_terms(&[&state], analyser).map_err(refuse)?;
    Ok(state)
}

/// The question a decision is about: of an undo that of what it takes back.
fn question_of(decisions: &[Decision], at: usize) -> String {
    let mut at = at;
    while let Action::Undo { decision: id } = &decisions[at].action {
        // What is undone stands before.
        let Some(before) = decisions[..at].iter().position(|decision| decision.id == *id) else { break };
        at = before;
    }
    decisions[at].question.clone()
}

/// The theme a decision is about, to show it.
fn subject(decisions: &[Decision], at: usize) -> String {
    let theme = match &decisions[at].action {
        Action::Merge { into, .. } => into,
        Action::Split { new, .. } => new,
        Action::MovePoint { to, .. } | Action::MoveResponse { to, .. } => to,
        Action::Undo { decision: id } => {
            let before = decisions[..at].iter().position(|decision| decision.id == *id);
            return before.map(|before| subject(decisions, before)).unwrap_or_default();
        }
        Action::CodeExactly { themes, .. } => return themes.first().cloned().unwrap_or_default(),
        Action::Rename { theme, .. }
        | Action::Define { theme, .. }
        | Action::Delete { theme }
        | Action::Add { theme, .. }
        | Action::AddTerm { theme, .. }
        | Action::RemoveTerm { theme, .. }
        | Action::SetParent { theme, .. }
        | Action::SignOff { theme }
        | Action::Reject { theme }
        | Action::Reopen { theme }
        | Action::PinPoint { theme, .. }
        | Action::DropPoint { theme, .. }
        | Action::CodeResponse { theme, .. }
        | Action::DropResponse { theme, .. }
        | Action::ProposeCoding { theme, .. }
        | Action::MarkExemplar { theme, .. }
        | Action::ExcludeVerbatim { theme, .. } => theme,
    };
    theme.clone()
}

fn refused(kind: RefusalKind, error: &FrameError) -> Refusal {
    Refusal { kind, message: error.to_string(), hint: error.hint(), since: Vec::new(), blocking: None }
}

fn unreadable(error: &ReviewError) -> Refusal {
    let (message, hint) = (error.to_string(), error.hint());
    Refusal { kind: RefusalKind::File, message, hint, since: Vec::new(), blocking: None }
}
