//! A number of workers, which may be that of the cores.

use serde::{Deserialize, Deserializer};

/// A number of workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Workers {
    /// This many.
    Number(u64),
    /// One for each core that may be used.
    #[serde(deserialize_with = "the_word_cores")]
    Cores,
}

fn the_word_cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "cores" => Ok(()),
        other => Err(serde::de::Error::custom(format!("a number of workers or \"cores\" expected, not `{other}`"))),
    }
}
