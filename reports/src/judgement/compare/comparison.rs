//! Two builds side by side: how they were measured, what else differs, and what became of each cell.

use serde::Serialize;

use super::cells::{self, Matched};
use super::change::POWER;
use super::compared::{Compared, Conclusion};
use super::counted::Counted;
use super::difference::Difference;
use super::lost::{Loss, Lost};
use super::side::Side;
use crate::records::Results;
use crate::records::schema::arms;
use crate::text::units;

/// The smallest change that matters, a share, unless the user says otherwise.
pub const THRESHOLD: f64 = 0.05;

/// Two builds side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How they were measured.
    pub kind: Kind,
    /// What is compared with.
    pub base: Side,
    /// What is compared.
    pub new: Side,
    /// What else differs between the two; some of it keeps the comparison from meaning anything.
    pub differences: Vec<Difference>,
    /// What a reader must know besides, in whole sentences.
    pub notices: Vec<String>,
    /// The cells that both have, in the order of the plan.
    pub cells: Vec<Compared>,
    /// The cells that fail in the new build, or are gone from it.
    pub lost: Vec<Lost>,
    /// The other cells that cannot be compared, with the reason.
    pub unmatched: Vec<String>,
    /// The smallest change that matters, a share.
    pub threshold: f64,
    /// How much longer the reference burn took in the new run; none if a run has none.
    pub drift: Option<f64>,
    /// The counts of these cells, as far as both have any: none in older records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
}

/// How two builds were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// In runs of their own, one after the other.
    Separate,
    /// In the same rounds.
    Live,
}

/// What became of how many cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Cells that take longer, or more CPU time.
    pub slower: usize,
    /// The slower ones whose change is certainly smaller than what matters.
    pub slightly_slower: usize,
    /// Cells that take less long, or less CPU time.
    pub faster: usize,
    /// Cells without a difference that matters.
    pub same: usize,
    /// Cells that neither differ for certain nor are the same for certain.
    pub undecided: usize,
    /// Cells of which nothing can be said.
    pub unjudged: usize,
    /// Cells that fail in the new build.
    pub failed: usize,
    /// Cells that the new build has no more.
    pub gone: usize,
}

impl Counts {
    /// Returns the number of cells that are worse in the new build, and by so much that it may matter.
    pub fn regressions(&self) -> usize {
        self.slower - self.slightly_slower + self.failed + self.gone
    }

    /// Returns the number of cells that may be worse, for all that could be seen.
    pub fn open(&self) -> usize {
        self.undecided + self.unjudged
    }
}

impl Comparison {
    /// Compares two runs.
    pub fn of_runs(base: &Results, new: &Results) -> Self {
        let mut differences = Difference::between(&base.run, &new.run);
        let mut matched = cells::of_runs(base, new);
        differences.append(&mut matched.differences);
        let notices = notices(&matched, &[(base, "base "), (new, "new ")]);
        Self::new(Kind::Separate, [Side::of_run(base), Side::of_run(new)], differences, notices, matched)
    }

    /// Compares the two builds of one run; none if it did not carry two.
    pub fn of_live(results: &Results) -> Option<Self> {
        let build = |arm| Some(Side::of_build(results.run.builds.get(arm)?, results));
        let builds = [build(arms::OLD)?, build(arms::NEW)?];
        let matched = cells::of_live(results);
        let notices = notices(&matched, &[(results, "")]);
        Some(Self::new(Kind::Live, builds, Vec::new(), notices, matched))
    }

    fn new(
        kind: Kind,
        [base, new]: [Side; 2],
        differences: Vec<Difference>,
        notices: Vec<String>,
        matched: Matched,
    ) -> Self {
        let Matched { compared: cells, counted, lost, unmatched, drift, .. } = matched;
        Self { kind, base, new, differences, notices, cells, lost, unmatched, drift, counted, threshold: 0.0 }
            .within(THRESHOLD)
    }

    /// Returns the same if changes of less than `threshold`, a share, do not matter.
    #[must_use]
    pub fn within(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        for cell in &mut self.cells {
            cell.conclusion = cell.judged(threshold);
            cell.is_slight = cell.is_slightly_worse(threshold);
        }
        self
    }

    /// Returns whether the two are too different for their ratio to mean anything.
    pub fn is_refused(&self) -> bool {
        self.is_empty() || self.differences.iter().any(|difference| difference.refuses)
    }

