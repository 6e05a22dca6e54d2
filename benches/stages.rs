//! Times the stages on a generated consultation of which it is known what they must find.
//!
//! Each result is checked, off the clock, in every iteration: a stage that does wrong work fails instead of being timed.

#[path = "random.rs"]
mod random;

use canvass_analysis::duplicates::{Shared, word_hash};
use canvass_analysis::{
    Csr, DuplicateSettings, Group, Texts, TfidfSettings, ThemeInput, ThemeSettings, Themes, find_duplicates, fit_themes,
};
use canvass_text::{
    Analyser, Analysis, Identifier, Language, Lexicon, MIN_CONFIDENCE, Quotations, Resources, TermRules, Text,
    normalised_words,
};
use criterion::{Criterion, Throughput};
use random::Random;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Answers in the consultation, ...
const N_RESPONSES: usize = 5_000;
/// ... of this many sentences, each one point, ...
const SENTENCES: usize = 4;
/// ... of this many words.
const WORDS: usize = 10;
/// Standard texts among the answers, ...
const N_CAMPAIGNS: usize = 40;
/// ... each with this many copies that equal it, itself among them, ...
const EXACT_COPIES: usize = 8;
/// ... and this many in which one word in twenty is another.
const EDITED_COPIES: usize = 4;
/// The seed of the generator.
const SEED: u64 = 7;

/// What answers are about: the words of each subject stand together in a sentence, the first in every one. No two share a stem.
const SUBJECTS: [&str; 8] = [
    "train station railway timetable platform carriage conductor freight locomotive passenger",
    "forest tree timber woodland beech spruce logging sapling ranger beetle",
    "school teacher pupil classroom lesson curriculum homework kindergarten playground textbook",
    "hospital nurse doctor clinic patient ambulance pharmacy surgery vaccine midwife",
    "glacier avalanche snow blizzard icefall meltwater crevasse permafrost moraine thaw",
    "museum painting sculpture gallery exhibition curator orchestra theatre heritage archive",
    "farmer cattle pasture cheese dairy tractor harvest orchard barley shepherd",
    "broadband fibre antenna router bandwidth software password server laptop cable",
];

/// Words that belong to no subject and stand beside all.
const GENERAL: &str = "region valley people village council budget report project support member office season \
                       winter summer decision partner future example question answer";

/// Words that carry no theme.
const FUNCTION: &str = "the and to of in our with for should that is from this we";

/// A generated consultation.
struct Consultation {
    texts: Vec<String>,
    /// For each response its campaign, or a number of its own.
    groups: Vec<u32>,
    /// Words of the texts that are no function words.
    n_tokens: usize,
}

impl Random {
    fn word<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

impl Consultation {
    /// Campaigns first, then answers of their own.
    fn generate() -> Self {
        let mut random = Random(SEED);
        let (mut answers, mut groups): (Vec<Vec<&str>>, Vec<u32>) = (Vec::new(), Vec::new());
        for campaign in 0..N_CAMPAIGNS {
            let standard = Self::answer(&mut random);
            for copy in 0..EXACT_COPIES + EDITED_COPIES {
                let mut words = standard.clone();
                if copy >= EXACT_COPIES {
                    for half in words.chunks_mut(SENTENCES * WORDS / 2) {
                        let at = random.below(half.len());
                        half[at] = random.word(&split(GENERAL));
                    }
                }
                answers.push(words);
                groups.push(campaign as u32);
            }
        }
        for own in answers.len()..N_RESPONSES {
            answers.push(Self::answer(&mut random));
            groups.push(own as u32);
        }
        let function: BTreeSet<&str> = split(FUNCTION).into_iter().collect();
        let n_tokens = answers.iter().flatten().filter(|word| !function.contains(*word)).count();
        Self { texts: answers.iter().map(|words| text(words)).collect(), groups, n_tokens }
    }

    /// The words of an answer about one or two subjects: in each sentence four words of one of them, among others.
    fn answer(random: &mut Random) -> Vec<&'static str> {
        let subjects = [random.below(SUBJECTS.len()), random.below(SUBJECTS.len())];
        let mut words = Vec::with_capacity(SENTENCES * WORDS);
        for sentence in 0..SENTENCES {
            let subject = split(SUBJECTS[subjects[sentence % 2]]);
            for place in 0..WORDS {
                words.push(match place {
                    1 => subject[0],
                    4 | 6 | 9 => random.word(&subject[1..]),
                    2 | 7 => random.word(&split(GENERAL)),
                    _ => random.word(&split(FUNCTION)),
                });
            }
        }
        words
    }
}

