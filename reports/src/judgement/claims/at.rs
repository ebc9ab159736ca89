//! Which point of a curve a condition speaks of.

use serde::Deserialize;
use serde_json::Value;

/// A point of a line, by its place on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub enum At {
    /// The least value of the axis.
    Least,
    /// The greatest value of the axis that was measured.
    Most,
    /// As many workers as there are cores. Fewer leave cores idle, which says nothing of a pool that has one for each.
    Cores,
    /// Where the line has its least wall time. It has no interval of its own: whoever looks for the best finds the luckiest among equals.
    Best,
    /// This value, or else the next lower one.
    Value(f64),
}

impl At {
    /// Says which point it is, as far as a line may lack it.
    pub(super) fn words(self) -> String {
        match self {
            Self::Cores => "with as many workers as there are cores".to_owned(),
            Self::Value(most) => format!("up to {most}"),
            Self::Least | Self::Most | Self::Best => "at all".to_owned(),
        }
    }
}

impl TryFrom<Value> for At {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match (value.as_str(), value.as_f64()) {
            (Some("least"), _) => Ok(Self::Least),
            (Some("most"), _) => Ok(Self::Most),
            (Some("cores"), _) => Ok(Self::Cores),
            (Some("best"), _) => Ok(Self::Best),
            (_, Some(number)) => Ok(Self::Value(number)),
            _ => Err("`at` is `least`, `most`, `cores`, `best` or a number".to_owned()),
        }
    }
}
