//! Runs side by side as Markdown.

use crate::judgement::beside::{Beside, Shared};
use crate::text::markdown as inert;
use crate::text::units::NONE;

/// All of it: the runs, what differs, the verdicts, and a table a workload.
pub fn markdown(beside: &Beside) -> String {
    let mut out = "# Regatta: runs side by side\n\n| | Machine | Program | Plan | Started | Folder |\n|---|---|---|---|---|---|\n".to_owned();
    for entry in beside.entries {
        let folder = entry.folder.display().to_string();
        let fields = [&entry.letter, &entry.machine(), &entry.program(), &entry.plan(), &entry.started(), &folder];
        out.push_str(&row(&fields.map(|field| inert(field))));
    }
    out.push_str(&format!("\n{}\n\n", inert(beside.caution())));
    for difference in &beside.differences {
        out.push_str(&format!("- {}\n", inert(difference)));
    }
    for alone in &beside.alone {
        out.push_str(&format!("- {}\n", inert(alone)));
    }
    let letters: Vec<&str> = beside.entries.iter().map(|entry| entry.letter.as_str()).collect();
    out.push_str(&format!("\n## Claims\n\n{}.\n\n", beside.tally()));
    if !beside.verdicts.is_empty() {
        out.push_str(&heading(&["Claim", "Family"], letters.iter().map(|letter| (*letter).to_owned()), "---"));
        for verdicts in &beside.verdicts {
            let names = [inert(&verdicts.any.id), inert(&verdicts.any.family)];
            let outcomes = verdicts.of_runs.iter().map(|verdict| match verdict {
                Some(verdict) => format!("{} {}", verdict.outcome().mark(), verdict.outcome().word()),
                None => NONE.to_owned(),
            });
            out.push_str(&row(&names.into_iter().chain(outcomes).collect::<Vec<String>>()));
        }
    }
    for group in &beside.groups {
        out.push_str(&table(group, &letters));
    }
    out
}

fn table(group: &Shared, letters: &[&str]) -> String {
    let columns = group.columns();
    let headings =
        columns.iter().flat_map(|column| letters.iter().map(move |letter| format!("{} {letter}", column.short)));
    let mut out = format!("\n## {}\n\n{}", inert(&group.any.title), heading(&["Runner"], headings, "---:"));
    for line in &group.lines {
        let figures = columns.iter().flat_map(|column| line.sides.iter().map(|side| group.field(column, side)));
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