    /// Returns whether the two have no cell in common, not even one that failed.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.lost.iter().all(|lost| lost.how == Loss::Gone)
    }

    /// Returns what became of how many cells.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for cell in &self.cells {
            *match cell.conclusion {
                conclusion if conclusion.is_regression() => &mut counts.slower,
                conclusion if conclusion.is_improvement() => &mut counts.faster,
                Conclusion::Undecided { .. } => &mut counts.undecided,
                Conclusion::Unjudged => &mut counts.unjudged,
                _ => &mut counts.same,
            } += 1;
            counts.slightly_slower += usize::from(cell.is_slight);
        }
        counts.gone = self.lost.iter().filter(|lost| lost.how == Loss::Gone).count();
        counts.failed = self.lost.len() - counts.gone;
        counts
    }

    /// Returns the result in one sentence.
    pub fn headline(&self) -> String {
        let Counts { slower, slightly_slower, faster, same, undecided, unjudged, failed, gone } = self.counts();
        let total = self.cells.len() + self.lost.len();
        let plural = if total == 1 { "cell" } else { "cells" };
        let threshold = units::share(self.threshold);
        let rest = [(undecided, "undecided"), (unjudged, "not judged"), (failed, "failed"), (gone, "gone")];
        let rest = rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
        let slightly = match slightly_slower {
            0 => String::new(),
            all if all == slower => format!(" by less than {threshold}"),
            some => format!(" ({some} of them by less than {threshold})"),
        };
        format!(
            "Of {total} {plural} {slower} slower{slightly}, {faster} faster, {same} without a difference of {threshold}{}.",
            rest.collect::<String>()
        )
    }

    /// Returns how it was done, in whole sentences.
    pub fn method(&self) -> String {
        let how = match self.kind {
            Kind::Separate => {
                "Time is the change of the wall time from the base to the new run, from the medians of the processes of each, with its 95 % \
                 interval by Student's t between processes; CPU is the same of the CPU time. CPU-bound cells are taken relative to the \
                 reference burn of the same round; the raw change stands beside. A figure has changed if chance explains neither the relative \
                 nor the raw change with 5 % probability or more, corrected by Holm for the number of figures in the table, and if both are \
                 larger than noise: what copies of the same cell differed by in either run, 0.5 % at least. Where other programs kept \
                 more than half of the cores busy, or by a quarter of a core more in one run, wall times are not judged; below that, what the load \
                 explains counts as noise."
            }
            Kind::Live => {
                "Both builds ran in the same rounds. Time is the change of the wall time from the old build to the new one in the same round: \
                 the median within each pair of processes, the mean over them, with its 95 % interval by Student's t; CPU is the same of \
                 the CPU time. A figure has changed if chance explains it with less than 5 % probability, corrected by Holm for the number \
                 of figures in the table, and if the change is larger than what copies of the same cell differed by (noise)."
            }
        };
        let (threshold, power) = (units::share(self.threshold), units::share(POWER));
        format!(
            "{how} There is no difference where the interval, widened by noise, is within ±{threshold}. All else is undecided; the change beside it \
             is the one that would have been found with {power} probability."
        )
    }
}

fn notices(matched: &Matched, runs: &[(&Results, &str)]) -> Vec<String> {
    let cells = &matched.compared;
    let mut notices = Vec::new();
    for (results, name) in runs {
        if !results.is_complete() {
            notices.push(format!("The {name}run did not come to its end; compared is what it got to."));
        }
        if results.run.program.profile == "debug" {
            notices.push("A debug build measured this: its times say nothing about the models.".to_owned());
        }
    }
    if let Some(cell) = cells.iter().find(|cell| !cell.is_wall_judged) {
        let load = cell.load;
        let others = if cells.iter().any(|other| !other.is_wall_judged && other.group != cell.group) {
            " and others"
        } else {
            ""
        };
        notices.push(format!(
            "Other programs kept up to {:.1} cores busy, {:.1} cores {} in the new run ({}{others}): wall times are not judged there, and CPU \
             time alone is.",
            load.most,
            load.shift.abs(),
            if load.shift < 0.0 { "less" } else { "more" },
            cell.group,
        ));
    }
    let unjudged = cells.iter().filter(|cell| cell.wall.probability.is_none()).count();
    if unjudged > 0 {
        notices.push(format!(
            "{unjudged} of {} cells cannot be judged, for they ran in one process on a side, and processes of the same build differ. \
             Set `processes` to 3 or more in the plan, or compare the builds with `regatta compare --live OLD NEW`.",
            cells.len()
        ));
    }
    if matched.has_unfit_burn {
        notices.push(
            "The reference burns of the two are not the same machine code, so a change of the build and one of the machine cannot be told \
             apart: the figures are raw, and no more than that."
                .to_owned(),
        );
    }
    if matched.lacks_copies {
        notices.push(
            "Some groups carry no second copy of their baseline: in them only the interval stands between noise and a claim.".to_owned(),
        );
    }
    notices.dedup();
    notices
}
