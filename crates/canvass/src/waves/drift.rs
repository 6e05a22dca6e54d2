//! Then and now: what changed between two consultations that are coded with the same themes.
//!
//! Changes are judged with each group of near-duplicates counted once, by Fisher's exact test, with p-values adjusted within a question and
//! language. Who answers a consultation is no sample of anyone, so a change is one among those who answered.

use super::model::{ModelGroup, places};
use super::questions::is_same_wording;
use super::{Matched, Tally, ThemeModel};
use crate::findings::{Finding, QuestionFindings, four_decimals};
use canvass_analysis::{FisherTest, adjusted, difference_of_shares, g_squared};
use canvass_text::{Language, Term};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A change is told as one if its adjusted p-value is below this.
const LEAST_SURE: f64 = 0.05;
/// Words that rose or fell are listed up to this number.
const MOST_WORDS: usize = 10;
/// A word is tested if so many hold it, then or now.
const LEAST_HOLDING: u64 = 5;
/// A word whose G² is below this is not tested exactly: chance alone passes it in one case of ten.
const LEAST_G: f64 = 2.7;

/// What changed in the answers to a question since the consultation that a model was made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// What the earlier consultation is called; may be empty.
    pub then: String,
    /// The question's id in the model.
    pub question: String,
    /// Its wording in the model.
    pub text: String,
    /// Whether it is worded alike here; if not, shares may differ for that alone.
    pub is_same_wording: bool,
    /// The answers in each language that the model has themes for, the main language first.
    pub groups: Vec<GroupDrift>,
}

/// What changed in the answers to a question in one language.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupDrift {
    /// The language.
    pub language: Language,
    /// What shares were shares of then.
    pub base_then: u64,
    /// What they are shares of now.
    pub base_now: u64,
    /// The same then, each group of near-duplicates counted once.
    pub base_once_then: u64,
    /// The same now.
    pub base_once_now: u64,
    /// The themes of the model, in its order.
    pub themes: Vec<DriftTheme>,
    /// Where the respondents who answered in the language stood towards them then.
    pub tally_then: Tally,
    /// Where they stand now, themes found now left aside.
    pub tally_now: Tally,
    /// The responses that are in none of these themes though they say something, in the order of the file; themes found now left aside.
    pub outside: Vec<Outside>,
    /// Themes found in what fits none of the model's, the largest first.
    pub new_themes: Vec<NewTheme>,
    /// Words that more say now, the surest first.
    pub risen: Vec<DriftWord>,
    /// Words that fewer say now, the surest first.
    pub fallen: Vec<DriftWord>,
}

/// A response that is in no theme of the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outside {
    /// The response.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// The theme that it says something of in other words; none if it fits none.
    pub near: Option<String>,
}

/// How a share changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftChange {
    /// It is greater, by more than chance.
    Rose,
    /// It is smaller, by more than chance.
    Fell,
    /// Chance would do.
    Unclear,
    /// The theme is not there now: the code frame merged, rejected or deleted it.
    Gone,
}

/// A theme then and now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftTheme {
    /// Its id, the same then and now.
    pub theme_id: String,
    /// What it is called now.
    pub label: String,
    /// Its respondents then, by its words.
    pub n_then: u64,
    /// Its respondents now; none if it is not there.
    pub n_now: Option<u64>,
    /// `n_then` / `base_then`, 0 to 1, to four decimals.
    pub share_then: f64,
    /// `n_now` / `base_now`.
    pub share_now: Option<f64>,
    /// `n_then` with each group of near-duplicates counted once.
    pub n_once_then: u64,
    /// `n_now` with each group of near-duplicates counted once.
    pub n_once_now: Option<u64>,
    /// The share now less the share then, both counted once: -1 to 1, to four decimals ...
    pub difference: Option<f64>,
    /// ... and from where to where it goes in 95 of 100 such pairs of samples (Newcombe's interval).
    pub interval: Option<(f64, f64)>,
    /// Fisher's exact test of the difference, adjusted for the themes of the group (Benjamini and Hochberg); to four decimals.
    pub p_adjusted: Option<f64>,
    /// What that says.
    pub change: DriftChange,
}

