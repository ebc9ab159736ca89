//! Who held a lock in which order, noted without allocating while the run is timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Most turns of a run that are kept: 4 MB.
const MOST: u64 = 1_000_000;

/// Slices in which turns are told.
const SLICES: usize = 50;
/// Most tasks that are told apart in slices. Of more, neighbours are told together.
const TOLD: usize = 8;

/// Stands for a task that has not begun.
const NOT_YET: u64 = u64::MAX;

/// The turns of a run. What was fair of them is worked out after it. Copies share the places.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Option<Arc<Book>>);

#[derive(Debug)]
struct Book {
    /// Turns of each task.
    each: u64,
    /// How many turns there were when each task began.
    begun: Box<[AtomicU64]>,
    /// How many turns there were.
    count: AtomicU64,
    /// Whose each turn was.
    holders: Box<[AtomicU32]>,
}

impl Turns {
    /// Makes places for `each` turns of so many tasks, a million at most.
    pub(super) fn new(tasks: u64, each: u64) -> Self {
        let places = tasks.saturating_mul(each).min(MOST);
        Self(Some(Arc::new(Book {
            each,
            begun: (0..tasks).map(|_| AtomicU64::new(NOT_YET)).collect(),
            count: AtomicU64::new(0),
            holders: (0..places).map(|_| AtomicU32::new(0)).collect(),
        })))
    }

    /// Forgets all turns, before the next run.
    pub(super) fn clear(&self) {
        if let Some(book) = &self.0 {
            book.begun.iter().for_each(|begun| begun.store(NOT_YET, Ordering::Relaxed));
            book.count.store(0, Ordering::Relaxed);
        }
    }

    /// Counts a task among those that compete, from here on.
    pub(super) fn begin(&self, task: u64) {
        if let Some(book) = &self.0 {
            book.begun[task as usize].store(book.count.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// Notes a turn of a task. Whoever calls it holds the lock, so it needs none.
    #[inline]
    pub(super) fn note(&self, task: u64) {
        if let Some(book) = &self.0 {
            let count = book.count.load(Ordering::Relaxed);
            if let Some(holder) = book.holders.get(count as usize) {
                holder.store(task as u32, Ordering::Relaxed);
            }
            book.count.store(count + 1, Ordering::Relaxed);
        }
    }

    /// Returns how fair the turns were up to the end of the first task that was done: `jain_index` and `longest_turn`.
    ///
    /// *Why up to there:* in the end each task has had all of its turns, and whoever is last has them alone.
    /// Tasks that began later did not compete, so they do not count. Without competition there is no index.
    pub(super) fn figures(&self) -> Vec<(&'static str, f64)> {
        let Some(book) = &self.0 else { return Vec::new() };
        let count = book.count.load(Ordering::Relaxed).min(book.holders.len() as u64) as usize;
        let mut turns = vec![0_u64; book.begun.len()];
        let (mut last, mut in_a_row, mut longest, mut until) = (None, 0_u64, 0, 0);
        for (position, holder) in (1..).zip(&book.holders[..count]) {
            let holder = holder.load(Ordering::Relaxed) as usize;
            turns[holder] += 1;
            in_a_row = if last == Some(holder) { in_a_row + 1 } else { 1 };
            (last, longest, until) = (Some(holder), longest.max(in_a_row), position);
            if turns[holder] >= book.each {
                break;
            }
        }
        let competed = |begun: &AtomicU64| begun.load(Ordering::Relaxed) < until;
        let turns: Vec<u64> =
            turns.into_iter().zip(&book.begun).filter(|(_, begun)| competed(begun)).map(|(turns, _)| turns).collect();
        if count == 0 {
            return Vec::new();
        }
        // One task alone is neither fair nor unfair.
        let index = jain_index(&turns).filter(|_| turns.len() > 1).map(|index| ("jain_index", index));
        index.into_iter().chain([("longest_turn", longest as f64)]).collect()
    }
}

impl Turns {
    /// Returns how many turns each task had in each slice of the run. Of many tasks, neighbours are told together.
    pub(super) fn slices(&self) -> Vec<Vec<u32>> {
        let Some(book) = &self.0 else { return Vec::new() };
        let count = book.count.load(Ordering::Relaxed).min(book.holders.len() as u64) as usize;
        let (tasks, slices) = (book.begun.len(), SLICES.min(count));
        let told = tasks.min(TOLD);
        let mut turns = vec![vec![0; told]; slices];
        for (place, holder) in book.holders[..count].iter().enumerate() {
            turns[place * slices / count][holder.load(Ordering::Relaxed) as usize * told / tasks] += 1;
        }
        turns
    }
}

/// Returns Jain's index of fairness: 1 if all have the same share, and 1/n if one of n has everything.
///
/// Source: Jain, Chiu and Hawe, "A quantitative measure of fairness and discrimination for resource allocation in shared computer
/// systems", DEC-TR-301, 1984.
fn jain_index(shares: &[u64]) -> Option<f64> {
    let sum: f64 = shares.iter().map(|share| *share as f64).sum();
    let squares: f64 = shares.iter().map(|share| (*share as f64).powi(2)).sum();
    (sum > 0.0).then(|| sum * sum / (shares.len() as f64 * squares))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(tasks: u64, each: u64, holders: &[u64]) -> Vec<(&'static str, f64)> {
        let turns = Turns::new(tasks, each);
        (0..tasks).for_each(|task| turns.begin(task));
        holders.iter().for_each(|holder| turns.note(*holder));
        turns.figures()
    }

    #[test]
    fn jain_index_is_1_for_equal_shares_and_1_in_n_for_one_who_has_all() {
        assert_eq!(jain_index(&[5, 5, 5]), Some(1.0));
        assert_eq!(jain_index(&[9, 0, 0]), Some(1.0 / 3.0));
        assert_eq!(jain_index(&[]), None);
    }

    #[test]
    fn only_turns_until_the_first_task_is_done_count() {
        // Task 0 is done after six turns, when task 1 had two. Its three in a row are the longest.
        let figures = figures(2, 4, &[0, 1, 1, 0, 0, 0, 1, 1]);
        assert_eq!(figures, [("jain_index", 36.0 / (2.0 * 20.0)), ("longest_turn", 3.0)]);
    }

    #[test]
    fn tasks_that_began_later_did_not_compete() {
        let turns = Turns::new(2, 2);
        turns.begin(0);
        (0..2).for_each(|_| turns.note(0));
        turns.begin(1);
        (0..2).for_each(|_| turns.note(1));
        assert_eq!(turns.figures(), [("longest_turn", 2.0)], "nobody else competed");
        turns.clear();
        assert!(turns.figures().is_empty());
    }

    #[test]
    fn slices_tell_who_had_the_turns_and_neighbours_together_where_there_are_many() {
        let turns = Turns::new(16, 100);
        assert!(turns.slices().is_empty());
        (0..100).for_each(|turn| turns.note(if turn < 50 { 0 } else { 15 }));
        let slices = turns.slices();
        assert_eq!(
            (slices.len(), &slices[0], &slices[49]),
            (50, &vec![2, 0, 0, 0, 0, 0, 0, 0], &vec![0, 0, 0, 0, 0, 0, 0, 2])
        );
    }

    #[test]
    fn nothing_is_noted_where_nobody_measures() {
        let turns = Turns::default();
        turns.begin(3);
        turns.note(3);
        assert!(turns.figures().is_empty());
    }
}
