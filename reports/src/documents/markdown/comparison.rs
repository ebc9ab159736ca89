//! Two builds side by side as Markdown, for a pull request.

use crate::judgement::compare::{Compared, Comparison, Loss, Lost};
use crate::text::markdown as inert;
use crate::views::comparison::{
    COUNT_HEADINGS, HEADINGS, changed_counts, changed_first, count_fields, counts_sentence, facts, fields, remarks,
};

/// So many lost cells are in sight; those after them are folded.
const LOST_IN_SIGHT: usize = 10;

/// Returns the comparison as Markdown: what was measured and what changed in sight, the rest folded.
pub fn document(comparison: &Comparison) -> String {
    let mut out = format!("## Regatta: {}\n\n", inert(&comparison.headline()));
    for (name, text) in facts(comparison) {
        out.push_str(&format!("- {name}: {}\n", inert(&text)));
    }
    out.push('\n');
    let remarks: String = remarks(comparison).iter().map(|line| format!("> **Note:** {}\n\n", inert(line))).collect();
    // What cannot be compared is not to be read without being told so.
    let (before, after) = if comparison.is_refused() { (remarks.as_str(), "") } else { ("", remarks.as_str()) };
    let [changed, rest] = changed_first(comparison);
    out.push_str(before);
    out.push_str(&lost(&comparison.lost));
    out.push_str(&table_of(&changed));
    out.push_str(after);
    if !rest.is_empty() {
        out.push_str(&folded(&format!("{} more", rest.len()), &table_of(&rest)));
    }
    out.push_str(&counts(comparison));
    out.push_str(&folded("How this was judged", &format!("{}\n\n", inert(&comparison.method()))));
    out
}

/// Returns a list of the cells that the new build has lost: first those that fail, for what is gone may be so on purpose.
fn lost(lost: &[Lost]) -> String {
    let mut lost: Vec<&Lost> = lost.iter().collect();
    lost.sort_by_key(|lost| lost.how == Loss::Gone);
    let (first, rest) = lost.split_at(lost.len().min(LOST_IN_SIGHT));
    let list = |lost: &[&Lost]| match lost {
        [] => String::new(),
        some => some.iter().map(|lost| format!("- **Lost:** {}\n", inert(&lost.sentence()))).collect::<String>() + "\n",
    };
    let rest =
        if rest.is_empty() { String::new() } else { folded(&format!("{} more are lost", rest.len()), &list(rest)) };
    list(first) + &rest
}

/// Returns the counts that changed, below a sentence; nothing if nothing was counted.
fn counts(comparison: &Comparison) -> String {
    let Some(sentence) = counts_sentence(comparison) else { return String::new() };
    let changed = changed_counts(comparison);
    let mut out = format!("{}\n\n", inert(&sentence));
    if !changed.is_empty() {
        out.push_str(&format!(
            "| {} |\n|---|---|---|{}\n",
            COUNT_HEADINGS.join(" | "),
            "---:|".repeat(COUNT_HEADINGS.len() - 3)
        ));
        for counted in changed {
            out.push_str(&format!("| {} |\n", count_fields(counted).map(|field| inert(&field)).join(" | ")));
        }
        out.push('\n');
    }
    out
}

fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{text}</details>\n\n")
}

fn table_of(cells: &[&Compared]) -> String {
    if cells.is_empty() {
        return String::new();
    }
    let mut out = format!("| {} |\n|---|---|{}---|\n", HEADINGS.join(" | "), "---:|".repeat(HEADINGS.len() - 3));
    for cell in cells {
        out.push_str(&format!("| {} |\n", fields(cell).map(|field| inert(&field)).join(" | ")));
    }
    out.push('\n');
    out
}
