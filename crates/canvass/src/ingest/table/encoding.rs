//! In which encoding a text file is written.
//!
//! A byte order mark says it; a file that is UTF-8 throughout is UTF-8; of any other the configuration says it, or its bytes
//! do, if they leave one reading only. A wrong guess would change answers without a word, so that a doubt is an error.

use super::text::Malformed;
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError, column_letters};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE};

/// The usual encoding of text files that are not UTF-8.
const WESTERN: &str = "windows-1252";
/// Characters beyond ASCII from which on one encoding of Latin letters is told from another.
const ENOUGH_LATIN_LETTERS: u64 = 8;
/// The same of encodings of different scripts.
const ENOUGH_LETTERS: u64 = 40;

/// How a file is read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    pub(super) n_mark: usize,
    /// Why in this encoding, and whether that is sure; in UTF-8 without a mark it shows on the way.
    why: Why,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Why {
    /// UTF-8, as long as nothing speaks against it.
    Assumed,
    /// A byte order mark says so.
    Mark,
    /// Every second byte is NUL.
    Nuls,
    Stated,
    /// It is no UTF-8, first at this place.
    Guessed(Malformed),
}

/// The encoding of this name.
pub(super) fn named(label: &str) -> Result<&'static Encoding, IngestError> {
    let found = Encoding::for_label_no_replacement(label.as_bytes());
    found.ok_or_else(|| IngestError::NoSuchEncoding { found: label.to_owned() })
}

impl Reading {
    /// How to begin to read a file.
    pub(super) fn first(head: &[u8], stated: Option<&'static Encoding>) -> Self {
        const LOOKED_AT: usize = 4096;
        if let Some((encoding, n_mark)) = Encoding::for_bom(head) {
            return Self { encoding, n_mark, why: Why::Mark };
        }
        if let Some(encoding) = stated.filter(|encoding| [UTF_16LE, UTF_16BE, ISO_2022_JP].contains(encoding)) {
            return Self { encoding, n_mark: 0, why: Why::Stated };
        }
        // Latin letters in UTF-16 have a NUL in every second byte, always on the same side; other binary files do not.
        let head = head.get(..LOOKED_AT).unwrap_or(head);
        let nuls_in = |side: usize| head.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
        let (at_even, at_odd) = (nuls_in(0), nuls_in(1));
        if at_even.min(at_odd) == 0 && (at_even + at_odd) * 10 > head.len() * 3 {
            let encoding = if at_odd > 0 { UTF_16LE } else { UTF_16BE };
            return Self { encoding, n_mark: 0, why: Why::Nuls };
        }
        let why = if stated == Some(UTF_8) { Why::Stated } else { Why::Assumed };
        Self { encoding: UTF_8, n_mark: 0, why }
    }

