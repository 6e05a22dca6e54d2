//! What a scheduler needs of a run: a line at the end that says what came of it, and an exit code.

use crate::bench::process::peak_bytes;
use crate::console::Console;
use crate::progress::Progress;
use canvass::{Error, Run};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// The exit code of an error: 2 where the input or the usage is at fault, 3 where another run is being made for the same folder, else 1.
pub(crate) fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Locked { .. } => 3,
        error if error.is_usage() => 2,
        _ => 1,
    }
}

/// Says why something could not be done, and the way out.
pub(crate) fn tell_error(error: &Error, console: Console) -> u8 {
    console.error(&error.to_string(), &error.hint());
    exit_code(error)
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    began: Instant,
    /// The run folder, once it is known.
    pub(crate) out: Option<PathBuf>,
    counts: Option<Counts>,
}

#[derive(Clone, Copy, Debug)]
struct Counts {
    questions: usize,
    submissions: u64,
    respondents: u64,
    responses: usize,
}

impl Summary {
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), out: None, counts: None }
    }

    /// Notes what a run counts.
    pub(crate) fn count(&mut self, run: &Run) {
        self.counts = Some(Counts {
            questions: run.findings.questions.len(),
            submissions: run.findings.n_submissions,
            respondents: run.findings.profile.n_respondents,
            responses: run.intake.responses.len(),
        });
    }

    /// Tells what came of it, as the last that is said, and gives the exit code.
    pub(crate) fn tell(&self, made: &Result<(), Error>, progress: &Progress, console: Console) -> ExitCode {
        let (outcome, code) = match made {
            Ok(()) => ("done", 0),
            Err(Error::Unchanged { .. }) => ("unchanged", 0),
            Err(error) => ("failed", tell_error(error, console)),
        };
        if let Err(error @ Error::Unchanged { .. }) = made {
            console.say(&error.to_string());
        }
        console.last(code != 0, &self.line(outcome, code, progress), &self.event(outcome, code, progress));
        ExitCode::from(code)
    }

    fn line(&self, outcome: &str, code: u8, progress: &Progress) -> String {
        let mut line = format!("canvass: {outcome} exit={code}");
        let mut add = |name: &str, value: String| {
            // Writing to a string does not fail.
            let _ = write!(line, " {name}={value}");
        };
        if let Some(Counts { questions, submissions, respondents, responses }) = self.counts {
            add("questions", questions.to_string());
            add("submissions", submissions.to_string());
            add("respondents", respondents.to_string());
            add("responses", responses.to_string());
        }
        let n_taken: u32 = progress.stages().iter().map(|stage| stage.taken).sum();
        add("seconds", format!("{:.1}", self.began.elapsed().as_secs_f64()));
        add("resumed", if n_taken > 0 { "yes" } else { "no" }.to_owned());
        // The last, as it may hold spaces.
        if let Some(out) = &self.out {
            add("out", out.display().to_string());
        }
        line
    }

    fn event(&self, outcome: &str, code: u8, progress: &Progress) -> Value {
        let stages: Vec<Value> = progress
            .stages()
            .iter()
            .map(|stage| {
                json!({
                    "stage": stage.stage.name(),
                    "seconds": milliseconds(stage.seconds()),
                    "checkpoints_kept": stage.kept,
                    "checkpoints_taken": stage.taken,
                })
            })
            .collect();
        json!({
            "event": "summary",
            "outcome": outcome,
            "exit": code,
            "folder": self.out.as_ref().map(|out| out.display().to_string()),
            "questions": self.counts.map(|counts| counts.questions),
            "submissions": self.counts.map(|counts| counts.submissions),
            "respondents": self.counts.map(|counts| counts.respondents),
            "responses": self.counts.map(|counts| counts.responses),
            "seconds": milliseconds(self.began.elapsed().as_secs_f64()),
            "stages": stages,
            "peak_bytes": peak_bytes(),
            "version": env!("CARGO_PKG_VERSION"),
        })
    }
}

/// Seconds to the millisecond.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// What tells this program from others: the BLAKE3 of its file. Where that cannot be read, the version has to do.
pub(crate) fn program() -> String {
    let hash = || {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(std::env::current_exe()?)?)?;
        Ok::<_, std::io::Error>(hasher.finalize().to_hex().to_string())
    };
    hash().unwrap_or_else(|_| env!("CARGO_PKG_VERSION").to_owned())
}
