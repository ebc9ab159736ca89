//! The interval of a median where values come in clusters: rounds of one process are more alike than rounds of several.
//!
//! The binomial interval of [`Estimate::of_median`] is exact for independent values. Rounds within a process share its
//! memory layout and its moment; if they are taken for independent, the interval is too narrow (5 % of the variance between
//! processes turn 95 % into 91 %, half of it into 57 %, with 2 processes of 15 rounds). So:
//! - From 6 processes on, the values are the medians of the processes: these are independent, and the interval is exact again.
//! - With 2 to 5 processes no interval of their medians reaches 95 %. Instead all values are taken, and the ranks are those
//!   of as many independent values as they are worth: their number over the design effect, 1 + (m - 1) r for clusters of m
//!   values with the correlation r, estimated from the ranks of the values by analysis of variance. That keeps 95 % where r is small
//!   and 83 to 95 % where it is large (`tests/coverage.rs`), which is why published claims need more processes.
//! - If they are worth fewer values than an interval takes (6), their processes differ from each other, and by how much tells the
//!   rest: the interval is Student's, of the medians of the processes, as everywhere where few processes are compared (`effect`).
//!   From 3 processes on it is so too where the interval would reach from the least to the greatest value of all (up to 8): one
//!   round that lost its core would make it say nothing.
//! - With one process there is nothing to estimate r from: the interval is of this process, and its coverage that for rounds of this
//!   process. The median over all processes it covers less often: in 87 % of cases with 5 % of the variance between processes, in
//!   about 40 % with half of it (20 rounds, `tests/coverage.rs`). A report says so in
//!   the remarks of a group, and each row tells how many processes it rests on.
//!
//! Sources:
//! - T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013: repetition at the highest level that
//!   varies.
//! - L. Kish, *Survey Sampling*, Wiley 1965, section 5.4: the design effect.
//! - R. S. Woodruff, *Confidence Intervals for Medians and Other Position Measures*, Journal of the American Statistical
//!   Association 47, 1952: order-statistic intervals of clustered samples.
//! - R. G. Miller, *Simultaneous Statistical Inference*, 2nd edition, Springer 1981, section 1.1: Bonferroni's inequality, for what
//!   rests on two intervals.

use std::collections::BTreeMap;

use super::effect::Effect;
use super::estimate::{Estimate, LEVEL, Method, interval_rank, median};

/// Fewest clusters whose medians have an interval.
const ENOUGH: usize = 6;
/// Fewest clusters whose medians tell more by Student's t than the range of all values does.
const ENOUGH_FOR_STUDENT: usize = 3;

/// Returns the median of values `(cluster, value)` with its interval; what is not finite is left out, none without any.
pub fn median_of(values: &[(u32, f64)]) -> Option<Estimate> {
    median_at(values, LEVEL)
}

/// Does as [`median_of`], with an interval that covers the true median with probability `level`.
pub fn median_at(values: &[(u32, f64)], level: f64) -> Option<Estimate> {
    median_on(values, level, Scale::Any)
}

/// Does as [`median_of`] for sizes, such as times, none of which can be below zero: nor does the interval get there.
pub fn median_of_sizes(values: &[(u32, f64)]) -> Option<Estimate> {
    median_on(values, LEVEL, Scale::Size)
}

/// What values are, for the one interval that is not made of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Differences, logarithms: anything.
    Any,
    /// Sizes, whose logarithms are nearer to normal than they are themselves.
    Size,
}

/// Does as [`median_at`] on a scale: chooses the method by what the clusters allow.
fn median_on(values: &[(u32, f64)], level: f64, scale: Scale) -> Option<Estimate> {
    let clusters = Clusters::new(values);
    let pooled = clusters.pooled(level)?;
    if clusters.0.len() < 2 || clusters.count() == clusters.0.len() {
        return Some(pooled);
    }
    let (estimate, reaches_to_the_ends) =
        if clusters.0.len() >= ENOUGH { (clusters.by_medians(level)?, false) } else { clusters.by_worth(level)? };
    let is_told = estimate.coverage >= level && !(reaches_to_the_ends && clusters.0.len() >= ENOUGH_FOR_STUDENT);
    if is_told || pooled.coverage < level { Some(estimate) } else { clusters.by_student(level, scale) }
}

/// The finite ones among some values, by cluster.
struct Clusters(Vec<Vec<f64>>);

impl Clusters {
    fn new(values: &[(u32, f64)]) -> Self {
        let mut clusters: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (cluster, value) in values.iter().filter(|(_, value)| value.is_finite()) {
            clusters.entry(*cluster).or_default().push(*value);
        }
        Self(clusters.into_values().collect())
    }

    /// Returns the number of values.
    fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Takes all values for independent.
    fn pooled(&self, level: f64) -> Option<Estimate> {
        Estimate::of_median_at(&self.0.concat(), level)
    }

