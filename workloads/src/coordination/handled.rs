//! Which items were handled, as three sums.

/// How many items were handled, the sum of their numbers, and the sum of their squares.
///
/// *Why:* an item that is lost changes the first, and one that comes twice for it changes the second. Two pairs that keep both
/// change the third. So a look at every item once more can be spared in the timed region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Handled {
    count: u64,
    sum: u128,
    squares: u128,
}

impl Handled {
    /// Counts an item.
    pub(super) fn add(&mut self, number: u64) {
        let number = u128::from(number);
        self.count += 1;
        self.sum += number;
        self.squares += number * number;
    }

    /// Adds what another task has handled.
    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Returns the sums of the numbers from 0, each once, by their formulas.
    pub(super) fn all(count: u64) -> Self {
        let n = u128::from(count);
        let less = n.saturating_sub(1);
        Self { count, sum: n * less / 2, squares: n * less * (2 * n).saturating_sub(1) / 6 }
    }

    /// Says what is wrong if not all of so many items were handled once.
    pub(super) fn complaint(&self, count: u64) -> Option<String> {
        if *self == Self::all(count) {
            return None;
        }
        let handled = self.count;
        Some(format!("{handled} items came out of the queue, and each of {count} was to come out once"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handled(numbers: impl IntoIterator<Item = u64>) -> Handled {
        let mut handled = Handled::default();
        numbers.into_iter().for_each(|number| handled.add(number));
        handled
    }

    #[test]
    fn the_formulas_are_the_sums() {
        for count in [0, 1, 2, 1_000] {
            let mut all = handled(0..count / 2);
            all.merge(handled(count / 2..count));
            assert_eq!(all, Handled::all(count));
        }
    }

    #[test]
    fn lost_and_repeated_items_show() {
        for numbers in [&[0, 1, 2][..], &[0, 1, 2, 2], &[0, 1, 2, 3, 3], &[0, 0, 3, 3], &[1, 1, 1, 3]] {
            assert!(handled(numbers.iter().copied()).complaint(4).is_some(), "{numbers:?}");
        }
        assert_eq!(handled([3, 1, 0, 2]).complaint(4), None);
    }
}
