//! Which model to take for which kind of work, derived from the groups of a run.
//!
//! Groups are sorted into situations by what the records say of them: the kind of the workload, how many tasks wait at
//! once, and how long a task takes the baseline. Within a group the runner with the least median wall time leads, and
//! every runner is as good that cannot be told from it: its paired ratio to the leader does not differ from 1, given its
//! interval and the noise. Cells whose machine code differs from that of other runners take no part. What is recommended for a situation is the runner that is among
//! the best in most of its groups.
//!
//! ```text
//! advice.rs            situations and what is recommended for each
//! advice/situation.rs  which situation a group is
//! advice/contest.rs    who leads a group, and who is as good
//! ```

mod contest;
mod situation;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

pub use self::contest::Contest;
pub use self::situation::Situation;
use crate::figures::{GroupSummary, Summary};
use crate::records::results::Results;
use crate::records::schema::RunnerInfo;
use crate::text::markdown;

/// What is recommended for a situation to those bound to a family of runners.
#[derive(Debug, Clone)]
pub struct Advice<'a> {
    /// The kind of work.
    pub situation: Situation,
    /// The family of runners.
    pub family: String,
    /// Label of the runner that is recommended.
    pub runner: String,
    /// Slot of its colour.
    pub colour: usize,
    /// Why, in one sentence without a full stop.
    pub reason: String,
    /// Labels of other runners that are among the best as often, the one with the least memory first.
    pub as_good: Vec<String>,
    /// The contest of each group.
    pub contests: Vec<Contest<'a>>,
}

/// What is recommended, by situation and family; nothing for those in which fewer than two runners met.
pub fn of<'a>(results: &Results, summary: &'a Summary) -> Vec<Advice<'a>> {
    let runners = &results.run.runners;
    let families = families(results);
    let mut all = Vec::new();
    for situation in Situation::ALL {
        let groups: Vec<&GroupSummary> =
            summary.groups.iter().filter(|group| Situation::of(group) == Some(situation)).collect();
        for family in &families {
            let contests: Vec<Contest> =
                groups.iter().filter_map(|group| Contest::of(group, family, runners)).collect();
            all.extend(advise(situation, family, contests));
        }
    }
    all
}

/// The families of the run's runners in the order in which the plan names them.
fn families(results: &Results) -> Vec<String> {
    let cells = results.run.plan.groups.iter().flat_map(|group| &group.cells);
    let mut families: Vec<String> = Vec::new();
    for family in cells.filter_map(|cell| results.run.runners.get(&cell.runner)).map(|info| &info.family) {
        if !families.contains(family) {
            families.push(family.clone());
        }
    }
    families
}

/// How a runner did over the groups of a situation.
#[derive(Debug, Clone, Default)]
struct Standing {
    label: String,
    colour: usize,
    /// Groups in which it is among the best.
    best: usize,
    /// Sum of the logarithms of its wall time over the leader's.
    behind: f64,
    /// The most memory that it took, bytes.
    memory: f64,
}

fn advise<'a>(situation: Situation, family: &str, contests: Vec<Contest<'a>>) -> Option<Advice<'a>> {
    let mut standings: BTreeMap<&str, Standing> = BTreeMap::new();
    for contest in &contests {
        for contender in &contest.best {
            let standing = standings.entry(&contender.row.cell.runner).or_default();
            standing.label.clone_from(&contender.row.cell.runner);
            standing.colour = contender.row.colour;
            standing.best += 1;
            standing.behind += contender.behind.ln();
            standing.memory = standing.memory.max(contender.row.memory_bytes().unwrap_or(f64::INFINITY));
        }
    }
    let mut order: Vec<Standing> = standings.into_values().collect();
    order.sort_by(|a, b| b.best.cmp(&a.best).then(a.behind.total_cmp(&b.behind)));
    let first = order.first()?.clone();
    let mut others: Vec<&Standing> = order.iter().skip(1).filter(|other| other.best == first.best).collect();
    others.sort_by(|a, b| a.memory.total_cmp(&b.memory));
    let as_good: Vec<String> = others.into_iter().map(|other| crate::text::plain(&other.label)).collect();
    let is_told = contests.iter().any(|contest| contest.is_told);
    let as_good = if is_told { as_good } else { Vec::new() };
    let reason = if !is_told {
        "the least median, but there were too few rounds to tell".to_owned()
    } else if contests.len() == 1 && contests[0].leader().is_some_and(|row| row.cell.runner == first.label) {
        "the fastest".to_owned()
    } else if contests.len() == 1 {
        "as good as the fastest".to_owned()
    } else {
        format!("the fastest, or as good as it, in {} of {}", first.best, workloads(contests.len()))
    };
    Some(Advice {
        situation,
        family: family.to_owned(),
        runner: crate::text::plain(&first.label),
        colour: first.colour,
        reason,
        as_good,
        contests,
    })
}

fn workloads(count: usize) -> String {
    if count == 1 { "1 workload".to_owned() } else { format!("{count} workloads") }
}

/// The section of `summary.md`.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write_markdown(out: &mut String, advice: &[Advice]) -> fmt::Result {
    if advice.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Recommendation\n")?;
    let mut last = None;
    for advice in advice {
        if last.replace(advice.situation) != Some(advice.situation) {
            writeln!(out, "**{}** ({})\n", advice.situation.title(), advice.situation.meaning())?;
        }
        let as_good = advice.as_good();
        writeln!(
            out,
            "- {}: **{}**, {}.{}{}",
            markdown(&advice.family),
            markdown(&advice.runner),
            markdown(&advice.reason),
            if as_good.is_empty() { "" } else { " " },
            markdown(&as_good)
        )?;
        for contest in &advice.contests {
            writeln!(out, "  - {}", markdown(&contest.sentence()))?;
        }
    }
    writeln!(out)
}

impl Advice<'_> {
    /// The others that are as good, as a sentence; empty if there are none.
    pub fn as_good(&self) -> String {
        match self.as_good.as_slice() {
            [] => String::new(),
            [one] => format!("As good within the noise: {one}."),
            several => format!("As good within the noise, the least memory first: {}.", several.join(", ")),
        }
    }
}

/// What a runner is, by name; nothing known if the records do not say.
fn family<'a>(runners: &'a BTreeMap<String, RunnerInfo>, runner: &str) -> &'a str {
    runners.get(runner).map_or("", |info| info.family.as_str())
}
