//! Memory of a cell process and all its children at once, each page counted once.
//!
//! Memory that is not a file's (heaps, stacks, shared arrays) is shared within the tree only, by fork: the sum of proportional shares (PSS)
//! counts each of its pages once. Pages of files (program, libraries) are shared with every other cell that is alive, so a
//! share would depend on how many those are. They count wholly, but once: as those of the process that has most of them.
//! For a process without children this is its resident memory, whose exact peak the kernel knows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::getpgrp;

use super::tree::{field, peak_of};

/// Least time between two readings.
const PAUSE: Duration = Duration::from_millis(2);
/// How many times longer than a reading the pause after it is, so that reading takes a fifth of one core at most.
const REST: u32 = 4;
/// How many times longer than a pause the run is so far, so that a long run has no more than some hundreds of readings.
const SPREAD: u32 = 50;

/// The peak memory of a tree of processes in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeMemory {
    /// The peak, bytes. What came and went between two readings is in it only if it was the cell process's own.
    pub(crate) bytes: u64,
    /// How it was found.
    pub(crate) source: String,
}

/// Reads the memory of a tree of processes again and again, beside a run that is not counted: reading takes time from it.
#[derive(Debug)]
pub(crate) struct MemoryWatch {
    leader: u32,
    stop: Sender<()>,
    /// Gives the largest reading, bytes, and the number of readings.
    reader: JoinHandle<(u64, u32)>,
}

impl MemoryWatch {
    /// Begins to watch the process group of this leader.
    pub(crate) fn start(leader: u32) -> Self {
        let (stop, stopped) = channel();
        let reader = std::thread::spawn(move || {
            let (begin, mut peak, mut readings) = (Instant::now(), 0, 0);
            loop {
                let reading = Instant::now();
                if let Some(bytes) = memory_of_group(Path::new("/proc"), leader) {
                    (peak, readings) = (bytes.max(peak), readings + 1);
                }
                let pause = PAUSE.max(REST * reading.elapsed()).max(begin.elapsed() / SPREAD);
                match stopped.recv_timeout(pause) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            (peak, readings)
        });
        Self { leader, stop, reader }
    }

    /// Ends the watch right after the run; none if nothing could be read.
    pub(crate) fn finish(self) -> Option<TreeMemory> {
        let last = memory_of_group(Path::new("/proc"), self.leader);
        // Fails only if the reader has ended.
        let _ = self.stop.send(());
        let (peak, readings) = self.reader.join().ok()?;
        let bytes = peak.max(last?).max(peak_of(&self.leader.to_string()).unwrap_or(0));
        Some(TreeMemory { bytes, source: format!("pss-of-tree, {} readings", readings + 1) })
    }
}

/// Returns the memory of all processes of the group with this leader now, bytes; none where the kernel does not tell.
pub(crate) fn memory_of_tree(leader: u32) -> Option<u64> {
    memory_of_group(Path::new("/proc"), leader)
}

/// Returns the memory of all processes of this process's group now, bytes; none where the kernel does not tell.
pub(crate) fn memory_now() -> Option<u64> {
    memory_of_group(Path::new("/proc"), getpgrp().as_raw_nonzero().get().cast_unsigned())
}

/// Returns the memory of all processes of a group now, bytes; none where the kernel does not tell.
fn memory_of_group(proc: &Path, leader: u32) -> Option<u64> {
    let (mut shares, mut files) = (None, 0);
    for entry in fs::read_dir(proc).ok()?.flatten() {
        let process = entry.path();
        if group_of(&process) != Some(leader) {
            continue;
        }
        // A process that has just ended, or is about to be one, has no memory.
        let Some((share, file)) = memory_of(process) else { continue };
        (shares, files) = (Some(shares.unwrap_or(0) + share), file.max(files));
    }
    Some(shares? + files)
}

/// Returns the process group of the process of this folder; none if it is none.
fn group_of(process: &Path) -> Option<u32> {
    process.file_name()?.to_str()?.parse::<u32>().ok()?;
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // The name may hold anything; after it come state, parent and group.
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

/// Returns the share of a process in memory that is not a file's, and the pages of files that it has in memory, bytes.
fn memory_of(process: PathBuf) -> Option<(u64, u64)> {
    let rollup = fs::read_to_string(process.join("smaps_rollup")).ok()?;
    let status = fs::read_to_string(process.join("status")).ok()?;
    let share = field(&rollup, "Pss_Anon:")? + field(&rollup, "Pss_Shmem:")?;
    Some((share << 10, field(&status, "RssFile:")? << 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a process to a made-up `/proc`: number, group, PSS of its own and of shared memory, and pages of files, KiB.
    fn add(proc: &Path, [number, group, anon, shmem, file]: [u32; 5]) {
        let process = proc.join(number.to_string());
        fs::create_dir(&process).expect("a folder");
        fs::write(process.join("stat"), format!("{number} (a) b) S 1 {group} 1 0")).expect("a file");
        let rollup = format!("Rss: 9 kB\nPss: 9 kB\nPss_Anon: {anon} kB\nPss_File: 9 kB\nPss_Shmem: {shmem} kB\n");
        fs::write(process.join("smaps_rollup"), rollup).expect("a file");
        fs::write(process.join("status"), format!("RssAnon: 9 kB\nRssFile: {file} kB\n")).expect("a file");
    }

    #[test]
    fn what_a_tree_shares_counts_once_and_what_others_share_with_it_changes_nothing() {
        let proc = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(proc.path().join("self")).expect("a folder");
        assert_eq!(memory_of_group(proc.path(), 7), None);
        for process in [[7, 7, 100, 10, 3_000], [8, 7, 200, 20, 2_000], [9, 9, 5_000, 0, 9_000]] {
            add(proc.path(), process);
        }
        assert_eq!(memory_of_group(proc.path(), 7), Some((100 + 10 + 200 + 20 + 3_000) << 10));
        // One that is ending has no memory any more.
        add(proc.path(), [10, 7, 0, 0, 0]);
        fs::write(proc.path().join("10/smaps_rollup"), "").expect("a file");
        assert_eq!(memory_of_group(proc.path(), 7), Some(3_330 << 10));
    }

    #[test]
    fn this_process_has_memory() {
        let here = memory_of(PathBuf::from("/proc/self"));
        if let Some((share, files)) = here {
            assert!(share > 100 << 10 && files > 100 << 10, "{here:?}");
        }
    }
}
