//! An axis of values: its range, its ticks, and whether it is logarithmic.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use crate::text::units;

/// A range for plotters with ticks of our own choice.
pub struct Ticked {
    pub range: Range<f64>,
    pub ticks: Vec<f64>,
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        begin + (share * f64::from(end - begin)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// From this ratio of the largest to the smallest value on an axis is logarithmic.
const LOGARITHMIC_FROM: f64 = 10.0;
/// Ticks that an axis has at most, roughly.
const TICKS: f64 = 6.0;

/// An axis of values.
#[derive(Debug, Clone)]
pub struct Axis {
    /// Ends, as positions.
    low: f64,
    high: f64,
    /// Whether a position is the logarithm of a value.
    is_logarithmic: bool,
    /// Formats the value of a tick.
    pub format: fn(f64) -> String,
    /// What the axis shows, with its unit.
    pub title: String,
}

impl Axis {
    /// Returns an axis that shows all positive, finite `values`; linear from the smallest to the largest, or logarithmic if
    /// they differ much.
    pub fn around(values: impl Iterator<Item = f64>, title: &str, format: fn(f64) -> String) -> Self {
        let (low, high) = ends(values);
        Self::between(low, high, high / low > LOGARITHMIC_FROM, title, format)
    }

    /// Returns a logarithmic axis that shows all positive, finite `values`.
    pub fn logarithmic(values: impl Iterator<Item = f64>, title: &str, format: fn(f64) -> String) -> Self {
        let (low, high) = ends(values);
        Self::between(low, high, true, title, format)
    }

    fn between(low: f64, high: f64, is_logarithmic: bool, title: &str, format: fn(f64) -> String) -> Self {
        let position = |value: f64| if is_logarithmic { value.log10() } else { value };
        let room = ((position(high) - position(low)) * 0.04).max(if is_logarithmic { 0.02 } else { high * 0.01 });
        let low = position(low) - room;
        let low = if is_logarithmic { low } else { low.max(0.0) };
        let title = if is_logarithmic { format!("{title} (logarithmic)") } else { title.to_owned() };
        Self { low, high: position(high) + room, is_logarithmic, format, title }
    }

    /// Returns a linear axis from 0 to somewhat beyond `most`.
    pub fn from_zero(most: f64, title: &str, format: fn(f64) -> String) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        Self { low: 0.0, high: most * 1.04, is_logarithmic: false, format, title: title.to_owned() }
    }

    /// Returns the linear axis of [`Axis::around`], extended down to zero.
    pub fn or_from_zero(self) -> Self {
        if self.is_logarithmic { self } else { Self { low: 0.0, ..self } }
    }

    /// Ends, as positions.
    pub fn range(&self) -> Range<f64> {
        self.low..self.high
    }

    /// Returns where a value is, within the range.
    pub fn position(&self, value: f64) -> f64 {
        let position = if self.is_logarithmic { value.max(f64::MIN_POSITIVE).log10() } else { value };
        if position.is_nan() { self.low } else { position.clamp(self.low, self.high) }
    }

    /// Returns the value at a position.
    pub fn value(&self, position: f64) -> f64 {
        if self.is_logarithmic { 10_f64.powf(position) } else { position }
    }

    /// Returns the text at a tick.
    pub fn label(&self, position: f64) -> String {
        match self.value(position) {
            0.0 => "0".to_owned(),
            value => units::without_zeros(&(self.format)(value)),
        }
    }

    /// Returns the positions of the ticks.
    pub fn ticks(&self) -> Vec<f64> {
        if self.is_logarithmic { self.logarithmic_ticks() } else { self.linear_ticks() }
    }

    /// Returns steps of 1, 2 or 5 times a power of ten.
    fn linear_ticks(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / TICKS;
        let power = 10_f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough).unwrap_or(rough);
        let first = (self.low / step).ceil();
        (0..=TICKS as u32 + 1).map(|i| (first + f64::from(i)) * step).filter(|tick| *tick <= self.high).collect()
    }

    /// Returns powers of ten, every so many if there are many; with 2 and 5 times them, or 3 times, if there are few.
    fn logarithmic_ticks(&self) -> Vec<f64> {
        let decades = self.high - self.low;
        let within: &[f64] = match decades {
            d if d < 1.7 => &[1.0, 2.0, 5.0],
            d if d < 3.2 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let step = (decades / TICKS).ceil().max(1.0) as i32;
        (self.low.floor() as i32..=self.high.ceil() as i32)
            .filter(|power| power.rem_euclid(step) == 0)
            .flat_map(|power| within.iter().map(move |factor| f64::from(power) + factor.log10()))
            .filter(|tick| self.range().contains(tick))
            .collect()
    }
}

/// Returns the smallest and the largest of the positive, finite values; some if there is none.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite() && *value > 0.0)
        .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (1.0, 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(axis: &Axis) -> Vec<f64> {
        axis.ticks().into_iter().map(|tick| (axis.value(tick) * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn near_values_are_linear_and_far_ones_logarithmic() {
        let near = Axis::around([10.0, 20.0].into_iter(), "t", |v| v.to_string());
        assert_eq!(values(&near), [10.0, 12.0, 14.0, 16.0, 18.0, 20.0]);
        let far = Axis::around([3.0, 50.0].into_iter(), "t", |v| v.to_string());
        assert_eq!(values(&far), [5.0, 10.0, 20.0, 50.0]);
        assert_eq!(far.title, "t (logarithmic)");
        let farther = Axis::around([1.0, 1e18].into_iter(), "t", |v| v.to_string());
        assert!(values(&farther).len() <= 8);
    }

    #[test]
    fn hostile_values_give_some_axis() {
        for values in [
            vec![],
            vec![0.0],
            vec![f64::NAN, -1.0, f64::INFINITY],
            vec![5.0],
            vec![f64::MAX],
            vec![u64::MAX as f64, 1.0],
        ] {
            let axis = Axis::around(values.into_iter(), "t", |v| v.to_string());
            assert!(axis.range().start < axis.range().end, "{axis:?}");
            assert!(axis.ticks().len() < 20);
            assert!(axis.range().start <= axis.position(0.0) && axis.position(f64::NAN) <= axis.range().end);
        }
        assert!(!Axis::from_zero(f64::NAN, "t", |v| v.to_string()).ticks().is_empty());
    }
}
