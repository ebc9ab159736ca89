//! Looks at the verdicts while a run goes on: to say each as soon as it is known, and so that rounds go where one is undecided.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regatta_reports::record::CellId;
use regatta_reports::{Claims, Judgement, Outcome, Results, Summary, Verdict};

use crate::driver::{Undecided, Watch};
use crate::group::ReadyGroup;
use crate::progress::Progress;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Shows the progress of a run and its verdicts.
///
/// It judges between groups only, when no cell runs, and only the claims whose last group has just been measured.
pub(super) struct Verdicts<'a> {
    progress: Progress,
    claims: &'a Claims,
    /// Where the records are.
    folder: &'a Path,
    groups: &'a [ReadyGroup],
    /// Places of the groups that have had rounds.
    measured: BTreeSet<usize>,
    /// What was said last, by claim and family.
    said: BTreeMap<(String, String), Outcome>,
    /// Whether verdicts are said while the run goes on.
    says: bool,
}

impl<'a> Verdicts<'a> {
    /// Watches a run of these groups that writes to this folder.
    ///
    /// It says verdicts as soon as they are known if `says`.
    pub(super) fn new(
        claims: &'a Claims,
        folder: &'a Path,
        groups: &'a [ReadyGroup],
        verbosity: Verbosity,
        says: bool,
    ) -> Self {
        let (measured, said) = (BTreeSet::new(), BTreeMap::new());
        let says = says && !verbosity.quiet;
        Self { progress: Progress::new(verbosity), claims, folder, groups, measured, said, says }
    }

    /// Says at the end which of the verdicts that were said are others now: noise is judged by all groups, later ones included.
    pub(super) fn conclude(mut self) {
        let ids: BTreeSet<String> = self.said.keys().map(|(id, _)| id.clone()).collect();
        self.judge(&ids);
    }

    /// Returns the ids of the claims that rest on the group at this place, and on no group that was not measured yet.
    fn ready(&self, place: usize) -> BTreeSet<String> {
        let is_ready = |places: &BTreeSet<usize>| places.contains(&place) && places.is_subset(&self.measured);
        let claims = self.claims.iter().filter(|claim| {
            let rests_on = |ready: &ReadyGroup| {
                let group = &ready.group;
                let mut scales = group.scale.values().map(|scale| &scale.params).chain([&group.params]);
                let axis = group.sweep.as_ref().map(|sweep| &*sweep.axis);
                scales.any(|params| claim.rests_on(&group.workload, params, axis))
            };
            is_ready(&(0..).zip(self.groups).filter(|(_, ready)| rests_on(ready)).map(|(place, _)| place).collect())
        });
        claims.map(|claim| claim.id.clone()).collect()
    }

    /// Says the verdicts on the claims with these ids that are decided, or are no longer what was said.
    fn judge(&mut self, ids: &BTreeSet<String>) {
        if ids.is_empty() || !self.says {
            return;
        }
        // Records that cannot be read now are a matter of the report, which says why.
        let Ok(results) = Results::read(self.folder) else { return };
        let summary = Summary::from_results(&results);
        for verdict in self.claims.judge_those(&summary, |claim| ids.contains(&claim.id)) {
            self.say(&verdict, &summary);
        }
    }

    fn say(&mut self, verdict: &Verdict, summary: &Summary) {
        let (outcome, key) = (verdict.outcome(), (verdict.id.clone(), verdict.family.clone()));
        let before = self.said.get(&key).copied();
        let is_decided = matches!(outcome, Outcome::Holds | Outcome::Fails);
        if before == Some(outcome) || (before.is_none() && !is_decided) {
            return;
        }
        self.said.insert(key, outcome);
        let screen = Screen::errors();
        let (colour, columns) = (screen.has_colours(), screen.columns());
        self.progress.say(&regatta_reports::verdict_line(verdict, before, summary, colour, columns));
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

    fn measured(&mut self, place: usize) {
        self.measured.insert(place);
        self.judge(&self.ready(place));
    }

    fn undecided(&mut self) -> Vec<Undecided> {
        // Records that cannot be read now are a matter of the report, which says why.
        let Ok(results) = Results::read(self.folder) else { return Vec::new() };
        let summary = Summary::from_results(&results);
        let verdicts = self.claims.judge(&summary);
        // What has no effect was not measured, and no round will change that.
        let is_open = |judgement: &Judgement| judgement.verdict == Outcome::Undecided && judgement.effect.is_some();
        let open: BTreeSet<String> = verdicts
            .iter()
            .flat_map(|verdict| &verdict.conditions)
            .filter(|judgement| is_open(judgement))
            .flat_map(|judgement| cells_of(judgement).map(|(group, _)| group))
            .collect();
        // With all the cells of its verdict: what is settled of one would rest on fewer rounds than the others in the end.
        let needed: BTreeSet<(String, String)> = verdicts
            .iter()
            .filter(|verdict| verdict.conditions.iter().any(is_open))
            .flat_map(|verdict| verdict.conditions.iter().flat_map(cells_of))
            .collect();
        let undecided = summary.groups.iter().filter(|group| open.contains(&group.slug)).filter_map(|group| {
            let rows = group.rows.iter().filter(|row| needed.contains(&(group.slug.clone(), row.label.clone())));
            let is_same =
                |ready: &ReadyGroup| ready.group.workload == group.workload && ready.group.params == group.params;
            let place = self.groups.iter().position(is_same)?;
            Some(Undecided { group: place, cells: rows.map(|row| row.cell.clone()).collect() })
        });
        undecided.collect()
    }
}

/// Returns the cells behind a judgement: the slugs of their groups, and their names in them.
fn cells_of(judgement: &Judgement) -> impl Iterator<Item = (String, String)> {
    judgement.samples.iter().map(|cell| (cell.group.clone(), cell.cell.clone()))
}
