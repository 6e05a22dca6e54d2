//! Identification: in which language a text is written, and how sure that is.

use super::Language;
use super::profiles::{Evidence, Profiles};
use super::scripts::{Script, Scripts};
use crate::resources::Resources;
use unicode_segmentation::UnicodeSegmentation;

/// A text counts as identified from this confidence on; below, it is read in the main language of the consultation.
pub const MIN_CONFIDENCE: f64 = 0.9;

/// A language and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identified {
    /// The language.
    pub language: Language,
    /// From 0 to 1: roughly the probability of being right, as measured on `testdata/languages.tsv`. It counts as sure from
    /// [`MIN_CONFIDENCE`] on.
    pub confidence: f64,
}

/// The fewest words in Latin letters of which something is said: shorter texts are names as often as not.
const MIN_WORDS: usize = 3;

/// The fewest words of a point that can leave its response's language for another of the same script.
const MIN_POINT_WORDS: usize = 5;

/// The share of a script from which on a text is written in it throughout.
const THROUGHOUT: f64 = 0.9;

/// What a language with resources is ahead of the others before the first word, in frequent words.
const WITH_RESOURCES: f64 = 0.5;

/// What Russian and Arabic are ahead of the others in their script, in frequent words: a short text may show none of the letters
/// that tell them apart.
const MAIN_OF_SCRIPT: f64 = 1.0;

/// What trigrams can count, in frequent words.
const TRIGRAMS: f64 = 1.2;

/// Trigrams choose among the languages so many frequent words behind the best, or fewer.
const NEAR: f64 = 1.5;

/// Below this lead, in frequent words, trigrams are asked.
const CLEAR_LEAD: f64 = 3.0;

/// How many of its words any text shares by chance with some language.
const CHANCE: f64 = 0.08;

/// The fewest frequent words of a language by which a text in Latin letters counts as identified; with fewer its confidence is
/// no more than [`WITHOUT_WORDS`].
const MIN_FREQUENT: f64 = 2.0;

/// The most confidence in a text in Latin letters that is known by trigrams and a word at most.
const WITHOUT_WORDS: f64 = 0.8;

/// The lead of the best language over the next, in frequent words, and the confidence at that lead; linear between.
const CONFIDENCE: [(f64, f64); 7] =
    [(0.0, 0.5), (0.5, 0.75), (1.0, 0.9), (1.5, 0.95), (2.0, 0.97), (3.0, 0.985), (5.0, 0.998)];

/// Says in which language a text is written.
///
/// The script decides where it can. Among the languages of one script those words count that a language uses often (the
/// function words and general words of the resources, and short lists of some sixty other languages), and letters it does not
/// write count against it. Trigrams are asked only if that leaves a doubt, and never decide alone: they mislead on lists of
/// nouns.
///
/// # Source
/// Trigram profiles and alphabets of the crate `whatlang`.
pub struct Identifier {
    profiles: Profiles,
    /// For each profile its name among the trigrams, if it has some.
    trigrams: Vec<Option<whatlang::Lang>>,
}

impl Identifier {
    /// An identifier that knows the languages of the resources, and the others of `languages.txt`.
    pub fn new(resources: &Resources) -> Self {
        let profiles = Profiles::new(resources);
        let langs = whatlang::Lang::all();
        let trigrams = profiles.languages.iter().map(|language| {
            langs.iter().copied().find(|lang| trigram_language(*lang).is_some_and(|named| named == *language))
        });
        Self { trigrams: trigrams.collect(), profiles }
    }

    /// The language of a text, and how sure it is; nothing for texts without letters, and for those of one or two words in
    /// Latin letters.
    ///
    /// # Guarantees
    /// Total and deterministic. Linear in the length of the text.
    pub fn identify(&self, text: &str) -> Option<Identified> {
        let scripts = Scripts::of(text);
        let (script, share) = scripts.main()?;
        let found = match script {
            Script::Han => chinese_or_japanese(&scripts),
            Script::Of(code) => Identified { language: Language::from_code(code)?, confidence: 0.95 },
            Script::Latin | Script::Cyrillic | Script::Arabic => {
                let evidence = self.profiles.evidence(text, script, scripts.is_capitals);
                if script == Script::Latin && evidence.n_words < MIN_WORDS {
                    return None;
                }
                self.weigh(text, script, &evidence)?
            }
        };
        // A text in two scripts is no surer of its language than of its script.
        let confidence = if share < THROUGHOUT { found.confidence.min(share + 0.15) } else { found.confidence };
        Some(Identified { confidence, ..found })
    }

