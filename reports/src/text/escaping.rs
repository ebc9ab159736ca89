//! Names and messages from outside, made safe for where they are put: a terminal, Markdown, a file name.
//! (HTML is escaped by the template engine, SVG by its backend.)

use std::collections::HashMap;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the text without control characters, so that it cannot command a terminal or break a line.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// Returns the name without control characters and spaces around it, or a word in its place if nothing is left: what has no text can be neither
/// pointed at nor clicked.
pub fn named(name: &str) -> String {
    let name = plain(name.trim());
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// Returns the text as Markdown that shows it as it is, within a table cell or a paragraph.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Returns the text as part of a file name and of a link: lower-case letters, digits and single hyphens, at most 60 of them.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if slug.len() >= 60 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "workload".to_owned() } else { slug.to_owned() }
}

/// Returns a slug of the title that no earlier group has.
pub fn distinct_slug(title: &str, taken: &mut HashMap<String, usize>) -> String {
    let slug = slug(title);
    let mut candidate = slug.clone();
    while taken.contains_key(&candidate) {
        let count = taken.entry(slug.clone()).or_insert(1);
        *count += 1;
        candidate = format!("{slug}-{count}");
    }
    taken.insert(candidate.clone(), 1);
    candidate
}

/// Returns the text cut to `most` columns of a terminal, with an ellipsis where it was longer.
pub fn shortened(text: &str, most: usize) -> String {
    let text = plain(text);
    if width(&text) <= most {
        return text;
    }
    let mut left = most.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// Returns the columns of a terminal that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Returns the text with spaces behind it, so that it takes so many columns at least.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Returns a time of day (RFC 3339) to the second; what is none stays as it is.
pub fn moment(text: &str) -> String {
    let Some((second, rest)) = text.split_once('.') else { return text.to_owned() };
    format!("{second}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Returns the text in lines of at most `columns`, broken at spaces; a longer word has a line of its own.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in plain(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns whether a character is a control character, or reverses the direction of the text around it.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lose_what_is_less_than_a_second() {
        assert_eq!(moment("2026-11-21T06:19:19.987654321Z"), "2026-11-21T06:19:19Z");
        assert_eq!(moment("2026-11-21T06:19:19+02:00"), "2026-11-21T06:19:19+02:00");
        assert_eq!(moment("yesterday"), "yesterday");
    }

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(plain("a\x1b[31mb\nc\u{202e}d"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("<b>|x|`y`\n[z]"), "&lt;b&gt;\\|x\\|\\`y\\`\u{fffd}\\[z\\]");
    }

    #[test]
    fn slugs_are_safe_file_names() {
        assert_eq!(slug("empty, tasks 10,000"), "empty-tasks-10-000");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("<script>"), "script");
        assert_eq!(slug("日本"), "workload");
        assert!(slug(&"long ".repeat(100)).len() <= 60);
    }

    #[test]
    fn long_texts_are_broken_at_spaces() {
        assert_eq!(wrapped("one two  three absurdlylong x", 7), ["one two", "three", "absurdlylong", "x"]);
        assert!(wrapped("", 7).is_empty());
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
