//! The interval of a ratio of two means, by Fieller's theorem.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Returns the interval of the mean of the first over the mean of the second of independent pairs: all r for which the mean of
/// `first - r second` is not distinguishable from zero. It has no end where the second mean is not distinguishable from zero. None for
/// fewer than two pairs.
pub fn interval(pairs: &[(f64, f64)], level: f64) -> Option<(f64, f64)> {
    let count = pairs.len() as f64;
    let freedom = count - 1.0;
    let student = StudentsT::new(0.0, 1.0, freedom).ok().filter(|_| freedom > 0.0)?;
    let first = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let second = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let covariance = |of: fn((f64, f64)) -> f64| {
        pairs.iter().map(|pair| of((pair.0 - first, pair.1 - second))).sum::<f64>() / freedom / count
    };
    let reach = student.inverse_cdf(0.5 + level / 2.0).powi(2);
    // The bounds solve (first - r second)^2 = reach * variance(first - r second).
    let squared = second * second - reach * covariance(|(_, second)| second * second);
    let half = first * second - reach * covariance(|(first, second)| first * second);
    let constant = first * first - reach * covariance(|(first, _)| first * first);
    if squared <= 0.0 {
        return Some((f64::NEG_INFINITY, f64::INFINITY));
    }
    let root = (half * half - squared * constant).max(0.0).sqrt();
    Some(((half - root) / squared, (half + root) / squared))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Mean 2, standard deviation 1, n = 3, t(2; 0.975) = 4.302653.
    #[test]
    fn over_a_constant_it_is_that_of_student() {
        let (low, high) = interval(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)], 0.95).expect("three pairs");
        let half = 4.302_653 / 3_f64.sqrt() / 2.0;
        assert!((low - (1.0 - half)).abs() < 1e-6 && (high - (1.0 + half)).abs() < 1e-6, "{low} to {high}");
    }

    #[test]
    fn what_both_have_in_common_cancels_out() {
        let (low, high) = interval(&[(0.9, 9.0), (1.0, 10.0), (1.1, 11.0)], 0.95).expect("three pairs");
        assert!((low - 0.1).abs() < 1e-7 && (high - 0.1).abs() < 1e-7, "{low} to {high}");
    }

    #[test]
    fn over_what_may_be_zero_it_has_no_end() {
        let pairs = [(1.0, -1.0), (1.1, 0.1), (0.9, 1.0)];
        assert_eq!(interval(&pairs, 0.95), Some((f64::NEG_INFINITY, f64::INFINITY)));
        assert_eq!(interval(&pairs[..1], 0.95), None);
    }
}
