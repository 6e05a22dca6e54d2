//! XML as it is read from others: elements, their attributes and their texts, with lines. Nothing is expanded and nothing is fetched: XML
//! with a document type is refused.

use super::{ExchangeError, ExchangeFault};
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// How deep elements may be nested; codes below codes are.
const MAX_DEPTH: usize = 256;

/// An element that begins.
#[derive(Debug)]
pub(super) struct Tag {
    /// Its name, without a prefix.
    pub(super) name: String,
    /// The line it begins in, 1-based.
    pub(super) line: u32,
    attributes: Vec<(String, String)>,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// An element begins.
    Open(Tag),
    /// Text.
    Text(String),
    /// The latest element that began ends.
    Close,
    /// The document ends.
    End,
}

/// A document that is read.
pub(super) struct Document<'x> {
    file: &'x str,
    part: &'x str,
    text: &'x str,
    reader: NsReader<&'x [u8]>,
    /// The namespace of the root.
    namespace: Option<String>,
    depth: usize,
    counted: (usize, u32),
}

/// The text of a file: UTF-8, or UTF-16 with a byte order mark.
pub(super) fn decode(file: &str, part: &str, bytes: &[u8]) -> Result<String, ExchangeError> {
    let refuse = |found: &str| ExchangeError::of(file, part, ExchangeFault::Encoding { found: found.to_owned() });
    let utf_16 = match bytes {
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf_16 {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[2..]);
        return text.map(std::borrow::Cow::into_owned).ok_or_else(|| refuse("damaged UTF-16"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        refuse(&format!("not UTF-8 in line {line}"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}

impl<'x> Document<'x> {
    /// Begins to read. `part`: the part of the archive; empty for a file by itself.
    pub(super) fn new(file: &'x str, part: &'x str, text: &'x str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { file, part, text, reader, namespace: None, depth: 0, counted: (0, 1) }
    }

    /// An error in a line; 0 for the whole.
    pub(super) fn refuse(&self, line: u32, fault: ExchangeFault) -> ExchangeError {
        let part = if self.part.is_empty() { Vec::new() } else { vec![self.part.to_owned()] };
        let line = (line > 0).then(|| format!("line {line}"));
        let place: Vec<String> = part.into_iter().chain(line).collect();
        ExchangeError::of(self.file, place.join(", "), fault)
    }

    /// The line that is read.
    fn line(&mut self) -> u32 {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        let (from, line) = self.counted;
        let at = at.max(from);
        self.counted = (at, line + self.text.as_bytes()[from..at].iter().filter(|byte| **byte == b'\n').count() as u32);
        self.counted.1
    }

    /// The root, which must be this in one of these namespaces.
    pub(super) fn root(
        &mut self,
        name: &str,
        namespaces: &[&str],
        expected: &'static str,
    ) -> Result<Tag, ExchangeError> {
        loop {
            match self.step()? {
                (Some(namespace), Next::Open(tag)) => {
                    if tag.name != name || !namespaces.contains(&namespace.as_str()) {
                        let found = if namespace.is_empty() {
                            format!("<{}> without a namespace", tag.name)
                        } else {
                            format!("<{}> of {namespace}", tag.name)
                        };
                        return Err(self.refuse(tag.line, ExchangeFault::Root { found, expected }));
                    }
                    self.namespace = Some(namespace);
                    return Ok(tag);
                }
                (_, Next::End) => {
                    return Err(self.refuse(0, ExchangeFault::Root { found: "not there".into(), expected }));
                }
                _ => {}
            }
        }
    }

    /// What comes next; elements of other namespaces are passed over with all that is in them.
    pub(super) fn next(&mut self) -> Result<Next, ExchangeError> {
        loop {
            let (namespace, next) = self.step()?;
            match next {
                Next::Open(tag) if namespace != self.namespace => {
                    drop(tag);
                    self.pass_over()?;
                }
                next => return Ok(next),
            }
        }
    }

    /// Passes over what is left of the latest element that began.
    pub(super) fn pass_over(&mut self) -> Result<(), ExchangeError> {
        let depth = self.depth;
        while self.depth >= depth {
            if matches!(self.step()?.1, Next::End) {
                break;
            }
        }
        Ok(())
    }

    /// The text of the latest element that began, up to its end; elements in it are passed over.
    pub(super) fn content(&mut self) -> Result<String, ExchangeError> {
        let mut text = String::new();
        loop {
            match self.step()?.1 {
                Next::Text(more) => text.push_str(&more),
                Next::Open(_) => self.pass_over()?,
                Next::Close | Next::End => return Ok(text),
            }
        }
    }

    fn step(&mut self) -> Result<(Option<String>, Next), ExchangeError> {
        loop {
            // As far as the element before: a line behind it is where the next begins.
            let before = self.line();
            let event = self.reader.read_event();
            let event = match event {
                Ok(event) => event,
                Err(error) => return Err(self.refuse(before, ExchangeFault::Xml { message: error.to_string() })),
            };
            match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(self.refuse(before, ExchangeFault::Deep { limit: MAX_DEPTH }));
                    }
                    let namespace = match self.reader.resolver().resolve_element(start.name()).0 {
                        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
                        ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
                    };
                    let name = start.local_name().as_ref().to_owned();
                    let mut attributes = Vec::new();
                    for attribute in start.attributes() {
                        let broken = |message: String| self.refuse(before, ExchangeFault::Xml { message });
                        let attribute = attribute.map_err(|error| broken(error.to_string()))?;
                        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                        let value = value.map_err(|error| broken(error.to_string()))?.into_owned();
                        attributes.push((attribute.key.as_ref().to_owned(), value));
                    }
                    return Ok((Some(namespace), Next::Open(Tag { name, line: before, attributes })));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok((None, Next::Close));
                }
                Event::Text(text) => return Ok((None, Next::Text(text.xml10_content().into_owned()))),
                Event::CData(text) => return Ok((None, Next::Text(text.xml10_content().into_owned()))),
                Event::GeneralRef(reference) => {
                    let character = crate::docx::character(&reference);
                    let character = character.map_err(|message| self.refuse(before, ExchangeFault::Xml { message }))?;
                    return Ok((None, Next::Text(character.to_string())));
                }
                Event::DocType(_) => return Err(self.refuse(before, ExchangeFault::Doctype)),
                Event::Decl(declared) => {
                    let encoding =
                        declared.encoding().and_then(Result::ok).map(std::borrow::Cow::into_owned).unwrap_or_default();
                    // UTF-16 was decoded by its byte order mark.
                    if !["", "utf-8", "utf8", "us-ascii", "utf-16"].contains(&encoding.to_lowercase().as_str()) {
                        let found = format!("in {encoding:?}, as it declares");
                        return Err(self.refuse(before, ExchangeFault::Encoding { found }));
                    }
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.refuse(before, ExchangeFault::Xml { message: "it ends within an element".into() }));
                }
                Event::Eof => return Ok((None, Next::End)),
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How messages name it.
    pub(super) fn told(&self) -> String {
        match self.get("name").filter(|name| !name.trim().is_empty()) {
            Some(name) => format!("the {} {:?}", self.name, name.chars().take(60).collect::<String>()),
            None => format!("a {}", self.name),
        }
    }
}
