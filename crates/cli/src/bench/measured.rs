//! One run, or one clustering, in a process of its own: what it cost, as a line of JSON.

use super::process::{cpu_seconds, forget_peak, peak_bytes};
use canvass::progress::{Observer, Stage};
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What something cost.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Cost {
    /// Seconds by the clock.
    pub(super) wall: f64,
    /// Seconds of processor time, of all threads together; none where the system does not tell.
    pub(super) cpu: Option<f64>,
    /// The highest resident memory meanwhile, in bytes.
    pub(super) peak: Option<u64>,
}

/// What a process cost, as a whole and stage by stage.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Costs {
    /// In the order in which they ended.
    pub(super) stages: Vec<(String, Cost)>,
    /// All of it, what lies between stages among it.
    pub(super) all: Cost,
}

/// Takes down what each stage costs.
pub(super) struct Recorder {
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the stage that has begun.
    since: Option<(Instant, Option<f64>)>,
    /// The highest memory before the peak was last forgotten.
    peak: Option<u64>,
    stages: Vec<(String, Cost)>,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), state: Mutex::default() }
    }

    /// What all cost until now.
    pub(super) fn finish(self) -> Costs {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all =
            Cost { wall: self.began.elapsed().as_secs_f64(), cpu: cpu_seconds(), peak: state.peak.max(peak_bytes()) };
        Costs { stages: state.stages, all }
    }
}

impl Observer for Recorder {
    fn begin(&self, _stage: Stage, _total: Option<u64>) {
        let mut taken = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        taken.peak = taken.peak.max(peak_bytes());
        forget_peak();
        taken.since = Some((Instant::now(), cpu_seconds()));
    }

    fn end(&self, stage: Stage, _total: u64) {
        let mut taken = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((began, cpu)) = taken.since.take() else { return };
        let cost = Cost {
            wall: began.elapsed().as_secs_f64(),
            cpu: cpu_seconds().zip(cpu).map(|(now, then)| now - then),
            peak: peak_bytes(),
        };
        taken.stages.push((stage.name().to_owned(), cost));
    }
}

/// Starts this program anew with the arguments and reads the line that it prints; what it says of a failure.
pub(super) fn child<T: serde::de::DeserializeOwned>(arguments: &[String]) -> Result<T, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the program cannot be started anew: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().find(|line| line.starts_with("error")).unwrap_or_default().to_owned();
        return Err(format!("{} {said}", output.status).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("its figures cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_told_in_their_order_and_cost_no_more_than_all() {
        let recorder = Recorder::new();
        for stage in [Stage::Intake, Stage::Text] {
            recorder.begin(stage, None);
            std::thread::sleep(std::time::Duration::from_millis(5));
            recorder.end(stage, 1);
        }
        let costs = recorder.finish();
        let names: Vec<&str> = costs.stages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["intake", "text"]);
        let sum: f64 = costs.stages.iter().map(|(_, cost)| cost.wall).sum();
        assert!((0.01..=costs.all.wall).contains(&sum), "{costs:?}");
        let told = serde_json::to_string(&costs).unwrap();
        assert_eq!(serde_json::from_str::<Costs>(&told).unwrap(), costs);
    }
}
