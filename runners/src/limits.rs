//! What the machine would carry, asked before it is too late: some models panic or abort at a limit instead of failing.

use std::fs;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use crate::{Cgroup, Error, cgroups};

/// File descriptors kept free for pipes, counters, epoll and the like.
const DESCRIPTORS_KEPT: u64 = 64;
/// Memory maps kept free for libraries, heaps and arenas.
const MAPS_KEPT: u64 = 1_000;
/// Threads and processes kept free for the rest of the machine.
const THREADS_KEPT: u64 = 500;

/// What a run would take from the machine at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Need {
    /// Memory maps in one process.
    pub maps: u64,
    /// Threads, those of worker processes included.
    pub threads: u64,
    /// File descriptors in one process.
    pub descriptors: u64,
    /// Memory, bytes.
    pub memory: u64,
}

impl Need {
    /// Returns the need of `count` threads. A stack and its guard page are a map each. About 32 KiB of stack and kernel memory is touched.
    pub fn threads(count: u64) -> Self {
        Self { maps: 2 * count, threads: count, memory: count * (32 << 10), ..Self::default() }
    }

    /// Returns the need of `count` coroutines of may. A stack and its guard page are a map each. A sleeping one took 8.5 KiB.
    pub fn coroutines(count: u64) -> Self {
        Self { maps: 2 * count, memory: count * (12 << 10), ..Self::default() }
    }

    /// Returns the need of `count` spawned futures. A sleeping one took 0.45 KiB.
    pub fn futures(count: u64) -> Self {
        Self { memory: count * 1024, ..Self::default() }
    }

    /// Returns the need of `count` worker processes, of which about 1.5 MiB each is not shared.
    pub fn processes(count: u64) -> Self {
        Self { threads: count, memory: count * (3 << 19), ..Self::default() }
    }

    /// Sets the number of descriptors.
    #[must_use]
    pub fn descriptors(self, count: u64) -> Self {
        Self { descriptors: count, ..self }
    }
}

/// What is left of the machine's limits. `u64::MAX` where there is no limit or it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory maps that this process may still make (`vm.max_map_count`).
    pub maps: u64,
    /// Threads that this user may still start (`RLIMIT_NPROC`).
    pub user_threads: u64,
    /// Threads that the kernel will still start (`kernel.threads-max`, `kernel.pid_max`).
    pub kernel_threads: u64,
    /// Threads that the cgroup may still start (`pids.max`).
    pub cgroup_threads: u64,
    /// File descriptors that this process may still open (`RLIMIT_NOFILE`).
    pub descriptors: u64,
    /// Memory that is available, bytes.
    pub memory: u64,
}

impl Limits {
    /// Reads the limits of this process, after raising its soft limit of file descriptors to the hard one.
    pub fn read() -> Self {
        let (root, running) = (Path::new("/"), threads_running().unwrap_or(0));
        let kernel = number("/proc/sys/kernel/threads-max").min(number("/proc/sys/kernel/pid_max"));
        let user = getrlimit(Resource::Nproc).current.unwrap_or(u64::MAX);
        Self {
            maps: number("/proc/sys/vm/max_map_count").saturating_sub(lines("/proc/self/maps")),
            // The limit does not bind root.
            user_threads: if getuid().is_root() { u64::MAX } else { left(user, running) },
            kernel_threads: left(kernel, running),
            cgroup_threads: cgroup(root, "pids", "pids.max", "pids.current"),
            descriptors: left(raise_descriptors(), open_descriptors()),
            memory: memory_available().min(cgroup(root, "memory", "memory.max", "memory.current")),
        }
    }

    /// Checks that these limits carry `need`.
    ///
    /// # Errors
    /// With the limit that does not, and the remedy.
    pub fn check(&self, need: &Need) -> Result<(), Error> {
        let checks = [
            (
                need.maps.saturating_add(MAPS_KEPT),
                self.maps,
                need.maps,
                "memory maps",
                "vm.max_map_count",
                "raise it with `sysctl -w vm.max_map_count=1000000`",
            ),
            (
                need.threads.saturating_add(THREADS_KEPT),
                self.user_threads,
                need.threads,
                "threads or processes",
                "the user's limit of processes (RLIMIT_NPROC)",
                "raise it with `ulimit -u`",
            ),
            (
                need.threads.saturating_add(THREADS_KEPT),
                self.kernel_threads,
                need.threads,
                "threads or processes",
                "kernel.threads-max and kernel.pid_max",
                "raise both with `sysctl -w`",
            ),
            (
                need.threads.saturating_add(THREADS_KEPT),
                self.cgroup_threads,
                need.threads,
                "threads or processes",
                "the cgroup's pids.max",
                "raise it for the container or service",
            ),
            (
                need.descriptors.saturating_add(DESCRIPTORS_KEPT),
                self.descriptors,
                need.descriptors,
                "file descriptors",
                "the hard limit of open files (RLIMIT_NOFILE)",
                "raise it with `ulimit -Hn`",
            ),
            (need.memory, self.memory, need.memory, "bytes of memory", "the memory that is free", "free some"),
        ];
        for (wanted, left, needed, what, limit, remedy) in checks {
            if needed > 0 && wanted > left {
                return Err(Error::Limit {
                    what: format!("this needs {needed} {what}, and {limit} leaves {left}"),
                    remedy: format!("{remedy}, or use fewer tasks"),
                });
            }
        }
        Ok(())
    }

