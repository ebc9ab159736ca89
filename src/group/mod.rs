//! A group that is ready to be carried out: parameters filled in, tasks counted, the right answer known, a cell for each runner.
//!
//! - `work`: what a cell carries out.
//! - `scales`: how much each family does.
//! - `cells`: the cells of a group.

mod cells;
mod scales;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regatta_reports::record::{AxisOf, Group, arms};
use regatta_runners::Family;
use regatta_workloads::Service;

pub use self::cells::{Precise, ReadyCell};
use self::scales::Scales;
pub use self::work::Work;
use crate::catalogue::{Catalogue, Resolved, RunnerCard, check_runners, selects};
use crate::durations;
use crate::plan::{OwnQuota, Plan, PlanError, PlannedGroup, Quota, Workers, sweep};

/// About what it takes to start a cell, at least.
const START: Duration = Duration::from_millis(3);

/// A group that is ready to be carried out.
#[derive(Debug, Clone)]
pub struct ReadyGroup {
    /// As it stands in the records.
    pub group: Group,
    /// The cells, in the order of the record.
    pub cells: Vec<ReadyCell>,
    /// The workload with a single task, as large as for one worker, if a parameter sets the number of its tasks.
    pub alone: Option<Resolved>,
    /// What it says of its rounds and processes, where that is not the plan's.
    pub(crate) own_quota: OwnQuota,
    /// Whether its tasks are watched instead of timed.
    pub watch: bool,
}

impl ReadyGroup {
    /// Returns whether it shares its rounds with another group: both are points of a sweep.
    pub(crate) fn shares_rounds_with(&self, other: &Self) -> bool {
        self.group.sweep.is_some() && self.group.sweep == other.group.sweep
    }

    /// Returns how many points it has: 1, or as many as its cells have of what is varied.
    pub(crate) fn points(&self) -> usize {
        let Some(sweep) = &self.group.sweep else { return 1 };
        let value = |cell: &ReadyCell| match sweep.of {
            AxisOf::Workers => cell.id.workers.to_string(),
            AxisOf::Parameter => String::new(),
            AxisOf::Option => cell.id.options.clone(),
        };
        self.cells.iter().map(value).collect::<BTreeSet<_>>().len().max(1)
    }

    /// Makes the record name the cells that there are.
    pub(crate) fn write_down_cells(&mut self) {
        self.group.cells = self.cells.iter().map(|cell| cell.id.clone()).collect();
    }

    /// Returns its title, or else the workload with the number of its tasks.
    pub(crate) fn name(&self) -> String {
        let Group { workload, title, tasks, .. } = &self.group;
        match &self.group.sweep {
            Some(sweep) => sweep.title.clone(),
            None if title.is_empty() => format!("{workload} ({tasks} tasks)"),
            None => title.clone(),
        }
    }

    /// Returns the server that its tasks talk to, one for all cells.
    pub(crate) fn service(&self) -> Option<Service> {
        self.cells.iter().find_map(|cell| cell.work.resolved.service)
    }

    /// Returns the reference burn, if a cell carries it out.
    pub(crate) fn reference(&self) -> Option<&Work> {
        self.cells.iter().find(|cell| cell.id.arm == arms::REFERENCE).map(|cell| &cell.work)
    }
}

impl Plan {
    /// Resolves every group: parameters, tasks, the right answer, cells.
    ///
    /// # Errors
    /// If a name is unknown, a parameter does not fit, a number of workers is 0, or no cell is left.
    pub(crate) fn ready(&self, catalogue: &dyn Catalogue, cores: u64) -> Result<Vec<ReadyGroup>, PlanError> {
        let mut ready = Vec::new();
        for group in &self.groups {
            let points = sweep::points(group, catalogue, cores)?;
            let points: Vec<_> =
                points.iter().map(|point| self.ready_group(point, catalogue, cores)).collect::<Result<_, _>>()?;
            check_service(&points)?;
            ready.extend(points);
        }
        let ready: Vec<_> = ready
            .into_iter()
            .filter(|ready| !ready.group.cells.is_empty() || !ready.group.skipped.is_empty())
            .collect();
        self.check_hot()?;
        check_distinct(&ready)?;
        if self.trials.is_none() && ready.iter().all(|group| group.group.cells.is_empty()) {
            return Err(PlanError::Impossible(
                "nothing is left to run: the workloads and runners asked for leave no cell".to_owned(),
            ));
        }
        Ok(ready)
    }

