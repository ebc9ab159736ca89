//! What each task did until it got stuck: when it asked for a lock, held it, and let go of it. And for how long tasks waited.

use std::collections::{BTreeMap, VecDeque};

/// Most steps of a task that are kept: the last ones.
const KEPT: usize = 64;
/// Most tasks of a circle whose steps are told.
const TOLD: usize = 64;

/// What a task does with a lock, or something else to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// It begins to wait for it.
    Asks,
    /// It has it.
    Holds,
    /// It no longer has it.
    LetsGo,
    /// It no longer waits for something that nobody holds.
    GoesOn,
}

/// A step of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Index of the task.
    pub task: u64,
    /// When, nanoseconds since the run began.
    pub at_ns: u64,
    /// What it did.
    pub what: Move,
    /// With what: the name of the lock.
    pub lock: String,
}

/// A time for which a task waited for a lock, or for something else that tasks coordinate with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Index of the task.
    pub task: u64,
    /// The thread on which it went on.
    pub worker: u64,
    /// Begin, by the clock of the graph, nanoseconds.
    pub from_ns: u64,
    /// End.
    pub to_ns: u64,
}

/// Waits shorter than this are none to speak of, nanoseconds.
const SHORTEST_NS: u64 = 10_000;
/// Most waits of a run that are kept.
const MOST_WAITS: usize = 8_000;

/// What tells when a wait was, and on which thread.
#[derive(Debug, Clone, Copy)]
struct Noting {
    /// Returns the time, nanoseconds.
    clock: fn() -> u64,
    /// Returns the number of the calling thread.
    worker: fn() -> u64,
}

/// The waits of a run, where somebody wants to know them.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// None where nobody wants to know.
    by: Option<Noting>,
    /// Since when each task waits, as far as it does.
    since: BTreeMap<u64, u64>,
    over: Vec<Wait>,
}

impl Waits {
    /// Returns waits that are noted by a clock, with the thread as `worker` calls it.
    pub(crate) fn by(clock: fn() -> u64, worker: fn() -> u64) -> Self {
        Self { by: Some(Noting { clock, worker }), ..Self::default() }
    }

    /// Returns empty ones of the next run.
    pub(crate) fn next(&self) -> Self {
        Self { by: self.by, ..Self::default() }
    }

    /// Writes down that a task begins to wait.
    pub(crate) fn begin(&mut self, task: u64) {
        if let Some(Noting { clock, .. }) = self.by {
            self.since.insert(task, clock());
        }
    }

    /// Writes down that a task goes on, on the calling thread.
    pub(crate) fn end(&mut self, task: u64) {
        let Some(Noting { clock, worker }) = self.by else { return };
        let Some(from_ns) = self.since.remove(&task) else { return };
        let to_ns = clock();
        if to_ns.saturating_sub(from_ns) >= SHORTEST_NS && self.over.len() < MOST_WAITS {
            self.over.push(Wait { task, worker: worker(), from_ns, to_ns });
        }
    }

    /// Returns those that are over.
    pub(crate) fn over(&self) -> Vec<Wait> {
        self.over.clone()
    }
}

/// The last steps of each task of a run, where somebody wants to know them.
#[derive(Debug, Default)]
pub(crate) struct Histories {
    /// None where nobody wants to know.
    clock: Option<fn() -> u64>,
    /// When the run began.
    zero_ns: u64,
    /// By task: when, what, and the number of what it is about.
    steps: BTreeMap<u64, VecDeque<(u64, Move, usize)>>,
}

impl Histories {
    /// Returns histories that are noted by a clock.
    pub(crate) fn by(clock: fn() -> u64) -> Self {
        Self { clock: Some(clock), zero_ns: clock(), ..Self::default() }
    }

    /// Returns empty ones of the next run.
    pub(crate) fn next(&self) -> Self {
        self.clock.map(Self::by).unwrap_or_default()
    }

    /// Returns the time since the run began, nanoseconds.
    pub(crate) fn now_ns(&self) -> u64 {
        self.clock.map_or(0, |clock| clock().saturating_sub(self.zero_ns))
    }

    /// Notes a step.
    pub(crate) fn note(&mut self, task: u64, what: Move, thing: usize) {
        if self.clock.is_none() {
            return;
        }
        let at_ns = self.now_ns();
        let steps = self.steps.entry(task).or_default();
        if steps.len() == KEPT {
            steps.pop_front();
        }
        steps.push_back((at_ns, what, thing));
    }

    /// Returns the steps of some tasks in the order of time; `name` tells what they are about.
    pub(crate) fn of(&self, tasks: impl Iterator<Item = u64>, name: impl Fn(usize) -> String) -> Vec<Step> {
        let steps =
            tasks.take(TOLD).flat_map(|task| self.steps.get(&task).into_iter().flatten().map(move |s| (task, s)));
        let mut steps: Vec<Step> =
            steps.map(|(task, &(at_ns, what, thing))| Step { task, at_ns, what, lock: name(thing) }).collect();
        steps.sort_by_key(|step| step.at_ns);
        steps
    }
}
