//! Learning codes from coded texts: a logistic regression for each code, and how good it is on texts that it has not seen.
//!
//! [`learn`] is given the vectors of all texts and what people said of some. A code's classifier scores every text; a text is proposed where
//! the score passes a threshold, which is such that the share of the coded texts that pass it, each scored by a classifier that has not seen
//! it, is the share that people put into the code. So what is proposed has about the right size, which matters where respondents are counted,
//! and it does not hang on a few texts as the threshold of the best F1 would.

use crate::error::AnalysisError;
use crate::numeric::{exp, ln};
use crate::seeds::{Purpose, stream};
use crate::vectors::Csr;
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// How codes are learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassifierSettings {
    /// The weight of the squared coefficients against the fit: above 0.
    pub penalty: f64,
    /// Into how many parts the coded texts are cut; each is scored by what is learnt from the others. At least 2.
    pub n_folds: u32,
    /// A code with fewer texts, or with fewer that are not in it, is not learnt.
    pub min_examples: u32,
    /// Of which part a text is in.
    pub seed: u64,
}

impl Default for ClassifierSettings {
    fn default() -> Self {
        Self { penalty: 1.0 / 3.0, n_folds: 5, min_examples: 5, seed: 1 }
    }
}

/// Texts, some of which people have coded.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'e> {
    /// `n_texts × n_features`: what is known of every text.
    pub vectors: &'e Csr,
    /// `n_codes × n_texts`: one number more of every text, for each code; what words say of it.
    pub hints: &'e [Vec<f32>],
    /// The texts that are coded, ascending.
    pub coded: &'e [u32],
    /// What each of them counts.
    pub weights: &'e [f64],
    /// For each of them what it is a copy of: copies are never on both sides of a test.
    pub groups: &'e [u32],
    /// `n_codes × n_coded`: whether each of them is in a code.
    pub codes: &'e [Vec<bool>],
}

/// What was learnt of a code.
#[derive(Clone, Debug, PartialEq)]
pub struct LearntCode {
    /// For each text how likely it is in the code, 0 to 1.
    pub scores: Vec<f64>,
    /// From which score on a text is proposed.
    pub threshold: f64,
    /// For each coded text its score by what was learnt without its part.
    pub held_out: Vec<f64>,
    /// Whether that passes the threshold that the other parts give.
    pub held_out_in: Vec<bool>,
}

/// Learns each code; none of a code with too few examples.
///
/// # Guarantees
/// The same bits at any thread count: each fit runs on one thread. Between machines the last bits of scores may differ, as linfa takes the
/// exponential and the matrix product of the machine; what is proposed is written down for that reason, not learnt again by each run.
///
/// # Errors
/// [`AnalysisError::OutOfRange`] for a setting; [`AnalysisError::Linfa`] if a fit fails.
///
/// # Source
/// linfa-logistic: L2-penalised logistic regression by L-BFGS. Thresholds that keep the share: Forman (2008), "Quantifying counts and costs via
/// classification".
pub fn learn(examples: &Examples<'_>, settings: &ClassifierSettings) -> Result<Vec<Option<LearntCode>>, AnalysisError> {
    crate::error::check("penalty", settings.penalty, "above 0", settings.penalty > 0.0)?;
    crate::error::check("n_folds", f64::from(settings.n_folds), "2 or more", settings.n_folds >= 2)?;
    let features = Features::new(examples.vectors, examples.coded);
    let folds = folds(examples.groups, settings);
    let learnt: Vec<Result<Option<LearntCode>, AnalysisError>> = (0..examples.codes.len())
        .into_par_iter()
        .map(|code| learn_code(examples, code, &features, &folds, settings))
        .collect();
    learnt.into_iter().collect()
}

fn learn_code(
    examples: &Examples<'_>,
    code: usize,
    features: &Features,
    folds: &[u32],
    settings: &ClassifierSettings,
) -> Result<Option<LearntCode>, AnalysisError> {
    let (is_in, hints) = (&examples.codes[code], &examples.hints[code]);
    let n_in = is_in.iter().filter(|is_in| **is_in).count();
    let least = (settings.min_examples.max(1)) as usize;
    if n_in < least || is_in.len() - n_in < least {
        return Ok(None);
    }
    let coded = examples.coded;
    let all: Vec<usize> = (0..coded.len()).collect();
    let mut held_out = vec![0.0; coded.len()];
    for fold in 0..settings.n_folds {
        let (out, kept): (Vec<usize>, Vec<usize>) = all.iter().partition(|at| folds[**at] == fold);
        if out.is_empty() {
            continue;
        }
        let model = Model::fit(examples, features, hints, is_in, &kept, settings.penalty)?;
        for at in out {
            held_out[at] = model.score(examples.vectors, features, hints, coded[at] as usize);
        }
    }
    let threshold = keeping_the_share(&held_out, is_in, examples.weights, &|_| true);
    let mut held_out_in = vec![false; coded.len()];
    for fold in 0..settings.n_folds {
        // The threshold that a text is tested by knows nothing of the text.
        let of_others = keeping_the_share(&held_out, is_in, examples.weights, &|at| folds[at] != fold);
        for at in all.iter().filter(|at| folds[**at] == fold) {
            held_out_in[*at] = held_out[*at] >= of_others;
        }
    }
    let model = Model::fit(examples, features, hints, is_in, &all, settings.penalty)?;
    let score = |text: usize| model.score(examples.vectors, features, hints, text);
    let scores = (0..examples.vectors.n_rows()).map(score).collect();
    Ok(Some(LearntCode { scores, threshold, held_out, held_out_in }))
}

