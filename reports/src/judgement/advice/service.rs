//! Which model, and in which size, for a service: work whose tasks compute and wait.

use super::contest::{Standing, leader, standing};
use super::cost::{Cost, by_cost};
use crate::figures::{GroupSummary, Row};

/// What is recommended for a service to those bound to a family of runners.
#[derive(Debug, Clone)]
pub struct ServiceAdvice<'a> {
    /// The family.
    pub family: String,
    /// The cell that serves most for certain and those that are alike, each runner once and in its least size, the simplest first.
    pub best: Vec<&'a Row>,
    /// Runners no size of which is among the best for certain, and some may be.
    pub open: Vec<String>,
    /// Of each runner that is among the best, the least size that may be, if it is less than the one that is.
    pub perhaps: Vec<&'a Row>,
    /// The pool with one worker a core, where larger ones are among the best.
    pub at_cores: Option<&'a Row>,
    /// Whether there were rounds enough to compare any of them.
    pub is_told: bool,
}

impl<'a> ServiceAdvice<'a> {
    /// Returns the advice of a group for a family; none if the work is of another kind, or fewer than two cells have samples.
    pub fn in_group(group: &'a GroupSummary, family: &str) -> Option<Self> {
        let rows: Vec<&Row> = group.measured().filter(|row| row.is_main() && row.runner.family == family).collect();
        if group.kind != "service" || rows.len() < 2 {
            return None;
        }
        let leader = leader(&rows)?;
        let standings: Vec<(&Row, Standing)> = rows
            .iter()
            .map(|row| (*row, if row.cell == leader.cell { Standing::Alike } else { standing(row, leader) }))
            .collect();
        let of =
            |wanted: Standing| standings.iter().filter(move |(_, standing)| *standing == wanted).map(|(row, _)| *row);
        let mut best: Vec<&Row> = Vec::new();
        for row in of(Standing::Alike) {
            match best.iter_mut().find(|other| other.cell.runner == row.cell.runner) {
                Some(other) if row.cell.workers < other.cell.workers => *other = row,
                Some(_) => {}
                None => best.push(row),
            }
        }
        best.sort_by(|a, b| by_cost(&Cost::from_row(a), &Cost::from_row(b)));
        let chosen = |row: &Row| best.iter().find(|other| other.cell.runner == row.cell.runner);
        let is_less = |row: &&Row| chosen(row).is_some_and(|other| row.cell.workers < other.cell.workers);
        let mut open: Vec<String> = Vec::new();
        let mut perhaps: Vec<&Row> = Vec::new();
        for row in of(Standing::Open) {
            let is_new = !perhaps.iter().any(|other| other.cell.runner == row.cell.runner);
            if chosen(row).is_none() && !open.contains(&row.cell.runner) {
                open.push(row.cell.runner.clone());
            } else if is_new && is_less(&row) {
                perhaps.push(row);
            }
        }
        let at_cores = of(Standing::Slower).filter(is_less).min_by_key(|row| row.cell.workers);
        let has_interval = |row: &&Row| row.wall.is_some_and(|wall| wall.is_interval());
        let is_told = rows.iter().copied().filter(has_interval).count() > 1;
        Some(Self { family: family.to_owned(), best, open, perhaps, at_cores, is_told })
    }
}
