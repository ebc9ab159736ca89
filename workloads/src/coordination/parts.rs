//! What the cases have in common.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use crate::{Context, Error};

/// Name of the times for which operations waited.
pub(super) const WAIT: &str = "wait_ns";

/// Most operations of a run. So their number is exact as a figure, and so are sums over them.
const MOST: u64 = 1 << 32;

/// Steps of computing between two checkpoints: less than a microsecond.
const STRIDE: u64 = 256;

/// Checks that there is one of each count at least, and that all of them multiplied are not too many.
pub(super) fn check_counts(counts: &[(&str, u64)]) -> Result<(), String> {
    if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
        return Err(format!("`{name}` must be at least 1, or there is nothing to do"));
    }
    let all = counts.iter().try_fold(1_u64, |all, (_, count)| all.checked_mul(*count));
    if all.is_some_and(|all| all <= MOST) {
        return Ok(());
    }
    let names: Vec<_> = counts.iter().map(|(name, _)| format!("`{name}`")).collect();
    Err(format!("{} may be at most {MOST}", names.join(" times ")))
}

/// Waits for `pause_us` microseconds, or gives way if that is 0.
pub(super) async fn pause<C: Context>(cx: &C, pause_us: u64) {
    match pause_us {
        0 => cx.yield_now().await,
        pause => cx.sleep(Duration::from_micros(pause)).await,
    }
}

/// Returns the time that `times` waits of so many microseconds take one after the other.
pub(super) fn in_a_row(wait_us: u64, times: u64) -> Duration {
    Duration::from_micros(wait_us.saturating_mul(times))
}

/// Computes for so many steps.
#[inline]
pub(super) fn compute<C: Context>(cx: &C, steps: u64) {
    let mut left = steps;
    while left > 0 {
        let stride = left.min(STRIDE);
        for step in 0..stride {
            black_box(step);
        }
        cx.checkpoint();
        left -= stride;
    }
}

/// Adds up what `compute` makes of the numbers, so many of them at a time, and gives way after each stride.
pub(super) async fn sum_by_strides<C: Context>(
    cx: &C,
    numbers: Range<u64>,
    stride: u64,
    compute: fn(&C, Range<u64>) -> u64,
) -> u64 {
    let (mut next, mut sum) = (numbers.start, 0_u64);
    while next < numbers.end {
        let end = next.saturating_add(stride).min(numbers.end);
        sum = sum.wrapping_add(compute(cx, next..end));
        next = end;
        cx.yield_now().await;
    }
    sum
}

/// Returns the failure of a run that left behind what must not be.
pub(super) fn wrong<T>(what: impl Into<String>) -> Result<T, Error> {
    Err(Error::Wrong(what.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_cannot_be_carried_out_are_named() {
        assert!(check_counts(&[("tasks", 1), ("updates", 1)]).is_ok());
        let message = |counts: &[_]| check_counts(counts).expect_err("it cannot be carried out");
        assert!(message(&[("tasks", 3), ("updates", 0)]).starts_with("`updates` must be at least 1"));
        assert_eq!(
            message(&[("tasks", 1 << 16), ("updates", 1 << 17)]),
            "`tasks` times `updates` may be at most 4294967296"
        );
        assert!(message(&[("tasks", u64::MAX), ("updates", 2)]).contains("at most"));
    }
}
