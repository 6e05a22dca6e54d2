//! Takes any answers apart, in any language, with any rules: spans must slice back and lie where they belong.
#![no_main]

use canvass_text::{Analyser, Entry, Language, Lexicon, MergeKind, Quotations, Resources, TermRules, Text};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fuzz_target!(|data: &[u8]| {
    static RESOURCES: OnceLock<Resources> = OnceLock::new();
    let resources = RESOURCES.get_or_init(|| Resources::load().expect("the built-in resources load"));
    let Some((rules, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    // A form feed parts the answers; the first is the question, the second a form of the lexicon, the third a reference.
    let answers: Vec<&str> = text.split('\u{c}').collect();
    let language = Language::ALL[usize::from(*rules) % Language::ALL.len()];
    let rules = TermRules {
        points: rules & 8 == 0,
        identify_points: rules & 16 == 0,
        question_words: rules & 32 == 0,
        phrases: rules & 64 == 0,
        ..TermRules::default()
    };
    let part = |at: usize| answers.get(at).copied().unwrap_or_default();
    let forms = vec![part(1).to_owned(), part(2).to_owned()];
    let entry = Entry { kind: MergeKind::Synonym, label: part(1).to_owned(), forms, language: None };
    let lexicon = Lexicon { entries: vec![entry] };
    let texts: Vec<Text<'_>> =
        answers.iter().chain(&answers).map(|text| Text { text, language, is_copy: false }).collect();
    let references = Quotations::new([part(2)], 3);
    let analysis = Analyser::new(resources, rules, &lexicon).analyse(&texts, part(0), &references, &|_| {});
    assert_eq!(analysis.texts.len(), texts.len());
    for (analysed, Text { text, .. }) in analysis.texts.iter().zip(&texts) {
        for point in &analysed.points {
            assert!(point.span.of(text).is_some_and(|passage| !passage.is_empty()));
            for token in point.tokens.iter().chain(&point.phrases) {
                assert!(token.span.of(text).is_some_and(|passage| !passage.is_empty()));
                assert!(point.span.start <= token.span.start && token.span.end <= point.span.end);
                assert!((token.term_idx as usize) < analysis.vocabulary.terms.len());
            }
        }
        for passage in analysed.quotations.iter().chain(&analysed.boilerplate) {
            assert!(passage.of(text).is_some());
        }
    }
});
