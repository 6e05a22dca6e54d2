//! The theme map: themes near each other where the same answers, or answers in the same words, speak of them.
//!
//! A theme is the sum of its answers, each of them its terms, rare ones weighing more (one over the root of the answers that hold
//! it). Likeness is the cosine, and the plane is that of classical scaling (Torgerson 1952): the two largest eigenvectors of the
//! centred likenesses. Circles that overlap are pushed apart. Nothing is drawn by chance, and only operations are used that
//! give the same bits everywhere.

use super::members::Members;
use crate::findings::{Finding, QuestionFindings};
use crate::pipeline::QuestionRun;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer themes make no map.
const FEWEST: usize = 3;
/// More make none that can be read; the first by rank are shown.
const MOST: usize = 40;
/// The plane, in the units of the drawing.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
/// Radii of circles.
const SMALLEST: f64 = 12.0;
const LARGEST: f64 = 40.0;
/// Pairs that a line joins share at least this part of the smaller theme, and so many respondents.
const MIN_SHARED: f64 = 0.25;
const MIN_BOTH: usize = 3;

/// Themes on a plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ThemeMap {
    /// In rank order, the first of the main language.
    pub(super) circles: Vec<Circle>,
    /// Pairs of themes that respondents name together, the most first; by index into `circles`.
    pub(super) pairs: Vec<Pair>,
}

/// A theme on the plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Circle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) r: f64,
}

/// Two themes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Pair {
    pub(super) first: usize,
    pub(super) second: usize,
    /// The respondents who name both.
    pub(super) n_both: usize,
    /// Their part of the respondents of the smaller theme, 0 to 1.
    pub(super) share: f64,
}

/// The map of a question's themes; none where there are too few.
pub(super) fn theme_map(question: &QuestionRun, found: &QuestionFindings) -> Option<ThemeMap> {
    let themes: BTreeMap<&str, usize> =
        found.themes.iter().take(MOST).map(|theme| theme.theme_id.as_str()).zip(0..).collect();
    if themes.len() < FEWEST {
        return None;
    }
    let respondents: Vec<Vec<&str>> = found.themes[..themes.len()].iter().map(sorted_ids).collect();
    let likeness = likeness(&vectors(question, &themes));
    let most = respondents.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
    let radius = |n: usize| SMALLEST + (LARGEST - SMALLEST) * (n as f64 / most).sqrt();
    let [xs, ys] = plane(&likeness);
    let (xs, ys) = (stretched(&xs, WIDTH), stretched(&ys, HEIGHT));
    let mut circles: Vec<Circle> = xs
        .into_iter()
        .zip(ys)
        .zip(&respondents)
        .map(|((x, y), respondents)| Circle { x, y, r: radius(respondents.len()) })
        .collect();
    apart(&mut circles);
    for circle in &mut circles {
        let tenth = |x: f64| (x * 10.0).round() / 10.0;
        *circle = Circle { x: tenth(circle.x), y: tenth(circle.y), r: tenth(circle.r) };
    }
    Some(ThemeMap { circles, pairs: pairs(&respondents) })
}

/// For each theme the weights of the terms of its answers, by term; of very many answers every so-manieth is read.
fn vectors(question: &QuestionRun, themes: &BTreeMap<&str, usize>) -> Vec<Vec<f64>> {
    const MOST_ANSWERS: usize = 50_000;
    let texts = &question.analysis.texts;
    let step = texts.len().div_ceil(MOST_ANSWERS).max(1);
    let terms_of = |at: usize| {
        let text = texts.get(at);
        let tokens = text.points.iter().flat_map(|point| point.carrying().map(|token| token.term_idx() as usize));
        let mut terms: Vec<usize> = tokens.collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    };
    let n_terms = question.analysis.vocabulary.terms.len();
    let mut frequencies = vec![0_u32; n_terms];
    for term in (0..texts.len()).step_by(step).flat_map(terms_of) {
        frequencies[term] += 1;
    }
    let mut vectors = vec![vec![0.0; n_terms]; themes.len()];
    let members = Members::new(question);
    for at in (0..texts.len()).step_by(step).filter(|at| !members.of(*at).is_empty()) {
        let terms = terms_of(at);
        for theme in members.ids_of(at).filter_map(|theme_id| themes.get(theme_id)) {
            for term in &terms {
                vectors[*theme][*term] += 1.0 / f64::from(frequencies[*term]).sqrt();
            }
        }
    }
    vectors
}

/// The cosines of all pairs.
fn likeness(vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norms: Vec<f64> = vectors.iter().map(|vector| dot(vector, vector).sqrt()).collect();
    let cosine = |a: usize, b: usize| {
        let norm = norms[a] * norms[b];
        if norm > 0.0 { dot(&vectors[a], &vectors[b]) / norm } else { 0.0 }
    };
    let k = vectors.len();
    // The smaller index first, so that both halves hold the same bits.
    (0..k).map(|a| (0..k).map(|b| if a == b { 1.0 } else { cosine(a.min(b), a.max(b)) }).collect()).collect()
}

