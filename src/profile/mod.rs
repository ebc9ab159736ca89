//! The profile pass: which worker does what when, and how busy each core is meanwhile.
//!
//! Recording costs time, so it happens in a cell process of its own, whose wall time is compared with nothing.
//!
//! - `log`: the segments of tasks, from all workers.
//! - `traced`: a workload that writes what its tasks do to the log, and the world that it waits in.
//! - `timeline`: samples the per-core counters.
//! - `trace`: a profile in the format that Perfetto and chrome://tracing open.

mod log;
mod timeline;
mod trace;
mod traced;

use std::io;

use regatta_reports::record::Profile;

pub(crate) use log::Log;
pub(crate) use timeline::Timeline;
pub(crate) use trace::trace;
pub(crate) use traced::{Traced, TracedWorkloads};

/// The environment variable by which a worker process knows where to log.
pub(crate) const LOG_FILE: &str = "REGATTA_PROFILE_LOG";

/// Runs `work` once and gives what it brought and its profile, without the names that the driver fills in.
pub(crate) fn record<T>(log: &Log, recorder: &crate::Recorder, work: impl FnOnce() -> T) -> io::Result<(Profile, T)> {
    log.clear()?;
    let timeline = Timeline::start(recorder)?;
    let start_ns = crate::Recorder::now_ns();
    let (wall_ns, output) = recorder.time(work);
    let (timeline, source) = timeline.stop(start_ns);
    let (segments, segments_dropped) = log.segments(start_ns)?;
    Ok((Profile { wall_ns, segments, segments_dropped, timeline, source, ..Profile::default() }, output))
}
