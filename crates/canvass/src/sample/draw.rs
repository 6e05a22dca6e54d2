//! Drawing responses for people to code: by strata, from one seed, each with what it stands for.

use super::SampleError;
use crate::codeframe::FrameState;
use crate::error::Error;
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_analysis::agreement::coders::draw;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be drawn.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DrawSettings {
    /// The responses of each question.
    pub n: usize,
    /// The questions; all open ones with themes if none is named.
    pub questions: Vec<String>,
    /// The attribute that the sample is to mirror; the first if none is named.
    pub by: Option<String>,
    /// Of every random step.
    pub seed: u64,
}

/// A sample as it was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Which answers it is of, and which draw: what a coded file says of itself.
    pub identity: Identity,
    /// The attribute that it mirrors.
    pub by: Option<String>,
    /// Its questions.
    pub questions: Vec<DrawnQuestion>,
}

/// Which sample it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// BLAKE3 of the ids and texts of the answers, the first 16 hexadecimal digits.
    pub answers: String,
    /// The seed.
    pub seed: u64,
    /// The responses asked for.
    pub n: usize,
    /// BLAKE3 of what was drawn, the first 10 hexadecimal digits.
    pub draw: String,
}

impl Identity {
    /// In one word: "canvass-sample-1:ANSWERS:SEED:N:DRAW".
    pub fn word(&self) -> String {
        format!("{SCHEMA}:{}:{}:{}:{}", self.answers, self.seed, self.n, self.draw)
    }

    /// Reads that word.
    pub(super) fn read(word: &str) -> Option<Self> {
        let mut parts = word.trim().strip_prefix(SCHEMA)?.strip_prefix(':')?.split(':');
        let identity = Self {
            answers: parts.next()?.to_owned(),
            seed: parts.next()?.parse().ok()?,
            n: parts.next()?.parse().ok()?,
            draw: parts.next()?.to_owned(),
        };
        parts.next().is_none().then_some(identity)
    }
}

/// The format of a coded file.
pub const SCHEMA: &str = "canvass-sample-1";

/// The sample of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnQuestion {
    /// Its id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// The codes, in the order of the frame.
    pub codes: Vec<CodeOnSheet>,
    /// What can be drawn: responses, of near-duplicates the first.
    pub n_responses: usize,
    /// The strata, in order.
    pub strata: Vec<Stratum>,
    /// For each value of the attribute how many can be drawn and how many are.
    pub by: Vec<(String, usize, usize)>,
    /// What was drawn, in an order that tells nothing.
    pub responses: Vec<DrawnResponse>,
}

/// A code that can be ticked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CodeOnSheet {
    /// The theme's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What belongs to it.
    pub definition: String,
}

/// Responses that are drawn from together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stratum {
    /// The theme that its responses are counted in, or several, with spaces between; empty: they are in none.
    pub theme: String,
    /// That theme's name.
    pub label: String,
    /// The responses in it.
    pub n_responses: usize,
    /// Those drawn.
    pub n_drawn: usize,
}

/// A response of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawnResponse {
    /// Its place among the question's responses.
    pub response: u32,
    /// Its stratum.
    pub stratum: u32,
    /// How many responses it stands for: those of its stratum by those drawn there.
    pub weight: f64,
}

