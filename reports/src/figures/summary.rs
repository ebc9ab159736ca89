//! What the records say, in figures: per group of the plan, per cell. Everything that is shown is derived from here.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::noise::Usual;
use super::row::Row;
use crate::drawing::palette::Colours;
use crate::figures::capacity::Ceiling;
use crate::figures::lone;
use crate::figures::rounds::{Dirty, DirtyRounds};
use crate::judgement::notices::{self, Notice};
use crate::records::keys::{GroupKeys, baseline_cell, group_key};
use crate::records::results::Results;
use crate::records::schema::{CellId, Failure, FailureKind, Group, Machine, Parameters, Profile, Sample, arms};
use crate::text;
use crate::text::units;
use crate::views::findings;

/// A whole run in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What a reader must know before believing any figure, the gravest first.
    pub notices: Vec<Notice>,
    /// Cores that the run could use: by affinity, and by quota where that is less. None if the records do not say.
    pub usable_cores: Option<f64>,
    /// What tasks that compute can make of these cores; none if the records do not say how many there were.
    pub ceiling: Option<Ceiling>,
    /// The groups in the order of the plan; after them, those that have records without being in the plan.
    pub groups: Vec<GroupSummary>,
}

/// One workload with its parameters, in figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupSummary {
    /// Workload name.
    pub workload: String,
    /// All its parameters.
    pub params: Parameters,
    /// `cpu`, `io` or `mixed`; empty if the records do not say.
    pub kind: String,
    /// One sentence about the workload; empty if the records do not say.
    pub about: String,
    /// The workload's name, with the parameters that tell its groups apart if it has several.
    pub title: String,
    /// The title as part of file names and links; distinct among the groups of a run.
    pub slug: String,
    /// What is seen, in one sentence.
    pub finding: String,
    /// Number of tasks in a run.
    pub tasks: u64,
    /// The longest wait of one task, nanoseconds; 0 for work that never waits.
    pub wait_ns: f64,
    /// Time for which a cell ran, uncounted, right before each counted run, nanoseconds.
    pub hot_ns: f64,
    /// What the ratios of the rows compare.
    pub versus: Versus,
    /// What tasks that compute can make of the cores of this machine; none if the records do not say how many there were.
    pub ceiling: Option<Ceiling>,
    /// Rounds in which the machine was disturbed.
    pub dirty: Dirty,
    /// Half the width of intervals, as a share, at which the group was to need no more rounds.
    pub target: Option<f64>,
    /// One row a cell, in the order of the plan. A cell without samples has its row too.
    pub rows: Vec<Row>,
    /// The failures of all cells.
    pub failures: Vec<Failure>,
    /// Runners that the plan leaves out, with the reason.
    pub skipped: BTreeMap<String, String>,
}

/// What the ratios of a group compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Versus {
    /// Speed against the runner that is the baseline of the row's family: above 1 is faster.
    Baseline,
    /// Wall time against the longest wait of one task: 1 is the least possible.
    Wait,
    /// There is nothing to compare with.
    #[default]
    Nothing,
}

impl Summary {
    /// Works out the figures of a run.
    pub fn of(results: &Results) -> Self {
        let run = &results.run;
        let sorted = Sorted::new(results);
        let titles = titles(&sorted.groups);
        let colours = Colours::of(&sorted.groups, &run.runners);
        let usable_cores = usable_cores(&run.machine);
        let ceiling = usable_cores.map(|cores| Ceiling::new(cores, results.capacity.as_ref()));
        let mut slugs = HashMap::new();
        let mut groups: Vec<GroupSummary> = sorted
            .groups
            .iter()
            .zip(titles)
            .map(|(group, title)| {
                let slug = text::distinct_slug(&title, &mut slugs);
                sorted.summarise(group, title, slug, &colours, ceiling.as_ref())
            })
            .collect();
        for found in lone::differing(results) {
            let is_of =
                |group: &&mut GroupSummary| group.workload == found.lone.workload && group.params == found.lone.params;
            let rows = groups.iter_mut().filter(is_of).flat_map(|group| &mut group.rows);
            rows.filter(|row| row.cell.runner == found.lone.runner).for_each(|row| row.code_differs = true);
        }
        let usual = Usual::of(groups.iter().flat_map(|group| &group.rows));
        for group in &mut groups {
            let noises = usual.of_rows(&group.rows, &run.runners);
            group.rows.iter_mut().zip(noises).for_each(|(row, noise)| row.noise = noise);
            group.finding =
                findings::ratio(group).or_else(|| findings::latency(group)).unwrap_or_else(|| findings::samples(group));
        }
        Self { notices: notices::of(results, &groups, usable_cores), usable_cores, ceiling, groups }
    }
}

