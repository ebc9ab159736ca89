//! What `--profile-time` records: how busy each core was with the cell, in steps of a few milliseconds.
//!
//! The counters are opened before the cell is started, so that it and all that it starts inherit them. What this process does
//! itself meanwhile is in them too: it waits.

use std::path::{Path, PathBuf};

use anyhow::Context;
use criterion::profiler::Profiler;
use regatta::Recorder;
use regatta::harness::{Timeline, trace};
use regatta_reports::record::{CellId, Moment, Profile};

/// Writes a timeline (CSV) and a trace (for Perfetto) for each benchmark.
#[derive(Default)]
pub(crate) struct Utilisation {
    running: Option<Running>,
}

struct Running {
    timeline: Timeline,
    start_ns: u64,
}

impl Profiler for Utilisation {
    fn start_profiling(&mut self, id: &str, _folder: &Path) {
        let start_ns = Recorder::now_ns();
        match Timeline::start(&Recorder::open()) {
            Ok(timeline) => self.running = Some(Running { timeline, start_ns }),
            Err(error) => eprintln!("{id}: no timeline: {error}"),
        }
    }

    fn stop_profiling(&mut self, id: &str, folder: &Path) {
        let Some(Running { timeline, start_ns }) = self.running.take() else { return };
        let wall_ns = Recorder::now_ns() - start_ns;
        let (timeline, source) = timeline.stop(start_ns);
        let mut names = id.split('/').map(str::to_owned);
        let workload = names.next().unwrap_or_default();
        let cell = CellId { runner: names.next().unwrap_or_default(), ..CellId::default() };
        let profile = Profile { workload, cell, wall_ns, timeline, source, ..Profile::default() };
        match save(&profile, folder) {
            Ok(path) => eprintln!("{id}: timeline and trace ({}): {}", profile.source, path.display()),
            Err(error) => eprintln!("{id}: {error:#}"),
        }
    }
}

fn save(profile: &Profile, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("trace.json");
    let unwritable = || format!("cannot write to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(unwritable)?;
    std::fs::write(folder.join("utilisation.csv"), as_csv(&profile.timeline)).with_context(unwritable)?;
    std::fs::write(&path, trace(profile).to_string()).with_context(unwritable)?;
    Ok(path)
}

/// Returns the share of each core that was used from each moment to the next, from 0 to 1.
fn as_csv(moments: &[Moment]) -> String {
    let cores = moments.first().map_or(0, |moment| moment.cores_ns.len());
    let head: String = (0..cores).map(|core| format!(",core_{core}")).collect();
    let line = |pair: &[Moment]| {
        let time = pair[1].at_ns.saturating_sub(pair[0].at_ns).max(1) as f64;
        let used = pair[1].cores_ns.iter().zip(&pair[0].cores_ns).map(|(now, then)| now.saturating_sub(*then));
        let shares: String = used.map(|used| format!(",{:.4}", used as f64 / time)).collect();
        format!("{:.3}{shares}\n", pair[0].at_ns as f64 / 1e6)
    };
    [format!("time_ms{head}\n")].into_iter().chain(moments.windows(2).map(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_time_between_two_moments() {
        let moment = |ms: u64, cores: [u64; 2]| Moment { at_ns: ms * 1_000_000, cores_ns: cores.to_vec() };
        let moments = [moment(0, [0, 0]), moment(10, [10_000_000, 0]), moment(30, [15_000_000, 20_000_000])];
        assert_eq!(as_csv(&moments), "time_ms,core_0,core_1\n0.000,1.0000,0.0000\n10.000,0.2500,1.0000\n");
    }
}
