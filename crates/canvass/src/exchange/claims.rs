//! What a file says of the themes and the coding of a run, in whichever format.

use super::positions::Positions;
use super::view::{View, words_of};
use super::words::{Word, described, split};
use super::{Coding, ExchangeError, ExchangeFault, Guid, Import, Project, Selection, Source, Unmatched, outgoing};
use crate::codeframe::{Fate, Status};
use std::collections::{BTreeMap, BTreeSet};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) themes: Vec<Claim>,
    pub(super) passages: Vec<Passage>,
    /// Questions of which every theme is among the claims: one that is not was taken away.
    pub(super) whole_questions: BTreeSet<usize>,
    /// Responses of which every coding is among the passages, as (question, response): one that is not was taken away.
    pub(super) whole_responses: BTreeSet<(usize, usize)>,
    pub(super) unmatched: Vec<Unmatched>,
    pub(super) notes: Vec<String>,
}

/// What a theme is to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Claim {
    /// Where it says so.
    pub(super) place: String,
    /// The question, by its place in the run.
    pub(super) question: usize,
    /// The theme of the frame that it is, by its place in the state.
    pub(super) theme: Option<usize>,
    /// The id it is to have.
    pub(super) id: String,
    /// The identity it came with.
    pub(super) guid: Option<Guid>,
    pub(super) name: String,
    /// What belongs to it; none: nothing is said.
    pub(super) definition: Option<String>,
    /// The claim above it.
    pub(super) above: Above,
    pub(super) language: Option<String>,
    pub(super) include: Option<Vec<Word>>,
    pub(super) exclude: Option<Vec<Word>>,
    pub(super) status: Option<Status>,
}

/// What is said of what stands above a theme.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Above {
    /// Nothing.
    #[default]
    Unsaid,
    /// A theme, by its place among the claims, or none.
    Is(Option<usize>),
}

impl Above {
    /// The theme, if one is said.
    pub(super) fn claim(self) -> Option<usize> {
        if let Self::Is(claim) = self { claim } else { None }
    }
}

/// That something was coded.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    pub(super) place: String,
    pub(super) claim: usize,
    pub(super) response: usize,
    pub(super) extent: Extent,
    pub(super) by: By,
    /// When, if it is said.
    pub(super) time: String,
}

/// What of a response was coded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// These bytes of what was analysed.
    Bytes(u32, u32),
    /// Nothing: it is to be taken out.
    Out,
}

/// Who coded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum By {
    /// The machine.
    Machine,
    /// Someone with a name, or someone.
    Person(Option<String>),
}

/// What codes of a project are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Is {
    /// The folder of a question.
    Folder(usize),
    /// A theme of the frame.
    Theme(usize),
    /// A theme of the frame that is gone.
    Gone(usize),
    /// None that is known.
    New,
}

/// Makes claims of a code book or project.
///
/// # Errors
/// [`ExchangeFault::NoQuestion`] for a code of which nothing says which question it is about.
pub(super) fn of_project(view: &View<'_>, project: &Project, import: &Import<'_>) -> Result<Claims, ExchangeError> {
    let mut matching = Matching {
        view,
        project,
        import,
        is: Vec::new(),
        question: Vec::new(),
        by_name: BTreeSet::new(),
        claims: Claims::default(),
    };
    matching.know();
    let of_code = matching.codes()?;
    matching.sources(&of_code);
    Ok(matching.claims)
}

struct Matching<'a, 'r> {
    view: &'a View<'r>,
    project: &'a Project,
    import: &'a Import<'a>,
    /// For each code what it is ...
    is: Vec<Is>,
    /// ... and which question it is about.
    question: Vec<Option<usize>>,
    /// The codes that are a theme because they are called like it.
    by_name: BTreeSet<usize>,
    claims: Claims,
}

