//! The segments of tasks, from all workers: threads write to memory, worker processes to a file that they share.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use regatta_reports::record::Segment;

/// Bytes of a segment in the file.
const ENTRY: usize = 32;
/// Most segments that are kept; what comes later is only counted.
const MOST: usize = 8_000;

/// A segment with the worker's number as the operating system counts, and times of the shared monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) task: u64,
    pub(crate) worker: u64,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
}

impl Entry {
    fn encode(self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        for (place, value) in bytes.chunks_mut(8).zip([self.task, self.worker, self.start_ns, self.end_ns]) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut values = bytes.chunks_exact(8).filter_map(|value| value.try_into().ok().map(u64::from_le_bytes));
        Some(Self { task: values.next()?, worker: values.next()?, start_ns: values.next()?, end_ns: values.next()? })
    }
}

/// Where segments go.
#[derive(Debug)]
pub(crate) struct Log {
    /// Those of this process.
    entries: Mutex<Vec<Entry>>,
    /// Those of worker processes: appended to by them, read by the cell.
    file: File,
    /// Whether this process is such a worker.
    is_worker: bool,
}

impl Log {
    /// The log of a cell, whose workers append to the file at `path`.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).append(true).create(true).open(path)?;
        Ok(Self { entries: Mutex::default(), file, is_worker: false })
    }

    /// The log of a worker process.
    pub(crate) fn append(path: &Path) -> io::Result<Self> {
        Ok(Self { is_worker: true, ..Self::create(path)? })
    }

    /// Writes a segment. One write call of 32 bytes to a file opened for appending is not torn apart.
    pub(crate) fn push(&self, entry: Entry) {
        if self.is_worker {
            // A full disk costs the picture, not the run.
            let _ = (&self.file).write_all(&entry.encode());
        } else {
            self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
    }

    /// Forgets all segments.
    pub(crate) fn clear(&self) -> io::Result<()> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.file.set_len(0)
    }

    /// All segments in the order in which they began, in time since `zero_ns`, with workers counted from 0; and how many were dropped.
    pub(crate) fn segments(&self, zero_ns: u64) -> io::Result<(Vec<Segment>, u64)> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        entries.extend(bytes.chunks_exact(ENTRY).filter_map(Entry::decode));
        entries.sort_by_key(|entry| (entry.start_ns, entry.end_ns));
        let dropped = entries.len().saturating_sub(MOST) as u64;
        entries.truncate(MOST);
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
        Ok((entries.iter().map(segment).collect(), dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_threads_and_processes_come_together_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let (cell, worker) = (Log::create(&path).expect("a file"), Log::append(&path).expect("the same file"));
        let entry = |task, worker, start_ns| Entry { task, worker, start_ns, end_ns: start_ns + 5 };
        worker.push(entry(1, 700, 130));
        cell.push(entry(2, 500, 110));
        worker.push(entry(3, 700, 120));
        let (segments, dropped) = cell.segments(100).expect("a file of our own");
        assert_eq!(dropped, 0);
        let seen: Vec<_> = segments.iter().map(|segment| (segment.task, segment.worker, segment.start_ns)).collect();
        assert_eq!(seen, [(2, 0, 10), (3, 1, 20), (1, 1, 30)]);
        cell.clear().expect("a file of our own");
        assert!(cell.segments(0).expect("a file of our own").0.is_empty());
        (0..MOST as u64 + 3).for_each(|task| cell.push(entry(task, 1, task)));
        assert_eq!(cell.segments(0).expect("a file of our own").1, 3);
    }
}
