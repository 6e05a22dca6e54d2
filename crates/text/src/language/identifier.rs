//! Identification: in which language a text is written, and how sure that is.

use super::Language;
use super::profiles::{Evidence, Profiles};
use super::scripts::{Script, Scripts};
use crate::resources::Resources;

/// A text counts as identified from this confidence on; below, it is read in the main language of the consultation.
pub const MIN_CONFIDENCE: f64 = 0.8;

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

/// Below this lead, in frequent words, trigrams are asked.
const CLEAR_LEAD: f64 = 3.0;

/// How many of its words any text shares by chance with some language.
const CHANCE: f64 = 0.08;

/// The confidence of a text whose frequent words say nothing.
const WITHOUT_WORDS: f64 = 0.6;

/// The lead of the best language over the next, in frequent words, and the confidence at that lead; linear between.
const CONFIDENCE: [(f64, f64); 7] =
    [(0.0, 0.5), (0.5, 0.65), (1.0, 0.78), (1.5, 0.87), (2.0, 0.92), (3.0, 0.97), (5.0, 0.995)];

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
    trigrams: whatlang::Detector,
}

impl Identifier {
    /// An identifier that knows the languages of the resources, and the others of `languages.txt`.
    pub fn new(resources: &Resources) -> Self {
        let profiles = Profiles::new(resources);
        let known =
            |lang: &whatlang::Lang| trigram_language(*lang).is_some_and(|known| profiles.place(known).is_some());
        let allowed = whatlang::Lang::all().iter().copied().filter(known).collect();
        Self { trigrams: whatlang::Detector::with_allowlist(allowed), profiles }
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
    /// frequent words of the other language and at most a quarter as many of the response's.
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
        let evidence = self.profiles.evidence(point, script, scripts.is_capitals);
        let frequent = |language| self.profiles.place(language).map_or(0.0, |place| evidence.frequent[place]);
        let (own, other) = (frequent(response_language), frequent(found.language));
        let leaves = evidence.n_words >= MIN_POINT_WORDS && other >= 2.0 && own * 4.0 <= other;
        if leaves { found.language } else { response_language }
    }

    /// The best language of a script, by words and letters, and by trigrams if these leave a doubt.
    fn weigh(&self, text: &str, script: Script, evidence: &Evidence) -> Option<Identified> {
        let by_chance = CHANCE * evidence.n_words as f64;
        let mut scores = evidence.scores;
        for place in self.profiles.places(script) {
            scores[place] += match self.profiles.languages[place] {
                Language::Russian | Language::Arabic => MAIN_OF_SCRIPT,
                language if language.has_resources() => WITH_RESOURCES,
                _ => 0.0,
            };
        }
        let (mut best, mut lead) = self.best(script, &scores, by_chance)?;
        if lead < CLEAR_LEAD
            && let Some(info) = self.trigrams.detect(text)
            && let Some(place) = trigram_language(info.lang()).and_then(|language| self.profiles.place(language))
        {
            scores[place] += TRIGRAMS * info.confidence();
            (best, lead) = self.best(script, &scores, by_chance)?;
        }
        let is_known = evidence.frequent[best] >= 1.0 || script != Script::Latin;
        let confidence = if is_known { confidence(lead) } else { confidence(lead).min(WITHOUT_WORDS) };
        Some(Identified { language: self.profiles.languages[best], confidence })
    }

    /// The place of the best language, and its lead over the next and over chance; of two alike the first.
    fn best(&self, script: Script, scores: &[f64], by_chance: f64) -> Option<(usize, f64)> {
        let mut best: Option<usize> = None;
        let mut next = by_chance;
        for place in self.profiles.places(script) {
            match best {
                Some(known) if scores[place] <= scores[known] => next = next.max(scores[place]),
                Some(known) => {
                    next = next.max(scores[known]);
                    best = Some(place);
                }
                None => best = Some(place),
            }
        }
        best.map(|best| (best, (scores[best] - next).max(0.0)))
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
        1 => 0.5,
        2 => 0.75,
        3 => 0.85,
        4..8 => 0.95,
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