    /// Resolves one group.
    ///
    /// # Errors
    /// As [`Plan::ready`], but a group without a cell is none.
    pub(crate) fn ready_group(
        &self,
        planned: &PlannedGroup,
        catalogue: &dyn Catalogue,
        cores: u64,
    ) -> Result<ReadyGroup, PlanError> {
        let runners = catalogue.runners();
        let named = planned.runners.iter().chain(planned.skip.keys());
        let named = named.chain(planned.variants.iter().map(|variant| &variant.runner));
        check_runners(named, &runners).map_err(PlanError::Impossible)?;
        cells::check_variants(planned, &runners)?;
        let counts = if planned.workers.is_empty() { &self.workers } else { &planned.workers };
        let counts: Vec<u64> = counts
            .iter()
            .map(|count| match count {
                Workers::Number(number) => *number,
                Workers::Cores => cores,
            })
            .collect();
        if counts.contains(&0) {
            return Err(PlanError::Impossible(
                "0 workers can do no work: the number of workers must be at least 1".to_owned(),
            ));
        }
        let scales = Scales::resolve(planned, self.hot, catalogue, sized_for(planned, &counts, cores))?;
        let mut skipped = BTreeMap::new();
        let mut chosen: Vec<&RunnerCard> = Vec::new();
        // Server models serve, and all others carry out tasks: neither can do the other's work.
        let is_served = scales.of_group.resolved.serving.is_some();
        let fitting = runners.iter().filter(|card| card.is_server == is_served);
        for card in fitting.filter(|card| selects(&planned.runners, card)) {
            match planned.skip.get(&card.name) {
                Some(reason) => drop(skipped.insert(card.name.clone(), reason.clone())),
                None if !card.can_do(&planned.workload) => {
                    let reason = format!("its cells do not say that they can do `{}`", planned.workload);
                    skipped.insert(card.name.clone(), reason);
                }
                None => chosen.push(card),
            }
        }
        let mut cells = cells::cells(planned, &scales, &chosen, &counts, cores);
        let has_copies = self.noise_arm && planned.noise_arm != Some(false) && !planned.watch;
        let copied = if has_copies { cells::copied(&cells, &runners) } else { Vec::new() };
        for place in copied {
            let mut copy = cells[place].clone();
            arms::AA.clone_into(&mut copy.id.arm);
            cells.push(copy);
        }
        cells::compare(&mut cells, &runners)?;
        if self.reference && planned.reference != Some(false) && !planned.watch && !cells.is_empty() {
            cells.extend(Work::reference(catalogue).map(ReadyCell::of_reference));
        }
        let alone = work::alone(planned, Family::Native.name(), catalogue);
        let mut ready = ReadyGroup {
            group: record(planned, &scales, &chosen, skipped),
            cells,
            alone,
            own_quota: planned.own_quota(),
            watch: planned.watch,
        };
        ready.write_down_cells();
        Ok(ready)
    }

    /// Refuses a time of uncounted runs in which a cell would be taken for one that hangs.
    fn check_hot(&self) -> Result<(), PlanError> {
        let of_scales = self.groups.iter().flat_map(|group| group.scale.values()).filter_map(|scale| scale.hot);
        let all = self.groups.iter().filter_map(|group| group.hot).chain(of_scales).chain([self.hot]);
        let longest = all.max().unwrap_or_default();
        if longest <= self.timeout {
            return Ok(());
        }
        let (longest, timeout) = (durations::format(longest), durations::format(self.timeout));
        Err(PlanError::Impossible(format!(
            "`hot` of {longest} is longer than a cell may take to answer ({timeout}): some 30ms are enough to wake workers up"
        )))
    }
}

