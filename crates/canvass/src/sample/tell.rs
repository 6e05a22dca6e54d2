//! What came of a coded sample, in words and as files.

use super::classifier::{CodeProposal, Taken};
use super::coded::CodedFile;
use super::measure::{Comparison, Disagreement, Figure, MACHINE, N_RESAMPLES};
use super::{Sample, Stratum};
use crate::error::Error;
use crate::report::{OutputFile, Table};
use crate::run_folder::CodedRun;
use serde::Serialize;
use std::fmt::Write as _;

/// All that came of a coded sample.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The format: `canvass-agreement-1`.
    pub schema: &'static str,
    /// Which sample it is.
    pub sample: String,
    /// Who coded how much: coder, responses drawn, responses coded.
    pub coders: Vec<(String, usize, usize)>,
    /// The resamples that intervals are made from.
    pub n_resamples: u32,
    /// The seed of these, and of what was learnt.
    pub seed: u64,
    /// Who agrees how far with whom.
    pub comparisons: Vec<Comparison>,
    /// On what they differ.
    pub disagreements: Vec<Disagreement>,
    /// What was learnt; nothing if that was not asked for.
    pub proposals: Vec<CodeProposal>,
}

impl Outcome {
    /// Of these files.
    pub fn new(
        files: &[CodedFile],
        seed: u64,
        (comparisons, disagreements): (Vec<Comparison>, Vec<Disagreement>),
        proposals: Vec<CodeProposal>,
    ) -> Self {
        let coders = files.iter().map(|file| {
            let (drawn, coded) = file.progress();
            (file.coder.clone(), drawn, coded)
        });
        Self {
            schema: "canvass-agreement-1",
            sample: files.first().map_or(String::new(), |file| file.identity.word()),
            coders: coders.collect(),
            n_resamples: N_RESAMPLES,
            seed,
            comparisons,
            disagreements,
            proposals,
        }
    }
}

/// A sample in a few lines.
pub fn tell_sample(sample: &Sample) -> String {
    let mut text = String::new();
    for question in &sample.questions {
        let (drawn, all, codes) = (question.responses.len(), question.n_responses, question.codes.len());
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{}: {drawn} of {all} responses (near-duplicates counted once), {codes} codes, {} strata",
            question.id,
            question.strata.len()
        );
        for Stratum { theme, label, n_responses, n_drawn } in &question.strata {
            let name = match (theme.is_empty(), theme.contains(' ')) {
                (true, _) => "in no theme".to_owned(),
                (_, true) => format!("{label}: {theme}"),
                _ => format!("{theme} {label}"),
            };
            let _ = writeln!(text, "    {n_drawn:5} of {n_responses:6}  {name}");
        }
        if let Some(by) = &sample.by {
            let told = question.by.iter().map(|(value, all, drawn)| {
                format!("{} {drawn} of {all}", if value.is_empty() { "did not say" } else { value })
            });
            let _ = writeln!(text, "    by {by:?}: {}", told.collect::<Vec<_>>().join(", "));
        }
    }
    text
}

/// A figure with its interval: "0.74 (0.61-0.85)".
fn told(figure: &Figure) -> String {
    match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => format!("{value:.2} ({low:.2}-{high:.2})"),
        (Some(value), ..) => format!("{value:.2}"),
        _ => "-".to_owned(),
    }
}

/// What came of a coded sample, for people.
pub fn tell(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (coder, drawn, coded) in &outcome.coders {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{coder}: {coded} of {drawn} responses coded");
    }
    for comparison in &outcome.comparisons {
        let Comparison { question, a, b, n_responses, all, codes } = comparison;
        let _ = writeln!(text, "\n{question}: {a} against {b}, {n_responses} responses");
        let _ = writeln!(
            text,
            "    all codes: F1 {}, mean of codes {}, alpha (MASI) {}, wholly alike {}",
            told(&all.f1),
            told(&all.mean_f1),
            told(&all.alpha),
            told(&all.same)
        );
        let _ =
            writeln!(text, "    {:>4} {:>4} {:>4}  {:17} {:18} {:18} code", "a", "b", "both", "F1", "kappa", "alpha");
        for code in codes.iter().filter(|code| code.n_a + code.n_b > 0) {
            let _ = writeln!(
                text,
                "    {:4} {:4} {:4}  {:17} {:18} {:18} {} {}",
                code.n_a,
                code.n_b,
                code.n_both,
                told(&code.f1),
                told(&code.kappa),
                told(&code.alpha),
                code.code,
                code.name
            );
        }
        let unused = codes.iter().filter(|code| code.n_a + code.n_b == 0).count();
        if unused > 0 {
            let _ = writeln!(text, "    neither used {unused} further codes");
        }
    }
    let mut question = "";
    for proposal in &outcome.proposals {
        if proposal.question != question {
            question = &proposal.question;
            let _ = writeln!(
                text,
                "\n{question}: learnt from {} coded responses; F1 on responses that were left out",
                proposal.n_coded
            );
            let _ = writeln!(
                text,
                "    {:>4}  {:17} {:17} {:>6} {:>6}  what codes the rest",
                "in", "classifier", "words", "more", "fewer"
            );
        }
        let changed = |is_in: bool| match proposal.taken {
            Taken::Classifier => {
                proposal.responses.iter().filter(|of| of.is_in == is_in && of.by_words != is_in).count()
            }
            _ => 0,
        };
        let _ = writeln!(
            text,
            "    {:4}  {:17} {:17} {:6} {:6}  {}: {} {}",
            proposal.n_in_code,
            proposal.classifier.as_ref().map_or("-".to_owned(), told),
            told(&proposal.words),
            changed(true),
            changed(false),
            proposal.taken.told(),
            proposal.code,
            proposal.name
        );
    }
    let people = |who: &[String]| who.iter().any(|who| who != MACHINE);
    let between = outcome.disagreements.iter().filter(|of| people(&of.yes) && people(&of.no)).count();
    let all = outcome.disagreements.len();
    let told = if outcome.coders.len() == 2 { format!("{between} between the coders, ") } else { String::new() };
    let _ = writeln!(text, "\ndifferences of a response and a code: {told}{} with the machine alone", all - between);
    text
}