impl Matching<'_, '_> {
    /// Says of each code what it is: by its GUID, by the lines of ours in its description, else by its name among the themes of its question.
    fn know(&mut self) {
        let (view, codes) = (self.view, &self.project.codes);
        let folders: BTreeMap<&Guid, usize> = view.questions.iter().map(|question| &question.guid).zip(0..).collect();
        let is_ours = codes.iter().any(|code| described(&code.description).fields.contains_key("frame"));
        // A code book from elsewhere that is taken for one question says nothing of the themes of others.
        let only = self.import.question.filter(|_| !is_ours);
        let is_asked = |theme: &usize| only.is_none_or(|only| view.state.themes[*theme].question == only);
        let themes = view.guids.iter().zip(0..).filter(|(_, theme)| is_asked(theme));
        let themes: BTreeMap<&Guid, usize> = themes.collect();
        let has_children: BTreeSet<usize> = codes.iter().filter_map(|code| code.above).collect();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for (at, code) in codes.iter().enumerate() {
            let said = described(&code.description).fields;
            let field = |name: &str| said.get(name).map(String::as_str).filter(|value| !value.is_empty());
            let by_words = field("question").zip(field("theme")).and_then(|(question, id)| {
                view.state.themes.iter().position(|theme| theme.question == question && theme.id == id)
            });
            let by_words = by_words.filter(|theme| !taken.contains(theme));
            let folder = folders.get(&code.guid).copied().or_else(|| {
                let of = field("question").filter(|_| field("frame").is_some());
                of.and_then(|of| view.questions.iter().position(|question| question.question.id == of))
            });
            let folder = folder.or_else(|| {
                let is_folder = code.above.is_none() && (!code.is_codable || has_children.contains(&at));
                let name = code.name.trim();
                let is_named = |names: [&str; 3]| names.contains(&name);
                let mut found = (0..view.questions.len()).filter(|_| is_folder);
                found.find(|at| {
                    let question = &view.questions[*at];
                    is_named([&question.name(), &question.question.id, question.question.text.trim()])
                })
            });
            let is = match (folder, themes.get(&code.guid).copied().or(by_words)) {
                (Some(question), _) => Is::Folder(question),
                (None, Some(theme)) if view.state.themes[theme].fate == Fate::There => Is::Theme(theme),
                (None, Some(theme)) => Is::Gone(theme),
                (None, None) => Is::New,
            };
            if let Is::Theme(theme) = is {
                taken.insert(theme);
            }
            self.is.push(is);
        }
        self.ask(&has_children);
        for (at, code) in codes.iter().enumerate() {
            let Some(question) = self.question[at].filter(|_| self.is[at] == Is::New) else { continue };
            let id = view.questions[question].question.id.as_str();
            let mut named = view.state.themes.iter().enumerate().filter(|(place, theme)| {
                let is_free = theme.fate == Fate::There && !taken.contains(place);
                is_free && theme.question == id && is_called(&theme.name, &code.name)
            });
            // Of several with one name it is none.
            if let (Some((theme, _)), None) = (named.next(), named.next()) {
                taken.insert(theme);
                self.is[at] = Is::Theme(theme);
                self.by_name.insert(at);
            }
        }
    }

    /// Says of each code which question it is about: its own, that of a code above it, that of a code below it, the only one.
    fn ask(&mut self, has_children: &BTreeSet<usize>) {
        let (view, codes) = (self.view, &self.project.codes);
        let question_of = |id: &str| view.questions.iter().position(|question| question.question.id == id);
        let of_theme = |theme: usize| question_of(&view.state.themes[theme].question);
        let mut question: Vec<Option<usize>> = Vec::with_capacity(codes.len());
        for (is, code) in self.is.iter().zip(codes) {
            let above = code.above.and_then(|above| question[above]);
            question.push(match is {
                Is::Folder(question) => Some(*question),
                Is::Theme(theme) | Is::Gone(theme) => of_theme(*theme),
                Is::New => above,
            });
        }
        for at in (0..codes.len()).rev().filter(|at| !has_children.is_empty() && codes[*at].above.is_some()) {
            let above = codes[at].above.unwrap_or_default();
            question[above] = question[above].or(question[at]);
        }
        let only = if view.questions.len() == 1 { Some(0) } else { self.import.question.and_then(question_of) };
        // Once more from the top: what is below a code that has got its question has it, too.
        for at in 0..codes.len() {
            let above = codes[at].above.and_then(|above| question[above]);
            question[at] = question[at].or(above).or(only);
        }
        self.question = question;
    }

