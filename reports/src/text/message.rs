//! What a failed process said, made fit for a line.

use super::escaping::is_harmful;

/// Lines that are shown of what follows the first one: the last ones, where the cause is.
const LAST: usize = 5;

/// Returns a message in one line, without backtraces, control characters and characters that could not be read.
///
/// ```
/// use regatta_reports::text::gist;
///
/// let message = "it ended; its last words:\nthread 'main' panicked at a.rs:1:2:\nboom\nstack backtrace:\n   0: a::b\n             at ./a.rs:1:2";
/// assert_eq!(gist(message), "it ended; its last words: thread 'main' panicked at a.rs:1:2: boom");
/// ```
pub fn gist(message: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut trace = Trace::None;
    for line in message.lines().map(printable) {
        // Words of older records follow each other on one line.
        let (kept, next) = trace.after(&line);
        trace = next;
        let kept = kept.split_whitespace().collect::<Vec<&str>>().join(" ");
        if !kept.is_empty() {
            lines.push(kept);
        }
    }
    if lines.len() > LAST + 1 {
        lines.splice(1..lines.len() - LAST, ["…".to_owned()]);
    }
    lines.join(" ")
}

/// Returns a message in its lines, without control characters and characters that could not be read.
pub fn lines(message: &str) -> impl Iterator<Item = String> {
    message.lines().map(printable)
}

fn printable(line: &str) -> String {
    line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_harmful(*c) && *c != '\u{fffd}').collect()
}

/// The backtrace that a line is in.
#[derive(Clone, Copy, PartialEq)]
enum Trace {
    None,
    /// Frames have a number, and their places begin with "at".
    Rust,
    /// Frames are indented.
    Python,
}

impl Trace {
    /// Returns what is kept of the next line, and the backtrace that the line after it is in.
    fn after(self, line: &str) -> (&str, Self) {
        let begun = line.trim_start();
        let is_frame = match self {
            Self::None => false,
            Self::Rust => {
                let number = begun.split_once(": ").map(|(number, _)| number);
                begun.starts_with("at ") || number.is_some_and(|number| number.parse::<u32>().is_ok())
            }
            Self::Python => line.starts_with(' '),
        };
        if is_frame || begun.starts_with("note: Some details are omitted") {
            return ("", self);
        }
        for (mark, trace) in [("stack backtrace:", Self::Rust), ("Traceback (most recent call last):", Self::Python)] {
            if let Some((before, behind)) = line.split_once(mark) {
                // On the line of the mark only older records go on.
                return (if trace == Self::Rust || behind.is_empty() { before } else { line }, trace);
            }
        }
        (line.split("note: run with `RUST_BACKTRACE").next().unwrap_or_default(), Self::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_python_go_and_the_exception_stays() {
        let message = "its last words:\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\n    1 / 0\n    ~~^~~\n\
                       ZeroDivisionError: division by zero";
        assert_eq!(gist(message), "its last words: ZeroDivisionError: division by zero");
    }

    #[test]
    fn hints_and_what_cannot_be_read_go() {
        let message =
            "boom \u{fffd}\x1b[31mred\r\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
        assert_eq!(gist(message), "boom [31mred");
        let older = "it ended; its last words: boom note: run with `RUST_BACKTRACE=1` environment variable";
        assert_eq!(gist(older), "it ended; its last words: boom");
        assert_eq!(gist("boom stack backtrace: 0: a at b 1: c"), "boom");
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_shown() {
        let message: Vec<String> = (0..20).map(|line| line.to_string()).collect();
        assert_eq!(gist(&message.join("\n")), "0 … 15 16 17 18 19");
    }
}
