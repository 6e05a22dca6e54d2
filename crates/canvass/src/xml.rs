//! XML that is written in one pass; every text and every attribute is escaped.

/// XML in the making.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A part of its own, with its declaration.
    pub(crate) fn part() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes);
        self.text.push_str("/>");
        self
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            escape(&mut self.text, value, true);
            self.text.push('"');
        }
    }

    /// Text within the element that is open.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        escape(&mut self.text, text, false);
        self
    }

    /// Closes the element that is open.
    pub(crate) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// XML that another writer made.
    pub(crate) fn raw(&mut self, xml: &str) -> &mut Self {
        self.text.push_str(xml);
        self
    }

    /// What was written, with every element closed.
    pub(crate) fn done(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// Whether XML can hold a character at all.
fn is_held(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// A text as XML can hold it: characters that it does not know stand as what they are, unknown.
pub(crate) fn held(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().all(is_held) {
        return text.into();
    }
    text.chars().map(|c| if is_held(c) { c } else { '\u{fffd}' }).collect::<String>().into()
}

/// Appends text as XML can hold it. A reader makes a space of a line break in an attribute, and a line feed of a carriage return: these
/// stand as references.
fn escape(out: &mut String, text: &str, is_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if is_attribute => out.push_str("&#10;"),
            '\t' if is_attribute => out.push_str("&#9;"),
            c if is_held(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_are_escaped_and_elements_closed() {
        let mut xml = Xml::default();
        xml.open("a", &[("b", "\"<&>\u{0}")]).text("x < y & \u{1b}z").empty("c", &[]);
        xml.open("d", &[("e", "1\n\t2")]).text("]]>\r\n");
        assert_eq!(held("a\u{7}\n"), "a\u{fffd}\n");
        assert_eq!(
            xml.done(),
            "<a b=\"&quot;&lt;&amp;&gt;\u{fffd}\">x &lt; y &amp; \u{fffd}z<c/><d e=\"1&#10;&#9;2\">]]&gt;&#13;\n</d></a>"
        );
    }
}
