//! Stem themes: single terms that behave as the names of subjects do.
//!
//! A term is a good theme if many say it, if it keeps company (it stands beside certain terms far more often than chance would
//! have it), and if that company foretells it: hide the term, and the rest of the point still tells that it was there.
//! "Duplication" does well in all three; "implement" keeps every company and is foretold by none. Any mention puts a point
//! into the theme. Terms that mostly stand in the same points ("staff", "exchange") are one theme.
//!
//! Near-duplicates weigh as one answer in all of this, so that a campaign cannot make its wording a theme by numbers alone;
//! in the counts that are reported every answer counts.

use super::{Found, Theme, ThemeInput, ThemeSettings, WeightedTerm, association, jaccard};
use crate::clusters::first_maximum;
use crate::numeric::ln;
use crate::vectors::Csr;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Folds of the cross-validation; near-duplicates are always in one.
const N_FOLDS: usize = 5;
/// How many points of background each term's probability is smoothed with.
const PRIOR: f64 = 20.0;
/// A partner must stand in at least this many points, ...
const MIN_PARTNER_POINTS: f64 = 3.0;
/// ... this many of them with the term.
const MIN_TOGETHER: f64 = 2.0;
/// How many partners count.
const N_PARTNERS: usize = 10;
/// A point of more terms than this is no single idea: its terms keep no company. Bounds the cost of a hostile answer.
const MAX_POINT_TERMS: usize = 300;
/// Terms that define a theme at most.
const MAX_TERMS: usize = 3;
/// Terms a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;

/// What a point counts in the choice of a further theme, for each theme it is in already.
const WORTH_OF_SAID: f64 = 0.7;

/// A term with this share of its points among those of a theme's first term is a part of that theme: "regional office" of "office".
const MAX_CONTAINED: f64 = 0.9;

/// Candidates whose predictability is measured, per theme wanted: the first by size and association. Measuring one takes a
/// pass over all points.
const MEASURED_PER_THEME: usize = 10;

/// Chooses the terms, the best first: by points · √(points / answers) · √(association + 1) · predictability² · naming³, less what
/// is said already.
///
/// Points and not answers: what an answer comes back to is a subject of it, what it says in passing mostly is none. Where two terms
/// are held by as many, the one that stands in more points comes first.
///
/// A point that is in chosen themes counts half for each of them, so that what the largest themes leave unsaid comes up. A term
/// that mostly stands in the points of a theme chosen before joins that one, as long as it has fewer than [`MAX_TERMS`] and
/// stays within `max_share`; one whose answers are largely those of a theme chosen before is left out.
///
/// # Cost
/// The squares of the points' numbers of terms, one pass over all points for each candidate that is measured, and one over the
/// candidates' points for each that is taken or left out.
pub(super) fn fit(input: &ThemeInput<'_>, settings: &ThemeSettings) -> Vec<Found> {
    let occurrences = Occurrences::new(input);
    let n_themes = settings.n_themes.unwrap_or(settings.max_themes) as usize;
    let mut candidates = occurrences.candidates(settings);
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.term_idx.cmp(&b.term_idx)));
    candidates.truncate(MEASURED_PER_THEME * n_themes);
    for candidate in &mut candidates {
        let predictability = occurrences.predictability(candidate.term_idx);
        candidate.score *= predictability * predictability;
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut worth = vec![1.0; input.counts.n_rows()];
    while !candidates.is_empty() {
        let candidate = candidates.remove(occurrences.best(&candidates, &worth));
        let points = occurrences.points.columns_of(candidate.term_idx as usize);
        if let Some(at) = closest(&chosen, points, settings.min_joint_points) {
            occurrences.join(&mut chosen[at], &candidate, settings.max_share);
            continue;
        }
        if chosen.iter().any(|theme| contained(points, &theme.first_points) >= MAX_CONTAINED) {
            continue;
        }
        let overlaps =
            chosen.iter().any(|theme| jaccard(&candidate.answers, &theme.first_answers) >= settings.max_overlap);
        if !overlaps && chosen.len() < n_themes {
            for point in points {
                worth[*point as usize] *= WORTH_OF_SAID;
            }
            chosen.push(Chosen::new(candidate, points));
        }
    }
    chosen.into_iter().map(|chosen| occurrences.theme(chosen)).collect()
}

