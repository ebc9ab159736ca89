//! `prime-filter`: tasks look for primes among their numbers, and pause again and again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, sum_by_strides};
use crate::primes::{is_prime, sieve};
use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Counts primes among numbers of its own in each task, and gives way after every few of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrimeFilter {
    /// Number of tasks.
    pub tasks: u64,
    /// Numbers of each task. Those of all tasks follow one another from 0.
    pub numbers: u64,
    /// Numbers after which a task gives way.
    pub stride: u64,
}

impl Default for PrimeFilter {
    fn default() -> Self {
        Self { tasks: 4, numbers: 1_000, stride: 10 }
    }
}

impl Workload for PrimeFilter {
    const NAME: &'static str = "prime-filter";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "counts primes, and gives way after every few numbers";
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
        Ok(sum_by_strides(cx, first..first + self.numbers, self.stride, count_primes).await)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let primes = |index| sieve(index * self.numbers, self.numbers).iter().filter(|is| **is).count() as u64;
        (0..self.tasks).map(primes)
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        vec![("operations", (self.tasks * self.numbers) as f64)]
    }
}

/// Returns how many of the numbers are prime.
fn count_primes<C: Context>(cx: &C, numbers: Range<u64>) -> u64 {
    numbers.filter(|number| is_prime(cx, *number)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::super::polled::{Polled, run};
    use super::*;

    #[test]
    fn the_tasks_find_the_primes_below_4000() {
        let (results, _) =
            run(&PrimeFilter { stride: 7, ..PrimeFilter::default() }).expect("a run that comes out right");
        assert!(results.iter().copied().eq(PrimeFilter::default().expected()));
        assert_eq!(results.iter().sum::<u64>(), 550);
        assert_eq!(count_primes(&Polled, 0..10), 4);
    }
}
