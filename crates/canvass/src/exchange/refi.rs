//! The XML of REFI-QDA: code books (`.qdc`) and what is in a project (`project.qde`).
//!
//! Elements and attributes stand in the order of the standard's schemas, Codebook.xsd and Project.xsd of version 1.0.

use super::read::{Document, Next, Tag};
use super::{
    Case, Code, Coding, ExchangeError, ExchangeFault, Guid, Other, Project, Selection, Set, Source, User, Variable,
};
use crate::xml::Xml;
use std::collections::BTreeMap;

/// The namespaces of code books: that of the standard, and that of its draft, which ATLAS.ti 8 and 9 write.
const CODE_BOOK: [&str; 2] = ["urn:QDA-XML:codebook:1.0", "urn:QDA-XML:codebook:0:4"];
const PROJECT: [&str; 1] = ["urn:QDA-XML:project:1.0"];
/// The program that writes, as it names itself: without a version, so that a new one changes no byte.
pub(super) const ORIGIN: &str = "canvass";
/// The longest name and the longest description that are read, in characters.
const MAX_NAME: usize = 10_000;
const MAX_DESCRIPTION: usize = 1 << 20;
/// Where the text of a source stands.
pub(super) const INTERNAL: &str = "internal://";

/// A code book.
pub(super) fn code_book(project: &Project) -> String {
    let mut xml = Xml::part();
    xml.open("CodeBook", &[("xmlns", CODE_BOOK[0]), ("origin", &project.origin)]);
    codes(&mut xml, &project.codes);
    xml.done()
}

/// The codes, each within the one above it.
fn codes(xml: &mut Xml, codes: &[Code]) {
    xml.open("Codes", &[]);
    let mut open: Vec<usize> = Vec::new();
    for at in in_tree(codes) {
        let code = &codes[at];
        while open.last().copied() != code.above && !open.is_empty() {
            open.pop();
            xml.close();
        }
        let guid = code.guid.to_string();
        let is_codable = if code.is_codable { "true" } else { "false" };
        xml.open("Code", &[("guid", &guid), ("name", &code.name), ("isCodable", is_codable)]);
        if !code.description.is_empty() {
            xml.open("Description", &[]).text(&code.description).close();
        }
        open.push(at);
    }
    for _ in open {
        xml.close();
    }
    xml.close();
}

/// The places of codes, each right behind the one above it and what stands before it there.
fn in_tree(codes: &[Code]) -> Vec<usize> {
    let mut below: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, code) in codes.iter().enumerate().rev() {
        below.entry(code.above).or_default().push(at);
    }
    let mut order = Vec::with_capacity(codes.len());
    let mut next = below.remove(&None).unwrap_or_default();
    while let Some(at) = next.pop() {
        order.push(at);
        next.extend(below.remove(&Some(at)).unwrap_or_default());
    }
    order
}

/// What is in a project. Texts of sources stand in files of their own: [`text_path`].
pub(super) fn project(project: &Project) -> String {
    let mut xml = Xml::part();
    let machine = project.users.first().map(|user| user.guid.to_string());
    let mut attributes =
        vec![("xmlns", PROJECT[0]), ("name", project.name.as_str()), ("origin", project.origin.as_str())];
    attributes.extend(machine.as_deref().map(|guid| ("creatingUserGUID", guid)));
    xml.open("Project", &attributes);
    if !project.users.is_empty() {
        xml.open("Users", &[]);
        for user in &project.users {
            xml.empty("User", &[("guid", &user.guid.to_string()), ("name", &user.name)]);
        }
        xml.close();
    }
    if !project.codes.is_empty() {
        xml.open("CodeBook", &[]);
        codes(&mut xml, &project.codes);
        xml.close();
    }
    if !project.variables.is_empty() {
        xml.open("Variables", &[]);
        for variable in &project.variables {
            let guid = variable.guid.to_string();
            xml.empty("Variable", &[("guid", &guid), ("name", &variable.name), ("typeOfVariable", "Text")]);
        }
        xml.close();
    }
    cases(&mut xml, project);
    if !project.sources.is_empty() {
        xml.open("Sources", &[]);
        project.sources.iter().for_each(|of| source(&mut xml, of));
        xml.close();
    }
    if !project.sets.is_empty() {
        xml.open("Sets", &[]);
        for set in &project.sets {
            xml.open("Set", &[("guid", &set.guid.to_string()), ("name", &set.name)]);
            for at in &set.sources {
                xml.empty("MemberSource", &[("targetGUID", &project.sources[*at].guid.to_string())]);
            }
            xml.close();
        }
        xml.close();
    }
    if !project.description.is_empty() {
        xml.open("Description", &[]).text(&project.description).close();
    }
    xml.done()
}

