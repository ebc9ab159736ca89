//! The families of a run: their order, and what they are called.

use crate::figures::Summary;
use crate::text::plain;

/// Returns the families of the run in the order in which their cells appear, with whether a lock is on.
pub fn with_locks(summary: &Summary) -> Vec<(String, Option<bool>)> {
    let mut families: Vec<(String, Option<bool>)> = Vec::new();
    for row in summary.groups.iter().flat_map(|group| &group.rows) {
        let family = &row.runner.family;
        if !family.is_empty() && !families.iter().any(|(other, _)| other == family) {
            families.push((family.clone(), row.runner.gil));
        }
    }
    families
}

/// Returns what a family is called where there is little room.
pub fn title(summary: &Summary, family: &str) -> String {
    let rows = summary.groups.iter().flat_map(|group| &group.rows);
    let version = rows.filter(|row| row.runner.family == family).map(|row| row.runner.version.as_str()).next();
    let name = match family {
        "native" => "native".to_owned(),
        "gil" => "GIL (model)".to_owned(),
        other => plain(other),
    };
    // A version such as "CPython 3.11.2 (main, ...)": what comes before the second dot is enough.
    let words: Vec<&str> = version.unwrap_or_default().split_whitespace().take(2).collect();
    match words.as_slice() {
        [language, number] if number.starts_with(|first: char| first.is_ascii_digit()) => {
            let short: Vec<&str> = number.split('.').take(2).collect();
            plain(&format!("{language} {}", short.join(".")))
        }
        _ => name,
    }
}

/// Returns where a family stands among others: native code first, then the modelled lock, then interpreters as they come.
pub fn rank(family: &str) -> usize {
    ["native", "gil"].iter().position(|known| *known == family).unwrap_or(2)
}
