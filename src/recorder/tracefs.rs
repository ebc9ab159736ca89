//! The numbers of the kernel's tracepoints, from its tracing file system.

use std::fs;
use std::io::{self, Read};

use rustix::fs::{Mode, OFlags, openat};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};

/// Where the file system is if it is mounted.
const MOUNTS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// Returns the number of a tracepoint, for example `sched/sched_waking`.
pub(super) fn event_id(event: &str) -> io::Result<u64> {
    let path = format!("events/{event}/id");
    let mounted = MOUNTS.iter().find_map(|mount| fs::read_to_string(format!("{mount}/{path}")).ok());
    let text = mounted.map_or_else(|| read_unmounted(&path), Ok)?;
    text.trim().parse().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("odd number: {text}")))
}

/// Reads a file of the file system where it is mounted nowhere. Only a privileged process may.
///
/// The mount has no place in any directory, so that nobody else sees it, and goes with its descriptor.
fn read_unmounted(path: &str) -> io::Result<String> {
    let context = fsopen("tracefs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&context)?;
    let mount = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::MOUNT_ATTR_RDONLY)?;
    let file = openat(mount, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut text = String::new();
    fs::File::from(file).read_to_string(&mut text)?;
    Ok(text)
}
