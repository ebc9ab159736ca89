//! What `--profile-time` records: how busy each core was with the cell, every 10 ms.
//!
//! The counters are those of the cells' own recorder, opened here before the cell is started, so that it and all that it starts
//! inherit them. What this process does itself meanwhile is in them too: it waits.

use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use criterion::profiler::Profiler;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use serde_json::json;

use crate::recorder::PerCore;

/// Time between two looks at the counters.
const PERIOD: Duration = Duration::from_millis(10);

/// Writes a timeline (CSV) and a trace (Chrome's format, which Perfetto reads) for each benchmark.
#[derive(Default)]
pub(super) struct Utilisation {
    watch: Option<Watch>,
}

impl Profiler for Utilisation {
    fn start_profiling(&mut self, id: &str, _folder: &Path) {
        match Watch::begin() {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => eprintln!("{id}: no timeline, for perf is unavailable: {error}"),
        }
    }

    fn stop_profiling(&mut self, id: &str, folder: &Path) {
        let Some(watch) = self.watch.take() else { return };
        match save(&watch.end(), folder) {
            Ok(trace) => eprintln!("{id}: timeline and trace: {}", trace.display()),
            Err(error) => eprintln!("{id}: {error:#}"),
        }
    }
}

/// The counters at one moment.
#[derive(Debug, Clone)]
struct Moment {
    at: Duration,
    /// CPU time on each core since the beginning, nanoseconds.
    cores: Vec<u64>,
}

/// Looks at the counters again and again until it is told to end.
struct Watch {
    /// Dropped to end it.
    until: Sender<()>,
    looks: JoinHandle<Vec<Moment>>,
}

impl Watch {
    fn begin() -> io::Result<Self> {
        let (until, ended) = bounded::<()>(0);
        let (give, take) = bounded::<PerCore>(1);
        // Started before the counters are opened, so that it is not counted itself.
        let looks = std::thread::Builder::new().spawn(move || {
            let Ok(mut counters) = take.recv() else { return Vec::new() };
            let start = Instant::now();
            let mut moments = Vec::new();
            loop {
                if let Ok(cores) = counters.read() {
                    moments.push(Moment { at: start.elapsed(), cores });
                }
                if ended.recv_timeout(PERIOD) != Err(RecvTimeoutError::Timeout) {
                    return moments;
                }
            }
        })?;
        let counters = PerCore::open()?;
        // Refused only if the thread has ended, and then there are no moments.
        let _ = give.send(counters);
        Ok(Self { until, looks })
    }

    fn end(self) -> Vec<Moment> {
        drop(self.until);
        self.looks.join().unwrap_or_default()
    }
}

/// How much of each core was used between two moments.
struct Span {
    from: Duration,
    /// From 0 to 1.
    shares: Vec<f64>,
}

fn spans(moments: &[Moment]) -> impl Iterator<Item = Span> {
    moments.windows(2).map(|pair| {
        let time = (pair[1].at - pair[0].at).as_nanos().max(1) as f64;
        let used = pair[1].cores.iter().zip(&pair[0].cores).map(|(after, before)| after.saturating_sub(*before));
        Span { from: pair[0].at, shares: used.map(|used| used as f64 / time).collect() }
    })
}

fn save(moments: &[Moment], folder: &Path) -> anyhow::Result<PathBuf> {
    let trace = folder.join("trace.json");
    let unwritable = || format!("cannot write to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(unwritable)?;
    std::fs::write(folder.join("utilisation.csv"), as_csv(moments)).with_context(unwritable)?;
    std::fs::write(&trace, as_trace(moments)).with_context(unwritable)?;
    Ok(trace)
}

fn as_csv(moments: &[Moment]) -> String {
    let cores = moments.first().map_or(0, |moment| moment.cores.len());
    let head: String = (0..cores).map(|core| format!(",core_{core}")).collect();
    let line = |span: Span| {
        let shares: String = span.shares.iter().map(|share| format!(",{share:.4}")).collect();
        format!("{:.3}{shares}\n", span.from.as_secs_f64() * 1e3)
    };
    [format!("time_ms{head}\n")].into_iter().chain(spans(moments).map(line)).collect()
}

/// Counter events, one a core and span: the Trace Event Format, phase `C`, times in microseconds.
fn as_trace(moments: &[Moment]) -> String {
    let event = |(core, at, share): (usize, Duration, f64)| json!({"name": format!("core {core}"), "ph": "C", "pid": 1, "ts": at.as_micros(), "args": {"busy": share}});
    let values = spans(moments)
        .flat_map(|span| span.shares.into_iter().enumerate().map(move |(core, share)| (core, span.from, share)));
    json!({"displayTimeUnit": "ms", "traceEvents": values.map(event).collect::<Vec<_>>()}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_time_between_two_looks() {
        let moment = |ms, cores: [u64; 2]| Moment { at: Duration::from_millis(ms), cores: cores.to_vec() };
        let moments = [moment(0, [0, 0]), moment(10, [10_000_000, 0]), moment(30, [15_000_000, 20_000_000])];
        assert_eq!(as_csv(&moments), "time_ms,core_0,core_1\n0.000,1.0000,0.0000\n10.000,0.2500,1.0000\n");
        let trace: serde_json::Value = serde_json::from_str(&as_trace(&moments)).expect("JSON");
        let events = trace["traceEvents"].as_array().expect("a list");
        assert_eq!(events.len(), 4);
        assert_eq!(events[3], json!({"name": "core 1", "ph": "C", "pid": 1, "ts": 10_000, "args": {"busy": 1.0}}));
    }
}
