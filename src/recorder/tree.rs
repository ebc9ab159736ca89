//! What the kernel tells of this process and its children: CPU clocks, context switches, page faults, memory.

use std::fs;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use rustix::param::clock_ticks_per_second;

/// What the calling thread has spent so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadTimes {
    wall_ns: u64,
    cpu_ns: u64,
    /// How often it gave up its core by itself.
    voluntary: u64,
}

impl ThreadTimes {
    /// Reads the clocks of the calling thread.
    pub(crate) fn now() -> Self {
        Self {
            wall_ns: monotonic(),
            cpu_ns: clock(ClockId::CLOCK_THREAD_CPUTIME_ID),
            voluntary: getrusage(UsageWho::RUSAGE_THREAD)
                .map_or(0, |usage| usage.voluntary_context_switches().cast_unsigned()),
        }
    }

    /// Returns for how long this thread has blocked since then, nanoseconds. One that was only interrupted has not blocked.
    pub(crate) fn blocked_ns(&self) -> u64 {
        let now = Self::now();
        let off_core = (now.wall_ns - self.wall_ns).saturating_sub(now.cpu_ns.saturating_sub(self.cpu_ns));
        if now.voluntary > self.voluntary { off_core } else { 0 }
    }
}

/// What the kernel has counted of the process tree so far, for its own accounts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Accounts {
    /// Voluntary context switches.
    pub(crate) voluntary: u64,
    /// Involuntary context switches.
    pub(crate) involuntary: u64,
    /// Page faults that needed no disk.
    pub(crate) minor: u64,
    /// Page faults that had to wait for a disk.
    pub(crate) major: u64,
}

impl Accounts {
    /// Returns what was counted since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            voluntary: self.voluntary.saturating_sub(before.voluntary),
            involuntary: self.involuntary.saturating_sub(before.involuntary),
            minor: self.minor.saturating_sub(before.minor),
            major: self.major.saturating_sub(before.major),
        }
    }
}

/// Returns the CPU time of the process tree so far, nanoseconds: this process, its live descendants, and children that have been waited for.
/// A child that ends moves from the second to the third, so the sum only grows.
pub(crate) fn cpu_time() -> u64 {
    let own = clock(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    let live: u64 = descendants().into_iter().filter_map(cpu_time_of).sum();
    own + live + cpu_time_of_ended()
}

/// Returns the CPU time of the children that have ended and been waited for, nanoseconds.
pub(crate) fn cpu_time_of_ended() -> u64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| cpu_of(&usage))
}

/// Returns the CPU time that the process of this number has used so far, nanoseconds, all its threads; none if it is gone.
pub(crate) fn cpu_time_of(process: u32) -> Option<u64> {
    let clock_id = clock_getcpuclockid(Pid::from_raw(process.cast_signed())).ok()?;
    clock_gettime(clock_id).ok().map(|time| time.num_nanoseconds().cast_unsigned())
}

/// Returns the CPU time that the calling thread has used so far, nanoseconds.
pub(crate) fn cpu_time_of_thread() -> u64 {
    clock(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// Returns the machine's monotonic clock, nanoseconds.
pub(crate) fn monotonic() -> u64 {
    clock(ClockId::CLOCK_MONOTONIC)
}

fn clock(id: ClockId) -> u64 {
    clock_gettime(id).map_or(0, |time| time.num_nanoseconds().cast_unsigned())
}

fn cpu_of(usage: &Usage) -> u64 {
    let total = usage.user_time() + usage.system_time();
    total.num_nanoseconds().cast_unsigned()
}

/// Returns what the kernel has counted of the process tree so far; none if it does not tell.
pub(crate) fn accounts() -> Option<Accounts> {
    let mut sum = Accounts::default();
    for who in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN] {
        let usage = getrusage(who).ok()?;
        sum.voluntary += usage.voluntary_context_switches().cast_unsigned();
        sum.involuntary += usage.involuntary_context_switches().cast_unsigned();
        sum.minor += usage.minor_page_faults().cast_unsigned();
        sum.major += usage.major_page_faults().cast_unsigned();
    }
    for process in descendants() {
        let (minor, major) = faults_of(process).unwrap_or_default();
        (sum.minor, sum.major) = (sum.minor + minor, sum.major + major);
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
        for thread in threads.flatten() {
            let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            sum.voluntary += field(&status, "voluntary_ctxt_switches:").unwrap_or(0);
            sum.involuntary += field(&status, "nonvoluntary_ctxt_switches:").unwrap_or(0);
        }
    }
    Some(sum)
}

/// Returns the minor and major page faults of a process, and of its children that have been waited for.
fn faults_of(process: u32) -> Option<(u64, u64)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    parse_faults(&stat)
}

