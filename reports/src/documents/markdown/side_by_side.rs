//! Runs side by side as Markdown.

use crate::judgement::side_by_side::{Shared, SideBySide};
use crate::text::markdown as inert;
use crate::text::units::NONE;
use crate::views::columns::Column;
use crate::views::side_by_side::field;

/// Returns all of it: the runs, what differs, the verdicts, and a table a workload.
pub fn document(runs: &SideBySide) -> String {
    let mut out = "# Regatta: runs side by side\n\n| | Machine | Program | Plan | Started | Folder |\n|---|---|---|---|---|---|\n".to_owned();
    for entry in runs.entries {
        let folder = entry.folder.display().to_string();
        let fields = [&entry.letter, &entry.machine(), &entry.program(), &entry.plan(), &entry.started(), &folder];
        out.push_str(&row(&fields.map(|field| inert(field))));
    }
    out.push_str(&format!("\n{}\n\n", inert(runs.caution())));
    for difference in &runs.differences {
        out.push_str(&format!("- {}\n", inert(difference)));
    }
    for alone in &runs.alone {
        out.push_str(&format!("- {}\n", inert(alone)));
    }
    let letters: Vec<&str> = runs.entries.iter().map(|entry| entry.letter.as_str()).collect();
    out.push_str(&format!("\n## Claims\n\n{}.\n\n", runs.tally()));
    if !runs.verdicts.is_empty() {
        out.push_str(&heading(&["Claim", "Family"], letters.iter().map(|letter| (*letter).to_owned()), "---"));
        for verdicts in &runs.verdicts {
            let names = [inert(&verdicts.any.id), inert(&verdicts.any.family)];
            let outcomes = verdicts.of_runs.iter().map(|verdict| match verdict {
                Some(verdict) => format!("{} {}", verdict.outcome().mark(), verdict.outcome().word()),
                None => NONE.to_owned(),
            });
            out.push_str(&row(&names.into_iter().chain(outcomes).collect::<Vec<String>>()));
        }
    }
    for group in &runs.groups {
        out.push_str(&table(group, &letters));
    }
    out
}

fn table(group: &Shared, letters: &[&str]) -> String {
    let columns = Column::side_by_side(group.any);
    let headings =
        columns.iter().flat_map(|column| letters.iter().map(move |letter| format!("{} {letter}", column.short())));
    let mut out = format!("\n## {}\n\n{}", inert(&group.any.title), heading(&["Runner"], headings, "---:"));
    for line in &group.lines {
        let figures = columns.iter().flat_map(|column| line.sides.iter().map(|side| field(group, *column, side)));
        let figures = figures.map(|field| match field.detail.as_str() {
            "" => inert(&field.figure),
            detail => format!("{} ({})", inert(&field.figure), inert(detail)),
        });
        out.push_str(&row(&[inert(&line.name())].into_iter().chain(figures).collect::<Vec<String>>()));
    }
    out
}

fn heading(first: &[&str], others: impl Iterator<Item = String>, rule: &str) -> String {
    let others: Vec<String> = others.collect();
    let rules = first.iter().map(|_| "---").chain(others.iter().map(|_| rule)).map(str::to_owned);
    let names = first.iter().map(|name| (*name).to_owned()).chain(others.iter().cloned());
    format!("{}{}", row(&names.collect::<Vec<String>>()), row(&rules.collect::<Vec<String>>()))
}

fn row(fields: &[String]) -> String {
    format!("| {} |\n", fields.join(" | "))
}
