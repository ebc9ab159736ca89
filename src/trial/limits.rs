//! What keeps a trial from hurting the machine: limits that the cell sets for itself and its worker processes.

use std::io;

use nix::sys::resource::{Resource, setrlimit};

/// CPU time after which the kernel kills a process of a trial, seconds. A loop on each core for as long as a trial may last takes less.
const CPU_SECONDS: u64 = 60;

/// Sets the limits: `memory_bytes` of data, CPU time, and no core files. Worker processes inherit them.
///
/// # Errors
/// If the system refuses one of them: a trial does not run without.
pub(crate) fn set(memory_bytes: u64) -> io::Result<()> {
    for (resource, most) in
        [(Resource::RLIMIT_DATA, memory_bytes), (Resource::RLIMIT_CPU, CPU_SECONDS), (Resource::RLIMIT_CORE, 0)]
    {
        setrlimit(resource, most, most)?;
    }
    Ok(())
}
