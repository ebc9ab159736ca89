//! What the records say, in figures: per group of the plan, per cell. Everything that is shown is derived from here.

mod latency;
mod notices;
mod row;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

pub use self::latency::{BINS, Latency};
pub use self::notices::{Gravity, Notice};
pub use self::row::{Load, Point, Row};
use crate::colours::Colours;
use crate::record::{CellId, Failure, Group, Machine, Parameters, Profile, Sample, arms};
use crate::results::Results;
use crate::rounds::{Dirty, DirtyRounds};
use crate::{findings, text, units};

/// A whole run in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What a reader must know before believing any figure, the gravest first.
    pub notices: Vec<Notice>,
    /// Cores that the run could use: by affinity, and by quota where that is less. None if the records do not say.
    pub usable_cores: Option<f64>,
    /// The groups in the order of the plan; after them, those that have records without being in the plan.
    pub groups: Vec<GroupSummary>,
}

/// A cell that takes less than this is over before shares of its time mean anything, nanoseconds.
const SHORT_NS: f64 = 10_000.0;
/// The noise that is taken for granted where copies are too short to show it.
const LEAST_NOISE: f64 = 1.02;

/// One workload with its parameters, in figures.
#[derive(Debug, Clone, PartialEq)]
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
    /// How far from 1 the ratio of the baseline to its own second copy gets: factors below it are noise. None without
    /// such a copy.
    pub noise: Option<f64>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versus {
    /// Speed against the runner that is the baseline of the row's family: above 1 is faster.
    Baseline,
    /// Wall time against the longest wait of one task: 1 is the least possible.
    Wait,
    /// There is nothing to compare with.
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
        let mut slugs = HashMap::new();
        let groups: Vec<GroupSummary> = sorted
            .groups
            .iter()
            .zip(titles)
            .map(|(group, title)| {
                let slug = distinct_slug(&title, &mut slugs);
                let mut summary = sorted.summarise(group, title, slug, &colours, usable_cores);
                summary.finding = findings::ratio(&summary)
                    .or_else(|| findings::latency(&summary))
                    .unwrap_or_else(|| findings::samples(&summary));
                summary
            })
            .collect();
        Self { notices: notices::of(results, &groups, usable_cores), usable_cores, groups }
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

    /// How far from 1 the ratio of two copies of this row's cell may get: factors below it are noise. The copies that the group has
    /// are of its baseline. Where that takes microseconds, they differ by the grain of clocks and by wake-ups, which are
    /// amounts and no shares: a longer cell is off by the same amount, or by 2 %, for what else may differ.
    pub fn noise_of(&self, row: &Row) -> Option<f64> {
        let noise = self.noise?;
        let copy = self.rows.iter().find(|other| other.cell.arm == arms::AA).and_then(|copy| copy.wall);
        let lengths = copy.zip(row.wall).map(|(copy, wall)| (copy.value, wall.value));
        Some(match lengths.filter(|(copy, wall)| *copy < SHORT_NS && copy < wall) {
            Some((copy, wall)) => (1.0 + (noise - 1.0) * copy / wall).max(noise.min(LEAST_NOISE)),
            None => noise,
        })
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
        [hot, self.precision(), self.dirty.sentence()].into_iter().flatten().collect()
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
        for sample in results.samples.iter().filter(|sample| sample.cell.arm != arms::REFERENCE) {
            let key = group_key(&sample.workload, &sample.params);
            let is_left_out = sorted.dirty.leaves_out(sample);
            let kept = if is_left_out { &mut sorted.left_out } else { &mut sorted.samples };
            kept.entry(key).or_default().entry(&sample.cell).or_default().push(sample);
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
        usable: Option<f64>,
    ) -> GroupSummary {
        let run = &self.results.run;
        let key = group_key(&group.workload, &group.params);
        let info = run.workloads.get(&group.workload).cloned().unwrap_or_default();
        let mut rows: Vec<Row> = group
            .cells
            .iter()
            .map(|cell| {
                let samples = of_cell(&self.samples, &key, cell);
                let mut row = Row::of(cell, samples, of_cell(&self.failures, &key, cell));
                row.leave_out(of_cell(&self.left_out, &key, cell));
                row.colour = colours.slot(&cell.runner);
                row.label = label(cell, &group.cells);
                let runner = run.runners.get(&cell.runner).cloned().unwrap_or_default();
                row.ideal_cores = ideal_cores(&runner.parallelism, cell.workers, usable).filter(|_| info.kind == "cpu");
                if let Some(baseline) = baseline_cell(&runner.baseline, &group.cells) {
                    row.compare(samples, of_cell(&self.samples, &key, baseline), baseline);
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
            noise: noise(&rows).filter(|_| versus == Versus::Baseline),
            failures: rows.iter().flat_map(|row| row.failures.iter().cloned()).collect(),
            rows,
            skipped,
        }
    }
}

/// What identifies a group among records. Parameters are a map sorted by name, so equal ones have equal text.
pub(crate) fn group_key(workload: &str, params: &Parameters) -> String {
    format!("{workload}\n{}", serde_json::json!(params))
}

/// The cell that rows of a family are compared with: the first copy, with default options, of the family's baseline
/// runner.
fn baseline_cell<'a>(runner: &str, cells: &'a [CellId]) -> Option<&'a CellId> {
    cells
        .iter()
        .filter(|cell| cell.runner == runner && cell.arm.is_empty() && cell.options.is_empty())
        .min_by_key(|cell| cell.workers)
}

/// The largest factor by which identical cells were seen to differ: the far end of the interval of the second arms.
fn noise(rows: &[Row]) -> Option<f64> {
    rows.iter()
        .filter(|row| !row.cell.arm.is_empty())
        .filter_map(|row| row.ratio)
        .map(|ratio| ratio.low.ln().abs().max(ratio.high.ln().abs()).exp())
        .reduce(f64::max)
}

/// Cores that the run could use.
fn usable_cores(machine: &Machine) -> Option<f64> {
    let cores = if machine.usable_cores > 0 { machine.usable_cores } else { machine.logical_cores };
    let quota = machine.quota_cores.filter(|quota| quota.is_finite() && *quota > 0.0);
    (cores > 0).then(|| quota.map_or(cores as f64, |quota| quota.min(cores as f64)))
}

/// Cores that a runner could keep busy with CPU-bound tasks.
fn ideal_cores(parallelism: &str, workers: u64, usable: Option<f64>) -> Option<f64> {
    let most = if parallelism == "one" { 1.0 } else { workers.max(1) as f64 };
    usable.map(|usable| usable.min(most))
}

/// The shortest text that tells a cell from the other cells of its group.
fn label(cell: &CellId, cells: &[CellId]) -> String {
    let mut label = cell.runner.clone();
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
            let name = text::shortened(&group.workload, 60);
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

/// A slug of the title that no earlier group has.
pub(crate) fn distinct_slug(title: &str, taken: &mut HashMap<String, usize>) -> String {
    let slug = text::slug(title);
    let mut candidate = slug.clone();
    while taken.contains_key(&candidate) {
        let count = taken.entry(slug.clone()).or_insert(1);
        *count += 1;
        candidate = format!("{slug}-{count}");
    }
    taken.insert(candidate.clone(), 1);
    candidate
}