/// The identity of answers: their ids and texts, whatever was made of them.
pub fn answers_digest(run: &CodedRun) -> String {
    let mut hasher = blake3::Hasher::new();
    for question in &run.questions {
        for response in &question.responses {
            for part in [&question.id, &response.response_id, &response.analysed] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Draws a sample.
///
/// Of each question `n` responses are drawn, of near-duplicates the first alone. A response is in the stratum of its rarest theme, or in that
/// of responses without one; the smallest themes are one stratum where there would be more than one for four responses drawn. Each stratum
/// gives its share, and at least two; within it every response is as likely as any other, and they are taken at equal steps from a list that is
/// ordered by the attribute, so that its values come as often as they are.
///
/// # Guarantees
/// The same sample for one seed, whatever the number of threads.
///
/// # Errors
/// [`SampleError::NoQuestion`], [`SampleError::NoAttribute`], [`SampleError::NoCodes`], [`SampleError::Empty`].
///
/// # Source
/// Cochran (1977), "Sampling Techniques", sections 5.5 and 8.1.
pub fn draw_sample(run: &CodedRun, state: &FrameState, settings: &DrawSettings) -> Result<Sample, Error> {
    if settings.n == 0 {
        return Err(SampleError::Empty { n: 0 }.into());
    }
    // Where small cells are suppressed a run does not say who has which attribute.
    let is_told = run.questions.iter().flat_map(|question| &question.responses).any(|of| !of.attributes.is_empty());
    let attributes = if is_told { run.config.input.attribute_columns.clone() } else { Vec::new() };
    let by = match &settings.by {
        None => attributes.first().map(|name| (0, name.clone())),
        Some(wanted) => match attributes.iter().position(|name| name == wanted) {
            Some(at) => Some((at, wanted.clone())),
            None => return Err(SampleError::NoAttribute { wanted: wanted.clone(), available: attributes }.into()),
        },
    };
    let available: Vec<String> = run.questions.iter().map(|question| question.id.clone()).collect();
    if let Some(wanted) = settings.questions.iter().find(|wanted| !available.contains(wanted)) {
        return Err(SampleError::NoQuestion { wanted: wanted.clone(), available }.into());
    }
    let mut questions = Vec::new();
    for (at, question) in (0..).zip(&run.questions) {
        let is_named = settings.questions.contains(&question.id);
        if !is_named && !settings.questions.is_empty() {
            continue;
        }
        let codes = codes_of(state, &question.id);
        if codes.is_empty() && !is_named {
            continue;
        }
        if codes.is_empty() {
            return Err(SampleError::NoCodes { question: question.id.clone() }.into());
        }
        questions.push(draw_question(question, codes, by.as_ref().map(|(at, _)| *at), settings, at));
    }
    if questions.is_empty() {
        return Err(SampleError::NoCodes { question: available.first().cloned().unwrap_or_default() }.into());
    }
    let mut hasher = blake3::Hasher::new();
    for question in &questions {
        for drawn in &question.responses {
            hasher.update(question.id.as_bytes());
            hasher.update(&drawn.response.to_le_bytes());
            hasher.update(&drawn.weight.to_bits().to_le_bytes());
        }
    }
    let draw = hasher.finalize().to_hex()[..10].to_owned();
    let identity = Identity { answers: answers_digest(run), seed: settings.seed, n: settings.n, draw };
    Ok(Sample { identity, by: by.map(|(_, name)| name), questions })
}

/// The codes of a question: its themes that are there and not rejected.
pub(super) fn codes_of(state: &FrameState, question: &str) -> Vec<CodeOnSheet> {
    let live = state.themes.iter().filter(|theme| theme.question == question && theme.is_live());
    let codes = live.map(|theme| CodeOnSheet {
        id: theme.id.clone(),
        name: theme.name.clone(),
        definition: theme.definition.clone(),
    });
    codes.collect()
}

fn draw_question(
    question: &CodedQuestion,
    codes: Vec<CodeOnSheet>,
    by: Option<usize>,
    settings: &DrawSettings,
    number: u64,
) -> DrawnQuestion {
    let mut units: BTreeSet<u32> = BTreeSet::new();
    let population: Vec<u32> = (0..)
        .zip(&question.responses)
        .filter(|(_, response)| units.insert(response.counts_as))
        .map(|(at, _)| at)
        .collect();
    let most = (settings.n.min(population.len()) / RESPONSES_FOR_A_STRATUM).max(1);
    let (mut strata, members) = strata_of(question, &population, most);
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let value = |response: u32| {
        let attributes = &question.responses[response as usize].attributes;
        by.and_then(|at| attributes.get(at)).map_or("", String::as_str)
    };
    let mut drawn: Vec<DrawnResponse> = Vec::new();
    for (stratum, (members, n)) in members.iter().zip(allocate(&sizes, settings.n)).enumerate() {
        strata[stratum].n_drawn = n;
        // Of each question and stratum numbers of its own; the last are for the order on the sheet.
        let index = number << 32 | (stratum as u64) << 1;
        let mut ordered: Vec<u32> =
            draw(members.len(), members.len(), settings.seed, index).into_iter().map(|at| members[at]).collect();
        ordered.sort_by(|a, b| value(*a).cmp(value(*b)));
        let start = draw(1 << 12, 1, settings.seed, index | 1).first().copied().unwrap_or_default();
        for step in 0..n {
            // (start + step) · members / n, in whole numbers.
            let at = (start + (step << 12)) * members.len() / (n << 12);
            let weight = members.len() as f64 / n as f64;
            drawn.push(DrawnResponse { response: ordered[at], stratum: stratum as u32, weight });
        }
    }
    let order = draw(drawn.len(), drawn.len(), settings.seed, number << 32 | 0xFFFF_FFFF);
    let responses: Vec<DrawnResponse> = order.into_iter().map(|at| drawn[at]).collect();
    let mut values: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for response in population.iter().filter(|_| by.is_some()) {
        values.entry(value(*response)).or_default().0 += 1;
    }
    for drawn in responses.iter().filter(|_| by.is_some()) {
        values.entry(value(drawn.response)).or_default().1 += 1;
    }
    DrawnQuestion {
        id: question.id.clone(),
        text: question.text.clone(),
        codes,
        n_responses: population.len(),
        strata,
        by: values.into_iter().map(|(value, (all, drawn))| (value.to_owned(), all, drawn)).collect(),
        responses,
    }
}

/// The strata that hold anything, `most` of them, and for each its responses: the themes in their order, the smallest together behind them, then
/// what is in none.
fn strata_of(question: &CodedQuestion, population: &[u32], most: usize) -> (Vec<Stratum>, Vec<Vec<u32>>) {
    let mut themes_of: Vec<Vec<usize>> = vec![Vec::new(); question.responses.len()];
    let mut sizes = vec![0_usize; question.themes.len()];
    for (theme, of) in question.themes.iter().enumerate() {
        let mut responses: Vec<u32> = of.points.iter().map(|(response, _)| *response).collect();
        responses.dedup();
        sizes[theme] = responses.len();
        for response in responses {
            themes_of[response as usize].push(theme);
        }
    }
    let none = question.themes.len();
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); none + 1];
    for response in population {
        let rarest = themes_of[*response as usize].iter().min_by_key(|theme| (sizes[**theme], **theme));
        members[rarest.copied().unwrap_or(none)].push(*response);
    }
    let mut strata: Vec<(Stratum, Vec<u32>)> = Vec::new();
    for (at, members) in members.into_iter().enumerate().filter(|(_, members)| !members.is_empty()) {
        let theme = question.themes.get(at);
        let text = |of: fn(&crate::run_folder::CodedTheme) -> &String| theme.map(of).cloned().unwrap_or_default();
        let (theme, label) = (text(|theme| &theme.id), text(|theme| &theme.label));
        strata.push((Stratum { theme, label, n_responses: members.len(), n_drawn: 0 }, members));
    }
    while strata.len() > most {
        // The smallest two, or the smallest and those put together before; of equals the later.
        let mut order: Vec<usize> = (0..strata.len()).filter(|at| !strata[*at].0.theme.is_empty()).collect();
        order.sort_by_key(|at| (strata[*at].0.label != OTHER, strata[*at].0.n_responses, std::cmp::Reverse(*at)));
        let (one, other) = match order.as_slice() {
            [one, other, ..] => (*one.min(other), *one.max(other)),
            // A theme and what is in none.
            _ if strata.len() > 1 => (0, 1),
            _ => break,
        };
        let (second, more) = strata.remove(other);
        let (first, mut members) = strata.remove(one);
        members.extend(more);
        members.sort_unstable();
        let theme = format!("{} {}", first.theme, second.theme).trim().to_owned();
        let stratum = Stratum { theme, label: OTHER.to_owned(), n_responses: members.len(), n_drawn: 0 };
        let end = strata.iter().position(|(stratum, _)| stratum.theme.is_empty()).unwrap_or(strata.len());
        strata.insert(end, (stratum, members));
    }
    strata.into_iter().unzip()
}

/// The name of themes that are one stratum.
const OTHER: &str = "other themes";
/// The responses drawn for each stratum, at least.
const RESPONSES_FOR_A_STRATUM: usize = 4;

/// How many of each stratum are drawn: `n` in all, or all there are.
fn allocate(sizes: &[usize], n: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    let n = n.min(all);
    let least = [2, 1].into_iter().find(|least| sizes.len() * least <= n).unwrap_or(0);
    let mut drawn: Vec<usize> = sizes.iter().map(|size| least.min(*size)).collect();
    let mut left = n.saturating_sub(drawn.iter().sum());
    while left > 0 {
        // What a stratum lacks of its share, times all there are; the first of equals.
        let lacks = |at: &usize| (n * sizes[*at]) as f64 - (drawn[*at] * all) as f64;
        let open = (0..sizes.len()).filter(|at| drawn[*at] < sizes[*at]);
        let Some(next) = open.max_by(|a, b| lacks(a).total_cmp(&lacks(b)).then(b.cmp(a))) else { break };
        drawn[next] += 1;
        left -= 1;
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn strata_give_their_share_and_small_ones_two() {
        assert_eq!(allocate(&[800, 150, 47, 3], 100), [80, 14, 4, 2]);
        assert_eq!(allocate(&[800, 150, 47, 3], 16), [10, 2, 2, 2]);
        assert_eq!(allocate(&[2, 1], 10), [2, 1]);
    }

    #[test]
    fn an_identity_is_read_as_it_is_written() {
        let identity = Identity { answers: "0a1b".into(), seed: 7, n: 100, draw: "ff".into() };
        assert_eq!(Identity::read(&identity.word()), Some(identity));
        assert_eq!(Identity::read("canvass-sample-2:a:1:2:b"), None);
        assert_eq!(Identity::read("canvass-sample-1:a:1:2:b:c"), None);
    }

    proptest! {
        #[test]
        fn all_that_is_asked_for_is_drawn_and_no_stratum_gives_more_than_it_has(sizes in vec(1_usize..60, 1..20), n in 0_usize..300) {
            let drawn = allocate(&sizes, n);
            prop_assert_eq!(drawn.iter().sum::<usize>(), n.min(sizes.iter().sum()));
            prop_assert!(drawn.iter().zip(&sizes).all(|(drawn, size)| drawn <= size));
        }
    }
}
