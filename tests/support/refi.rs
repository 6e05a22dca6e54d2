//! The structure of REFI-QDA files: what Codebook.xsd and Project.xsd of version 1.0 say of the elements that are written, as a table of our own.
//! `scripts/check-refi` holds the same files against the schema itself.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeSet;

/// An element.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    pub(crate) text: String,
}

impl Node {
    pub(crate) fn of(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => open.push(Self::begun(&tag)),
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"')];
                    let content = reference.xml10_content();
                    let named = named.iter().find(|(name, _)| *name == content).map(|(_, c)| *c);
                    open.last_mut().unwrap().text.push(named.or(reference.resolve_char_ref().unwrap()).unwrap());
                }
                Event::Eof => return open.pop().unwrap().children.remove(0),
                _ => {}
            }
        }
    }

    fn begun(tag: &BytesStart<'_>) -> Self {
        let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
            (attribute.key.as_ref().to_owned(), value)
        };
        let attributes = tag.attributes().map(|found| attribute(found.unwrap())).collect();
        Self { name: tag.name().as_ref().to_owned(), attributes, ..Self::default() }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// All elements of this name within it.
    pub(crate) fn all(&self, name: &str) -> Vec<&Node> {
        let inner = self.children.iter().flat_map(|child| child.all(name));
        self.children.iter().filter(|child| child.name == name).chain(inner).collect::<Vec<_>>()
    }
}

const MANY: usize = usize::MAX;

/// For an element its attributes, those it must have first, and its children in their order with the least and the largest number.
type Rule = (&'static [&'static str], &'static [&'static str], &'static [(&'static str, usize, usize)]);

fn rule(name: &str) -> Rule {
    match name {
        "CodeBook" => (&[], &["origin", "xmlns"], &[("Codes", 1, 1), ("Sets", 0, 1)]),
        "Codes" => (&[], &[], &[("Code", 1, MANY)]),
        "Code" => (
            &["guid", "name", "isCodable"],
            &["color"],
            &[("Description", 0, 1), ("NoteRef", 0, MANY), ("Code", 0, MANY)],
        ),
        "Project" => (
            &["name", "xmlns"],
            &["origin", "creatingUserGUID", "creationDateTime", "modifyingUserGUID", "modifiedDateTime", "basePath"],
            &[
                ("Users", 0, 1),
                ("CodeBook", 0, 1),
                ("Variables", 0, 1),
                ("Cases", 0, 1),
                ("Sources", 0, 1),
                ("Notes", 0, 1),
                ("Links", 0, 1),
                ("Sets", 0, 1),
                ("Graphs", 0, 1),
                ("Description", 0, 1),
            ],
        ),
        "Users" => (&[], &[], &[("User", 1, MANY)]),
        "User" => (&["guid"], &["name", "id"], &[]),
        "Variables" => (&[], &[], &[("Variable", 1, MANY)]),
        "Variable" => (&["guid", "name", "typeOfVariable"], &[], &[("Description", 0, 1)]),
        "Cases" => (&[], &[], &[("Case", 1, MANY)]),
        "Case" => (
            &["guid"],
            &["name"],
            &[
                ("Description", 0, 1),
                ("CodeRef", 0, MANY),
                ("VariableValue", 0, MANY),
                ("SourceRef", 0, MANY),
                ("SelectionRef", 0, MANY),
            ],
        ),
        "VariableValue" => (&[], &[], &[("VariableRef", 1, 1), ("TextValue", 0, 1)]),
        "Sources" => (&[], &[], &[("TextSource", 1, MANY)]),
        "TextSource" => (
            &["guid"],
            &["name", "plainTextPath", "creatingUser", "creationDateTime"],
            &[
                ("Description", 0, 1),
                ("PlainTextContent", 0, 1),
                ("PlainTextSelection", 0, MANY),
                ("Coding", 0, MANY),
                ("NoteRef", 0, MANY),
                ("VariableValue", 0, MANY),
            ],
        ),
        "PlainTextSelection" => (
            &["guid", "startPosition", "endPosition"],
            &["name", "creatingUser", "creationDateTime"],
            &[("Description", 0, 1), ("Coding", 0, MANY), ("NoteRef", 0, MANY)],
        ),
        "Coding" => (&["guid"], &["creatingUser", "creationDateTime"], &[("CodeRef", 1, 1), ("NoteRef", 0, MANY)]),
        "CodeRef" | "SourceRef" | "VariableRef" | "MemberSource" | "MemberCode" => (&["targetGUID"], &[], &[]),
        "Sets" => (&[], &[], &[("Set", 1, MANY)]),
        "Set" => (&["guid", "name"], &[], &[("Description", 0, 1), ("MemberCode", 0, MANY), ("MemberSource", 0, MANY)]),
        "Description" | "TextValue" | "PlainTextContent" => (&[], &[], &[]),
        other => panic!("no element {other} is known"),
    }
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Stops where a file does not have the structure of the standard.
#[track_caller]
pub(crate) fn check_refi(xml: &str) -> Node {
    let root = Node::of(xml);
    let namespace = match root.name.as_str() {
        "Project" => "urn:QDA-XML:project:1.0",
        _ => "urn:QDA-XML:codebook:1.0",
    };
    assert_eq!(root.get("xmlns"), namespace);
    let mut guids = BTreeSet::new();
    check(&root, &mut guids);
    for (name, of) in
        [("CodeRef", "Code"), ("SourceRef", "TextSource"), ("VariableRef", "Variable"), ("MemberSource", "TextSource")]
    {
        let known: BTreeSet<&str> = root.all(of).iter().map(|node| node.get("guid")).collect();
        for reference in root.all(name) {
            assert!(known.contains(reference.get("targetGUID")), "{name} to no {of}");
        }
    }
    let users: BTreeSet<&str> = root.all("User").iter().map(|node| node.get("guid")).collect();
    for node in root.all("Coding").into_iter().chain(root.all("PlainTextSelection")) {
        assert!(node.get("creatingUser").is_empty() || users.contains(node.get("creatingUser")));
    }
    root
}

#[track_caller]
fn check(node: &Node, guids: &mut BTreeSet<String>) {
    let (required, optional, order) = rule(&node.name);
    for name in required {
        assert!(node.attributes.iter().any(|(known, _)| known == name), "{} lacks {name}", node.name);
    }
    for (name, value) in &node.attributes {
        assert!(required.contains(&name.as_str()) || optional.contains(&name.as_str()), "{} has {name}", node.name);
        match name.as_str() {
            "guid" => assert!(is_guid(value) && guids.insert(value.clone()), "{value} of {}", node.name),
            "targetGUID" | "creatingUser" | "creatingUserGUID" => assert!(is_guid(value), "{value}"),
            "startPosition" | "endPosition" => assert!(value.parse::<u64>().is_ok(), "{value}"),
            "isCodable" => assert!(["true", "false"].contains(&value.as_str())),
            "typeOfVariable" => assert_eq!(value, "Text"),
            _ => {}
        }
    }
    let mut at = 0;
    for child in &node.children {
        let found = order[at..].iter().position(|(name, ..)| *name == child.name);
        at += found.unwrap_or_else(|| panic!("{} stands in {} out of order", child.name, node.name));
        check(child, guids);
    }
    for (name, least, most) in order {
        let n = node.children.iter().filter(|child| child.name == *name).count();
        assert!(n >= *least && n <= *most, "{n} {name} in {}", node.name);
    }
    if !["Description", "TextValue", "PlainTextContent"].contains(&node.name.as_str()) {
        assert!(node.text.trim().is_empty(), "text in {}: {:?}", node.name, node.text);
    }
}
