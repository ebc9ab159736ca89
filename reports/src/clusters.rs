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
//! - With one process there is nothing to estimate r from: the interval is of this process.
//!
//! Sources:
//! - T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013: repetition at the highest level that
//!   varies.
//! - L. Kish, *Survey Sampling*, Wiley 1965, section 5.4: the design effect.
//! - R. S. Woodruff, *Confidence Intervals for Medians and Other Position Measures*, Journal of the American Statistical
//!   Association 47, 1952: order-statistic intervals of clustered samples.

use std::collections::BTreeMap;

use crate::statistics::{Estimate, LEVEL, interval_rank, median};

/// Fewest clusters whose medians have an interval.
const ENOUGH: usize = 6;

/// The median of values `(cluster, value)` with its interval; what is not finite is left out, none without any.
pub fn median_of(values: &[(u32, f64)]) -> Option<Estimate> {
    let mut clusters: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (cluster, value) in values.iter().filter(|(_, value)| value.is_finite()) {
        clusters.entry(*cluster).or_default().push(*value);
    }
    let clusters: Vec<Vec<f64>> = clusters.into_values().collect();
    let mut all = clusters.concat();
    let pooled = Estimate::of_median(&all)?;
    match clusters.len() {
        ENOUGH.. => {
            let medians: Vec<f64> = clusters.iter().filter_map(|cluster| median(cluster)).collect();
            Some(Estimate { count: pooled.count, ..Estimate::of_median(&medians)? })
        }
        2.. if all.len() > clusters.len() => {
            let worth = (all.len() as f64 / design_effect(&clusters)).max(clusters.len() as f64) as usize;
            let (rank, coverage) = interval_rank(worth.max(1), LEVEL);
            // The same place among all values as the rank has among as many as they are worth.
            let at = (rank * (all.len() + 1) / (worth + 1)).clamp(1, all.len().div_ceil(2));
            let at = if coverage < LEVEL { 1 } else { at };
            all.sort_by(f64::total_cmp);
            Some(Estimate { low: all[at - 1], high: all[all.len() - at], coverage, ..pooled })
        }
        _ => Some(pooled),
    }
}

/// As [`median_of`] for ratios `reference / value` of triples `(cluster, reference, value)`, from the logarithms. Pairs that
/// are not both above zero are left out.
pub fn ratio_of(pairs: &[(u32, f64, f64)]) -> Option<Estimate> {
    let positive = pairs.iter().filter(|(_, reference, value)| *reference > 0.0 && *value > 0.0);
    let logarithms: Vec<(u32, f64)> =
        positive.map(|(cluster, reference, value)| (*cluster, reference.ln() - value.ln())).collect();
    Some(median_of(&logarithms)?.map(f64::exp))
}

/// How many clustered values are worth one independent one, at least 1.
fn design_effect(clusters: &[Vec<f64>]) -> f64 {
    let count: usize = clusters.iter().map(Vec::len).sum();
    let size = count as f64 / clusters.len() as f64;
    let ranks = ranks(clusters);
    let grand = (count as f64 - 1.0) / 2.0;
    let mean = |ranks: &[f64]| ranks.iter().sum::<f64>() / ranks.len() as f64;
    let between: f64 = ranks.iter().map(|ranks| ranks.len() as f64 * (mean(ranks) - grand).powi(2)).sum();
    let within: f64 = ranks.iter().flat_map(|ranks| ranks.iter().map(|rank| (rank - mean(ranks)).powi(2))).sum();
    let between = between / (clusters.len() as f64 - 1.0);
    let within = within / (count - clusters.len()) as f64;
    let total = between + (size - 1.0) * within;
    let correlation = if total > 0.0 { ((between - within) / total).max(0.0) } else { 0.0 };
    1.0 + (size - 1.0) * correlation
}

/// The rank of each value among all, from 0; equal values share the mean of their ranks.
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
        assert_eq!(alike, Estimate::of_median(&(0..40).map(f64::from).collect::<Vec<_>>()).expect("values"));
        assert!(apart.value == alike.value && apart.low < alike.low && apart.high > alike.high, "{apart:?}");
        assert!(!apart.is_interval(), "two processes that share nothing are worth two values");
    }

    #[test]
    fn from_six_processes_on_their_medians_count() {
        let values: Vec<(u32, f64)> = (0..60).map(|i| (i % 6, f64::from(i % 6))).collect();
        let estimate = median_of(&values).expect("values");
        assert_eq!((estimate.low, estimate.value, estimate.high, estimate.count), (0.0, 2.5, 5.0, 60));
        assert!(estimate.is_interval());
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
