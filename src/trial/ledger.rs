//! The ledger of a trial: what became of each task, in memory that the end of a process does not erase.

use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use regatta_reports::record::{TaskEnd, TaskFate, Told};
use regatta_workloads::{Mark, Witness};

use crate::recorder::Recorder;
use crate::shared_numbers::SharedNumbers;

/// The variable by which worker processes know the path of the ledger.
pub(crate) const LEDGER: &str = "REGATTA_TRIAL_LEDGER";
/// Attempts of a trial: with the fault, and the same work once more without it.
pub(crate) const ATTEMPTS: usize = 2;
/// Most tasks of a trial.
pub(crate) const MOST_TASKS: u64 = 128;

/// Numbers before the entries: which attempt is under way, and when something was noted last.
const HEAD: usize = 2;
/// Numbers of an entry.
const FIGURES: usize = 8;
/// Numbers of the ledger.
const LENGTH: usize = HEAD + ATTEMPTS * MOST_TASKS as usize * FIGURES;

/// The ledger of this process, if it is one of a trial.
static OWN: OnceLock<Ledger> = OnceLock::new();

/// What became of each task of a trial, in both attempts. Times are those of the recorder's clock, and never 0.
#[derive(Debug)]
pub(crate) struct Ledger(SharedNumbers<LENGTH>);

/// Where the figures of a task stand in its entry. `docs/PROTOCOL.md` says so to cells in other languages.
#[derive(Debug, Clone, Copy)]
enum Figure {
    Begun = 0,
    Process = 1,
    Thread = 2,
    Struck = 3,
    Ended = 4,
    /// 1: as it should; 2: its variables were dropped before.
    End = 5,
    ToldAt = 6,
    /// 1: the right result; 2: an error; 3: a wrong result.
    Told = 7,
}