fn cases(xml: &mut Xml, project: &Project) {
    if project.cases.is_empty() {
        return;
    }
    xml.open("Cases", &[]);
    for case in &project.cases {
        xml.open("Case", &[("guid", &case.guid.to_string()), ("name", &case.name)]);
        for (variable, value) in &case.values {
            xml.open("VariableValue", &[]);
            xml.empty("VariableRef", &[("targetGUID", &project.variables[*variable].guid.to_string())]);
            xml.open("TextValue", &[]).text(value).close().close();
        }
        for at in &case.sources {
            xml.empty("SourceRef", &[("targetGUID", &project.sources[*at].guid.to_string())]);
        }
        xml.close();
    }
    xml.close();
}

fn source(xml: &mut Xml, source: &Source) {
    let (guid, path) = (source.guid.to_string(), format!("{INTERNAL}{}", text_path(source)));
    xml.open("TextSource", &[("guid", &guid), ("name", &source.name), ("plainTextPath", &path)]);
    for selection in &source.selections {
        let (guid, user) = (selection.guid.to_string(), selection.user.as_ref().map(Guid::to_string));
        let (start, end) = (selection.start.to_string(), selection.end.to_string());
        let mut attributes = vec![("guid", guid.as_str()), ("startPosition", &start), ("endPosition", &end)];
        attributes.extend(user.as_deref().map(|user| ("creatingUser", user)));
        xml.open("PlainTextSelection", &attributes);
        selection.codings.iter().for_each(|of| coding(xml, of));
        xml.close();
    }
    source.codings.iter().for_each(|of| coding(xml, of));
    xml.close();
}

fn coding(xml: &mut Xml, coding: &Coding) {
    let (guid, user) = (coding.guid.to_string(), coding.user.as_ref().map(Guid::to_string));
    let mut attributes = vec![("guid", guid.as_str())];
    attributes.extend(user.as_deref().map(|user| ("creatingUser", user)));
    if !coding.time.is_empty() {
        attributes.push(("creationDateTime", &coding.time));
    }
    xml.open("Coding", &attributes).empty("CodeRef", &[("targetGUID", &coding.code.to_string())]).close();
}

/// The name of a source's text among the sources of the archive.
pub(super) fn text_path(source: &Source) -> String {
    format!("{}.txt", source.guid)
}

/// Reads a code book.
///
/// # Errors
/// [`ExchangeError`], with the line.
pub(super) fn read_code_book(file: &str, text: &str) -> Result<Project, ExchangeError> {
    let mut document = Document::new(file, "", text);
    let root = document.root("CodeBook", &CODE_BOOK, "<CodeBook> of urn:QDA-XML:codebook:1.0, a REFI-QDA code book")?;
    let mut reading = Reading {
        project: Project { origin: root.get("origin").unwrap_or_default().to_owned(), ..Project::default() },
        ..Reading::default()
    };
    while let Next::Open(tag) = document.next_element()? {
        match tag.name.as_str() {
            "Codes" => reading.codes(&mut document)?,
            _ => document.pass_over()?,
        }
    }
    document.finish()?;
    Ok(reading.project)
}

/// Where the text of a source is to be found.
#[derive(Clone, Debug, Default)]
pub(super) struct Located {
    /// In the file itself.
    pub(super) content: Option<String>,
    /// In another.
    pub(super) path: Option<String>,
    /// How messages name the source.
    pub(super) told: String,
    /// Where it begins, 1-based.
    pub(super) line: u32,
}