/// A theme found in the answers now that fit none of the model's themes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewTheme {
    /// Its id, if it is new: then it codes the answers as the model's themes do.
    pub theme_id: Option<String>,
    /// A short phrase in respondents' words.
    pub label: String,
    /// Its words.
    pub words: Vec<String>,
    /// Its respondents.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// `n_respondents_once` / `base_once_now`, 0 to 1, to four decimals.
    pub share: f64,
    /// How many held one of its words then, counted once: no more than this.
    pub then_at_most: u64,
    /// Fisher's exact test of now against `then_at_most`, adjusted for the themes found; to four decimals.
    pub p_adjusted: f64,
    /// The theme of the model that at least half of those who say it are in; then it is new within that, or not new.
    pub mostly_in: Option<String>,
    /// Whether more say it now, by more than chance; if not, it was said then, too, by too few for a theme.
    pub is_new: bool,
}

/// A word then and now, each group of near-duplicates counted once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftWord {
    /// As it is mostly written.
    pub word: String,
    /// How many held it then; a word of one alone is not in a model, and counts 1.
    pub n_then: u64,
    /// How many hold it now.
    pub n_now: u64,
    /// Fisher's exact test, adjusted for the words tested; to four decimals.
    pub p_adjusted: f64,
    /// The themes of the model that it is a word of.
    pub theme_ids: Vec<String>,
}

/// What the answers in a language are now, beside the counts of the themes.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupNow {
    /// Where respondents stand.
    pub(crate) tally: Tally,
    /// The responses that say something and are in none of the model's themes.
    pub(crate) outside: Vec<Outside>,
    /// The themes found in what fits none of the model's.
    pub(crate) new_themes: Vec<NewTheme>,
    /// For each word that can name a theme: its kind's name and stem, how it is written, and how many hold it.
    pub(crate) words: BTreeMap<(String, String), (String, u64)>,
    /// For each word of the model's themes, by kind and stem, those themes.
    pub(crate) defines: BTreeMap<(String, String), Vec<String>>,
    /// The themes of the model that are there now.
    pub(crate) live: BTreeSet<String>,
}

impl GroupNow {
    /// Takes a term that enough of the answers hold.
    pub(crate) fn add_word(&mut self, term: &Term, n: u64) {
        if places(term.kind) && !term.general {
            self.words.insert((term.kind.name().to_owned(), term.stem.clone()), (term.surface().to_owned(), n));
        }
    }
}

/// A theme that was found in what fits none of a model's.
pub(crate) struct Candidate {
    /// How many hold one of its words now, counted once.
    pub(crate) n_now: u64,
    /// How many held one of its words then, at most.
    pub(crate) then_at_most: u64,
    /// The theme of the model that most of those who hold it now are in, if one is.
    pub(crate) within: Option<Within>,
}

/// A theme of the model that most of a candidate's respondents are in; all counted once.
pub(crate) struct Within {
    /// Its id.
    pub(crate) theme_id: String,
    /// Its respondents then.
    pub(crate) n_then: u64,
    /// Its respondents now.
    pub(crate) n_now: u64,
    /// Those of them who hold a word of the candidate.
    pub(crate) n_both: u64,
}

/// For each candidate the adjusted p-value, and whether it is new. The bases are counted once.
///
/// One that stands mostly within a theme of the model must have grown within that, too: or it is only what that theme is about, of which more speak.
pub(crate) fn is_new(candidates: &[Candidate], base_then: u64, base_now: u64) -> Vec<(f64, bool)> {
    let test = FisherTest::new(base_then + base_now);
    let p_value = |of: &Candidate| {
        let overall = test.p_value(of.n_now, base_now, of.n_now + of.then_at_most.min(base_then));
        let Some(within) = &of.within else { return overall };
        let before = of.then_at_most.min(within.n_then);
        let rose = share(within.n_both, within.n_now) > share(before, within.n_then);
        let inside = FisherTest::new(within.n_then + within.n_now);
        let inside = inside.p_value(within.n_both, within.n_now, within.n_both + before);
        if rose { overall.max(inside) } else { 1.0 }
    };
    let p_values = adjusted(&candidates.iter().map(p_value).collect::<Vec<f64>>());
    let tell = |(of, p): (&Candidate, f64)| {
        let rose = share(of.n_now, base_now) > share(of.then_at_most.min(base_then), base_then);
        (four_decimals(p), rose && p < LEAST_SURE)
    };
    candidates.iter().zip(p_values).map(tell).collect()
}

