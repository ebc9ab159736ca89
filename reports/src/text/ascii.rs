//! Text for terminals whose locale knows ASCII alone.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// Returns the text in ASCII. A sign becomes the nearest character, and what has none a question mark a column.
///
/// Columns stay below each other: where a sign takes more characters than it had columns, the next gap of several spaces gives them back.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut owed = 0;
    for c in text.chars() {
        match c {
            '\n' => owed = 0,
            ' ' if owed > 0 && out.ends_with(' ') => {
                owed -= 1;
                continue;
            }
            _ => {}
        }
        if c.is_ascii() {
            out.push(c);
        } else {
            let columns = c.width().unwrap_or(0);
            match sign(c) {
                Some(sign) => {
                    out.push_str(sign);
                    owed += sign.len().saturating_sub(columns);
                }
                // Writing to a string cannot fail.
                None => drop(write!(out, "{:?<columns$}", "")),
            }
        }
    }
    out
}

/// Returns what stands for a sign that reports use.
fn sign(c: char) -> Option<&'static str> {
    let sign = match c {
        '–' | '—' | '─' => "-",
        '·' | '│' | '▌' | '▍' | '▎' | '▏' => "|",
        '█' | '▉' | '▊' | '▋' => "#",
        '░' => ":",
        '…' => ">",
        '✓' => "+",
        '✗' | '×' => "x",
        '≈' => "~",
        '≥' => ">=",
        '≤' => "<=",
        '±' => "+-",
        'µ' | 'μ' => "u",
        '“' | '”' => "\"",
        '‘' | '’' => "'",
        _ => return None,
    };
    Some(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_their_like_and_all_else_is_a_question_mark_a_column() {
        assert_eq!(ascii("✓ holds – 1.20 µs [0.9–1.3] … ███▌"), "+ holds - 1.20 us [0.9-1.3] > ###|");
        assert_eq!(ascii("é日\u{301}\u{fffd}"), "????");
        assert_eq!(ascii("plain\x1b[1m"), "plain\x1b[1m");
    }

    #[test]
    fn columns_stay_below_each_other() {
        assert_eq!(ascii("≤ 1.94x    a\n7.50x      b"), "<= 1.94x   a\n7.50x      b");
        assert_eq!(ascii("±2 %\n  x"), "+-2 %\n  x", "nothing is owed on the next line");
    }
}
