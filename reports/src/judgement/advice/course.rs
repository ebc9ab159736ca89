//! Which runner to take where along the axis of a sweep.
//!
//! At each value of the axis the runners of a family meet as in a group: the fastest leads, and those within 5 % of it are alike.
//! A value at which it is open how most of them stand to the leader, or how their baseline does, decides nothing. Where all points do the same work, as along workers, all of
//! them meet at once, and the question is which runner in which size.

use std::collections::BTreeMap;

use super::contest::{Standing, leader, standing};
use super::cost::{Cost, by_cost};
use crate::figures::{Line, Row, Summary, Sweep};
use crate::judgement::reach::Range;
use crate::records::schema::AxisOf;
use crate::text::plain;

/// Which runner to take where along the axis of a sweep, for those bound to a family of runners.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The place of the sweep in the summary.
    pub sweep: usize,
    /// The family.
    pub family: String,
    /// What is recommended.
    pub choice: Choice,
}

/// What is recommended along an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Who is among the best where, in the order of the axis. At values that none covers it is undecided.
    Stretches {
        /// The values of the axis at which the family was measured, ascending, each with those that are among the best there, if that is
        /// decided.
        best: Vec<(f64, Vec<String>)>,
        /// Never empty.
        stretches: Vec<Stretch>,
    },
    /// Who is among the best of all, and where.
    Sizes(Vec<Size>),
}

/// A part of the axis throughout which runners are among the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The runners, the simplest first. Never empty.
    pub runners: Vec<String>,
    /// Its first value.
    pub from: f64,
    /// Its last value.
    pub to: f64,
}

/// A runner with the least value of the axis at which it is among the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// The runner.
    pub runner: String,
    /// The value; none if the axis does not vary the runner.
    pub at: Option<f64>,
    /// How many times as fast as the baseline it is there; none if it is the baseline, or if that is not known.
    pub speed_up: Option<f64>,
}

/// A line of a family with its place among them.
type Runner<'a> = (&'a Line, usize);

/// Returns what follows from the sweeps of a run, by sweep and family; nothing where it is undecided, or where fewer than two runners met.
pub fn along_sweeps(summary: &Summary) -> Vec<Course> {
    let all = summary.sweeps.iter().enumerate().flat_map(|(place, sweep)| {
        families(sweep).into_iter().filter_map(move |family| {
            let choice = choice(summary, sweep, &family)?;
            Some(Course { sweep: place, family, choice })
        })
    });
    all.collect()
}

/// Returns the families of a sweep in the order of its lines.
fn families(sweep: &Sweep) -> Vec<String> {
    let mut families: Vec<String> = Vec::new();
    for line in &sweep.lines {
        if !families.contains(&line.family) {
            families.push(line.family.clone());
        }
    }
    families
}

fn choice(summary: &Summary, sweep: &Sweep, family: &str) -> Option<Choice> {
    let lines = lines_of(summary, sweep, family);
    // How long computing beside waiting takes is up to the waits: nobody chooses by it.
    let is_mixed = sweep.groups.iter().any(|place| summary.groups[*place].kind == "mixed");
    let has_own = lines.iter().any(|line| line.family == family && !line.is_baseline);
    if is_mixed || !has_own || lines.len() < 2 {
        return None;
    }
    if sweep.of != AxisOf::Parameter && sweep.groups.len() == 1 {
        sizes(summary, &lines)
    } else {
        stretches(summary, &lines)
    }
}

/// Returns the lines of a family, and those that they are compared with.
fn lines_of<'a>(summary: &Summary, sweep: &'a Sweep, family: &str) -> Vec<&'a Line> {
    let own = summary.run.runners.values().filter(|info| info.family == family);
    let baselines: Vec<&str> = own.map(|info| info.baseline.as_str()).collect();
    let is_called_for = |line: &&Line| line.family == family || baselines.contains(&line.runner.as_str());
    sweep.lines.iter().filter(is_called_for).collect()
}

/// Returns those of some cells that are among the best, the first being the leader; none if it is undecided who is.
fn best<'a, T: Copy>(cells: &[(T, &'a Row)]) -> Option<Vec<(T, &'a Row)>> {
    let measured = || cells.iter().copied().filter(|(_, row)| row.wall.is_some() && !row.code_differs);
    let leader = leader(&measured().map(|(_, row)| row).collect::<Vec<_>>())?;
    let is_leader = |row: &Row| std::ptr::eq(row, leader);
    let others = || measured().filter(|(_, row)| !is_leader(row)).map(|(cell, row)| (cell, row, standing(row, leader)));
    // Where it is open how most of them stand to the leader, or how the baseline does, a lucky round may have made the leader.
    let is_open = |(_, _, standing): &(T, &Row, Standing)| *standing == Standing::Open;
    if 2 * others().filter(is_open).count() > others().count() || others().any(|one| one.1.is_baseline && is_open(&one))
    {
        return None;
    }
    let alike = others().filter(|(.., standing)| *standing == Standing::Alike).map(|(cell, row, _)| (cell, row));
    Some(measured().filter(|(_, row)| is_leader(row)).chain(alike).collect())
}