/// `agreement.json`, `agreement.csv`, `disagreements.csv`, and `proposals.csv` where something was learnt.
///
/// # Errors
/// [`Error::Template`]; never for what there is.
pub fn files(run: &CodedRun, outcome: &Outcome) -> Result<Vec<OutputFile>, Error> {
    let mut json = serde_json::to_vec_pretty(outcome).map_err(|error| Error::Template(error.to_string()))?;
    json.push(b'\n');
    let file = |name: &'static str, bytes: Vec<u8>| OutputFile { name: name.into(), bytes };
    let mut files = vec![
        file("agreement.json", json),
        file("agreement.csv", agreement(outcome)),
        file("disagreements.csv", disagreements(outcome)),
    ];
    if !outcome.proposals.is_empty() {
        files.push(file("proposals.csv", proposals(run, outcome)));
    }
    Ok(files)
}

fn number(x: Option<f64>) -> String {
    x.map_or(String::new(), |x| format!("{x:.4}"))
}

fn of_figure(figure: &Figure) -> [String; 3] {
    [number(figure.value), number(figure.low), number(figure.high)]
}

fn agreement(outcome: &Outcome) -> Vec<u8> {
    let mut columns: Vec<String> =
        ["question", "a", "b", "code", "name", "n_responses", "n_a", "n_b", "n_both", "precision", "recall"]
            .map(str::to_owned)
            .into();
    for figure in ["f1", "kappa", "alpha"] {
        columns.extend(["", "_low", "_high"].map(|end| format!("{figure}{end}")));
    }
    let mut table = Table::of(&columns);
    for of in &outcome.comparisons {
        for code in &of.codes {
            let mut row = vec![of.question.clone(), of.a.clone(), of.b.clone(), code.code.clone(), code.name.clone()];
            row.extend([of.n_responses, code.n_a, code.n_b, code.n_both].map(|n| n.to_string()));
            row.extend([number(code.precision), number(code.recall)]);
            row.extend([&code.f1, &code.kappa, &code.alpha].into_iter().flat_map(of_figure));
            table.cells(&row);
        }
    }
    table.bytes()
}

fn disagreements(outcome: &Outcome) -> Vec<u8> {
    let columns = ["question", "response_id", "code", "name", "yes", "no", "remarks", "text"].map(str::to_owned);
    let mut table = Table::of(&columns);
    for of in &outcome.disagreements {
        let (yes, no) = (of.yes.join("; "), of.no.join("; "));
        table.cells(&[&of.question, &of.response_id, &of.code, &of.name, &yes, &no, &of.remarks, &of.text]);
    }
    table.bytes()
}

fn proposals(run: &CodedRun, outcome: &Outcome) -> Vec<u8> {
    let columns = [
        "question",
        "response_id",
        "code",
        "name",
        "proposed",
        "by_words",
        "score",
        "threshold",
        "f1",
        "f1_low",
        "f1_high",
        "n_coded",
        "n_in_code",
        "taken",
    ];
    let mut table = Table::of(&columns.map(str::to_owned));
    for of in &outcome.proposals {
        let Some(question) = run.question(&of.question) else { continue };
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        for proposal in of.responses.iter().filter(|proposal| proposal.is_in || proposal.by_words) {
            let id = &question.responses[proposal.response as usize].response_id;
            let mut row = vec![of.question.clone(), id.clone(), of.code.clone(), of.name.clone()];
            row.extend([
                yes(proposal.is_in),
                yes(proposal.by_words),
                number(Some(proposal.score)),
                number(of.threshold),
            ]);
            row.extend(of_figure(&of.classifier.unwrap_or_default()));
            row.extend([of.n_coded.to_string(), of.n_in_code.to_string(), of.taken.told().to_owned()]);
            table.cells(&row);
        }
    }
    table.bytes()
}
