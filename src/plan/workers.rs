//! A number of workers, which may be that of the cores.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// What is allowed.
const ALLOWED: &str = "a number of workers or \"cores\"";

/// A number of workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// This many.
    Number(u64),
    /// One for each core that may be used.
    Cores,
}

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cores" => Ok(Self::Cores),
            _ => text.parse().map(Self::Number).map_err(|_| format!("{ALLOWED} is expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Workers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrWord)
    }
}

/// Reads what a plan says. An untagged enum would not say what is allowed.
struct NumberOrWord;

impl Visitor<'_> for NumberOrWord {
    type Value = Workers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(ALLOWED)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Workers, E> {
        Ok(Workers::Number(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Workers, E> {
        let number = u64::try_from(number);
        number.map(Workers::Number).map_err(|_| E::custom("a number of workers is at least 1"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Workers, E> {
        // In a plan a number has no quotes.
        if text == "cores" {
            Ok(Workers::Cores)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_the_word_cores() {
        assert_eq!("cores".parse(), Ok(Workers::Cores));
        assert_eq!("4".parse(), Ok(Workers::Number(4)));
        assert!("core".parse::<Workers>().expect_err("no word").contains("\"cores\""));
    }
}
