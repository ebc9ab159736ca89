//! Which model to take for which kind of work, derived from the groups of a run.
//!
//! Groups are sorted into situations by what the records say of them: the kind of the workload, how many tasks wait at
//! once, and how long a task takes the baseline. Work whose tasks only give way to each other is no situation: nobody wants it done.
//! Within a group the runner that takes the least time for certain leads. A runner is alike if the whole interval of its paired ratio to
//! the leader is within 5 %, noise included. So a noisy interval earns nothing. Cells whose machine code differs from that of other
//! runners take no part. What is recommended for a situation is the runner that is among the best in most of its groups, and those that are
//! in the same ones: the one that takes the least CPU time, memory and workers first.

use super::contest::Contest;
use super::cost::{Cost, by_cost};
use super::situation::Situation;
use crate::figures::{GroupSummary, Summary};
use crate::records::schema::Run;
use crate::text::plain;

/// Most runners that are named where the rounds do not tell.
const NAMED: usize = 3;

/// What is recommended for a situation to those bound to a family of runners.
#[derive(Debug, Clone)]
pub struct Advice {
    /// The kind of work.
    pub situation: Situation,
    /// The family of runners.
    pub family: String,
    /// The runner that is recommended: the simplest of those that are alike.
    pub runner: String,
    /// Why, in one sentence without a full stop.
    pub reason: String,
    /// Labels of other runners that are among the best in the same groups, the simplest first.
    pub alike: Vec<String>,
    /// Labels of runners that may be as good: the rounds do not tell.
    pub open: Vec<String>,
    /// In how many of the contests they are among the best.
    pub best: usize,
    /// The contest of each group.
    pub contests: Vec<Contest>,
}

/// Returns what is recommended, by situation and family; nothing for those in which fewer than two runners met.
pub fn from_summary(summary: &Summary) -> Vec<Advice> {
    let families = families(&summary.run);
    let mut all = Vec::new();
    for situation in Situation::ALL {
        let groups: Vec<&GroupSummary> =
            summary.unswept().filter(|group| Situation::of_group(group) == Some(situation)).collect();
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
    /// Places of the groups in which it is among the best.
    best: Vec<usize>,
    /// In how many others it may be, for all that the rounds tell.
    open: usize,
    /// What it takes besides time in the groups in which it is among the best.
    cost: Cost,
}

/// Returns how each runner that is or may be among the best did.
fn standings(contests: &[Contest]) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::new();
    let place = |all: &mut Vec<Standing>, runner: &str| {
        all.iter().position(|one| one.runner == runner).unwrap_or_else(|| {
            all.push(Standing { runner: runner.to_owned(), ..Standing::default() });
            all.len() - 1
        })
    };
    for (at, contest) in contests.iter().enumerate() {
        for one in &contest.best {
            let place = place(&mut all, &one.runner);
            all[place].best.push(at);
            all[place].cost = all[place].cost.and(one.cost);
        }
        for runner in &contest.open {
            let place = place(&mut all, runner);
            all[place].open += 1;
        }
    }
    all
}

fn advise(situation: Situation, family: &str, contests: Vec<Contest>) -> Option<Advice> {
    let mut standings = standings(&contests);
    let is_told = contests.iter().any(|contest| contest.is_told);
    standings.sort_by(|a, b| b.best.len().cmp(&a.best.len()).then_with(|| by_cost(&a.cost, &b.cost)));
    let (first, others) = standings.split_first()?;
    let (alike, others): (Vec<&Standing>, Vec<&Standing>) = others.iter().partition(|one| one.best == first.best);
    let best = first.best.len();
    let may_be = others.into_iter().filter(|one| one.open > 0 && one.best.len() + one.open >= best);
    let label = |one: &Standing| plain(&one.runner);
    let (alike, open): (Vec<String>, Vec<String>) = if is_told {
        (alike.into_iter().map(label).collect(), may_be.map(label).collect())
    } else {
        Default::default()
    };
    let part = part(best, contests.len());
    let reason = match (is_told, alike.is_empty(), open.is_empty()) {
        (false, ..) => "the least median, but there were too few rounds to tell".to_owned(),
        (true, false, _) => format!("within 5 % of the fastest{part}, the simplest first"),
        (true, true, false) => format!("no other is as fast for certain{part}"),
        (true, true, true) if contests.len() == 1 => "the fastest".to_owned(),
        (true, true, true) => format!("the fastest, or within 5 % of it,{part}"),
    };
    let runner = first.runner.clone();
    Some(Advice { situation, family: family.to_owned(), runner, reason, alike, open, best, contests })
}

/// Says in which part of the workloads; empty if there is one only.
fn part(best: usize, all: usize) -> String {
    if all == 1 { String::new() } else { format!(" in {best} of {all} workloads") }
}

impl Advice {
    /// Returns the name of the runner, harmless to show.
    pub fn name(&self) -> String {
        plain(&self.runner)
    }

    /// Returns whether there were rounds enough to compare any runners.
    pub fn is_told(&self) -> bool {
        self.contests.iter().any(|contest| contest.is_told)
    }

    /// Returns the runner, or it and those that are alike: "any of scoped, rayon".
    pub fn any_of(&self) -> String {
        if self.alike.is_empty() {
            return self.name();
        }
        format!("any of {}, {}", self.name(), self.alike.join(", "))
    }

    /// Returns what has to be known of it, in brackets after a space: where it is not the best, and who may be. Empty if there is nothing.
    pub fn caveats(&self) -> String {
        let part = if self.best < self.contests.len() { part(self.best, self.contests.len()) } else { String::new() };
        let all: Vec<String> =
            [part.trim().to_owned(), self.too_noisy()].into_iter().filter(|one| !one.is_empty()).collect();
        if all.is_empty() { String::new() } else { format!(" ({})", all.join("; ")) }
    }

    /// Returns the runners of which the rounds do not tell, in words and without a full stop; empty if there are none.
    pub fn too_noisy(&self) -> String {
        match self.open.len() {
            0 => String::new(),
            1..=NAMED => format!("too noisy to tell: {}", self.open.join(", ")),
            several => format!("{several} others are too noisy to tell"),
        }
    }
}
