//! The modelled lock beside the real one, in `summary.md`.

use std::fmt::{self, Write};

use crate::judgement::fidelity::{Fidelity, aim};
use crate::text::markdown;

/// Writes the section of an interpreter.
pub fn write(out: &mut String, fidelity: &Fidelity) -> fmt::Result {
    writeln!(out, "## The modelled GIL beside {}\n", markdown(&fidelity.family))?;
    writeln!(out, "**{}.** {}\n", markdown(&fidelity.finding()), markdown(&fidelity.version))?;
    writeln!(out, "Near enough: {}.\n", aim())?;
    writeln!(out, "| What | Model | CPython | Difference | Near enough |\n|---|---:|---:|---:|---|")?;
    for line in &fidelity.lines {
        let side = |side| format!("{} ({})", markdown(&line.format(side)), markdown(&line.ends(side)));
        writeln!(
            out,
            "| {}, {} | {} | {} | {} | {} |",
            markdown(&line.what),
            markdown(&line.model.label),
            side(&line.model),
            side(&line.real),
            markdown(&line.difference()),
            line.nearness()
        )?;
    }
    writeln!(out)
}