/// The chosen theme whose first term shares most points with these, at least `min_joint_points` of them (Jaccard).
fn closest(chosen: &[Chosen], points: &[u32], min_joint_points: f64) -> Option<usize> {
    let shared = chosen.iter().enumerate().map(|(at, theme)| (at, jaccard(points, &theme.first_points)));
    // The first of the closest: `max_by` keeps the last, so the order is turned round.
    let close = shared.filter(|(_, shared)| *shared >= min_joint_points).rev();
    close.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// A theme in the making.
struct Chosen {
    terms: Vec<u32>,
    /// The points that hold its first term.
    first_points: Vec<u32>,
    /// The answers that hold its first term.
    first_answers: Vec<u32>,
    /// The answers that hold any of its terms.
    answers: Vec<u32>,
    partners: Vec<WeightedTerm>,
}

impl Chosen {
    fn new(candidate: Candidate, points: &[u32]) -> Self {
        Self {
            terms: vec![candidate.term_idx],
            first_points: points.to_vec(),
            answers: candidate.answers.clone(),
            first_answers: candidate.answers,
            partners: candidate.partners,
        }
    }
}

/// A term that may define a theme.
struct Candidate {
    term_idx: u32,
    score: f64,
    /// The answers that hold it, ascending.
    answers: Vec<u32>,
    partners: Vec<WeightedTerm>,
}

/// Which term stands where.
struct Occurrences<'a> {
    input: &'a ThemeInput<'a>,
    /// `n_terms × n_points`.
    points: Csr,
    /// The weight of each point: 1 / the size of its answer's group.
    weights: Vec<f64>,
    /// The weight of all points.
    total: f64,
    /// The weight of all answers: the number of groups.
    n_answers: f64,
    /// For each term the weight of the points it stands in.
    frequencies: Vec<f64>,
    /// For each point its fold.
    folds: Vec<u8>,
    background: Background,
}

/// What all points hold, whichever term is looked at.
struct Background {
    /// By fold: the weight of the points.
    sizes: [f64; N_FOLDS],
    /// For each term, by fold: the weight of the points it stands in.
    weights: Vec<[f64; N_FOLDS]>,
}

impl Background {
    fn new(counts: &Csr, weights: &[f64], folds: &[u8]) -> Self {
        let mut background = Self { sizes: [0.0; N_FOLDS], weights: vec![[0.0; N_FOLDS]; counts.n_columns()] };
        for point in 0..counts.n_rows() {
            let fold = folds[point] as usize;
            background.sizes[fold] += weights[point];
            for term in counts.columns_of(point) {
                background.weights[*term as usize][fold] += weights[point];
            }
        }
        background
    }
}

impl<'a> Occurrences<'a> {
    fn new(input: &'a ThemeInput<'a>) -> Self {
        // Of the responses that have points here: the others are another language's.
        let responses: BTreeSet<u32> = input.responses.iter().copied().collect();
        let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
        for response in &responses {
            *sizes.entry(input.groups[*response as usize]).or_default() += 1;
        }
        let fold_of: BTreeMap<u32, u8> =
            sizes.keys().enumerate().map(|(at, group)| (*group, (at % N_FOLDS) as u8)).collect();
        let group_of = |response: &u32| input.groups[*response as usize];
        let weights: Vec<f64> =
            input.responses.iter().map(|response| 1.0 / f64::from(sizes[&group_of(response)])).collect();
        let folds: Vec<u8> = input.responses.iter().map(|response| fold_of[&group_of(response)]).collect();
        let points = input.counts.transposed();
        let frequencies = (0..points.n_rows())
            .map(|term| points.columns_of(term).iter().map(|point| weights[*point as usize]).sum())
            .collect();
        let total = weights.iter().sum();
        let background = Background::new(input.counts, &weights, &folds);
        Self { input, points, total, n_answers: sizes.len() as f64, frequencies, weights, folds, background }
    }

    /// The place of the candidate of the highest score, its points counted by what they are worth; the first of several.
    fn best(&self, candidates: &[Candidate], worth: &[f64]) -> usize {
        let score = |candidate: &Candidate| {
            let points = self.points.columns_of(candidate.term_idx as usize);
            let left = points.iter().fold(0.0, |sum, point| sum + worth[*point as usize]);
            candidate.score * left / points.len() as f64
        };
        let scores: Vec<f64> = candidates.iter().map(score).collect();
        first_maximum(&scores)
    }

    /// Lets a candidate join a theme, unless the theme has terms enough or would be too large.
    fn join(&self, theme: &mut Chosen, candidate: &Candidate, max_share: f64) {
        let mut answers: Vec<u32> = theme.answers.iter().chain(&candidate.answers).copied().collect();
        answers.sort_unstable();
        answers.dedup();
        if theme.terms.len() < MAX_TERMS && self.size(&answers) <= max_share * self.n_answers {
            theme.terms.push(candidate.term_idx);
            theme.answers = answers;
        }
    }

