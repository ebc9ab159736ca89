//! The answer as Markdown: a table of gains, and the sentences.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::text::units::NONE;
use crate::views::answer::{Answer, Figure};

/// Writes the answer; nothing if there is none.
pub fn write(out: &mut String, answer: &Answer) -> fmt::Result {
    if answer.is_empty() {
        return Ok(());
    }
    out.push_str("## The answer\n\n");
    let headings: Vec<String> = answer
        .panels
        .iter()
        .map(|panel| format!("{}: {} ({})", panel.heading(), panel.under_heading(), panel.ceiling_in_words()))
        .collect();
    writeln!(out, "| | | {} |", headings.join(" | "))?;
    writeln!(out, "|---|---|{}", "---|".repeat(headings.len()))?;
    for line in &answer.lines {
        let figures: Vec<String> = line.figures.iter().map(|figure| figure.as_ref().map_or_else(none, field)).collect();
        writeln!(out, "| {} | {} | {} |", markdown(&line.family_title), line.way.name(), figures.join(" | "))?;
    }
    out.push('\n');
    for sentence in &answer.sentences {
        writeln!(out, "- **{}:** {}", sentence.topic.name(), markdown(&sentence.text))?;
    }
    out.push('\n');
    Ok(())
}

fn none() -> String {
    NONE.to_owned()
}

fn field(figure: &Figure) -> String {
    if figure.value.is_none() {
        return markdown(figure.missing.as_deref().unwrap_or(NONE));
    }
    let gain = if figure.is_no_gain { ", no gain" } else { "" };
    let beside = figure.beside();
    let beside = if beside.is_empty() { beside } else { format!(", {beside}") };
    format!("{}{beside}{gain}", markdown(&figure.with_interval()))
}
