//! The whole run at a glance: one line a runner, one column a group, the speed-up in each field.

pub use super::tint::{BOUNDS, Tint};
use super::{cells, curves};
use crate::figures::{Cell, GroupSummary, Row, Summary, Sweep, Versus};
use crate::judgement::advice::Course;
use crate::judgement::reach::Reach;
use crate::text::{named, plain, units};

/// All groups of a run by all of its runners.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// The columns: the groups that have cells.
    pub heads: Vec<Head>,
    /// The lines, in the order in which the plan names the runners.
    pub lines: Vec<Line>,
}

/// A column's group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Title of the group.
    pub title: String,
    /// Slug of the group.
    pub slug: String,
    /// What its fields show.
    pub shows: Shows,
}

/// What the fields of a column show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// How many times as fast as the baseline of the family.
    SpeedUp,
    /// Wall time, or that over the longest wait.
    Time,
    /// Wall time over operations: tasks wait for each other, so there is no speed-up. Fields are tinted by the cheapest.
    Price,
    /// Where along the axis of a sweep a runner gains.
    Sweep,
}

impl Shows {
    fn of_group(group: &GroupSummary) -> Self {
        match group.versus {
            _ if group.is_coordination() && group.rows.iter().any(|row| row.per_operation().is_some()) => Self::Price,
            Versus::Baseline => Self::SpeedUp,
            Versus::Wait | Versus::Nothing => Self::Time,
        }
    }
}

impl Head {
    /// Returns whether the most of its figure is the best.
    pub fn is_most_first(&self) -> bool {
        matches!(self.shows, Shows::SpeedUp | Shows::Sweep)
    }

    /// Returns whether it is of a sweep.
    pub fn is_sweep(&self) -> bool {
        self.shows == Shows::Sweep
    }

    /// Returns whether its fields are prices.
    pub fn is_price(&self) -> bool {
        self.shows == Shows::Price
    }
}

/// A runner's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The runner as the records name it.
    pub runner: String,
    /// Its name, harmless to show.
    pub name: String,
    /// One field a group.
    pub fields: Vec<Field>,
}

/// What became of a runner in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Whether it has figures.
    pub state: State,
    /// The figure, or in a word why there is none.
    pub figure: String,
    /// Effective cores, in few characters; none if they are not known.
    pub cores: Option<String>,
    /// How far the speed-up is from 1; none where there is no speed-up to speak of.
    pub tint: Option<Tint>,
    /// Why the speed-up cannot be told from 1; none if it can.
    pub mark: Option<Mark>,
    /// Whether something broke: it has failures that are more than a limit of the machine.
    pub is_broken: bool,
    /// What the table is sorted by; none sorts last.
    pub sort: Option<f64>,
    /// The exact figures, or the whole reason why there are none, in one sentence.
    pub detail: String,
}

/// Whether a field has figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is what others are compared with.
    Baseline,
    /// It has samples.
    Measured,
    /// It has none: it failed, could not be run, or was not reached.
    Missing,
    /// The plan leaves it out.
    LeftOut,
    /// The plan does not name it.
    Absent,
}

/// Why a speed-up cannot be told from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is within the noise.
    Noise,
    /// There were too few rounds.
    FewRounds,
}

impl Mark {
    /// Returns the sign that stands for it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Noise => "≈",
            Self::FewRounds => "?",
        }
    }
}

/// Most columns that fit a page of 1280 px side by side.
const FIT: usize = 17;

impl Matrix {
    /// Returns whether it has more columns than fit a page, so that it has to be scrolled sideways.
    pub fn is_wide(&self) -> bool {
        self.heads.len() > FIT
    }

    /// Returns whether some columns are of prices.
    pub fn has_prices(&self) -> bool {
        self.heads.iter().any(Head::is_price)
    }

    /// Returns the matrix of a run, with a column a sweep after those of groups. `courses` says what to take where along sweeps.
    pub fn from_summary(summary: &Summary, courses: &[Course]) -> Self {
        let groups: Vec<&GroupSummary> = summary.unswept().filter(|group| !group.rows.is_empty()).collect();
        let mut runners: Vec<&str> = Vec::new();
        let of_groups = groups.iter().flat_map(|group| &group.rows).map(|row| row.cell.runner.as_str());
        let of_sweeps = summary.sweeps.iter().flat_map(|sweep| &sweep.lines).map(|line| line.runner.as_str());
        for runner in of_groups.chain(of_sweeps) {
            if !runners.contains(&runner) {
                runners.push(runner);
            }
        }
        let of_sweep = |place: usize, runner: &str| {
            let courses: Vec<&Course> = courses.iter().filter(|course| course.sweep == place).collect();
            Field::along(summary, &summary.sweeps[place], runner, &courses)
        };
        let line = |runner: &str| Line {
            runner: runner.to_owned(),
            name: named(runner),
            fields: (groups.iter().map(|group| Field::of_runner(group, runner)))
                .chain((0..summary.sweeps.len()).map(|place| of_sweep(place, runner)))
                .collect(),
        };
        let lines = runners.into_iter().map(line).collect();
        let head = |group: &&GroupSummary| Head {
            title: group.title.clone(),
            slug: group.slug.clone(),
            shows: Shows::of_group(group),
        };
        let of_sweep =
            |sweep: &Sweep| Head { title: sweep.title.clone(), slug: sweep.slug.clone(), shows: Shows::Sweep };
        let heads = groups.iter().map(head).chain(summary.sweeps.iter().map(of_sweep));
        Self { heads: heads.collect(), lines }
    }
}