/// Two coordinates for each row of a matrix of likenesses.
fn plane(likeness: &[Vec<f64>]) -> [Vec<f64>; 2] {
    let k = likeness.len();
    let means: Vec<f64> = likeness.iter().map(|row| row.iter().sum::<f64>() / k as f64).collect();
    let mean = means.iter().sum::<f64>() / k as f64;
    let mut centred: Vec<Vec<f64>> =
        (0..k).map(|a| (0..k).map(|b| likeness[a][b] - means[a] - means[b] + mean).collect()).collect();
    let vectors = eigenvectors(&mut centred);
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|a, b| centred[*b][*b].total_cmp(&centred[*a][*a]).then(a.cmp(b)));
    [0, 1].map(|axis| {
        let at = order[axis];
        let length = centred[at][at].max(0.0).sqrt();
        let mut column: Vec<f64> = (0..k).map(|row| vectors[row][at] * length).collect();
        // An eigenvector's sign is free: its first large part is positive.
        let largest = column.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        if column.iter().find(|x| x.abs() > largest / 2.0).is_some_and(|x| *x < 0.0) {
            for x in &mut column {
                *x = -*x;
            }
        }
        column
    })
}

/// Makes a symmetric matrix diagonal by Jacobi's rotations; the columns of what is given back are its eigenvectors.
fn eigenvectors(matrix: &mut [Vec<f64>]) -> Vec<Vec<f64>> {
    const MOST_SWEEPS: usize = 60;
    let k = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..k).map(|row| (0..k).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    for _ in 0..MOST_SWEEPS {
        let rest: f64 = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b))).map(|(a, b)| matrix[a][b].abs()).sum();
        if rest < 1e-12 {
            break;
        }
        for a in 0..k {
            for b in a + 1..k {
                rotate(matrix, &mut vectors, a, b);
            }
        }
    }
    vectors
}

