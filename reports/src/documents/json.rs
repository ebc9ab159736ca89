//! `verdicts.json`, and what programs read of a report or a comparison.

use serde_json::{Value, json};

use crate::judgement::claims::Verdict;
use crate::judgement::compare::Comparison;
use crate::judgement::side_by_side::{Entry, SideBySide};
use crate::views::Report;
use crate::views::break_even::BreakEvenLine;

/// Returns the verdicts as an array of JSON objects, one a line.
///
/// # Errors
/// Never in practice: only if the JSON library refuses a record.
pub fn verdicts(verdicts: &[Verdict]) -> serde_json::Result<String> {
    let lines: Vec<String> = verdicts.iter().map(serde_json::to_string).collect::<serde_json::Result<_>>()?;
    Ok(if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) })
}

/// Returns a report as a JSON object.
pub fn report(report: &Report) -> Value {
    json!({
        "answer": report.answer.sentences,
        "services": report.services,
        "break_even": report.break_even.iter().map(break_even).collect::<Vec<Value>>(),
        "verdicts": report.verdicts,
        "notices": report.notices,
        "summary": report.summary,
    })
}

/// Returns where one runner overtakes another: the figures, and the sentence.
fn break_even(line: &BreakEvenLine) -> Value {
    let mut document = json!(line.figures);
    document["sentence"] = json!(line.sentence);
    document
}

/// Returns a comparison as a JSON object.
pub fn comparison(comparison: &Comparison) -> Value {
    let mut document = json!(comparison);
    document["counts"] = json!(comparison.counts());
    document["headline"] = json!(comparison.headline());
    document
}

/// Returns runs side by side as a JSON object.
pub fn side_by_side(runs: &SideBySide) -> Value {
    let run = |entry: &Entry| {
        json!({
            "letter": entry.letter,
            "folder": entry.folder,
            "verdicts": entry.verdicts,
            "summary": entry.summary,
        })
    };
    json!({
        "runs": runs.entries.iter().map(run).collect::<Vec<Value>>(),
        "differences": runs.differences,
        "alone": runs.alone,
    })
}
