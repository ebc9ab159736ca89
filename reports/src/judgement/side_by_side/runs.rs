//! What runs found, and what differs between them.

use super::entry::Entry;
use super::group::{self, Shared};
use crate::judgement::claims::{Outcome, Verdict};
use crate::judgement::compare::Difference;
use crate::records::schema::Machine;
use crate::text::plain;

/// Why runs cannot stand side by side.
#[derive(Debug, thiserror::Error)]
#[error(
    "no two of these runs share a workload with the same parameters ({}): run the same plan on each, as `regatta run --plan default`",
    .0.join("; ")
)]
pub struct NothingShared(Vec<String>);

/// Runs side by side.
#[derive(Debug)]
pub struct SideBySide<'a> {
    /// The runs, at least two, in the order in which they were named.
    pub entries: &'a [Entry],
    /// What differs between the first and each other run, in whole sentences.
    pub differences: Vec<String>,
    /// The verdicts, a line a claim and family.
    pub verdicts: Vec<Verdicts<'a>>,
    /// The workloads that at least two runs have.
    pub groups: Vec<Shared<'a>>,
    /// The workloads that one run alone has, with its letter.
    pub alone: Vec<String>,
}

/// What the runs say of a claim for a family.
#[derive(Debug)]
pub struct Verdicts<'a> {
    /// One of them, for what is claimed.
    pub any: &'a Verdict,
    /// Those of the runs; none where a run says nothing of it.
    pub of_runs: Vec<Option<&'a Verdict>>,
}

impl<'a> SideBySide<'a> {
    /// Puts runs side by side.
    ///
    /// # Errors
    /// If no two of them have a workload in common.
    pub fn from_entries(entries: &'a [Entry]) -> Result<Self, NothingShared> {
        let (groups, alone) = group::shared(entries);
        if groups.is_empty() {
            return Err(NothingShared(alone));
        }
        Ok(Self { entries, differences: differences(entries), verdicts: verdicts(entries), groups, alone })
    }

    /// Says what is to be borne in mind when figures of different columns are compared, in one sentence.
    pub fn caution(&self) -> &'static str {
        let machine = |entry: &'a Entry| &entry.results.run.machine;
        let is_same = |pair: &'a [Entry]| is_same_machine(machine(&pair[0]), machine(&pair[1]));
        if self.entries.windows(2).all(is_same) {
            "The machines are the same by all that the records say of them; how busy they were besides, the records say less well. What \
             changed beyond noise from one run to another is what `regatta compare` judges."
        } else {
            "The machines differ, so absolute times compare the machines, not the models and not the program: compare speed-ups, \
             effective cores and verdicts."
        }
    }

    /// Returns how many verdicts are not the same in all runs, in one sentence.
    pub fn tally(&self) -> String {
        let differing = self.verdicts.iter().filter(|verdicts| verdicts.differ()).count();
        match (differing, self.verdicts.len()) {
            (_, 0) => "No claim was judged".to_owned(),
            (0, total) => format!("All {total} verdicts are the same in every run"),
            (1, total) => format!("1 of {total} verdicts differs between the runs"),
            (differing, total) => format!("{differing} of {total} verdicts differ between the runs"),
        }
    }
}

impl Verdicts<'_> {
    /// Returns whether two runs that judged it came to different outcomes; one that could not judge it does not differ.
    pub fn differ(&self) -> bool {
        let mut outcomes = self
            .of_runs
            .iter()
            .flatten()
            .map(|verdict| verdict.outcome())
            .filter(|outcome| *outcome != Outcome::NotRun);
        let first = outcomes.next();
        outcomes.any(|outcome| Some(outcome) != first)
    }
}

fn is_same_machine(a: &Machine, b: &Machine) -> bool {
    let of = |machine: &Machine| {
        let quota = machine.quota_cores.map(f64::to_bits);
        (machine.cpu.clone(), machine.arch.clone(), machine.logical_cores, machine.usable_cores, quota)
    };
    of(a) == of(b)
}

fn differences(entries: &[Entry]) -> Vec<String> {
    let Some((first, others)) = entries.split_first() else { return Vec::new() };
    let of_pair = |other: &Entry| {
        let (a, b) = (&first.results.run, &other.results.run);
        let mut texts: Vec<String> = Vec::new();
        if a.plan.name != b.plan.name {
            texts.push(format!("The plans differ: {} and {}.", plain(&a.plan.name), plain(&b.plan.name)));
        }
        if a.program.revision != b.program.revision {
            texts.push(format!(
                "The commits differ: {} and {}.",
                plain(&a.program.revision),
                plain(&b.program.revision)
            ));
        }
        texts.extend(Difference::between(a, b).into_iter().map(|difference| difference.text));
        let pair = format!("{} and {}", first.letter, other.letter);
        texts.into_iter().map(|text| format!("{pair}: {text}")).collect::<Vec<String>>()
    };
    others.iter().flat_map(of_pair).collect()
}

/// Returns a line for each claim and family of which some run says more than that it could not be judged.
fn verdicts(entries: &[Entry]) -> Vec<Verdicts<'_>> {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for verdict in entries.iter().flat_map(|entry| &entry.verdicts) {
        let key = (verdict.id.as_str(), verdict.family.as_str());
        if verdict.outcome() != Outcome::NotRun && !known.contains(&key) {
            known.push(key);
        }
    }
    let line = |(id, family): (&str, &str)| {
        let of_run = |entry: &'_ Entry| -> Option<usize> {
            entry.verdicts.iter().position(|verdict| verdict.id == id && verdict.family == family)
        };
        let of_runs: Vec<Option<&Verdict>> =
            entries.iter().map(|entry| of_run(entry).map(|at| &entry.verdicts[at])).collect();
        let any = of_runs.iter().flatten().next().copied()?;
        Some(Verdicts { any, of_runs })
    };
    known.into_iter().filter_map(line).collect()
}