/// Reads what is in a project; for each source where its text is to be found.
///
/// # Errors
/// [`ExchangeError`], with the line.
pub(super) fn read_project(file: &str, part: &str, text: &str) -> Result<(Project, Vec<Located>), ExchangeError> {
    let mut document = Document::new(file, part, text);
    let root = document.root("Project", &PROJECT, "<Project> of urn:QDA-XML:project:1.0, a REFI-QDA project")?;
    let mut reading = Reading::default();
    root.get("name").unwrap_or_default().clone_into(&mut reading.project.name);
    root.get("origin").unwrap_or_default().clone_into(&mut reading.project.origin);
    while let Next::Open(tag) = document.next_element()? {
        match tag.name.as_str() {
            "Users" => reading.users(&mut document)?,
            "CodeBook" => {
                while let Next::Open(tag) = document.next_element()? {
                    match tag.name.as_str() {
                        "Codes" => reading.codes(&mut document)?,
                        _ => document.pass_over()?,
                    }
                }
            }
            "Variables" => reading.variables(&mut document)?,
            "Cases" => reading.cases(&mut document)?,
            "Sources" => reading.sources(&mut document)?,
            "Sets" => reading.sets(&mut document)?,
            "Description" => reading.project.description = document.content()?,
            _ => document.pass_over()?,
        }
    }
    document.finish()?;
    reading.link();
    Ok((reading.project, reading.located))
}

/// A project that is read.
#[derive(Default)]
struct Reading {
    project: Project,
    located: Vec<Located>,
    /// What has a GUID, for messages.
    known: BTreeMap<Guid, String>,
    /// What cases and sets refer to, as GUIDs: in [`link`](Self::link) they become places.
    values: Vec<Vec<(Guid, String)>>,
    members: Vec<(bool, Vec<Guid>)>,
}

impl Document<'_> {
    /// The next element within the one that is open, or its end; text between is passed over.
    fn next_element(&mut self) -> Result<Next, ExchangeError> {
        loop {
            match self.next()? {
                Next::Text(_) => {}
                next => return Ok(next),
            }
        }
    }

    /// What stands behind the root: nothing but space.
    fn finish(&mut self) -> Result<(), ExchangeError> {
        while !matches!(self.next()?, Next::End) {}
        Ok(())
    }

    /// The GUID in an attribute that must be there.
    fn guid(&self, tag: &Tag, attribute: &'static str) -> Result<Guid, ExchangeError> {
        self.optional_guid(tag, attribute)?
            .ok_or_else(|| self.refuse(tag.line, ExchangeFault::Missing { what: tag.told(), attribute }))
    }

    fn optional_guid(&self, tag: &Tag, attribute: &'static str) -> Result<Option<Guid>, ExchangeError> {
        let Some(value) = tag.get(attribute).filter(|value| !value.is_empty()) else { return Ok(None) };
        let wrong = || {
            let value = value.chars().take(60).collect();
            self.refuse(tag.line, ExchangeFault::Value { what: tag.told(), attribute, value })
        };
        Guid::parse(value).map(Some).ok_or_else(wrong)
    }

    fn position(&self, tag: &Tag, attribute: &'static str) -> Result<u64, ExchangeError> {
        let what = || tag.told();
        let value = tag.get(attribute);
        let value = value.ok_or_else(|| self.refuse(tag.line, ExchangeFault::Missing { what: what(), attribute }))?;
        value.trim().parse().map_err(|_| {
            let value = value.chars().take(60).collect();
            self.refuse(tag.line, ExchangeFault::Value { what: what(), attribute, value })
        })
    }

    /// A text that is not longer than any should be.
    fn limited(&self, tag: &Tag, attribute: &'static str, text: &str, limit: usize) -> Result<String, ExchangeError> {
        if text.len() > limit {
            let found = text.chars().count();
            if found > limit {
                return Err(self.refuse(tag.line, ExchangeFault::Long { what: tag.told(), attribute, found, limit }));
            }
        }
        Ok(text.to_owned())
    }
}

impl Reading {
    /// Notes a GUID, which nothing else has.
    fn identify(&mut self, document: &Document<'_>, tag: &Tag) -> Result<Guid, ExchangeError> {
        let guid = document.guid(tag, "guid")?;
        let told = format!("{} in line {}", tag.told(), tag.line);
        if let Some(other) = self.known.insert(guid.clone(), told) {
            let fault = ExchangeFault::SameGuid { what: tag.told(), guid: guid.to_string(), other };
            return Err(document.refuse(tag.line, fault));
        }
        Ok(guid)
    }