/// The score from which on these texts make up the share that is in the code: halfway to the next below, and above all if none is in.
fn keeping_the_share(scores: &[f64], is_in: &[bool], weights: &[f64], counts: &dyn Fn(usize) -> bool) -> f64 {
    let mut texts: Vec<(f64, f64)> = Vec::with_capacity(scores.len());
    let mut wanted = 0.0;
    for at in (0..scores.len()).filter(|at| counts(*at)) {
        texts.push((scores[at], weights[at]));
        wanted += if is_in[at] { weights[at] } else { 0.0 };
    }
    texts.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let mut taken = 0.0;
    for (at, (score, weight)) in texts.iter().enumerate() {
        // A text that the limit runs through is taken if most of it is within.
        if taken + weight / 2.0 > wanted {
            return if at == 0 { (1.0 + score) / 2.0 } else { f64::midpoint(texts[at - 1].0, *score) };
        }
        taken += weight;
    }
    texts.last().map_or(0.5, |(score, _)| *score)
}

/// For each coded text its part: groups are put in an order that the seed draws, and dealt out.
fn folds(groups: &[u32], settings: &ClassifierSettings) -> Vec<u32> {
    let mut distinct = groups.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let mut random = Xoshiro256Plus::seed_from_u64(stream(settings.seed, Purpose::Folds, 0));
    let mut keyed: Vec<(u64, u32)> = distinct.iter().map(|group| (random.next_u64(), *group)).collect();
    keyed.sort_unstable();
    let mut fold_of: Vec<(u32, u32)> =
        (0..).zip(&keyed).map(|(at, (_, group)): (u32, _)| (*group, at % settings.n_folds)).collect();
    fold_of.sort_unstable();
    let fold = |group: &u32| fold_of[fold_of.partition_point(|(known, _)| known < group)].1;
    groups.iter().map(fold).collect()
}

/// The features that occur in the coded texts: a coefficient of any other is 0, whatever is learnt.
struct Features {
    /// For each feature its number among these.
    numbers: Vec<Option<u32>>,
    n: usize,
}

impl Features {
    fn new(vectors: &Csr, coded: &[u32]) -> Self {
        let mut occurs = vec![false; vectors.n_columns()];
        for text in coded {
            for column in vectors.columns_of(*text as usize) {
                occurs[*column as usize] = true;
            }
        }
        let mut n = 0;
        let number = |occurs: bool| {
            n += u32::from(occurs);
            occurs.then(|| n - 1)
        };
        let numbers = occurs.into_iter().map(number).collect();
        Self { numbers, n: n as usize }
    }
}

/// A code's classifier.
struct Model {
    coefficients: Vec<f64>,
    of_hint: f64,
    intercept: f64,
}

impl Model {
    /// Learns from some of the coded texts; where they are all in the code or all out of it, that share is all there is to know.
    fn fit(
        examples: &Examples<'_>,
        features: &Features,
        hints: &[f32],
        is_in: &[bool],
        from: &[usize],
        penalty: f64,
    ) -> Result<Self, AnalysisError> {
        let n_in = from.iter().filter(|at| is_in[**at]).count();
        if n_in == 0 || n_in == from.len() {
            let share = (n_in as f64 + 0.5) / (from.len() as f64 + 1.0);
            let intercept = ln(share / (1.0 - share));
            return Ok(Self { coefficients: vec![0.0; features.n], of_hint: 0.0, intercept });
        }
        let mut records = Array2::<f64>::zeros((from.len(), features.n + 1));
        for (row, at) in from.iter().enumerate() {
            let text = examples.coded[*at] as usize;
            for (column, value) in examples.vectors.row(text) {
                if let Some(number) = features.numbers[column as usize] {
                    records[[row, number as usize]] = f64::from(value);
                }
            }
            records[[row, features.n]] = f64::from(hints[text]);
        }
        let targets: Array1<bool> = from.iter().map(|at| is_in[*at]).collect();
        let data = DatasetBase::new(records, targets);
        let fitted = LogisticRegression::default()
            .alpha(penalty)
            .max_iterations(200)
            .gradient_tolerance(1e-5)
            .fit(&data)
            .map_err(|error| AnalysisError::Linfa(error.to_string()))?;
        // linfa counts up towards whichever class it calls positive.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let mut coefficients: Vec<f64> = fitted.params().iter().map(|x| sign * x).collect();
        let of_hint = coefficients.pop().unwrap_or_default();
        Ok(Self { coefficients, of_hint, intercept: sign * fitted.intercept() })
    }