fn split(words: &'static str) -> Vec<&'static str> {
    words.split_whitespace().collect()
}

/// The sentences of an answer.
fn text(words: &[&str]) -> String {
    let sentences = words.chunks(WORDS).map(|words| {
        let sentence = words.join(" ");
        format!("{}{}.", sentence[..1].to_uppercase(), &sentence[1..])
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// Times `work` on `n` items and checks what comes of it.
fn bench<T>(criterion: &mut Criterion, name: &str, n: usize, work: impl Fn() -> T, check: impl Fn(&T)) {
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).throughput(Throughput::Elements(n as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations {
                let start = Instant::now();
                let result = black_box(work());
                time += start.elapsed();
                check(&result);
            }
            time
        });
    });
    group.finish();
}

fn points_and_terms(criterion: &mut Criterion, consultation: &Consultation, analyser: &Analyser<'_>) -> Analysis {
    let text = |text| Text { text, language: Language::English, is_copy: false };
    let texts: Vec<Text<'_>> = consultation.texts.iter().map(|answer| text(answer.as_str())).collect();
    let analyse = || analyser.analyse(&texts, "", &Quotations::default(), &|_| {});
    bench(criterion, "points_and_terms", N_RESPONSES, analyse, |analysis| {
        let points = || analysis.texts.iter().flat_map(|text| text.points);
        assert_eq!(points().count(), N_RESPONSES * SENTENCES, "every sentence is a point");
        assert_eq!(points().map(|point| point.tokens.len()).sum::<usize>(), consultation.n_tokens);
    });
    analyse()
}

fn tfidf(criterion: &mut Criterion, counts: &Csr) {
    let weigh = || TfidfSettings::default().fit(counts).transform(counts);
    bench(criterion, "tfidf", counts.n_rows(), weigh, |weighted| {
        assert_eq!((weighted.n_rows(), weighted.n_entries()), (counts.n_rows(), counts.n_entries()));
        for row in 0..weighted.n_rows() {
            let norm = weighted.row(row).map(|(_, weight)| f64::from(weight) * f64::from(weight)).sum::<f64>().sqrt();
            assert!((norm - 1.0).abs() < 1e-6, "row {row} has norm {norm}");
        }
    });
}

fn stem_themes(criterion: &mut Criterion, input: &ThemeInput<'_>, subject_of: &[Option<usize>]) {
    let fit = || fit_themes(input, &ThemeSettings::default(), SEED).expect("the default settings are in bounds");
    bench(criterion, "stem_themes", input.counts.n_rows(), fit, |themes: &Themes| {
        let mut found = BTreeSet::new();
        for theme in &themes.themes {
            let subjects: BTreeSet<_> = theme.terms.iter().map(|term| subject_of[term.term_idx as usize]).collect();
            assert_eq!(subjects.len(), 1, "a theme is about one subject");
            found.extend(subjects);
        }
        // Words that stand beside all subjects may come last.
        found.remove(&None);
        assert_eq!(found, (0..SUBJECTS.len()).map(Some).collect(), "all planted subjects are themes");
    });
}

/// Sentences of our own, in the six languages and others: none may be taken for another language.
fn language_identification(criterion: &mut Criterion, resources: &Resources) {
    let sentences: Vec<(Language, &str)> = include_str!("../crates/text/testdata/languages.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(code, sentence)| Some((Language::from_code(code)?, sentence)))
        .collect();
    let identifier = Identifier::new(resources);
    let identify = || sentences.iter().map(|(_, sentence)| identifier.identify(sentence)).collect::<Vec<_>>();
    bench(criterion, "language_identification", sentences.len(), identify, |found| {
        for ((language, sentence), found) in sentences.iter().zip(found) {
            let sure = found.filter(|found| found.confidence >= MIN_CONFIDENCE && found.language.has_resources());
            assert!(sure.is_none_or(|found| found.language == *language), "{sentence}");
        }
    });
}

fn near_duplicates(criterion: &mut Criterion, consultation: &Consultation) {
    let settings = DuplicateSettings::default();
    let words: Vec<Vec<String>> = consultation.texts.iter().map(|text| normalised_words(text).collect()).collect();
    let find = || {
        let mut texts = Texts::new(&settings);
        for words in &words {
            let words: Vec<u64> = words.iter().map(|word| word_hash(word)).collect();
            texts.push(&words, &Shared::default());
        }
        find_duplicates(&texts, &settings).expect("the default settings are in bounds").groups
    };
    bench(criterion, "near_duplicates", N_RESPONSES, find, |groups: &Vec<Group>| {
        assert_eq!(groups.len(), N_CAMPAIGNS);
        for (campaign, group) in groups.iter().enumerate() {
            let first = (campaign * (EXACT_COPIES + EDITED_COPIES)) as u32;
            let members = group.members.iter().map(|member| member.document_idx);
            assert!(members.eq(first..first + (EXACT_COPIES + EDITED_COPIES) as u32), "all copies, and no other");
        }
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let consultation = Consultation::generate();
    let resources = Resources::load().expect("the built-in resources load");
    let lexicon = Lexicon::default();
    // Phrases of words that the generator draws would be chance.
    let rules = TermRules { phrases: false, boilerplate_share: 1.0, ..TermRules::default() };
    let analyser = Analyser::new(&resources, rules, &lexicon);

    language_identification(&mut criterion, &resources);
    let analysis = points_and_terms(&mut criterion, &consultation, &analyser);
    let (mut rows, mut responses) = (Vec::new(), Vec::new());
    for (response, text) in analysis.texts.iter().enumerate() {
        for point in &text.points {
            rows.push(point.tokens.iter().map(canvass_text::Token::term_idx).collect::<Vec<u32>>());
            responses.push(response as u32);
        }
    }
    let n_terms = analysis.vocabulary.terms.len();
    let counts = Csr::from_terms(&rows, n_terms);
    tfidf(&mut criterion, &counts);

    let mut subject_of = vec![None; n_terms];
    for (subject, words) in SUBJECTS.iter().enumerate() {
        let text = Text { text: words, language: Language::English, is_copy: false };
        let planted = analyser.analyse(&[text], "", &Quotations::default(), &|_| {}).vocabulary.terms;
        for term in planted {
            let found = analysis.vocabulary.find(Language::English, &term.stem);
            subject_of[found.expect("every planted word occurs") as usize] = Some(subject);
        }
    }
    let (naming, is_word) = (vec![1.0; n_terms], vec![true; n_terms]);
    let input = ThemeInput {
        counts: &counts,
        responses: &responses,
        groups: &consultation.groups,
        duplicates: &consultation.groups,
        naming: &naming,
        is_word: &is_word,
    };
    stem_themes(&mut criterion, &input, &subject_of);

    near_duplicates(&mut criterion, &consultation);
    criterion.final_summary();
}