    /// Checks that the server that the tasks talk to carries so many connections at once, at so many descriptors each.
    /// It is a process of the same user, so it has the limit of this one.
    ///
    /// # Errors
    /// With the limit, and the remedy.
    pub fn check_server(&self, connections: u64, of_one: u64) -> Result<(), Error> {
        let needed = connections.saturating_mul(of_one);
        if needed == 0 || needed.saturating_add(DESCRIPTORS_KEPT) <= self.descriptors {
            return Ok(());
        }
        let left = self.descriptors;
        Err(Error::Limit {
            what: format!(
                "the server needs {needed} file descriptors for {connections} connections at once, and the hard limit of open files \
                 (RLIMIT_NOFILE) leaves {left}"
            ),
            remedy: "raise it with `ulimit -Hn`, or use fewer connections".to_owned(),
        })
    }
}

/// Returns `limit - used`, and no limit if there is none.
fn left(limit: u64, used: u64) -> u64 {
    if limit == u64::MAX { limit } else { limit.saturating_sub(used) }
}

/// Reads the number that a file holds.
fn number(path: &str) -> u64 {
    fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX)
}

/// Counts the lines of a file.
fn lines(path: &str) -> u64 {
    fs::read_to_string(path).map_or(0, |text| text.lines().count() as u64)
}

/// Reads how many threads the whole machine has: `/proc/loadavg` has `running/all` as its fourth field.
fn threads_running() -> Option<u64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

/// Counts the descriptors that this process has open.
fn open_descriptors() -> u64 {
    fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64)
}

/// Raises the soft limit of descriptors to the hard one and returns what it is then.
fn raise_descriptors() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Refused only where the limit may not be changed at all; the soft limit counts then.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    if raised { maximum } else { current }.unwrap_or(u64::MAX)
}

/// Reads how much memory the kernel says could be used without swapping.
fn memory_available() -> u64 {
    let find = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?.trim().strip_suffix("kB")?;
        Some(line.trim().parse::<u64>().ok()? << 10)
    };
    fs::read_to_string("/proc/meminfo").ok().and_then(find).unwrap_or(u64::MAX)
}

/// Finds what is left of a limit of this process's cgroups: the least, for each binds those below it.
fn cgroup(root: &Path, controller: &str, limit: &str, used: &str) -> u64 {
    let left_in = |cgroup: Cgroup| {
        // Version 1 names the memory controller's files differently.
        let (limit, used) = match (cgroup.is_v2, controller) {
            (false, "memory") => ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            _ => (limit, used),
        };
        let read = |file| cgroup.read(file)?.parse().ok();
        Some(left(read(limit)?, read(used).unwrap_or(0)))
    };
    cgroups(root, controller).into_iter().filter_map(left_in).min().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Limits = Limits {
        maps: 65_000,
        user_threads: 90_000,
        kernel_threads: 190_000,
        cgroup_threads: u64::MAX,
        descriptors: 20_000,
        memory: 16 << 30,
    };

    fn refusal(limits: Limits, need: Need) -> String {
        limits.check(&need).expect_err("must be refused").to_string()
    }

    #[test]
    fn each_limit_is_named_with_its_remedy() {
        assert!(refusal(AMPLE, Need::threads(32_500)).contains("vm.max_map_count"));
        assert!(refusal(AMPLE, Need::coroutines(32_500)).contains("sysctl -w vm.max_map_count"));
        assert!(refusal(Limits { user_threads: 1_000, ..AMPLE }, Need::processes(600)).contains("RLIMIT_NPROC"));
        assert!(refusal(Limits { kernel_threads: 1_000, ..AMPLE }, Need::threads(600)).contains("pid_max"));
        assert!(refusal(Limits { cgroup_threads: 600, ..AMPLE }, Need::processes(101)).contains("pids.max"));
        assert!(refusal(AMPLE, Need::futures(10).descriptors(19_990)).contains("RLIMIT_NOFILE"));
        assert!(refusal(Limits { memory: 1 << 20, ..AMPLE }, Need::futures(2_000)).contains("memory"));
    }

    #[test]
    fn the_other_end_of_every_connection_counts_too() {
        assert!(AMPLE.check(&Need::futures(12_000).descriptors(12_000)).is_ok());
        assert!(AMPLE.check_server(12_000, 1).is_ok());
        let refusal = AMPLE.check_server(12_000, 2).expect_err("two for each connection").to_string();
        assert!(refusal.contains("24000") && refusal.contains("ulimit -Hn"), "{refusal}");
        assert!(AMPLE.check_server(0, 2).is_ok() && AMPLE.check_server(1 << 40, 0).is_ok());
    }

    #[test]
    fn the_cgroup_with_the_least_left_counts_wherever_it_is() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str, text: &str| {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        };
        write("proc/self/cgroup", "0::/a/b\n");
        write("proc/self/mountinfo", "26 22 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        let pids = || cgroup(root.path(), "pids", "pids.max", "pids.current");
        assert_eq!(pids(), u64::MAX);
        for (folder, max, current) in [("", "max", "90"), ("a/", "100", "70"), ("a/b/", "60", "20")] {
            write(&format!("sys/fs/cgroup/{folder}pids.max"), max);
            write(&format!("sys/fs/cgroup/{folder}pids.current"), current);
        }
        assert_eq!(pids(), 30, "40 are left in its own and 30 in the one above");
    }

    #[test]
    fn what_is_not_needed_is_not_checked() {
        let nothing =
            Limits { maps: 0, user_threads: 0, kernel_threads: 0, cgroup_threads: 0, descriptors: 0, memory: 0 };
        assert!(nothing.check(&Need::default()).is_ok());
        assert!(AMPLE.check(&Need::threads(10_000)).is_ok());
        assert!(AMPLE.check(&Need::futures(1_000_000)).is_ok());
    }

    #[test]
    fn this_machine_carries_a_few_threads() {
        let limits = Limits::read();
        assert!(limits.check(&Need::threads(10)).is_ok(), "{limits:?}");
        assert!(limits.maps < 1 << 40, "{limits:?}");
    }
}
