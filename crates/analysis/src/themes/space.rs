//! A theme space: where the points of each theme lie, kept so that later points can be placed in it.
//!
//! A theme is defined by its terms; a point that holds none of them is in no theme. The space says which of those are near a theme all the
//! same: what people say of it in other words. A point is weighed by the TF-IDF of the points the space was made of, reduced to its axes (latent
//! semantic analysis), and compared by cosine with the centre of each theme. How near is near is measured for each theme on its
//! own points, with the theme's terms taken out of them.

use super::GivenTheme;
use crate::numeric::ln;
use crate::vectors::{Csr, Svd, TfidfSettings};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A similarity tells a theme if of points as similar at least this part of what the theme's share leaves is the theme's, too.
const PRECISION: f64 = 0.5;
/// So many of the theme's points must reach it, or it is chance.
const MIN_POINTS: usize = 5;
/// The space is made of so many points at most, evenly spaced among all.
const MAX_POINTS: usize = 50_000;
/// Steps of an axis on either side of 0.
const STEPS: f32 = 32_000.0;

/// Points to place: the terms that a space knows, and what else is in them.
#[derive(Clone, Copy, Debug)]
pub struct SpacePoints<'a> {
    /// `n_points × n_terms`: how often each term stands in each point.
    pub counts: &'a Csr,
    /// For each point the other terms in it: those of a point that is mostly unknown words lie far from everything.
    pub n_unknown: &'a [u32],
}

/// Terms, axes and the centres of themes.
///
/// Axes are kept in whole steps, so that what is written and read back places points as what was fitted does.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeSpace {
    /// For each term its weight: its inverse document frequency.
    pub weights: Vec<f32>,
    /// What a term that is not among them weighs.
    pub unknown: f32,
    /// For each axis the length of a step.
    pub steps: Vec<f32>,
    /// `n_terms × n_axes`, row by row: the right singular vectors, in steps.
    pub axes: Vec<i16>,
    /// For each theme its place.
    pub themes: Vec<ThemePlace>,
}

/// Where a theme lies in a space.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ThemePlace {
    /// `n_axes`: the mean of its points, of length 1; zeros if it has none.
    pub centre: Vec<f32>,
    /// From this similarity on a point without its terms is near it; none: nothing tells it but its terms.
    pub near: Option<f32>,
}

/// The theme that a point is nearest to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Index into [`ThemeSpace::themes`].
    pub theme_idx: u32,
    /// The cosine with its centre, less where the point holds words that the space does not know: 0 to 1.
    pub similarity: f32,
}

impl ThemeSpace {
    /// Makes a space of points and of the themes they are in.
    ///
    /// # Shape
    /// `points`: every term of theirs that later points are to be placed by; `themes`: terms and points by those numbers. At
    /// most `n_axes` axes are kept.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed.
    ///
    /// # Source
    /// Deerwester et al. (1990), Journal of the American Society for Information Science 41: 391, for the space and for placing points that it
    /// was not made of.
    pub fn fit(points: &SpacePoints<'_>, themes: &[GivenTheme], n_axes: usize, seed: u64) -> Self {
        let rows = evenly(points.counts.n_rows());
        let counts = points.counts.selected(&rows);
        let n_unknown: Vec<u32> = rows.iter().map(|row| points.n_unknown[*row]).collect();
        let points = SpacePoints { counts: &counts, n_unknown: &n_unknown };
        let tfidf = TfidfSettings { min_document_frequency: 1, ..TfidfSettings::default() }.fit(&counts);
        let svd = Svd::fit(&tfidf.transform(&counts), n_axes, seed);
        let n_axes = svd.right.ncols();
        let longest = |axis: usize| svd.right.column(axis).iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let steps: Vec<f32> = (0..n_axes).map(|axis| longest(axis) / STEPS).collect();
        let in_steps = |(row, axis): (usize, usize)| {
            let step = steps[axis];
            if step > 0.0 { (svd.right[[row, axis]] / step).round() as i16 } else { 0 }
        };
        let entries = (0..counts.n_columns()).flat_map(|row| (0..n_axes).map(move |axis| (row, axis)));
        let axes = entries.map(in_steps).collect();
        let unknown = (ln(f64::midpoint(1.0, counts.n_rows() as f64)).max(0.0) + 1.0) as f32;
        let mut space = Self { weights: tfidf.idf().to_vec(), unknown, steps, axes, themes: Vec::new() };
        let placed = space.vectors(&points);
        let kept: Vec<GivenTheme> = themes.iter().map(|theme| theme.among(&rows)).collect();
        let sums: Vec<Vec<f32>> = kept.iter().map(|theme| sum(&placed, &theme.points, n_axes)).collect();
        space.themes = sums.iter().map(|sum| ThemePlace { centre: unit(sum.clone()), near: None }).collect();
        let near = |(theme, sum): (&GivenTheme, &Vec<f32>)| space.calibrate(&points, &placed, theme, sum);
        let near: Vec<Option<f32>> = kept.par_iter().zip(&sums).map(near).collect();
        space.themes.iter_mut().zip(near).for_each(|(theme, near)| theme.near = near);
        space
    }