    /// Takes the medians of the clusters for the values, which are independent.
    fn by_medians(&self, level: f64) -> Option<Estimate> {
        let medians: Vec<f64> = self.0.iter().filter_map(|cluster| median(cluster)).collect();
        let estimate = Estimate::of_median_at(&medians, level)?;
        Some(Estimate { count: self.count(), method: Method::ClusterMedians, ..estimate })
    }

    /// Takes the ranks of as many independent values as the values are worth, and says whether the interval reaches from the least to the
    /// greatest value of all.
    fn by_worth(&self, level: f64) -> Option<(Estimate, bool)> {
        let pooled = self.pooled(level)?;
        let mut all = self.0.concat();
        let worth = (all.len() as f64 / design_effect(&self.0)).max(self.0.len() as f64) as usize;
        let (rank, coverage) = interval_rank(worth.max(1), level);
        // The same place among all values as the rank has among as many as they are worth.
        let at = (rank * (all.len() + 1) / (worth + 1)).clamp(1, all.len().div_ceil(2));
        let at = if coverage < level { 1 } else { at };
        all.sort_by(f64::total_cmp);
        let (low, high) = (all[at - 1], all[all.len() - at]);
        Some((Estimate { low, high, coverage, method: Method::EffectiveValues, ..pooled }, at == 1))
    }

    /// Takes Student's t of the medians of the clusters, or of their logarithms.
    fn by_student(&self, level: f64, scale: Scale) -> Option<Estimate> {
        let pooled = self.pooled(level)?;
        let values = (0..).zip(&self.0).flat_map(|(cluster, values)| values.iter().map(move |value| (cluster, *value)));
        let values: Vec<(u32, f64)> = values.collect();
        let has_logarithms = scale == Scale::Size && values.iter().all(|(_, value)| *value > 0.0);
        let (low, high) = if has_logarithms {
            let logarithms: Vec<(u32, f64)> = values.iter().map(|(cluster, value)| (*cluster, value.ln())).collect();
            let (low, high) = Effect::paired(&logarithms)?.interval(level)?;
            (low.exp(), high.exp())
        } else {
            Effect::paired(&values)?.interval(level)?
        };
        let (low, high) = (low.min(pooled.value), high.max(pooled.value));
        Some(Estimate { low, high, coverage: level, method: Method::Student, ..pooled })
    }
}

/// Returns what follows from the medians of two independent sets of sizes `(cluster, value)`, by a function that increases with the
/// first and decreases with the second: their ratio, or their difference. None if a set is empty.
///
/// Nothing is paired, so nothing cancels out: each median gets an interval that misses with half the probability, and the
/// ends that are furthest apart are taken. That both intervals hold is then as probable as [`LEVEL`] says, by Bonferroni's
/// inequality; it takes 7 values in each set.
pub fn of_medians(first: &[(u32, f64)], second: &[(u32, f64)], combine: impl Fn(f64, f64) -> f64) -> Option<Estimate> {
    let level = 1.0 - (1.0 - LEVEL) / 2.0;
    let (first, second) = (median_on(first, level, Scale::Size)?, median_on(second, level, Scale::Size)?);
    Some(Estimate {
        value: combine(first.value, second.value),
        low: combine(first.low, second.high),
        high: combine(first.high, second.low),
        coverage: (first.coverage + second.coverage - 1.0).max(0.0),
        count: first.count.min(second.count),
        method: Method::TwoMedians,
    })
}

/// Does as [`median_of`] for ratios `reference / value` of triples `(cluster, reference, value)`, from the logarithms. Pairs that
/// are not both above zero are left out.
pub fn ratio_of(pairs: &[(u32, f64, f64)]) -> Option<Estimate> {
    let positive = pairs.iter().filter(|(_, reference, value)| *reference > 0.0 && *value > 0.0);
    let logarithms: Vec<(u32, f64)> =
        positive.map(|(cluster, reference, value)| (*cluster, reference.ln() - value.ln())).collect();
    Some(median_of(&logarithms)?.map(f64::exp))
}

/// Returns how many clustered values are worth one independent one, at least 1.
fn design_effect(clusters: &[Vec<f64>]) -> f64 {
    let count: usize = clusters.iter().map(Vec::len).sum();
    let size = count as f64 / clusters.len() as f64;
    let ranks = ranks(clusters);
    let grand = (count as f64 - 1.0) / 2.0;
    let mean = |ranks: &[f64]| ranks.iter().sum::<f64>() / ranks.len() as f64;
    let around = |ranks: &[f64], mean: f64| ranks.iter().map(|rank| (rank - mean).powi(2)).sum::<f64>();
    let between: f64 = ranks.iter().map(|ranks| ranks.len() as f64 * (mean(ranks) - grand).powi(2)).sum();
    let within: f64 = ranks.iter().map(|ranks| around(ranks, mean(ranks))).sum();
    let between = between / (clusters.len() as f64 - 1.0);
    let within = within / (count - clusters.len()) as f64;
    let total = between + (size - 1.0) * within;
    let correlation = if total > 0.0 { ((between - within) / total).max(0.0) } else { 0.0 };
    1.0 + (size - 1.0) * correlation
}

