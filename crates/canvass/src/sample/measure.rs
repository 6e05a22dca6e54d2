//! How far coders agree with each other and with the machine.

use super::coded::CodedFile;
use super::draw::codes_of;
use crate::codeframe::{Action, CodeFrame, Desk, FrameState, Reader};
use crate::error::Error;
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_analysis::agreement::coders::{CodedItem, Interval, Pairing, alpha, bootstrap, masi};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The resamples by which intervals are found.
pub const N_RESAMPLES: u32 = 2000;

/// What the machine is called among coders.
pub const MACHINE: &str = "machine";

/// A figure, and from where to where it goes in 95 of 100 resamples; none where it is undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: Option<f64>,
    /// The 2.5th percentile.
    pub low: Option<f64>,
    /// The 97.5th.
    pub high: Option<f64>,
}

impl Figure {
    pub(super) fn new(value: Option<f64>, interval: Option<Interval>) -> Self {
        let interval = interval.filter(|_| value.is_some());
        Self { value, low: interval.map(|of| of.low), high: interval.map(|of| of.high) }
    }
}

/// Two coders of a question, or a coder and the machine, compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The question.
    pub question: String,
    /// The one.
    pub a: String,
    /// The other: against whom precision and recall are counted.
    pub b: String,
    /// The responses that both coded.
    pub n_responses: usize,
    /// All codes together.
    pub all: Overall,
    /// Each code, in the order of the frame.
    pub codes: Vec<CodeAgreement>,
}

/// How far two agree on all codes together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overall {
    /// F1 over all pairs of a response and a code.
    pub f1: Figure,
    /// The mean of the codes' F1, of codes that either used.
    pub mean_f1: Figure,
    /// Krippendorff's alpha of the sets of codes, by MASI distance.
    pub alpha: Figure,
    /// The share of the responses of which both say the same, each code included.
    pub same: Figure,
}

/// How far two agree on a code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodeAgreement {
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The responses that the one puts in, ...
    pub n_a: usize,
    /// ... the other, ...
    pub n_b: usize,
    /// ... and both.
    pub n_both: usize,
    /// Of what `a` puts in, the share that `b` does too.
    pub precision: Option<f64>,
    /// Of what `b` puts in, the share that `a` does too.
    pub recall: Option<f64>,
    /// The harmonic mean of both.
    pub f1: Figure,
    /// Cohen's kappa.
    pub kappa: Figure,
    /// Krippendorff's alpha, nominal.
    pub alpha: Figure,
}

/// A response on which coders, or a coder and the machine, differ.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Disagreement {
    /// The question.
    pub question: String,
    /// The response.
    pub response_id: String,
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Who puts it in ...
    pub yes: Vec<String>,
    /// ... and who does not.
    pub no: Vec<String>,
    /// What the coders remarked.
    pub remarks: String,
    /// The answer.
    pub text: String,
}

/// The frame without what people or a classifier said of single responses: how the words code.
pub fn words_alone(frame: &CodeFrame) -> CodeFrame {
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    let mut kept = frame.clone();
    kept.decisions.retain(|decision| {
        let goes = match &decision.action {
            Action::Undo { decision } => left_out.contains(decision),
            action => action.is_coding(),
        };
        if goes {
            left_out.insert(decision.id.clone());
        }
        !goes
    });
    kept
}

/// For each code of a question the responses that its words put in.
pub(super) fn by_words(
    question: &CodedQuestion,
    state: &FrameState,
    reader: &Reader,
) -> BTreeMap<String, BTreeSet<u32>> {
    let mut desk = Desk::new(question);
    desk.learn(state, &reader.analyser());
    let response = |point: u32| desk.table().points[point as usize].response;
    let coded = desk.code(state).into_iter().map(|coded| {
        let responses = coded.members.iter().map(|(point, _)| response(*point)).collect();
        (state.themes[coded.theme].id.clone(), responses)
    });
    coded.collect()
}

/// What someone says of some responses: their codes by id.
type Said<'c> = BTreeMap<&'c str, BTreeSet<&'c str>>;

