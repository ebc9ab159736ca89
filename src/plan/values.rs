//! The values of an axis: numbers one by one, and ranges whose steps are factors.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// What is allowed.
const FORM: &str = "numbers as in \"1,2,4\", a range as in \"1e3..1e7/12\" (12 points at even factors) or \"1..4 per core\" (each twice the one before)";
/// Most values of an axis: each is as much work as a group.
const MOST: usize = 64;
/// Largest number: TOML has no larger ones.
const LARGEST: f64 = i64::MAX as f64;

/// The values of an axis as they are written, which may depend on the number of cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values(String);

impl Values {
    /// Returns the values on a machine with so many cores, ascending and distinct.
    ///
    /// # Errors
    /// If the text is none of the forms, or has too many values.
    pub(crate) fn resolve(&self, cores: u64) -> Result<Vec<u64>, String> {
        let mut found = BTreeSet::new();
        for part in self.0.split(',').map(str::trim) {
            let values = range(part, cores).or_else(|| Some(vec![number(part, cores)?]));
            found.extend(values.ok_or_else(|| format!("`{part}` is no value of an axis: there may be {FORM}"))?);
        }
        if found.len() > MOST {
            return Err(format!("`{self}` has {} values; {MOST} are the most", found.len(), self = self.0));
        }
        Ok(found.into_iter().collect())
    }
}

impl FromStr for Values {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let values = Self(text.trim().to_owned());
        values.resolve(1).map(|_| values)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Array(values) => {
                let texts = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                texts.collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Returns the values of a range, both ends included.
fn range(text: &str, cores: u64) -> Option<Vec<u64>> {
    let (low, rest) = text.split_once("..")?;
    let (high, points) = match rest.rsplit_once('/') {
        Some((high, points)) => {
            (high, Some(points.trim().parse::<usize>().ok().filter(|points| (2..=10_000).contains(points))?))
        }
        None => (rest, None),
    };
    let (low, high) = (number(low, cores)?, number(high, cores)?);
    if low == 0 || high < low {
        return None;
    }
    let Some(points) = points else {
        let doubled = std::iter::successors(Some(low), |value| value.checked_mul(2)).take_while(|value| *value < high);
        return Some(doubled.chain([high]).collect());
    };
    let factor = high as f64 / low as f64;
    Some(
        (0..points)
            .map(|point| (low as f64 * factor.powf(point as f64 / (points - 1) as f64)).round() as u64)
            .collect(),
    )
}

/// Returns a whole number: `1_000`, `1e3`, `cores`, or `4 per core`.
fn number(text: &str, cores: u64) -> Option<u64> {
    let text = text.trim();
    if text == "cores" {
        return Some(cores);
    }
    if let Some(each) = text.strip_suffix("per core") {
        return number(each, cores)?.checked_mul(cores);
    }
    let number: f64 = Some(text)
        .filter(|text| text.starts_with(|first: char| first.is_ascii_digit()))?
        .replace('_', "")
        .parse()
        .ok()?;
    (number.fract() == 0.0 && number < LARGEST).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, cores: u64) -> Vec<u64> {
        text.parse::<Values>().and_then(|values| values.resolve(cores)).expect(text)
    }

    #[test]
    fn numbers_and_ranges_become_values() {
        assert_eq!(values("4, 1,2,2", 2), [1, 2, 4]);
        assert_eq!(values("1..4 per core", 3), [1, 2, 4, 8, 12], "each twice the one before, and the last one");
        assert_eq!(values("1e3..1e7/5", 2), [1_000, 10_000, 100_000, 1_000_000, 10_000_000]);
        assert_eq!(values("1..3/9", 2), [1, 2, 3], "what rounds to the same number is one value");
        assert_eq!(values("0,1..cores", 8), [0, 1, 2, 4, 8]);
        assert_eq!(values("1_000", 8), [1_000]);
        let of_toml: BTreeSet<u64> = toml::from_str::<std::collections::BTreeMap<String, Values>>(
            "a = [1, '2 per core', 9]",
        )
        .expect("values")["a"]
            .resolve(4)
            .expect("numbers")
            .into_iter()
            .collect();
        assert_eq!(of_toml, BTreeSet::from([1, 8, 9]));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in ["", "some", "1.5", "-3", "9..2", "0..8", "1..9/1", "1e300", "1,,2", "1..9/0"] {
            let message = text.parse::<Values>().expect_err(text);
            assert!(message.contains("is no value of an axis: there may be numbers as in"), "{text}: {message}");
        }
        assert!("1..1e9/1000".parse::<Values>().expect_err("too many").contains("64 are the most"));
    }
}