impl GroupSummary {
    /// Whether the work keeps a core busy all the time, so that cores bound it.
    pub fn is_cpu_bound(&self) -> bool {
        self.kind == "cpu"
    }

    /// The rows that have samples.
    pub fn measured(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.wall.is_some())
    }

    /// Returns the factor below which a difference of `row` from another cell is noise; none if the group has no copies.
    pub fn noise_of(&self, row: &Row) -> Option<f64> {
        row.noise
    }

    /// The rows but for A/A copies, which are there to show the noise: what charts draw.
    pub fn contenders(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.is_copy())
    }

    /// Whether a profile is of one of its cells.
    pub fn is_of(&self, profile: &Profile) -> bool {
        profile.workload == self.workload && profile.params == self.params
    }

    /// The row that the ratio of a row is taken against.
    pub fn baseline_of(&self, row: &Row) -> Option<&Row> {
        let name = row.baseline.as_ref()?;
        self.rows.iter().find(|other| other.is_baseline && other.cell.runner == *name)
    }

    /// How well its widest figure is known, beside what the run aimed at; none if it aimed at nothing.
    pub fn precision(&self) -> Option<String> {
        let target = self.target?;
        let is_shown = |row: &&Row| self.versus != Versus::Baseline || !row.is_baseline;
        let widths = self.measured().filter(is_shown).filter_map(|row| {
            let estimate = row.ratio.or(row.wall).filter(|estimate| estimate.low > 0.0)?;
            Some(if estimate.is_interval() {
                ((estimate.high / estimate.low).ln() / 2.0).exp() - 1.0
            } else {
                f64::INFINITY
            })
        });
        let widest = widths.reduce(f64::max)?;
        let target = units::without_zeros(&units::number(target * 100.0));
        Some(if widest.is_finite() {
            let widest = units::number(widest * 100.0);
            format!("The widest interval is ±{widest} %, and the run went on for ±{target} % or until its time was up")
        } else {
            format!(
                "There were too few rounds for some intervals; the run went on for ±{target} % or until its time was up"
            )
        })
    }

    /// What is to be known of how it was measured, sentence by sentence.
    pub fn remarks(&self) -> Vec<String> {
        let hot = (self.hot_ns > 0.0).then(|| {
            let time = units::duration(self.hot_ns);
            format!("Right before each counted run its cell ran for at least {time} uncounted, so that its workers were awake")
        });
        let is_of_one = self.measured().next().is_some() && self.measured().all(|row| row.processes == 1);
        let of_one = is_of_one.then(|| {
            "Each cell ran in one process, so intervals are of that process: another one may be off by more".to_owned()
        });
        [hot, self.noise_sentence(), self.precision(), of_one, self.dirty.sentence()].into_iter().flatten().collect()
    }

    /// What identical cells differ by; none without copies.
    fn noise_sentence(&self) -> Option<String> {
        let copies = self.rows.iter().filter(|row| row.is_copy()).count();
        let noises = || self.contenders().filter_map(|row| row.noise);
        let (least, most) = (noises().reduce(f64::min)?, noises().reduce(f64::max)?);
        let share = |noise: f64| units::number((noise - 1.0) * 100.0);
        let range =
            if share(least) == share(most) { share(most) } else { format!("{} to {}", share(least), share(most)) };
        let seen = if copies == 1 { "a copy of a cell".to_owned() } else { format!("{copies} copies of cells") };
        Some(format!("Noise beyond the intervals: {range} %, as {seen} and the rest of the run show"))
    }

    /// Names of the runners that ratios are taken against.
    pub fn baselines(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rows.iter().filter_map(|row| row.baseline.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The parameters, `name value` each.
    pub fn parameters(&self) -> Vec<String> {
        self.params.iter().map(|(name, value)| format!("{name} {}", parameter(value))).collect()
    }
}

/// The records by group and cell.
struct Sorted<'a> {
    results: &'a Results,
    /// The plan's groups, completed by what has records without being in the plan.
    groups: Vec<Group>,
    samples: PerCell<'a, Sample>,
    /// The samples of rounds that the figures do without.
    left_out: PerCell<'a, Sample>,
    dirty: DirtyRounds,
    failures: PerCell<'a, Failure>,
}

