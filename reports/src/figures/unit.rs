//! How values of the axis of a sweep are written.

use crate::text::units;

/// How values of an axis are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unit {
    /// What is counted or measured, as people say it: `workers`, `switch interval`.
    pub name: String,
    /// What one is.
    pub kind: Kind,
}

/// What one of an axis is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Kind {
    /// A bare number.
    #[default]
    Number,
    /// So many nanoseconds.
    Time(f64),
    /// So many bytes.
    Size(f64),
}

/// The endings of names that say a unit.
const ENDINGS: [(&str, Kind); 7] = [
    ("_ns", Kind::Time(1.0)),
    ("_us", Kind::Time(1e3)),
    ("_ms", Kind::Time(1e6)),
    ("_s", Kind::Time(1e9)),
    ("_bytes", Kind::Size(1.0)),
    ("_kib", Kind::Size(1024.0)),
    ("_mib", Kind::Size(1_048_576.0)),
];

impl Unit {
    /// Returns the unit of an axis by its name in the records.
    pub fn of_axis(axis: &str) -> Self {
        let ending = ENDINGS.into_iter().find(|(ending, _)| axis.ends_with(ending));
        let (name, kind) = match ending {
            Some((ending, kind)) => (&axis[..axis.len() - ending.len()], kind),
            None if axis == "bytes" => ("size", Kind::Size(1.0)),
            None => (axis, Kind::Number),
        };
        Self { name: name.replace('_', " "), kind }
    }

    /// Returns a value without the name of the axis: `8`, `500 µs`.
    pub fn value(&self, value: f64) -> String {
        match self.kind {
            Kind::Number if value >= 10.0 && value.fract() == 0.0 => units::count(value),
            Kind::Number => units::without_zeros(&units::number(value)),
            Kind::Time(ns) => units::without_zeros(&units::duration(value * ns)),
            Kind::Size(bytes) => units::without_zeros(&units::size(value * bytes)),
        }
    }

    /// Returns a value without the name of the axis in few characters: `8`, `10k`, `500 µs`.
    pub fn short(&self, value: f64) -> String {
        match self.kind {
            Kind::Number if value >= 1e10 => units::number(value),
            Kind::Number if value >= 999_500.0 => format!("{}M", units::without_zeros(&units::number(value / 1e6))),
            Kind::Number if value >= 9_999.5 => format!("{}k", units::without_zeros(&units::number(value / 1e3))),
            _ => self.value(value),
        }
    }

    /// Returns a value with the name of the axis: `8 workers`, `1 worker`, `switch interval 500 µs`.
    pub fn words(&self, value: f64) -> String {
        let (name, figure) = (&self.name, self.value(value));
        let singular = name.strip_suffix('s').filter(|_| self.kind == Kind::Number);
        match singular {
            Some(singular) if figure == "1" => format!("1 {singular}"),
            Some(_) => format!("{figure} {name}"),
            None => format!("{name} {figure}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_with_their_unit() {
        let words = |axis: &str, value: f64| Unit::of_axis(axis).words(value);
        assert_eq!(words("workers", 8.0), "8 workers");
        assert_eq!(words("workers", 1.0), "1 worker");
        assert_eq!(words("tasks", 10_000.0), "10,000 tasks");
        assert_eq!(words("switch_interval_us", 500.0), "switch interval 500 µs");
        assert_eq!(words("wait_ms", 2_500.0), "wait 2.5 s");
        assert_eq!(words("bytes", 4096.0), "size 4 KiB");
        assert_eq!(words("buffer_kib", 64.0), "buffer 64 KiB");
        assert_eq!(words("from", 1_000_000.0), "from 1,000,000");
        assert_eq!(words("beside", 1.0), "beside 1");
        assert_eq!(Unit::of_axis("share").value(0.25), "0.25");
        let short = [8.0, 1_000.0, 10_000.0, 231_013.0, 5e6, 2e12].map(|value| Unit::of_axis("from").short(value));
        assert_eq!(short, ["8", "1,000", "10k", "231k", "5M", "2.00e12"]);
    }
}
