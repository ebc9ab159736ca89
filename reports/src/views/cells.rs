//! All that there is to say of a cell, in one sentence.

use crate::figures::{Cell, Row, Versus};
use crate::text::{plain, units};

/// Returns the exact figures of a cell, or the whole reason why there are none.
pub fn sentence(cell: Cell) -> String {
    if cell.row.wall.is_some() { figures(cell) } else { format!("{}: {}", cell.row.label, reason(cell.row)) }
}

/// Returns the whole reason why a row has no figures.
pub fn reason(row: &Row) -> String {
    match (row.failures.first(), &row.stuck) {
        (Some(failure), _) => format!("{}: {}", failure.kind.name(), plain(&failure.message)),
        (None, Some(stuck)) => format!("deadlock: {}", plain(&stuck.words)),
        (None, None) => "The run ended before it came to this cell.".to_owned(),
    }
}

fn figures(cell: Cell) -> String {
    let Cell { group, row } = cell;
    let ratio = row.ratio.map(|ratio| {
        let ends = units::number_ends(&ratio);
        match (group.versus, &row.baseline) {
            (Versus::Wait, _) => format!("{} the longest wait [{ends}]", units::ratio(ratio.value)),
            (_, Some(_)) if row.is_baseline => "the baseline".to_owned(),
            (_, Some(baseline)) => {
                let doubt = row.doubt().map(|doubt| format!(", {doubt}")).unwrap_or_default();
                format!("{} as fast as {} [{ends}]{doubt}", units::ratio(ratio.value), plain(baseline))
            }
            (_, None) => units::ratio(ratio.value),
        }
    });
    let wall = row.wall.map(|wall| format!("wall {} [{}]", units::duration(wall.value), units::duration_ends(&wall)));
    let cores = row.effective_cores.map(|cores| format!("{} effective cores", units::cores(cores.value)));
    let rounds = Some(format!("{} rounds", row.samples()));
    let failed = row.failures.first().map(|failure| format!("then it failed: {}", plain(&failure.message)));
    let parts: Vec<String> = [ratio, wall, cores, rounds, failed].into_iter().flatten().collect();
    format!("{} in {}: {}.", row.label, group.title, parts.join("; "))
}