    /// The axes.
    pub fn n_axes(&self) -> usize {
        self.steps.len()
    }

    /// Whether its parts fit each other.
    pub fn is_sound(&self) -> bool {
        let n_axes = self.n_axes();
        self.axes.len() == self.weights.len() * n_axes
            && self.themes.iter().all(|theme| theme.centre.len() == n_axes)
            && self.weights.iter().chain(&self.steps).chain([&self.unknown]).all(|x| x.is_finite() && *x >= 0.0)
            && self.themes.iter().flat_map(|theme| theme.centre.iter().chain(&theme.near)).all(|x| x.is_finite())
    }

    /// For each of these points the theme that it is near, of several the nearest, of equals the first; none if it is near none.
    ///
    /// Depends on each point alone.
    pub fn near(&self, points: &SpacePoints<'_>) -> Vec<Option<Nearest>> {
        let nearest = |vector: &Vec<f32>| {
            let mut nearest: Option<Nearest> = None;
            for (theme_idx, theme) in (0..).zip(&self.themes) {
                let similarity = product(vector, &theme.centre).clamp(0.0, 1.0);
                let is_near = theme.near.is_some_and(|near| similarity >= near);
                if is_near && nearest.is_none_or(|nearest| similarity > nearest.similarity) {
                    nearest = Some(Nearest { theme_idx, similarity });
                }
            }
            nearest
        };
        self.vectors(points).par_iter().map(nearest).collect()
    }

    /// Each point in the space: of length 1 if it holds nothing but known terms; zeros if it holds none.
    fn vectors(&self, points: &SpacePoints<'_>) -> Vec<Vec<f32>> {
        let n_axes = self.n_axes();
        let vector = |row: usize| {
            let mut vector = vec![0.0_f32; n_axes];
            let mut known = 0.0_f64;
            for (term, count) in points.counts.row(row) {
                let weight = (1.0 + ln(f64::from(count))) * f64::from(self.weights[term as usize]);
                known += weight * weight;
                let axes = &self.axes[term as usize * n_axes..(term as usize + 1) * n_axes];
                for ((x, steps), step) in vector.iter_mut().zip(axes).zip(&self.steps) {
                    *x += weight as f32 * f32::from(*steps) * step;
                }
            }
            let unknown = f64::from(points.n_unknown[row]) * f64::from(self.unknown) * f64::from(self.unknown);
            let share = if known > 0.0 { (known / (known + unknown)).sqrt() } else { 0.0 };
            let mut vector = unit(vector);
            for x in &mut vector {
                *x = (f64::from(*x) * share) as f32;
            }
            vector
        };
        (0..points.counts.n_rows()).into_par_iter().map(vector).collect()
    }

    /// The least similarity at which of points as similar half of what the theme's share leaves is the theme's (two thirds of all for a share of a third), where its own points are looked at without the terms that put them
    /// into it, and against the mean of the others.
    fn calibrate(&self, points: &SpacePoints<'_>, placed: &[Vec<f32>], theme: &GivenTheme, sum: &[f32]) -> Option<f32> {
        let centre = unit(sum.to_vec());
        let bare = self.without_terms(points, theme);
        let mut is_member = vec![false; placed.len()];
        let mut similarities: Vec<(f32, bool)> = Vec::with_capacity(placed.len());
        for (point, bare) in theme.points.iter().zip(&bare) {
            is_member[*point as usize] = true;
            let of_point = &placed[*point as usize];
            let others = unit(sum.iter().zip(of_point).map(|(sum, x)| sum - x).collect());
            similarities.push((product(bare, &others), true));
        }
        let others = placed.iter().zip(&is_member).filter(|(_, is_member)| !**is_member);
        similarities.extend(others.map(|(vector, _)| (product(vector, &centre), false)));
        similarities.sort_by(|a, b| b.0.total_cmp(&a.0));
        let share = theme.points.len() as f64 / placed.len().max(1) as f64;
        let precision = share + PRECISION * (1.0 - share);
        // The sum of what each point is above the share that is asked for is greatest where points stop to reach it.
        let (mut gain, mut greatest, mut n_members, mut near) = (0.0_f64, 0.0_f64, 0, None);
        for (at, (similarity, is_member)) in similarities.iter().enumerate() {
            n_members += usize::from(*is_member);
            gain += f64::from(u8::from(*is_member)) - precision;
            let is_last_of_equals = similarities.get(at + 1).is_none_or(|next| next.0 < *similarity);
            if is_last_of_equals && gain > greatest && n_members >= MIN_POINTS && *similarity > 0.0 {
                (greatest, near) = (gain, Some(*similarity));
            }
        }
        near
    }

    /// The points of a theme in the space, without the terms that put them into it.
    fn without_terms(&self, points: &SpacePoints<'_>, theme: &GivenTheme) -> Vec<Vec<f32>> {
        let mut bare = Csr::new(points.counts.n_columns());
        let mut n_unknown = Vec::with_capacity(theme.points.len());
        for point in &theme.points {
            bare.push_row(points.counts.row(*point as usize).filter(|(term, _)| !theme.terms.contains(term)));
            n_unknown.push(points.n_unknown[*point as usize]);
        }
        self.vectors(&SpacePoints { counts: &bare, n_unknown: &n_unknown })
    }
}

