//! Numbers that grow with the machine: `16 per worker`, or `4 per worker, at least 8`.

use serde_json::{Map, Value};

/// What may stand where a number is expected.
const FORM: &str = "a number, or a text like \"16 per worker\" or \"4 per worker, at least 8\"";

/// Turns parameters that are relative to workers into numbers, for a group whose cells have at most so many.
///
/// # Errors
/// If a parameter looks like a number and is none, with its name and what is allowed.
pub(crate) fn resolve(params: &Map<String, Value>, workers: u64) -> Result<Map<String, Value>, String> {
    let number = |(name, value): (&String, &Value)| {
        let relative = value.as_str().filter(|text| looks_relative(text));
        let number = relative.map(|text| {
            number(text, workers).ok_or_else(|| format!("`{name}` is \"{text}\", but must be {FORM}, below 2^63"))
        });
        Ok((name.clone(), number.transpose()?.map_or_else(|| value.clone(), Value::from)))
    };
    params.iter().map(number).collect()
}

/// Returns whether a text is meant as a number, rather than as the name of something.
fn looks_relative(text: &str) -> bool {
    text.contains("per worker") || text.trim_start().starts_with(|first: char| first.is_ascii_digit())
}

fn number(text: &str, workers: u64) -> Option<u64> {
    let (each, least) = match text.split_once(',') {
        Some((each, least)) => (each, whole(least.trim().strip_prefix("at least")?)?),
        None => (text, 0),
    };
    let each = whole(each.trim().strip_suffix("per worker")?)?;
    // TOML has no larger numbers, so none could be written down.
    each.checked_mul(workers).map(|number| number.max(least)).filter(|number| i64::try_from(*number).is_ok())
}

/// Returns a whole number as TOML writes it.
fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    text.starts_with(|first: char| first.is_ascii_digit()).then(|| text.replace('_', "").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: impl Into<Value>, workers: u64) -> Result<Value, String> {
        let params = Map::from_iter([("tasks".to_owned(), value.into())]);
        resolve(&params, workers).map(|mut params| params.remove("tasks").expect("it is there"))
    }

    #[test]
    fn numbers_grow_with_the_workers_and_all_else_stays() {
        assert_eq!(one("16 per worker", 24), Ok(384.into()));
        assert_eq!(one("62_500 per worker", 2), Ok(125_000.into()));
        assert_eq!(one("4 per worker, at least 8", 1), Ok(8.into()));
        assert_eq!(one("4 per worker, at least 8", 64), Ok(256.into()));
        assert_eq!(one(5, 64), Ok(5.into()));
        assert_eq!(one("known-13", 64), Ok("known-13".into()));
    }

    #[test]
    fn what_is_no_number_is_named_with_what_is_allowed() {
        let wrong = [
            "16 per wroker",
            "16",
            "sixteen per worker",
            "4 per worker, at most 8",
            "4 per worker, at least",
            "-4 per worker",
            "99999999999999999999 per worker",
            "9_000_000_000_000_000_000 per worker",
        ];
        for text in wrong {
            let message = one(text, 64).expect_err(text);
            assert!(
                message.contains("`tasks`") && message.contains(text) && message.contains("at least 8"),
                "{message}"
            );
        }
    }
}