/// Compares one or two coders with the machine, and two with each other, question by question.
///
/// What a response stands for is its weight, so that figures are of all responses, not of the sample; intervals are percentiles of
/// [`N_RESAMPLES`] samples drawn again, stratum by stratum. The machine is what the words of the frame say: whatever people coded, or a
/// classifier learnt from that, would agree with them by itself.
///
/// # Errors
/// [`Error::CodeFrame`], [`Error::Resource`].
pub fn measure(
    run: &CodedRun,
    frame: &CodeFrame,
    files: &[CodedFile],
    seed: u64,
) -> Result<(Vec<Comparison>, Vec<Disagreement>), Error> {
    let reader = Reader::new(&run.config)?;
    let state = words_alone(frame).replay()?;
    let (mut comparisons, mut disagreements) = (Vec::new(), Vec::new());
    for question in &run.questions {
        if !files.iter().any(|file| file.questions.contains_key(&question.id)) {
            continue;
        }
        let words = by_words(question, &state, &reader);
        let codes = codes_of(&state, &question.id);
        let names: Vec<(&str, &str)> = codes.iter().map(|code| (code.id.as_str(), code.name.as_str())).collect();
        let mut machine: Said<'_> =
            question.responses.iter().map(|of| (of.response_id.as_str(), BTreeSet::new())).collect();
        for (code, _) in &names {
            for response in words.get(*code).into_iter().flatten() {
                machine.entry(&question.responses[*response as usize].response_id).or_default().insert(code);
            }
        }
        let said: Vec<Said<'_>> = files.iter().map(|file| said_in(file, &question.id)).collect();
        let mut compare = |a: (&str, &Said<'_>), b: (&str, &Said<'_>), file: &CodedFile| {
            let index = comparisons.len() as u64;
            let seed = seed.wrapping_add(index << 32);
            comparisons.push(compare(&question.id, a, b, (&names, file), seed));
        };
        for (file, said) in files.iter().zip(&said) {
            compare((MACHINE, &machine), (&file.coder, said), file);
        }
        if let ([one, other], [said_one, said_other]) = (files, said.as_slice()) {
            compare((&one.coder, said_one), (&other.coder, said_other), one);
        }
        disagreements.extend(differences(question, &names, &machine, files, &said));
    }
    Ok((comparisons, disagreements))
}

fn said_in<'c>(file: &'c CodedFile, question: &str) -> Said<'c> {
    let coded = file.coded(question).into_iter();
    coded.map(|(id, (_, codes))| (id, codes.iter().map(String::as_str).collect())).collect()
}