    /// Makes claims of the codes; for each code its claim.
    fn codes(&mut self) -> Result<Vec<Option<usize>>, ExchangeError> {
        let (view, project) = (self.view, self.project);
        let told = |text: &str| described(text).fields.get("frame").cloned();
        let digests = project.codes.iter().map(|code| told(&code.description)).chain([told(&project.description)]);
        let digests: BTreeSet<String> = digests.flatten().collect();
        let is_current = digests.contains(&view.digest);
        if !is_current && !digests.is_empty() {
            self.claims.notes.push(
                "it was exported from another state of the code frame: what people removed is not taken over; name the code frame \
                 that was exported with --codeframe"
                    .to_owned(),
            );
        }
        let mut of_code: Vec<Option<usize>> = Vec::with_capacity(project.codes.len());
        for (at, code) in project.codes.iter().enumerate() {
            let place = self.place(code.line);
            match self.is[at] {
                Is::Folder(question) => {
                    if is_current {
                        self.claims.whole_questions.insert(question);
                    }
                    of_code.push(None);
                    continue;
                }
                Is::Gone(theme) => {
                    let theme = &view.state.themes[theme];
                    let why = format!(
                        "its theme {:?} of question {:?} is gone from the code frame",
                        theme.id, theme.question
                    );
                    self.claims.unmatched.push(Unmatched { place, what: format!("the code {:?}", code.name), why });
                    of_code.push(None);
                    continue;
                }
                Is::Theme(_) | Is::New => {}
            }
            let Some(question) = self.question[at] else {
                let fault = ExchangeFault::NoQuestion { code: code.name.clone(), available: view.ids() };
                return Err(ExchangeError::of(self.import.file, place, fault));
            };
            let theme = if let Is::Theme(theme) = self.is[at] { Some(theme) } else { None };
            let mut above = code.above;
            let above = loop {
                match above {
                    None => break None,
                    Some(place) if of_code[place].is_some() && self.question[place] == Some(question) => {
                        break of_code[place];
                    }
                    Some(place) => above = project.codes[place].above,
                }
            };
            if theme.is_some() && is_current {
                self.claims.whole_questions.insert(question);
            }
            let said = described(&code.description);
            let own = theme.map(|theme| view.state.themes[theme].language.code().to_owned());
            let field = |name: &str| said.fields.get(name).filter(|value| !value.is_empty()).cloned();
            let own = own.or_else(|| field("language"));
            let words = |name: &str| {
                let of = own.as_deref().unwrap_or(view.questions[question].question.language.code());
                said.fields.get(name).map(|value| split(value, of))
            };
            of_code.push(Some(self.claims.themes.len()));
            self.claims.themes.push(Claim {
                place,
                question,
                theme,
                id: field("theme").unwrap_or_default(),
                guid: Some(code.guid.clone()),
                // What is found by its name keeps it as it is.
                name: match theme.filter(|_| self.by_name.contains(&at)) {
                    Some(theme) => view.state.themes[theme].name.clone(),
                    None => code.name.trim().to_owned(),
                },
                // A program that keeps no descriptions has not emptied them.
                definition: (said.is_ours || !said.definition.is_empty()).then(|| said.definition.clone()),
                above: Above::Is(above),
                language: own.clone(),
                include: words("include"),
                exclude: words("exclude"),
                status: field("status").and_then(|status| status_of(&status)),
            });
        }
        Ok(of_code)
    }

    fn place(&self, line: u32) -> String {
        let part = self.import.part;
        let line = format!("line {line}");
        if part.is_empty() { line } else { format!("{part}, {line}") }
    }