impl Ledger {
    /// Makes the ledger of a trial in the file at `path`.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        SharedNumbers::create(path).map(Self)
    }

    /// Opens the ledger at `path` as that of this process, for as long as it lives.
    pub(crate) fn open_own(path: &Path) -> io::Result<&'static Self> {
        let ledger = Self(SharedNumbers::open(path)?);
        Ok(OWN.get_or_init(|| ledger))
    }

    /// Returns who notes what becomes of the tasks of this process.
    pub(crate) fn witness() -> Witness {
        Witness {
            note: |index, mark| {
                if let Some(ledger) = OWN.get() {
                    ledger.note(index, mark);
                }
            },
            is_armed: || OWN.get().is_some_and(|ledger| ledger.attempt() == 0),
        }
    }

    fn head(&self) -> (&AtomicU64, &AtomicU64) {
        let [attempt, noted, ..] = self.0.all();
        (attempt, noted)
    }

    /// Returns the entry of a task in an attempt; none for one that has no place.
    fn entry(&self, attempt: usize, index: u64) -> Option<&[AtomicU64]> {
        let place = (index < MOST_TASKS).then(|| attempt * MOST_TASKS as usize + index as usize)?;
        self.0.all()[HEAD..].chunks_exact(FIGURES).nth(place)
    }

    /// Returns which attempt is under way, from 0.
    pub(crate) fn attempt(&self) -> usize {
        (self.head().0.load(Acquire) as usize).min(ATTEMPTS - 1)
    }

    /// Begins an attempt.
    pub(crate) fn begin(&self, attempt: usize) {
        self.head().0.store(attempt as u64, Release);
        self.head().1.store(Recorder::now_ns(), Release);
    }

    /// Returns when something was noted last.
    pub(crate) fn noted_ns(&self) -> u64 {
        self.head().1.load(Acquire)
    }

    /// Notes what a task says of itself. It allocates nothing, takes no lock and cannot fail: the task may have run out of all it needs.
    fn note(&self, index: u64, mark: Mark) {
        let now = Recorder::now_ns().max(1);
        self.head().1.store(now, Release);
        let Some(entry) = self.entry(self.attempt(), index) else { return };
        let set = |figure: Figure, value: u64| entry[figure as usize].store(value, Release);
        match mark {
            Mark::Begun => {
                set(Figure::Process, u64::from(std::process::id()));
                set(Figure::Thread, rustix::thread::gettid().as_raw_nonzero().get().cast_unsigned().into());
                set(Figure::Begun, now);
            }
            Mark::Struck => set(Figure::Struck, now),
            Mark::Alive => {}
            Mark::Done => {
                set(Figure::End, 1);
                set(Figure::Ended, now);
            }
            Mark::Dropped => {
                set(Figure::End, 2);
                set(Figure::Ended, now);
            }
        }
    }

    /// Notes what came back of a task to whoever handed it in, during attempt number `attempt`.
    pub(crate) fn tell(&self, attempt: usize, index: u64, told: Told) {
        let now = Recorder::now_ns().max(1);
        self.head().1.store(now, Release);
        let Some(entry) = self.entry(attempt, index) else { return };
        entry[Figure::ToldAt as usize].store(now, Relaxed);
        let code = match told {
            Told::Result => 1,
            Told::Error => 2,
            Told::Wrong => 3,
        };
        entry[Figure::Told as usize].store(code, Release);
    }

    /// Returns whether it is known of all `tasks` of an attempt what came back.
    pub(crate) fn is_settled(&self, attempt: usize, tasks: u64) -> bool {
        (0..tasks).all(|index| self.figure(attempt, index, Figure::Told).is_some())
    }

    /// Returns when the fault began, and in which process; none if it has not.
    pub(crate) fn struck(&self, victim: u64) -> Option<(u64, u32)> {
        let process = self.figure(0, victim, Figure::Process)?;
        Some((self.figure(0, victim, Figure::Struck)?, u32::try_from(process).ok()?))
    }

    fn figure(&self, attempt: usize, index: u64, figure: Figure) -> Option<u64> {
        let entry = self.entry(attempt, index)?;
        Some(entry[figure as usize].load(Acquire)).filter(|value| *value != 0)
    }

    /// Returns what became of the tasks of an attempt, in times since the fault began, with processes and threads counted from 0.
    pub(crate) fn fates(&self, attempt: usize, tasks: u64, zero_ns: u64) -> Vec<TaskFate> {
        let (mut processes, mut threads) = (Vec::new(), Vec::new());
        let fate = |index| {
            let figure = |figure| self.figure(attempt, index, figure);
            let since = |ns: u64| ns.cast_signed().wrapping_sub(zero_ns.cast_signed());
            TaskFate {
                process: figure(Figure::Process).map(|process| number(&mut processes, process)),
                thread: figure(Figure::Thread).map(|thread| number(&mut threads, thread)),
                begun_ns: figure(Figure::Begun).map(since),
                ended_ns: figure(Figure::Ended).map(since),
                end: figure(Figure::End).map(|end| if end == 1 { TaskEnd::Done } else { TaskEnd::Dropped }),
                told_ns: figure(Figure::ToldAt).map(since),
                told: figure(Figure::Told).map(|told| match told {
                    1 => Told::Result,
                    2 => Told::Error,
                    _ => Told::Wrong,
                }),
            }
        };
        (0..tasks).map(fate).collect()
    }
}

/// Returns the place of `value` among those that were seen, which it joins.
fn number(seen: &mut Vec<u64>, value: u64) -> u32 {
    let place = seen.iter().position(|known| *known == value).unwrap_or_else(|| {
        seen.push(value);
        seen.len() - 1
    });
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_noted_is_read_by_another_process() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger");
        let (driver, cell) = (Ledger::create(&path).expect("a file"), Ledger(SharedNumbers::open(&path).expect("it")));
        cell.begin(0);
        cell.note(1, Mark::Begun);
        cell.note(1, Mark::Struck);
        cell.note(1, Mark::Dropped);
        cell.note(0, Mark::Begun);
        cell.note(0, Mark::Done);
        cell.tell(0, 0, Told::Result);
        let (struck, process) = driver.struck(1).expect("it was struck");
        assert_eq!(process, std::process::id());
        assert!(!driver.is_settled(0, 2));
        let fates = driver.fates(0, 3, struck);
        let ends: Vec<_> = fates.iter().map(|fate| (fate.end, fate.told)).collect();
        assert_eq!(ends, [(Some(TaskEnd::Done), Some(Told::Result)), (Some(TaskEnd::Dropped), None), (None, None)]);
        assert_eq!((fates[0].process, fates[1].thread, fates[2].process), (Some(0), Some(0), None));
        cell.begin(1);
        cell.note(1, Mark::Begun);
        assert_eq!(driver.fates(1, 3, struck)[0].begun_ns, None, "the attempts have entries of their own");
        cell.note(MOST_TASKS, Mark::Begun);
    }
}