/// Returns a group as it stands in the records, but for its cells.
fn record(
    planned: &PlannedGroup,
    scales: &Scales<'_>,
    runners: &[&RunnerCard],
    skipped: BTreeMap<String, String>,
) -> Group {
    let of_group = scales.of_group.scale();
    let families = runners.iter().map(|card| (card.family.clone(), scales.of_family(&card.family).scale()));
    let scale = families.filter(|(_, scale)| *scale != of_group).collect();
    Group {
        workload: planned.workload.clone(),
        title: planned.title.trim().to_owned(),
        params: of_group.params,
        tasks: of_group.tasks,
        wait_ns: of_group.wait_ns,
        hot_ns: of_group.hot_ns,
        scale,
        sweep: planned.point.clone(),
        pieces_per_ms: BTreeMap::new(),
        cells: Vec::new(),
        skipped,
    }
}

/// Returns the workers for which the work of a group is made: the most that a cell has. Along an axis of workers it stays the same, and those
/// beyond the cores add no work.
fn sized_for(planned: &PlannedGroup, counts: &[u64], cores: u64) -> u64 {
    let most = counts.iter().copied().max().unwrap_or(cores);
    let is_axis = planned.point.as_ref().is_some_and(|sweep| sweep.of == AxisOf::Workers);
    if is_axis && counts.len() > 1 { most.min(cores) } else { most }
}

/// Returns the title under which reports show a group: that of its sweep, or its own.
fn shown(group: &Group) -> &str {
    group.sweep.as_ref().map_or(&group.title, |sweep| &sweep.title)
}

/// Refuses points of a sweep that need different servers: they share their rounds, and a server.
fn check_service(points: &[ReadyGroup]) -> Result<(), PlanError> {
    match points.iter().find(|point| point.service() != points[0].service()) {
        None => Ok(()),
        Some(ReadyGroup { group, .. }) => Err(PlanError::Impossible(format!(
            "sweep of `{}`: the server differs from point to point, and there is one for all; measure these points one by one",
            group.workload
        ))),
    }
}

/// Refuses groups whose records, or whose sections in a report, could not be told apart.
fn check_distinct(ready: &[ReadyGroup]) -> Result<(), PlanError> {
    let impossible = |why: String| Err(PlanError::Impossible(why));
    for (place, ReadyGroup { group, .. }) in ready.iter().enumerate() {
        let before = || ready[..place].iter().map(|other| &other.group);
        let title = shown(group);
        let is_of_same_sweep = |other: &&Group| other.sweep.is_some() && other.sweep == group.sweep;
        if !title.is_empty() && before().any(|other| shown(other) == title && !is_of_same_sweep(&other)) {
            return impossible(format!("two groups have the title `{title}`: give each one of its own"));
        }
        let is_same_work = |other: &&Group| other.workload == group.workload && other.params == group.params;
        let Some(other) = before().find(is_same_work) else { continue };
        let what = match () {
            () if other.hot_ns != group.hot_ns => "`hot`",
            () if other.scale != group.scale => "`scale`",
            () if other.sweep != group.sweep => "sweeps",
            () => continue,
        };
        return impossible(format!(
            "two groups of `{}` have the same parameters and different {what}: their records could not be told apart",
            group.workload
        ));
    }
    Ok(())
}

impl Plan {
    /// Returns a time that the least rounds of the groups take at any rate: starts, waits and warming up. What computing takes is not
    /// known before it is measured.
    pub(crate) fn least_time(&self, groups: &[ReadyGroup]) -> Duration {
        let of_group = |group: &ReadyGroup| {
            let cells = group.cells.iter().filter(|cell| cell.id.arm != arms::REFERENCE);
            let quota = self.quota(group.own_quota);
            cells.map(|cell| least_time(cell, quota)).sum::<Duration>()
        };
        groups.iter().map(of_group).sum()
    }
}

/// Returns a time that the least rounds of a cell take at any rate.
fn least_time(ReadyCell { work, .. }: &ReadyCell, Quota { least, processes }: Quota) -> Duration {
    // No cell waits for less than its longest wait, nor is hot in less time than it should be.
    let wait = work.resolved.wait;
    let rounds = (wait + work.hot).saturating_mul(least) + wait.saturating_mul(processes);
    rounds + START.saturating_mul(processes)
}