/// Returns who is among the best where.
fn stretches(summary: &Summary, lines: &[&Line]) -> Option<Choice> {
    let mut values: Vec<f64> = lines.iter().flat_map(|line| line.values()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let at = |value: f64| -> BTreeMap<usize, &Row> {
        let cells = lines.iter().enumerate().filter_map(|(place, line)| Some((place, summary.row(line.at(value)?))));
        best(&cells.collect::<Vec<_>>()).unwrap_or_default().into_iter().collect()
    };
    let best: Vec<BTreeMap<usize, &Row>> = values.iter().map(|value| at(*value)).collect();
    let mut stretches = Vec::new();
    let mut next = 0;
    while next < values.len() {
        let reaches = |place: &usize| best[next..].iter().take_while(|best| best.contains_key(place)).count();
        let Some(longest) = best[next].keys().map(reaches).max() else {
            next += 1;
            continue;
        };
        let last = next + longest - 1;
        let cost = |place: &usize| {
            let rows = best[next..=last].iter().filter_map(|best| best.get(place));
            rows.fold(Cost::default(), |cost, row| cost.and(Cost::from_row(row)))
        };
        let mut runners: Vec<Runner> =
            best[next].keys().filter(|place| reaches(place) == longest).map(|place| (lines[*place], *place)).collect();
        runners.sort_by(|a, b| by_cost(&cost(&a.1), &cost(&b.1)));
        let runners = runners.into_iter().map(|(line, _)| line.label.clone()).collect();
        stretches.push(Stretch { runners, from: values[next], to: values[last] });
        next = last + 1;
    }
    let names = |best: &BTreeMap<usize, &Row>| best.keys().map(|place| lines[*place].label.clone()).collect();
    let best = values.iter().copied().zip(best.iter().map(names)).collect();
    (!stretches.is_empty()).then_some(Choice::Stretches { best, stretches })
}

/// Returns who is among the best of all, and where.
fn sizes(summary: &Summary, lines: &[&Line]) -> Option<Choice> {
    let cells = lines
        .iter()
        .enumerate()
        .flat_map(|(place, line)| line.points.iter().map(move |point| ((place, point.at), summary.row(*point))));
    let mut found: BTreeMap<usize, (f64, &Row)> = BTreeMap::new();
    for ((place, at), row) in best(&cells.collect::<Vec<_>>())? {
        let least = found.entry(place).or_insert((at, row));
        if at < least.0 {
            *least = (at, row);
        }
    }
    let mut found: Vec<(usize, (f64, &Row))> = found.into_iter().collect();
    found.sort_by(|(_, (_, a)), (_, (_, b))| by_cost(&Cost::from_row(a), &Cost::from_row(b)));
    let sizes = found.into_iter().map(|(place, (at, row))| Size {
        runner: lines[place].label.clone(),
        at: (!lines[place].is_flat).then_some(at),
        speed_up: row.ratio.filter(|_| !row.is_baseline && row.baseline.is_some()).map(|ratio| ratio.value),
    });
    Some(Choice::Sizes(sizes.collect()))
}

impl Course {
    /// Says what to take where, without a full stop. `words` writes a value of the axis, such as "8 workers".
    pub fn sentence(&self, words: impl Fn(f64) -> String) -> String {
        match &self.choice {
            Choice::Sizes(sizes) => {
                let name = |size: &Size| match size.at {
                    Some(at) => format!("{} with {}", plain(&size.runner), words(at)),
                    None => plain(&size.runner),
                };
                let gain = sizes.first().and_then(|size| size.speed_up);
                let gain = gain.map(|gain| format!(" ({})", crate::text::units::ratio(gain))).unwrap_or_default();
                let first = sizes.first().and_then(|size| size.at);
                if let Some(at) = first.filter(|_| sizes.iter().all(|size| size.at == first)) {
                    let runners: Vec<String> = sizes.iter().map(|size| size.runner.clone()).collect();
                    return format!("{} with {}{gain}", any_of(&runners), words(at));
                }
                match sizes.iter().map(name).collect::<Vec<_>>().as_slice() {
                    [] => String::new(),
                    [one] => format!("{one}{gain}"),
                    [first, others @ ..] => format!("{first}{gain}; alike: {}", others.join(", ")),
                }
            }
            Choice::Stretches { best, stretches } => {
                let end = |end: Option<&(f64, Vec<String>)>| end.map_or(f64::NAN, |(value, _)| *value);
                let ends = (end(best.first()), end(best.last()));
                let place = |stretch: &Stretch| Range::within(ends, (stretch.from, stretch.to));
                let place = |stretch: &Stretch| place(stretch).words(&words);
                let part = |stretch: &Stretch| format!("{} {}", any_of(&stretch.runners), place(stretch));
                stretches.iter().map(part).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Returns the longest part of the axis throughout which a runner is among the best; none if it is nowhere, or if that is not the question.
    pub fn where_best(&self, label: &str) -> Option<Range> {
        let Choice::Stretches { best, .. } = &self.choice else { return None };
        let is_best = |(value, runners): &(f64, Vec<String>)| (*value, runners.iter().any(|runner| runner == label));
        let all: Vec<(f64, bool)> = best.iter().map(is_best).collect();
        Range::of_longest_run(&all)
    }
}

/// Returns one runner by its name, or several as a choice among them.
fn any_of(runners: &[String]) -> String {
    let names: Vec<String> = runners.iter().map(|runner| plain(runner)).collect();
    match names.as_slice() {
        [one] => one.clone(),
        several => format!("any of {}", several.join(", ")),
    }
}
