//! Progress of a run: bars on a terminal, plain lines or JSON lines elsewhere.

use crate::console::Console;
use canvass::{Observer, Stage};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shows what a run is doing.
#[derive(Debug)]
pub(crate) struct Progress {
    console: Console,
    /// Whether a line is left behind for each stage that is done.
    has_lines: bool,
    bar: Mutex<Option<ProgressBar>>,
    stages: Mutex<Vec<StageTime>>,
}

/// What a stage took.
#[derive(Clone, Debug)]
pub(crate) struct StageTime {
    pub(crate) stage: Stage,
    began: Instant,
    /// None while it is under way.
    took: Option<Duration>,
    /// The checkpoints that were kept, and those that were taken from an earlier run.
    pub(crate) kept: u32,
    pub(crate) taken: u32,
}

impl StageTime {
    /// The seconds it took, or takes until now.
    pub(crate) fn seconds(&self) -> f64 {
        self.took.unwrap_or_else(|| self.began.elapsed()).as_secs_f64()
    }
}

impl Progress {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, has_lines: true, bar: Mutex::new(None), stages: Mutex::default() }
    }

    /// Progress for people who watch: elsewhere notes and JSON lines only.
    pub(crate) fn on_terminals(console: Console) -> Self {
        Self { has_lines: console.has_bars(), ..Self::new(console) }
    }

    /// What each stage took, in the order in which they began.
    pub(crate) fn stages(&self) -> Vec<StageTime> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes something about a stage that is under way.
    fn with_stage<T>(&self, stage: Stage, act: impl FnOnce(&mut StageTime) -> T) -> Option<T> {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.iter_mut().rev().find(|of| of.stage == stage).map(act)
    }

    fn with_bar(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Observer for Progress {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        self.console.event(&json!({"event": "begin", "stage": stage.name(), "total": total}));
        let began = StageTime { stage, began: Instant::now(), took: None, kept: 0, taken: 0 };
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push(began);
        if !self.console.has_bars() {
            return;
        }
        let unit = stage.unit();
        let bar = match total {
            Some(total) => ProgressBar::new(total).with_style(style(&format!(
                "{{msg:>10}} [{{bar:32}}] {{human_pos}}/{{human_len}} {unit}, {{eta}} left"
            ))),
            None => ProgressBar::new_spinner().with_style(style("{msg:>10} {spinner} {elapsed}")),
        };
        bar.set_message(stage.name());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.with_bar(|current| *current = Some(bar));
    }

    fn advance(&self, _stage: Stage, done: u64) {
        self.with_bar(|bar| {
            if let Some(bar) = bar {
                bar.inc(done);
            }
        });
    }

    fn end(&self, stage: Stage, total: u64) {
        self.with_stage(stage, |of| of.took = Some(of.began.elapsed()));
        self.with_bar(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
        self.console.event(&json!({"event": "end", "stage": stage.name(), "total": total, "unit": stage.unit()}));
        if !self.has_lines {
            return;
        }
        let unit = if total == 1 { stage.unit().trim_end_matches('s') } else { stage.unit() };
        self.console.say(&format!("{:>10}  {total} {unit}", stage.name()));
    }

    fn kept(&self, stage: Stage, checkpoint: &str, bytes: u64) {
        self.with_stage(stage, |of| of.kept += 1);
        self.console
            .event(&json!({"event": "checkpoint", "stage": stage.name(), "checkpoint": checkpoint, "bytes": bytes}));
    }

    fn taken(&self, stage: Stage, checkpoint: &str) {
        let n_before = self.with_stage(stage, |of| {
            of.taken += 1;
            of.taken - 1
        });
        self.console.event(&json!({"event": "resumed", "stage": stage.name(), "checkpoint": checkpoint}));
        if n_before == Some(0) {
            self.say(&format!("{}: taken from an earlier run that was not finished", stage.name()));
        }
    }

    fn note(&self, stage: Stage, message: &str) {
        self.console.event(&json!({"event": "note", "stage": stage.name(), "message": message}));
        self.say(message);
    }
}

impl Progress {
    /// A line below those of the stages.
    fn say(&self, message: &str) {
        self.with_bar(|bar| match bar {
            Some(bar) => bar.suspend(|| self.console.say(&format!("{:>10}  {message}", ""))),
            None => self.console.say(&format!("{:>10}  {message}", "")),
        });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
