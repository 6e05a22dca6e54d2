//! Texts taken apart, in few bytes: of millions of responses, points and tokens would else be most of what a run holds.

use crate::Span;
use crate::language::Language;
use crate::terms::{AnalysedText, Point, Token};
use rayon::prelude::*;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Texts in a chunk.
pub(crate) const CHUNK: usize = 64;
/// Of a text with more points it is written where each begins, so that the last is found as fast as the first.
const FEW_POINTS: usize = 16;
/// Bytes in which that is written.
const PLACE: usize = 4;

/// Texts taken apart: some 150 bytes for an answer of 40 words, where an [`AnalysedText`] has 600. What is asked for is unpacked.
///
/// Equal texts have equal bytes. A text is: the number of its points; its language; the points; its quotations and its boilerplate. A point is:
/// its span, its language, its tokens, its phrases. Numbers are in base 128, the lowest digit first; a place in the text is told from the one before
/// it, where places ascend.
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct AnalysedTexts {
    /// All but the last are full.
    chunks: Vec<Chunk>,
}

/// Texts in a row.
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize)]
struct Chunk {
    #[serde(serialize_with = "as_bytes", deserialize_with = "from_bytes")]
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<u32>,
}

fn as_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

fn from_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("bytes")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }

    deserializer.deserialize_bytes(Bytes)
}

impl AnalysedTexts {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.ends.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// A text.
    ///
    /// # Panics
    /// If there is none of this number.
    pub fn get(&self, text: usize) -> AnalysedText {
        self.reader(text).text()
    }

    /// How many points a text has.
    ///
    /// # Panics
    /// If there is no text of this number.
    pub fn n_points(&self, text: usize) -> usize {
        self.reader(text).number() as usize
    }

    /// A point of a text.
    ///
    /// # Panics
    /// If there is none of these numbers.
    pub fn point(&self, text: usize, point: usize) -> Point {
        self.reader(text).point_of_text(point)
    }

    /// The texts, one after the other.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = AnalysedText> + ExactSizeIterator {
        (0..self.len()).map(|text| self.get(text))
    }

    /// Adds a text.
    ///
    /// # Panics
    /// If its chunk comes to 4 GiB; intake refuses answers far shorter than that.
    pub fn push(&mut self, text: &AnalysedText) {
        if self.chunks.last().is_none_or(|last| last.ends.len() == CHUNK) {
            self.chunks.push(Chunk::default());
        }
        let last = self.chunks.last_mut().expect("there is one with room");
        last.push(text);
        if last.ends.len() == CHUNK {
            last.shrink();
        }
    }

    /// Puts a text in the place of another.
    ///
    /// # Panics
    /// If there is none of this number.
    pub fn set(&mut self, number: usize, text: &AnalysedText) {
        self.chunks[number / CHUNK].update(|at, old| {
            if at == number % CHUNK {
                old.clone_from(text);
            }
        });
    }

    /// Changes texts, in parallel: `change` is handed each with its number.
    pub fn update(&mut self, change: impl Fn(usize, &mut AnalysedText) + Sync) {
        self.chunks.par_iter_mut().enumerate().for_each(|(number, chunk)| {
            chunk.update(|at, text| change(number * CHUNK + at, text));
        });
    }

    /// Changes texts, one after the other.
    pub(crate) fn update_in_order(&mut self, change: impl FnMut(&mut AnalysedText)) {
        PartMut(&mut self.chunks).update(change);
    }

    /// Adds texts behind these, which fill their chunks.
    ///
    /// # Panics
    /// If these do not.
    pub(crate) fn append(&mut self, other: Self) {
        assert!(self.len().is_multiple_of(CHUNK), "chunks but the last are full");
        self.chunks.extend(other.chunks);
    }

    /// The texts in parts of `size`, to be changed side by side.
    ///
    /// # Panics
    /// If parts would begin within a chunk.
    pub(crate) fn parts_mut(&mut self, size: usize) -> impl Iterator<Item = PartMut<'_>> {
        assert!(size.is_multiple_of(CHUNK), "parts are of whole chunks");
        self.chunks.chunks_mut(size / CHUNK).map(PartMut)
    }

    fn reader(&self, text: usize) -> Reader<'_> {
        let Chunk { bytes, ends } = &self.chunks[text / CHUNK];
        let end = ends[text % CHUNK];
        let start = (text % CHUNK).checked_sub(1).map_or(0, |before| ends[before]);
        Reader { bytes: &bytes[start as usize..end as usize] }
    }
}

impl fmt::Debug for AnalysedTexts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl FromIterator<AnalysedText> for AnalysedTexts {
    fn from_iter<I: IntoIterator<Item = AnalysedText>>(texts: I) -> Self {
        let mut packed = Self::default();
        texts.into_iter().for_each(|text| packed.push(&text));
        packed.chunks.iter_mut().for_each(Chunk::shrink);
        packed
    }
}

