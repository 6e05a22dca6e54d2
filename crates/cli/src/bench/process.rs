//! What this process costs, as Linux tells it in `/proc`; elsewhere nothing is told.

use std::fs;

/// The processor time of this process so far, in seconds: that of each thread there is, in nanoseconds.
pub(super) fn cpu_seconds() -> Option<f64> {
    let mut nanoseconds = 0_u64;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        // A thread may end while they are read.
        let Ok(schedule) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += schedule.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

/// The highest resident memory since the process began or [`forget_peak`] was called, in bytes.
pub(crate) fn peak_bytes() -> Option<u64> {
    field(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// Has the highest resident memory counted from now on. Where the system does not allow that, it is counted from the beginning.
pub(super) fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A field in kB of a file of `/proc`, in bytes.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The machine, in words.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Machine {
    /// The system and its version.
    pub(super) os: String,
    /// The architecture.
    pub(super) architecture: &'static str,
    /// The processor.
    pub(super) cpu: String,
    /// How many threads can run at once.
    pub(super) cores: usize,
    /// In GiB; 0 where it is not told.
    pub(super) memory_gib: f64,
}

impl Machine {
    pub(super) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let release = read("/proc/sys/kernel/osrelease");
        let cpus = read("/proc/cpuinfo");
        let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let memory = field(&read("/proc/meminfo"), "MemTotal:").unwrap_or_default();
        Self {
            os: format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned(),
            architecture: std::env::consts::ARCH,
            cpu: model.map_or_else(|| "unknown".to_owned(), |(_, model)| model.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (memory as f64 / f64::from(1 << 30) * 10.0).round() / 10.0,
        }
    }

    /// In a line.
    pub(super) fn told(&self) -> String {
        let Self { os, architecture, cpu, cores, memory_gib } = self;
        format!("{cpu}, {cores} cores, {memory_gib} GiB, {os}, {architecture}")
    }
}

/// The build: its version, and whether it is one to measure with.
pub(super) fn build() -> String {
    let profile = if cfg!(debug_assertions) { "debug build, not for figures" } else { "release build" };
    format!("canvass {} ({profile})", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_in_kb_is_read_in_bytes() {
        assert_eq!(field("VmPeak:\t  9 kB\nVmHWM:\t  1234 kB\n", "VmHWM:"), Some(1234 * 1024));
        assert_eq!(field("VmHWM:\t  12 MB\n", "VmHWM:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn work_takes_time_and_memory_is_counted_from_where_it_is_asked_for() {
        let before = cpu_seconds().unwrap();
        let sum: u64 = (0..30_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        assert!(cpu_seconds().unwrap() > before, "{sum}");
        let large = std::hint::black_box(vec![1_u8; 200 << 20]);
        let with = peak_bytes().unwrap();
        assert!(with > large.len() as u64);
    }
}
