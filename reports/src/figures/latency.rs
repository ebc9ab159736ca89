//! Latencies of a cell: quantiles of the histograms that its samples carry.
//!
//! A quantile is taken of each sample by itself, and then the median of those over the samples, so that its interval is
//! one over rounds like that of any other figure; a quantile of all histograms merged would have none.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use serde::Serialize;

use crate::records::schema::Sample;
use crate::statistics::Estimate;
use crate::statistics::clusters;

/// The latencies of a cell under one name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// Name of the histogram.
    pub name: String,
    /// Values in all histograms together.
    pub count: u64,
    /// Median over the samples of each sample's median, nanoseconds.
    pub p50: Estimate,
    /// Median over the samples of each sample's 99th percentile, nanoseconds.
    pub p99: Estimate,
    /// Quantiles of all samples together: the share that is below, and nanoseconds. In ascending order.
    #[serde(skip)]
    pub curve: Vec<(f64, f64)>,
    /// How many latencies of all samples together are in each bin that has some: its place and their number. Bin `n` goes from
    /// 10^(n / [`BINS`]) ns to the next. In ascending order.
    #[serde(skip)]
    pub bins: Vec<(u32, u64)>,
    /// Each sample's process and median, nanoseconds.
    #[serde(skip)]
    pub medians: Vec<(u32, f64)>,
    /// Each sample's process and 99th percentile, nanoseconds.
    #[serde(skip)]
    pub percentiles_99: Vec<(u32, f64)>,
}

/// Bins of a histogram from a power of ten to the next.
pub const BINS: u32 = 100;

/// The quantiles of a curve; the last is the longest of all.
const CURVE: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 1.0];

/// Returns the latencies of samples, by name of the histogram, and how many histograms could not be read.
pub(super) fn from_samples(samples: &[&Sample]) -> (Vec<Latency>, usize) {
    let mut unreadable = 0;
    let mut by_name: BTreeMap<&str, Vec<(u32, Histogram<u64>)>> = BTreeMap::new();
    for sample in samples {
        for (name, text) in &sample.histograms {
            match decode(text) {
                Some(histogram) if !histogram.is_empty() => {
                    by_name.entry(name).or_default().push((sample.process, histogram));
                }
                Some(_) => {}
                None => unreadable += 1,
            }
        }
    }
    let latencies = by_name.into_iter().filter_map(|(name, histograms)| latency(name, &histograms));
    (latencies.collect(), unreadable)
}

fn latency(name: &str, histograms: &[(u32, Histogram<u64>)]) -> Option<Latency> {
    let quantiles = |quantile: f64| -> Vec<(u32, f64)> {
        histograms.iter().map(|(process, histogram)| (*process, histogram.value_at_quantile(quantile) as f64)).collect()
    };
    let (medians, percentiles_99) = (quantiles(0.5), quantiles(0.99));
    let all = merged(histograms)?;
    Some(Latency {
        name: name.to_owned(),
        count: histograms.iter().map(|(_, histogram)| histogram.len()).sum(),
        curve: CURVE.map(|quantile| (quantile, all.value_at_quantile(quantile) as f64)).to_vec(),
        bins: bins(&all),
        p50: clusters::median_of_sizes(&medians)?,
        p99: clusters::median_of_sizes(&percentiles_99)?,
        medians,
        percentiles_99,
    })
}

/// Returns how many values are in each bin.
fn bins(histogram: &Histogram<u64>) -> Vec<(u32, u64)> {
    let mut bins: BTreeMap<u32, u64> = BTreeMap::new();
    for step in histogram.iter_recorded() {
        let place = ((step.value_iterated_to().max(1) as f64).log10() * f64::from(BINS)).floor() as u32;
        *bins.entry(place).or_default() += step.count_at_value();
    }
    bins.into_iter().collect()
}

/// Returns all values of some histograms together; none without any histogram.
fn merged(histograms: &[(u32, Histogram<u64>)]) -> Option<Histogram<u64>> {
    let ((_, first), others) = histograms.split_first()?;
    let mut all = first.clone();
    all.auto(true);
    for (_, histogram) in others {
        // Fails only where a value is out of the range that both have, which resizing excludes.
        let _ = all.add(histogram);
    }
    Some(all)
}

/// Reads an HDR histogram: V2, deflated, base64.
fn decode(text: &str) -> Option<Histogram<u64>> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    Deserializer::new().deserialize(&mut bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

    use super::*;

    fn encode(values: impl Iterator<Item = u64>) -> String {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
        values.for_each(|value| histogram.record(value).expect("within bounds"));
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
        BASE64_STANDARD.encode(bytes)
    }

    fn sample(text: String) -> Sample {
        Sample { histograms: BTreeMap::from([("round_trip_ns".to_owned(), text)]), ..Sample::default() }
    }

    #[test]
    fn quantiles_are_those_of_each_sample() {
        let samples: Vec<Sample> = (1..=20).map(|i| sample(encode((1..=100).map(|value| value * 1000 * i)))).collect();
        let (latencies, unreadable) = from_samples(&samples.iter().collect::<Vec<_>>());
        assert_eq!((latencies.len(), unreadable, latencies[0].count), (1, 0, 2000));
        let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 0.002, "{found} {wanted}");
        near(latencies[0].p50.value, 50_000.0 * 10.5);
        near(latencies[0].p99.value, 99_000.0 * 10.5);
        near(latencies[0].curve[4].1, 100_000.0 * 20.0);
        assert!(latencies[0].curve.is_sorted_by(|a, b| a.1 <= b.1), "{:?}", latencies[0].curve);
        near(latencies[0].p50.low, 50_000.0 * 6.0);
        assert!(latencies[0].p50.is_interval());
        assert_eq!(latencies[0].bins.iter().map(|(_, count)| count).sum::<u64>(), 2000, "each is in one bin");
        assert_eq!(latencies[0].bins.first(), Some(&(300, 1)), "1 us");
        assert_eq!(latencies[0].bins.last().map(|(place, _)| *place), Some(630), "2 ms");
    }

    #[test]
    fn what_is_no_histogram_is_counted_and_what_is_empty_is_left_out() {
        let samples = ["", "no base64!", "AAAA"].map(|text| sample(text.to_owned()));
        assert_eq!(from_samples(&samples.iter().collect::<Vec<_>>()), (Vec::new(), 3));
        assert_eq!(from_samples(&[&sample(encode(std::iter::empty()))]), (Vec::new(), 0));
    }
}