    /// The theme with its points; each term weighs as many answers as hold it.
    fn theme(&self, chosen: Chosen) -> Found {
        let sizes: Vec<f64> = chosen.terms.iter().map(|term| self.size(&self.responses_with(*term))).collect();
        let total: f64 = sizes.iter().sum();
        let terms: Vec<WeightedTerm> = chosen
            .terms
            .iter()
            .zip(sizes)
            .map(|(term_idx, size)| WeightedTerm { term_idx: *term_idx, weight: size / total })
            .collect();
        let mut points: Vec<u32> =
            chosen.terms.iter().flat_map(|term| self.points.columns_of(*term as usize).iter().copied()).collect();
        points.sort_unstable();
        points.dedup();
        let companions =
            chosen.partners.into_iter().filter(|partner| !chosen.terms.contains(&partner.term_idx)).collect();
        Found { theme: Theme { terms, companions }, points }
    }

    /// The answers that hold a term, ascending.
    fn responses_with(&self, term_idx: u32) -> Vec<u32> {
        let points = self.points.columns_of(term_idx as usize).iter();
        let mut responses: Vec<u32> = points.map(|point| self.input.responses[*point as usize]).collect();
        responses.dedup();
        responses
    }

    /// The weight of these answers: near-duplicates are one.
    fn size(&self, answers: &[u32]) -> f64 {
        let mut groups: Vec<u32> = answers.iter().map(|response| self.input.groups[*response as usize]).collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len() as f64
    }

    /// The terms of the right size, each with its partners and its score.
    fn candidates(&self, settings: &ThemeSettings) -> Vec<Candidate> {
        let terms: Vec<u32> =
            (0..self.points.n_rows() as u32).filter(|term| self.input.naming[*term as usize] > 0.0).collect();
        let chunks: Vec<Vec<Candidate>> = terms
            .par_chunks(CHUNK)
            .map(|terms| {
                let mut together = vec![0.0; self.points.n_rows()];
                let candidates = terms.iter().filter_map(|term_idx| {
                    let answers = self.responses_with(*term_idx);
                    let size = self.size(&answers);
                    if size < f64::from(settings.min_respondents) || size > settings.max_share * self.n_answers {
                        return None;
                    }
                    let partners = self.partners(*term_idx, &mut together);
                    let frequency = self.frequencies[*term_idx as usize];
                    let naming = self.input.naming[*term_idx as usize];
                    let association: f64 = partners.iter().map(|partner| partner.weight).sum();
                    // Points for each answer: what an answer comes back to is a subject of it.
                    let returning = frequency / size;
                    let score = frequency * returning.sqrt() * (association + 1.0).sqrt() * naming * naming * naming;
                    Some(Candidate { term_idx: *term_idx, score, answers, partners })
                });
                candidates.collect()
            })
            .collect();
        chunks.into_iter().flatten().collect()
    }

