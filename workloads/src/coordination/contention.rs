//! `contention`: tasks take one lock again and again, and count under it.

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, compute, wrong};
use super::turns::Turns;
use crate::{Asks, Context, Error, Findings, Kind, Latencies, Mutex, Parameter, Primitives, Shared, Variant, Workload};

/// Counts up one shared number under one lock, in all tasks.
///
/// It shows the price of a lock that is wanted by many, and how evenly it is handed out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contention {
    /// Number of tasks.
    pub tasks: u64,
    /// How often each task takes the lock.
    pub operations: u64,
    /// Steps of computing while a task holds the lock.
    pub inside: u64,
    /// Whose lock.
    pub primitives: Variant,
    /// How long each operation waited for the lock.
    #[serde(skip)]
    waits: Latencies,
    /// Who held the lock.
    #[serde(skip)]
    turns: Turns,
}

impl Default for Contention {
    fn default() -> Self {
        let (waits, turns) = (Latencies::default(), Turns::default());
        Self { tasks: 8, operations: 1_000, inside: 0, primitives: Variant::Native, waits, turns }
    }
}

/// The number that all tasks count up.
pub struct Counter<P: Primitives>(P::Mutex<u64>);

impl<P: Primitives> Shared<Contention, P> for Counter<P> {
    fn new(_workload: &Contention, primitives: &P) -> Result<Self, Error> {
        Ok(Self(primitives.mutex(0)))
    }

    fn conclude(&self, workload: &Contention) -> Result<Findings, Error> {
        let all = workload.tasks * workload.operations;
        match self.0.try_lock().as_deref() {
            None => wrong("a task kept the lock"),
            Some(count) if *count != all => {
                wrong(format!("{all} operations under a lock counted up to {count}: the lock did not lock"))
            }
            Some(_) => Ok(Findings::with_operations(all)),
        }
    }
}

impl Asks for Contention {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Contention {
    const NAME: &'static str = "contention";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "takes one lock again and again in all tasks, and counts under it";
    const HOLDS: &'static str = "the sum behind the lock is that of all operations";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("operations", "", "how often each task takes the lock"),
        Parameter::new("inside", "", "steps of computing while a task holds the lock"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Counter<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("operations", self.operations)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Counter<C::Primitives>, index: u64) -> Result<u64, Error> {
        self.turns.begin(index);
        for operation in 0..self.operations {
            cx.checkpoint();
            let begin = self.waits.begin();
            let mut count = shared.0.lock().await;
            self.waits.end(index * self.operations + operation, begin);
            self.turns.note(index);
            compute(cx, self.inside);
            *count += 1;
        }
        Ok(self.operations)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.operations)
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.tasks * self.operations, now);
        self.turns = Turns::new(self.tasks, self.operations);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.waits.named(WAIT)
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.turns.figures()
    }

    fn turns(&self) -> Vec<Vec<u32>> {
        self.turns.slices()
    }

    fn begin(&self) {
        self.waits.clear();
        self.turns.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn contributing_shows_what_the_tasks_share() {
        let (shown, here) = (include_str!("../../../CONTRIBUTING.md"), include_str!("contention.rs"));
        let begin = here.find("/// The number that all tasks count up.").expect("it is in this file");
        let end = here.find("\nimpl Asks for").expect("it is in this file");
        assert!(
            shown.contains(&format!("```rust\n{}```\n", &here[begin..end])),
            "CONTRIBUTING.md shows something else"
        );
    }

    #[test]
    fn every_operation_counts() {
        let workload = Contention { tasks: 3, operations: 5, inside: 300, ..Contention::default() };
        let figures = run_rightly(&workload).figures;
        assert_eq!((figures["operations"], figures[WAIT], figures["longest_turn"]), (15.0, 15.0, 5.0));
    }

    #[test]
    fn an_operation_that_is_lost_is_wrong() {
        let workload = Contention::default();
        let shared = share(&workload);
        *shared.0.try_lock().expect("a free lock") = 7_999;
        let error = shared.conclude(&workload).expect_err("one is lost").to_string();
        assert_eq!(error, "8000 operations under a lock counted up to 7999: the lock did not lock");
    }
}
