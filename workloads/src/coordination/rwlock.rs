//! `rwlock`: tasks read one value, and some of them write it.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, compute, wrong};
use crate::{
    Asks, Context, Error, Findings, Kind, Latencies, Parameter, Primitives, RwLock, Shared, Variant, Workload,
};

/// Spreads what writes over the operations. It has no factor in common with 100.
const SPREAD: u64 = 61;

/// Reads one value in most operations and writes it in the others, under a lock for readers and writers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RwLocks {
    /// Number of tasks.
    pub tasks: u64,
    /// Operations of each task.
    pub operations: u64,
    /// How many operations of a hundred read.
    pub readers: u64,
    /// Steps of computing while a task holds the lock.
    pub inside: u64,
    /// Whether a task gives way to others while it holds the lock.
    pub gives_way: bool,
    /// Whose lock.
    pub primitives: Variant,
    /// How long each operation waited for the lock.
    #[serde(skip)]
    waits: Latencies,
}

impl Default for RwLocks {
    fn default() -> Self {
        let (primitives, waits) = (Variant::Native, Latencies::default());
        Self { tasks: 8, operations: 1_000, readers: 90, inside: 0, gives_way: false, primitives, waits }
    }
}

impl RwLocks {
    /// Returns the operations of all tasks.
    fn all(&self) -> u64 {
        self.tasks * self.operations
    }

    /// Says whether an operation writes. Operations are numbered through all tasks, and of each hundred the same number writes.
    fn writes(&self, operation: u64) -> bool {
        operation % 100 * SPREAD % 100 >= self.readers
    }

    /// Returns how many operations write: of whole hundreds as many as do not read, and of the rest those that do.
    fn all_writes(&self) -> u64 {
        let (hundreds, rest) = (self.all() / 100, self.all() % 100);
        hundreds * (100 - self.readers) + (0..rest).filter(|operation| self.writes(*operation)).count() as u64
    }
}

/// The value, and what readers saw of it.
pub struct Library<P: Primitives> {
    /// Counts writes. It is read and written in two steps, so that a lock which lets too many in is seen.
    value: P::RwLock<AtomicU64>,
    /// Tasks that hold the lock to read. Counted only where the harness gave a clock.
    reading: AtomicU64,
    most_reading: AtomicU64,
    /// Times that the value changed while a task read it.
    changed: AtomicU64,
    /// Tasks that are not done.
    working: AtomicU64,
    /// The value after the last task.
    left: AtomicU64,
}

impl<P: Primitives> Shared<RwLocks, P> for Library<P> {
    fn new(workload: &RwLocks, primitives: &P) -> Result<Self, Error> {
        Ok(Self {
            value: primitives.rwlock(AtomicU64::new(0)),
            reading: AtomicU64::new(0),
            most_reading: AtomicU64::new(0),
            changed: AtomicU64::new(0),
            working: AtomicU64::new(workload.tasks),
            left: AtomicU64::new(0),
        })
    }

    fn conclude(&self, workload: &RwLocks) -> Result<Findings, Error> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (changed, left, writes) = (count(&self.changed), count(&self.left), workload.all_writes());
        if changed != 0 || left != writes {
            return wrong(format!("{writes} writes counted up to {left}, and {changed} readers saw one go on"));
        }
        let findings = Findings::with_operations(workload.all()).figure("writes", writes as f64);
        let most = count(&self.most_reading);
        Ok(if most > 0 { findings.figure("most_readers", most as f64) } else { findings })
    }
}

impl RwLocks {
    /// Does what a task does while it holds the lock.
    async fn stay<C: Context>(&self, cx: &C) {
        compute(cx, self.inside);
        if self.gives_way {
            cx.yield_now().await;
        }
    }

    async fn read<C: Context>(&self, cx: &C, library: &Library<C::Primitives>, operation: u64) {
        let begin = self.waits.begin();
        let value = library.value.read().await;
        self.waits.end(operation, begin);
        if self.waits.are_noted() {
            let reading = library.reading.fetch_add(1, Ordering::Relaxed) + 1;
            library.most_reading.fetch_max(reading, Ordering::Relaxed);
        }
        let before = value.load(Ordering::Relaxed);
        self.stay(cx).await;
        if value.load(Ordering::Relaxed) != before {
            library.changed.fetch_add(1, Ordering::Relaxed);
        }
        if self.waits.are_noted() {
            library.reading.fetch_sub(1, Ordering::Relaxed);
        }
    }

    async fn write<C: Context>(&self, cx: &C, library: &Library<C::Primitives>, operation: u64) {
        let begin = self.waits.begin();
        let value = library.value.write().await;
        self.waits.end(operation, begin);
        let before = value.load(Ordering::Relaxed);
        self.stay(cx).await;
        value.store(before + 1, Ordering::Relaxed);
    }
}

impl Asks for RwLocks {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for RwLocks {
    const NAME: &'static str = "rwlock";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "reads one value in most operations and writes it in the others";
    const HOLDS: &'static str = "no reader sees half a write, and no write is lost";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("operations", "", "operations of each task"),
        Parameter::new("readers", "%", "how many operations read"),
        Parameter::new("inside", "", "steps of computing while a task holds the lock"),
        Parameter::new("gives_way", "", "whether a task gives way to others while it holds the lock"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Library<P>;

    fn validate(&self) -> Result<(), String> {
        if self.readers > 100 {
            return Err("`readers` may be at most 100: it is a share, in percent".to_owned());
        }
        check_counts(&[("tasks", self.tasks), ("operations", self.operations)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Library<C::Primitives>, index: u64) -> Result<u64, Error> {
        let first = index * self.operations;
        for operation in first..first + self.operations {
            cx.checkpoint();
            if self.writes(operation) {
                self.write(cx, shared, operation).await;
            } else {
                self.read(cx, shared, operation).await;
            }
        }
        if shared.working.fetch_sub(1, Ordering::AcqRel) == 1 {
            let left = shared.value.read().await.load(Ordering::Relaxed);
            shared.left.store(left, Ordering::Relaxed);
        }
        Ok(self.operations)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.operations)
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.all(), now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.waits.named(WAIT)
    }

    fn begin(&self) {
        self.waits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn readers_read_what_writers_wrote() {
        for (gives_way, most_readers) in [(false, 1.0), (true, 3.0)] {
            let workload = RwLocks { tasks: 3, operations: 50, inside: 9, gives_way, ..RwLocks::default() };
            let figures = run_rightly(&workload).figures;
            assert_eq!((figures["operations"], figures[WAIT]), (150.0, 150.0));
            assert_eq!(figures["most_readers"], most_readers);
        }
    }

    #[test]
    fn the_share_of_readers_is_kept_and_writes_are_counted_right() {
        for readers in [0, 50, 90, 99, 100] {
            for operations in [100, 1_234] {
                let workload = RwLocks { tasks: 2, operations, readers, ..RwLocks::default() };
                let writes = (0..workload.all()).filter(|operation| workload.writes(*operation)).count() as u64;
                assert_eq!(writes, workload.all_writes());
                assert!(operations != 100 || writes == 2 * (100 - readers));
            }
        }
        assert!(RwLocks { readers: 101, ..RwLocks::default() }.validate().is_err());
    }

    #[test]
    fn a_write_that_is_lost_is_wrong_and_so_is_one_that_a_reader_sees() {
        let workload = RwLocks::default();
        for (left, changed) in [(799, 0), (800, 1)] {
            let shared = share(&workload);
            shared.left.store(left, Ordering::Relaxed);
            shared.changed.store(changed, Ordering::Relaxed);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
    }
}