/// What changed in a question. `now`: what is beside the counts, by language.
pub(crate) fn drift(
    model: &ThemeModel,
    matched: &Matched,
    found: &QuestionFindings,
    mut now: BTreeMap<Language, GroupNow>,
) -> Option<Drift> {
    let question = model.question(&matched.there)?;
    let group = |of: &ModelGroup| -> GroupDrift {
        let counted = counted(found, of.language);
        let now = now.remove(&of.language).unwrap_or_default();
        group_drift(of, &counted, now)
    };
    Some(Drift {
        then: model.name.clone(),
        question: question.id.clone(),
        text: question.text.clone(),
        is_same_wording: is_same_wording(&question.text, &found.text),
        groups: question.groups.iter().map(group).collect(),
    })
}

/// What a question's answers in a language are counted by: base, base counted once, and the themes.
struct Counted<'f> {
    base: u64,
    base_once: u64,
    themes: &'f [Finding],
}

fn counted(found: &QuestionFindings, language: Language) -> Counted<'_> {
    if language == found.language {
        return Counted { base: found.base, base_once: found.base_once, themes: &found.themes };
    }
    let group = found.languages.iter().find(|group| group.language == language);
    group.map_or(Counted { base: 0, base_once: 0, themes: &[] }, |group| Counted {
        base: group.base,
        base_once: group.base_once,
        themes: &group.themes,
    })
}

fn group_drift(then: &ModelGroup, counted: &Counted<'_>, now: GroupNow) -> GroupDrift {
    let Counted { base, base_once, themes } = *counted;
    let test = FisherTest::new(then.base_once + base_once);
    let found = |id: &str| themes.iter().find(|theme| theme.theme_id == id);
    let counts = |id: &str| -> Option<(u64, u64)> {
        let found = found(id).map(|theme| (theme.n_respondents, theme.n_respondents_once));
        // Of a theme that nobody speaks of there is no finding.
        found.or_else(|| now.live.contains(id).then_some((0, 0)))
    };
    let pairs: Vec<Option<(u64, u64)>> = then.themes.iter().map(|theme| counts(&theme.id)).collect();
    let p_values: Vec<f64> = (then.themes.iter().zip(&pairs))
        .filter_map(|(theme, now)| Some((theme.n_respondents_once, (*now)?.1)))
        .map(|(then, now)| test.p_value(now, base_once, now + then))
        .collect();
    let mut p_values = adjusted(&p_values).into_iter();
    let rows = then.themes.iter().zip(&pairs).map(|(theme, now)| {
        let p = now.and_then(|_| p_values.next());
        let shares = now.map(|(_, once)| (share(theme.n_respondents_once, then.base_once), share(once, base_once)));
        let change = match (shares, p) {
            (Some((before, after)), Some(p)) if p < LEAST_SURE && after > before => DriftChange::Rose,
            (Some((before, after)), Some(p)) if p < LEAST_SURE && after < before => DriftChange::Fell,
            (Some(_), _) => DriftChange::Unclear,
            (None, _) => DriftChange::Gone,
        };
        let interval =
            now.map(|(_, once)| difference_of_shares((theme.n_respondents_once, then.base_once), (once, base_once)));
        DriftTheme {
            theme_id: theme.id.clone(),
            label: found(&theme.id).map_or(&theme.label, |found| &found.label).clone(),
            n_then: theme.n_respondents,
            n_now: now.map(|(raw, _)| raw),
            share_then: four_decimals(share(theme.n_respondents, then.base)),
            share_now: now.map(|(raw, _)| four_decimals(share(raw, base))),
            n_once_then: theme.n_respondents_once,
            n_once_now: now.map(|(_, once)| once),
            difference: shares.map(|(before, after)| four_decimals(after - before)),
            interval: interval.map(|(low, high)| (four_decimals(low), four_decimals(high))),
            p_adjusted: p.map(four_decimals),
            change,
        }
    });
    let themes = rows.collect();
    let (risen, fallen) = words(then, base_once, &now);
    GroupDrift {
        language: then.language,
        base_then: then.base,
        base_now: base,
        base_once_then: then.base_once,
        base_once_now: base_once,
        themes,
        tally_then: then.tally,
        tally_now: now.tally,
        outside: now.outside,
        new_themes: now.new_themes,
        risen,
        fallen,
    }
}

