//! The pass in which cells are profiled: after all rounds, in the time that the budget has left.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use regatta_reports::record::{CellId, Profile, Record};

use super::pace::Pace;
use super::{Course, Driver, Next, Server, Trouble};
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// A group whose rounds are done: the cells that can be profiled.
pub(super) struct Measured<'g> {
    ready: &'g ReadyGroup,
    cells: Vec<(CellId, Start)>,
    /// How long a cell took to start and to run once.
    each: Duration,
}

impl<'g> Measured<'g> {
    /// Of a group that took so long to start all its cells and to have a round of them.
    pub(super) fn new(course: Course<'g>, start: Duration) -> Self {
        let cells = u32::try_from(course.arms.len()).unwrap_or(u32::MAX).max(1);
        let to_profile = course.arms.into_iter().filter(|arm| !arm.retired && arm.has_samples && arm.id.arm.is_empty());
        Self { ready: course.ready, cells: to_profile.map(|arm| (arm.id, arm.start)).collect(), each: start / cells }
    }
}

/// Which cells have no profile: by the reason, the workloads and their runners.
#[derive(Default)]
struct Unprofiled(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Unprofiled {
    fn add(&mut self, reason: impl Into<String>, ready: &ReadyGroup, id: &CellId) {
        let workloads = self.0.entry(reason.into()).or_default();
        workloads.entry(ready.group.workload.clone()).or_default().insert(id.runner.clone());
    }

    fn sentences(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(reason, workloads)| {
            let of = |(workload, runners): (String, BTreeSet<String>)| {
                format!("{workload} under {}", runners.into_iter().collect::<Vec<_>>().join(", "))
            };
            format!("No timeline of {}: {reason}", workloads.into_iter().map(of).collect::<Vec<_>>().join("; "))
        })
    }
}

impl Driver<'_> {
    /// Profiles each cell that has samples, in a process of its own. Cells without a profile are named with the reason.
    pub(super) fn profiles(&mut self, groups: &[Measured<'_>], pace: &Pace<'_>) -> io::Result<(Next, Vec<String>)> {
        let folder = tempfile::tempdir()?;
        let mut without = Unprofiled::default();
        for group in groups {
            self.watch.group(group.ready);
            let mut server = None;
            for (id, start) in &group.cells {
                if self.launch.interrupted() {
                    return Ok((Next::Stop, without.sentences().collect()));
                }
                if !self.launch.can_profile(&id.runner) {
                    without.add("only cells that are this program can be profiled", group.ready, id);
                    continue;
                }
                if let Some(budget) = self.plan.budget.filter(|_| !pace.fits(group.each)) {
                    let budget = humantime::format_duration(budget);
                    without.add(format!("the budget of {budget} was spent"), group.ready, id);
                    continue;
                }
                self.watch.cell(id, None, 0);
                let start = Start { profile_log: Some(folder.path().join("log")), ..start.clone() };
                match self.profile(group.ready, start, &mut server) {
                    Ok(mut profile) => {
                        profile.workload.clone_from(&group.ready.group.workload);
                        profile.params.clone_from(&group.ready.group.params);
                        profile.cell = id.clone();
                        self.sink.write(&Record::Profile(Box::new(profile)))?;
                    }
                    Err(Trouble::Interrupted) => return Ok((Next::Stop, without.sentences().collect())),
                    Err(Trouble::Failed { message, .. }) => without.add(message, group.ready, id),
                }
            }
        }
        Ok((Next::GoOn, without.sentences().collect()))
    }

    /// Profiles a cell, with the server of its group, which is started if there is none yet.
    fn profile(
        &self,
        ready: &ReadyGroup,
        mut start: Start,
        server: &mut Option<Box<dyn Server>>,
    ) -> Result<Profile, Trouble> {
        if let (Some(service), None) = (ready.resolved.service, &server) {
            *server = Some(self.launch.server(service, 0)?);
        }
        start.server = server.as_ref().map(|server| server.address());
        self.launch.cell(&start, self.plan.timeout)?.profile(self.plan.timeout)
    }
}
