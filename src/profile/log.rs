//! The segments of tasks, from all workers: a fixed number of places in memory that threads and worker processes share.
//!
//! A segment costs an addition and four stores, whoever notes it. No run can fill a disk or the memory with segments.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use regatta_reports::record::Segment;
use regatta_runners::Wait;

use crate::shared_numbers::SharedNumbers;

use super::waits::cut;

/// Figures of an entry.
const FIGURES: usize = 4;
/// Most segments that are kept; what comes later is only counted.
const MOST: usize = 8_000;
/// Figures of the log: how many segments have been noted, and the entries.
const LENGTH: usize = 1 + MOST * FIGURES;

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
pub(crate) struct Log(SharedNumbers<LENGTH>);

impl Log {
    /// Makes the log of a cell in the file at `path`, which its worker processes open.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        SharedNumbers::create(path).map(Self)
    }

    /// Opens the log of the cell that this worker process belongs to.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        SharedNumbers::open(path).map(Self)
    }

    fn figures(&self) -> (&AtomicU64, &[AtomicU64]) {
        let [noted, entries @ ..] = self.0.all();
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