    /// The terms that stand beside a term far more often than chance would have it. `together` is zero before and after.
    fn partners(&self, term_idx: u32, together: &mut [f64]) -> Vec<WeightedTerm> {
        let mut touched = Vec::new();
        for point in self.points.columns_of(term_idx as usize) {
            let terms = self.input.counts.columns_of(*point as usize);
            if terms.len() > MAX_POINT_TERMS {
                continue;
            }
            for partner in terms {
                if together[*partner as usize] == 0.0 {
                    touched.push(*partner);
                }
                together[*partner as usize] += self.weights[*point as usize];
            }
        }
        let mut partners = Vec::new();
        for partner in touched {
            let count = std::mem::take(&mut together[partner as usize]);
            let frequency = self.frequencies[partner as usize];
            let expected = self.frequencies[term_idx as usize] * frequency / self.total;
            if partner != term_idx && frequency >= MIN_PARTNER_POINTS && count >= MIN_TOGETHER && count > expected {
                partners.push(WeightedTerm { term_idx: partner, weight: association(count, expected) });
            }
        }
        partners.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term_idx.cmp(&b.term_idx)));
        partners.truncate(N_PARTNERS);
        partners.shrink_to_fit();
        partners
    }

    /// How well the rest of a point foretells whether it holds the term: the area under the ROC curve of a naive Bayes
    /// classifier on the presence of the other terms, cross-validated. 0.5 is chance.
    fn predictability(&self, term_idx: u32) -> f64 {
        let counts = self.input.counts;
        let n_terms = counts.n_columns();
        let with_term = self.points.columns_of(term_idx as usize);
        let mut holds = vec![false; counts.n_rows()];
        // By fold: the weight of the points that hold the term, and of each other term in them; and of all points.
        let mut size_with = [0.0; N_FOLDS];
        let mut with = vec![[0.0_f64; N_FOLDS]; n_terms];
        for point in with_term {
            let (at, fold) = (*point as usize, self.folds[*point as usize] as usize);
            holds[at] = true;
            size_with[fold] += self.weights[at];
            for term in counts.columns_of(at) {
                with[*term as usize][fold] += self.weights[at];
            }
        }
        let Background { sizes: size_all, weights: all } = &self.background;
        let (all_size, with_size) = (size_all.iter().sum::<f64>(), size_with.iter().sum::<f64>());
        let evidence: Vec<[f64; N_FOLDS]> = (0..n_terms)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|term| {
                let (term_all, term_with) = (all[term].iter().sum::<f64>(), with[term].iter().sum::<f64>());
                std::array::from_fn(|fold| {
                    let background = (term_all - all[term][fold]) / (all_size - size_all[fold]).max(1.0);
                    if background <= 0.0 || term == term_idx as usize {
                        return 0.0;
                    }
                    let among_with = term_with - with[term][fold];
                    let among_without = term_all - all[term][fold] - among_with;
                    let n_with = with_size - size_with[fold];
                    let n_without = all_size - size_all[fold] - n_with;
                    let given_with = (among_with.max(0.0) + PRIOR * background) / (n_with + PRIOR);
                    let given_without = (among_without.max(0.0) + PRIOR * background) / (n_without + PRIOR);
                    ln(given_with / given_without)
                })
            })
            .collect();
        let scores: Vec<f64> = (0..counts.n_rows())
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|point| {
                let fold = self.folds[point] as usize;
                // From 0.0: the sum of nothing would be -0.0, which sorts below 0.0.
                counts.columns_of(point).iter().fold(0.0, |sum, term| sum + evidence[*term as usize][fold])
            })
            .collect();
        area_under_roc(&scores, &holds)
    }
}

/// The chance that a random positive scores above a random negative, ties half. 0.5 if either kind is missing.
fn area_under_roc(scores: &[f64], positive: &[bool]) -> f64 {
    let n_positive = positive.iter().filter(|positive| **positive).count();
    let n_negative = positive.len() - n_positive;
    if n_positive == 0 || n_negative == 0 {
        return 0.5;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(a.cmp(b)));
    let mut rank_sum = 0.0;
    let mut from = 0;
    for run in order.chunk_by(|a, b| scores[*a].total_cmp(&scores[*b]).is_eq()) {
        let mean_rank = from as f64 + f64::midpoint(run.len() as f64, 1.0);
        rank_sum += mean_rank * run.iter().filter(|point| positive[**point]).count() as f64;
        from += run.len();
    }
    let (p, n) = (n_positive as f64, n_negative as f64);
    (rank_sum - p * (p + 1.0) / 2.0) / (p * n)
}

