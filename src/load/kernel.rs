//! What the kernel counts of the network and of quotas, beside the traffic: what tells that a figure is not the server's doing.

use std::fs;
use std::path::Path;

use regatta_runners::cgroups;

/// Counters that must not move while traffic is measured, and what it means if one does. They are those of the whole network namespace.
const COUNTERS: &[(&str, &str, &str)] = &[
    ("TcpExt", "ListenOverflows", "connections found the queue of the listener full"),
    ("TcpExt", "ListenDrops", "connections were dropped by the listener"),
    ("TcpExt", "TCPSynRetrans", "connections were asked for once more (SYN)"),
    ("Tcp", "RetransSegs", "segments were sent once more"),
    ("Udp", "RcvbufErrors", "datagrams found no room in the buffer of their receiver"),
    ("Udp", "SndbufErrors", "datagrams found no room in the buffer of their sender"),
];

/// The counters at some moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// One for each of the list.
    network: Vec<u64>,
    /// How often a quota has taken the cores away.
    throttled: u64,
}

impl Counts {
    /// Reads them. What the kernel does not tell counts as 0.
    pub(super) fn read() -> Self {
        let text = ["/proc/net/netstat", "/proc/net/snmp"].map(|file| fs::read_to_string(file).unwrap_or_default());
        let of = |(table, name, _): &(&str, &str, &str)| text.iter().find_map(|text| counter(text, table, name));
        Self { network: COUNTERS.iter().map(|entry| of(entry).unwrap_or(0)).collect(), throttled: throttled() }
    }

    /// Says what was counted since `before` and should not have been; none if nothing was.
    pub(super) fn trouble_since(&self, before: &Self) -> Option<String> {
        let moved = self.network.iter().zip(&before.network).map(|(after, before)| after.saturating_sub(*before));
        let words = |(count, (.., words)): (u64, &(&str, &str, &str))| (count > 0).then(|| format!("{count} {words}"));
        let network = moved.zip(COUNTERS).find_map(words);
        let times = self.throttled.saturating_sub(before.throttled);
        network.or_else(|| (times > 0).then(|| format!("a quota took the cores away {times} times")))
    }
}

/// Finds a counter in a text of the kernel: of each table there are two lines, names and numbers.
fn counter(text: &str, table: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.split_once(": ")).filter(|(of, _)| *of == table);
    let (names, numbers) = (lines.next()?.1, lines.next()?.1);
    names.split(' ').zip(numbers.split(' ')).find(|(known, _)| *known == name)?.1.parse().ok()
}

/// Returns how often quotas of this process's cgroups have taken the cores away.
fn throttled() -> u64 {
    let of = |text: String| text.lines().find_map(|line| line.strip_prefix("nr_throttled ")?.parse::<u64>().ok());
    let read = |folder: &Path| fs::read_to_string(folder.join("cpu.stat")).ok().and_then(of);
    cgroups(Path::new("/"), "cpu").iter().filter_map(|cgroup| read(&cgroup.folder)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_table_and_name() {
        let text = "TcpExt: A B C\nTcpExt: 1 2 3\nIpExt: A B\nIpExt: 7 8\n";
        assert_eq!((counter(text, "TcpExt", "B"), counter(text, "IpExt", "B")), (Some(2), Some(8)));
        assert_eq!(
            (counter(text, "TcpExt", "D"), counter(text, "Udp", "A"), counter("", "a", "b")),
            (None, None, None)
        );
    }

    #[test]
    fn what_has_moved_is_said() {
        let before = Counts { network: vec![5; COUNTERS.len()], throttled: 1 };
        assert_eq!(before.trouble_since(&before), None);
        let mut after = before.clone();
        after.throttled = 3;
        assert_eq!(after.trouble_since(&before).as_deref(), Some("a quota took the cores away 2 times"));
        after.network[3] = 9;
        assert_eq!(after.trouble_since(&before).as_deref(), Some("4 segments were sent once more"));
    }
}
