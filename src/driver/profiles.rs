//! The pass in which cells are profiled: after all rounds, in the time that the budget has left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regatta_reports::record::{CellId, Profile, Record};

use super::running_group::RunningGroup;
use super::sample::params;
use super::{CellError, Run, Server, Stop};
use crate::durations;
use crate::group::ReadyGroup;
use crate::protocol::Start;

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
        let mut server = None;
        for cell in group.to_profile() {
            let ready = cell.group;
            self.driver.watch.group(ready);
            self.check_interrupt()?;
            if !self.driver.launch.can_profile(&cell.id().runner) {
                without.add("only cells that are this program can be profiled", ready, cell.id());
                continue;
            }
            if let Some(budget) = self.driver.plan.budget.filter(|_| !self.pace.fits(each)) {
                let budget = durations::format(budget);
                without.add(format!("the budget of {budget} was spent"), ready, cell.id());
                continue;
            }
            self.driver.watch.cell(cell.id(), None, 0);
            let start = Start { profile_log: Some(folder.join("log")), ..cell.start.clone() };
            match self.profile_cell(ready, start, &mut server) {
                Ok(mut profile) => {
                    profile.workload.clone_from(&ready.group.workload);
                    (profile.params, profile.group_params) = params(ready, cell.ready);
                    profile.cell = cell.id().clone();
                    self.driver.sink.write(&Record::Profile(Box::new(profile)))?;
                }
                Err(CellError::Interrupted) => return Err(Stop::Interrupted),
                Err(CellError::Failed { message, .. }) => without.add(message, ready, cell.id()),
            }
        }
        Ok(())
    }

    /// Profiles a cell, with the server of its group, which is started if there is none yet.
    fn profile_cell(
        &self,
        ready: &ReadyGroup,
        mut start: Start,
        server: &mut Option<Box<dyn Server>>,
    ) -> Result<Profile, CellError> {
        let launch = self.driver.launch;
        if let (Some(service), None) = (ready.service(), &server) {
            *server = Some(launch.server(service, 0)?);
        }
        start.server = server.as_ref().map(|server| server.address());
        let timeout = self.driver.plan.timeout;
        launch.cell(&start, timeout)?.profile(timeout)
    }
}