/// The share of an ascending list that stands in another.
fn contained(a: &[u32], b: &[u32]) -> f64 {
    let shared = a.iter().filter(|x| b.binary_search(x).is_ok()).count();
    if a.is_empty() { 0.0 } else { shared as f64 / a.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_under_the_curve_matches_a_table_worked_by_hand() {
        // Positives score 3 and 1, negatives 2 and 1: of four pairs one wins twice, one ties, one loses.
        assert!((area_under_roc(&[3.0, 1.0, 2.0, 1.0], &[true, true, false, false]) - 0.625).abs() < 1e-12);
        assert!((area_under_roc(&[1.0, 2.0], &[true, true]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_term_that_always_stands_alone_is_foretold_by_nothing() {
        let rows: Vec<Vec<u32>> = (0..30).map(|i| if i % 2 == 0 { vec![0] } else { vec![] }).collect();
        let counts = Csr::from_terms(&rows, 1);
        let responses: Vec<u32> = (0..30).collect();
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &responses,
            duplicates: &responses,
            naming: &[1.0],
            is_word: &[true],
        };
        assert!((Occurrences::new(&input).predictability(0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn jaccard_is_shared_over_union_and_symmetric() {
        assert!((jaccard(&[1, 2, 3], &[2, 3, 4]) - 0.5).abs() < 1e-12);
        assert!((jaccard(&[2, 3, 4], &[1, 2, 3]) - 0.5).abs() < 1e-12);
        assert!(jaccard(&[], &[]).abs() < 1e-12);
    }

    #[test]
    fn a_word_that_keeps_company_is_a_theme_and_one_that_keeps_none_is_not() {
        // Terms: 0 bus, 1 timetable, 2 night; 3 house, 4 rent, 5 price; 6 stands anywhere.
        let rows: Vec<Vec<u32>> = (0..24)
            .map(|i| {
                let mut row = if i % 2 == 0 { vec![0, 1] } else { vec![3, 4] };
                row.extend((i / 2 % 3 == 0).then_some(if i % 2 == 0 { 2 } else { 5 }));
                row.extend((i % 3 == 0).then_some(6));
                row
            })
            .collect();
        let counts = Csr::from_terms(&rows, 7);
        let responses: Vec<u32> = (0..24).collect();
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &responses,
            duplicates: &responses,
            naming: &[1.0; 7],
            is_word: &[true; 7],
        };
        let found = fit(&input, &ThemeSettings { max_themes: 2, ..ThemeSettings::default() });
        let terms: Vec<Vec<u32>> =
            found.iter().map(|found| found.theme.terms.iter().map(|term| term.term_idx).collect()).collect();
        // Bus and timetable stand in the same points, and so define one theme; likewise house and rent.
        assert_eq!(terms, [[0, 1], [3, 4]]);
        assert_eq!(found[0].points, (0..24).step_by(2).collect::<Vec<u32>>());
        assert_eq!(found[0].theme.companions.iter().map(|term| term.term_idx).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_term_that_may_not_define_a_theme_defines_none() {
        let counts = Csr::from_terms(&vec![vec![0, 1]; 6], 2);
        let responses: Vec<u32> = (0..6).collect();
        let settings = ThemeSettings { max_share: 1.0, ..ThemeSettings::default() };
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &responses,
            duplicates: &responses,
            naming: &[0.0, 1.0],
            is_word: &[true; 2],
        };
        let found = fit(&input, &settings);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].theme.terms[0].term_idx, 1);
    }

    /// Themes of these rows by their first terms, each row an answer of its own unless stated.
    fn first_terms(rows: &[Vec<u32>], responses: &[u32], naming: &[f64]) -> Vec<u32> {
        let counts = Csr::from_terms(rows, naming.len());
        let groups: Vec<u32> = (0..rows.len() as u32).collect();
        let is_word = vec![true; naming.len()];
        let input =
            ThemeInput { counts: &counts, responses, groups: &groups, duplicates: &groups, naming, is_word: &is_word };
        let found = fit(&input, &ThemeSettings { min_joint_points: 0.9, ..ThemeSettings::default() });
        found.iter().map(|found| found.theme.terms[0].term_idx).collect()
    }

    #[test]
    fn of_two_terms_alike_the_one_that_names_something_comes_first() {
        // Terms 0 and 1 stand in eight points each, with a companion of their own.
        let rows: Vec<Vec<u32>> = (0..24).map(|i| if i % 3 == 2 { vec![4] } else { vec![i % 3, 2 + i % 3] }).collect();
        let each: Vec<u32> = (0..24).collect();
        assert_eq!(first_terms(&rows, &each, &[1.0, 1.0, 0.0, 0.0, 0.0]), [0, 1]);
        assert_eq!(first_terms(&rows, &each, &[0.6, 1.0, 0.0, 0.0, 0.0]), [1, 0]);
    }

    #[test]
    fn of_two_terms_alike_the_one_that_answers_come_back_to_comes_first() {
        // Both stand in six answers; 1 stands in two points of each.
        let rows: Vec<Vec<u32>> = (0..30)
            .map(|i| {
                if i < 6 {
                    vec![0, 2]
                } else if i < 18 {
                    vec![1, 3]
                } else {
                    vec![4]
                }
            })
            .collect();
        let responses: Vec<u32> = (0..30)
            .map(|i| {
                if i < 6 {
                    i
                } else if i < 18 {
                    6 + (i - 6) / 2
                } else {
                    i - 6
                }
            })
            .collect();
        assert_eq!(first_terms(&rows, &responses, &[1.0, 1.0, 0.0, 0.0, 0.0]), [1, 0]);
    }

    #[test]
    fn copies_of_one_answer_make_no_theme() {
        // Eleven copies share their words; they are one group, and so one answer.
        let rows: Vec<Vec<u32>> = (0..20).map(|i| if i < 11 { vec![0, 1, 2] } else { vec![3, 3 + i % 5] }).collect();
        let counts = Csr::from_terms(&rows, 8);
        let responses: Vec<u32> = (0..20).collect();
        let groups: Vec<u32> = (0..20).map(|i| if i < 11 { 0 } else { i }).collect();
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &groups,
            duplicates: &groups,
            naming: &[1.0; 8],
            is_word: &[true; 8],
        };
        let found = fit(&input, &ThemeSettings::default());
        assert!(found.iter().all(|found| found.theme.terms[0].term_idx > 2));
    }
}
