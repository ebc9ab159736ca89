//! Prints how often the intervals of laws hold the truth and which law is chosen, as the tables of docs/SCALING.md.
//!
//! `cargo run --release -p regatta-reports --example laws [SEEDS]` takes 1,000 seeds of each case by default.

#[path = "../tests/laws/mod.rs"]
mod made_up;

use std::fmt;
use std::io::{self, Write};

use made_up::{Course, Noise, curves, up_to};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::statistics::laws::{Curves, Fit, Growth, Law};

/// Resamplings of one set of curves.
const RESAMPLES: usize = 200;
/// One of so many seeds is resampled.
const RESAMPLED: u64 = 5;

/// The serial shares and costs of a pair whose coverage is looked at.
const COURSES: [(f64, f64); 5] = [(0.0, 0.0), (0.05, 0.0), (0.0, 0.002), (0.05, 0.002), (0.3, 0.01)];
/// Those of which law is chosen is looked at.
const CHOICES: [(f64, f64); 5] = [(0.0, 0.0), (0.05, 0.0), (0.05, 0.0005), (0.05, 0.002), (0.05, 0.005)];

fn main() -> io::Result<()> {
    let seeds = std::env::args().nth(1).map_or(1000, |seeds| seeds.parse().expect("a number of seeds"));
    let mut out = io::stdout().lock();
    writeln!(out, "| noise | processes | points | s | k | s, resampled | k, resampled | width of s | of k |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    let evenly = [2, 3, 5].map(|processes| (Noise::Even, processes));
    let others = [Noise::Growing, Noise::Drifting, Noise::Skewed].map(|noise| (noise, 3));
    for (noise, processes) in evenly.into_iter().chain(others) {
        for most in [4, 8, 16] {
            let case = |(serial, crosstalk)| {
                let course = Course { serial, crosstalk, growth: Growth::Fixed };
                Found::of(&Case { course, most, processes, noise }, seeds)
            };
            let least = COURSES.map(case).into_iter().reduce(Found::least).unwrap_or_default();
            let name = format!("{noise:?}").to_lowercase();
            writeln!(out, "| {name} | {processes} | {most} | {least}")?;
        }
    }
    writeln!(out, "\n| points | s | k | linear | Amdahl | universal |\n|---:|---:|---:|---:|---:|---:|")?;
    for most in [4, 8, 16] {
        for (serial, crosstalk) in CHOICES {
            let course = Course { serial, crosstalk, growth: Growth::Fixed };
            let case = Case { course, most, processes: 3, noise: Noise::Even };
            let laws: Vec<Law> = (0..seeds).map(|seed| Fit::new(&case.curves(seed), course.growth).law).collect();
            let share = |law| laws.iter().filter(|chosen| **chosen == law).count() as f64 / seeds as f64;
            let [linear, amdahl, universal] = [Law::Linear, Law::Amdahl, Law::Universal].map(share).map(percent);
            writeln!(out, "| {most} | {serial} | {crosstalk} | {linear} | {amdahl} | {universal} |")?;
        }
    }
    Ok(())
}

/// What is simulated.
struct Case {
    course: Course,
    most: u32,
    processes: u32,
    noise: Noise,
}

impl Case {
    fn curves(&self, seed: u64) -> Curves {
        curves(self.course, &up_to(self.most), self.processes, Some(self.noise), seed)
    }
}

/// How often intervals hold s and k, and how wide they are.
#[derive(Default)]
struct Found {
    /// The shares of those of reports.
    holds: [f64; 2],
    /// The shares of those between percentiles of resampled processes.
    resampled: [f64; 2],
    /// The median widths of those of reports.
    widths: [f64; 2],
}

impl Found {
    fn of(case: &Case, seeds: u64) -> Self {
        let truth = [case.course.serial, case.course.crosstalk];
        let is_held = |at: usize, (low, high): (f64, f64)| f64::from(low <= truth[at] && truth[at] <= high);
        let mut found = Self::default();
        let mut widths: [Vec<f64>; 2] = Default::default();
        for seed in 0..seeds {
            let curves = case.curves(seed);
            let fit = Fit::new(&curves, case.course.growth);
            for (at, estimate) in [Some(fit.serial), fit.crosstalk].into_iter().flatten().enumerate() {
                found.holds[at] += is_held(at, (estimate.low, estimate.high)) / seeds as f64;
                widths[at].push(estimate.high - estimate.low);
            }
            if seed % RESAMPLED == 0 {
                for (at, ends) in resampled(&curves, case.course.growth, seed).into_iter().enumerate() {
                    found.resampled[at] += is_held(at, ends) / seeds.div_ceil(RESAMPLED) as f64;
                }
            }
        }
        found.widths = widths.map(|mut widths| {
            widths.sort_by(f64::total_cmp);
            widths[widths.len() / 2]
        });
        found
    }

    /// The least shares of both, and the greatest widths.
    fn least(self, other: Self) -> Self {
        let both = |a: [f64; 2], b: [f64; 2], choose: fn(f64, f64) -> f64| [choose(a[0], b[0]), choose(a[1], b[1])];
        Self {
            holds: both(self.holds, other.holds, f64::min),
            resampled: both(self.resampled, other.resampled, f64::min),
            widths: both(self.widths, other.widths, f64::max),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [serial, crosstalk] = self.holds.map(percent);
        let [serial_resampled, crosstalk_resampled] = self.resampled.map(percent);
        write!(out, "{serial} | {crosstalk} | {serial_resampled} | {crosstalk_resampled} | ")?;
        write!(out, "{:.4} | {:.5} |", self.widths[0], self.widths[1])
    }
}

/// The intervals of s and k between percentiles of resampled processes.
fn resampled(curves: &Curves, growth: Growth, seed: u64) -> [(f64, f64); 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = curves.times().len();
    let mut values: [Vec<f64>; 2] = Default::default();
    for _ in 0..RESAMPLES {
        let places: Vec<usize> = (0..count).map(|_| random.random_range(0..count)).collect();
        let fit = Fit::new(&curves.of_processes(&places), growth);
        values[0].push(fit.serial.value);
        values[1].extend(fit.crosstalk.map(|crosstalk| crosstalk.value));
    }
    values.map(|mut values| {
        values.sort_by(f64::total_cmp);
        (values[RESAMPLES * 25 / 1000], values[RESAMPLES * 975 / 1000])
    })
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
