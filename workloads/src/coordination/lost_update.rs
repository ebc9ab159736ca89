//! `lost-update`: tasks read a number, pause, and write it back changed, with a lock and without.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, in_a_row, pause, wrong};
use crate::{Asks, Context, Error, Findings, Kind, Mutex, Parameter, Primitives, Shared, Variant, Workload};

/// Takes one from a shared number in each task, as a shop takes from its stock: read, pause, write back.
///
/// With the lock the number is exact in the end, at the price that one task pauses at a time. Without it, what another task wrote in the
/// pause is lost. That is expected, and counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LostUpdate {
    /// Number of tasks.
    pub tasks: u64,
    /// Updates of each task.
    pub updates: u64,
    /// Pause between reading and writing, microseconds; 0 gives way to other tasks instead.
    pub pause_us: u64,
    /// Whether a lock is held from reading to writing.
    pub lock: bool,
    /// Whose lock.
    pub primitives: Variant,
}

impl Default for LostUpdate {
    fn default() -> Self {
        Self { tasks: 100, updates: 1, pause_us: 200, lock: true, primitives: Variant::Native }
    }
}

impl LostUpdate {
    /// Returns the updates of all tasks.
    fn all(&self) -> u64 {
        self.tasks * self.updates
    }
}

/// The number that all tasks change.
pub struct Stock<P: Primitives> {
    locked: P::Mutex<u64>,
    /// Read and written in two steps, so that nothing but an update can be lost.
    unlocked: AtomicU64,
}

impl<P: Primitives> Shared<LostUpdate, P> for Stock<P> {
    fn new(workload: &LostUpdate, primitives: &P) -> Result<Self, Error> {
        Ok(Self { locked: primitives.mutex(workload.all()), unlocked: AtomicU64::new(workload.all()) })
    }

    fn conclude(&self, workload: &LostUpdate) -> Result<Findings, Error> {
        let left = if workload.lock {
            let Some(left) = self.locked.try_lock() else { return wrong("a task kept the lock") };
            *left
        } else {
            self.unlocked.load(Ordering::Relaxed)
        };
        if left > workload.all() || (workload.lock && left != 0) {
            let (all, done) = (workload.all(), workload.all().wrapping_sub(left));
            return wrong(format!("{all} updates under a lock left the number as after {done}: the lock did not lock"));
        }
        Ok(Findings::with_operations(workload.all()).figure("lost_updates", left as f64))
    }
}

impl Asks for LostUpdate {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for LostUpdate {
    const NAME: &'static str = "lost-update";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "reads a shared number, pauses, and writes it back less one";
    const HOLDS: &'static str = "with the lock, the number in the end is what all updates together make of it";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("updates", "", "updates of each task"),
        Parameter::new("pause_us", "us", "pause between reading and writing; 0 gives way instead"),
        Parameter::new("lock", "", "whether a lock is held meanwhile"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Stock<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("updates", self.updates)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Stock<C::Primitives>, _index: u64) -> Result<u64, Error> {
        for _ in 0..self.updates {
            cx.checkpoint();
            if self.lock {
                let mut stock = shared.locked.lock().await;
                let read = *stock;
                pause(cx, self.pause_us).await;
                *stock = read.wrapping_sub(1);
            } else {
                let read = shared.unlocked.load(Ordering::Relaxed);
                pause(cx, self.pause_us).await;
                shared.unlocked.store(read.wrapping_sub(1), Ordering::Relaxed);
            }
        }
        Ok(self.updates)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.updates)
    }

    fn wait(&self) -> Duration {
        in_a_row(self.pause_us, if self.lock { self.all() } else { self.updates })
    }
}