    /// How to read a file again that is not in the encoding assumed so far. Leaves the file at its beginning.
    ///
    /// # Errors
    /// [`IngestError::Encoding`] if it cannot be told, [`IngestError::MixedEncodings`] if it is in more than one
    pub(super) fn next(
        self,
        input: &mut Input<'_>,
        malformed: Malformed,
        stated: Option<&'static Encoding>,
    ) -> Result<Self, IngestError> {
        let file = input.file.to_string();
        if self.why != Why::Assumed {
            let name = self.encoding.name();
            let (why, probably) = match self.why {
                Why::Mark => (format!("is not the {name} text that its first bytes say it is"), ""),
                Why::Nuls => ("looks like UTF-16, but is not".to_owned(), ""),
                Why::Stated if self.encoding == UTF_8 => {
                    ("is not UTF-8 text, which input.encoding says it is".to_owned(), WESTERN)
                }
                Why::Stated => (format!("is neither UTF-8 nor {name} text, which input.encoding says it is"), ""),
                _ => (format!("is not UTF-8 text, and not {name} either"), WESTERN),
            };
            return Err(faulty(file, why, probably, malformed));
        }
        // What cannot be read twice cannot be judged.
        if input.rewind().is_err() {
            return Err(faulty(file, "is not UTF-8 text".to_owned(), WESTERN, malformed));
        }
        let (counts, guesses) = look_through(input)?;
        let mixed = |encoding: &'static Encoding| IngestError::MixedEncodings {
            file: file.clone(),
            n_utf8: counts.utf8,
            n_other: counts.other,
            row: malformed.at.row,
            line: malformed.at.line,
            column: column_letters(malformed.at.column),
            offset: malformed.offset,
            bytes: malformed.bytes.clone(),
            other: encoding.name(),
        };
        if let Some(encoding) = stated {
            if counts.utf8 >= counts.other {
                return Err(mixed(encoding));
            }
            input.rewind()?;
            return Ok(Self { encoding, n_mark: 0, why: Why::Stated });
        }
        let &encoding = guesses.first().unwrap_or(&UTF_8);
        if counts.are_mixed(encoding) {
            return Err(mixed(encoding));
        }
        let others = other_readings(input, &guesses)?;
        if let Some(likeliest) = others.first() {
            let why = format!("is not UTF-8 text, and its bytes do not tell whether it is {}", or(&others));
            return Err(faulty(file, why, likeliest, malformed));
        }
        input.rewind()?;
        Ok(Self { encoding, n_mark: 0, why: Why::Guessed(malformed) })
    }

    /// What the user is told, where it is not UTF-8.
    pub(super) fn decision(&self, file: &str) -> Option<Decision> {
        let reason = match &self.why {
            Why::Guessed(Malformed { at, bytes, .. }) => format!(
                "it is not UTF-8 (the first such byte, {bytes}, is in row {}, column {}) and no other encoding makes words of it; \
                 state input.encoding to change that",
                at.row,
                column_letters(at.column)
            ),
            _ if self.encoding == UTF_8 => return None,
            Why::Mark => "its first bytes, a byte order mark, say so".to_owned(),
            Why::Nuls => "every second of its first bytes is a NUL".to_owned(),
            Why::Stated => "it is not UTF-8, and input.encoding says so".to_owned(),
            Why::Assumed => return None,
        };
        Some(Decision { about: file.to_owned(), decided: format!("read as {}", self.encoding.name()), reason })
    }
}

fn faulty(file: String, why: String, probably: &'static str, malformed: Malformed) -> IngestError {
    IngestError::Encoding {
        file,
        why,
        probably,
        row: malformed.at.row,
        line: malformed.at.line,
        column: column_letters(malformed.at.column),
        offset: malformed.offset,
        bytes: malformed.bytes,
    }
}

/// What a file that is not UTF-8 holds beyond ASCII: how many characters or places.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Counts {
    /// Characters in UTF-8.
    utf8: u64,
    /// Of these, letters with marks and punctuation of the Latin script.
    latin: u64,
    /// Places that are not.
    other: u64,
}

impl Counts {
    /// Whether the file holds UTF-8 beside text in this encoding. Of the letters of other encodings some look like UTF-8
    /// by chance: in those with two bytes a letter often, in others hardly ever.
    fn are_mixed(self, encoding: &'static Encoding) -> bool {
        if !encoding.is_single_byte() {
            return self.utf8 >= self.other;
        }
        self.utf8 * 20 > self.other || (is_latin(encoding) && self.latin > 0)
    }
}

/// Whether the encoding is one of the languages that are written in Latin letters.
fn is_latin(encoding: &'static Encoding) -> bool {
    const NAMES: [&str; 9] = [
        "windows-1250",
        "windows-1252",
        "windows-1254",
        "windows-1257",
        "windows-1258",
        "ISO-8859-2",
        "ISO-8859-3",
        "ISO-8859-4",
        "macintosh",
    ];
    NAMES.contains(&encoding.name())
}

