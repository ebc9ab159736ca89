//! What the kernel tells of the whole machine: busy and stolen time of each core, in ticks of mostly 10 ms.

use rustix::param::clock_ticks_per_second;

/// Times since the machine started, nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MachineTimes {
    /// Time that each core did anything but idle.
    pub(crate) busy: Vec<u64>,
    /// Time that the hypervisor gave to others, all cores.
    pub(crate) steal: u64,
}

impl MachineTimes {
    /// Reads `/proc/stat`; none where there is none.
    pub(crate) fn read() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/stat").ok()?, 1_000_000_000 / clock_ticks_per_second())
    }

    /// Lines `cpuN user nice system idle iowait irq softirq steal guest guest_nice`; guest time is part of user time.
    fn parse(text: &str, tick_ns: u64) -> Option<Self> {
        let mut times = Self { busy: Vec::new(), steal: 0 };
        for line in text.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu ")) {
            let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|ticks| ticks.parse().ok()).collect();
            let &[user, nice, system, _idle, _iowait, irq, softirq, steal, ..] = &*ticks else { return None };
            times.busy.push((user + nice + system + irq + softirq) * tick_ns);
            times.steal += steal * tick_ns;
        }
        (!times.busy.is_empty()).then_some(times)
    }

    /// Returns what has passed since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let busy = self.busy.iter().zip(&before.busy).map(|(now, then)| now.saturating_sub(*then)).collect();
        Self { busy, steal: self.steal.saturating_sub(before.steal) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_and_stolen_time_are_found() {
        let text = "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 5 1 2 100 7 1 1 3 5 0\ncpu1 1 0 0 100 0 0 0 0 0 0\nintr 1\n";
        let times = MachineTimes::parse(text, 10).expect("two cores");
        assert_eq!(times, MachineTimes { busy: vec![100, 10], steal: 30 });
        assert_eq!(MachineTimes::parse("intr 1\n", 10), None);
    }
}
