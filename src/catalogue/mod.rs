//! Which workloads and runners there are, for code that needs no types.
//!
//! - `cpython`: the runners that a Python interpreter has.
//! - `languages`: the languages whose cells come along.
//! - `own_servers`: servers of one's own, each a command.
//! - `names`: what a name in a plan or a flag means, and what else it may have meant.

pub(crate) mod cpython;
pub(crate) mod languages;
mod names;
mod own_servers;

use std::path::PathBuf;
use std::time::Duration;

use regatta_reports::record::Parameters;
use regatta_runners::Parallelism;
pub use regatta_workloads::Card as WorkloadCard;
use regatta_workloads::serving::Serving;
use regatta_workloads::{Service, Tally};
use serde_json::{Map, Value};

pub(crate) use self::names::{check_family, check_runners, means, selects, suggestion, unknown};
pub(crate) use self::own_servers::{OwnServer, WithServers};
use crate::protocol::ServerProgram;

/// What a runner is.
#[derive(Debug, Clone)]
pub struct RunnerCard {
    /// Its name.
    pub name: String,
    /// How it does the work, in one sentence.
    pub about: String,
    /// Where it comes from: `native`, `gil` or `cpython`.
    pub family: String,
    /// The concurrency model, by the name of the native runner that has it.
    pub model: String,
    /// Whether a global lock lets only one thread compute at a time.
    pub gil: bool,
    /// The runner that its speed-up is taken against.
    pub baseline: String,
    /// The runner that computes in the same language, one task after the other: what it is measured by how much computing a time is.
    pub computes_as: String,
    /// Whether it is a server model, whose tasks are the requests of a load generator.
    pub is_server: bool,
    /// What bounds its parallelism.
    pub parallelism: Parallelism,
    /// Whether its workers are processes, which share no memory.
    pub processes: bool,
    /// Whether it has a number of workers each of which is taken while its task waits, so that the number bounds how many wait at once.
    pub waits_in_workers: bool,
    /// The options that it has, by name.
    pub options: Vec<String>,
    /// The workloads that it can do; all, or those that its cells do not refuse, if none.
    pub workloads: Option<Vec<String>>,
    /// Version and build of what runs it; empty if that is this program.
    pub version: String,
}

impl RunnerCard {
    /// Returns whether it has an option of this name.
    pub(crate) fn has_option(&self, name: &str) -> bool {
        self.options.iter().any(|option| option == name)
    }

    /// Returns whether it says, or does not deny, that it can do a workload.
    pub(crate) fn can_do(&self, workload: &str) -> bool {
        self.workloads.as_ref().is_none_or(|workloads| workloads.iter().any(|name| name == workload))
    }
}

/// A runner whose cells are another program.
#[derive(Debug, Clone, Default)]
pub(crate) struct External {
    /// Name of the runner in plans and records.
    pub(crate) name: String,
    /// Name of the runner as the program knows it.
    pub(crate) runner: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Variables of its environment beside those of this program.
    pub(crate) variables: Vec<(String, String)>,
    /// Whether the driver takes from outside what its samples do not say.
    pub(crate) is_watched: bool,
    /// Whether it compiles as it goes, so that its first runs are slower than all others.
    pub(crate) warms_up: bool,
    /// Time from its start to its answer to `hello`, once a run, nanoseconds; none if it was not asked.
    pub(crate) boot_ns: Option<u64>,
}

/// A server model whose servers are another program.
#[derive(Debug, Clone)]
pub(crate) struct ExternalServer {
    /// Name of the server model in plans and records.
    pub(crate) name: String,
    pub(crate) program: ServerProgram,
}

/// A workload with its parameters.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// All parameters, defaults filled in.
    pub params: Parameters,
    /// Number of tasks.
    pub tasks: u64,
    /// What the results of all tasks must add up to.
    pub expected: Tally,
    /// The longest wait of a single task.
    pub wait: Duration,
    /// For how long a task computes, if a parameter says so.
    pub computing: Option<Duration>,
    /// How it is found out how much computing that is here.
    pub sizing: Option<ReadySizing>,
    /// The server that the tasks talk to.
    pub service: Option<Service>,
    /// What a server does and under which load, if its runners are server models.
    pub serving: Option<Serving>,
    /// Whether the tasks share memory, so that they cannot run in processes of their own.
    pub shares_memory: bool,
    /// Whether the tasks only compute, so that their CPU time is the same under every runner.
    pub only_computes: bool,
}

impl Resolved {
    /// Returns how many workers a model has that creates one for each: for each connection of a server, or else for each task.
    pub(crate) fn units(&self) -> u64 {
        self.serving.map_or(self.tasks, |serving| serving.load.all_connections())
    }
}

/// How it is found out how much computing a time is.
#[derive(Debug, Clone)]
pub struct ReadySizing {
    /// The field of the workload that says how many pieces of computing take a millisecond.
    pub field: &'static str,
    /// The workload with a single task that computes for a millisecond.
    pub probe: Parameters,
}

/// Which workloads and runners there are.
pub trait Catalogue: Sync {
    /// Returns all workloads, in the order in which they are shown.
    fn workloads(&self) -> Vec<WorkloadCard>;

    /// Returns all runners, in the order in which they are shown.
    fn runners(&self) -> Vec<RunnerCard>;

    /// Returns why a runner that is known is not among [`Catalogue::runners`]; none if it is not known.
    fn missing(&self, _runner: &str) -> Option<String> {
        None
    }

    /// Builds a workload from the parameters that differ from its defaults. The oracle is asked here, which may take a moment.
    ///
    /// # Errors
    /// If there is no such workload, or the parameters do not fit; in words for the one who set them.
    fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String>;
}