impl Field {
    /// Returns the field of a runner in a group. Of its cells the one with default options and the most workers stands for it.
    pub fn of_runner(group: &GroupSummary, runner: &str) -> Self {
        let rows = group.main_rows().filter(|row| row.cell.runner == runner);
        let row = rows.max_by_key(|row| (row.cell.options.is_empty(), row.cell.workers));
        match (row, group.skipped.get(runner)) {
            (Some(row), _) => Self::of_cell(Cell { group, row }),
            (None, Some(reason)) => Self::without_cell(State::LeftOut, "left out", plain(reason)),
            (None, None) => Self::without_cell(State::Absent, "", "The plan does not name this cell.".to_owned()),
        }
    }

    /// Returns the field of a runner in a sweep. Of its lines the first one that varies stands for it.
    fn along(summary: &Summary, sweep: &Sweep, runner: &str, courses: &[&Course]) -> Self {
        let lines = || sweep.lines.iter().filter(|line| line.runner == runner);
        let Some(line) = lines().find(|line| !line.is_flat).or(lines().next()) else {
            return Self::without_cell(State::Absent, "", "The plan does not name this cell.".to_owned());
        };
        let rows = || line.points.iter().map(|point| summary.row(*point));
        let is_broken = rows().any(Row::is_broken);
        if rows().all(|row| row.wall.is_none()) {
            let reason = rows().next().map(cells::reason).unwrap_or_default();
            return Self { is_broken, ..Self::without_cell(State::Missing, "not run", reason) };
        }
        let best = Reach::of_line(summary, line).and_then(|reach| reach.best).map(|(_, ratio)| ratio.value);
        let detail = curves::place(summary, sweep, line);
        Self {
            state: if line.is_baseline { State::Baseline } else { State::Measured },
            figure: if line.is_baseline { units::ratio(1.0) } else { curves::short(summary, sweep, line, courses) },
            cores: None,
            tint: best.map(Tint::from_ratio),
            mark: None,
            is_broken,
            sort: best,
            detail: if detail.is_empty() { format!("{} in {}", line.label, sweep.title) } else { format!("{detail}.") },
        }
    }

    /// Returns the field of a cell.
    pub fn of_cell(cell: Cell) -> Self {
        let Cell { group, row } = cell;
        if row.wall.is_none() {
            let word = match row.failures.first() {
                Some(failure) if failure.kind.is_not_run() => "not run",
                Some(_) => "failed",
                None if row.stuck.is_some() => "deadlock",
                None => "not reached",
            };
            return Self { is_broken: row.is_broken(), ..Self::without_cell(State::Missing, word, cells::reason(row)) };
        }
        let price = row.per_operation().filter(|_| Shows::of_group(group) == Shows::Price);
        let cheapest = group.main_rows().filter_map(Row::per_operation).map(|price| price.value).reduce(f64::min);
        let over_cheapest = price.zip(cheapest).map(|(price, least)| least / price.value);
        let figure = match (row.ratio, group.versus) {
            _ if let Some(price) = price => units::duration(price.value),
            (Some(ratio), Versus::Wait) => format!("{} wait", units::ratio(ratio.value)),
            (Some(ratio), _) => short(ratio.value),
            (None, _) => row.wall.map(|wall| units::duration(wall.value)).unwrap_or_default(),
        };
        let speed_up = row.ratio.filter(|_| group.versus == Versus::Baseline && price.is_none());
        let mark = speed_up.filter(|_| row.doubt().is_some());
        Self {
            state: if row.is_baseline && price.is_none() { State::Baseline } else { State::Measured },
            figure,
            cores: row.effective_cores.map(|cores| units::cores(cores.value)),
            tint: over_cheapest.or(speed_up.map(|ratio| ratio.value)).map(Tint::from_ratio),
            mark: mark.map(|ratio| if ratio.is_interval() { Mark::Noise } else { Mark::FewRounds }),
            is_broken: row.is_broken(),
            sort: price.or(row.ratio).map(|figure| figure.value),
            detail: cells::sentence(cell),
        }
    }

    fn without_cell(state: State, figure: &str, detail: String) -> Self {
        Self {
            state,
            figure: figure.to_owned(),
            cores: None,
            tint: None,
            mark: None,
            is_broken: false,
            sort: None,
            detail,
        }
    }
}

/// Returns a ratio in few characters: far below 1 as a fraction.
fn short(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.1 { format!("1/{}", units::count(1.0 / ratio)) } else { units::ratio(ratio) }
}
