//! The `Workload` trait: a set of tasks with a known right answer.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::serving::Serving;
use crate::{Context, Error, Primitives, Shared};

/// What limits a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Computing.
    Cpu,
    /// Giving way from task to task: what that costs differs from model to model by nature.
    Switching,
    /// Waiting.
    Io,
    /// Coordinating: tasks wait for each other.
    Coordination,
    /// Both side by side: some tasks compute, others wait.
    Mixed,
    /// Both in turn: each task computes and waits, as the requests of a service do.
    Service,
    /// Serving: its tasks are the requests of a load generator, and its runners are server models.
    Serving,
}

impl Kind {
    /// Returns its name in records: `cpu`, `switching`, `io`, `coordination`, `mixed`, `service` or `serving`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Switching => "switching",
            Self::Io => "io",
            Self::Coordination => "coordination",
            Self::Mixed => "mixed",
            Self::Service => "service",
            Self::Serving => "serving",
        }
    }
}

/// What a workload needs at the other end of its connections. The harness runs it in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Answers each line with the same line in upper case.
    Echo {
        /// How long it waits before each answer.
        delay: Duration,
    },
    /// Sends requests to the server that asks for them, and checks the replies.
    Load,
}

impl Service {
    /// Returns how many file descriptors the server holds for each connection: its socket, and the timer of its delay.
    pub fn descriptors(self) -> u64 {
        match self {
            Self::Echo { delay } => 1 + u64::from(!delay.is_zero()),
            Self::Load => 1,
        }
    }
}

/// A parameter of a workload, as one who sets it sees it. Its default is that of the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in plans, flags and records.
    pub name: &'static str,
    /// Its unit; empty for a number of things.
    pub unit: &'static str,
    /// What it means, in a few words.
    pub about: &'static str,
}

impl Parameter {
    /// Returns a parameter with its unit and meaning.
    pub const fn new(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self { name, unit, about }
    }
}

/// How the harness finds out how much computing a time is on this machine.
#[derive(Debug, Clone)]
pub struct Sizing<W> {
    /// Name of the field that says how many pieces of computing take a millisecond. The harness sets it, so it is no parameter.
    pub field: &'static str,
    /// Work of one task that computes for a millisecond and does not wait.
    pub probe: W,
}

/// A set of tasks with a known right answer.
///
/// The value itself is the workload's parameters. Serde writes it to plans, records and worker processes.
/// A plan may name only some of the parameters, so each has a default.
pub trait Workload: Serialize + DeserializeOwned + Default + Clone + Send + Sync + 'static {
    /// Its name in plans, flags and records.
    const NAME: &'static str;
    /// What limits it.
    const KIND: Kind;
    /// What it does, in one sentence.
    const ABOUT: &'static str;
    /// What must hold in each run, beside the results of its tasks, as a part of a sentence; empty if nothing must.
    const HOLDS: &'static str = "";
    /// Whether its tasks share memory, so that they cannot run in processes of their own.
    const SHARES_MEMORY: bool = false;
    /// Whether each of its tasks gives way while it waits for others. Models that switch only where a task waits need that.
    const GIVES_WAY: bool = true;

    /// What the tasks of one run share, made for the world that they run in; `()` if they share nothing.
    type Shared<P: Primitives>: Shared<Self, P>;

    /// Its parameters with their units and meanings, in the order in which they are shown.
    const PARAMETERS: &'static [Parameter] = &[];

    /// Says what is wrong with the parameters, in words for the one who set them.
    ///
    /// # Errors
    /// If they cannot be carried out.
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }

    /// Returns the number of tasks.
    fn tasks(&self) -> u64;

    /// Carries out one task and returns its result.
    ///
    /// # Errors
    /// If a server cannot be talked to or answers wrongly.
    fn task<C: Context>(
        &self,
        cx: &C,
        shared: &Self::Shared<C::Primitives>,
        index: u64,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    /// Returns the result that each task must have, in the order of their indices, found by another route than the tasks take.
    fn expected(&self) -> impl Iterator<Item = u64>;

    /// Returns the longest wait of a single task, which is zero for work that never waits. No model can finish sooner.
    fn wait(&self) -> Duration {
        Duration::ZERO
    }

    /// Returns for how long each task computes; none unless a parameter says so. With the wait it tells how many tasks keep a core busy.
    fn computing(&self) -> Option<Duration> {
        None
    }

    /// Returns how the harness finds out how much computing that is; none for work whose size is no time. Answers must not depend on it.
    fn sizing(&self) -> Option<Sizing<Self>> {
        None
    }

    /// Returns how many file descriptors one task holds open at once.
    fn descriptors(&self) -> u64 {
        0
    }

    /// Returns the server that its tasks talk to.
    fn service(&self) -> Option<Service> {
        None
    }

    /// Returns what a server does and under which load, if the runners of this workload are server models; none for all others.
    fn serving(&self) -> Option<Serving> {
        None
    }

    /// Returns how many tasks must be in progress at once for the work to come to an end.
    fn at_once(&self) -> u64 {
        1
    }

    /// Sets the address of its server. It is no parameter and so no part of the records.
    fn attach(&mut self, _server: SocketAddr) {}

    /// Sets a folder of its own, for what its tasks keep in files. It is empty at first and is gone with the cell.
    fn attach_folder(&mut self, _folder: &Path) {}

    /// Sets a clock, for latencies that only a task can see. It reads nanoseconds since some fixed moment.
    fn attach_clock(&mut self, _now: fn() -> u64) {}

    /// Checks what the tasks of the last run left outside of their memory, where processes have some in common: in files. It is untimed.
    ///
    /// # Errors
    /// If what must always hold does not: [`Error::Wrong`].
    fn audit(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Returns the latencies that the tasks of the last run saw, nanoseconds, each kind under a name that ends in the unit.
    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        Vec::new()
    }

    /// Returns what is worked out, after the last run and untimed, of that which the tasks noted: figures by name.
    fn figures(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Returns who did the operations of the last run, in order: for each slice of them, first to last, how many each task did. Empty where
    /// nobody noted it.
    fn turns(&self) -> Vec<Vec<u32>> {
        Vec::new()
    }

    /// Makes memory that the tasks of one run share ready for the next run. Called before each run, outside the timed region.
    fn begin(&self) {}
}
