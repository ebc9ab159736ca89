//! Who leads a group, and who cannot be told from the leader.

use std::collections::BTreeMap;

use crate::figures::{Cell, GroupSummary, Row, Versus, pairs};
use crate::records::schema::RunnerInfo;
use crate::statistics::Estimate;
use crate::text::{plain, units};

/// A group as a contest between the runners of one family.
#[derive(Debug, Clone, PartialEq)]
pub struct Contest {
    /// Title of the group.
    pub title: String,
    /// Slug of the group.
    pub slug: String,
    /// The leader, and those that are as good within the noise, each runner once. Never empty.
    pub best: Vec<Best>,
    /// How many runners took part.
    pub runners: usize,
    /// Whether there were rounds enough to tell any of them from the leader.
    pub is_told: bool,
    /// By how much the leader wins, at what cost, and who is as good: one sentence that names the group.
    pub sentence: String,
}

/// One that is among the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// The runner.
    pub runner: String,
    /// Its wall time over the leader's: the median of the ratios within each round.
    pub behind: f64,
    /// The most memory that it took, bytes.
    pub memory_bytes: Option<f64>,
}

impl Contest {
    /// Returns the contest of a family, its baseline included; none if fewer than two of its runners have samples.
    pub fn in_group(group: &GroupSummary, family: &str, runners: &BTreeMap<String, RunnerInfo>) -> Option<Self> {
        let of_family = runners.values().filter(|info| info.family == family);
        let baselines: Vec<&str> = of_family.map(|info| info.baseline.as_str()).collect();
        let takes_part = |row: &&Row| {
            let is_called_for = row.runner.family == family || baselines.contains(&row.cell.runner.as_str());
            row.is_main() && !row.code_differs && is_called_for
        };
        let rows: Vec<&Row> = group.measured().filter(takes_part).collect();
        let leader = *rows.iter().min_by(|a, b| wall(a).total_cmp(&wall(b)))?;
        let has_own = rows.iter().any(|row| row.runner.family == family);
        if !has_own || rows.iter().all(|row| row.cell.runner == leader.cell.runner) {
            return None;
        }
        let others = || rows.iter().filter(|row| row.cell.runner != leader.cell.runner);
        let is_told = others().any(|row| over(row, leader).is_some_and(|ratio| ratio.is_interval()));
        let mut best = vec![Best::new(leader, 1.0)];
        for row in &rows {
            let is_there = best.iter().any(|one| one.runner == row.cell.runner);
            let noise = [row.noise, leader.noise].into_iter().flatten().reduce(f64::max);
            if let Some(behind) = as_good(row, leader, noise).filter(|_| !is_there) {
                best.push(Best::new(row, behind));
            }
        }
        let mut names: Vec<&str> = rows.iter().map(|row| row.cell.runner.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let contest = Self {
            title: group.title.clone(),
            slug: group.slug.clone(),
            best,
            runners: names.len(),
            is_told,
            sentence: String::new(),
        };
        Some(Self { sentence: contest.sentence(Cell { group, row: leader }), ..contest })
    }

    fn sentence(&self, leader: Cell) -> String {
        let Cell { group, row } = leader;
        let how = match (group.versus, row.ratio, &row.baseline) {
            _ if row.is_baseline => "nothing is faster".to_owned(),
            (Versus::Baseline, Some(ratio), Some(baseline)) => {
                let doubt = row.doubt().map(|doubt| format!(", {doubt}")).unwrap_or_default();
                format!("{} as fast as {}{doubt}", units::ratio(ratio.value), plain(baseline))
            }
            (Versus::Wait, Some(ratio), _) => format!("{} the longest wait", units::ratio(ratio.value)),
            _ => "the fastest".to_owned(),
        };
        let cpu = row.cpu_ns.map(|ns| format!("{} of CPU time{}", units::duration(ns), over_baseline(leader)));
        let memory = row.memory_bytes().map(units::size);
        let latency = row.latencies.first().map(|latency| format!("p99 {}", units::duration(latency.p99.value)));
        let costs: Vec<String> = [cpu, memory, latency].into_iter().flatten().collect();
        let others: Vec<String> = self.best.iter().skip(1).map(|one| plain(&one.runner)).collect();
        let others = if !self.is_told {
            "too few rounds to tell who is as good".to_owned()
        } else if others.is_empty() {
            format!("no other of {} is as good", self.runners)
        } else {
            format!("as good: {}", others.join(", "))
        };
        let took = units::duration(wall(row));
        format!("{}: {} ({took}), {how}, with {}; {others}", group.title, row.label, costs.join(", "))
    }
}

impl Best {
    fn new(row: &Row, behind: f64) -> Self {
        Self { runner: row.cell.runner.clone(), behind, memory_bytes: row.memory_bytes() }
    }
}

/// Returns the CPU time of a cell over its baseline's, in brackets; empty if either is not known.
fn over_baseline(cell: Cell) -> String {
    let Cell { group, row } = cell;
    let baseline = group.baseline_of(row).and_then(|baseline| baseline.cpu_ns).filter(|ns| *ns > 0.0);
    match row.cpu_ns.zip(baseline) {
        Some((own, baseline)) if !row.is_baseline && group.is_cpu_bound() => {
            format!(" ({} the baseline's)", units::ratio(own / baseline))
        }
        _ => String::new(),
    }
}

fn wall(row: &Row) -> f64 {
    row.wall.map_or(f64::INFINITY, |wall| wall.value)
}

fn over(row: &Row, leader: &Row) -> Option<Estimate> {
    pairs::ratio(row, leader, |point| point.wall_ns)
}

/// Returns how far behind the leader a cell is, if that cannot be told from not at all.
fn as_good(row: &Row, leader: &Row, noise: Option<f64>) -> Option<f64> {
    let ratio = over(row, leader)?;
    (!ratio.differs_from(1.0, noise.unwrap_or(1.0))).then_some(ratio.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Point;

    fn row(walls: &[f64]) -> Row {
        let points =
            walls.iter().enumerate().map(|(i, wall)| Point { round: i as u32, wall_ns: *wall, ..Point::default() });
        Row { points: points.collect(), wall: Estimate::of_median(walls), ..Row::default() }
    }

    #[test]
    fn as_good_is_what_cannot_be_told_from_the_leader() {
        let leader = row(&[100.0; 10]);
        let mixed: Vec<f64> = (0..10).map(|i| if i % 2 == 0 { 99.0 } else { 101.0 }).collect();
        assert!(as_good(&row(&mixed), &leader, None).is_some(), "its interval includes 1");
        assert_eq!(as_good(&row(&[102.0; 10]), &leader, None), None);
        assert!(as_good(&row(&[102.0; 10]), &leader, Some(1.03)).is_some(), "within the noise");
        assert_eq!(as_good(&row(&[]), &leader, None), None, "nothing to pair");
        assert!(as_good(&row(&[150.0; 3]), &row(&[100.0; 3]), None).is_some(), "3 rounds tell nothing");
    }
}
