//! Which core is the load generator's: the last one that it may use. A server that needs fewer cores than there are keeps off it.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Returns the cores that this process may use, in order.
fn usable() -> Vec<usize> {
    let Ok(set) = sched_getaffinity(None) else { return Vec::new() };
    (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()
}

fn set_of(cores: &[usize]) -> CpuSet {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    set
}

/// Pins this thread, and those that it starts, to the generator's core.
pub(super) fn pin() {
    if let [_, .., last] = usable()[..] {
        // A generator that is not pinned is a generator all the same: its certificate says how it did.
        let _ = sched_setaffinity(None, &set_of(&[last]));
    }
}

/// Returns the cores beside the generator's, if a server of so many workers finds enough of them.
pub(crate) fn without_generator(workers: u64) -> Option<CpuSet> {
    let (_, others) = usable().split_last().map(|(last, others)| (*last, others.to_vec()))?;
    (!others.is_empty() && workers <= others.len() as u64).then(|| set_of(&others))
}

/// Keeps this thread off the generator's core. It makes one system call, as befits a child before it executes its program.
///
/// # Errors
/// If the kernel refuses.
pub(crate) fn yield_to_generator(others: &CpuSet) -> io::Result<()> {
    Ok(sched_setaffinity(None, others)?)
}