    /// The language of a point: that of its response, unless it is evidently in another.
    ///
    /// Evidently: written in another script throughout; or of five words or more, identified as sure, with two or more
    /// frequent words of the other language alone and at most a quarter as many of the response's alone.
    pub fn identify_point(&self, point: &str, response_language: Language) -> Language {
        let scripts = Scripts::of(point);
        let Some((script, share)) = scripts.main() else { return response_language };
        let Some(found) = self.identify(point).filter(|found| found.confidence >= MIN_CONFIDENCE) else {
            return response_language;
        };
        if share < THROUGHOUT || found.language == response_language {
            return response_language;
        }
        if script != script_of_language(response_language, &self.profiles) {
            return found.language;
        }
        let pair = [found.language, response_language];
        let [other, own] = self.profiles.apart(point, script, scripts.is_capitals, pair);
        let n_words = point.unicode_words().take(MIN_POINT_WORDS).count();
        let leaves = n_words == MIN_POINT_WORDS && other >= 2.0 && own * 4.0 <= other;
        if leaves { found.language } else { response_language }
    }

    /// The best language of a script, by words and letters, and by trigrams if these leave a doubt.
    fn weigh(&self, text: &str, script: Script, evidence: &Evidence) -> Option<Identified> {
        // Of the other scripts all languages with many writers are known.
        let by_chance = if script == Script::Latin { CHANCE * evidence.n_words as f64 } else { 0.0 };
        let mut scores = evidence.scores;
        for place in self.profiles.places(script) {
            scores[place] += match self.profiles.languages[place] {
                Language::Russian | Language::Arabic => MAIN_OF_SCRIPT,
                language if language.has_resources() => WITH_RESOURCES,
                _ => 0.0,
            };
        }
        let (mut best, mut lead) = self.best(script, &scores, by_chance)?;
        if lead < CLEAR_LEAD {
            let near = self.profiles.places(script).filter(|place| scores[*place] + NEAR >= scores[best]);
            let near: Vec<whatlang::Lang> = near.filter_map(|place| self.trigrams[place]).collect();
            if near.len() > 1
                && let Some(info) = whatlang::Detector::with_allowlist(near).detect(text)
                && let Some(place) = self.trigrams.iter().position(|lang| *lang == Some(info.lang()))
            {
                scores[place] += TRIGRAMS * info.confidence();
                (best, lead) = self.best(script, &scores, by_chance)?;
            }
        }
        let is_known = evidence.frequent[best] >= MIN_FREQUENT || script != Script::Latin;
        let confidence = if is_known { confidence(lead) } else { confidence(lead).min(WITHOUT_WORDS) };
        Some(Identified { language: self.profiles.languages[best], confidence })
    }

    /// The place of the best language, and its lead over chance and the next; of two alike the first. A language without
    /// resources leads over the best of those with: which of its like it is matters less.
    fn best(&self, script: Script, scores: &[f64], by_chance: f64) -> Option<(usize, f64)> {
        let higher = |best: usize, place: usize| if scores[place] > scores[best] { place } else { best };
        let best = self.profiles.places(script).reduce(higher)?;
        let with_resources = |place: usize| self.profiles.languages[place].has_resources();
        let rivals = self.profiles.places(script).filter(|place| *place != best);
        let rivals = rivals.filter(|place| with_resources(best) || with_resources(*place));
        let next = rivals.map(|place| scores[place]).fold(by_chance, f64::max);
        Some((best, (scores[best] - next).max(0.0)))
    }
}

/// The confidence at a lead of so many frequent words.
fn confidence(lead: f64) -> f64 {
    let after = CONFIDENCE.partition_point(|(known, _)| *known <= lead);
    match (after.checked_sub(1).map(|before| CONFIDENCE[before]), CONFIDENCE.get(after)) {
        (Some((from, low)), Some((to, high))) => low + (high - low) * (lead - from) / (to - from),
        (Some((_, highest)), None) => highest,
        (None, _) => CONFIDENCE[0].1,
    }
}

/// Chinese has no kana but for a sign or two; Japanese has hardly a sentence without.
fn chinese_or_japanese(scripts: &Scripts) -> Identified {
    let is_japanese = scripts.kana >= 2 && scripts.kana * 10 > scripts.han || scripts.han == 0;
    if is_japanese {
        return Identified { language: Language::Other(isolang::Language::Jpn), confidence: 0.98 };
    }
    if scripts.japanese * 10 > scripts.han {
        return Identified { language: Language::Other(isolang::Language::Jpn), confidence: 0.7 };
    }
    let confidence = match scripts.han {
        1 => 0.6,
        2 => 0.8,
        3 => 0.9,
        4..8 => 0.96,
        _ => 0.99,
    };
    Identified { language: Language::Chinese, confidence }
}

/// The script of a language.
fn script_of_language(language: Language, profiles: &Profiles) -> Script {
    let is_of = |script| profiles.place(language).is_some_and(|own| profiles.places(script).any(|place| place == own));
    match language {
        Language::Chinese | Language::Other(isolang::Language::Jpn) => Script::Han,
        _ if is_of(Script::Cyrillic) => Script::Cyrillic,
        _ if is_of(Script::Arabic) => Script::Arabic,
        _ => Script::Latin,
    }
}

