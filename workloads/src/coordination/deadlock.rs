//! `deadlock`: tasks take two locks, with a cure against waiting in a circle.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, wrong};
use crate::monitor::Reentrant;
use crate::{Asks, Context, Error, Findings, Kind, Latencies, Mutex, Parameter, Primitives, Shared, Variant, Workload};

/// How long a task without the cure keeps its first lock before it takes the second: long enough that tasks meet.
const TEMPTATION: Duration = Duration::from_millis(1);

/// Takes two locks in each round of each task, and changes a number under both.
///
/// Tasks that take them in opposite order may wait for each other for ever. There are two cures: one order for all, or one lock that
/// may be taken twice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlock {
    /// Number of tasks.
    pub tasks: u64,
    /// Rounds of each task.
    pub rounds: u64,
    /// What keeps tasks from waiting in a circle.
    pub cure: Cure,
    /// Whose locks.
    pub primitives: Variant,
    /// How long each round waited for both locks.
    #[serde(skip)]
    waits: Latencies,
}

/// What keeps tasks from waiting in a circle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cure {
    /// All tasks take the locks in one order.
    #[default]
    Order,
    /// There is one reentrant lock, which tasks take twice.
    Reentrant,
    /// Nothing does: odd tasks take the locks in the opposite order. The run may never end.
    None,
}

impl Default for Deadlock {
    fn default() -> Self {
        let (cure, primitives) = (Cure::Order, Variant::Native);
        Self { tasks: 10, rounds: 10, cure, primitives, waits: Latencies::default() }
    }
}

/// The locks, and the number under them.
pub struct Locks<P: Primitives> {
    a: P::Mutex<()>,
    b: P::Mutex<()>,
    both: Reentrant<P>,
    /// Rounds that were done. Read and written in two steps: whoever holds both locks is alone.
    rounds: AtomicU64,
}

impl<P: Primitives> Shared<Deadlock, P> for Locks<P> {
    fn new(_workload: &Deadlock, primitives: &P) -> Result<Self, Error> {
        let [a, b] = [(); 2].map(|()| primitives.mutex(()));
        Ok(Self { a, b, both: Reentrant::new(primitives), rounds: AtomicU64::new(0) })
    }

    fn conclude(&self, workload: &Deadlock) -> Result<Findings, Error> {
        let (all, rounds) = (workload.tasks * workload.rounds, self.rounds.load(Ordering::Relaxed));
        if rounds != all {
            return wrong(format!("{all} rounds under two locks counted up to {rounds}: the locks did not lock"));
        }
        Ok(Findings::with_operations(all))
    }
}

impl<P: Primitives> Locks<P> {
    /// Does a round's work. The caller holds both locks.
    async fn work<C: Context>(&self, cx: &C) {
        let rounds = self.rounds.load(Ordering::Relaxed);
        cx.yield_now().await;
        self.rounds.store(rounds + 1, Ordering::Relaxed);
    }
}

impl Asks for Deadlock {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Deadlock {
    const NAME: &'static str = "deadlock";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "takes two locks in each task, with a cure against waiting in a circle";
    const HOLDS: &'static str = "every task gets both locks in each round";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("rounds", "", "rounds of each task"),
        Parameter::new("cure", "", "`order`, `reentrant`, or `none`, with which a run may never end"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Locks<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("rounds", self.rounds)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Locks<C::Primitives>, index: u64) -> Result<u64, Error> {
        let is_opposite = self.cure == Cure::None && !index.is_multiple_of(2);
        let (first, second) = if is_opposite { (&shared.b, &shared.a) } else { (&shared.a, &shared.b) };
        for round in 0..self.rounds {
            cx.checkpoint();
            let place = index * self.rounds + round;
            let begin = self.waits.begin();
            if self.cure == Cure::Reentrant {
                let _first = shared.both.lock(index).await;
                cx.yield_now().await;
                let _second = shared.both.lock(index).await;
                self.waits.end(place, begin);
                shared.work(cx).await;
            } else {
                let _first = first.lock().await;
                match self.cure {
                    Cure::None => cx.sleep(TEMPTATION).await,
                    _ => cx.yield_now().await,
                }
                let _second = second.lock().await;
                self.waits.end(place, begin);
                shared.work(cx).await;
            }
        }
        Ok(self.rounds)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.rounds)
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.tasks * self.rounds, now);
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
    use super::super::polled::{Polled, poll_all, run, run_rightly, share};
    use super::*;

    #[test]
    fn either_cure_brings_all_rounds_to_their_end() {
        for cure in [Cure::Order, Cure::Reentrant] {
            let figures = run_rightly(&Deadlock { tasks: 4, rounds: 5, cure, ..Deadlock::default() }).figures;
            assert_eq!((figures["operations"], figures[WAIT]), (20.0, 20.0));
        }
    }

    #[test]
    fn without_a_cure_tasks_wait_for_each_other() {
        let stuck = run(&Deadlock { tasks: 2, rounds: 1, cure: Cure::None, ..Deadlock::default() });
        assert!(stuck.expect_err("they wait").to_string().contains("wait for each other"));
        let alone = run(&Deadlock { tasks: 1, cure: Cure::None, ..Deadlock::default() });
        assert_eq!(alone.expect("nobody is in the way").0, [10]);
    }

    #[test]
    fn a_round_that_is_lost_is_wrong() {
        let workload = Deadlock::default();
        let shared = share(&workload);
        shared.rounds.store(99, Ordering::Relaxed);
        assert!(shared.conclude(&workload).expect_err("one is lost").to_string().contains("counted up to 99"));
    }

    #[test]
    fn the_holder_of_a_reentrant_lock_takes_it_again_and_others_wait() {
        let (lock, inside) = (Reentrant::new(&Polled), AtomicU64::new(0));
        let enter = async |me: u64| {
            let _first = lock.lock(me).await;
            assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "it is alone");
            let second = lock.lock(me).await;
            Polled.yield_now().await;
            drop(second);
            Polled.yield_now().await;
            inside.fetch_sub(1, Ordering::Relaxed);
        };
        assert!(poll_all(vec![Box::pin(enter(0)), Box::pin(enter(1)), Box::pin(enter(2))]).is_some());
    }
}
