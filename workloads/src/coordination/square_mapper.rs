//! `square-mapper`: tasks add up the squares of their numbers, and pause again and again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, sum_by_strides};
use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Adds up the squares of numbers of its own in each task, and gives way after every few of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SquareMapper {
    /// Number of tasks.
    pub tasks: u64,
    /// Numbers of each task. Those of all tasks follow one another from 0.
    pub numbers: u64,
    /// Numbers after which a task gives way.
    pub stride: u64,
}

impl Default for SquareMapper {
    fn default() -> Self {
        Self { tasks: 4, numbers: 1_000, stride: 10 }
    }
}

impl Workload for SquareMapper {
    const NAME: &'static str = "square-mapper";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "adds up squares, and gives way after every few numbers";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("numbers", "", "numbers of each task"),
        Parameter::new("stride", "", "numbers after which a task gives way"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("numbers", self.numbers)])?;
        check_counts(&[("stride", self.stride)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let first = index * self.numbers;
        Ok(sum_by_strides(cx, first..first + self.numbers, self.stride, add_squares).await)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|index| {
            let (first, end) = (index * self.numbers, (index + 1) * self.numbers);
            (squares_below(end) - squares_below(first)) as u64
        })
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        vec![("operations", (self.tasks * self.numbers) as f64)]
    }
}

/// Returns the sum of the squares of the numbers, modulo 2^64.
fn add_squares<C: Context>(cx: &C, numbers: Range<u64>) -> u64 {
    cx.checkpoint();
    numbers.fold(0, |sum: u64, number| sum.wrapping_add(number.wrapping_mul(number)))
}

/// Returns the sum of the squares of all numbers below `end`, by its formula.
fn squares_below(end: u64) -> u128 {
    let n = u128::from(end);
    n * n.saturating_sub(1) * (2 * n).saturating_sub(1) / 6
}

#[cfg(test)]
mod tests {
    use super::super::polled::{Polled, run};
    use super::*;

    #[test]
    fn the_formula_gives_what_the_tasks_add_up() {
        for workload in
            [SquareMapper { stride: 7, ..SquareMapper::default() }, SquareMapper { tasks: 1, numbers: 3, stride: 9 }]
        {
            let (results, _) = run(&workload).expect("a run that comes out right");
            assert!(results.into_iter().eq(workload.expected()));
        }
        assert_eq!(add_squares(&Polled, 1..4), 14);
    }

    #[test]
    fn sums_beyond_a_word_wrap() {
        let end = 1 << 32;
        assert_eq!(add_squares(&Polled, end - 3..end), (squares_below(end) - squares_below(end - 3)) as u64);
    }
}
