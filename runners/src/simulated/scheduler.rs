//! The scheduler of the simulated world: whose turn it is, and what time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Stopped;
use super::stacks::{Suspendable, is_suspendable, suspend};
use crate::Error;
use crate::task::catch;

/// Virtual time that a step takes, nanoseconds.
const STEP: u64 = 100;
/// Most steps of a run. Runs of small workloads take some hundreds.
const MOST_STEPS: u64 = 1_000_000;

thread_local! {
    /// The virtual time of the simulation that this thread is busy with, nanoseconds.
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// Returns the virtual time, nanoseconds since the simulation began.
pub(super) fn now() -> u64 {
    NOW.get()
}

/// What the tasks of a simulation do, and when.
///
/// All is done on one thread. The lock is there because a task has to be `Send`, and nobody ever waits for it.
#[derive(Debug)]
pub(super) struct Scheduler(Mutex<State>);

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    schedule: DefaultHasher,
    steps: u64,
    /// What each task is about.
    tasks: Vec<Status>,
    /// The task that goes on at this moment, or went on last.
    current: usize,
    /// The tasks whose status is ready.
    ready: Vec<usize>,
    /// The times at which waits are over, each with the task that waits.
    timers: BTreeSet<(u64, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Ready,
    GoesOn,
    Waits,
    Ended,
}

impl Scheduler {
    /// Makes a scheduler whose every choice follows from the seed, and sets the clock to zero.
    pub(super) fn new(seed: u64) -> Arc<Self> {
        NOW.set(0);
        Arc::new(Self(Mutex::new(State {
            random: fastrand::Rng::with_seed(seed),
            schedule: DefaultHasher::new(),
            steps: 0,
            tasks: Vec::new(),
            current: 0,
            ready: Vec::new(),
            timers: BTreeSet::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out the tasks, each on a stack of its own, and returns their results.
    pub(super) fn run(
        &self,
        tasks: impl Iterator<Item = impl FnOnce() -> Result<u64, Error> + 'static>,
    ) -> Result<Vec<u64>, Stopped> {
        let mut tasks = tasks.map(Suspendable::new).collect::<Result<Vec<_>, _>>().map_err(Stopped::Failed)?;
        {
            let mut state = self.state();
            state.tasks = vec![Status::Ready; tasks.len()];
            state.ready = (0..tasks.len()).collect();
        }
        let (mut results, mut left) = (vec![0; tasks.len()], tasks.len());
        while left > 0 {
            let task = self.next()?;
            let result = catch(|| tasks[task].go_on().transpose()).map_err(Stopped::Failed)?;
            let mut state = self.state();
            if let Some(result) = result {
                results[task] = result;
                state.tasks[task] = Status::Ended;
                // One that was woken while it went on does so no more.
                state.ready.retain(|ready| *ready != task);
                left -= 1;
            } else if state.tasks[task] == Status::GoesOn {
                state.tasks[task] = Status::Waits;
            }
        }
        Ok(results)
    }

    /// Chooses the task that goes on. Where all wait, the time passes until a wait is over.
    fn next(&self) -> Result<usize, Stopped> {
        let mut state = self.state();
        if state.steps == MOST_STEPS {
            return Err(Stopped::Endless(state.steps));
        }
        state.steps += 1;
        NOW.set(now() + STEP);
        if state.ready.is_empty() {
            let &(over, _) = state.timers.first().ok_or(Stopped::Standstill)?;
            NOW.set(over.max(now()));
        }
        while let Some(&(over, task)) = state.timers.first()
            && over <= now()
        {
            state.timers.pop_first();
            state.make_ready(task);
        }
        let count = state.ready.len();
        let chosen = state.random.usize(..count);
        let task = state.ready.swap_remove(chosen);
        (task, now()).hash(&mut state.schedule);
        state.current = task;
        state.tasks[task] = Status::GoesOn;
        Ok(task)
    }

    /// Lets the scheduler choose anew who goes on. Nothing happens outside of tasks, or while one panics.
    pub(super) fn switch(&self) {
        if is_suspendable() {
            let mut state = self.state();
            let current = state.current;
            state.make_ready(current);
            drop(state);
            suspend();
        }
    }

    /// Suspends the task that goes on until it is woken.
    pub(super) fn wait(&self) {
        suspend();
    }

    /// Returns the task that goes on at this moment.
    pub(super) fn current(&self) -> usize {
        self.state().current
    }

    /// Ends the wait of a task, or the next one if it goes on at this moment.
    pub(super) fn wake(&self, task: usize) {
        self.state().make_ready(task);
    }

    /// Wakes a task at this time, unless the timer is dropped before.
    pub(super) fn set_timer(&self, over: u64, task: usize) {
        self.state().timers.insert((over, task));
    }

    /// Drops a timer.
    pub(super) fn drop_timer(&self, over: u64, task: usize) {
        self.state().timers.remove(&(over, task));
    }

    /// Lets time pass while the task that goes on keeps its thread.
    pub(super) fn pass(&self, duration: Duration) {
        NOW.set(after(duration));
    }

    /// Draws a number below `end`.
    pub(super) fn draw(&self, end: usize) -> usize {
        self.state().random.usize(..end)
    }

    /// Returns the hash of the schedule so far.
    pub(super) fn schedule(&self) -> u64 {
        self.state().schedule.finish()
    }
}

impl State {
    fn make_ready(&mut self, task: usize) {
        if matches!(self.tasks[task], Status::Waits | Status::GoesOn) {
            self.tasks[task] = Status::Ready;
            self.ready.push(task);
        }
    }
}

/// Returns the virtual time after `duration`.
pub(super) fn after(duration: Duration) -> u64 {
    now().saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}
