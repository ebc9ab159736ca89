//! Who leads a group, and who cannot be told from the leader.

use std::collections::{BTreeMap, HashMap};

use super::family;
use crate::figures::{GroupSummary, Point, Row, Versus};
use crate::records::schema::RunnerInfo;
use crate::statistics::Estimate;
use crate::statistics::clusters;
use crate::text::plain;
use crate::text::units;

/// A group as a contest between the runners of one family.
#[derive(Debug, Clone)]
pub struct Contest<'a> {
    /// The group.
    pub group: &'a GroupSummary,
    /// The leader, and those that are as good within the noise, each runner once. Never empty.
    pub best: Vec<Contender<'a>>,
    /// How many runners took part.
    pub runners: usize,
    /// Whether there were rounds enough to tell any of them from the leader.
    pub is_told: bool,
}

/// One that is among the best.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// Its cell.
    pub row: &'a Row,
    /// Its wall time over the leader's: the median of the ratios within each round.
    pub behind: f64,
}

impl<'a> Contest<'a> {
    /// The contest of a family, its baseline included; none if fewer than two of its runners have samples.
    pub fn of(group: &'a GroupSummary, name: &str, runners: &BTreeMap<String, RunnerInfo>) -> Option<Self> {
        let baselines = runners.values().filter(|info| info.family == name).map(|info| info.baseline.as_str());
        let baselines: Vec<&str> = baselines.collect();
        let takes_part = |row: &&Row| {
            row.cell.arm.is_empty()
                && !row.code_differs
                && (family(runners, &row.cell.runner) == name || baselines.contains(&row.cell.runner.as_str()))
        };
        let rows: Vec<&Row> = group.measured().filter(takes_part).collect();
        let own = rows.iter().filter(|row| family(runners, &row.cell.runner) == name).count();
        let leader = *rows.iter().min_by(|a, b| wall(a).total_cmp(&wall(b)))?;
        if own == 0 || rows.iter().all(|row| row.cell.runner == leader.cell.runner) {
            return None;
        }
        let others = || rows.iter().filter(|row| row.cell.runner != leader.cell.runner);
        let is_told = others().any(|row| paired(&row.points, &leader.points).is_some_and(|ratio| ratio.is_interval()));
        let mut best = vec![Contender { row: leader, behind: 1.0 }];
        for row in &rows {
            let is_there = best.iter().any(|contender| contender.row.cell.runner == row.cell.runner);
            let noise = [row, leader].into_iter().filter_map(|row| group.noise_of(row)).reduce(f64::max);
            if let Some(behind) = as_good(row, leader, noise).filter(|_| !is_there) {
                best.push(Contender { row, behind });
            }
        }
        let mut names: Vec<&str> = rows.iter().map(|row| row.cell.runner.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        Some(Self { group, best, runners: names.len(), is_told })
    }

    /// The cell with the least median wall time.
    pub fn leader(&self) -> Option<&'a Row> {
        self.best.first().map(|contender| contender.row)
    }

    /// What is seen, in one sentence that names the group: by how much the leader wins, at what cost, and who is as good.
    pub fn sentence(&self) -> String {
        let Some(leader) = self.leader() else { return String::new() };
        let how = match (self.group.versus, leader.ratio, &leader.baseline) {
            _ if leader.is_baseline => "nothing is faster".to_owned(),
            (Versus::Baseline, Some(ratio), Some(baseline)) => {
                let doubt = leader.doubt().map(|doubt| format!(", {doubt}")).unwrap_or_default();
                format!("{} as fast as {}{doubt}", units::ratio(ratio.value), plain(baseline))
            }
            (Versus::Wait, Some(ratio), _) => format!("{} the longest wait", units::ratio(ratio.value)),
            _ => "the fastest".to_owned(),
        };
        let cpu = leader.cpu_ns.map(|ns| format!("{} of CPU time{}", units::duration(ns), self.over_baseline(leader)));
        let memory = leader.memory_bytes().map(units::size);
        let latency = leader.latencies.first().map(|latency| format!("p99 {}", units::duration(latency.p99.value)));
        let costs: Vec<String> = [cpu, memory, latency].into_iter().flatten().collect();
        let others: Vec<String> = self.best.iter().skip(1).map(|contender| plain(&contender.row.cell.runner)).collect();
        let others = if !self.is_told {
            "too few rounds to tell who is as good".to_owned()
        } else if others.is_empty() {
            format!("no other of {} is as good", self.runners)
        } else {
            format!("as good: {}", others.join(", "))
        };
        format!(
            "{}: {} ({}), {how}, with {}; {others}",
            self.group.title,
            leader.label,
            units::duration(wall(leader)),
            costs.join(", ")
        )
    }

    /// The CPU time of a cell over its baseline's, in brackets; empty if either is not known.
    fn over_baseline(&self, row: &Row) -> String {
        let baseline = self.group.baseline_of(row).and_then(|baseline| baseline.cpu_ns).filter(|ns| *ns > 0.0);
        match row.cpu_ns.zip(baseline) {
            Some((own, baseline)) if !row.is_baseline && self.group.is_cpu_bound() => {
                format!(" ({} the baseline's)", units::ratio(own / baseline))
            }
            _ => String::new(),
        }
    }
}

fn wall(row: &Row) -> f64 {
    row.wall.map_or(f64::INFINITY, |wall| wall.value)
}

/// How far behind the leader a cell is, if that cannot be told from not at all.
fn as_good(row: &Row, leader: &Row, noise: Option<f64>) -> Option<f64> {
    let ratio = paired(&row.points, &leader.points)?;
    (!ratio.differs_from(1.0, noise.unwrap_or(1.0))).then_some(ratio.value)
}

/// Wall time of one cell over that of another, from their samples of the same process and round.
fn paired(own: &[Point], other: &[Point]) -> Option<Estimate> {
    let other: HashMap<(u32, u32), f64> =
        other.iter().map(|point| ((point.process, point.round), point.wall_ns)).collect();
    let pairs: Vec<(u32, f64, f64)> = own
        .iter()
        .filter_map(|point| Some((point.process, point.wall_ns, *other.get(&(point.process, point.round))?)))
        .collect();
    clusters::ratio_of(&pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

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
