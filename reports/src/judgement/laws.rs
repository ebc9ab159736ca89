//! Which law of scaling each runner follows, as far as the cores of the machine can tell.
//!
//! Only numbers of workers up to the usable cores take part: beyond them workers take turns, which is another regime. A law says how
//! a runner grows from its own one worker. How it compares with sequential code is what speed-up says.

use crate::figures::{Line, Row, Summary, Sweep, pairs};
use crate::records::schema::AxisOf;
use crate::statistics::Estimate;
use crate::statistics::laws::{Curves, Fit, Growth, Refusal, Trend, serial_share, trend};

/// What the laws of scaling say of a sweep of workers.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepLaws {
    /// The place of the sweep in the summary.
    pub sweep: usize,
    /// How its work depends on the workers.
    pub growth: Growth,
    /// Cores up to which workers take part; none if the records do not say.
    pub cores: Option<f64>,
    /// The lines whose workers are varied.
    pub lines: Vec<LineLaw>,
}

/// What the laws of scaling say of a runner.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLaw {
    /// The place of the line in the sweep.
    pub line: usize,
    /// The law that was fitted, or why there is none.
    pub fit: Result<Fit, Unfitted>,
    /// What was measured with two workers and more, up to the cores.
    pub shares: Vec<SerialShare>,
    /// What becomes of the serial share from the first of these to the last, and by how much it changes; none if it cannot be told.
    pub trend: Option<(Trend, Estimate)>,
}

/// A number of workers, and the serial share that it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SerialShare {
    /// How many.
    pub workers: f64,
    /// Speed-up over one worker of the same runner.
    pub speed_up: Estimate,
    /// The share by which a law of one parameter gives that speed-up: that of Karp and Flatt, unless the work grows.
    pub share: Estimate,
}

/// Why no law was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfitted {
    /// The tasks wait, so cores do not bound them.
    Waits,
    /// The records do not say how many cores there were.
    UnknownCores,
    /// There was too little within the cores.
    Refused(Refusal),
}

impl SweepLaws {
    /// Returns what the laws say of each sweep of workers.
    pub fn from_summary(summary: &Summary) -> Vec<Self> {
        let of_workers = summary.sweeps.iter().enumerate().filter(|(_, sweep)| sweep.of == AxisOf::Workers);
        of_workers.map(|(place, sweep)| Self::of_sweep(summary, place, sweep)).collect()
    }

    /// Returns the law that was fitted to a line of the sweep, by its place.
    pub fn fit_of(&self, line: usize) -> Option<&Fit> {
        self.lines.iter().find(|law| law.line == line)?.fit.as_ref().ok()
    }

    fn of_sweep(summary: &Summary, place: usize, sweep: &Sweep) -> Self {
        let growth = if sweep.groups.len() > 1 { Growth::WithWorkers } else { Growth::Fixed };
        let computes = sweep.groups.iter().all(|group| summary.groups[*group].is_cpu_bound());
        let lines = sweep.lines.iter().enumerate().filter(|(_, line)| is_varied(summary, line));
        let line = |(place, line): (usize, &Line)| {
            let rows = computes.then_some(summary.usable_cores).flatten().map(|cores| rows(summary, line, cores));
            match rows {
                Some(rows) => LineLaw::of_rows(place, growth, &rows),
                None if computes => LineLaw::without(place, Unfitted::UnknownCores),
                None => LineLaw::without(place, Unfitted::Waits),
            }
        };
        Self { sweep: place, growth, cores: summary.usable_cores, lines: lines.map(line).collect() }
    }
}

impl LineLaw {
    fn of_rows(line: usize, growth: Growth, rows: &[(f64, &Row)]) -> Self {
        let times = |row: &Row| row.points.iter().map(|point| (point.process, point.wall_ns)).collect();
        let points: Vec<(f64, Vec<(u32, f64)>)> = rows.iter().map(|(workers, row)| (*workers, times(row))).collect();
        let fit = Curves::new(&points).map(|curves| Fit::new(&curves, growth)).map_err(Unfitted::Refused);
        let (one, more): (Vec<_>, Vec<_>) = rows.iter().partition(|(workers, _)| *workers == 1.0);
        let one = one.first().map(|(_, row)| *row);
        let share = |(workers, row): &(f64, &Row)| {
            let work = work(growth, *workers);
            let speed_up = pairs::ratio(one?, row, |point| point.wall_ns)?.map(|ratio| ratio * work);
            Some(SerialShare { workers: *workers, speed_up, share: serial_share(growth, *workers, speed_up)? })
        };
        let shares = more.iter().filter_map(share).collect();
        let trend =
            one.zip(more.first()).zip(more.last()).and_then(|((one, few), many)| change(growth, one, few, many));
        Self { line, fit, shares, trend }
    }

    fn without(line: usize, reason: Unfitted) -> Self {
        Self { line, fit: Err(reason), shares: Vec::new(), trend: None }
    }
}

/// Returns whether the workers of a line are what the sweep varies.
fn is_varied(summary: &Summary, line: &Line) -> bool {
    let has_workers = |row: &Row| row.runner.parallelism == "workers";
    !line.is_flat && line.points.iter().any(|point| has_workers(summary.row(*point)))
}

/// Returns the numbers of workers up to the cores, with their rows, ascending.
fn rows<'a>(summary: &'a Summary, line: &Line, cores: f64) -> Vec<(f64, &'a Row)> {
    let within = line.points.iter().filter(|point| point.at <= cores);
    within.map(|point| (point.at, summary.row(*point))).filter(|(_, row)| !row.points.is_empty()).collect()
}

/// Returns how many times as much work so many workers do as one.
fn work(growth: Growth, workers: f64) -> f64 {
    match growth {
        Growth::Fixed => 1.0,
        Growth::WithWorkers => workers,
    }
}

/// Returns what becomes of the serial share between two numbers of workers, in the rounds that they have in common with one worker.
fn change(growth: Growth, one: &Row, few: &(f64, &Row), many: &(f64, &Row)) -> Option<(Trend, Estimate)> {
    let speed_ups = |(workers, row): &(f64, &Row)| -> Vec<((u32, u32), f64)> {
        let work = work(growth, *workers);
        let rounds = pairs::of_rows(one, row).into_iter();
        rounds.map(|(one, many)| ((many.process, many.round), work * one.wall_ns / many.wall_ns)).collect()
    };
    let rounds = pairs::of_rounds(speed_ups(few), speed_ups(many)).into_iter();
    let rounds: Vec<(u32, f64, f64)> = rounds.map(|((process, _), few, many)| (process, few, many)).collect();
    if few.0 < many.0 { trend(growth, few.0, many.0, &rounds) } else { None }
}