    /// Finds the response that each source is, and makes passages of its codings.
    fn sources(&mut self, of_code: &[Option<usize>]) {
        let (view, project) = (self.view, self.project);
        let codes: BTreeMap<&Guid, usize> = project.codes.iter().map(|code| &code.guid).zip(0..).collect();
        let known = Known::of(view);
        let is_current = !self.claims.whole_questions.is_empty();
        for source in &project.sources {
            let counted = Positions::of(&source.text);
            let (question, response, is_ours) = match known.find(view, source, &counted) {
                Ok(found) => found,
                Err(why) => {
                    let n: usize = source.selections.iter().map(|selection| selection.codings.len()).sum();
                    let what = format!("the source {:?}, {}", source.name, codings((n + source.codings.len()) as u64));
                    self.claims.unmatched.push(Unmatched { place: self.import.part.to_owned(), what, why });
                    continue;
                }
            };
            if is_ours && is_current {
                self.claims.whole_responses.insert((question, response));
            }
            let of_response = view.questions[question].positions(response);
            for selection in &source.selections {
                let extent = extent(selection, source, &counted, &of_response, self.import.is_utf_16);
                for coding in &selection.codings {
                    let by = self.by(coding.user.as_ref().or(selection.user.as_ref()));
                    let place = self.place(selection.line);
                    self.coding((question, response), &extent, coding, by, place, (&codes, of_code));
                }
            }
            for coding in &source.codings {
                let (by, place) = (self.by(coding.user.as_ref()), self.import.part.to_owned());
                self.coding((question, response), &Ok(Extent::Whole), coding, by, place, (&codes, of_code));
            }
        }
        for other in project.others.iter().filter(|other| other.n_codings > 0) {
            let what = format!("the source {:?}, {}", other.name, codings(other.n_codings));
            self.claims.unmatched.push(Unmatched { place: self.import.part.to_owned(), what, why: other.why.clone() });
        }
    }

    fn by(&self, user: Option<&Guid>) -> By {
        let Some(user) = user else { return By::Person(None) };
        let name = self.project.users.iter().find(|known| known.guid == *user).map(|known| known.name.trim());
        match name {
            _ if *user == outgoing::user_guid(outgoing::MACHINE) => By::Machine,
            Some(outgoing::MACHINE) => By::Machine,
            Some("") | None => By::Person(None),
            Some(name) => By::Person(Some(name.to_owned())),
        }
    }

    fn coding(
        &mut self,
        (question, response): (usize, usize),
        extent: &Result<Extent, String>,
        coding: &Coding,
        by: By,
        place: String,
        (codes, of_code): (&BTreeMap<&Guid, usize>, &[Option<usize>]),
    ) {
        let id = &self.view.questions[question].question.responses[response].response_id;
        let code = codes.get(&coding.code).copied();
        let what = |code: &str| format!("a passage of response {id:?} coded {code:?}");
        let (what, why) = match (code, extent) {
            (None, _) => (what(&coding.code.to_string()), "there is no such code".to_owned()),
            (Some(code), Err(why)) => (what(&self.project.codes[code].name), why.clone()),
            (Some(code), Ok(extent)) => {
                let claim = of_code[code].filter(|claim| self.claims.themes[*claim].question == question);
                if let Some(claim) = claim {
                    let time = super::refi::date_time(&coding.time).unwrap_or_default();
                    self.claims.passages.push(Passage { place, claim, response, extent: *extent, by, time });
                    return;
                }
                let asked = &self.view.questions[question].question.id;
                (what(&self.project.codes[code].name), format!("the code is no theme of question {asked:?}"))
            }
        };
        self.claims.unmatched.push(Unmatched { place, what, why });
    }
}

/// What of a response a selection is.
fn extent(
    selection: &Selection,
    source: &Source,
    counted: &Positions,
    of_response: &Positions,
    is_utf_16: bool,
) -> Result<Extent, String> {
    let character = |position: u64| {
        if !is_utf_16 {
            return Some(position);
        }
        let mut units = 0;
        let before = source.text.chars().take_while(|c| {
            units += c.len_utf16() as u64;
            units <= position
        });
        let before = before.count() as u64;
        (units >= position).then_some(before)
    };
    if selection.end <= selection.start {
        return Err("it holds nothing".into());
    }
    let place = |position: u64| character(position).and_then(|at| counted.in_lines(at));
    let (Some(start), Some(end)) = (place(selection.start), place(selection.end)) else {
        let n = counted.n_characters();
        return Err(format!(
            "it ends at character {} of {n}; a program that counts UTF-16 units is read with --positions utf-16",
            selection.end
        ));
    };
    let text: Vec<char> = of_response.text.chars().collect();
    let is_text = |c: &char| !c.is_whitespace();
    let first = text.iter().position(is_text).unwrap_or_default() as u64;
    let last = text.iter().rposition(is_text).map_or(0, |at| at + 1) as u64;
    if start <= first && end >= last {
        return Ok(Extent::Whole);
    }
    Ok(Extent::Bytes(of_response.byte(start), of_response.byte(end)))
}