    fn users(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        while let Next::Open(tag) = document.next_element()? {
            if tag.name == "User" {
                let guid = self.identify(document, &tag)?;
                let name = tag.get("name").filter(|name| !name.trim().is_empty()).or_else(|| tag.get("id"));
                let name = document.limited(&tag, "name", name.unwrap_or_default(), MAX_NAME)?;
                self.project.users.push(User { guid, name });
            }
            document.pass_over()?;
        }
        Ok(())
    }

    /// The codes of `Codes`, and those below them. The nesting is followed without recursion.
    fn codes(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        let mut open: Vec<usize> = Vec::new();
        loop {
            match document.next_element()? {
                Next::Open(tag) if tag.name == "Code" => {
                    let guid = self.identify(document, &tag)?;
                    let name = document.limited(&tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
                    if name.trim().is_empty() {
                        let fault = ExchangeFault::Missing { what: format!("the Code {guid}"), attribute: "name" };
                        return Err(document.refuse(tag.line, fault));
                    }
                    // Where nothing is said a code is one.
                    let is_codable = !matches!(tag.get("isCodable").map(str::trim), Some("false" | "0"));
                    let above = open.last().copied();
                    open.push(self.project.codes.len());
                    self.project.codes.push(Code {
                        guid,
                        name,
                        is_codable,
                        description: String::new(),
                        above,
                        line: tag.line,
                    });
                }
                Next::Open(tag) if tag.name == "Description" => {
                    let text = document.content()?;
                    let text = document.limited(&tag, "the text", &text, MAX_DESCRIPTION)?;
                    if let Some(code) = open.last() {
                        self.project.codes[*code].description = text;
                    }
                }
                Next::Open(_) => document.pass_over()?,
                Next::Close | Next::End => {
                    if open.pop().is_none() {
                        return Ok(());
                    }
                }
                Next::Text(_) => {}
            }
        }
    }

    fn variables(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        while let Next::Open(tag) = document.next_element()? {
            if tag.name == "Variable" {
                let guid = self.identify(document, &tag)?;
                let name = document.limited(&tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
                self.project.variables.push(Variable { guid, name });
            }
            document.pass_over()?;
        }
        Ok(())
    }

    fn cases(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        while let Next::Open(tag) = document.next_element()? {
            if tag.name != "Case" {
                document.pass_over()?;
                continue;
            }
            let guid = self.identify(document, &tag)?;
            let name = document.limited(&tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
            let (mut values, mut sources) = (Vec::new(), Vec::new());
            while let Next::Open(tag) = document.next_element()? {
                match tag.name.as_str() {
                    "VariableValue" => {
                        let (mut variable, mut value) = (None, String::new());
                        while let Next::Open(tag) = document.next_element()? {
                            match tag.name.as_str() {
                                "VariableRef" => {
                                    variable = document.optional_guid(&tag, "targetGUID")?;
                                    document.pass_over()?;
                                }
                                _ => value = document.content()?,
                            }
                        }
                        values.extend(variable.map(|variable| (variable, value)));
                    }
                    "SourceRef" => {
                        sources.extend(document.optional_guid(&tag, "targetGUID")?);
                        document.pass_over()?;
                    }
                    _ => document.pass_over()?,
                }
            }
            self.project.cases.push(Case { guid, name, values: Vec::new(), sources: Vec::new() });
            self.values.push(values);
            self.members.push((true, sources));
        }
        Ok(())
    }

    fn sets(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        while let Next::Open(tag) = document.next_element()? {
            if tag.name != "Set" {
                document.pass_over()?;
                continue;
            }
            let guid = self.identify(document, &tag)?;
            let name = document.limited(&tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
            let mut sources = Vec::new();
            while let Next::Open(tag) = document.next_element()? {
                if tag.name == "MemberSource" {
                    sources.extend(document.optional_guid(&tag, "targetGUID")?);
                }
                document.pass_over()?;
            }
            self.project.sets.push(Set { guid, name, sources: Vec::new() });
            self.members.push((false, sources));
        }
        Ok(())
    }

    fn sources(&mut self, document: &mut Document<'_>) -> Result<(), ExchangeError> {
        while let Next::Open(tag) = document.next_element()? {
            if tag.name == "TextSource" {
                self.source(document, &tag)?;
                continue;
            }
            let name = document.limited(&tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
            let why = format!("it is a {}", tag.name);
            let mut other = Other { name, why, n_codings: 0 };
            let mut depth = 1;
            while depth > 0 {
                match document.next_element()? {
                    Next::Open(tag) => {
                        other.n_codings += u64::from(tag.name == "CodeRef");
                        depth += 1;
                    }
                    Next::Close => depth -= 1,
                    Next::Text(_) => {}
                    Next::End => break,
                }
            }
            self.project.others.push(other);
        }
        Ok(())
    }

    fn source(&mut self, document: &mut Document<'_>, tag: &Tag) -> Result<(), ExchangeError> {
        let guid = self.identify(document, tag)?;
        let name = document.limited(tag, "name", tag.get("name").unwrap_or_default(), MAX_NAME)?;
        let mut source = Source { guid, name, ..Source::default() };
        let path = tag.get("plainTextPath").filter(|path| !path.trim().is_empty()).map(str::to_owned);
        let mut located = Located { content: None, path, told: tag.told(), line: tag.line };
        while let Next::Open(tag) = document.next_element()? {
            match tag.name.as_str() {
                "PlainTextContent" => located.content = Some(document.content()?),
                "PlainTextSelection" => source.selections.push(self.selection(document, &tag)?),
                "Coding" => source.codings.extend(self.coding(document, &tag)?),
                _ => document.pass_over()?,
            }
        }
        self.project.sources.push(source);
        self.located.push(located);
        Ok(())
    }

    fn selection(&mut self, document: &mut Document<'_>, tag: &Tag) -> Result<Selection, ExchangeError> {
        let mut selection = Selection {
            guid: self.identify(document, tag)?,
            start: document.position(tag, "startPosition")?,
            end: document.position(tag, "endPosition")?,
            user: document.optional_guid(tag, "creatingUser")?,
            codings: Vec::new(),
            line: tag.line,
        };
        while let Next::Open(tag) = document.next_element()? {
            match tag.name.as_str() {
                "Coding" => selection.codings.extend(self.coding(document, &tag)?),
                _ => document.pass_over()?,
            }
        }
        Ok(selection)
    }

    fn coding(&mut self, document: &mut Document<'_>, tag: &Tag) -> Result<Option<Coding>, ExchangeError> {
        let (guid, user) = (self.identify(document, tag)?, document.optional_guid(tag, "creatingUser")?);
        let time = tag.get("creationDateTime").unwrap_or_default().trim().to_owned();
        let mut code = None;
        while let Next::Open(tag) = document.next_element()? {
            if tag.name == "CodeRef" {
                code = Some(document.guid(&tag, "targetGUID")?);
            }
            document.pass_over()?;
        }
        Ok(code.map(|code| Coding { guid, code, user, time }))
    }

    /// Makes places of what cases and sets refer to; what refers to nothing is left out.
    fn link(&mut self) {
        let places = |guids: Vec<&Guid>| -> BTreeMap<Guid, usize> { guids.into_iter().cloned().zip(0..).collect() };
        let sources = places(self.project.sources.iter().map(|source| &source.guid).collect());
        let variables = places(self.project.variables.iter().map(|variable| &variable.guid).collect());
        for (case, values) in self.project.cases.iter_mut().zip(std::mem::take(&mut self.values)) {
            let found = values.into_iter().filter_map(|(guid, value)| Some((*variables.get(&guid)?, value)));
            case.values = found.collect();
        }
        let (mut cases, mut sets) = (self.project.cases.iter_mut(), self.project.sets.iter_mut());
        for (is_case, guids) in std::mem::take(&mut self.members) {
            let found: Vec<usize> = guids.iter().filter_map(|guid| sources.get(guid).copied()).collect();
            if is_case {
                cases.next().into_iter().for_each(|case| case.sources.clone_from(&found));
            } else {
                sets.next().into_iter().for_each(|set| set.sources.clone_from(&found));
            }
        }
    }
}

/// Whether a text is a date and time as XML Schema has it, and what it is then.
pub(super) fn date_time(text: &str) -> Option<String> {
    let time = text.parse::<toml::value::Datetime>().ok()?;
    let (date, clock) = (time.date?, time.time?);
    let second = clock.second.unwrap_or_default();
    // A leap second is none in XML Schema, and a year has four digits.
    if second > 59 || date.year == 0 {
        return None;
    }
    let offset = match time.offset {
        Some(toml::value::Offset::Z) => "Z".to_owned(),
        Some(toml::value::Offset::Custom { minutes }) => {
            format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
        }
        None => String::new(),
    };
    let date = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    Some(format!("{date}T{:02}:{:02}:{second:02}{offset}", clock.hour, clock.minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_those_of_xml_schema() {
        for (text, expected) in [
            ("2026-03-31T14:05:00Z", Some("2026-03-31T14:05:00Z")),
            ("2026-03-31 14:05:07.25-02:30", Some("2026-03-31T14:05:07-02:30")),
            ("2026-03-31T14:05:00", Some("2026-03-31T14:05:00")),
            ("2026-03-31", None),
            ("14:05:00", None),
            ("yesterday", None),
        ] {
            assert_eq!(date_time(text).as_deref(), expected, "{text}");
        }
    }

    /// A text as people and programs write them, and worse: what XML cannot hold aside.
    fn name() -> impl Strategy<Value = String> {
        let odd = "[<>&\"'\\]\\[\t\n\r\u{301}\u{202e}\u{2066}\u{1f600}\u{5d0}\u{85}a ]{1,8}";
        prop_oneof!["\\PC{1,12}", odd, Just("]]>".to_owned()), Just("<!DOCTYPE a>".to_owned())]
            .prop_map(|name| format!("x{}", crate::xml::held(&name)))
    }

    proptest! {
        #[test]
        fn a_project_is_read_as_it_was_written(
            codes in prop::collection::vec((name(), name(), any::<bool>(), any::<prop::sample::Index>()), 1..12),
            users in prop::collection::vec(name(), 0..3),
            texts in prop::collection::vec((name(), prop::collection::vec((0_u64..90, 0_u64..90, any::<prop::sample::Index>()), 0..4)), 0..4),
        ) {
            let guid = |kind: &str, at: usize| Guid::of(&[kind, &at.to_string()]);
            let mut written = Project { name: "a".into(), origin: ORIGIN.into(), description: "\n ]]> &".into(), ..Project::default() };
            written.users = (0..).zip(&users).map(|(at, name)| User { guid: guid("user", at), name: name.clone() }).collect();
            for (at, (name, description, is_codable, above)) in codes.iter().enumerate() {
                let above = (at > 0 && above.index(3) > 0).then(|| above.index(at));
                written.codes.push(Code { guid: guid("code", at), name: name.clone(), is_codable: *is_codable, description: description.clone(), above, line: 0 });
            }
            // In the order of the tree, as files have them.
            let order = in_tree(&written.codes);
            let places: BTreeMap<usize, usize> = order.iter().copied().zip(0..).collect();
            let codes = order.iter().map(|at| written.codes[*at].clone());
            written.codes = codes.map(|code| Code { above: code.above.map(|above| places[&above]), ..code }).collect();
            for (at, (name, selections)) in texts.iter().enumerate() {
                let selections = selections.iter().enumerate().map(|(number, (start, end, code))| {
                    let coding = Coding {
                        guid: guid("coding", at * 100 + number),
                        code: written.codes[code.index(written.codes.len())].guid.clone(),
                        user: written.users.first().map(|user| user.guid.clone()),
                        time: "2026-03-31T14:05:00Z".into(),
                    };
                    Selection { guid: guid("selection", at * 100 + number), start: *start, end: *end, user: None, codings: vec![coding], line: 0 }
                });
                let text = name.repeat(3);
                written.sources.push(Source { guid: guid("source", at), name: name.clone(), text, selections: selections.collect(), codings: Vec::new() });
                written.cases.push(Case { guid: guid("case", at), name: name.clone(), values: vec![(0, name.clone())], sources: vec![at] });
                written.sets.push(Set { guid: guid("set", at), name: name.clone(), sources: vec![at] });
            }
            if !texts.is_empty() {
                written.variables.push(Variable { guid: guid("variable", 0), name: "v".into() });
            }
            let (mut read, _) = super::super::package::read("a.qdpx", &super::super::package::write(&written)).unwrap();
            read.codes.iter_mut().for_each(|code| code.line = 0);
            read.sources.iter_mut().flat_map(|source| &mut source.selections).for_each(|selection| selection.line = 0);
            prop_assert_eq!(&read, &written);
            let mut book = read_code_book("a.qdc", &code_book(&written)).unwrap();
            book.codes.iter_mut().for_each(|code| code.line = 0);
            prop_assert_eq!(book.codes, written.codes);
        }
    }
}