/// The words that rose and those that fell, the surest of each.
fn words(then: &ModelGroup, base_now: u64, now: &GroupNow) -> (Vec<DriftWord>, Vec<DriftWord>) {
    let (risen, fallen): (Vec<ChangedWord>, Vec<ChangedWord>) =
        changed_words(then, base_now, now).into_iter().partition(|word| word.rose);
    let surest = |mut words: Vec<ChangedWord>| -> Vec<DriftWord> {
        words.sort_by(|a, b| a.p.total_cmp(&b.p).then_with(|| a.told.word.cmp(&b.told.word)));
        words.into_iter().take(MOST_WORDS).map(|word| word.told).collect()
    };
    (surest(risen), surest(fallen))
}

/// The words, by kind and stem, that more say now.
pub(crate) fn risen(then: &ModelGroup, base_now: u64, now: &GroupNow) -> BTreeSet<(String, String)> {
    changed_words(then, base_now, now).into_iter().filter(|word| word.rose).map(|word| word.key).collect()
}

/// A word that rose or fell.
struct ChangedWord {
    key: (String, String),
    told: DriftWord,
    rose: bool,
    p: f64,
}

/// The words that rose or fell by more than chance, by kind and stem.
fn changed_words(then: &ModelGroup, base_now: u64, now: &GroupNow) -> Vec<ChangedWord> {
    let before: BTreeMap<(&str, &str), (&str, u64)> =
        then.terms.iter().filter(|term| !term.4).map(|term| (term.key(), (term.2.as_str(), term.3))).collect();
    let after: BTreeMap<(&str, &str), (&str, u64)> = (now.words.iter())
        .map(|((kind, stem), (word, n))| ((kind.as_str(), stem.as_str()), (word.as_str(), *n)))
        .collect();
    let keys: BTreeSet<(&str, &str)> = before.keys().chain(after.keys()).copied().collect();
    let test = FisherTest::new(then.base_once + base_now);
    let mut tested: Vec<ChangedWord> = Vec::new();
    let mut p_values = Vec::new();
    for key in keys {
        let (known, held) = (before.get(&key), after.get(&key));
        let (n_then, n_now) = (known.map_or(1, |(_, n)| *n).min(then.base_once), held.map_or(0, |(_, n)| *n));
        if n_then.max(n_now) < LEAST_HOLDING {
            continue;
        }
        let (all, both) = (then.base_once + base_now, n_then + n_now);
        let rose = share(n_now, base_now) > share(n_then, then.base_once);
        let g = if rose { g_squared(n_now, base_now, both, all) } else { g_squared(n_then, then.base_once, both, all) };
        p_values.push(if g < LEAST_G { 1.0 } else { test.p_value(n_now, base_now, both) });
        let key = (key.0.to_owned(), key.1.to_owned());
        let theme_ids = now.defines.get(&key).cloned().unwrap_or_default();
        let word = held.or(known).map_or("", |(word, _)| word).to_owned();
        let told = DriftWord { word, n_then, n_now, p_adjusted: 1.0, theme_ids };
        tested.push(ChangedWord { key, told, rose, p: 1.0 });
    }
    let all = tested.into_iter().zip(adjusted(&p_values)).filter(|(_, p)| *p < LEAST_SURE);
    all.map(|(word, p)| ChangedWord { told: DriftWord { p_adjusted: four_decimals(p), ..word.told }, p, ..word })
        .collect()
}

