//! The section of a sweep: its parts, whatever the medium.

use super::picture::Picture;
use super::said;
use super::table::Table;
use crate::figures::{GroupSummary, Line, Measure, Summary, Sweep, grain};
use crate::judgement::advice::Course;
use crate::judgement::laws::SweepLaws;
use crate::text::{plain, units};
use crate::views::families;
use crate::views::laws::LawsView;
use crate::views::remarks;

/// What is shown of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepView {
    /// What is seen, in one sentence without a full stop.
    pub finding: String,
    /// What the work is, in one sentence.
    pub about: String,
    /// What varies and what stays the same, a part each.
    pub small_print: Vec<String>,
    /// How it was measured, a sentence each without a full stop.
    pub remarks: Vec<String>,
    /// Which runner to take where, a sentence for each family for which that is decided.
    pub courses: Vec<String>,
    /// Where each runner gains, a sentence each without a full stop.
    pub places: Vec<String>,
    /// The laws of scaling, where workers are varied.
    pub laws: Option<LawsView>,
    /// The pictures, the most important first.
    pub pictures: Vec<Picture>,
    /// All points of each measure.
    pub tables: Vec<Table>,
    /// What failed or was not run: the cell, and the reason. True if it failed.
    pub missing: Vec<(String, String, bool)>,
}

impl SweepView {
    /// Returns what is shown of the sweep at a place of the summary, given what to take where, and the laws of all sweeps.
    pub fn from_summary(summary: &Summary, place: usize, courses: &[Course], laws: &[SweepLaws]) -> Self {
        let sweep = &summary.sweeps[place];
        let laws = laws.iter().find(|laws| laws.sweep == place);
        let measures = Measure::all_of(summary, sweep);
        let pictures: Vec<Picture> =
            measures.iter().filter_map(|measure| Picture::new(summary, sweep, *measure, laws)).collect();
        let groups: Vec<&GroupSummary> = sweep.groups.iter().map(|place| &summary.groups[*place]).collect();
        let mut of_sweep: Vec<&Course> = courses.iter().filter(|course| course.sweep == place).collect();
        of_sweep.sort_by_key(|course| families::rank(&course.family));
        let places = sweep.lines.iter().map(|line| said::place(summary, sweep, line));
        Self {
            finding: pictures
                .first()
                .map_or("there is nothing to compare".to_owned(), |picture| picture.finding.clone()),
            about: groups.first().map(|group| group.about.clone()).unwrap_or_default(),
            small_print: small_print(summary, sweep, &groups),
            remarks: remarks::of_sweep(&groups),
            courses: of_sweep.into_iter().map(|course| said::course(summary, course)).collect(),
            places: places.filter(|said| !said.is_empty()).collect(),
            tables: measures.iter().flat_map(|measure| Table::all_of(summary, sweep, *measure)).collect(),
            laws: laws.and_then(|laws| LawsView::from_laws(summary, laws)),
            pictures,
            missing: missing(&groups),
        }
    }
}

/// Says what varies and what stays the same.
fn small_print(summary: &Summary, sweep: &Sweep, groups: &[&GroupSummary]) -> Vec<String> {
    let Some(first) = groups.first() else { return Vec::new() };
    let (values, unit) = (sweep.values(), &sweep.unit);
    let ends = values.first().zip(values.last());
    let varied = ends.map(|(first, last)| format!("{} {} to {}", unit.name, unit.value(*first), unit.value(*last)));
    let is_same = |name: &String| groups.iter().all(|group| group.params.get(name) == first.params.get(name));
    let same = first.params.iter().filter(|(name, value)| is_same(name) && !value.is_null());
    let same = same.map(|(name, value)| format!("{name} {}", plain(&value.to_string())));
    let all = [format!("workload {}", plain(&first.workload))].into_iter().chain(varied).chain(same);
    all.chain(grains(summary, sweep)).collect()
}

/// Says how long a task takes the baseline of each family, where that is what varies.
fn grains(summary: &Summary, sweep: &Sweep) -> Vec<String> {
    let said = |line: &Line| {
        let times =
            || line.values().into_iter().filter_map(|value| grain::task_ns(summary, sweep, &line.family, value));
        let (least, most) = (times().reduce(f64::min)?, times().reduce(f64::max)?);
        Some(format!("a task takes {} from {} to {}", line.label, units::duration(least), units::duration(most)))
    };
    let baselines = sweep.lines.iter().filter(|line| line.is_baseline && grain::is_varied(summary, sweep));
    baselines.filter_map(said).collect()
}

/// Returns what failed or was not run, a line for each cell with the same reason.
fn missing(groups: &[&GroupSummary]) -> Vec<(String, String, bool)> {
    let mut all: Vec<(String, String, bool)> = Vec::new();
    let mut add = |one: (String, String, bool)| {
        if !all.contains(&one) {
            all.push(one);
        }
    };
    for group in groups {
        for row in &group.rows {
            if let Some(failure) = row.failures.first() {
                let name = format!("{} in {}", row.label, group.title);
                add((
                    name,
                    format!("{}: {}", failure.kind.name(), plain(&failure.message)),
                    !failure.kind.is_not_run(),
                ));
            }
        }
        for (runner, reason) in &group.skipped {
            add((plain(runner), format!("left out: {}", plain(reason)), false));
        }
    }
    all
}
