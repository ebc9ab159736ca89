//! The simulated world: one thread, a seed, and a clock that jumps. It makes mistakes of coordination happen, and happen again.
//!
//! All tasks are in progress at once, and at each operation and each checkpoint the seed says which one goes on. So each seed is another
//! interleaving, and the same seed is the same one. Time is virtual: a step takes 100 ns, and where every task waits the clock jumps
//! to the next timer. The world has a lock, a condition variable and a lock for readers and writers. All else is built on them by
//! [`monitor`](regatta_workloads::monitor), so that is tested as well.
//!
//! It is no runner, for its times mean nothing. FoundationDB tests its database like that (J. Zhou et al., "FoundationDB: A Distributed
//! Unbundled Transactional Key Value Store", SIGMOD 2021, section 4).
//!
//! - `scheduler`: whose turn it is, and what time.
//! - `stacks`: tasks that can be suspended anywhere.
//! - `line`: tasks in line for something.
//! - `locks`: the three locks. `primitives`: all primitives of the world.
//! - `world`: the world as a task sees it.

mod line;
mod locks;
mod primitives;
mod scheduler;
mod stacks;
mod world;

use std::sync::Arc;
use std::time::Duration;

use regatta_workloads::{Context, Primitives, Workload, expected_tally};

use self::scheduler::{Scheduler, now};
use crate::task::{carry_out, share};
use crate::watched::WatchedWorkload;
use crate::{Circle, Error, Outcome, Standstill, WaitsFor};

pub use self::locks::{SimulatedCondvar, SimulatedGuard, SimulatedMutex, SimulatedRwLock};
pub use self::primitives::OfSimulation;
pub use self::world::{NoStream, Simulated};

/// What came of a simulated run.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The tally of the results, and the figures of what the tasks shared.
    pub outcome: Outcome,
    /// A hash of the schedule: which task went on at which time.
    pub schedule: u64,
    /// Virtual time that passed.
    pub elapsed: Duration,
}

/// Why a simulated run brought no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A task failed or panicked, or what came out is wrong.
    #[error("{0}")]
    Run(#[from] Error),
    /// Tasks wait for each other in a circle.
    #[error("deadlock: {0}")]
    Deadlock(Circle),
    /// Every task that is left waits, and no timer ends a wait.
    #[error("no task goes on: {0}")]
    Standstill(Standstill),
    /// The tasks go on and on.
    #[error("the tasks had not ended after {0} steps")]
    Endless(u64),
}

/// Carries out every task of a workload in the simulated world, in the order that the seed says.
///
/// ```
/// use regatta_runners::simulated::simulate;
/// use regatta_workloads::LostUpdate;
///
/// let workload = LostUpdate { tasks: 3, lock: false, ..LostUpdate::default() };
/// let lost = |seed| simulate(&workload, seed).map(|run| run.outcome.figures["lost_updates"]);
/// assert!((0..100).any(|seed| lost(seed).is_ok_and(|updates| updates > 0.0)));
/// ```
///
/// # Errors
/// If a result is not the one that the workload expects, what the tasks left behind is wrong, or they do not end.
pub fn simulate<W: Workload>(workload: &W, seed: u64) -> Result<Simulation, Failure> {
    simulate_on(workload, seed, |primitives| primitives)
}

/// Does as [`simulate`] with primitives that are made of those of the simulated world.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_on<W: Workload, P: Primitives>(
    workload: &W,
    seed: u64,
    primitives: impl FnOnce(OfSimulation) -> P,
) -> Result<Simulation, Failure> {
    if workload.service().is_some() {
        return Err(Error::Unavailable("the simulated world has no network, and so no server".to_owned()).into());
    }
    let graph = WaitsFor::default();
    let mut workload = WatchedWorkload::new(workload.clone(), graph.clone());
    workload.attach_clock(now);
    workload.begin();
    let scheduler = Scheduler::new(seed);
    let world = Simulated::new(Arc::clone(&scheduler), primitives(OfSimulation::new(&scheduler)));
    let shared = Arc::new(share(&workload, &world.primitives())?);
    let workload = Arc::new(workload);
    let task = |index| {
        let (workload, shared, world) = (Arc::clone(&workload), Arc::clone(&shared), world.clone());
        move || carry_out(&*workload, &world, &shared, index)
    };
    let results =
        scheduler.run((0..workload.tasks()).map(task)).map_err(|stopped| match (graph.circle(), stopped) {
            (Some(circle), _) => Failure::Deadlock(circle),
            (None, Stopped::Failed(error)) => error.into(),
            (None, Stopped::Standstill) => Failure::Standstill(graph.standstill()),
            (None, Stopped::Endless(steps)) => Failure::Endless(steps),
        })?;
    check(&results, workload.expected())?;
    let outcome = Outcome { tally: expected_tally(results), workers_seen: 1, ..Outcome::default() };
    let mut outcome = outcome.with(&*shared, &*workload)?;
    outcome.figures.extend(workload.figures().into_iter().map(|(name, figure)| (name.to_owned(), figure)));
    Ok(Simulation { outcome, schedule: scheduler.schedule(), elapsed: Duration::from_nanos(now()) })
}

/// Why the scheduler stopped before all tasks had ended.
enum Stopped {
    Failed(Error),
    Standstill,
    Endless(u64),
}

/// Compares the results of the tasks with those that are expected.
fn check(results: &[u64], expected: impl Iterator<Item = u64>) -> Result<(), Error> {
    for (index, (result, expected)) in results.iter().zip(expected).enumerate() {
        if *result != expected {
            return Err(Error::Wrong(format!("task {index} gave {result}, and {expected} is right")));
        }
    }
    Ok(())
}