/// One rotation, after which `matrix[a][b]` is 0.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], a: usize, b: usize) {
    if matrix[a][b].abs() < 1e-15 {
        return;
    }
    let theta = (matrix[b][b] - matrix[a][a]) / (2.0 * matrix[a][b]);
    let t = if theta < 0.0 { -1.0 } else { 1.0 } / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (t * t + 1.0).sqrt();
    let sine = t * cosine;
    for row in matrix.iter_mut().chain(vectors) {
        let (x, y) = (row[a], row[b]);
        (row[a], row[b]) = (cosine * x - sine * y, sine * x + cosine * y);
    }
    let (above, below) = matrix.split_at_mut(b);
    for (x, y) in above[a].iter_mut().zip(&mut below[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// Spreads coordinates over the width that the largest circle leaves.
fn stretched(xs: &[f64], width: f64) -> Vec<f64> {
    let (low, high) = xs.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
    let room = width - 2.0 * LARGEST;
    xs.iter().map(|x| if high > low { LARGEST + room * (x - low) / (high - low) } else { width / 2.0 }).collect()
}

/// Pushes circles that overlap apart.
fn apart(circles: &mut [Circle]) {
    const ROUNDS: usize = 400;
    const GAP: f64 = 4.0;
    for _ in 0..ROUNDS {
        let mut is_apart = true;
        for a in 0..circles.len() {
            for b in a + 1..circles.len() {
                let (dx, dy) = (circles[b].x - circles[a].x, circles[b].y - circles[a].y);
                let (distance, wanted) = ((dx * dx + dy * dy).sqrt(), circles[a].r + circles[b].r + GAP);
                if distance >= wanted {
                    continue;
                }
                is_apart = false;
                // Those in one place part along a line of their own.
                let (ux, uy) =
                    if distance > 0.01 { (dx / distance, dy / distance) } else { [(1.0, 0.0), (0.0, 1.0)][b % 2] };
                let push = (wanted - distance) / 2.0;
                let moved = |at: f64, by: f64, r: f64, room: f64| (at + by).clamp(r + 1.0, room - r - 1.0);
                let (first, second) = (circles[a].clone(), circles[b].clone());
                circles[a].x = moved(first.x, -ux * push, first.r, WIDTH);
                circles[a].y = moved(first.y, -uy * push, first.r, HEIGHT);
                circles[b].x = moved(second.x, ux * push, second.r, WIDTH);
                circles[b].y = moved(second.y, uy * push, second.r, HEIGHT);
            }
        }
        if is_apart {
            break;
        }
    }
}

/// The ids of a theme's respondents, ascending.
fn sorted_ids(theme: &Finding) -> Vec<&str> {
    let mut ids: Vec<&str> = theme.respondents.iter().map(|id| &**id).collect();
    ids.par_sort_unstable();
    ids
}

/// `respondents`: of each theme, ascending.
fn pairs(respondents: &[Vec<&str>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for first in 0..respondents.len() {
        for second in first + 1..respondents.len() {
            let n_both = n_in_both(&respondents[first], &respondents[second]);
            let smaller = respondents[first].len().min(respondents[second].len()).max(1);
            let share = n_both as f64 / smaller as f64;
            if n_both >= MIN_BOTH && share >= MIN_SHARED {
                pairs.push(Pair { first, second, n_both, share: (share * 10_000.0).round() / 10_000.0 });
            }
        }
    }
    pairs.sort_by(|a, b| b.n_both.cmp(&a.n_both).then((a.first, a.second).cmp(&(b.first, b.second))));
    pairs
}

/// How many two ascending lists share.
fn n_in_both(one: &[&str], other: &[&str]) -> usize {
    let mut rest = other.iter().peekable();
    let is_there = |id: &&&str| {
        while rest.next_if(|other| other < id).is_some() {}
        rest.peek() == Some(id)
    };
    one.iter().filter(is_there).count()
}

/// The map as SVG: a circle for each theme with its rank, linked to where the theme stands, `names` and `anchors` in the order of the
/// circles.
pub(super) fn svg(map: &ThemeMap, title: &str, names: &[String], anchors: &[String], n_findings: usize) -> String {
    use super::chart::escaped;
    use std::fmt::Write as _;
    let mut svg = format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"group\" aria-label=\"{}\" focusable=\"false\">",
        escaped(title)
    );
    let circle = |at: usize| &map.circles[at];
    for pair in &map.pairs {
        let (a, b) = (circle(pair.first), circle(pair.second));
        let width = 1.0 + 5.0 * pair.share;
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke-width=\"{width:.1}\"></line>",
            a.x, a.y, b.x, b.y
        );
    }
    for (at, circle) in map.circles.iter().enumerate() {
        let class = if at < n_findings { "top" } else { "below" };
        let (name, anchor) = (escaped(&names[at]), escaped(&anchors[at]));
        let _ = write!(
            svg,
            "<a href=\"#{anchor}\" class=\"{class}\" aria-label=\"{} {name}\"><title>{} {name}</title><circle cx=\"{}\" cy=\"{}\" r=\"{}\"></circle><text x=\"{}\" y=\"{:.1}\">{}</text></a>",
            at + 1,
            at + 1,
            circle.x,
            circle.y,
            circle.r,
            circle.x,
            circle.y + 5.0,
            at + 1
        );
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_give_eigenvectors() {
        let original = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, 0.25], vec![0.5, 0.25, 1.0]];
        let mut matrix = original.clone();
        let vectors = eigenvectors(&mut matrix);
        for at in 0..3 {
            for row in 0..3 {
                let product: f64 = (0..3).map(|column| original[row][column] * vectors[column][at]).sum();
                assert!((product - matrix[at][at] * vectors[row][at]).abs() < 1e-9);
            }
        }
    }

    fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
        let (dx, dy) = (a.0 - b.0, a.1 - b.1);
        (dx * dx + dy * dy).sqrt()
    }

    #[test]
    fn like_themes_stand_near_each_other() {
        let vector = |terms: [usize; 3]| (0..10).map(|term| f64::from(u8::from(terms.contains(&term)))).collect();
        let themes: Vec<Vec<f64>> = [[1, 2, 3], [1, 2, 4], [7, 8, 9], [7, 8, 5]].map(vector).to_vec();
        let [xs, ys] = plane(&likeness(&themes));
        let between = |a: usize, b: usize| distance((xs[a], ys[a]), (xs[b], ys[b]));
        assert!(between(0, 1) < between(0, 2) && between(2, 3) < between(1, 3));
    }

    #[test]
    fn circles_do_not_cover_each_other_and_stay_within_the_drawing() {
        let mut circles = vec![Circle { x: 300.0, y: 200.0, r: 40.0 }; 12];
        apart(&mut circles);
        for (at, a) in circles.iter().enumerate() {
            assert!(a.x >= a.r && a.x <= WIDTH - a.r && a.y >= a.r && a.y <= HEIGHT - a.r);
            for b in &circles[..at] {
                assert!(distance((a.x, a.y), (b.x, b.y)) >= a.r + b.r - 0.5, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn pairs_are_themes_that_respondents_name_together() {
        let set = |ids: &[&'static str]| ids.to_vec();
        let found = pairs(&[set(&["a", "b", "c", "d"]), set(&["b", "c", "d"]), set(&["x", "y", "z"])]);
        assert_eq!(found, [Pair { first: 0, second: 1, n_both: 3, share: 1.0 }]);
    }
}