/// A share; 0 of nothing.
pub(crate) fn share(n: u64, base: u64) -> f64 {
    if base == 0 { 0.0 } else { n as f64 / base as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::waves::{ModelTerm, ModelTheme};
    use canvass_analysis::ThemeSpace;

    fn term(stem: &str, n: u64, is_general: bool) -> ModelTerm {
        ModelTerm("word".into(), stem.into(), format!("{stem}s"), n, is_general)
    }

    fn theme(id: &str, raw: u64, once: u64) -> ModelTheme {
        ModelTheme { id: id.into(), label: format!("As {id} was"), n_respondents: raw, n_respondents_once: once }
    }

    fn group(themes: Vec<ModelTheme>, terms: Vec<ModelTerm>) -> ModelGroup {
        ModelGroup {
            language: Language::English,
            base: 120,
            base_once: 100,
            tally: Tally { in_themes: 90, near: 5, unlike: 20, silent: 5 },
            tally_once: Tally::default(),
            themes,
            terms,
            space: ThemeSpace::default(),
        }
    }

    fn now(words: &[(&str, u64)]) -> GroupNow {
        let word = |(stem, n): &(&str, u64)| (("word".to_owned(), (*stem).to_owned()), ((*stem).to_uppercase(), *n));
        GroupNow { words: words.iter().map(word).collect(), ..GroupNow::default() }
    }

    #[test]
    fn a_theme_is_new_if_more_say_it_than_could_have_said_it() {
        let candidate = |n_now, then_at_most| Candidate { n_now, then_at_most, within: None };
        let told = is_new(&[candidate(12, 1), candidate(4, 3), candidate(12, 500), candidate(3, 0)], 100, 100);
        assert_eq!(told.iter().map(|(_, is_new)| *is_new).collect::<Vec<_>>(), [true, false, false, false]);
        assert!(told[0].0 < 0.05 && told[1].0 > 0.05, "{told:?}");
        assert!(is_new(&[], 0, 0).is_empty());
    }

    #[test]
    fn what_only_grew_with_an_earlier_theme_is_not_new() {
        let within = |n_then, n_now, n_both| Some(Within { theme_id: "t01".into(), n_then, n_now, n_both });
        let candidate = |within| Candidate { n_now: 30, then_at_most: 8, within };
        // Heating was spoken of by 10, and now is by 40: so is its cost, by 8 and 30.
        let told = is_new(&[candidate(None), candidate(within(10, 40, 30)), candidate(within(40, 40, 30))], 100, 100);
        assert_eq!(told.iter().map(|(_, is_new)| *is_new).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn words_that_rose_and_fell_are_told_the_surest_first_and_general_ones_are_not() {
        let terms =
            vec![term("fee", 40, false), term("rail", 10, false), term("good", 60, true), term("rare", 2, false)];
        let mut now = now(&[("rail", 40), ("app", 30), ("rare", 3), ("fee", 5)]);
        now.defines.insert(("word".into(), "rail".into()), vec!["t02".into()]);
        let (risen, fallen) = words(&group(Vec::new(), terms), 100, &now);
        let told = |words: &[DriftWord]| -> Vec<(String, u64, u64)> {
            words.iter().map(|word| (word.word.clone(), word.n_then, word.n_now)).collect()
        };
        assert_eq!(told(&risen), [("APP".to_owned(), 1, 30), ("RAIL".to_owned(), 10, 40)]);
        assert_eq!(told(&fallen), [("FEE".to_owned(), 40, 5)]);
        assert_eq!(risen[1].theme_ids, ["t02"]);
    }

    #[test]
    fn themes_that_nobody_says_are_counted_and_those_that_a_frame_took_away_are_gone() {
        let then = group(vec![theme("t01", 40, 30), theme("t02", 9, 9), theme("t03", 20, 20)], Vec::new());
        let now = GroupNow { live: ["t01", "t03"].map(str::to_owned).into(), ..GroupNow::default() };
        let counted = Counted { base: 50, base_once: 50, themes: &[] };
        let drift = group_drift(&then, &counted, now);
        let told: Vec<(Option<u64>, DriftChange)> =
            drift.themes.iter().map(|theme| (theme.n_now, theme.change)).collect();
        assert_eq!(told, [(Some(0), DriftChange::Fell), (None, DriftChange::Gone), (Some(0), DriftChange::Fell)]);
        let first = &drift.themes[0];
        // The share is of respondents, the difference counts copies once.
        assert_eq!((first.share_then, first.difference), (0.3333, Some(-0.3)));
        let (low, high) = first.interval.unwrap();
        assert!(low < -0.3 && high > -0.3 && high < 0.0, "{low} {high}");
        assert_eq!(drift.themes[1].p_adjusted, None);
    }

    #[test]
    fn the_same_shares_are_no_change() {
        let then = group(vec![theme("t01", 30, 30)], vec![term("fee", 30, false)]);
        let now = GroupNow { live: ["t01"].map(str::to_owned).into(), ..now(&[("fee", 16)]) };
        let (risen, fallen) = words(&then, 50, &now);
        assert!(risen.is_empty() && fallen.is_empty());
        assert!(share(0, 0) < f64::EPSILON);
    }
}
