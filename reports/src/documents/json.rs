//! `verdicts.json`.

use crate::judgement::claims::Verdict;

/// Returns the verdicts as an array of JSON objects, one a line.
///
/// # Errors
/// Never in practice: only if the JSON library refuses a record.
pub fn verdicts(verdicts: &[Verdict]) -> serde_json::Result<String> {
    let lines: Vec<String> = verdicts.iter().map(serde_json::to_string).collect::<serde_json::Result<_>>()?;
    Ok(if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) })
}
