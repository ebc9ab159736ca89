//! Who holds and who waits: a graph of tasks and locks, and the circle in it that is a deadlock.
//!
//! E. G. Coffman, M. J. Elphick, A. Shoshani, "System Deadlocks", Computing Surveys 3 (1971): where a lock has one holder at a time,
//! the tasks are in a deadlock if, and only if, the graph has a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::steps::{Histories, Move, Step, Wait, Waits};

/// The graph of who waits for whom. Its clones are one and the same graph.
///
/// A task is noted as waiting before it asks for a lock, and as holding it afterwards. So a task that waits holds exactly what is noted.
/// By that a circle is no passing state: nobody in it can have got what it waits for, for its holder waits, too.
#[derive(Debug, Clone, Default)]
pub struct WaitsFor(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What there is to wait for, in the order in which it was made.
    things: Vec<Thing>,
    /// What each task waits for, and how it asks.
    waiting: BTreeMap<u64, (usize, Access)>,
    /// The first circle that was closed.
    circle: Option<Circle>,
    /// What each task did, up to the first circle.
    histories: Histories,
    /// For how long tasks waited.
    waits: Waits,
    /// When that was closed, nanoseconds since the run began.
    closed_ns: u64,
}

#[derive(Debug)]
struct Thing {
    kind: &'static str,
    /// The tasks that hold it.
    holders: Vec<(u64, Access)>,
}

/// How a lock is asked for, or held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Beside others that do so, too.
    Shared,
    /// Alone.
    Exclusive,
}

/// One task of a [`Circle`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Index of the task.
    pub task: u64,
    /// The lock that it holds, and for which the task before it waits.
    pub holds: String,
    /// The lock that it waits for, and that the task behind it holds.
    pub waits_for: String,
}

/// A deadlock: tasks each of which waits for a lock that the next one holds, and the last for one of the first.
///
/// Locks are named in the order in which they were made: A, B, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circle {
    /// The tasks, from the one with the lowest index on.
    pub links: Vec<Link>,
}

/// Who waits for what, where nobody goes on any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standstill {
    /// Each task that waits, and what it waits for.
    pub waiting: Vec<(u64, String)>,
}

/// Most tasks that a [`Standstill`] names in words.
const NAMED: usize = 5;

impl WaitsFor {
    /// Returns a graph that notes what each task does when, too, by a clock of nanoseconds.
    pub fn noting(now: fn() -> u64) -> Self {
        Self(Arc::new(Mutex::new(State { histories: Histories::by(now), ..State::default() })))
    }

