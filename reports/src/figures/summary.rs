//! What the records say, in figures: per group of the plan, per cell. Everything that is shown is derived from here.

use std::collections::HashMap;

use serde::Serialize;

use super::capacity::Ceiling;
use super::cell::Cell;
use super::counts;
use super::group::{GroupSummary, Versus, is_cpu_bound};
use super::lone::{self, Blocks, CodeDiffers};
use super::noise::Usual;
use super::pairs;
use super::possible::Possible;
use super::row::Row;
use super::sorted::SortedRecords;
use super::stuck::Stuck;
use super::sweep::{Point as SweepPoint, Sweep};
use super::task_times::TaskTimes;
use super::titles;
use super::trials::FaultTrials;
use crate::records::Results;
use crate::records::keys::{baseline_place, group_key};
use crate::records::schema::{CellId, Failure, FailureKind, Group, Machine, Run, Sample};
use crate::text;

/// A whole run in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// What was asked for, and of which machine.
    pub run: Run,
    /// Cores that the run could use: by affinity, and by quota where that is less. None if the records do not say.
    pub usable_cores: Option<f64>,
    /// What tasks that compute can make of these cores; none if the records do not say how many there were.
    #[serde(skip)]
    pub ceiling: Option<Ceiling>,
    /// What these cores can give to the tasks and workers of a cell; none if the records do not say how many there were.
    #[serde(skip)]
    pub possible: Option<Possible>,
    /// The runners in which the compiler made other code of a task, in the order of the records.
    pub code_differs: Vec<CodeDiffers>,
    /// The workloads whose tasks block the thread of an event loop.
    pub blocking: Vec<Blocks>,
    /// The groups in the order of the plan; after them, those that have records without being in the plan.
    pub groups: Vec<GroupSummary>,
    /// What was varied, each with the groups that it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<Sweep>,
    /// What models lost when one task of many came to grief, fault by fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trials: Vec<FaultTrials>,
}

impl Summary {
    /// Works out the figures of a run.
    pub fn from_results(results: &Results) -> Self {
        let run = &results.run;
        let sorted = SortedRecords::new(results);
        let usable_cores = usable_cores(&run.machine);
        let ceiling = usable_cores.map(|cores| Ceiling::new(cores, results.capacity.as_ref()));
        let mut groups: Vec<GroupSummary> = sorted
            .groups
            .iter()
            .zip(titles::titles(&sorted.groups))
            .map(|(group, title)| GroupSummary { title, ..group_summary(run, &sorted, group, ceiling.as_ref()) })
            .collect();
        let sweeps = Sweep::all_of(&sorted.groups, &groups);
        let sweeps = name(&mut groups, sweeps);
        let code_differs = lone::find(results);
        for found in &code_differs {
            let is_of = |group: &&mut GroupSummary| group.workload == found.workload && group.params == found.params;
            let rows = groups.iter_mut().filter(is_of).flat_map(|group| &mut group.rows);
            rows.filter(|row| row.cell.runner == found.runner).for_each(|row| row.code_differs = true);
        }
        for profile in &results.profiles {
            let rows = groups.iter_mut().filter(|group| group.is_of(profile)).flat_map(|group| &mut group.rows);
            for row in rows.filter(|row| row.cell == profile.cell) {
                row.task_times = row.task_times.take().or_else(|| TaskTimes::from_profile(profile));
                counts::add_those_of(profile, &mut row.counts);
            }
        }
        for deadlock in &results.deadlocks {
            let rows = groups.iter_mut().filter(|group| group.has(&deadlock.workload, deadlock.params_of_group()));
            let rows = rows.flat_map(|group| &mut group.rows).filter(|row| row.cell == deadlock.cell);
            rows.for_each(|row| row.stuck = Stuck::from_record(deadlock));
        }
        let usual = Usual::from_rows(groups.iter().flat_map(|group| &group.rows));
        for group in &mut groups {
            let noises = usual.noises(&group.rows);
            group.rows.iter_mut().zip(noises).for_each(|(row, noise)| row.noise = noise);
        }
        let possible = usable_cores.map(|usable| Possible::new(&run.machine, results.capacity.as_ref(), usable));
        Self {
            run: run.clone(),
            usable_cores,
            ceiling,
            possible,
            code_differs,
            blocking: lone::blocking(&results.lone),
            groups,
            sweeps,
            trials: FaultTrials::from_results(results),
        }
    }

    /// Returns the groups in which nothing is varied: those that stand for themselves, and are compared as they are.
    pub fn unswept(&self) -> impl Iterator<Item = &GroupSummary> {
        self.groups.iter().filter(|group| group.sweep.is_none())
    }

    /// Returns the row of a point of a sweep.
    pub fn row(&self, point: SweepPoint) -> &Row {
        &self.groups[point.group].rows[point.row]
    }

    /// Returns the cell of a point of a sweep.
    pub fn cell(&self, point: SweepPoint) -> Cell<'_> {
        Cell { group: &self.groups[point.group], row: self.row(point) }
    }
}

/// Gives groups and sweeps slugs that are distinct, the shortest ones to those that have sections of their own.
fn name(groups: &mut [GroupSummary], mut sweeps: Vec<Sweep>) -> Vec<Sweep> {
    for (place, sweep) in sweeps.iter().enumerate() {
        sweep.groups.iter().for_each(|group| groups[*group].sweep = Some(place));
    }
    let mut slugs = HashMap::new();
    let mut slug = |title: &str| text::distinct_slug(title, &mut slugs);
    let (swept, unswept): (Vec<_>, Vec<_>) = groups.iter_mut().partition(|group| group.sweep.is_some());
    unswept.into_iter().for_each(|group| group.slug = slug(&group.title));
    sweeps.iter_mut().for_each(|sweep| sweep.slug = slug(&sweep.title));
    swept.into_iter().for_each(|group| group.slug = slug(&group.title));
    sweeps
}