/// Counts over a file from its beginning, and the encodings that it may be in: the likeliest first, then those that it
/// would be taken for if it came from elsewhere.
fn look_through(input: &mut Input<'_>) -> Result<(Counts, Vec<&'static Encoding>), IngestError> {
    /// Countries whose encodings are not the ones of western Europe.
    const COUNTRIES: [&str; 14] = ["cn", "tw", "jp", "kr", "ru", "gr", "tr", "pl", "cz", "lt", "il", "ir", "th", "vn"];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut counts = Counts::default();
    each_piece(input, UTF_8, |window, text, is_malformed| {
        if let Some((window, is_last)) = window {
            detector.feed(window, is_last);
        }
        for c in text.chars().filter(|c| !c.is_ascii()) {
            counts.utf8 += 1;
            counts.latin += u64::from(matches!(c, '\u{A0}'..='\u{17F}' | '\u{2010}'..='\u{203A}' | '€'));
        }
        counts.other += u64::from(is_malformed);
    })?;
    let mut guesses = vec![detector.guess(None, Utf8Detection::Deny)];
    for country in COUNTRIES {
        let guess = detector.guess(Some(country.as_bytes()), Utf8Detection::Deny);
        if !guesses.contains(&guess) {
            guesses.push(guess);
        }
    }
    Ok((counts, guesses))
}

/// Decodes a file from its beginning. `take` is given each window with whether it is the last, then the pieces of text in it,
/// with whether bytes follow that are none.
fn each_piece(
    input: &mut Input<'_>,
    encoding: &'static Encoding,
    mut take: impl FnMut(Option<(&[u8], bool)>, &str, bool),
) -> Result<(), IngestError> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    loop {
        let window = input.window()?;
        let is_last = window.is_empty();
        take(Some((window, is_last)), "", false);
        let mut rest = window;
        loop {
            text.clear();
            text.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()));
            let (result, n_read) = decoder.decode_to_string_without_replacement(rest, &mut text, is_last);
            rest = rest.get(n_read..).unwrap_or_default();
            take(None, &text, matches!(result, DecoderResult::Malformed(..)));
            if result == DecoderResult::InputEmpty {
                break;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The names of the readings between which the bytes leave a choice; none if the likeliest makes words, and no other guess
/// makes other words.
fn other_readings(input: &mut Input<'_>, guesses: &[&'static Encoding]) -> Result<Vec<&'static str>, IngestError> {
    let mut look_at = |encoding: &'static Encoding| {
        input.rewind()?;
        let mut look = Look::default();
        each_piece(input, encoding, |_, text, is_malformed| look.add(text, is_malformed))?;
        Ok::<_, IngestError>(look)
    };
    let Some((&first, others)) = guesses.split_first() else { return Ok(Vec::new()) };
    let look = look_at(first)?;
    if !look.is_plausible() {
        // The detector does not know it.
        let is_mac = look_at(MACINTOSH)?.is_plausible();
        return Ok(if is_mac { vec![MACINTOSH.name(), first.name()] } else { vec![first.name(), "another encoding"] });
    }
    // The detector knows letters by their neighbours, but lets a country outweigh any number of them.
    let is_doubtful = |other: &'static Encoding| {
        let both_latin = is_latin(first) && is_latin(other);
        look.n_beyond_ascii < if both_latin { ENOUGH_LATIN_LETTERS } else { ENOUGH_LETTERS }
    };
    let mut rivals = Vec::new();
    for &other in others.iter().filter(|other| is_doubtful(other)) {
        let other_look = look_at(other)?;
        if other_look.is_plausible() && other_look.hash.finalize() != look.hash.finalize() {
            rivals.push(other.name());
        }
    }
    if !rivals.is_empty() {
        rivals.insert(0, first.name());
    }
    Ok(rivals)
}

/// "a", "a or b", "a, b or c".
fn or(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// How a text looks in an encoding.
#[derive(Default)]
struct Look {
    hash: blake3::Hasher,
    /// The last two characters.
    before: Option<(char, char)>,
    n_beyond_ascii: u64,
    /// Characters that hardly stand where they do in any language.
    n_odd: u64,
    is_malformed: bool,
}

/// The scripts that words do not mix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Script {
    Latin,
    EastAsian,
    Other,
}