/// Finds the page faults in a line of `/proc/PID/stat`; see proc_pid_stat(5).
fn parse_faults(stat: &str) -> Option<(u64, u64)> {
    // The name may hold anything; after it come seven fields of other kinds.
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(7).take(4).map(|field| field.parse().ok());
    let [own_minor, ended_minor, own_major, ended_major] = fields.collect::<Option<Vec<u64>>>()?.try_into().ok()?;
    Some((own_minor + ended_minor, own_major + ended_major))
}

/// Returns the CPU time of another process and its live descendants so far, and of its children that it has waited for, nanoseconds; none if
/// it is gone. Of the latter the kernel tells in ticks of mostly 10 ms.
pub(super) fn cpu_time_of_tree(process: u32) -> Option<u64> {
    let own = cpu_time_of(process)?;
    let live: u64 = descendants_of(&process.to_string()).into_iter().filter_map(cpu_time_of).sum();
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may hold anything; after it come thirteen fields of other kinds, the last two of them its own times.
    let ended: u64 = stat
        .rsplit_once(')')?
        .1
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Some(own + live + ended * (1_000_000_000 / clock_ticks_per_second()))
}

/// Returns the numbers of a process and its live descendants.
pub(crate) fn tree_of(process: u32) -> Vec<u32> {
    let mut tree = vec![process];
    tree.extend(descendants_of(&process.to_string()));
    tree
}

/// Returns whether a process is there, and has not ended.
pub(crate) fn is_alive(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Returns the minor and major page faults of another process and its descendants so far; none if it is gone.
pub(super) fn faults_of_tree(process: u32) -> Option<(u64, u64)> {
    let own = faults_of(process)?;
    let live = descendants_of(&process.to_string()).into_iter().filter_map(faults_of);
    Some(live.fold(own, |sum, faults| (sum.0 + faults.0, sum.1 + faults.1)))
}

/// Makes the peak of another process's memory start anew, where the kernel allows it.
pub(super) fn reset_peak_of(process: u32) {
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}

/// Makes the peak of this process's memory start anew. Where the kernel refuses, the peak is that since the process began.
pub(crate) fn reset_peak_memory() {
    // 5 resets the peak; see proc_pid_clear_refs(5).
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Returns the peak resident memory of this process since it was reset, bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    peak_of("self")
}

/// Returns the peak resident memory of the children, bytes, and what that is: the sum over those that live, or else the largest of those that
/// ended (which may be what this process itself had when it started them); none if there never was a child.
pub(crate) fn children_memory() -> Option<(u64, &'static str)> {
    let live: u64 = descendants().iter().filter_map(|process| peak_of(&process.to_string())).sum();
    if live > 0 {
        return Some((live, "vmhwm-sum-of-live-children"));
    }
    let largest = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?.max_rss().cast_unsigned() << 10;
    (largest > 0).then_some((largest, "rusage-largest-ended-child"))
}

/// Returns the peak resident memory of a process since it was reset, bytes.
pub(super) fn peak_of(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    field(&status, "VmHWM:").map(|kib| kib << 10)
}

/// Returns the number after `name` at the start of a line.
pub(super) fn field(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Returns the numbers of all live processes that descend from this one.
fn descendants() -> Vec<u32> {
    descendants_of("self")
}

/// Returns the numbers of all live processes that descend from this one, by its number.
fn descendants_of(process: &str) -> Vec<u32> {
    let mut found = children(process);
    let mut next = 0;
    while let Some(process) = found.get(next) {
        let more = children(&process.to_string());
        found.extend(more);
        next += 1;
    }
    found
}

fn children(process: &str) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|number| number.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_found_behind_any_name() {
        let stat = "7 (a) S 1) R 1 7 7 0 -1 4194304 100 20 3 4 5 6 7 8 20 0";
        assert_eq!(parse_faults(stat), Some((120, 7)));
        assert_eq!(parse_faults("7 (a) R 1 7"), None);
    }
}
