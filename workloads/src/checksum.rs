//! One figure for the results of all tasks, whatever their order.

use serde::{Deserialize, Serialize};

/// Added to each result, so that a result of zero counts too. The golden ratio's fraction times 2^64.
const OFFSET: u64 = 0x9E37_79B9_7F4A_7C15;

/// How many tasks gave a result, and the checksum over their results.
///
/// The checksum is the sum modulo 2^64 of `(result + OFFSET) * (2 * index + 1)`. The second factor is odd and so has an inverse.
/// So any single wrong result changes the sum. So does any swap of two different results of tasks less than 2^63 apart.
/// It costs one multiplication a task, cheap enough to stay inside the timed region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Number of tasks that gave a result.
    pub tasks: u64,
    /// Checksum over all results.
    pub checksum: u64,
}

impl Tally {
    /// Counts the result of the task with this index.
    #[inline]
    pub fn add(&mut self, index: u64, result: u64) {
        self.tasks += 1;
        let weighted = result.wrapping_add(OFFSET).wrapping_mul(index.wrapping_mul(2).wrapping_add(1));
        self.checksum = self.checksum.wrapping_add(weighted);
    }

    /// Adds up both.
    #[inline]
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self { tasks: self.tasks + other.tasks, checksum: self.checksum.wrapping_add(other.checksum) }
    }
}

/// Returns the tally of tasks whose results are `results`, in the order of their indices.
pub fn expected_tally(results: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for (index, result) in (0..).zip(results) {
        tally.add(index, result);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_merging_does_not_matter() {
        let whole = expected_tally([3, 1, 4, 1, 5]);
        let mut even = Tally::default();
        let mut odd = Tally::default();
        for (index, result) in [(4, 5), (2, 4), (0, 3)] {
            even.add(index, result);
        }
        for (index, result) in [(3, 1), (1, 1)] {
            odd.add(index, result);
        }
        assert_eq!(odd.merge(even), whole);
    }

    #[test]
    fn a_wrong_a_missing_and_a_swapped_result_show() {
        let right = expected_tally([7, 8, 0]);
        assert_ne!(expected_tally([7, 9, 0]), right);
        assert_ne!(expected_tally([7, 8]), right);
        assert_ne!(expected_tally([8, 7, 0]), right);
        assert_ne!(expected_tally([7, 8, 0, 0]), right);
    }
}
