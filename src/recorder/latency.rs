//! Latencies that tasks saw, as an HDR histogram in its portable form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

/// Significant figures that the histogram keeps.
const FIGURES: u8 = 3;
/// The longest latency that it tells apart, nanoseconds: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

/// Encodes latencies in nanoseconds: HDR histogram, V2, deflate, base64.
pub(crate) fn histogram(latencies: &[u64]) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, LONGEST_NS, FIGURES)?;
    for &latency in latencies {
        histogram.saturating_record(latency);
    }
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes)?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::Deserializer;

    use super::*;

    #[test]
    fn what_is_encoded_is_read_back() {
        let latencies: Vec<u64> = (1..=1_000).map(|us| us * 1_000).collect();
        let text = histogram(&latencies).expect("within bounds");
        let bytes = STANDARD.decode(text).expect("base64");
        let histogram: Histogram<u64> = Deserializer::new().deserialize(&mut &*bytes).expect("a histogram");
        assert_eq!(histogram.len(), 1_000);
        let median = histogram.value_at_quantile(0.5) as f64;
        assert!((median / 500_000.0 - 1.0).abs() < 0.002, "{median}");
    }
}
