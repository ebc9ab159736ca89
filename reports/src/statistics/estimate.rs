//! The statistics of a report: medians, their order-statistic intervals, and paired ratios.
//!
//! Benchmark times have long tails and no known distribution, so nothing here assumes one. The interval of a median is
//! taken between two of the samples themselves: the number of samples below the true median is binomial (n, 1/2),
//! whatever the distribution of the samples, so the k-th smallest and the k-th largest enclose it with a probability
//! that can be computed exactly.
//!
//! Sources:
//! - H. A. David and H. N. Nagaraja, *Order Statistics*, 3rd edition, Wiley 2003, section 7.1: the interval.
//! - J.-Y. Le Boudec, *Performance Evaluation of Computer and Communication Systems*, EPFL Press 2010, on confidence
//!   intervals: the same for measurements of computers (n = 20: from the 6th to the 15th).
//! - T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013: ratios with intervals rather than
//!   differences.

use serde::Serialize;

/// The coverage that an interval must reach to be called one: 95 %.
pub const LEVEL: f64 = 0.95;

/// How many standard errors the interval of a normal estimate reaches to either side at [`LEVEL`].
pub const NORMAL_95: f64 = 1.959_964;

/// A median with what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The median, in the unit of the values.
    pub value: f64,
    /// Lower end of the interval; one of the values.
    pub low: f64,
    /// Upper end of the interval; one of the values.
    pub high: f64,
    /// Probability with which the interval encloses the true median, between 0 and 1.
    /// Below [`LEVEL`] (fewer than 6 values) the interval is from the smallest to the largest value.
    pub coverage: f64,
    /// How many values it rests on.
    pub count: usize,
    /// How the interval was found.
    pub method: Method,
}

/// How the interval of an estimate was found. The sources are named in [`clusters`](super::clusters).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Between two of the values, which are taken for independent.
    #[default]
    Values,
    /// Between two of the medians of clusters.
    ClusterMedians,
    /// Between two of the values, by the ranks of as many independent ones as they are worth.
    EffectiveValues,
    /// By Student's t between clusters.
    Student,
    /// From the intervals of two medians, by Bonferroni's inequality.
    TwoMedians,
}

impl Estimate {
    /// Returns the median of the finite ones among `values`, with its interval at [`LEVEL`]; none if there are none.
    pub fn of_median(values: &[f64]) -> Option<Self> {
        Self::of_median_at(values, LEVEL)
    }

    /// Does as [`Estimate::of_median`], with an interval that covers the true median with at least probability `level`.
    pub fn of_median_at(values: &[f64], level: f64) -> Option<Self> {
        let sorted = sorted(values);
        let value = median_of_sorted(&sorted)?;
        let count = sorted.len();
        let (rank, coverage) = interval_rank(count, level);
        Some(Self { value, low: sorted[rank - 1], high: sorted[count - rank], coverage, count, method: Method::Values })
    }

    /// Returns the median of `reference / value` over `pairs` of `(reference, value)`, from the logarithms of the ratios of
    /// each pair: above 1 where the value is the smaller. Pairs that are not both finite and above zero are left out.
    ///
    /// The two members of a pair were measured close to each other in time, so that what slows the whole machine
    /// cancels out.
    pub fn of_ratio(pairs: &[(f64, f64)]) -> Option<Self> {
        let logarithms: Vec<f64> = pairs
            .iter()
            .filter(|(reference, value)| *reference > 0.0 && *value > 0.0)
            .map(|(reference, value)| reference.ln() - value.ln())
            .collect();
        Some(Self::of_median(&logarithms)?.map(f64::exp))
    }

    /// Returns whether the interval reaches [`LEVEL`]; otherwise it is only the range of the values.
    pub fn is_interval(&self) -> bool {
        self.coverage >= LEVEL
    }

    /// Returns whether it differs from `bound`, given noise that its interval does not show, as a factor: the interval and the noise are of
    /// independent causes, so their widths add up as squares do. False without an interval.
    pub fn differs_from(&self, bound: f64, noise: f64) -> bool {
        let log = (self.value / bound).ln();
        let towards_bound = if log > 0.0 { (self.value / self.low).ln() } else { (self.high / self.value).ln() };
        self.is_interval() && log.abs() > towards_bound.hypot(noise.ln())
    }

    /// Returns whether it is 1 but for less than `share`: the whole interval is, widened by noise as in [`Estimate::differs_from`].
    /// False without an interval. An interval at 95 % makes this stricter than two one-sided tests at 5 % each.
    pub fn is_one_within(&self, share: f64, noise: f64) -> bool {
        let (log, noise, limit) = (self.value.ln(), noise.ln(), share.ln_1p());
        let low = log - (self.value / self.low).ln().hypot(noise);
        let high = log + (self.high / self.value).ln().hypot(noise);
        self.is_interval() && low >= -limit && high <= limit
    }

    /// Returns the estimate of an increasing function of the values. Exact for the interval, which consists of two of the
    /// values.
    pub fn map(self, increasing: impl Fn(f64) -> f64) -> Self {
        Self { value: increasing(self.value), low: increasing(self.low), high: increasing(self.high), ..self }
    }
}

