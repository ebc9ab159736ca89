//! Durations as people write and read them: `30s`, `5ms`, `1m30s`.

use std::time::Duration;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::{SpanParser, SpanPrinter};

/// Reads a duration such as `30s`, `5ms` or `1m30s`. A bare `0` is one, too.
///
/// # Errors
/// If the text is no duration, or a negative one. The error is a sentence for the one who wrote it.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let span = SpanParser::new().parse_span(text);
    // Parts of a day have a fixed length by themselves. A budget of two days has one only if every day has 24 hours.
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    duration
        .and_then(Duration::try_from)
        .map_err(|error| format!("`{text}` is no duration such as 30s, 5ms or 1m30s: {error}"))
}

/// Returns the duration as people read it, such as `1m 30s`.
pub(crate) fn format(duration: Duration) -> String {
    SpanPrinter::new().unsigned_duration_to_string(&duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_plans_and_flags_say_is_read() {
        let ms = Duration::from_millis;
        let read = [
            ("30s", ms(30_000)),
            ("87s", ms(87_000)),
            ("5ms", ms(5)),
            ("1m30s", ms(90_000)),
            (" 1m 30s ", ms(90_000)),
            ("2 hours", ms(7_200_000)),
            ("1min", ms(60_000)),
            ("0.5s", ms(500)),
            ("250us", Duration::from_micros(250)),
            ("1day", ms(86_400_000)),
            ("0", ms(0)),
            ("0s", ms(0)),
        ];
        for (text, duration) in read {
            assert_eq!(parse(text), Ok(duration), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_by_name() {
        for text in ["", "30", "-5s", "5 parsecs", "soon", "1 month"] {
            let message = parse(text).expect_err("must be refused");
            assert!(message.starts_with(&format!("`{text}` is no duration such as 30s")), "{message}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let printed = [
            (Duration::ZERO, "0s"),
            (Duration::from_millis(5), "5ms"),
            (Duration::from_secs(87), "1m 27s"),
            (Duration::from_secs(9_000), "2h 30m"),
            (Duration::from_millis(1_500), "1s 500ms"),
        ];
        for (duration, text) in printed {
            assert_eq!(format(duration), text);
            assert_eq!(parse(text), Ok(duration));
        }
    }
}
