//! The `Runner` trait: one concurrency model.

use std::collections::BTreeMap;
use std::sync::Arc;

use regatta_workloads::{Primitives, Service, Shared, Tally, Workload};
use serde_json::Value;

use crate::desk::{Attempt, Desk};
use crate::worker::Command;
use crate::{Crew, Error, Limits, Need};

/// What a runner is given beside the workload.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Units of parallelism that it may use, at least 1. It means nothing to a runner that always has one, or one per task.
    pub workers: usize,
    /// Options of the model, by name.
    pub options: BTreeMap<String, Value>,
    /// How to start a worker process.
    pub worker: Command,
}

/// What bounds a runner's parallelism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallelism {
    /// Always one worker.
    One,
    /// As many workers as it is given.
    Workers,
    /// A worker of its own for each task.
    PerTask,
}

impl Parallelism {
    /// Returns its name in records: `one`, `workers` or `per-task`.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Workers => "workers",
            Self::PerTask => "per-task",
        }
    }

    /// Returns how many workers a runner with this parallelism has for a number of tasks, when it is given `workers`.
    pub fn workers(self, workers: u64, tasks: u64) -> u64 {
        match self {
            Self::One => 1,
            Self::Workers => workers,
            Self::PerTask => tasks.max(1),
        }
    }
}

/// Where a model comes from: what its speed-up is compared within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Native code without a global lock.
    Native,
    /// Native code under a modelled global interpreter lock.
    Gil,
}

impl Family {
    /// Returns its name in records: `native` or `gil`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Gil => "gil",
        }
    }
}

/// The outcome of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Number of tasks done, and the checksum over their results.
    pub tally: Tally,
    /// Distinct workers that did at least one task. Workers of tokio count as they end one, all others as they start one.
    pub workers_seen: u64,
    /// Extra figures of the model, by name. The name ends in the unit.
    pub figures: BTreeMap<String, f64>,
}

impl Outcome {
    /// Returns the outcome of a run whose tasks this crew did.
    pub fn new(tally: Tally, crew: &Crew) -> Self {
        Self { tally, workers_seen: crew.seen(), figures: BTreeMap::new() }
    }

    /// Adds the figures of what the tasks of the run shared, and left behind.
    ///
    /// # Errors
    /// If what must always hold of it does not.
    pub fn with<W: Workload, P: Primitives>(mut self, shared: &W::Shared<P>, workload: &W) -> Result<Self, Error> {
        self.figures.extend(shared.conclude(workload).map_err(Error::shared)?.figures);
        Ok(self)
    }
}

/// One concurrency model.
pub trait Runner: 'static {
    /// Its name in plans, flags and records.
    const NAME: &'static str;
    /// How it does the work, in one sentence.
    const ABOUT: &'static str;
    /// What bounds its parallelism.
    const PARALLELISM: Parallelism;
    /// Where it comes from.
    const FAMILY: Family = Family::Native;
    /// The concurrency model, by the name of the native runner that has it.
    const MODEL: &'static str = Self::NAME;
    /// Whether its workers are processes, which share no memory.
    const PROCESSES: bool = false;

    /// The names of its options.
    const OPTIONS: &'static [&'static str] = &[];

    /// Whether a task that never gives way leaves the tasks of other workers alone. Models that switch only where a task waits
    /// do not promise that.
    const PREEMPTIVE: bool = true;

    /// Returns what a run would take from the machine.
    fn need<W: Workload>(workload: &W, settings: &Settings) -> Need {
        Need::default().descriptors(workload.descriptors() * settings.workers as u64)
    }

    /// Builds what the model keeps between runs, and returns the closure that carries out every task once.
    ///
    /// The closure pays for whatever it is the model's nature to create anew each time. It must come to an end, even when tasks
    /// fail or panic. What is left of the model after that need not be usable.
    ///
    /// # Errors
    /// If the model cannot be started here. The closure fails if a task fails, panics or is lost.
    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<Self, W>, Error>;

    /// Builds what the model keeps, and returns what carries out every task of a workload where one may come to grief: `desk` is told what
    /// becomes of each.
    ///
    /// # Errors
    /// If the model cannot be started here, or does not say what becomes of single tasks.
    fn attempt<W: Workload>(_workload: Arc<W>, _settings: Settings, _desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Err(Error::Unavailable("the runner does not say what becomes of single tasks".to_owned()))
    }
}

/// Checks that runner `R` can do the work, and that the machine's limits carry it.
///
/// # Errors
/// With the reason and the remedy if not.
pub fn fits<R: Runner, W: Workload>(workload: &W, settings: &Settings) -> Result<(), Error> {
    let demand = Demand {
        shares_memory: W::SHARES_MEMORY,
        gives_way: W::GIVES_WAY,
        tasks: workload.tasks(),
        needed: workload.at_once(),
        descriptors: workload.descriptors(),
        service: workload.service(),
        need: R::need(workload, settings),
    };
    let offer = Offer {
        has_processes: R::PROCESSES,
        is_preemptive: R::PREEMPTIVE,
        at_once: R::PARALLELISM.workers(settings.workers as u64, demand.tasks),
    };
    meets(&demand, &offer)
}

/// What a workload asks for, under the runner in question.
struct Demand {
    shares_memory: bool,
    /// Each task gives way while it waits for others.
    gives_way: bool,
    tasks: u64,
    /// Tasks that must be in progress at once.
    needed: u64,
    /// Descriptors of each task.
    descriptors: u64,
    service: Option<Service>,
    need: Need,
}

/// What a runner has to give.
struct Offer {
    has_processes: bool,
    is_preemptive: bool,
    /// Tasks that are in progress at once where each keeps its worker until it is done.
    at_once: u64,
}

/// Says whether the offer meets the demand. It needs no types, so it is compiled once, and not for each pair of them.
fn meets(demand: &Demand, offer: &Offer) -> Result<(), Error> {
    let &Demand { shares_memory, gives_way, tasks, needed, descriptors, service, ref need } = demand;
    let reason = if shares_memory && offer.has_processes {
        "its tasks share memory, and processes have none in common; a runner with threads can do it".to_owned()
    } else if needed > 1 && !offer.is_preemptive && !gives_way {
        "some of its tasks never give way, which under this runner can stall the others for ever; \
         a runner with threads can do it"
            .to_owned()
    } else if needed > offer.at_once && offer.is_preemptive {
        format!(
            "{needed} of its tasks must be in progress at once, and this runner has {} workers; \
             a runner with `--workers {needed}` or with a thread per task can do it",
            offer.at_once
        )
    } else {
        let limits = Limits::read();
        limits.check(need)?;
        let open = if offer.has_processes { need.threads * descriptors } else { need.descriptors };
        let connections = open.min(tasks * descriptors);
        return limits.check_server(connections, service.map_or(0, Service::descriptors));
    };
    Err(Error::Unavailable(reason))
}
