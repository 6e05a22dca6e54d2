//! The scripts of a text: which one it is written in, and whether that alone names the language.

/// A script, as far as languages are told apart by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    /// Chinese characters, and the kana of Japanese.
    Han,
    /// A script of which one language has by far the most writers, with that language's code.
    Of(&'static str),
}

/// Letters that only Japanese uses among the Chinese characters: neither traditional nor simplified Chinese writes them so.
const JAPANESE: &str = "駅込働畑図広価対応関実発県営総経続読売変択単戦歳済斎剤桜栄労拠拡帰観検権険験顕庁歩毎気沢渋軽継絵縄繊脳臓舗薬\
                        蔵覚訳豊転辺逓遅酔醸釈鉄鉱銭陥隠雑霊頼駆騒髄鶏黒黙帯巣専寝児両乗亀仏仮伝倹円処剣剰勲厳収団囲圏壊壌壱奨嬢";

/// First and last character of each script, in order.
const RANGES: [(char, char, Script); 42] = [
    ('A', 'Z', Script::Latin),
    ('a', 'z', Script::Latin),
    ('\u{aa}', '\u{aa}', Script::Latin),
    ('\u{ba}', '\u{ba}', Script::Latin),
    ('\u{c0}', '\u{24f}', Script::Latin),
    ('\u{250}', '\u{2bf}', Script::Latin),
    ('\u{370}', '\u{3ff}', Script::Of("el")),
    ('\u{400}', '\u{52f}', Script::Cyrillic),
    ('\u{531}', '\u{58f}', Script::Of("hy")),
    ('\u{591}', '\u{5f4}', Script::Of("he")),
    ('\u{620}', '\u{64a}', Script::Arabic),
    ('\u{66e}', '\u{6d3}', Script::Arabic),
    ('\u{6d5}', '\u{6ff}', Script::Arabic),
    ('\u{700}', '\u{74f}', Script::Of("syr")),
    ('\u{750}', '\u{77f}', Script::Arabic),
    ('\u{780}', '\u{7bf}', Script::Of("dv")),
    ('\u{904}', '\u{97f}', Script::Of("hi")),
    ('\u{980}', '\u{9ff}', Script::Of("bn")),
    ('\u{a01}', '\u{a7f}', Script::Of("pa")),
    ('\u{a81}', '\u{aff}', Script::Of("gu")),
    ('\u{b01}', '\u{b7f}', Script::Of("or")),
    ('\u{b80}', '\u{bff}', Script::Of("ta")),
    ('\u{c00}', '\u{c7f}', Script::Of("te")),
    ('\u{c80}', '\u{cff}', Script::Of("kn")),
    ('\u{d00}', '\u{d7f}', Script::Of("ml")),
    ('\u{d80}', '\u{dff}', Script::Of("si")),
    ('\u{e01}', '\u{e5b}', Script::Of("th")),
    ('\u{e81}', '\u{eff}', Script::Of("lo")),
    ('\u{f00}', '\u{fff}', Script::Of("bo")),
    ('\u{1000}', '\u{109f}', Script::Of("my")),
    ('\u{10a0}', '\u{10ff}', Script::Of("ka")),
    ('\u{1100}', '\u{11ff}', Script::Of("ko")),
    ('\u{1200}', '\u{139f}', Script::Of("am")),
    ('\u{1780}', '\u{17ff}', Script::Of("km")),
    ('\u{1800}', '\u{18af}', Script::Of("mn")),
    ('\u{1e00}', '\u{1eff}', Script::Latin),
    ('\u{1f00}', '\u{1fff}', Script::Of("el")),
    ('\u{3005}', '\u{3007}', Script::Han),
    ('\u{3041}', '\u{30ff}', Script::Han),
    ('\u{3400}', '\u{9fff}', Script::Han),
    ('\u{ac00}', '\u{d7af}', Script::Of("ko")),
    ('\u{20000}', '\u{3ffff}', Script::Han),
];

/// The script of a letter; nothing for digits, punctuation and the letters of rare scripts.
pub(super) fn script_of(c: char) -> Option<Script> {
    let (_, last, script) = RANGES[..RANGES.partition_point(|(first, _, _)| *first <= c)].last()?;
    (c <= *last && c.is_alphabetic()).then_some(*script)
}

/// How much of a text is in which script.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    /// The letters of each, those of a denser script counted as more.
    letters: Vec<(Script, u32)>,
    /// The letters of all, weighted likewise.
    total: u32,
    /// Chinese characters, without kana.
    pub(super) han: u32,
    /// The letters of the Japanese syllabaries.
    pub(super) kana: u32,
    /// Chinese characters that only Japanese uses.
    pub(super) japanese: u32,
    /// Whether most letters are capitals.
    pub(super) is_capitals: bool,
}

impl Scripts {
    /// The scripts of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        let mut latin = 0;
        let (mut capitals, mut small) = (0_u32, 0_u32);
        for c in text.chars() {
            if c.is_ascii() {
                latin += u32::from(c.is_ascii_alphabetic());
                capitals += u32::from(c.is_ascii_uppercase());
                small += u32::from(c.is_ascii_lowercase());
                continue;
            }
            let Some(script) = script_of(c) else { continue };
            match script {
                Script::Han if matches!(c, '\u{3041}'..='\u{30ff}') => scripts.kana += 1,
                Script::Han => {
                    scripts.han += 1;
                    scripts.japanese += u32::from(JAPANESE.contains(c));
                }
                _ => {
                    capitals += u32::from(c.is_uppercase());
                    small += u32::from(c.is_lowercase());
                }
            }
            scripts.add(script, letters_in(c));
        }
        scripts.add(Script::Latin, latin);
        scripts.is_capitals = capitals > small;
        scripts
    }

    fn add(&mut self, script: Script, letters: u32) {
        self.total += letters;
        match self.letters.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += letters,
            None => self.letters.push((script, letters)),
        }
    }

    /// The script of most letters, and its share of them, from 0 to 1. Of two alike the one that comes first.
    pub(super) fn main(&self) -> Option<(Script, f64)> {
        let (script, letters) = self.letters.iter().rev().max_by_key(|(_, letters)| *letters)?;
        (*letters > 0).then(|| (*script, f64::from(*letters) / f64::from(self.total)))
    }
}

/// How many letters of an alphabet a character is worth: a Chinese word has two characters, a Latin one five letters.
fn letters_in(c: char) -> u32 {
    match c {
        '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => 3,
        '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_in_order_and_apart() {
        assert!(RANGES.iter().all(|(first, last, _)| first <= last));
        assert!(RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn letters_have_a_script_and_digits_have_none() {
        for (c, script) in [
            ('e', Some(Script::Latin)),
            ('é', Some(Script::Latin)),
            ('ы', Some(Script::Cyrillic)),
            ('ي', Some(Script::Arabic)),
            ('水', Some(Script::Han)),
            ('の', Some(Script::Han)),
            ('물', Some(Script::Of("ko"))),
            ('7', None),
            ('٧', None),
            ('。', None),
            ('×', None),
        ] {
            assert_eq!(script_of(c), script, "{c}");
        }
    }

    #[test]
    fn the_main_script_is_that_of_most_letters() {
        assert_eq!(Scripts::of("12 + 30 = 42").main(), None);
        assert_eq!(Scripts::of("改善农村的AI服务").main().map(|(script, _)| script), Some(Script::Han));
        assert_eq!(Scripts::of("The word 水 means water").main().map(|(script, _)| script), Some(Script::Latin));
    }
}