impl Look {
    fn add(&mut self, text: &str, is_malformed: bool) {
        self.is_malformed |= is_malformed;
        self.hash.update(text.as_bytes());
        for c in text.chars() {
            let (first, middle) = self.before.unwrap_or((' ', ' '));
            if !middle.is_ascii() {
                self.n_beyond_ascii += 1;
                self.n_odd += u64::from(is_odd(first, middle, c));
            }
            self.before = Some((middle, c));
        }
    }

    /// Whether it may be text: of fifty characters beyond ASCII one at most is odd.
    fn is_plausible(&self) -> bool {
        let (before, last) = self.before.unwrap_or((' ', ' '));
        let n_odd = self.n_odd + u64::from(!last.is_ascii() && is_odd(before, last, ' '));
        !self.is_malformed && n_odd * 50 <= self.n_beyond_ascii
    }
}

fn script(c: char) -> Option<Script> {
    let is_latin = matches!(c, 'a'..='z' | 'A'..='Z' | '\u{AA}' | '\u{BA}')
        || matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}');
    let is_east_asian = matches!(c, '\u{3005}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
        || matches!(c, '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}');
    match (is_latin, is_east_asian) {
        (true, _) => Some(Script::Latin),
        (_, true) => Some(Script::EastAsian),
        _ => c.is_alphabetic().then_some(Script::Other),
    }
}