impl GivenTheme {
    /// The theme among some of the points, which are given ascending: its points are numbered as they are there.
    fn among(&self, rows: &[usize]) -> Self {
        let points = self.points.iter().filter_map(|point| rows.binary_search(&(*point as usize)).ok());
        Self { terms: self.terms.clone(), points: points.map(|at| at as u32).collect() }
    }
}

/// All rows, or so many evenly spaced ones.
fn evenly(n_rows: usize) -> Vec<usize> {
    let n_kept = n_rows.min(MAX_POINTS);
    (0..n_kept).map(|at| at * n_rows / n_kept).collect()
}

/// The sum of some vectors.
fn sum(vectors: &[Vec<f32>], points: &[u32], n_axes: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f64; n_axes];
    for point in points {
        sum.iter_mut().zip(&vectors[*point as usize]).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    sum.into_iter().map(|x| x as f32).collect()
}

/// A vector scaled to length 1; zeros stay what they are.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let squares: f64 = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    if squares > 0.0 {
        let length = squares.sqrt();
        for x in &mut vector {
            *x = (f64::from(*x) / length) as f32;
        }
    }
    vector
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of two subjects, each of a word that names it or not, and of words that go with it; 0 and 1 name the subjects.
    fn points() -> (Csr, Vec<GivenTheme>) {
        let row = |i: u32| {
            let subject = i % 2;
            let mut row = vec![2 + 4 * subject + i / 2 % 4, 2 + 4 * subject + (i / 2 + 1 + i / 8 % 2) % 4, 10 + i % 7];
            if !i.is_multiple_of(5) {
                row.push(subject);
            }
            row
        };
        let rows: Vec<Vec<u32>> = (0..120).map(row).collect();
        let theme = |subject: u32| GivenTheme {
            terms: vec![subject],
            points: (0..120).filter(|i| rows[*i as usize].contains(&subject)).collect(),
        };
        (Csr::from_terms(&rows, 17), vec![theme(0), theme(1)])
    }

    /// A space of points without other terms.
    fn fit(counts: &Csr, themes: &[GivenTheme], n_axes: usize) -> ThemeSpace {
        let n_unknown = vec![0; counts.n_rows()];
        ThemeSpace::fit(&SpacePoints { counts, n_unknown: &n_unknown }, themes, n_axes, 1)
    }

    fn near(space: &ThemeSpace, counts: &Csr, n_unknown: u32) -> Vec<Option<u32>> {
        let n_unknown = vec![n_unknown; counts.n_rows()];
        let near = space.near(&SpacePoints { counts, n_unknown: &n_unknown });
        near.iter().map(|near| near.map(|near| near.theme_idx)).collect()
    }

    #[test]
    fn a_point_in_other_words_is_near_its_subject_and_one_of_neither_is_near_none() {
        let (counts, themes) = points();
        let space = fit(&counts, &themes, 10);
        assert!(space.is_sound());
        let later = Csr::from_terms(&[vec![2, 3, 4], vec![6, 8, 9], vec![10, 11], vec![]], 17);
        assert_eq!(near(&space, &later, 0), [Some(0), Some(1), None, None]);
    }

    #[test]
    fn words_that_the_space_does_not_know_take_a_point_away_from_everything() {
        let (counts, themes) = points();
        let space = fit(&counts, &themes, 10);
        let later = Csr::from_terms(&[vec![2, 3]], 17);
        assert_eq!(near(&space, &later, 0), [Some(0)]);
        assert_eq!(near(&space, &later, 30), [None]);
    }

    #[test]
    fn a_theme_that_nothing_but_its_term_tells_has_no_threshold() {
        // The term stands in every third point, whatever else those hold.
        let rows: Vec<Vec<u32>> = (0..90)
            .map(|i: u32| if i.is_multiple_of(3) { vec![0, 1 + i / 3 % 5] } else { vec![1 + i / 3 % 5] })
            .collect();
        let counts = Csr::from_terms(&rows, 6);
        let theme = GivenTheme { terms: vec![0], points: (0..90).step_by(3).collect() };
        let space = fit(&counts, &[theme, GivenTheme::default()], 5);
        assert_eq!(space.themes.iter().map(|theme| theme.near).collect::<Vec<_>>(), [None, None]);
        assert!(near(&space, &counts, 0).iter().all(Option::is_none));
    }

    #[test]
    fn parts_that_do_not_fit_are_told() {
        let (counts, themes) = points();
        let mut space = fit(&counts, &themes, 10);
        space.axes.pop();
        assert!(!space.is_sound());
        assert!(ThemeSpace::default().is_sound() && near(&ThemeSpace::default(), &Csr::new(0), 0).is_empty());
    }

    #[test]
    fn the_thread_count_changes_nothing() {
        let (counts, themes) = points();
        let at = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
            pool.install(|| fit(&counts, &themes, 10))
        };
        assert_eq!(at(1), at(2));
        assert_eq!(at(1), at(8));
    }
}