/// The responses, by what a source can have of them.
struct Known {
    guids: BTreeMap<Guid, (usize, usize)>,
    names: BTreeMap<String, Vec<(usize, usize)>>,
    texts: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Known {
    fn of(view: &View<'_>) -> Self {
        let mut known = Self { guids: BTreeMap::new(), names: BTreeMap::new(), texts: BTreeMap::new() };
        for (number, question) in view.questions.iter().enumerate() {
            for (at, response) in question.question.responses.iter().enumerate() {
                let place = (number, at);
                known.guids.insert(question.guids[at].clone(), place);
                known.names.entry(question.names[at].clone()).or_default().push(place);
                known.names.entry(response.response_id.clone()).or_default().push(place);
                let text = question.positions(at).text;
                known.texts.entry(text.trim_end().to_owned()).or_default().push(place);
            }
        }
        known
    }

    /// The response that a source is, and whether it is one that was exported: its GUID, or the name it was given. Of a source from
    /// elsewhere the text says which it is, or the text and an id in its name. In each case the text is the response's, ends of lines and
    /// blanks at its end aside.
    fn find(&self, view: &View<'_>, source: &Source, counted: &Positions) -> Result<(usize, usize, bool), String> {
        let text = counted.text.trim_end();
        let is_it =
            |(question, response): (usize, usize)| view.questions[question].positions(response).text.trim_end() == text;
        let name = source.name.trim();
        let stem = name
            .rsplit_once('.')
            .filter(|(_, end)| ["txt", "docx", "rtf", "doc"].contains(end))
            .map_or(name, |(stem, _)| stem);
        let named = self.names.get(stem).map_or(&[][..], Vec::as_slice);
        let exported = self.guids.get(&source.guid).copied();
        let exported = exported
            .or_else(|| named.iter().copied().find(|(question, at)| view.questions[*question].names[*at] == stem));
        if let Some(place) = exported {
            let unlike = || "its text is not that of the response it was exported from".to_owned();
            return is_it(place).then_some((place.0, place.1, true)).ok_or_else(unlike);
        }
        let mut of_name = named.iter().copied().filter(|place| is_it(*place));
        if let (Some(place), None) = (of_name.next(), of_name.next()) {
            return Ok((place.0, place.1, false));
        }
        match self.texts.get(text).map(Vec::as_slice) {
            Some([place]) => Ok((place.0, place.1, false)),
            Some(several) => {
                Err(format!("{} responses have its text, and its name says not which it is", several.len()))
            }
            None if named.is_empty() => Err("no response has its text or its name".into()),
            None => Err("its text is not that of the response it is named after".into()),
        }
    }
}

/// Whether a name is another, small and capital letters and white space aside.
pub(super) fn is_called(name: &str, other: &str) -> bool {
    squeezed(name).to_lowercase() == squeezed(other).to_lowercase()
}

/// "1 coding", "2 codings".
fn codings(n: u64) -> String {
    if n == 1 { "1 coding".into() } else { format!("{n} codings") }
}

/// A status by its name.
pub(super) fn status_of(name: &str) -> Option<Status> {
    [Status::Proposed, Status::SignedOff, Status::Rejected].into_iter().find(|status| status.name() == name)
}

/// A text without the white space that programs change, as XML can hold it.
pub(super) fn squeezed(text: &str) -> String {
    crate::xml::held(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the words of a theme are these, as XML can hold them, in any order; which are not, and which are more.
pub(super) fn differences(
    theme: &crate::codeframe::ThemeState,
    words: &[Word],
    exclude: bool,
) -> (Vec<Word>, Vec<Word>) {
    let held = |word: &Word| (word.0.clone(), squeezed(&word.1));
    let before = words_of(theme, exclude);
    let known: BTreeSet<Word> = before.iter().map(held).collect();
    let said: BTreeSet<Word> = words.iter().map(held).collect();
    let gone = before.iter().filter(|word| !said.contains(&held(word))).cloned().collect();
    let mut new: Vec<Word> = Vec::new();
    for word in words {
        if !known.contains(&held(word)) && !new.iter().any(|other| held(other) == held(word)) {
            new.push(word.clone());
        }
    }
    (gone, new)
}