/// Whether a character beyond ASCII hardly stands between these two in any language.
fn is_odd(before: char, c: char, after: char) -> bool {
    let neighbours = [script(before), script(after)];
    match script(c) {
        // One character alone within or beside a Latin word.
        Some(Script::EastAsian) => {
            neighbours.contains(&Some(Script::Latin)) && !neighbours.contains(&Some(Script::EastAsian))
        }
        Some(own) => {
            let is_mixed = neighbours.iter().flatten().any(|other| *other != own && *other != Script::EastAsian);
            is_mixed || (before.is_lowercase() && c.is_uppercase()) || (own == Script::Latin && after.is_ascii_digit())
        }
        None => {
            let is_mark = matches!(c, '\u{A0}' | '\u{AD}' | '·' | '\u{2010}'..='\u{2027}' | '\u{300}'..='\u{36F}');
            let is_control = c.is_control() || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}');
            let is_in_word = neighbours.iter().all(Option::is_some) && neighbours.contains(&Some(Script::Latin));
            is_control || (is_in_word && !is_mark)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::{At, TextReader, pump};
    use super::*;

    const FRENCH: &str =
        "id,avis\n1,Le bac du soir est trop fréquenté à la fin de l’été\n2,\"Où est-il passé, déjà ?\"\n3,Très bien\n";

    fn read(bytes: &[u8], stated: Option<&'static Encoding>) -> Result<(String, String), IngestError> {
        let mut input = Input::of("a.csv", bytes).unwrap();
        let mut reading = Reading::first(input.head(), stated);
        loop {
            let mut kept = Kept(String::new());
            let Some(malformed) = pump(&mut input, &reading, &mut kept)? else {
                let told = reading.decision("a.csv").map(|told| format!("{}: {}", told.decided, told.reason));
                return Ok((kept.0, told.unwrap_or_default()));
            };
            reading = reading.next(&mut input, malformed, stated)?;
        }
    }

    struct Kept(String);

    impl TextReader for Kept {
        fn feed(&mut self, text: &str) -> Result<(), IngestError> {
            self.0.push_str(text);
            Ok(())
        }

        fn at(&mut self, _: &str) -> At {
            let line = 1 + self.0.matches('\n').count() as u32;
            At { row: line, line, column: 0 }
        }
    }

    fn encoded(text: &str, label: &str) -> Vec<u8> {
        let (bytes, _, is_faulty) = named(label).unwrap().encode(text);
        assert!(!is_faulty, "{label}");
        bytes.into_owned()
    }

    #[test]
    fn text_in_an_encoding_of_its_country_is_known_where_there_is_enough_of_it() {
        let russian = "id,отзыв\n1,Вечерний паром должен ходить чаще\n2,Её расписание неудобно\n3,Нужны скидки\n";
        let japanese = "id,意見\n1,夜のフェリーをもっと増やしてほしい\n2,学生割引が必要です\n";
        let chinese = "id,意见\n1,晚上的渡轮应该更频繁\n2,学生需要折扣，请尽快安排\n";
        let polish =
            "id,opinia\n1,Wieczorny prom powinien kursować częściej\n2,Zniżki są potrzebne również dla uczniów\n";
        for (text, label) in [
            (FRENCH, "windows-1252"),
            (russian, "windows-1251"),
            (russian, "koi8-r"),
            (japanese, "shift_jis"),
            (japanese, "euc-jp"),
            (chinese, "gb18030"),
            (polish, "windows-1250"),
        ] {
            let text = text.repeat(2);
            let (found, told) = read(&encoded(&text, label), None).unwrap_or_else(|error| panic!("{label}: {error}"));
            assert_eq!(found, text, "{label}: {told}");
            assert!(told.starts_with("read as "), "{told}");
        }
    }

    #[test]
    fn what_the_bytes_do_not_tell_is_not_guessed() {
        for (text, label) in
            [("id,avis\n1,plus fréquent et déjà là\n", "macintosh"), ("id,a\n1,\u{414}\u{430}\n", "windows-1251")]
        {
            let bytes = encoded(text, label);
            let error = read(&bytes, None).unwrap_err();
            assert!(matches!(error, IngestError::Encoding { .. }), "{label}: {error}");
            let (found, told) = read(&bytes, Some(named(label).unwrap())).unwrap();
            assert_eq!(found, text);
            assert!(told.ends_with("it is not UTF-8, and input.encoding says so"), "{told}");
        }
    }

    #[test]
    fn two_encodings_in_one_file_are_never_read_as_one() {
        let mixed = [FRENCH.as_bytes(), &encoded("4,Très bien aussi\n", "windows-1252")].concat();
        for stated in [None, Some("windows-1252"), Some("iso-8859-2")] {
            let error = read(&mixed, stated.map(|label| named(label).unwrap())).unwrap_err();
            assert!(matches!(error, IngestError::MixedEncodings { n_other: 1, line: 5, .. }), "{error}");
        }
        // A few letters in UTF-8 among many that are not.
        let mixed = [encoded(&FRENCH.repeat(50), "windows-1252"), "4,Très bien\n".into()].concat();
        assert!(matches!(read(&mixed, None).unwrap_err(), IngestError::MixedEncodings { n_utf8: 1, .. }));
    }

    #[test]
    fn a_mark_goes_before_what_is_stated_and_so_does_utf_8() {
        let little: Vec<u8> = FRENCH.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = FRENCH.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin = Some(named("latin1").unwrap());
        let by_mark = "read as UTF-16LE: its first bytes, a byte order mark, say so";
        for (bytes, stated, told) in [
            (FRENCH.as_bytes().to_vec(), latin, ""),
            (["\u{FEFF}".as_bytes(), FRENCH.as_bytes()].concat(), latin, ""),
            ([b"\xFF\xFE".as_slice(), &little].concat(), latin, by_mark),
            (little, None, "read as UTF-16LE: every second of its first bytes is a NUL"),
            (big, None, "read as UTF-16BE: every second of its first bytes is a NUL"),
        ] {
            let found = read(&bytes, stated).unwrap();
            assert_eq!((found.0.as_str(), found.1.as_str()), (FRENCH, told));
        }
        assert!(named("latin-9000").is_err());
    }

    #[test]
    fn text_is_the_same_wherever_the_windows_end() {
        let text = format!("id,a\n1,{}\n", "dа本🙂".repeat(60_000));
        for shift in 0..4 {
            let text = format!("{}{text}", "x".repeat(shift));
            assert_eq!(read(text.as_bytes(), None).unwrap().0, text);
        }
    }
}
