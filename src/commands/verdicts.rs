//! Looks at the verdicts while a run goes on, so that rounds go where one is undecided.

use std::collections::BTreeSet;
use std::path::Path;

use regatta_reports::record::CellId;
use regatta_reports::{Claims, Outcome, Results, Summary};

use crate::driver::{Undecided, Watch};
use crate::group::ReadyGroup;
use crate::progress::Progress;

/// Shows the progress of a run, and knows which of its verdicts are undecided.
pub(super) struct Verdicts<'a> {
    progress: Progress,
    claims: &'a Claims,
    /// Where the records are.
    folder: &'a Path,
    groups: &'a [ReadyGroup],
}

impl<'a> Verdicts<'a> {
    /// Watches a run of these groups that writes to this folder.
    pub(super) fn new(claims: &'a Claims, folder: &'a Path, groups: &'a [ReadyGroup]) -> Self {
        Self { progress: Progress::new(), claims, folder, groups }
    }
}

impl Watch for Verdicts<'_> {
    fn group(&mut self, group: &ReadyGroup) {
        self.progress.group(group);
    }

    fn cell(&mut self, cell: &CellId, round: Option<u32>, of: u32) {
        self.progress.cell(cell, round, of);
    }

    fn progress(&mut self, share: f64) {
        self.progress.progress(share);
    }

    fn undecided(&mut self) -> Vec<Undecided> {
        // Records that cannot be read now are a matter of the report, which says why.
        let Ok(results) = Results::read(self.folder) else { return Vec::new() };
        let summary = Summary::from_results(&results);
        let verdicts = self.claims.judge(&summary);
        let conditions = verdicts.iter().flat_map(|verdict| &verdict.conditions);
        // What has no effect was not measured, and no round will change that.
        let open = conditions.filter(|condition| condition.verdict == Outcome::Undecided && condition.effect.is_some());
        let open: BTreeSet<(&str, &str)> =
            open.flat_map(|condition| &condition.samples).map(|cell| (&*cell.group, &*cell.cell)).collect();
        let undecided = summary.groups.iter().filter_map(|group| {
            let rows = group.rows.iter().filter(|row| open.contains(&(&*group.slug, &*row.label)));
            let cells: BTreeSet<CellId> = rows.map(|row| row.cell.clone()).collect();
            let is_same =
                |ready: &ReadyGroup| ready.group.workload == group.workload && ready.group.params == group.params;
            let place = self.groups.iter().position(is_same)?;
            (!cells.is_empty()).then_some(Undecided { group: place, cells })
        });
        undecided.collect()
    }
}
