//! How often intervals hold the truth where rounds end early or go on for a verdict, by simulation.

use std::cell::Cell;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use regatta_reports::clusters;
use regatta_reports::statistics::Estimate;

use super::*;
use crate::driver::precision::Precision;
use crate::group::Precise;
use crate::plan::OwnQuota;

struct Stopped;

impl Clock for Stopped {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

fn plan(processes: u32, rounds: u32) -> Plan {
    let text = format!("rounds = {rounds}\nleast_rounds = 6\nprocesses = {processes}\nbudget = '1h'\ngroup = []");
    Plan::parse("test", &text).expect("a plan")
}

/// Returns noise with median 0: normal, skewed as times are, or with one value in ten far off.
fn noise(kind: u32, random: &mut ChaCha8Rng) -> f64 {
    let (a, b) = (random.random::<f64>().max(1e-12), random.random::<f64>());
    let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    match kind {
        0 => normal,
        1 => normal.exp() - 1.0,
        _ if random.random::<f64>() < 0.1 => normal + 8.0 * normal.signum(),
        _ => normal,
    }
}

/// Returns the share of runs whose interval holds the truth, and their mean number of rounds, with all processes alike.
fn coverage(processes: u32, kind: u32, scatter: f64) -> (f64, f64) {
    const TRIALS: u32 = 2_000;
    let (plan, mut random) = (plan(processes, 400), ChaCha8Rng::seed_from_u64(u64::from(kind)));
    let (mut hits, mut rounds) = (0, 0);
    for _ in 0..TRIALS {
        let mut pace = Pace::new(&plan, &Stopped, 1);
        let mut precision = Precision::new(vec![Precise::Wall]);
        let mut values = Vec::new();
        pace.begin_group(plan.quota(OwnQuota::default()), Duration::ZERO, 1);
        for process in 0..processes {
            pace.begin_process(process);
            while pace.has_time_for_a_round(|| precision.widest()) {
                let value = scatter * noise(kind, &mut random);
                precision.add(0, process, values.len() as u32, (value + 20.0).exp() as u64);
                values.push((process, value));
                pace.end_round(true);
            }
        }
        let estimate = clusters::median_of(&values).expect("values");
        hits += u32::from(holds(estimate, 0.0));
        rounds += values.len();
    }
    (f64::from(hits) / f64::from(TRIALS), rounds as f64 / f64::from(TRIALS))
}

// docs/TRUST.md states what this finds.
#[test]
fn stopping_early_costs_no_coverage() {
    for processes in [1, 3] {
        for (kind, scatter) in [(0, 0.005), (0, 0.02), (0, 0.05), (1, 0.02), (1, 0.05), (2, 0.02), (2, 0.05)] {
            let (coverage, rounds) = coverage(processes, kind, scatter);
            // With a stop as soon as the interval is narrow it is 0.93 and less where some 50 rounds are needed.
            assert!(coverage >= 0.935, "{processes} processes, noise {kind} of {scatter}: {coverage}");
            assert!(rounds < 399.0, "it stops early");
        }
    }
}

/// Returns the share of runs whose interval holds the truth 0, where a group whose interval holds a bound, too, has two more visits.
fn coverage_of_verdicts(kind: u32, bound: f64) -> f64 {
    const TRIALS: u32 = 4_000;
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(kind));
    let mut hits = 0;
    for _ in 0..TRIALS {
        let mut values: Vec<(u32, f64)> = Vec::new();
        for (process, rounds) in [(0, 2), (1, 2), (2, 2), (3, 4), (4, 4)] {
            let is_revisit = process == 3;
            if is_revisit && clusters::median_of(&values).is_some_and(|at_first| !holds(at_first, bound)) {
                break;
            }
            values.extend((0..rounds).map(|_| (process, 0.05 * noise(kind, &mut random))));
        }
        hits += u32::from(clusters::median_of(&values).is_some_and(|estimate| holds(estimate, 0.0)));
    }
    f64::from(hits) / f64::from(TRIALS)
}

fn holds(estimate: Estimate, value: f64) -> bool {
    estimate.low <= value && value <= estimate.high
}

// docs/TRUST.md states what this finds.
#[test]
fn one_look_at_the_verdicts_costs_no_coverage() {
    for kind in 0..3 {
        for bound in [0.0, 0.01, 0.02, 0.05, 0.1] {
            let coverage = coverage_of_verdicts(kind, bound);
            assert!(coverage >= 0.935, "noise {kind}, bound {bound}: {coverage}");
        }
    }
}

#[test]
fn looks_are_few_however_many_rounds_there_are() {
    let (plan, looks) = (plan(1, 100_000), Cell::new(0));
    let mut pace = Pace::new(&plan, &Stopped, 1);
    pace.begin_group(plan.quota(OwnQuota::default()), Duration::ZERO, 1);
    pace.begin_process(0);
    while pace.has_time_for_a_round(|| {
        looks.set(looks.get() + 1);
        f64::INFINITY
    }) {
        pace.end_round(true);
    }
    assert_eq!(looks.get(), 15, "at 6, 12, ... 98,304 rounds of 100,000");
}
