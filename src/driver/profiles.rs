//! The pass in which cells are profiled, and their events counted: after all rounds, in the time that the budget has left.
//!
//! Each takes a process of its own. Counting costs time in each switch and each new thread, which would show in the profile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use regatta_reports::record::{CellId, FailureKind, Profile, Record, Sample};

use super::pace::COUNTING_RUNS;
use super::running_group::RunningGroup;
use super::sample::params;
use super::{CellError, Run, Server, Stop};
use crate::durations;
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// What a remark calls a profile.
const TIMELINE: &str = "timeline";
/// What a remark calls events.
const COUNTS: &str = "counts";
/// A cell whose run takes longer counts in its first one, and in no other.
const LONG: Duration = Duration::from_millis(100);
/// The figures that are counted, as a sample's sources name them.
const FIGURES: [&str; 5] = ["switches", "faults", "migrations", "wakeups", "calls"];

/// Which cells have no profile or no counts: by what they lack and the reason, the workloads and their runners.
#[derive(Default)]
struct Unprofiled(BTreeMap<(&'static str, String), BTreeMap<String, BTreeSet<String>>>);

impl Unprofiled {
    fn add(&mut self, lacks: &'static str, reason: impl Into<String>, ready: &ReadyGroup, id: &CellId) {
        let workloads = self.0.entry((lacks, reason.into())).or_default();
        workloads.entry(ready.group.workload.clone()).or_default().insert(id.runner.clone());
    }

    fn sentences(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|((lacks, reason), workloads)| {
            let of = |(workload, runners): (String, BTreeSet<String>)| {
                format!("{workload} under {}", runners.into_iter().collect::<Vec<_>>().join(", "))
            };
            format!("No {lacks} of {}: {reason}", workloads.into_iter().map(of).collect::<Vec<_>>().join("; "))
        })
    }
}

impl Run<'_> {
    /// Profiles each cell that has samples, in a process of its own. Remarks name the cells without a profile, with the reason.
    pub(super) fn profile(&mut self, groups: Vec<RunningGroup<'_>>) -> Result<(), Stop> {
        let folder = tempfile::tempdir()?;
        let mut without = Unprofiled::default();
        let outcome = groups.iter().try_for_each(|group| self.profile_group(group, folder.path(), &mut without));
        self.totals.remarks.extend(without.sentences());
        outcome
    }

    fn profile_group(&mut self, group: &RunningGroup<'_>, folder: &Path, without: &mut Unprofiled) -> Result<(), Stop> {
        let each = group.costs.each(group.cells.len());
        let counting = self.pace.counting(group.costs, group.cells.len());
        let mut server = None;
        for cell in group.to_profile() {
            let ready = cell.group;
            self.driver.watch.group(ready);
            self.check_interrupt()?;
            if !self.driver.launch.can_profile(&cell.id().runner) {
                without.add(TIMELINE, "only cells that are this program can be profiled", ready, cell.id());
                continue;
            }
            if let Some(reason) = self.has_spent(each) {
                without.add(TIMELINE, reason, ready, cell.id());
                continue;
            }
            self.driver.watch.cell(cell.id(), None, 0);
            let start = Start { profile_log: Some(folder.join("log")), ..cell.start.clone() };
            match self.profile_cell(ready, start, &mut server) {
                Ok(mut profile) => {
                    let start = Start { count: true, ..cell.start.clone() };
                    // Where no time is given to counting, there is none.
                    let counted = if counting.is_zero() {
                        Ok(Vec::new())
                    } else {
                        self.count_cell(ready, start, &mut server, counting)
                    };
                    match counted {
                        Ok(samples) => {
                            profile.counts = samples.iter().map(|sample| sample.counts).collect();
                            profile.counts_source = samples.first().map(counted_by).unwrap_or_default();
                        }
                        Err(CellError::Interrupted) => return Err(Stop::Interrupted),
                        Err(CellError::Failed { message, .. }) => without.add(COUNTS, message, ready, cell.id()),
                    }
                    profile.workload.clone_from(&ready.group.workload);
                    (profile.params, profile.group_params) = params(ready, cell.ready);
                    profile.cell = cell.id().clone();
                    self.driver.sink.write(&Record::Profile(Box::new(profile)))?;
                }
                Err(CellError::Interrupted) => return Err(Stop::Interrupted),
                Err(CellError::Failed { message, .. }) => without.add(TIMELINE, message, ready, cell.id()),
            }
        }
        Ok(())
    }

    /// Profiles a cell, with the server of its group.
    fn profile_cell(
        &self,
        ready: &ReadyGroup,
        mut start: Start,
        server: &mut Option<Box<dyn Server>>,
    ) -> Result<Profile, CellError> {
        self.attach(ready, &mut start, server)?;
        let timeout = self.driver.plan.timeout;
        self.driver.launch.cell(&start, timeout)?.profile(timeout)
    }

    /// Has a cell run a few times while it counts events, after a run that brings its pages in, if the budget has room for what it is
    /// expected to take.
    fn count_cell(
        &self,
        ready: &ReadyGroup,
        mut start: Start,
        server: &mut Option<Box<dyn Server>>,
        expected: Duration,
    ) -> Result<Vec<Sample>, CellError> {
        if let Some(reason) = self.has_spent(expected) {
            return Err(CellError::failed(FailureKind::Unavailable, reason));
        }
        let timeout = self.driver.plan.timeout;
        self.attach(ready, &mut start, server)?;
        let mut cell = self.driver.launch.cell(&start, timeout)?;
        let first = cell.run(timeout)?;
        let each = Duration::from_nanos(first.wall_ns);
        let mut samples = Vec::new();
        while each < LONG && samples.len() < COUNTING_RUNS as usize && self.pace.fits(each) {
            samples.push(cell.run(timeout)?);
        }
        Ok(if samples.is_empty() { vec![first] } else { samples })
    }

    /// Says that the budget has no room for a process that takes so long; none if it has.
    fn has_spent(&self, each: Duration) -> Option<String> {
        let budget = self.driver.plan.budget.filter(|_| !self.pace.fits(each))?;
        Some(format!("the budget of {} was spent", durations::format(budget)))
    }

    /// Tells a cell where the server of its group listens, which is started if there is none yet.
    fn attach(
        &self,
        ready: &ReadyGroup,
        start: &mut Start,
        server: &mut Option<Box<dyn Server>>,
    ) -> Result<(), CellError> {
        if let (Some(service), None) = (ready.service(), &server) {
            *server = Some(self.driver.launch.server(service, 0)?);
        }
        start.server = server.as_ref().map(|server| server.address());
        Ok(())
    }
}

/// Returns the sources of a sample's counts.
fn counted_by(sample: &Sample) -> BTreeMap<String, String> {
    let mut sources = sample.source.clone();
    sources.retain(|figure, _| FIGURES.contains(&figure.as_str()));
    sources
}
