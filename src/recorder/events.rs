//! Events that the kernel tells of only while perf counts them: migrations, wake-ups and system calls.
//!
//! Each switch, each new thread and each system call costs more while they are counted, so this is for runs whose time counts for
//! nothing. See perf_event_open(2), `inherit`, and the kernel's Documentation/trace/events.rst.

use std::io;

use perf_event::events::{Event, Software, Tracepoint};
use perf_event::{Builder, Counter};
use regatta_reports::record::Counts;

use super::tracefs;

/// Counters that every thread and process inherits that is created later; of each that there is not, the reason.
#[derive(Debug)]
pub(crate) struct Events {
    migrations: Result<Counter, String>,
    wakeups: Result<Counter, String>,
    /// Read last before a run and first after it, so that reading the others does not count.
    calls: Result<Counter, String>,
}

impl Events {
    /// Opens and starts what counters it can.
    pub(crate) fn open() -> Self {
        let software = |event| counter(event).map_err(|error| error.to_string());
        let traced = |event: &str| {
            let id = tracefs::event_id(event).map_err(|error| format!("tracefs cannot be read ({error})"))?;
            counter(Tracepoint::with_id(id)).map_err(|error| error.to_string())
        };
        Self {
            migrations: software(Software::CPU_MIGRATIONS),
            // Not `sched_wakeup`: that one happens on the core that is to run the thread, which may be anyone's.
            wakeups: traced("sched/sched_waking"),
            calls: traced("raw_syscalls/sys_enter"),
        }
    }

    /// Returns what was counted so far, right before a run.
    pub(crate) fn before(&mut self) -> Counts {
        let (migrations, wakeups) = (read(&mut self.migrations), read(&mut self.wakeups));
        Counts { migrations, wakeups, calls: read(&mut self.calls), ..Counts::default() }
    }

    /// Returns what was counted in the run that began with `before`.
    pub(crate) fn since(&mut self, before: &Counts) -> Counts {
        // The reading itself is a system call.
        let calls = read(&mut self.calls).map(|calls| calls.saturating_sub(1));
        let (wakeups, migrations) = (read(&mut self.wakeups), read(&mut self.migrations));
        let used = |after: Option<u64>, before: Option<u64>| Some(after?.saturating_sub(before?));
        Counts {
            migrations: used(migrations, before.migrations),
            wakeups: used(wakeups, before.wakeups),
            calls: used(calls, before.calls),
            ..Counts::default()
        }
    }

    /// Returns the source of each count, or why there is none.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [
            ("migrations", "perf-migrations", &self.migrations),
            ("wakeups", "perf-sched-waking", &self.wakeups),
            ("calls", "perf-sys-enter", &self.calls),
        ];
        all.into_iter().map(|(figure, source, counter)| match counter {
            Ok(_) => (figure, source.to_owned()),
            Err(reason) => (figure, format!("unavailable: {reason}")),
        })
    }
}

fn counter(event: impl Event + Clone) -> io::Result<Counter> {
    // All of these happen in the kernel.
    let mut counter = Builder::new(event).observe_self().any_cpu().inherit(true).include_kernel().build()?;
    counter.enable()?;
    Ok(counter)
}

fn read(counter: &mut Result<Counter, String>) -> Option<u64> {
    counter.as_mut().ok()?.read().ok()
}