/// Some of the texts, to be changed.
pub(crate) struct PartMut<'a>(&'a mut [Chunk]);

impl PartMut<'_> {
    /// Changes them, one after the other; `change` is handed each.
    pub(crate) fn update(self, mut change: impl FnMut(&mut AnalysedText)) {
        for chunk in self.0 {
            chunk.update(|_, text| change(text));
        }
    }
}

impl Chunk {
    fn push(&mut self, text: &AnalysedText) {
        write_text(&mut self.bytes, text);
        self.ends.push(u32::try_from(self.bytes.len()).expect("some answers are shorter than 4 GiB"));
    }

    fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn update(&mut self, mut change: impl FnMut(usize, &mut AnalysedText)) {
        let mut changed = Self { bytes: Vec::with_capacity(self.bytes.len()), ends: Vec::with_capacity(CHUNK) };
        let mut start = 0;
        for (at, end) in self.ends.iter().enumerate() {
            let mut text = Reader { bytes: &self.bytes[start..*end as usize] }.text();
            change(at, &mut text);
            changed.push(&text);
            start = *end as usize;
        }
        changed.shrink();
        *self = changed;
    }
}

/// Writes a number in base 128, the lowest digit first.
pub(crate) fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn write_language(bytes: &mut Vec<u8>, language: Language) {
    bytes.push(language.place() as u8);
    if let Language::Other(other) = language {
        bytes.extend(other.to_639_3().as_bytes());
    }
}

/// How far it is from one place to another, small where it is near, on either side.
fn step(from: u32, to: u32) -> u32 {
    let step = to.wrapping_sub(from).cast_signed();
    (step << 1 ^ step >> 31).cast_unsigned()
}

/// The place so far from another.
fn stepped(from: u32, step: u32) -> u32 {
    from.wrapping_add(step >> 1 ^ 0_u32.wrapping_sub(step & 1))
}

/// `from`: the place before it.
fn write_span(bytes: &mut Vec<u8>, span: Span, from: u32) {
    write_number(bytes, step(from, span.start));
    write_number(bytes, step(span.start, span.end));
}

fn write_spans(bytes: &mut Vec<u8>, spans: &[Span]) {
    write_number(bytes, spans.len() as u32);
    let mut from = 0;
    for span in spans {
        write_span(bytes, *span, from);
        from = span.end;
    }
}

fn write_tokens(bytes: &mut Vec<u8>, tokens: &[Token], mut from: u32) {
    write_number(bytes, tokens.len() as u32);
    for token in tokens {
        write_span(bytes, token.span, from);
        write_number(bytes, token.to_number());
        from = token.span.start;
    }
}

fn write_text(bytes: &mut Vec<u8>, text: &AnalysedText) {
    let AnalysedText { language, points, quotations, boilerplate } = text;
    write_number(bytes, points.len() as u32);
    write_language(bytes, *language);
    let places = bytes.len();
    if points.len() > FEW_POINTS {
        bytes.resize(places + PLACE * points.len(), 0);
    }
    for (number, Point { span, language, tokens, phrases }) in points.iter().enumerate() {
        if points.len() > FEW_POINTS {
            let place = u32::try_from(bytes.len() - places).expect("an answer is shorter than 4 GiB");
            bytes[places + PLACE * number..][..PLACE].copy_from_slice(&place.to_le_bytes());
        }
        write_span(bytes, *span, 0);
        write_language(bytes, *language);
        write_tokens(bytes, tokens, span.start);
        write_tokens(bytes, phrases, span.start);
    }
    write_spans(bytes, quotations);
    write_spans(bytes, boilerplate);
}

/// Reads what is written above.
pub(crate) struct Reader<'b> {
    pub(crate) bytes: &'b [u8],
}

