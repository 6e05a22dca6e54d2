//! Templates of sentences: text, slots, and places where one of several is said.

/// What stands in a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Slot {
    ThemeNoun,
    OtherThemeNoun,
    ThemeVerb,
    ThemeAdjective,
    Noun,
    Plural,
    Verb,
    Gerund,
    Past,
    Adjective,
    Adverb,
    Name,
    Number,
}

/// The slots by what they are called.
const SLOTS: [(&str, Slot); 15] = [
    ("tn", Slot::ThemeNoun),
    ("tm", Slot::OtherThemeNoun),
    ("tv", Slot::ThemeVerb),
    ("ta", Slot::ThemeAdjective),
    ("n", Slot::Noun),
    ("m", Slot::Noun),
    ("ns", Slot::Plural),
    ("v", Slot::Verb),
    ("ing", Slot::Gerund),
    ("ed", Slot::Past),
    ("a", Slot::Adjective),
    ("b", Slot::Adjective),
    ("d", Slot::Adverb),
    ("name", Slot::Name),
    ("num", Slot::Number),
];

/// A part of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// As it stands: a run without slots.
    Text(String),
    /// `{slot}`.
    Slot(Slot),
    /// `[one|another]`: one of these is said.
    Choice(Vec<Template>),
    /// `<part>`: one of those of this part is said.
    Part(usize),
}

/// The pieces of a template in their order.
pub(super) type Template = Vec<Piece>;

/// Reads templates that name these parts.
pub(super) struct Templates<'n> {
    /// The names of the parts, in their order.
    pub(super) parts: &'n [&'n str],
}

impl Templates<'_> {
    /// A template's pieces; what names no slot and no part stays as it is.
    pub(super) fn read(&self, text: &str) -> Template {
        let mut rest = text;
        let mut all = self.choices(&mut rest);
        if all.len() == 1 { all.remove(0) } else { vec![Piece::Choice(all)] }
    }

    /// What is read as text and hardly meant so: a slot or part that is not known, or a bracket without its other one.
    #[cfg(test)]
    pub(super) fn misread(&self, text: &str) -> Option<String> {
        fn find(template: &[Piece]) -> Option<String> {
            template.iter().find_map(|piece| match piece {
                Piece::Text(text) => text.contains(['{', '}', '[', ']', '<', '>', '|']).then(|| text.clone()),
                Piece::Choice(all) => all.iter().find_map(|template| find(template)),
                Piece::Slot(_) | Piece::Part(_) => None,
            })
        }
        find(&self.read(text))
    }

    /// What stands between bars up to a closing bracket or the end, which is taken off `rest`.
    fn choices(&self, rest: &mut &str) -> Vec<Template> {
        let mut all = vec![Vec::new()];
        while let Some(at) = rest.find(['{', '<', '[', ']', '|']) {
            let (before, from) = rest.split_at(at);
            let template = all.last_mut().expect("there is one from the beginning");
            put_text(template, before);
            let (sign, behind) = from.split_at(1);
            *rest = behind;
            match sign {
                "|" => all.push(Vec::new()),
                "]" => return all,
                "[" => {
                    let choice = self.choices(rest);
                    template.push(Piece::Choice(choice));
                }
                _ => match self.named(sign, behind) {
                    Some((piece, behind)) => {
                        template.push(piece);
                        *rest = behind;
                    }
                    None => put_text(template, sign),
                },
            }
        }
        if let Some(template) = all.last_mut() {
            put_text(template, rest);
        }
        *rest = "";
        all
    }

    /// The slot or part that is named, and what stands behind it.
    fn named<'t>(&self, sign: &str, behind: &'t str) -> Option<(Piece, &'t str)> {
        let (name, behind) = behind.split_once(if sign == "{" { '}' } else { '>' })?;
        let piece = if sign == "{" {
            Piece::Slot(SLOTS.iter().find(|(known, _)| *known == name)?.1)
        } else {
            Piece::Part(self.parts.iter().position(|known| *known == name)?)
        };
        Some((piece, behind))
    }
}

fn put_text(template: &mut Template, text: &str) {
    if !text.is_empty() {
        template.push(Piece::Text(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_into_pieces() {
        let templates = Templates { parts: &["where", "when"] };
        let text = |text: &str| Piece::Text(text.to_owned());
        let expected = vec![
            text("the "),
            Piece::Slot(Slot::Noun),
            text(" "),
            Piece::Choice(vec![
                vec![text("is")],
                vec![Piece::Part(1), text(" was "), Piece::Slot(Slot::Adverb)],
                vec![],
            ]),
            text("."),
        ];
        assert_eq!(templates.read("the {n} [is|<when> was {d}|]."), expected);
        assert_eq!(templates.misread("the {n} [is|<when> was {d}|]."), None);
        for wrong in ["the {noun}", "the <why>", "the {n"] {
            assert!(templates.misread(wrong).is_some(), "{wrong}");
        }
    }
}
