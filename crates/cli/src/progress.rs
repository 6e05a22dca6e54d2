//! Progress of a run: bars on a terminal, plain lines or JSON lines elsewhere.

use crate::console::Console;
use canvass::{Observer, Stage};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shows what a run is doing.
#[derive(Debug)]
pub(crate) struct Progress {
    console: Console,
    /// Whether a line is left behind for each stage that is done.
    has_lines: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, has_lines: true, bar: Mutex::new(None) }
    }

    /// Progress for people who watch: elsewhere notes and JSON lines only.
    pub(crate) fn on_terminals(console: Console) -> Self {
        Self { has_lines: console.has_bars(), ..Self::new(console) }
    }

    fn with_bar(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Observer for Progress {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        self.console.event(&json!({"event": "begin", "stage": stage.name(), "total": total}));
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

    fn note(&self, stage: Stage, message: &str) {
        self.console.event(&json!({"event": "note", "stage": stage.name(), "message": message}));
        self.with_bar(|bar| match bar {
            Some(bar) => bar.suspend(|| self.console.say(&format!("{:>10}  {message}", ""))),
            None => self.console.say(&format!("{:>10}  {message}", "")),
        });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
