//! Tasks that wait for each other in a circle, as lanes: who held and waited for what until nobody went on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::records::schema::{Deadlock, LockMove, LockStep, Waiting};

/// Tasks of a circle that have a lane at most.
const MOST: usize = 16;

/// A deadlock that was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stuck {
    /// The circle in words.
    pub words: String,
    /// The tasks of the circle, each of which waits for the next one: the first ones if they are many.
    pub lanes: Vec<StuckLane>,
    /// How many tasks the circle has.
    pub tasks: usize,
    /// The locks that these tasks dealt with, by name.
    pub locks: Vec<String>,
    /// When the circle was closed, nanoseconds since the run began.
    pub closed_ns: u64,
}

/// A task of a circle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StuckLane {
    /// Index of the task.
    pub task: u64,
    /// The lock that it holds, and that the task before it waits for.
    pub holds: String,
    /// The lock that it waits for in the end.
    pub waits_for: String,
    /// What it did, in the order in which it ended.
    pub stretches: Vec<Stretch>,
}

/// A stretch of time for which a task held a lock, or waited for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The lock.
    pub lock: String,
    /// Whether it waited; else it held the lock.
    pub waits: bool,
    /// Begin, nanoseconds since the run began.
    pub from_ns: u64,
    /// End, nanoseconds since the run began.
    pub to_ns: u64,
}

impl Stuck {
    /// Returns what a record shows; none if it has no circle.
    pub(super) fn from_record(record: &Deadlock) -> Option<Self> {
        record.circle.first()?;
        let lanes: Vec<StuckLane> =
            record.circle.iter().take(MOST).map(|task| lane(task, &record.steps, record.closed_ns)).collect();
        let locks = lanes.iter().flat_map(|lane| lane.stretches.iter().map(|stretch| stretch.lock.clone()));
        // AA comes after Z.
        let mut locks: Vec<String> = locks.collect::<BTreeSet<_>>().into_iter().collect();
        locks.sort_by_key(String::len);
        Some(Self { words: record.words(), lanes, tasks: record.circle.len(), locks, closed_ns: record.closed_ns })
    }

    /// Returns the place of a lock among those of these tasks.
    pub fn place(&self, lock: &str) -> usize {
        self.locks.iter().position(|other| other == lock).unwrap_or(0)
    }
}

/// Returns what a task did until the circle was closed.
fn lane(task: &Waiting, steps: &[LockStep], closed_ns: u64) -> StuckLane {
    let Waiting { task, holds, waits_for } = task;
    let mut stretches = Vec::new();
    // What it waits for or holds at a moment, and since when.
    let mut open: BTreeMap<&str, (bool, u64)> = BTreeMap::new();
    let mut close = |lock: &str, open: Option<(bool, u64)>, to_ns: u64| {
        stretches.extend(open.map(|(waits, from_ns)| Stretch { lock: lock.to_owned(), waits, from_ns, to_ns }));
    };
    for LockStep { at_ns, what, lock, .. } in steps.iter().filter(|step| step.task == *task) {
        let before = open.remove(&**lock);
        close(lock, before, *at_ns);
        match what {
            LockMove::Asks => drop(open.insert(lock, (true, *at_ns))),
            LockMove::Holds => drop(open.insert(lock, (false, *at_ns))),
            LockMove::LetsGo | LockMove::GoesOn => {}
        }
    }
    // Of a long run the first steps are not kept. What it held and waited for in the end is known all the same.
    if holds != waits_for {
        open.entry(holds).or_insert((false, 0));
    }
    open.entry(waits_for).or_insert((true, closed_ns));
    for (lock, state) in open {
        close(lock, Some(state), closed_ns);
    }
    stretches.sort_by_key(|stretch| (stretch.from_ns, stretch.to_ns));
    StuckLane { task: *task, holds: holds.clone(), waits_for: waits_for.clone(), stretches }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(task: u64, holds: &str, waits_for: &str) -> Waiting {
        Waiting { task, holds: holds.to_owned(), waits_for: waits_for.to_owned() }
    }

    #[test]
    fn steps_become_stretches_up_to_the_end_of_all() {
        let step = |task, at_ns, what, lock: &str| LockStep { task, at_ns, what, lock: lock.to_owned() };
        use LockMove::{Asks, Holds, LetsGo};
        let steps = vec![
            step(3, 10, Asks, "A"),
            step(3, 10, Holds, "A"),
            step(7, 12, Asks, "B"),
            step(7, 13, Holds, "B"),
            step(7, 14, LetsGo, "B"),
            step(7, 15, Holds, "B"),
            step(3, 20, Asks, "B"),
            step(7, 30, Asks, "A"),
        ];
        let circle = vec![waiting(3, "A", "B"), waiting(7, "B", "A")];
        let record = Deadlock { circle, steps, closed_ns: 30, ..Deadlock::default() };
        let stuck = Stuck::from_record(&record).expect("a circle");
        assert_eq!(
            stuck.words,
            "task 3 holds A and waits for B, which task 7 holds, and task 7 holds B and waits for A, which task 3 holds"
        );
        let told = |lane: usize| {
            let told = |s: &Stretch| (s.lock.clone(), s.waits, s.from_ns, s.to_ns);
            stuck.lanes[lane].stretches.iter().map(told).collect::<Vec<_>>()
        };
        let (a, b) = (|| "A".to_owned(), || "B".to_owned());
        assert_eq!(told(0), [(a(), true, 10, 10), (a(), false, 10, 30), (b(), true, 20, 30)]);
        let of_7 = [(b(), true, 12, 13), (b(), false, 13, 14), (b(), false, 15, 30), (a(), true, 30, 30)];
        assert_eq!(told(1), of_7);
        assert_eq!((stuck.locks.join(""), stuck.place("B")), ("AB".to_owned(), 1));
    }

    #[test]
    fn a_circle_without_steps_is_told_all_the_same() {
        let record = Deadlock { circle: vec![waiting(4, "A", "A")], closed_ns: 5, ..Deadlock::default() };
        let stuck = Stuck::from_record(&record).expect("a circle of one");
        assert_eq!(stuck.words, "task 4 waits for A, which it holds itself");
        assert_eq!(stuck.lanes[0].stretches.len(), 1);
        assert_eq!(Stuck::from_record(&Deadlock::default()), None);
    }
}
