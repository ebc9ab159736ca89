//! The units of statistics.

use serde::Serialize;

use crate::statistics::Estimate;
use crate::text::units;

/// The unit of a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// A quotient of two like figures.
    #[serde(rename = "ratio")]
    Ratio,
    /// Busy cores.
    #[serde(rename = "cores")]
    Cores,
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Events.
    #[serde(rename = "events")]
    Events,
}

impl Unit {
    /// Formats a figure of this unit.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Ratio => units::ratio(value),
            Self::Cores => format!("{} cores", units::cores(value)),
            Self::Nanoseconds => units::duration(value),
            Self::Events => units::number(value),
        }
    }

    /// Formats a figure that was chosen, not measured: without needless zeros.
    pub(super) fn round(self, value: f64) -> String {
        match self {
            Self::Cores => format!("{} cores", units::without_zeros(&units::number(value))),
            _ => units::without_zeros(&self.format(value)),
        }
    }

    /// Formats the interval of a figure.
    pub(super) fn ends(self, estimate: &Estimate) -> String {
        match self {
            Self::Nanoseconds => units::duration_ends(estimate),
            Self::Ratio | Self::Cores | Self::Events => units::number_ends(estimate),
        }
    }
}