/// Returns the rank of each value among all, from 0; equal values share the mean of their ranks.
fn ranks(clusters: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut sorted = clusters.concat();
    sorted.sort_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        (below + up_to) as f64 / 2.0 - 0.5
    };
    clusters.iter().map(|cluster| cluster.iter().map(rank).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_and_one_value_are_as_ever() {
        assert_eq!(median_of(&[]), None);
        assert_eq!(median_of(&[(0, f64::NAN)]), None);
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        let clustered: Vec<(u32, f64)> = values.iter().map(|value| (3, *value)).collect();
        assert_eq!(median_of(&clustered), Estimate::of_median(&values));
        assert_eq!(median_of(&[(0, 2.0)]), Estimate::of_median(&[2.0]));
        assert_eq!(median_of(&[(0, 2.0), (1, 3.0)]), Estimate::of_median(&[2.0, 3.0]));
    }

    #[test]
    fn processes_that_disagree_widen_the_interval() {
        let alike: Vec<(u32, f64)> = (0..40).map(|i| (i % 2, f64::from(i))).collect();
        let apart: Vec<(u32, f64)> = (0..40).map(|i| (i / 20, f64::from(i))).collect();
        let (alike, apart) = (median_of(&alike).expect("values"), median_of(&apart).expect("values"));
        let pooled = Estimate::of_median(&(0..40).map(f64::from).collect::<Vec<_>>()).expect("values");
        assert_eq!(alike, Estimate { method: Method::EffectiveValues, ..pooled });
        assert_eq!(apart.method, Method::Student);
        assert!(apart.value == alike.value && apart.low < alike.low && apart.high > alike.high, "{apart:?}");
        assert!(apart.is_interval() && apart.low < -100.0, "two values, as Student has it: {apart:?}");
        let sizes: Vec<(u32, f64)> = (1..=40).map(|i| (i / 21, f64::from(i))).collect();
        let sizes = median_of_sizes(&sizes).expect("values");
        assert!(sizes.is_interval() && sizes.low > 0.0 && sizes.high > 100.0, "nothing below zero: {sizes:?}");
    }

    #[test]
    fn from_six_processes_on_their_medians_count() {
        let values: Vec<(u32, f64)> = (0..60).map(|i| (i % 6, f64::from(i % 6))).collect();
        let estimate = median_of(&values).expect("values");
        assert_eq!((estimate.low, estimate.value, estimate.high, estimate.count), (0.0, 2.5, 5.0, 60));
        assert_eq!(estimate.method, Method::ClusterMedians);
        assert!(estimate.is_interval());
    }

    #[test]
    fn one_lost_round_does_not_make_an_interval_of_three_processes_useless() {
        let ratios = [1.01, 1.01, 1.01, 0.965, 0.97, 0.975, 0.433, 1.007, 1.014];
        let values: Vec<(u32, f64)> = (0..).zip(ratios).map(|(i, ratio)| (i / 3, ratio)).collect();
        let estimate = median_of(&values).expect("values");
        assert!(estimate.is_interval() && estimate.low > 0.9 && estimate.high < 1.1, "{estimate:?}");
    }

    fn first(n: usize) -> Vec<(u32, f64)> {
        (1..=n).rev().map(|i| (0, i as f64)).collect()
    }

    #[test]
    fn unpaired_medians_take_the_ends_that_are_furthest_apart() {
        let ratio = of_medians(&first(20), &first(20), |a, b| a / b).expect("20 values each");
        // The 5th to the 16th of 20 cover 98.8 %, the least that is above 97.5 %.
        assert_eq!((ratio.low, ratio.value, ratio.high), (5.0 / 16.0, 1.0, 16.0 / 5.0));
        assert!((ratio.coverage - (2.0 * 0.988_182 - 1.0)).abs() < 1e-5 && ratio.is_interval(), "{ratio:?}");
        assert!(of_medians(&first(7), &first(7), |a, b| a - b).expect("7 values each").is_interval());
        assert!(!of_medians(&first(6), &first(6), |a, b| a - b).expect("6 values each").is_interval());
        assert_eq!(of_medians(&[], &first(9), |a, b| a - b), None);
    }

    #[test]
    fn ties_have_an_interval_of_no_width() {
        let ties: Vec<(u32, f64)> = (0..30).map(|i| (i / 10, 7.0)).collect();
        let estimate = median_of(&ties).expect("values");
        assert_eq!((estimate.low, estimate.value, estimate.high), (7.0, 7.0, 7.0));
        let ratio = ratio_of(&[(0, 3.0, 3.0), (1, 5.0, 5.0), (1, 0.0, 5.0)]).expect("pairs");
        assert_eq!((ratio.low, ratio.value, ratio.high, ratio.count), (1.0, 1.0, 1.0, 2));
    }
}