/// Records by group and cell.
type PerCell<'a, T> = HashMap<String, HashMap<&'a CellId, Vec<&'a T>>>;

/// The records of a cell.
fn of_cell<'m, 'a, T>(records: &'m PerCell<'a, T>, group: &str, cell: &CellId) -> &'m [&'a T] {
    records.get(group).and_then(|cells| cells.get(cell)).map_or(&[], Vec::as_slice)
}

impl<'a> Sorted<'a> {
    fn new(results: &'a Results) -> Self {
        let mut sorted = Self {
            results,
            groups: results.run.plan.groups.clone(),
            samples: HashMap::new(),
            left_out: HashMap::new(),
            dirty: DirtyRounds::of(results),
            failures: HashMap::new(),
        };
        // The reference burn is no contender. If it fails it has a row, like everything that fails.
        for group in &mut sorted.groups {
            group.cells.retain(|cell| cell.arm != arms::REFERENCE);
        }
        let mut keys = GroupKeys::default();
        for sample in results.samples.iter().filter(|sample| sample.cell.arm != arms::REFERENCE) {
            let key = keys.of(sample);
            let is_left_out = sorted.dirty.leaves_out_of(key, sample);
            let kept = if is_left_out { &mut sorted.left_out } else { &mut sorted.samples };
            if !kept.contains_key(key) {
                kept.insert(key.to_owned(), HashMap::new());
            }
            if let Some(cells) = kept.get_mut(key) {
                cells.entry(&sample.cell).or_default().push(sample);
            }
        }
        for failure in &results.failures {
            let key = group_key(&failure.workload, &failure.params);
            sorted.failures.entry(key).or_default().entry(&failure.cell).or_default().push(failure);
        }
        sorted.complete_groups();
        sorted
    }

    /// Adds to the plan's groups what has records without being in the plan, so that nothing measured is lost.
    fn complete_groups(&mut self) {
        let mut index: HashMap<String, usize> =
            self.groups.iter().enumerate().map(|(i, group)| (group_key(&group.workload, &group.params), i)).collect();
        let of_samples = self.samples.values().flat_map(HashMap::values).filter_map(|samples| samples.first());
        let of_failures = self.failures.values().flat_map(HashMap::values).filter_map(|failures| failures.first());
        let of_samples = of_samples.map(|sample| (&sample.workload, &sample.params, &sample.cell, sample.tasks));
        let of_failures = of_failures.map(|failure| (&failure.workload, &failure.params, &failure.cell, 0));
        let mut recorded: Vec<_> =
            of_samples.chain(of_failures).map(|cell| (group_key(cell.0, cell.1), cell)).collect();
        recorded.sort_by(|(a, (.., cell_a, _)), (b, (.., cell_b, _))| (a, cell_a).cmp(&(b, cell_b)));
        for (key, (workload, params, cell, tasks)) in recorded {
            let at = *index.entry(key).or_insert_with(|| {
                self.groups.push(Group {
                    workload: workload.clone(),
                    params: params.clone(),
                    tasks,
                    ..Group::default()
                });
                self.groups.len() - 1
            });
            if !self.groups[at].cells.contains(cell) {
                self.groups[at].cells.push(cell.clone());
            }
        }
    }

