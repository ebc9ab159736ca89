//! The matrix in `summary.md`.

use std::fmt::{self, Write};

use super::anchor::heading_anchor;
use crate::text::markdown;
use crate::views::matrix::{Field, Head, Matrix};

/// What the columns of sweeps say.
const SWEEPS: &str = "Where something is varied a field says from (≥) or up to (≤) where a runner is faster, and its best speed-up. Without a \
                      sequential runner it says where it is among the best of its family, or the last figure.";

/// What the columns of coordination say.
const PRICES: &str = "Where tasks wait for each other a field is the price of an operation: wall time over operations. The more ░, the dearer it \
                      is than the cheapest of its column.";

/// Writes the section of the matrix.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, matrix: &Matrix) -> fmt::Result {
    if matrix.heads.is_empty() {
        return Ok(());
    }
    writeln!(out, "## At a glance\n")?;
    writeln!(
        out,
        "Speed-up over the sequential runner of the same family (“wait”: wall time over the longest wait, where there is no \
         such runner), and effective cores. Bars: from 1.1x, 1.5x, 3x, 8x; █ faster, ░ slower; ≈ within the noise, ? too few \
         rounds to tell.\n"
    )?;
    if matrix.heads.iter().any(Head::is_sweep) {
        writeln!(out, "{SWEEPS}\n")?;
    }
    if matrix.has_prices() {
        writeln!(out, "{PRICES}\n")?;
    }
    let heads =
        matrix.heads.iter().map(|head| format!("[{}](#{})", markdown(&head.title), heading_anchor(&head.title)));
    writeln!(out, "| Runner | {} |", heads.collect::<Vec<_>>().join(" | "))?;
    writeln!(out, "|---|{}", "---:|".repeat(matrix.heads.len()))?;
    for line in &matrix.lines {
        let fields: Vec<String> = line.fields.iter().map(field).collect();
        writeln!(out, "| {} | {} |", markdown(&line.name), fields.join(" | "))?;
    }
    writeln!(out)
}

fn field(field: &Field) -> String {
    let figure = markdown(&field.figure);
    let figure = match field.tint {
        Some(tint) => match field.mark {
            Some(mark) => format!("{figure} {}", mark.sign()),
            None => format!("**{figure}** {}", tint.bar()).trim_end().to_owned(),
        },
        None if field.is_broken => format!("✗ {figure}"),
        None => figure,
    };
    field.cores.as_ref().map_or(figure.clone(), |cores| format!("{figure}<br>{} cores", markdown(cores)))
}
