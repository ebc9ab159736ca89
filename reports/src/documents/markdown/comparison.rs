//! Two builds side by side as Markdown, for a pull request.

use crate::judgement::compare::{Compared, Comparison};
use crate::text::markdown as inert;
use crate::views::comparison::{HEADINGS, fields, remarks};

/// Returns the comparison as Markdown: what changed in sight, the rest folded.
pub fn document(comparison: &Comparison) -> String {
    let mut out = format!(
        "## Regatta: {}\n\n- Base: {}\n- New: {}\n\n",
        inert(&comparison.headline()),
        inert(&comparison.base),
        inert(&comparison.new)
    );
    for line in remarks(comparison) {
        out.push_str(&format!("> **Note:** {}\n\n", inert(&line)));
    }
    for lost in &comparison.lost {
        out.push_str(&format!("> **Lost:** {}\n\n", inert(&lost.sentence())));
    }
    let (changed, rest): (Vec<&Compared>, Vec<&Compared>) =
        comparison.cells.iter().partition(|cell| cell.conclusion.is_regression() || cell.conclusion.is_improvement());
    out.push_str(&table_of(&changed));
    if !rest.is_empty() {
        let count = rest.len();
        out.push_str(&format!("<details><summary>{count} more</summary>\n\n{}</details>\n\n", table_of(&rest)));
    }
    out.push_str(&format!("{}\n", inert(&comparison.method())));
    out
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