    fn summarise(
        &self,
        group: &Group,
        title: String,
        slug: String,
        colours: &Colours,
        ceiling: Option<&Ceiling>,
    ) -> GroupSummary {
        let run = &self.results.run;
        let key = group_key(&group.workload, &group.params);
        let info = run.workloads.get(&group.workload).cloned().unwrap_or_default();
        // A run of no tasks measures nothing, whatever time it took; records of old versions may have some.
        let has_tasks = |sample: &&Sample| group.tasks > 0 || sample.tasks > 0;
        let mut rows: Vec<Row> = group
            .cells
            .iter()
            .map(|cell| {
                let all = of_cell(&self.samples, &key, cell);
                let samples = if all.iter().any(has_tasks) { all } else { &[] };
                let mut row = Row::of(cell, samples, of_cell(&self.failures, &key, cell));
                if samples.len() < all.len() {
                    row.failures.push(no_tasks(group, cell));
                }
                row.leave_out(of_cell(&self.left_out, &key, cell));
                row.colour = colours.slot(&cell.runner);
                row.label = label(cell, &group.cells);
                let runner = run.runners.get(&cell.runner).cloned().unwrap_or_default();
                let workers = if runner.parallelism == "one" { 1 } else { cell.workers };
                row.ideal_cores =
                    ceiling.filter(|_| info.kind == "cpu").map(|ceiling| ceiling.speed_up(group.tasks, workers));
                if let Some(baseline) = baseline_cell(&runner.baseline, &group.cells) {
                    row.compare(samples, of_cell(&self.samples, &key, baseline), baseline);
                }
                if row.is_copy() {
                    let original = CellId { arm: String::new(), ..cell.clone() };
                    row.compare_to_original(samples, of_cell(&self.samples, &key, &original));
                }
                row
            })
            .collect();
        let versus = if rows.iter().any(|row| row.ratio.is_some()) {
            Versus::Baseline
        } else if group.wait_ns > 0 {
            let wait = group.wait_ns as f64;
            rows.iter_mut().for_each(|row| row.ratio = row.wall.map(|wall| wall.map(|ns| ns / wait)));
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
            title,
            slug,
            finding: String::new(),
            tasks: group.tasks,
            wait_ns: group.wait_ns as f64,
            hot_ns: group.hot_ns as f64,
            versus,
            dirty: self.dirty.of_group(&key),
            target: run.plan.target,
            ceiling: ceiling.cloned(),
            failures: rows.iter().flat_map(|row| row.failures.iter().cloned()).collect(),
            rows,
            skipped,
        }
    }
}

/// Cores that the run could use.
fn usable_cores(machine: &Machine) -> Option<f64> {
    let cores = if machine.usable_cores > 0 { machine.usable_cores } else { machine.logical_cores };
    let quota = machine.quota_cores.filter(|quota| quota.is_finite() && *quota > 0.0);
    (cores > 0).then(|| quota.map_or(cores as f64, |quota| quota.min(cores as f64)))
}

/// Why a cell that was measured without any task has no figures.
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

/// The shortest text that tells a cell from the other cells of its group.
fn label(cell: &CellId, cells: &[CellId]) -> String {
    let mut label = text::named(&cell.runner);
    if !cell.options.is_empty() {
        label = format!("{label} {}", cell.options);
    }
    let same_but_workers =
        |other: &&CellId| other.runner == cell.runner && other.options == cell.options && other.arm == cell.arm;
    if cells.iter().filter(same_but_workers).count() > 1 {
        label = format!("{label} ×{}", cell.workers);
    }
    if !cell.arm.is_empty() {
        label = format!("{label} ({})", cell.arm);
    }
    text::plain(&label)
}

/// The titles of groups: the workload, and what differs between groups of the same one.
fn titles(groups: &[Group]) -> Vec<String> {
    groups
        .iter()
        .map(|group| {
            let siblings: Vec<&Group> = groups.iter().filter(|other| other.workload == group.workload).collect();
            let differing = group
                .params
                .iter()
                .filter(|(name, value)| siblings.iter().any(|s| s.params.get(*name) != Some(*value)));
            let parts: Vec<String> = differing.map(|(name, value)| format!("{name} {}", parameter(value))).collect();
            let name = text::shortened(&text::named(&group.workload), 60);
            if parts.is_empty() { name } else { format!("{name}, {}", text::shortened(&parts.join(", "), 60)) }
        })
        .collect()
}

/// A parameter's value as people write it.
fn parameter(value: &Value) -> String {
    match value {
        Value::String(text) => text::plain(text),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
