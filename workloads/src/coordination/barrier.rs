//! `barrier`: tasks go from phase to phase together.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, wrong};
use crate::{
    Asks, Barrier, Context, Error, Findings, Kind, Latencies, Parameter, Primitives, Shared, Variant, Workload,
};

/// Begins each phase only when all tasks have ended the one before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Barriers {
    /// Number of tasks.
    pub tasks: u64,
    /// Number of phases.
    pub phases: u64,
    /// Whose barrier.
    pub primitives: Variant,
    /// How long each task waited in each phase.
    #[serde(skip)]
    waits: Latencies,
}

impl Default for Barriers {
    fn default() -> Self {
        Self { tasks: 8, phases: 100, primitives: Variant::Native, waits: Latencies::default() }
    }
}

/// The barrier, and who came to it.
pub struct Phases<P: Primitives> {
    barrier: P::Barrier,
    /// How often a task came to the barrier.
    arrived: AtomicU64,
    /// How often a task passed it before all had come, or was left behind.
    astray: AtomicU64,
    /// How often a task was told that it leads.
    leaders: AtomicU64,
}

impl<P: Primitives> Shared<Barriers, P> for Phases<P> {
    fn new(workload: &Barriers, primitives: &P) -> Result<Self, Error> {
        let barrier = primitives.barrier(workload.tasks as usize);
        Ok(Self { barrier, arrived: AtomicU64::new(0), astray: AtomicU64::new(0), leaders: AtomicU64::new(0) })
    }

    fn conclude(&self, workload: &Barriers) -> Result<Findings, Error> {
        let (astray, leaders) = (self.astray.load(Ordering::Relaxed), self.leaders.load(Ordering::Relaxed));
        if astray != 0 {
            return wrong(format!("{astray} times a task was in another phase than the others"));
        }
        if leaders != workload.phases {
            return wrong(format!("{leaders} tasks led, and each of {} phases has one that does", workload.phases));
        }
        Ok(Findings::with_operations(workload.tasks * workload.phases).figure("leaders", leaders as f64))
    }
}

impl Asks for Barriers {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Barriers {
    const NAME: &'static str = "barrier";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "goes from phase to phase with all tasks together";
    const HOLDS: &'static str = "nobody begins a phase before all have ended the one before it";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("phases", "", "number of phases"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Phases<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("phases", self.phases)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Phases<C::Primitives>, index: u64) -> Result<u64, Error> {
        let mut leads = 0;
        for phase in 0..self.phases {
            cx.checkpoint();
            shared.arrived.fetch_add(1, Ordering::Relaxed);
            let begin = self.waits.begin();
            leads += u64::from(shared.barrier.wait().await);
            self.waits.end(index * self.phases + phase, begin);
            // All have come to this phase. This task has not come to the next one, so not all have.
            let arrived = shared.arrived.load(Ordering::Relaxed);
            if !((phase + 1) * self.tasks..(phase + 2) * self.tasks).contains(&arrived) {
                shared.astray.fetch_add(1, Ordering::Relaxed);
            }
        }
        shared.leaders.fetch_add(leads, Ordering::Relaxed);
        Ok(self.phases)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.phases)
    }

    fn at_once(&self) -> u64 {
        self.tasks
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.tasks * self.phases, now);
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
    fn each_phase_has_all_tasks_and_one_leader() {
        for tasks in [1, 2, 5] {
            let figures = run_rightly(&Barriers { tasks, phases: 9, ..Barriers::default() }).figures;
            assert_eq!((figures["operations"], figures["leaders"]), (tasks as f64 * 9.0, 9.0));
            assert_eq!(figures[WAIT], figures["operations"]);
        }
    }

    #[test]
    fn a_task_in_another_phase_is_wrong_and_so_is_a_leader_too_many() {
        let workload = Barriers::default();
        for (astray, leaders) in [(1, 100), (0, 101)] {
            let shared = share(&workload);
            shared.astray.store(astray, Ordering::Relaxed);
            shared.leaders.store(leaders, Ordering::Relaxed);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
    }
}
