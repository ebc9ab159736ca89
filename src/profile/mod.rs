//! The profile pass: which worker does what when, and how busy each core is meanwhile.
//!
//! Recording costs time, so it happens in a cell process of its own, whose wall time is compared with nothing. A task that is carried
//! out at one go costs two readings of the clock, and a checkpoint nothing beyond what it costs unprofiled.
//!
//! - `log`: the segments of tasks, from all workers.
//! - `traced`: a workload whose tasks are watched, and the world that it waits in.
//! - `watcher`: who watches a task, and what for.
//! - `waits`: what tasks wait for beside their context.
//! - `timeline`: samples the per-core counters.
//! - `trace`: a profile in the format that Perfetto and chrome://tracing open.

mod log;
mod timeline;
mod trace;
mod traced;
mod waits;
mod watcher;

use std::io;

use regatta_reports::record::Profile;
use regatta_runners::Wait;

use crate::Recorder;

pub(crate) use log::Log;
pub use timeline::Timeline;
pub use trace::trace;
pub(crate) use traced::{Traced, TracedWorkloads};
pub(crate) use watcher::{Purpose, this_thread};

/// The environment variable by which a worker process knows where to log.
pub(crate) const LOG_FILE: &str = "REGATTA_PROFILE_LOG";

/// For how long the work is run before a profile counts, nanoseconds, so that its workers are awake: as long as plans heat their cells.
const HEAT_NS: u64 = 20_000_000;
/// Most profiles of which one is chosen.
const MOST: usize = 3;
/// Time after which no other run begins, nanoseconds. A run that takes longer is the only one.
const ENOUGH_NS: u64 = 100_000_000;

/// Runs `work` some times, each after `begin`, and `waits` says for what its tasks waited beside their context. It gives the profile with the median wall time, without the names that the driver
/// fills in.
///
/// *Why:* the first run of a cold process shows pages that come in and workers that wake up, as no counted run does.
///
/// # Errors
/// The inner one if `work` fails.
pub(crate) fn record<T, E>(
    log: &Log,
    recorder: &Recorder,
    begin: impl Fn(),
    waits: impl Fn() -> Vec<Wait>,
    mut work: impl FnMut() -> Result<T, E>,
) -> io::Result<Result<Profile, E>> {
    let mut one = |recorded: bool| -> io::Result<Result<Profile, E>> {
        begin();
        let output = if recorded { once(log, recorder, &waits, &mut work)? } else { unrecorded(recorder, &mut work) };
        Ok(output)
    };
    let first = match one(true)? {
        Ok(first) if first.wall_ns < ENOUGH_NS => first,
        long_or_failed => return Ok(long_or_failed),
    };
    let mut spent_ns = first.wall_ns;
    let mut profiles: Vec<Profile> = Vec::new();
    while profiles.is_empty() || (profiles.len() < MOST && spent_ns < ENOUGH_NS) {
        let is_hot = spent_ns >= HEAT_NS;
        match one(is_hot)? {
            Ok(profile) => {
                spent_ns += profile.wall_ns.max(1);
                profiles.extend(is_hot.then_some(profile));
            }
            failed => return Ok(failed),
        }
    }
    profiles.sort_by_key(|profile| profile.wall_ns);
    let median = profiles.len() / 2;
    Ok(Ok(profiles.swap_remove(median)))
}

/// Runs `work` and gives its profile.
fn once<T, E>(
    log: &Log,
    recorder: &Recorder,
    waits: impl Fn() -> Vec<Wait>,
    work: impl FnOnce() -> Result<T, E>,
) -> io::Result<Result<Profile, E>> {
    log.clear();
    let timeline = Timeline::start(recorder)?;
    let start_ns = Recorder::now_ns();
    let (wall_ns, output) = recorder.time(work);
    let (timeline, source) = timeline.stop(start_ns);
    let (segments, segments_dropped) = log.segments(start_ns, &waits());
    Ok(output.map(|_| Profile { wall_ns, segments, segments_dropped, timeline, source, ..Profile::default() }))
}

/// Runs `work` and gives a profile that has nothing but its wall time.
fn unrecorded<T, E>(recorder: &Recorder, work: impl FnOnce() -> Result<T, E>) -> Result<Profile, E> {
    let (wall_ns, output) = recorder.time(work);
    output.map(|_| Profile { wall_ns, ..Profile::default() })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    /// Records work whose runs take so many milliseconds, the last of them from there on, and says how often it ran.
    fn recorded(milliseconds: &[u64]) -> (Result<Profile, &'static str>, usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::create(&folder.path().join("log")).expect("a file");
        let (begun, runs) = (Cell::new(0), Cell::new(0));
        let work = || {
            assert_eq!(begun.get(), runs.get() + 1, "each run is begun");
            let index = runs.replace(runs.get() + 1).min(milliseconds.len() - 1);
            std::thread::sleep(Duration::from_millis(milliseconds[index]));
            if milliseconds[index] == 0 { Err("no time") } else { Ok(()) }
        };
        let begin = || begun.set(begun.get() + 1);
        let profile = record(&log, &Recorder::without_perf(), begin, Vec::new, work).expect("a log of our own");
        (profile, runs.get())
    }

    #[test]
    fn a_profile_is_hot_and_of_a_run_in_the_middle() {
        // The first run is slow for it is cold; one of the others is disturbed.
        let (profile, runs) = recorded(&[25, 1, 10, 1]);
        assert_eq!(runs, 4);
        assert!(profile.expect("a profile").wall_ns < 25_000_000);
        let (_, runs) = recorded(&[2]);
        assert!((4..=13).contains(&runs), "{runs}: it is heated for 20 ms at most");
    }

    #[test]
    fn what_takes_long_runs_once_and_what_fails_fails() {
        assert_eq!(recorded(&[110]).1, 1);
        assert_eq!(recorded(&[0]), (Err("no time"), 1));
        assert_eq!(recorded(&[30, 0]), (Err("no time"), 2));
    }
}
