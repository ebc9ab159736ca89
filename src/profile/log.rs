//! The segments of tasks, from all workers: a fixed number of places in memory that threads and worker processes share.
//!
//! A segment costs an addition and four stores, whoever notes it. No run can fill a disk or the memory with segments.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use regatta_reports::record::Segment;
use regatta_runners::Wait;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::waits::cut;

/// Figures of an entry.
const FIGURES: usize = 4;
/// Most segments that are kept; what comes later is only counted.
const MOST: usize = 8_000;
/// Figures of the log: how many segments have been noted, and the entries.
const LENGTH: usize = 1 + MOST * FIGURES;
/// Bytes of the log.
const BYTES: usize = LENGTH * size_of::<AtomicU64>();

/// A segment with the worker's number as the operating system counts, which is never 0, and times of the shared monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) task: u64,
    pub(crate) worker: u64,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
}

/// Where segments go.
#[derive(Debug)]
pub(crate) struct Log {
    /// The file of `BYTES` bytes that all processes of a cell have mapped.
    figures: NonNull<[AtomicU64; LENGTH]>,
}

// SAFETY: the memory is shared between threads as it is between processes, by atomics only.
unsafe impl Send for Log {}
// SAFETY: as above.
unsafe impl Sync for Log {}

impl Log {
    /// Makes the log of a cell in the file at `path`, which its worker processes open.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        // Not cut to nothing before: whoever still had it mapped would be killed. Zeros are written, for a full disk has to show here.
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        file.write_all(&[0; BYTES])?;
        Self::map(&file)
    }

    /// Opens the log of the cell that this worker process belongs to.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        if file.metadata()?.len() < BYTES as u64 {
            return Err(io::Error::other("the log of the profile is too short"));
        }
        Self::map(&file)
    }

    fn map(file: &File) -> io::Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a new mapping, which overlaps no memory in use. The file is as long as the mapping, and nobody shortens it.
        let address = unsafe { mmap(std::ptr::null_mut(), BYTES, access, flags, file.as_fd(), 0)? };
        let figures = NonNull::new(address.cast()).ok_or_else(|| io::Error::other("no memory at 0"))?;
        Ok(Self { figures })
    }

    fn figures(&self) -> (&AtomicU64, &[AtomicU64]) {
        // SAFETY: mapped until drop, a page is aligned well enough, and all bits are a number.
        let [noted, entries @ ..] = unsafe { self.figures.as_ref() };
        (noted, entries)
    }

    /// Returns whether further segments are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.figures().0.load(Ordering::Relaxed) >= MOST as u64
    }

    /// Notes a segment, or only counts it if the log is full; then `entry` is not asked for.
    pub(crate) fn push(&self, entry: impl FnOnce() -> Entry) {
        let (noted, entries) = self.figures();
        let place = usize::try_from(noted.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
        if let Some(figures) = entries.chunks_exact(FIGURES).nth(place) {
            let Entry { task, worker, start_ns, end_ns } = entry();
            for (figure, value) in figures.iter().zip([task, worker, start_ns, end_ns]) {
                figure.store(value, Ordering::Relaxed);
            }
        }
    }

    /// Forgets all segments.
    pub(crate) fn clear(&self) {
        let (noted, entries) = self.figures();
        noted.store(0, Ordering::Relaxed);
        entries.iter().for_each(|figure| figure.store(0, Ordering::Relaxed));
    }

    /// Returns all segments, without the waits that are within them, in the order in which they began, in time since `zero_ns`, with workers counted from 0; and how many were dropped.
    pub(crate) fn segments(&self, zero_ns: u64, waits: &[Wait]) -> (Vec<Segment>, u64) {
        let (noted, entries) = self.figures();
        let figure = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        let entries: Vec<Entry> = entries
            .chunks_exact(FIGURES)
            .filter_map(|figures| {
                let [task, worker, start_ns, end_ns] = figures else { return None };
                // Worker 0 is a place that nobody has written to.
                let worker = Some(figure(worker)).filter(|worker| *worker != 0)?;
                Some(Entry { task: figure(task), worker, start_ns: figure(start_ns), end_ns: figure(end_ns) })
            })
            .collect();
        let mut entries = cut(entries, waits);
        entries.sort_by_key(|entry| (entry.start_ns, entry.end_ns));
        let dropped = figure(noted).saturating_sub(MOST as u64);
        let mut workers = Vec::new();
        let mut number = |worker| {
            workers.iter().position(|known| *known == worker).unwrap_or_else(|| {
                workers.push(worker);
                workers.len() - 1
            })
        };
        let segment = |entry: &Entry| Segment {
            task: entry.task,
            worker: u32::try_from(number(entry.worker)).unwrap_or(u32::MAX),
            start_ns: entry.start_ns.saturating_sub(zero_ns),
            end_ns: entry.end_ns.saturating_sub(zero_ns),
        };
        (entries.iter().map(segment).collect(), dropped)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` and by nobody else; no reference outlives this. A failure would leave it mapped, which harms nobody.
        let _ = unsafe { munmap(self.figures.as_ptr().cast(), BYTES) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(task: u64, worker: u64, start_ns: u64) -> Entry {
        Entry { task, worker, start_ns, end_ns: start_ns + 5 }
    }

    #[test]
    fn segments_of_threads_and_processes_come_together_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let (cell, worker) = (Log::create(&path).expect("a file"), Log::open(&path).expect("the same file"));
        worker.push(|| entry(1, 700, 130));
        cell.push(|| entry(2, 500, 110));
        worker.push(|| entry(3, 700, 120));
        let (segments, dropped) = cell.segments(100, &[]);
        assert_eq!(dropped, 0);
        let seen: Vec<_> = segments.iter().map(|segment| (segment.task, segment.worker, segment.start_ns)).collect();
        assert_eq!(seen, [(2, 0, 10), (3, 1, 20), (1, 1, 30)]);
        cell.clear();
        assert!(cell.segments(0, &[]).0.is_empty());
    }

    #[test]
    fn what_is_too_much_is_counted_and_takes_no_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let (cell, worker) = (Log::create(&path).expect("a file"), Log::open(&path).expect("the same file"));
        let length = || std::fs::metadata(&path).expect("the file").len();
        let before = length();
        (0..MOST as u64).for_each(|task| worker.push(|| entry(task, 1, task)));
        assert!(cell.is_full());
        (0..3).for_each(|_| worker.push(|| unreachable!("a full log asks for no entry")));
        assert_eq!((cell.segments(0, &[]).0.len(), cell.segments(0, &[]).1), (MOST, 3));
        assert_eq!(length(), before);
    }

    #[test]
    fn a_file_that_is_no_log_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        std::fs::write(&path, "short").expect("a file");
        assert!(Log::open(&path).is_err());
    }
}
