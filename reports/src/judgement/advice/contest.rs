//! Who is the best of a group, who is alike, and of whom the rounds do not tell.

use std::collections::BTreeMap;

use super::cost::{Cost, by_cost};
use crate::figures::{Cell, GroupSummary, Row, Versus, pairs};
use crate::judgement::reach::ALIKE;
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
    /// The leader and those that are alike, each runner once, the simplest first. Never empty.
    pub best: Vec<Best>,
    /// Runners that may be as good or slower: the rounds do not tell.
    pub open: Vec<String>,
    /// How many runners took part.
    pub runners: usize,
    /// Whether there were rounds enough to compare any of them with the leader.
    pub is_told: bool,
    /// By how much the leader wins, at what cost, and who is alike: one sentence that names the group.
    pub sentence: String,
}

/// One that is among the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// The runner.
    pub runner: String,
    /// What it takes besides time.
    pub cost: Cost,
}

/// How a cell stands to the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It takes the same time, within [`ALIKE`].
    Alike,
    /// It takes another time, by however little.
    Slower,
    /// Its interval is too wide for either.
    Open,
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
        let leader = leader(&rows)?;
        let has_own = rows.iter().any(|row| row.runner.family == family);
        let others: Vec<&Row> = rows.iter().copied().filter(|row| row.cell.runner != leader.cell.runner).collect();
        if !has_own || others.is_empty() {
            return None;
        }
        let standings = || others.iter().map(|row| (*row, standing(row, leader)));
        let mut best = vec![Best::new(leader)];
        for (row, _) in standings().filter(|(_, standing)| *standing == Standing::Alike) {
            if !best.iter().any(|one| one.runner == row.cell.runner) {
                best.push(Best::new(row));
            }
        }
        best.sort_by(|a, b| by_cost(&a.cost, &b.cost));
        let mut open: Vec<String> = Vec::new();
        for (row, _) in standings().filter(|(_, standing)| *standing == Standing::Open) {
            let runner = &row.cell.runner;
            if !best.iter().any(|one| one.runner == *runner) && !open.contains(runner) {
                open.push(runner.clone());
            }
        }
        let mut names: Vec<&str> = rows.iter().map(|row| row.cell.runner.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let contest = Self {
            title: group.title.clone(),
            slug: group.slug.clone(),
            best,
            open,
            runners: names.len(),
            is_told: others.iter().any(|row| over(row, leader).is_some_and(|ratio| ratio.is_interval())),
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
        let took = units::duration(wall(row));
        let others = self.others(&row.cell.runner);
        format!("{}: {} ({took}), {how}, with {}; {others}", group.title, row.label, costs.join(", "))
    }

    /// Says who is alike, and of whom it is open.
    fn others(&self, leader: &str) -> String {
        if !self.is_told {
            return "too few rounds to tell who is alike".to_owned();
        }
        let alike: Vec<String> =
            self.best.iter().filter(|one| one.runner != leader).map(|one| plain(&one.runner)).collect();
        let open: Vec<String> = self.open.iter().map(|runner| plain(runner)).collect();
        match (alike.is_empty(), open.is_empty()) {
            (true, true) => format!("no other of {} is alike", self.runners),
            (false, true) => format!("alike: {}", alike.join(", ")),
            (true, false) => format!("too noisy to tell: {}", open.join(", ")),
            (false, false) => format!("alike: {}; too noisy to tell: {}", alike.join(", "), open.join(", ")),
        }
    }
}

impl Best {
    fn new(row: &Row) -> Self {
        Self { runner: row.cell.runner.clone(), cost: Cost::from_row(row) }
    }
}

/// Returns the row with the least upper end of its time: a noisy one does not lead by a lucky median.
/// Rows without an interval come after those with one, by their medians.
pub(super) fn leader<'a>(rows: &[&'a Row]) -> Option<&'a Row> {
    let at_most = |row: &Row| match row.wall {
        Some(wall) if wall.is_interval() => (0, wall.high),
        _ => (1, wall(row)),
    };
    rows.iter().copied().min_by(|a, b| {
        let (a, b) = (at_most(a), at_most(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })
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

/// Returns how a cell stands to the leader. Only an interval that is narrow enough makes it alike.
pub(super) fn standing(row: &Row, leader: &Row) -> Standing {
    let noise = [row.noise, leader.noise].into_iter().flatten().reduce(f64::max).unwrap_or(1.0);
    match over(row, leader) {
        Some(ratio) if ratio.is_one_within(ALIKE, noise) => Standing::Alike,
        Some(ratio) if ratio.differs_from(1.0, noise) && ratio.value > 1.0 => Standing::Slower,
        _ => Standing::Open,
    }
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

    fn between(low: f64, high: f64) -> Row {
        row(&(0..12).map(|i| if i % 2 == 0 { low } else { high }).collect::<Vec<f64>>())
    }

    #[test]
    fn alike_is_what_is_certainly_within_five_percent() {
        let leader = row(&[100.0; 12]);
        assert_eq!(standing(&between(99.0, 101.0), &leader), Standing::Alike);
        assert_eq!(standing(&between(101.0, 104.0), &leader), Standing::Alike, "slower by less than matters");
        assert_eq!(standing(&between(98.0, 107.0), &leader), Standing::Open, "noise earns nothing");
        assert_eq!(standing(&between(104.0, 107.0), &leader), Standing::Slower);
        assert_eq!(standing(&row(&[]), &leader), Standing::Open, "nothing to pair");
        assert_eq!(standing(&row(&[100.0; 3]), &row(&[100.0; 3])), Standing::Open, "3 rounds tell nothing");
        let noisy = Row { noise: Some(1.06), ..between(99.0, 101.0) };
        assert_eq!(standing(&noisy, &leader), Standing::Open, "copies of it differ by more");
    }

    #[test]
    fn a_lucky_median_does_not_lead() {
        let (steady, noisy, faster) = (between(100.0, 101.0), between(80.0, 110.0), between(70.0, 80.0));
        let walls = |row: &Row| row.wall.map(|wall| wall.value);
        assert_eq!(leader(&[&noisy, &steady]).map(walls), Some(Some(100.5)));
        assert_eq!(leader(&[&noisy, &steady, &faster]).map(walls), Some(Some(75.0)));
        assert_eq!(leader(&[&row(&[1.0; 3]), &steady]).map(walls), Some(Some(100.5)), "3 rounds tell nothing");
        assert_eq!(leader(&[]), None);
    }
}