    /// How likely a text is in the code.
    fn score(&self, vectors: &Csr, features: &Features, hints: &[f32], text: usize) -> f64 {
        let mut sum = self.intercept + self.of_hint * f64::from(hints[text]);
        for (column, value) in vectors.row(text) {
            if let Some(number) = features.numbers[column as usize] {
                sum += self.coefficients[number as usize] * f64::from(value);
            }
        }
        1.0 / (1.0 + exp(-sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of three terms: the first says what code 0 is, the second nothing; the hint of code 1 says what that is.
    fn texts(n: u32) -> (Csr, Vec<Vec<f32>>, Vec<Vec<bool>>) {
        let mut vectors = Csr::new(3);
        let (mut hints, mut codes) = (vec![Vec::new(); 3], vec![Vec::new(); 3]);
        for text in 0..n {
            let first = text % 3 == 0;
            let row = [(0, first), (1, text % 2 == 0), (2, true)];
            vectors.push_row(row.into_iter().filter(|(_, is_there)| *is_there).map(|(column, _)| (column, 1.0)));
            let second = text % 4 == 1;
            for (code, (hint, is_in)) in [(false, first), (second, second), (false, text == 7)].into_iter().enumerate()
            {
                hints[code].push(f32::from(u8::from(hint)));
                codes[code].push(is_in);
            }
        }
        (vectors, hints, codes)
    }

    fn learnt(settings: ClassifierSettings) -> Vec<Option<LearntCode>> {
        let (vectors, hints, truth) = texts(120);
        let rows: Vec<u32> = (0..60).collect();
        let said: Vec<Vec<bool>> = truth.iter().map(|code| code[..60].to_vec()).collect();
        let weights = vec![1.0; 60];
        let examples =
            Examples { vectors: &vectors, hints: &hints, coded: &rows, weights: &weights, groups: &rows, codes: &said };
        learn(&examples, &settings).unwrap()
    }

    #[test]
    fn what_texts_and_hints_tell_is_learnt_and_foretells_the_rest() {
        let found = learnt(ClassifierSettings::default());
        let (.., truth) = texts(120);
        for (found, truth) in found.iter().zip(&truth).take(2) {
            let found = found.as_ref().unwrap();
            let is_in: Vec<bool> = found.scores.iter().map(|score| *score >= found.threshold).collect();
            assert_eq!(is_in, *truth);
            assert_eq!(found.held_out_in, truth[..60]);
        }
        // One text is too few.
        assert_eq!(found[2], None);
    }

    #[test]
    fn the_same_is_learnt_at_any_thread_count() {
        let found = [1, 2, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| learnt(ClassifierSettings { seed: 3, ..ClassifierSettings::default() }))
        });
        assert_eq!(found[0], found[1]);
        assert_eq!(found[0], found[2]);
    }

    #[test]
    fn a_threshold_keeps_the_share() {
        let scores = [0.9, 0.8, 0.7, 0.6];
        let keeping = |is_in: [bool; 4], weights: [f64; 4]| keeping_the_share(&scores, &is_in, &weights, &|_| true);
        assert!((keeping([false, true, false, true], [1.0; 4]) - 0.75).abs() < 1e-12);
        assert!((keeping([false; 4], [1.0; 4]) - 0.95).abs() < 1e-12);
        assert!((keeping([true; 4], [1.0; 4]) - 0.6).abs() < 1e-12);
        // The last weighs as much as the three before.
        assert!((keeping([false, false, false, true], [1.0, 1.0, 1.0, 3.0]) - 0.65).abs() < 1e-12);
    }

    #[test]
    fn copies_are_in_one_part_and_parts_are_alike_in_size() {
        let groups: Vec<u32> = (0..100).map(|text| text / 2).collect();
        let folds = folds(&groups, &ClassifierSettings::default());
        assert!(groups.chunks(2).zip(folds.chunks(2)).all(|(_, folds)| folds[0] == folds[1]));
        let sizes: Vec<usize> = (0..5).map(|fold| folds.iter().filter(|of| **of == fold).count()).collect();
        assert_eq!(sizes, [20; 5]);
    }

    #[test]
    fn a_model_without_both_kinds_gives_the_share() {
        let (vectors, hints, truth) = texts(12);
        let rows: Vec<u32> = (0..12).collect();
        let weights = vec![1.0; 12];
        let examples = Examples {
            vectors: &vectors,
            hints: &hints,
            coded: &rows,
            weights: &weights,
            groups: &rows,
            codes: &truth,
        };
        let features = Features::new(&vectors, &rows);
        let model = Model::fit(&examples, &features, &hints[0], &[false; 12], &[1, 2, 3], 1.0).unwrap();
        assert!((model.score(&vectors, &features, &hints[0], 0) - 0.125).abs() < 1e-12);
    }

    #[test]
    fn settings_out_of_their_bounds_are_refused() {
        let examples =
            Examples { vectors: &Csr::new(1), hints: &[], coded: &[], weights: &[], groups: &[], codes: &[] };
        for settings in [
            ClassifierSettings { penalty: 0.0, ..ClassifierSettings::default() },
            ClassifierSettings { n_folds: 1, ..ClassifierSettings::default() },
        ] {
            assert!(matches!(learn(&examples, &settings), Err(AnalysisError::OutOfRange { .. })));
        }
    }
}