/// The language of a trigram profile.
fn trigram_language(lang: whatlang::Lang) -> Option<Language> {
    match lang {
        whatlang::Lang::Pes => Language::from_code("fa"),
        _ => Language::from_code(lang.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static IDENTIFIER: LazyLock<Identifier> =
        LazyLock::new(|| Identifier::new(&Resources::load().expect("the built-in resources load")));

    /// The code of the language of a text, if it is sure.
    fn sure(text: &str) -> Option<&'static str> {
        let found = IDENTIFIER.identify(text).filter(|found| found.confidence >= MIN_CONFIDENCE);
        found.map(|found| found.language.code())
    }

    #[test]
    fn sentences_of_the_languages_are_told_apart() {
        for (text, code) in [
            ("The last bus leaves the valley at four in the afternoon.", "en"),
            ("Le dernier bus quitte la vallée à quatre heures de l\u{2019}après-midi.", "fr"),
            ("El último autobús sale del valle a las cuatro de la tarde.", "es"),
            ("Последний автобус уходит из долины в четыре часа дня.", "ru"),
            ("تغادر الحافلة الأخيرة الوادي في الساعة الرابعة بعد الظهر", "ar"),
            ("最后一班公共汽车下午四点离开山谷。", "zh"),
            ("最後一班公共汽車下午四點離開山谷。", "zh"),
            ("Der letzte Bus verlässt das Tal um vier Uhr am Nachmittag.", "de"),
            ("Ο τελευταίος συρμός φεύγει στις τέσσερις", "el"),
            ("마지막 버스는 오후 네 시에 골짜기를 떠난다", "ko"),
            ("最後のバスは午後四時に谷を出ます。", "ja"),
        ] {
            assert_eq!(sure(text), Some(code), "{text}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_has_no_letters_or_hardly_a_word() {
        for text in ["", "  ", "12 + 30 = 42", "?!", "🚲🚲🚲", "More trains", "Nada"] {
            assert_eq!(IDENTIFIER.identify(text), None, "{text}");
        }
    }

    #[test]
    fn lists_of_nouns_and_names_are_not_sure() {
        for text in [
            "Cybersecurity, capacity building, spectrum",
            "Transport, budget, communication, coordination, action",
            "Radio, satellite, internet, digital transformation, innovation",
            "Los Angeles, San Francisco, Las Vegas, El Paso",
            "Le Corbusier, Le Havre, La Rochelle",
            "ITU UN WHO ES DE LA EN",
        ] {
            assert!(sure(text).is_none_or(|code| code == "en"), "{text}: {:?}", IDENTIFIER.identify(text));
        }
    }

    #[test]
    fn capitals_throughout_are_read_and_acronyms_are_not() {
        assert_eq!(sure("WE NEED MORE BUSES IN THE EVENING"), Some("en"));
        assert_eq!(sure("IL FAUT PLUS DE BUS DANS LA SOIRÉE"), Some("fr"));
        assert_eq!(sure("The UN and the ES, LA, DE groups should meet more often"), Some("en"));
    }

    #[test]
    fn a_text_half_in_another_script_is_not_sure() {
        let found = IDENTIFIER.identify("We need more buses in the evening 我们晚上需要更多的公交车");
        assert!(found.is_none_or(|found| found.confidence < MIN_CONFIDENCE), "{found:?}");
        assert_eq!(sure("加强国际电联ITU在人工智能AI治理方面的作用"), Some("zh"));
    }

    #[test]
    fn a_point_keeps_the_language_of_its_response_unless_it_is_evidently_in_another() {
        let point = |text, language| IDENTIFIER.identify_point(text, language);
        let (english, french) = (Language::English, Language::French);
        assert_eq!(point("Il faut aussi plus de trains pour les gens du nord.", english), french);
        assert_eq!(point("We also need more trains for the people of the north.", french), english);
        // Too short, a list, or a mixture.
        assert_eq!(point("C'est la vie", english), english);
        assert_eq!(point("Transport, communication, coordination, information, action", french), french);
        assert_eq!(point("The mayor said il faut de la patience and we all laughed.", french), french);
        // Another script throughout.
        assert_eq!(point("需要更多公交车", english), Language::Chinese);
        assert_eq!(point("Нужно больше автобусов", english), Language::Russian);
        assert_eq!(point("We need more buses.", Language::Chinese), english);
        assert_eq!(point("The sign says 出口 and nothing else.", english), english);
        assert_eq!(point("...", french), french);
    }

    #[test]
    fn the_confidence_rises_with_the_lead() {
        let at = [0.0, 0.2, 0.5, 1.0, 2.5, 5.0, 80.0].map(confidence);
        assert!(at.windows(2).all(|pair| pair[0] <= pair[1]), "{at:?}");
        assert!((at[0] - 0.5).abs() < 1e-12 && at[6] < 1.0);
    }
}