/// Returns the median of the finite ones among `values`; none if there are none.
pub fn median(values: &[f64]) -> Option<f64> {
    median_of_sorted(&sorted(values))
}

/// Returns the rank of the interval of the median of `count` samples, and its coverage.
///
/// The interval reaches from the rank-th smallest to the rank-th largest sample. It is the narrowest that reaches
/// `level`; if none does (below 6 samples at 95 %), the rank is 1. `count` must be above 0.
pub fn interval_rank(count: usize, level: f64) -> (usize, f64) {
    let n = count as f64;
    // ln of P(B = i) for B binomial (n, 1/2); in logarithms, for 2^-n underflows from 1,075 samples on.
    let mut ln_mass = -n * std::f64::consts::LN_2;
    let mut below = ln_mass.exp();
    let mut best = (1, (1.0 - 2.0 * below).max(0.0));
    for rank in 2..=count.div_ceil(2) {
        let i = (rank - 1) as f64;
        ln_mass += ((n - i + 1.0) / i).ln();
        below += ln_mass.exp();
        let coverage = 1.0 - 2.0 * below;
        if coverage < level {
            break;
        }
        best = (rank, coverage);
    }
    best
}

/// Returns the finite values in ascending order.
fn sorted(values: &[f64]) -> Vec<f64> {
    let mut finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    finite.sort_by(f64::total_cmp);
    finite
}

/// Returns the middle value, or the mean of the two middle ones.
fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(lower + (upper - lower) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(n: usize) -> Vec<f64> {
        (1..=n).rev().map(|i| i as f64).collect()
    }

    #[test]
    fn median_of_odd_even_and_none() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[f64::NAN, f64::INFINITY, 7.0]), Some(7.0));
    }

    #[test]
    fn twenty_samples_reach_from_the_6th_to_the_15th() {
        let estimate = Estimate::of_median(&first(20)).expect("20 values");
        assert_eq!((estimate.low, estimate.value, estimate.high), (6.0, 10.5, 15.0));
        assert!((estimate.coverage - 0.958_610_5).abs() < 1e-7, "{}", estimate.coverage);
        assert!(estimate.is_interval());
    }

    // Sums of binomial coefficients, rounded to three digits.
    #[test]
    fn ranks_are_the_narrowest_that_reach_the_level() {
        for (n, rank, coverage) in
            [(6, 1, 0.969), (10, 2, 0.979), (12, 3, 0.961), (30, 10, 0.957), (40, 14, 0.962), (70, 27, 0.959)]
        {
            let (found, exact) = interval_rank(n, LEVEL);
            assert_eq!(found, rank, "n = {n}");
            assert!((exact - coverage).abs() < 0.001, "n = {n}: {exact}");
        }
    }

    #[test]
    fn below_six_samples_the_range_is_given_with_its_true_coverage() {
        let five = Estimate::of_median(&first(5)).expect("5 values");
        assert_eq!((five.low, five.high, five.coverage), (1.0, 5.0, 0.9375));
        assert!(!five.is_interval());
        let one = Estimate::of_median(&[3.0]).expect("1 value");
        assert_eq!((one.low, one.high, one.coverage), (3.0, 3.0, 0.0));
    }

    #[test]
    fn many_samples_neither_underflow_nor_overflow() {
        let (rank, coverage) = interval_rank(100_000, LEVEL);
        assert!((LEVEL..0.951).contains(&coverage), "{coverage}");
        // n/2 - 1.96 * sqrt(n)/2, the normal approximation
        assert!((49_685..49_695).contains(&rank), "{rank}");
    }

    #[test]
    fn ratios_are_paired() {
        let pairs: Vec<(f64, f64)> = (1..=20).map(|i| (f64::from(i) * 2.0, f64::from(i))).collect();
        let ratio = Estimate::of_ratio(&pairs).expect("20 pairs");
        for part in [ratio.value, ratio.low, ratio.high] {
            assert!((part - 2.0).abs() < 1e-12, "drift cancels: {part}");
        }
    }

    #[test]
    fn one_within_a_share_takes_the_whole_interval_and_the_noise() {
        let ratio =
            |low, value, high, coverage| Estimate { value, low, high, coverage, count: 20, method: Method::Values };
        assert!(ratio(0.98, 1.0, 1.02, 0.95).is_one_within(0.05, 1.0));
        assert!(ratio(0.98, 1.0, 1.02, 0.95).is_one_within(0.05, 1.03));
        assert!(!ratio(0.98, 1.0, 1.02, 0.95).is_one_within(0.05, 1.06), "noise alone is more");
        assert!(!ratio(0.98, 1.0, 1.06, 0.95).is_one_within(0.05, 1.0), "one end is beyond");
        assert!(!ratio(0.93, 1.0, 1.02, 0.95).is_one_within(0.05, 1.0), "the other end is");
        assert!(!ratio(1.0, 1.0, 1.0, 0.9).is_one_within(0.05, 1.0), "no interval says nothing");
    }

    #[test]
    fn hostile_pairs_are_left_out() {
        assert_eq!(Estimate::of_ratio(&[(0.0, 1.0), (1.0, 0.0), (f64::NAN, 1.0), (-1.0, 1.0)]), None);
    }
}