impl Reader<'_> {
    pub(crate) fn number(&mut self) -> u32 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let (byte, others) = self.bytes.split_first().expect("a number ends");
            self.bytes = others;
            number |= u32::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                break;
            }
        }
        number
    }

    fn language(&mut self) -> Language {
        let (place, others) = self.bytes.split_first().expect("a language is there");
        self.bytes = others;
        Language::ALL.get(usize::from(*place)).copied().unwrap_or_else(|| {
            let (code, others) = self.bytes.split_at(3);
            self.bytes = others;
            let code = std::str::from_utf8(code).ok();
            code.and_then(isolang::Language::from_639_3).map(Language::Other).expect("its code is that of a language")
        })
    }

    fn span(&mut self, from: u32) -> Span {
        let start = stepped(from, self.number());
        Span { start, end: stepped(start, self.number()) }
    }

    fn spans(&mut self) -> Box<[Span]> {
        let n = self.number();
        let mut from = 0;
        let next = |_| {
            let span = self.span(from);
            from = span.end;
            span
        };
        (0..n).map(next).collect()
    }

    fn tokens(&mut self, mut from: u32) -> Box<[Token]> {
        let n = self.number();
        let next = |_| {
            let span = self.span(from);
            from = span.start;
            Token::from_number(span, self.number())
        };
        (0..n).map(next).collect()
    }

    fn point(&mut self) -> Point {
        let (span, language) = (self.span(0), self.language());
        Point { span, language, tokens: self.tokens(span.start), phrases: self.tokens(span.start) }
    }

    fn text(mut self) -> AnalysedText {
        let n_points = self.number() as usize;
        let language = self.language();
        if n_points > FEW_POINTS {
            self.bytes = &self.bytes[PLACE * n_points..];
        }
        let points = (0..n_points).map(|_| self.point()).collect();
        AnalysedText { language, points, quotations: self.spans(), boilerplate: self.spans() }
    }

    fn point_of_text(mut self, point: usize) -> Point {
        let n_points = self.number() as usize;
        assert!(point < n_points, "point {point} of {n_points}");
        self.language();
        if n_points > FEW_POINTS {
            let place: [u8; PLACE] = self.bytes[PLACE * point..][..PLACE].try_into().expect("a place has four bytes");
            self.bytes = &self.bytes[u32::from_le_bytes(place) as usize..];
        } else {
            (0..point).for_each(|_| self.pass_point());
        }
        self.point()
    }

    /// Goes past a point.
    fn pass_point(&mut self) {
        self.span(0);
        self.language();
        for _ in 0..2 {
            for _ in 0..3 * self.number() {
                self.number();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::LeftOut;
    use proptest::prelude::*;

    fn span() -> impl Strategy<Value = Span> {
        let near = (0_u32..400, 0_u32..40).prop_map(|(start, length)| Span { start, end: start + length });
        let any = (any::<u32>(), any::<u32>()).prop_map(|(start, end)| Span { start, end });
        prop_oneof![9 => near, 1 => any]
    }

    fn language() -> impl Strategy<Value = Language> {
        let others = [isolang::Language::Deu, isolang::Language::Nyn].map(Language::Other);
        proptest::sample::select([Language::ALL.to_vec(), others.to_vec()].concat())
    }

    fn tokens() -> impl Strategy<Value = Box<[Token]>> {
        let reasons: Vec<Option<LeftOut>> = LeftOut::ALL.into_iter().map(Some).chain([None]).collect();
        let token = (span(), 0_u32..1 << 29, proptest::sample::select(reasons));
        let token = token.prop_map(|(span, term_idx, left_out)| Token::new(span, term_idx, left_out));
        proptest::collection::vec(token, 0..5).prop_map(Vec::into_boxed_slice)
    }

    fn text() -> impl Strategy<Value = AnalysedText> {
        let points = |size| {
            let point = (span(), language(), tokens(), tokens());
            let point = point.prop_map(|(span, language, tokens, phrases)| Point { span, language, tokens, phrases });
            proptest::collection::vec(point, size)
        };
        let points = prop_oneof![9 => points(0..4), 1 => points(FEW_POINTS..FEW_POINTS + 5)];
        let spans = || proptest::collection::vec(span(), 0..3);
        (language(), points, spans(), spans()).prop_map(|(language, points, quotations, boilerplate)| AnalysedText {
            language,
            points: points.into(),
            quotations: quotations.into(),
            boilerplate: boilerplate.into(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_packed_is_unpacked(texts in proptest::collection::vec(text(), 0..150)) {
            let packed: AnalysedTexts = texts.iter().cloned().collect();
            prop_assert_eq!((packed.len(), packed.is_empty()), (texts.len(), texts.is_empty()));
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), texts.clone());
            for (number, text) in texts.iter().enumerate() {
                prop_assert_eq!(packed.n_points(number), text.points.len());
                for (at, point) in text.points.iter().enumerate() {
                    prop_assert_eq!(&packed.point(number, at), point);
                }
            }
        }

        #[test]
        fn changes_in_place_are_those_of_the_texts(texts in proptest::collection::vec(text(), 1..150), other in text()) {
            let mut packed: AnalysedTexts = texts.iter().cloned().collect();
            let mut changed = texts.clone();
            let last = texts.len() - 1;
            changed[last / 2] = other.clone();
            packed.set(last / 2, &other);
            prop_assert_eq!(&packed, &changed.iter().cloned().collect::<AnalysedTexts>());
            for (number, text) in changed.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
                text.quotations = [Span { start: number as u32, end: 1 }].into();
            }
            packed.update(|number, text| if number % 3 == 0 {
                text.quotations = [Span { start: number as u32, end: 1 }].into();
            });
            prop_assert_eq!(&packed, &changed.iter().cloned().collect::<AnalysedTexts>());
        }
    }
}
