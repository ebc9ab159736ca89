//! CPU time of the process tree on each core, by perf's task clock.
//!
//! One counter a core, inherited by every thread and process that is created later. It is a software event, so it needs neither
//! hardware counters nor privileges beyond `perf_event_paranoid` <= 2. See perf_event_open(2), `inherit`.

use std::io;

use perf_event::events::Software;
use perf_event::{Builder, Counter};

/// One counter for each core that is online.
#[derive(Debug)]
pub(crate) struct PerCore {
    counters: Vec<Counter>,
}

impl PerCore {
    /// Opens and starts the counters of this process.
    pub(crate) fn open() -> io::Result<Self> {
        Self::observe(Builder::observe_self)
    }

    /// Opens and starts the counters of another process, whose threads and children of later are counted too.
    pub(crate) fn of_process(process: u32) -> io::Result<Self> {
        Self::observe(|builder| builder.observe_pid(process.cast_signed()))
    }

    fn observe(whom: impl for<'a> Fn(&'a mut Builder<'static>) -> &'a mut Builder<'static>) -> io::Result<Self> {
        let mut counters = Vec::new();
        for core in online()? {
            let mut builder = Builder::new(Software::TASK_CLOCK);
            let mut counter = whom(&mut builder).one_cpu(core).inherit(true).build()?;
            counter.enable()?;
            counters.push(counter);
        }
        Ok(Self { counters })
    }

    /// Returns the CPU time on each core since the counters were started, nanoseconds.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u64>> {
        self.counters.iter_mut().map(Counter::read).collect()
    }
}

/// Returns the numbers of the cores that are online. The kernel writes them as ranges: `0-3,6`.
fn online() -> io::Result<Vec<usize>> {
    let text = std::fs::read_to_string("/sys/devices/system/cpu/online")?;
    parse_ranges(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("odd list of cores: {text}")))
}

fn parse_ranges(text: &str) -> Option<Vec<usize>> {
    let mut numbers = Vec::new();
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        numbers.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_understood() {
        assert_eq!(parse_ranges("0-1\n"), Some(vec![0, 1]));
        assert_eq!(parse_ranges("0,2-3"), Some(vec![0, 2, 3]));
        assert_eq!(parse_ranges("none"), None);
    }
}