fn compare(
    question: &str,
    (a, said_a): (&str, &Said<'_>),
    (b, said_b): (&str, &Said<'_>),
    (names, file): (&[(&str, &str)], &CodedFile),
    seed: u64,
) -> Comparison {
    let rows = &file.questions[question];
    let items: Vec<(&str, f64, u32)> = (rows.iter())
        .filter(|(id, _)| said_a.contains_key(id.as_str()) && said_b.contains_key(id.as_str()))
        .map(|(id, row)| (id.as_str(), row.weight, row.stratum))
        .collect();
    let strata: Vec<u32> = items.iter().map(|(.., stratum)| *stratum).collect();
    // For each code and item what the two say of it.
    let says =
        |said: &Said<'_>, code: &str| items.iter().map(|(id, ..)| said[id].contains(code)).collect::<Vec<bool>>();
    let said: Vec<(Vec<bool>, Vec<bool>)> =
        names.iter().map(|(code, _)| (says(said_a, code), says(said_b, code))).collect();
    let sets = Sets::new(&items, said_a, said_b, names);
    let figures = |drawn: &[u32]| -> Vec<Option<f64>> {
        let mut all = Pairing::default();
        let (mut of_codes, mut f1s) = (Vec::with_capacity(names.len() * 3), Vec::new());
        for (a, b) in &said {
            let mut pairing = Pairing::default();
            for item in drawn {
                let at = *item as usize;
                pairing.add(a[at], b[at], items[at].1);
                all.add(a[at], b[at], items[at].1);
            }
            f1s.extend(pairing.f1());
            of_codes.extend([pairing.f1(), pairing.kappa(), pairing.alpha(drawn.len())]);
        }
        let mean = (!f1s.is_empty()).then(|| f1s.iter().sum::<f64>() / f1s.len() as f64);
        let mut figures = vec![all.f1(), mean, sets.alpha(drawn), sets.same(drawn)];
        figures.extend(of_codes);
        figures
    };
    let everything: Vec<u32> = (0..items.len() as u32).collect();
    let values = figures(&everything);
    let intervals = bootstrap(&strata, N_RESAMPLES, seed, &figures);
    let figure = |at: usize| Figure::new(values[at], intervals.get(at).copied().flatten());
    let codes = names.iter().zip(&said).enumerate().map(|(at, ((code, name), (a, b)))| {
        let mut pairing = Pairing::default();
        items.iter().enumerate().for_each(|(item, of)| pairing.add(a[item], b[item], of.1));
        let count = |says: &dyn Fn(usize) -> bool| (0..items.len()).filter(|item| says(*item)).count();
        CodeAgreement {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            n_a: count(&|item| a[item]),
            n_b: count(&|item| b[item]),
            n_both: count(&|item| a[item] && b[item]),
            precision: pairing.precision(),
            recall: pairing.recall(),
            f1: figure(4 + 3 * at),
            kappa: figure(5 + 3 * at),
            alpha: figure(6 + 3 * at),
        }
    });
    Comparison {
        question: question.to_owned(),
        a: a.to_owned(),
        b: b.to_owned(),
        n_responses: items.len(),
        codes: codes.collect(),
        all: Overall { f1: figure(0), mean_f1: figure(1), alpha: figure(2), same: figure(3) },
    }
}

/// The sets of codes of items, numbered, and how different they are.
struct Sets {
    items: Vec<CodedItem>,
    n: usize,
    distances: Vec<f64>,
}

impl Sets {
    fn new(items: &[(&str, f64, u32)], said_a: &Said<'_>, said_b: &Said<'_>, names: &[(&str, &str)]) -> Self {
        let numbers: BTreeMap<&str, u32> = names.iter().zip(0..).map(|((code, _), number)| (*code, number)).collect();
        let set = |codes: &BTreeSet<&str>| {
            codes.iter().filter_map(|code| numbers.get(code).copied()).collect::<BTreeSet<u32>>()
        };
        let mut distinct: Vec<BTreeSet<u32>> = Vec::new();
        let mut number = |codes: &BTreeSet<&str>| {
            let set = set(codes);
            let known = distinct.iter().position(|known| *known == set);
            known.unwrap_or_else(|| {
                distinct.push(set);
                distinct.len() - 1
            }) as u32
        };
        let coded: Vec<CodedItem> = items
            .iter()
            .map(|(id, weight, _)| CodedItem {
                values: vec![number(&said_a[id]), number(&said_b[id])],
                weight: *weight,
            })
            .collect();
        let distances = distinct.iter().flat_map(|a| distinct.iter().map(|b| masi(a, b))).collect();
        Self { items: coded, n: distinct.len(), distances }
    }

    fn alpha(&self, drawn: &[u32]) -> Option<f64> {
        let distance = |a: u32, b: u32| self.distances[a as usize * self.n + b as usize];
        alpha(drawn.iter().map(|item| &self.items[*item as usize]), &distance)
    }

    fn same(&self, drawn: &[u32]) -> Option<f64> {
        let (mut same, mut all) = (0.0, 0.0);
        for item in drawn.iter().map(|item| &self.items[*item as usize]) {
            all += item.weight;
            same += if item.values[0] == item.values[1] { item.weight } else { 0.0 };
        }
        (all > 0.0).then(|| same / all)
    }
}

/// The responses and codes on which those who coded a response, and the machine, are not of one mind; where coders differ first.
fn differences(
    question: &CodedQuestion,
    names: &[(&str, &str)],
    machine: &Said<'_>,
    files: &[CodedFile],
    said: &[Said<'_>],
) -> Vec<Disagreement> {
    let mut found: Vec<(bool, Disagreement)> = Vec::new();
    for response in &question.responses {
        let id = response.response_id.as_str();
        let coders: Vec<(&str, &BTreeSet<&str>)> =
            (files.iter().zip(said)).filter_map(|(file, said)| Some((file.coder.as_str(), said.get(id)?))).collect();
        if coders.is_empty() {
            continue;
        }
        let all = || coders.iter().copied().chain(machine.get(id).map(|codes| (MACHINE, codes)));
        for (code, name) in names {
            let says = |is_in: bool| -> Vec<String> {
                let of = all().filter(|(_, codes)| codes.contains(code) == is_in);
                of.map(|(who, _)| who.to_owned()).collect()
            };
            let (yes, no) = (says(true), says(false));
            if yes.is_empty() || no.is_empty() {
                continue;
            }
            let n_yes = coders.iter().filter(|(_, codes)| codes.contains(code)).count();
            let remarks = files.iter().filter_map(|file| {
                let remark = &file.questions.get(&question.id)?.get(id)?.remark;
                (!remark.is_empty()).then(|| format!("{}: {remark}", file.coder))
            });
            let disagreement = Disagreement {
                question: question.id.clone(),
                response_id: id.to_owned(),
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                yes,
                no,
                remarks: remarks.collect::<Vec<_>>().join("; "),
                text: response.analysed.clone(),
            };
            found.push((n_yes == 0 || n_yes == coders.len(), disagreement));
        }
    }
    // The sort is stable.
    found.sort_by_key(|(is_with_machine, _)| *is_with_machine);
    found.into_iter().map(|(_, disagreement)| disagreement).collect()
}
