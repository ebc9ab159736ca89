//! The whole run at a glance: one line a runner, one column a group, the speed-up in each field.
//!
//! ```text
//! matrix.rs            which cell is in which field
//! matrix/tint.rs       how far from 1 a ratio is, in steps that both directions share
//! matrix/terminal.rs   shows it in the terminal
//! matrix/markdown.rs   shows it in summary.md
//! ```

pub use super::tint::{BOUNDS, Tint};
use crate::figures::{GroupSummary, Row, Summary, Versus};
use crate::text::units;
use crate::text::{named, plain};

/// All groups of a run by all of its runners.
#[derive(Debug, Clone)]
pub struct Matrix<'a> {
    /// The columns: the groups that have cells.
    pub groups: Vec<&'a GroupSummary>,
    /// The lines, in the order in which the plan names the runners.
    pub lines: Vec<Line<'a>>,
}

/// A runner's line.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The runner, harmless to show.
    pub runner: String,
    /// Slot of its colour.
    pub colour: usize,
    /// One field a group.
    pub fields: Vec<Field<'a>>,
}

/// What became of a runner in a group.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// It has samples.
    Measured(&'a GroupSummary, &'a Row),
    /// It has none: it failed, could not be run, or was not reached.
    Missing(&'a Row),
    /// The plan leaves it out, for this reason.
    LeftOut(&'a str),
    /// The plan does not name it.
    Absent,
}

impl<'a> Matrix<'a> {
    /// The matrix of a run.
    pub fn of(summary: &'a Summary) -> Self {
        let groups: Vec<&GroupSummary> = summary.groups.iter().filter(|group| !group.rows.is_empty()).collect();
        let mut runners: Vec<(&str, usize)> = Vec::new();
        for row in groups.iter().flat_map(|group| &group.rows) {
            if !runners.iter().any(|(name, _)| *name == row.cell.runner) {
                runners.push((&row.cell.runner, row.colour));
            }
        }
        let line = |(runner, colour): (&str, usize)| Line {
            runner: named(runner),
            colour,
            fields: groups.iter().map(|group| Field::of(group, runner)).collect(),
        };
        let lines = runners.into_iter().map(line).collect();
        Self { groups, lines }
    }
}

impl<'a> Field<'a> {
    /// Of a runner's cells the one with default options and the most workers stands for it.
    fn of(group: &'a GroupSummary, runner: &str) -> Self {
        let rows = group.rows.iter().filter(|row| row.cell.runner == runner && row.cell.arm.is_empty());
        let row = rows.max_by_key(|row| (row.cell.options.is_empty(), row.cell.workers));
        match (row, group.skipped.get(runner)) {
            (Some(row), _) if row.wall.is_some() => Self::Measured(group, row),
            (Some(row), _) => Self::Missing(row),
            (None, Some(reason)) => Self::LeftOut(reason),
            (None, None) => Self::Absent,
        }
    }

    /// The figure, or in a word why there is none.
    pub fn figure(&self) -> String {
        match self {
            Self::Measured(group, row) => match (row.ratio, group.versus) {
                (Some(ratio), Versus::Wait) => format!("{} wait", units::ratio(ratio.value)),
                (Some(ratio), _) => short(ratio.value),
                (None, _) => row.wall.map(|wall| units::duration(wall.value)).unwrap_or_default(),
            },
            Self::Missing(row) => match row.failures.first() {
                Some(failure) if failure.kind.is_not_run() => "not run".to_owned(),
                Some(_) => "failed".to_owned(),
                None => "not reached".to_owned(),
            },
            Self::LeftOut(_) => "left out".to_owned(),
            Self::Absent => String::new(),
        }
    }

    /// Effective cores, in few characters; none if they are not known.
    pub fn cores(&self) -> Option<String> {
        let Self::Measured(_, row) = self else { return None };
        row.effective_cores.map(|cores| units::cores(cores.value))
    }

    /// How far the speed-up is from 1; none where there is no speed-up to speak of.
    pub fn tint(&self) -> Option<Tint> {
        let Self::Measured(group, row) = self else { return None };
        let ratio = row.ratio.filter(|_| group.versus == Versus::Baseline)?;
        Some(Tint::of(ratio.value))
    }

    /// The mark of a speed-up that cannot be told from 1: `≈` within the noise, `?` for too few rounds.
    pub fn mark(&self) -> Option<&'static str> {
        let Self::Measured(group, row) = self else { return None };
        row.doubt().filter(|_| group.versus == Versus::Baseline)?;
        let is_told = row.ratio.is_some_and(|ratio| ratio.is_interval());
        Some(if is_told { "≈" } else { "?" })
    }

    /// Whether it is what others are compared with.
    pub fn is_baseline(&self) -> bool {
        matches!(self, Self::Measured(_, row) if row.is_baseline)
    }

    /// The exact figures, or the whole reason why there are none, in one sentence.
    pub fn detail(&self) -> String {
        match self {
            Self::Measured(group, row) => measured(group, row),
            Self::Missing(row) => {
                let failure = row.failures.first();
                failure
                    .map(|failure| format!("{}: {}", failure.kind.name(), plain(&failure.message)))
                    .unwrap_or_else(|| "The run ended before it came to this cell.".to_owned())
            }
            Self::LeftOut(reason) => plain(reason),
            Self::Absent => "The plan does not name this cell.".to_owned(),
        }
    }

    /// Whether something broke: it has failures that are more than a limit of the machine.
    pub fn is_broken(&self) -> bool {
        let (Self::Measured(_, row) | Self::Missing(row)) = self else { return false };
        row.failures.iter().any(|failure| !failure.kind.is_not_run())
    }
}

/// A ratio in few characters: far below 1 as a fraction.
fn short(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.1 { format!("1/{}", units::count(1.0 / ratio)) } else { units::ratio(ratio) }
}

/// The exact figures of a cell, or the whole reason why there are none, in one sentence.
pub(crate) fn sentence(group: &GroupSummary, row: &Row) -> String {
    if row.wall.is_some() { measured(group, row) } else { format!("{}: {}", row.label, Field::Missing(row).detail()) }
}

fn measured(group: &GroupSummary, row: &Row) -> String {
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