    /// Returns a graph that notes for how long tasks wait, too, by a clock of nanoseconds. `worker` says what the calling thread is called.
    pub fn noting_waits(now: fn() -> u64, worker: fn() -> u64) -> Self {
        Self(Arc::new(Mutex::new(State { waits: Waits::by(now, worker), ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything, before another run.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        *state = State { histories: state.histories.next(), waits: state.waits.next(), ..State::default() };
    }

    /// Adds something to wait for, of this kind, and returns its number.
    pub(crate) fn add(&self, kind: &'static str) -> usize {
        let mut state = self.state();
        state.things.push(Thing { kind, holders: Vec::new() });
        state.things.len() - 1
    }

    /// Enters a task as waiting.
    ///
    /// # Errors
    /// If that closes a circle. The task is no longer noted as waiting then, for it must not wait.
    pub(crate) fn wait(&self, task: u64, thing: usize, access: Access) -> Result<(), Circle> {
        let mut state = self.state();
        state.waiting.insert(task, (thing, access));
        state.note(task, Move::Asks, thing);
        state.waits.begin(task);
        let Some(circle) = state.circle_through(task) else { return Ok(()) };
        state.waiting.remove(&task);
        if state.circle.is_none() {
            state.closed_ns = state.histories.now_ns();
            state.circle = Some(circle.clone());
        }
        Err(circle)
    }

    /// Enters a task as going on.
    pub(crate) fn go_on(&self, task: u64) {
        let mut state = self.state();
        if let Some((thing, _)) = state.waiting.remove(&task) {
            state.note(task, Move::GoesOn, thing);
            state.waits.end(task);
        }
    }

    /// Enters a task as holding a lock, and as going on.
    pub(crate) fn hold(&self, task: u64, thing: usize, access: Access) {
        let mut state = self.state();
        state.waiting.remove(&task);
        state.things[thing].holders.push((task, access));
        state.note(task, Move::Holds, thing);
        state.waits.end(task);
    }

    /// Enters a task as no longer holding a lock.
    pub(crate) fn let_go(&self, task: u64, thing: usize) {
        let mut state = self.state();
        let holders = &mut state.things[thing].holders;
        if let Some(place) = holders.iter().position(|(holder, _)| *holder == task) {
            holders.swap_remove(place);
            state.note(task, Move::LetsGo, thing);
        }
    }

    /// Returns the first deadlock of the present run.
    pub fn circle(&self) -> Option<Circle> {
        self.state().circle.clone()
    }

    /// Returns what the tasks of that deadlock did until it was closed, in the order of time, and when that was, nanoseconds since the run
    /// began. Empty unless the graph was made by [`noting`](Self::noting).
    pub fn history(&self) -> (Vec<Step>, u64) {
        let state = self.state();
        let tasks = state.circle.iter().flat_map(|circle| circle.links.iter().map(|link| link.task));
        (state.histories.of(tasks, name), state.closed_ns)
    }

    /// Returns the times for which tasks of the present run waited, those that were too short to speak of left out. Empty unless the graph was
    /// made by [`noting_waits`](Self::noting_waits).
    pub fn waits(&self) -> Vec<Wait> {
        self.state().waits.over()
    }

    /// Returns who waits for what at this moment.
    pub fn standstill(&self) -> Standstill {
        let state = self.state();
        let named = |thing: usize| format!("{} {}", state.things[thing].kind, name(thing));
        Standstill { waiting: state.waiting.iter().map(|(task, (thing, _))| (*task, named(*thing))).collect() }
    }
}

impl State {
    /// Notes a step of a task. What tasks do after the first circle is how they come to an end.
    fn note(&mut self, task: u64, what: Move, thing: usize) {
        if self.circle.is_none() {
            self.histories.note(task, what, thing);
        }
    }

    /// Returns the circle that begins and ends with this task.
    fn circle_through(&self, task: u64) -> Option<Circle> {
        let mut path = Vec::new();
        if !self.leads_back(task, task, &mut path, &mut BTreeSet::new()) {
            return None;
        }
        let first = path.iter().enumerate().min_by_key(|(_, (task, _))| *task).map_or(0, |(place, _)| place);
        path.rotate_left(first);
        let before = path.iter().cycle().skip(path.len() - 1);
        let link = |(&(task, waits_for), &(_, holds)): (&(u64, usize), &(u64, usize))| Link {
            task,
            holds: name(holds),
            waits_for: name(waits_for),
        };
        Some(Circle { links: path.iter().zip(before).map(link).collect() })
    }

    /// Says whether what `task` waits for leads back to `goal`, and leaves the tasks on the way there in `path`, each with its lock.
    fn leads_back(&self, task: u64, goal: u64, path: &mut Vec<(u64, usize)>, seen: &mut BTreeSet<u64>) -> bool {
        let Some(&(thing, access)) = self.waiting.get(&task) else { return false };
        if !seen.insert(task) {
            return false;
        }
        path.push((task, thing));
        // Who asks to read is not in the way of another who reads.
        let in_the_way = |held: &Access| access == Access::Exclusive || *held == Access::Exclusive;
        let holders = self.things[thing].holders.iter();
        for (holder, _) in holders.filter(|(_, held)| in_the_way(held)) {
            if *holder == goal || self.leads_back(*holder, goal, path, seen) {
                return true;
            }
        }
        path.pop();
        false
    }
}

/// Returns the name of the thing with this number: A to Z, then AA and so on.
fn name(number: usize) -> String {
    let letter = char::from(b'A' + (number % 26) as u8);
    match number / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", name(more - 1)),
    }
}

impl Display for Circle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let [Link { task, holds, .. }] = &self.links[..] {
            return write!(f, "task {task} waits for {holds}, which it holds itself");
        }
        for (place, Link { task, holds, waits_for }) in self.links.iter().enumerate() {
            let and = if place == 0 { "" } else { ", and " };
            let next = self.links[(place + 1) % self.links.len()].task;
            write!(f, "{and}task {task} holds {holds} and waits for {waits_for}, which task {next} holds")?;
        }
        Ok(())
    }
}

impl Display for Standstill {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words: Vec<_> =
            self.waiting.iter().take(NAMED).map(|(task, thing)| format!("task {task} waits for {thing}")).collect();
        match self.waiting.len() {
            0 => write!(f, "no task waits for another"),
            more if more > NAMED => write!(f, "{}, and {} more tasks wait", words.join(", "), more - NAMED),
            _ => write!(f, "{}", words.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a graph with so many locks.
    fn locks(count: usize) -> WaitsFor {
        let graph = WaitsFor::default();
        (0..count).for_each(|_| {
            graph.add("lock");
        });
        graph
    }

    #[test]
    fn two_locks_in_opposite_order_are_a_circle() {
        let graph = locks(2);
        graph.hold(7, 0, Access::Exclusive);
        graph.hold(3, 1, Access::Exclusive);
        assert_eq!(graph.wait(9, 0, Access::Exclusive), Ok(()), "it waits for one who goes on");
        assert_eq!(graph.wait(7, 1, Access::Exclusive), Ok(()));
        let circle = graph.wait(3, 0, Access::Exclusive).expect_err("a circle");
        let words = "task 3 holds B and waits for A, which task 7 holds, and task 7 holds A and waits for B, which task 3 holds";
        assert_eq!(circle.to_string(), words);
        assert_eq!(graph.circle(), Some(circle));
    }

    #[test]
    fn a_longer_circle_is_found_beside_tasks_that_only_wait() {
        let graph = locks(3);
        for task in 0..3 {
            graph.hold(task, task as usize, Access::Exclusive);
        }
        assert_eq!(graph.wait(5, 0, Access::Exclusive), Ok(()));
        assert_eq!(graph.wait(1, 2, Access::Exclusive), Ok(()));
        assert_eq!(graph.wait(2, 0, Access::Exclusive), Ok(()));
        let circle = graph.wait(0, 1, Access::Exclusive).expect_err("a circle");
        let tasks: Vec<_> = circle.links.iter().map(|link| (link.task, &*link.holds, &*link.waits_for)).collect();
        assert_eq!(tasks, [(0, "A", "B"), (1, "B", "C"), (2, "C", "A")]);
    }

    #[test]
    fn who_takes_a_lock_twice_waits_for_itself() {
        let graph = locks(1);
        graph.hold(4, 0, Access::Exclusive);
        let circle = graph.wait(4, 0, Access::Exclusive).expect_err("a circle");
        assert_eq!(circle.to_string(), "task 4 waits for A, which it holds itself");
    }

    #[test]
    fn readers_do_not_wait_for_readers_and_writers_wait_for_all() {
        let graph = locks(2);
        graph.hold(1, 0, Access::Shared);
        graph.hold(2, 0, Access::Shared);
        graph.hold(3, 1, Access::Exclusive);
        assert_eq!(graph.wait(1, 0, Access::Shared), Ok(()), "who reads lets others read");
        graph.go_on(1);
        assert_eq!(graph.wait(3, 0, Access::Exclusive), Ok(()));
        let circle = graph.wait(2, 1, Access::Shared).expect_err("the writer waits for this reader");
        assert_eq!(circle.links.len(), 2);
    }

    #[test]
    fn a_lock_that_was_let_go_is_in_no_circle() {
        let graph = locks(2);
        graph.hold(1, 0, Access::Exclusive);
        graph.hold(2, 1, Access::Exclusive);
        assert_eq!(graph.wait(1, 1, Access::Exclusive), Ok(()));
        graph.let_go(2, 1);
        assert_eq!(graph.wait(2, 0, Access::Exclusive), Ok(()));
        assert_eq!(graph.circle(), None);
        assert_eq!(graph.standstill().to_string(), "task 1 waits for lock B, task 2 waits for lock A");
    }

    #[test]
    fn what_the_tasks_of_a_circle_did_is_told_up_to_its_end() {
        use std::sync::atomic::{AtomicU64, Ordering};
        static TIME: AtomicU64 = AtomicU64::new(100);
        let graph = WaitsFor::noting(|| TIME.fetch_add(1, Ordering::Relaxed));
        graph.clear();
        for _ in 0..3 {
            graph.add("lock");
        }
        graph.hold(9, 2, Access::Exclusive);
        for (task, own, other) in [(3, 0, 1), (7, 1, 0)] {
            graph.wait(task, own, Access::Exclusive).expect("it is free");
            graph.hold(task, own, Access::Exclusive);
            let closes = graph.wait(task, other, Access::Exclusive).is_err();
            assert_eq!(closes, task == 7);
        }
        graph.let_go(7, 1);
        let (steps, closed_ns) = graph.history();
        let told: Vec<_> = steps.iter().map(|step| (step.task, step.what, &*step.lock)).collect();
        let (asks, holds) = (Move::Asks, Move::Holds);
        let of = |task, own, other| [(task, asks, own), (task, holds, own), (task, asks, other)];
        assert_eq!(told, [of(3, "A", "B"), of(7, "B", "A")].concat());
        assert!(steps.iter().all(|step| step.at_ns < closed_ns), "{steps:?} before {closed_ns}");
        graph.clear();
        assert!(graph.history().0.is_empty());
    }

    #[test]
    fn names_go_on_after_the_letters() {
        assert_eq!([0, 25, 26, 51, 52, 702].map(name), ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }
}
