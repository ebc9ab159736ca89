//! The matrix of faults on the terminal.

use super::style::{BLUE, BOLD, BOLD_RED, FAINT, YELLOW, push_wrapped, styled};
use crate::judgement::losses::Loss;
use crate::text::{padded, shortened};
use crate::views::faults::{FaultField, Faults, LEGEND};

/// Columns of a runner's name.
const NAME: usize = 22;
/// Columns of a field.
const COLUMN: usize = 13;

/// Returns the matrix of what each model loses by each fault, in as many blocks as it takes; empty without trials.
pub fn text(faults: &Faults, colour: bool, width: usize) -> String {
    if faults.is_empty() {
        return String::new();
    }
    let fit = (width.saturating_sub(NAME) / (COLUMN + 1)).max(1);
    let mut out = styled("What is lost when one task comes to grief", BOLD, colour) + "\n";
    let places: Vec<usize> = (0..faults.heads.len()).collect();
    for block in places.chunks(fit) {
        let heads = block.iter().map(|place| padded(&shortened(&faults.heads[*place].name, COLUMN), COLUMN));
        let head = format!("{} {}", padded("", NAME), heads.collect::<Vec<_>>().join(" "));
        out += &(styled(head.trim_end(), BOLD, colour) + "\n");
        for line in &faults.lines {
            let fields = block.iter().map(|place| field_text(&line.fields[*place], colour));
            let fields = fields.collect::<Vec<_>>().join(" ");
            out += format!("{} {fields}", padded(&shortened(&line.name, NAME), NAME)).trim_end();
            out += "\n";
        }
        out += "\n";
    }
    LEGEND.split("; ").for_each(|part| out += &(shortened(part, width) + "\n"));
    out + "\n"
}

/// Returns the evidence of each field; empty without trials.
pub fn evidence(faults: &Faults, colour: bool, width: usize) -> String {
    let mut out = String::new();
    for head in &faults.heads {
        out += &(styled(&format!("{}: {}", head.name, head.about), BOLD, colour) + "\n");
        head.evidence.iter().for_each(|(name, said)| push_wrapped(&mut out, 2, &format!("{name}: {said}."), width));
        out += "\n";
    }
    out
}

fn field_text(field: &FaultField, colour: bool) -> String {
    let text = padded(&shortened(&field.text(), COLUMN), COLUMN);
    let style = match field.loss {
        None => FAINT,
        Some(Loss::Nothing | Loss::Task) => BLUE,
        Some(Loss::Others | Loss::Run) => YELLOW,
        Some(Loss::Process) => BOLD_RED,
    };
    styled(&text, style, colour)
}
