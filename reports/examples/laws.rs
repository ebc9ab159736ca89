//! Prints how often the intervals of laws hold the truth and which law is chosen, as the tables of docs/SCALING.md.
//!
//! `cargo run --release -p regatta-reports --example laws [SEEDS]` takes 1,000 seeds of each case by default.

#[path = "../tests/laws/mod.rs"]
mod made_up;

use std::io::{self, Write};

use made_up::{Course, Noise, curves, up_to};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::statistics::laws::{Curves, Fit, Growth, Law};

/// Resamplings of one set of curves.
const RESAMPLES: usize = 200;

fn main() -> io::Result<()> {
    let seeds = std::env::args().nth(1).map_or(1000, |seeds| seeds.parse().expect("a number of seeds"));
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "| noise | points | processes | s | k | s holds | k holds | resampled: s | k | median width: s | k |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|---|")?;
    for (noise, processes) in
        [(Noise::Even, 3), (Noise::Even, 5), (Noise::Growing, 5), (Noise::Drifting, 5), (Noise::Skewed, 5)]
    {
        for most in [4, 8, 16] {
            for (serial, crosstalk) in [(0.0, 0.0), (0.05, 0.0), (0.0, 0.002), (0.05, 0.002), (0.3, 0.01)] {
                let course = Course { serial, crosstalk, growth: Growth::Fixed };
                let found = Found::of(&Case { course, most, processes, noise }, seeds);
                let name = format!("{noise:?}").to_lowercase();
                writeln!(out, "| {name} | {most} | {processes} | {serial} | {crosstalk} | {found}")?;
            }
        }
    }
    writeln!(out, "\n| points | s | k | linear | Amdahl | universal |\n|---|---|---|---|---|---|")?;
    for most in [4, 8, 16] {
        for (serial, crosstalk) in [(0.0, 0.0), (0.05, 0.0), (0.05, 0.0005), (0.05, 0.002), (0.05, 0.005)] {
            let course = Course { serial, crosstalk, growth: Growth::Fixed };
            let case = Case { course, most, processes: 3, noise: Noise::Even };
            let laws: Vec<Law> = (0..seeds).map(|seed| case.fit(seed).law).collect();
            let share = |law| percent(laws.iter().filter(|chosen| **chosen == law).count(), seeds);
            let [linear, amdahl, universal] = [Law::Linear, Law::Amdahl, Law::Universal].map(share);
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

    fn fit(&self, seed: u64) -> Fit {
        Fit::new(&self.curves(seed), self.course.growth)
    }
}

/// How often intervals hold s and k, and how wide they are.
#[derive(Default)]
struct Found {
    seeds: u64,
    holds: [usize; 2],
    /// Of percentiles of resampled processes.
    resampled_hold: [usize; 2],
    widths: [Vec<f64>; 2],
}

impl Found {
    fn of(case: &Case, seeds: u64) -> Self {
        let truth = [case.course.serial, case.course.crosstalk];
        let mut found = Self { seeds, ..Self::default() };
        for seed in 0..seeds {
            let curves = case.curves(seed);
            let fit = Fit::new(&curves, case.course.growth);
            let resampled = resampled(&curves, case.course.growth, seed);
            for (at, estimate) in [Some(fit.serial), fit.crosstalk].into_iter().flatten().enumerate() {
                let holds = |(low, high): (f64, f64)| usize::from(low <= truth[at] && truth[at] <= high);
                found.holds[at] += holds((estimate.low, estimate.high));
                found.resampled_hold[at] += holds(resampled[at]);
                found.widths[at].push(estimate.high - estimate.low);
            }
        }
        found.widths.iter_mut().for_each(|widths| widths.sort_by(f64::total_cmp));
        found
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for shares in [self.holds, self.resampled_hold] {
            write!(out, "{} | {} | ", percent(shares[0], self.seeds), percent(shares[1], self.seeds))?;
        }
        let middle = |widths: &Vec<f64>| widths.get(widths.len() / 2).copied().unwrap_or(f64::NAN);
        write!(out, "{:.4} | {:.5} |", middle(&self.widths[0]), middle(&self.widths[1]))
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

fn percent(count: usize, of: u64) -> String {
    format!("{:.1} %", 100.0 * count as f64 / of as f64)
}
