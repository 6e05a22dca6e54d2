//! Our stemmers against the vocabularies the Snowball project publishes. What differs is recorded, word by word, in
//! `stemmer_differences.tsv`; nothing else may differ.
//!
//! `scripts/check-stemmers` fetches the vocabularies, some 500 MB of text, and runs these tests with them.

#![expect(
    clippy::disallowed_methods,
    reason = "the crate reads no files and no environment; this test compares it with files from outside the repository"
)]

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Lines that begin with `#`, the column names, then a difference a line, sorted.
const RECORDED: &str = include_str!("../stemmer_differences.tsv");

const COLUMNS: &str = "edition\tlanguage\tword\tpublished\tours\twhy";

/// The languages by their Snowball names.
const LANGUAGES: [(&str, Algorithm); 5] = [
    ("arabic", Algorithm::Arabic),
    ("english", Algorithm::English),
    ("french", Algorithm::French),
    ("russian", Algorithm::Russian),
    ("spanish", Algorithm::Spanish),
];

/// The editions of the vocabularies, by version of Debian's package `snowball-data`, and their entries in each language.
const EDITIONS: [(&str, [usize; 5]); 2] = [
    ("0+20210120-1", [9_196_214, 29_417, 20_805, 49_785, 28_390]),
    ("0+20260605-1", [9_196_214, 42_649, 21_653, 49_785, 28_378]),
];

/// A word that our stemmer stems otherwise than the vocabulary says.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Difference {
    edition: String,
    language: String,
    word: String,
    /// The stem that the vocabulary gives.
    published: String,
    /// The stem that our stemmer gives.
    ours: String,
}

/// The recorded differences in the order of the file, and of each the change of Snowball that made it.
fn recorded() -> Vec<(Difference, &'static str)> {
    let mut lines = RECORDED.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some(COLUMNS));
    let difference = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [edition, language, word, published, ours, why] = columns[..] else {
            panic!("a difference has six columns: {line}");
        };
        let [edition, language, word, published, ours] =
            [edition, language, word, published, ours].map(ToOwned::to_owned);
        (Difference { edition, language, word, published, ours }, why)
    };
    lines.map(difference).collect()
}

/// The differences in one language of one edition. Holds the language's words and stems, at most some 200 MB.
fn compare(
    folder: &Path,
    edition: &str,
    language: &str,
    algorithm: Algorithm,
    n_entries: usize,
) -> BTreeSet<Difference> {
    let read = |name: &str| {
        let path = folder.join(edition).join(language).join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let (words, stems) = (read("voc.txt"), read("output.txt"));
    assert_eq!(words.lines().count(), n_entries, "words of {language} in {edition}");
    assert_eq!(stems.lines().count(), n_entries, "stems of {language} in {edition}");

    let stemmer = Stemmer::create(algorithm);
    let mut differences = BTreeSet::new();
    for (word, published) in words.lines().zip(stems.lines()) {
        let ours = stemmer.stem(word);
        if ours != published {
            let [edition, language, word, published] = [edition, language, word, published].map(ToOwned::to_owned);
            differences.insert(Difference { edition, language, word, published, ours: ours.into_owned() });
        }
    }
    differences
}

/// One line for the language, and one for each reason of its differences with the first three.
fn summary(
    language: &str,
    n_entries: usize,
    found: &BTreeSet<Difference>,
    recorded: &BTreeMap<Difference, &str>,
) -> String {
    let mut text =
        format!("  {language:8} {n_entries:8} entries {:8} agree {:4} differ\n", n_entries - found.len(), found.len());
    let mut reasons: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in found {
        reasons.entry(recorded.get(difference).unwrap_or(&"not recorded")).or_default().push(difference);
    }
    for (reason, differences) in reasons {
        let first: Vec<String> = differences
            .iter()
            .take(3)
            .map(|difference| format!("{} -> {}, ours {}", difference.word, difference.published, difference.ours))
            .collect();
        writeln!(text, "    {:4}  {reason}: {}", differences.len(), first.join("; ")).expect("a string takes all");
    }
    text
}

/// Writes the differences as the file records them, for a look and a copy; one that is new has no reason yet.
fn write(differences: &BTreeSet<Difference>, recorded: &BTreeMap<Difference, &str>) -> String {
    let path = format!("{}/stemmer_differences.tsv", env!("CARGO_TARGET_TMPDIR"));
    let comments = RECORDED.lines().take_while(|line| line.starts_with('#'));
    let mut text: String = comments.chain([COLUMNS]).flat_map(|line| [line, "\n"]).collect();
    for difference in differences {
        let Difference { edition, language, word, published, ours } = difference;
        let why = recorded.get(difference).unwrap_or(&"");
        writeln!(text, "{edition}\t{language}\t{word}\t{published}\t{ours}\t{why}").expect("a string takes all");
    }
    fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    path
}

#[test]
fn every_stem_is_the_published_one_or_a_recorded_difference() {
    let Some(folder) = env::var_os("CANVASS_SNOWBALL_DATA") else {
        println!(
            "skipped: CANVASS_SNOWBALL_DATA names no folder of published vocabularies; scripts/check-stemmers does"
        );
        return;
    };
    let folder = Path::new(&folder);
    let recorded: BTreeMap<Difference, &str> = recorded().into_iter().collect();
    let mut all = BTreeSet::new();
    let mut n_editions = 0;
    for (edition, n_entries) in EDITIONS {
        if !folder.join(edition).is_dir() {
            println!("snowball-data {edition}: not in {}, not compared", folder.display());
            all.extend(recorded.keys().filter(|difference| difference.edition == edition).cloned());
            continue;
        }
        n_editions += 1;
        println!("snowball-data {edition}");
        for ((language, algorithm), n_entries) in LANGUAGES.into_iter().zip(n_entries) {
            let found = compare(folder, edition, language, algorithm, n_entries);
            print!("{}", summary(language, n_entries, &found, &recorded));
            all.extend(found);
        }
    }
    assert!(n_editions > 0, "no edition in {}", folder.display());

    let new: Vec<&Difference> = all.iter().filter(|difference| !recorded.contains_key(difference)).collect();
    let gone: Vec<&Difference> = recorded.keys().filter(|difference| !all.contains(difference)).collect();
    if !new.is_empty() || !gone.is_empty() {
        let path = write(&all, &recorded);
        panic!(
            "{} differences are not recorded, the first {:#?}\n{} recorded ones are none, the first {:#?}\n\
             what was found is in {path}",
            new.len(),
            new.iter().take(3).collect::<Vec<_>>(),
            gone.len(),
            gone.iter().take(3).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn the_recorded_differences_are_sorted_and_are_what_our_stemmers_give() {
    let stemmers: BTreeMap<&str, Stemmer> =
        LANGUAGES.into_iter().map(|(language, algorithm)| (language, Stemmer::create(algorithm))).collect();
    let recorded = recorded();
    assert!(recorded.is_sorted_by(|(one, _), (next, _)| one < next), "sorted, each difference once");
    for (difference, why) in &recorded {
        assert_eq!(stemmers[difference.language.as_str()].stem(&difference.word), difference.ours, "{difference:?}");
        assert_ne!(difference.published, difference.ours, "{difference:?}");
        assert!(!why.is_empty(), "{difference:?} has no reason");
        assert!(EDITIONS.iter().any(|(edition, _)| *edition == difference.edition), "{difference:?} is of no edition");
    }
}