/// Works out the figures of a group, but for its title and slug and the noise of its rows.
fn group_summary(run: &Run, sorted: &SortedRecords, group: &Group, ceiling: Option<&Ceiling>) -> GroupSummary {
    let key = group_key(&group.workload, &group.params);
    let info = run.workloads.get(&group.workload).cloned().unwrap_or_default();
    let ceiling_of_rows = ceiling.filter(|_| is_cpu_bound(&info.kind));
    let row = |cell: &CellId| cell_row(run, sorted, group, &key, cell, ceiling_of_rows);
    let mut rows: Vec<Row> = group.cells.iter().map(row).collect();
    compare(&mut rows);
    let versus = if rows.iter().any(|row| row.ratio.is_some()) {
        Versus::Baseline
    } else if rows.iter().any(|row| row.scale.wait_ns > 0) {
        for row in &mut rows {
            let wait = row.scale.wait_ns as f64;
            row.ratio = row.wall.filter(|_| wait > 0.0).map(|wall| wall.map(|ns| ns / wait));
        }
        Versus::Wait
    } else {
        Versus::Nothing
    };
    // The driver records what the plan leaves out too; what has a record has its row.
    let mut skipped = group.skipped.clone();
    skipped.retain(|runner, _| !rows.iter().any(|row| row.cell.runner == *runner));
    GroupSummary {
        workload: group.workload.clone(),
        params: group.params.clone(),
        kind: info.kind,
        about: info.about,
        holds: info.holds,
        title: String::new(),
        slug: String::new(),
        sweep: None,
        tasks: group.tasks,
        wait_ns: group.wait_ns as f64,
        hot_ns: group.hot_ns as f64,
        scale: group.scale.clone(),
        versus,
        disturbed: sorted.disturbed(&key),
        target: run.plan.target,
        ceiling: ceiling.cloned(),
        failures: rows.iter().flat_map(|row| row.failures.iter().cloned()).collect(),
        rows,
        skipped,
    }
}

/// Works out the figures of a cell by itself.
fn cell_row(
    run: &Run,
    sorted: &SortedRecords,
    group: &Group,
    key: &str,
    cell: &CellId,
    ceiling: Option<&Ceiling>,
) -> Row {
    let runner = run.runners.get(&cell.runner).cloned().unwrap_or_default();
    let scale = group.scale_of(&runner.family);
    // A run of no tasks measures nothing, whatever time it took; records of old versions may have some.
    let has_tasks = |sample: &&Sample| scale.tasks > 0 || sample.tasks > 0;
    let all = sorted.samples(key, cell);
    let samples = if all.iter().any(has_tasks) { all } else { &[] };
    let mut row = Row::from_records(cell, samples, sorted.left_out(key, cell), sorted.failures(key, cell));
    if samples.len() < all.len() {
        row.failures.push(no_tasks(group, cell));
    }
    row.note_tasks(scale.tasks);
    row.label = titles::label(cell, &group.cells);
    let workers = if runner.parallelism == "one" { 1 } else { cell.workers };
    row.ideal_cores = ceiling.map(|ceiling| ceiling.speed_up(scale.tasks, workers));
    Row { runner, scale, ..row }
}

/// Takes the ratio of each row to its baseline, and of each copy to its original. A baseline of another scale is none.
fn compare(rows: &mut [Row]) {
    let cells: Vec<CellId> = rows.iter().map(|row| row.cell.clone()).collect();
    for at in 0..rows.len() {
        let row = &rows[at];
        let baseline = baseline_place(&row.runner.baseline, &cells).map(|place| &rows[place]);
        let baseline = baseline.filter(|baseline| baseline.scale.params == row.scale.params);
        let is_baseline = baseline.is_some_and(|baseline| baseline.cell == row.cell);
        let ratio = baseline.and_then(|baseline| pairs::ratio(baseline, row, |point| point.wall_ns));
        let name = baseline.filter(|_| ratio.is_some()).map(|baseline| baseline.cell.runner.clone());
        let is_original = |other: &&Row| other.cell == CellId { arm: String::new(), ..row.cell.clone() };
        let original = rows.iter().filter(|_| row.is_copy()).find(is_original);
        let over_original = original.and_then(|original| pairs::ratio(original, row, |point| point.wall_ns));
        rows[at] = Row { is_baseline, ratio, baseline: name, over_original, ..std::mem::take(&mut rows[at]) };
    }
}

/// Returns the cores that the run could use.
fn usable_cores(machine: &Machine) -> Option<f64> {
    let cores = if machine.usable_cores > 0 { machine.usable_cores } else { machine.logical_cores };
    let quota = machine.quota_cores.filter(|quota| quota.is_finite() && *quota > 0.0);
    (cores > 0).then(|| quota.map_or(cores as f64, |quota| quota.min(cores as f64)))
}

/// Says why a cell that was measured without any task has no figures.
fn no_tasks(group: &Group, cell: &CellId) -> Failure {
    Failure {
        workload: group.workload.clone(),
        params: group.params.clone(),
        cell: cell.clone(),
        kind: FailureKind::Unavailable,
        message: "its runs had no tasks, so there was nothing to measure; measure again with one task or more"
            .to_owned(),
        ..Failure::default()
    }
}
