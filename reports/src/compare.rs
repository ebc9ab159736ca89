//! Two builds side by side, cell by cell: from two separate runs, or from one run that carried both in the same rounds.
//!
//! - `difference`: what keeps two runs from being compared.
//! - `cells`: the figures of each cell.
//! - `text`: the comparison for a terminal and as Markdown.
//! - `page`: as HTML.

mod cells;
mod difference;
mod page;
mod text;

pub use self::cells::{Change, Compared, Outcome};
pub use self::difference::Difference;
pub use self::page::page;
pub use self::text::{markdown, terminal};
use crate::record::{Run, arms};
use crate::results::Results;
use crate::text::moment;

/// Below this probability, after the correction for the number of cells, chance is no longer held to explain a difference.
pub const SIGNIFICANT: f64 = 0.05;

/// Two builds side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How they were measured.
    pub kind: Kind,
    /// What is compared with, in one line.
    pub base: String,
    /// What is compared, in one line.
    pub new: String,
    /// What else differs between the two; some of it keeps the comparison from meaning anything.
    pub differences: Vec<Difference>,
    /// What a reader must know besides, in whole sentences.
    pub notices: Vec<String>,
    /// The cells that both have, in the order of the plan.
    pub cells: Vec<Compared>,
    /// The cells that only one side has, with the side.
    pub unmatched: Vec<String>,
    /// How much longer the reference burn took in the new run; none if a run has none.
    pub drift: Option<f64>,
}

/// How two builds were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In runs of their own, one after the other.
    Separate,
    /// In the same rounds.
    Live,
}

/// What became of how many cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cells that take longer, or more CPU time.
    pub slower: usize,
    /// Cells that take less long, or less CPU time.
    pub faster: usize,
    /// Cells without a difference beyond noise.
    pub same: usize,
    /// Cells of which nothing can be said.
    pub unjudged: usize,
}

impl Comparison {
    /// Compares two runs.
    pub fn of_runs(base: &Results, new: &Results) -> Self {
        let matched = cells::of_runs(base, new);
        let mut differences = Difference::between(&base.run, &new.run);
        differences.extend(matched.differences);
        Self {
            kind: Kind::Separate,
            base: described(&base.run),
            new: described(&new.run),
            differences,
            notices: notices(&matched.compared, &[(base, "base "), (new, "new ")]),
            cells: matched.compared,
            unmatched: matched.unmatched,
            drift: matched.drift,
        }
    }

    /// Compares the two builds of one run; none if it did not carry two.
    pub fn of_live(results: &Results) -> Option<Self> {
        let build = |arm| {
            let build = results.run.builds.get(arm)?;
            Some(format!("{} ({})", build.program, build.version))
        };
        let (base, new) = (build(arms::OLD)?, build(arms::NEW)?);
        let compared = cells::of_live(results);
        Some(Self {
            kind: Kind::Live,
            base,
            new,
            differences: Vec::new(),
            notices: notices(&compared, &[(results, "")]),
            cells: compared,
            unmatched: Vec::new(),
            drift: None,
        })
    }

    /// Whether the two are too different for their ratio to mean anything.
    pub fn is_refused(&self) -> bool {
        self.cells.is_empty() || self.differences.iter().any(|difference| difference.refuses)
    }

    /// What became of how many cells.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for cell in &self.cells {
            *match cell.outcome {
                outcome if outcome.is_regression() => &mut counts.slower,
                outcome if outcome.is_improvement() => &mut counts.faster,
                Outcome::Unjudged => &mut counts.unjudged,
                _ => &mut counts.same,
            } += 1;
        }
        counts
    }

    /// The result in one sentence.
    pub fn headline(&self) -> String {
        let Counts { slower, faster, same, unjudged } = self.counts();
        let total = self.cells.len();
        let plural = if total == 1 { "cell" } else { "cells" };
        let rest = if unjudged > 0 { format!(", {unjudged} cannot be judged") } else { String::new() };
        format!("Of {total} {plural} {slower} slower, {faster} faster, {same} without a difference beyond noise{rest}.")
    }

    /// How it was done, in whole sentences.
    pub fn method(&self) -> &'static str {
        match self.kind {
            Kind::Separate => {
                "Time is the change of the wall time from the base to the new run, from the medians of the processes of each, with its 95 % \
                 interval by Student's t between processes; CPU is the same of the CPU time. CPU-bound cells are taken relative to the \
                 reference burn of the same round; the raw change stands beside. A figure has changed if chance explains it with less \
                 than 5 % probability, corrected by Holm for the number of figures in the table, and if the change is larger than what two \
                 copies of the same cell differed by in either run (noise). Where other programs kept the machine busier in one run, by more than a quarter of a core, wall times are not judged; below that, what the load explains counts as noise."
            }
            Kind::Live => {
                "Both builds ran in the same rounds. Time is the change of the wall time from the old build to the new one in the same round: \
                 the median within each pair of processes, the mean over them, with its 95 % interval by Student's t; CPU is the same of \
                 the CPU time. A figure has changed if chance explains it with less than 5 % probability, corrected by Holm for the number \
                 of figures in the table, and if the change is larger than what two copies of the same cell differed by (noise)."
            }
        }
    }
}

/// A run in one line.
fn described(run: &Run) -> String {
    let program = [run.program.version.as_str(), run.program.revision.as_str()];
    let program: Vec<&str> = program.into_iter().filter(|part| !part.is_empty()).collect();
    let plan = if run.plan.name.is_empty() { String::new() } else { format!(", plan {}", run.plan.name) };
    let program = if program.is_empty() { String::new() } else { format!(" (regatta {})", program.join(" ")) };
    format!("{}{plan}{program}", moment(&run.started))
}

fn notices(cells: &[Compared], runs: &[(&Results, &str)]) -> Vec<String> {
    let mut notices = Vec::new();
    for (results, name) in runs {
        if !results.is_complete() {
            notices.push(format!("The {name}run did not come to its end; compared is what it got to."));
        }
        if results.run.program.profile == "debug" {
            notices.push("A debug build measured this: its times say nothing about the models.".to_owned());
        }
    }
    if let Some(cell) = cells.iter().find(|cell| cell.is_on_another_load()) {
        let side = if cell.other_load > 0.0 { "new run" } else { "base" };
        notices.push(format!(
            "Other programs kept {:.1} cores more busy in the {side} ({}{}): where the runs differ by that much, wall times are not \
             judged, and CPU time alone is.",
            cell.other_load.abs(),
            cell.group,
            if cells.iter().any(|other| other.is_on_another_load() && other.group != cell.group) { " and others" } else { "" }
        ));
    }
    let unjudged = cells.iter().filter(|cell| cell.wall.probability.is_none()).count();
    if unjudged > 0 {
        notices.push(format!(
            "{unjudged} of {} cells cannot be judged, for they ran in one process on each side, and processes of the same build differ. \
             Set `processes` to 3 or more in the plan, or compare the builds with `regatta compare --live OLD NEW`.",
            cells.len()
        ));
    }
    if cells.iter().any(|cell| cell.wall.floor.is_none() && cell.outcome != Outcome::Unjudged) {
        notices.push(
            "Some groups carry no second copy of their baseline: in them only the interval stands between noise and a claim.".to_owned(),
        );
    }
    notices.dedup();
    notices
}
