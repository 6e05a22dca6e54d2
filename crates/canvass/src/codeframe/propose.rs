//! The code frame as the machine proposes it.

use super::{CodeFrame, FrameTheme};
use crate::run_folder::{CodedQuestion, CodedRun, CodedTheme};
use canvass_text::{Analyser, Language, Seeker, Sought, Vocabulary};
use std::collections::BTreeSet;

/// The frame that codes as the themes of a run do.
///
/// Each term is written in its most frequent form that means the term and nothing else, or as a stem in square brackets where no form does.
pub fn propose(run: &CodedRun, analyser: &Analyser<'_>) -> CodeFrame {
    let mut frame = CodeFrame { file: super::CODE_FRAME.to_owned(), ..CodeFrame::default() };
    for question in &run.questions {
        frame.bases.extend(question.bases.iter().cloned());
        let seeker = Seeker::new(&question.analysis.vocabulary);
        for theme in &question.themes {
            let mut proposed = FrameTheme {
                question: question.id.clone(),
                language: theme.language.code().to_owned(),
                id: theme.id.clone(),
                name: theme.label.clone(),
                include: terms(question, theme, &seeker, analyser),
                ..FrameTheme::default()
            };
            proposed.proposal = proposed.digest();
            frame.themes.push(proposed);
        }
    }
    frame
}

/// The terms of a theme as a frame writes them.
fn terms(question: &CodedQuestion, theme: &CodedTheme, seeker: &Seeker<'_>, analyser: &Analyser<'_>) -> Vec<String> {
    let terms = &question.analysis.vocabulary.terms;
    let mut written = Vec::new();
    for stem in &theme.stems {
        let of_stem = |at: &u32| terms[*at as usize].language == theme.language && terms[*at as usize].stem == *stem;
        let mut same: Vec<u32> = (0..terms.len() as u32).filter(of_stem).collect();
        if same.len() > 1 {
            // A word and a concept may share a stem: what stands outside the theme is not what it means.
            same.retain(|term| stands_within(question, theme, *term));
        }
        written.extend(
            same.into_iter().map(|term| form(&question.analysis.vocabulary, theme.language, term, seeker, analyser)),
        );
    }
    written
}

/// Whether all points in the theme's language that hold a term are in the theme.
fn stands_within(question: &CodedQuestion, theme: &CodedTheme, term: u32) -> bool {
    let points: BTreeSet<(u32, u32)> = theme.points.iter().copied().collect();
    let mut of_language = (0..).zip(question.analysis.texts.iter()).filter(|(_, text)| text.language == theme.language);
    of_language.all(|(response, text)| {
        let mut points_of = (0..).zip(&text.points);
        points_of.all(|(at, point)| {
            points.contains(&(response, at)) || point.carrying().all(|token| token.term_idx() != term)
        })
    })
}

/// How a term is written so that it means just that.
pub(crate) fn form(
    vocabulary: &Vocabulary,
    language: Language,
    term: u32,
    seeker: &Seeker<'_>,
    analyser: &Analyser<'_>,
) -> String {
    let meant = &vocabulary.terms[term as usize];
    let means_it = |form: &&(String, u32)| seeker.seek(&form.0, language, analyser) == Ok(Sought::Term(term));
    let form = meant.surface_forms.iter().find(means_it).map(|(form, _)| form.clone());
    form.unwrap_or_else(|| format!("[{}]", meant.stem))
}
