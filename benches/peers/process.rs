//! What this process has cost so far; Linux tells.

use std::error::Error;
use std::fs;
use std::time::Instant;

/// Seconds by the clock and of processor time.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// By the clock.
    pub(crate) wall: f64,
    /// Of all threads together.
    pub(crate) cpu: f64,
}

/// Does some work, and says what it cost.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Result<(T, Cost), Box<dyn Error>> {
    let (start, cpu_before) = (Instant::now(), cpu_seconds()?);
    let result = work();
    let cost = Cost { wall: start.elapsed().as_secs_f64(), cpu: cpu_seconds()? - cpu_before };
    Ok((result, cost))
}

/// The processor time of this process so far: that of each thread, in nanoseconds.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0_u64;
    for thread in fs::read_dir("/proc/self/task")? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += schedule.split_whitespace().next().ok_or("schedstat is empty")?.parse::<u64>()?;
    }
    Ok(nanoseconds as f64 / 1e9)
}

/// The highest resident memory of this process so far.
pub(crate) fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
