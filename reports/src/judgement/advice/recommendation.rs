//! Which model to take for which kind of work, derived from the groups of a run.
//!
//! Groups are sorted into situations by what the records say of them: the kind of the workload, how many tasks wait at
//! once, and how long a task takes the baseline. Within a group the runner with the least median wall time leads, and
//! every runner is as good that cannot be told from it: its paired ratio to the leader does not differ from 1, given its
//! interval and the noise. Cells whose machine code differs from that of other runners take no part. What is recommended
//! for a situation is the runner that is among the best in most of its groups.

use std::collections::BTreeMap;

use super::contest::Contest;
use super::situation::Situation;
use crate::figures::{GroupSummary, Summary};
use crate::records::schema::Run;
use crate::text::plain;

/// What is recommended for a situation to those bound to a family of runners.
#[derive(Debug, Clone)]
pub struct Advice {
    /// The kind of work.
    pub situation: Situation,
    /// The family of runners.
    pub family: String,
    /// The runner that is recommended.
    pub runner: String,
    /// Why, in one sentence without a full stop.
    pub reason: String,
    /// Labels of other runners that are among the best as often, the one with the least memory first.
    pub as_good: Vec<String>,
    /// The contest of each group.
    pub contests: Vec<Contest>,
}

/// Returns what is recommended, by situation and family; nothing for those in which fewer than two runners met.
pub fn from_summary(summary: &Summary) -> Vec<Advice> {
    let families = families(&summary.run);
    let mut all = Vec::new();
    for situation in Situation::ALL {
        let groups: Vec<&GroupSummary> =
            summary.groups.iter().filter(|group| Situation::of_group(group) == Some(situation)).collect();
        for family in &families {
            let contests: Vec<Contest> =
                groups.iter().filter_map(|group| Contest::in_group(group, family, &summary.run.runners)).collect();
            all.extend(advise(situation, family, contests));
        }
    }
    all
}

/// Returns the families of the run's runners in the order in which the plan names them.
fn families(run: &Run) -> Vec<String> {
    let cells = run.plan.groups.iter().flat_map(|group| &group.cells);
    let mut families: Vec<String> = Vec::new();
    for family in cells.filter_map(|cell| run.runners.get(&cell.runner)).map(|info| &info.family) {
        if !families.contains(family) {
            families.push(family.clone());
        }
    }
    families
}

/// How a runner did over the groups of a situation.
#[derive(Debug, Clone, Default)]
struct Standing {
    runner: String,
    /// Groups in which it is among the best.
    best: usize,
    /// Sum of the logarithms of its wall time over the leader's.
    behind: f64,
    /// The most memory that it took, bytes.
    memory: f64,
}

fn advise(situation: Situation, family: &str, contests: Vec<Contest>) -> Option<Advice> {
    let mut standings: BTreeMap<&str, Standing> = BTreeMap::new();
    for contest in &contests {
        for one in &contest.best {
            let standing = standings.entry(&one.runner).or_default();
            standing.runner.clone_from(&one.runner);
            standing.best += 1;
            standing.behind += one.behind.ln();
            standing.memory = standing.memory.max(one.memory_bytes.unwrap_or(f64::INFINITY));
        }
    }
    let mut order: Vec<Standing> = standings.into_values().collect();
    order.sort_by(|a, b| b.best.cmp(&a.best).then(a.behind.total_cmp(&b.behind)));
    let first = order.first()?.clone();
    let mut others: Vec<&Standing> = order.iter().skip(1).filter(|other| other.best == first.best).collect();
    others.sort_by(|a, b| a.memory.total_cmp(&b.memory));
    let as_good: Vec<String> = others.into_iter().map(|other| plain(&other.runner)).collect();
    let is_told = contests.iter().any(|contest| contest.is_told);
    let as_good = if is_told { as_good } else { Vec::new() };
    let reason = if !is_told {
        "the least median, but there were too few rounds to tell".to_owned()
    } else if contests.len() == 1 && contests[0].best[0].runner == first.runner {
        "the fastest".to_owned()
    } else if contests.len() == 1 {
        "as good as the fastest".to_owned()
    } else {
        format!("the fastest, or as good as it, in {} of {}", first.best, workloads(contests.len()))
    };
    Some(Advice { situation, family: family.to_owned(), runner: first.runner, reason, as_good, contests })
}

fn workloads(count: usize) -> String {
    if count == 1 { "1 workload".to_owned() } else { format!("{count} workloads") }
}

impl Advice {
    /// Returns the name of the runner, harmless to show.
    pub fn name(&self) -> String {
        plain(&self.runner)
    }

    /// Returns the runner, or it and those that are as good: "any of scoped, rayon".
    pub fn any_of(&self) -> String {
        if self.as_good.is_empty() {
            return self.name();
        }
        format!("any of {}, {}", self.name(), self.as_good.join(", "))
    }

    /// Returns the others that are as good, as a sentence; empty if there are none.
    pub fn as_good(&self) -> String {
        match self.as_good.as_slice() {
            [] => String::new(),
            [one] => format!("As good within the noise: {one}."),
            several => format!("As good within the noise, the least memory first: {}.", several.join(", ")),
        }
    }
}
