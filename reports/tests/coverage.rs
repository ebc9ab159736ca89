//! How often the intervals of the statistics enclose the truth, by simulation with fixed seeds.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::clusters;
use regatta_reports::statistics::Estimate;
use regatta_reports::statistics::effect::Effect;
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal};

/// Simulated intervals of each kind.
const TRIALS: u64 = 2_000;

/// Noise whose median is 0.
#[derive(Debug, Clone, Copy)]
enum Noise {
    Normal,
    /// Log-normal with the tail that benchmark times have.
    Skewed,
    /// Mostly narrow, one value in ten far above: a core that was taken away.
    Contaminated,
}

impl Noise {
    fn draw(self, random: &mut ChaCha8Rng) -> f64 {
        let normal = normal(random);
        match self {
            Self::Normal => normal,
            Self::Skewed => normal.exp() - 1.0,
            Self::Contaminated if random.random::<f64>() < 0.1 => normal + 8.0 * normal.signum(),
            Self::Contaminated => normal,
        }
    }
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    Normal::standard().inverse_cdf(random.random::<f64>().clamp(1e-12, 1.0 - 1e-12))
}

/// Values of processes that share a part of their variance.
fn clustered(random: &mut ChaCha8Rng, noise: Noise, processes: u32, rounds: u32, shared: f64) -> Vec<(u32, f64)> {
    let mut values = Vec::new();
    for process in 0..processes {
        let own = normal(random) * shared.sqrt();
        values.extend((0..rounds).map(|_| (process, own + noise.draw(random) * (1.0 - shared).sqrt())));
    }
    values
}

/// The share of intervals that enclose 0.
fn coverage(seed: u64, mut interval: impl FnMut(&mut ChaCha8Rng) -> Estimate) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let hits = (0..TRIALS).filter(|_| {
        let estimate = interval(&mut random);
        estimate.low <= 0.0 && 0.0 <= estimate.high
    });
    hits.count() as f64 / TRIALS as f64
}

/// The least share of hits that is within chance of a true coverage: below it once in 10,000 such tests.
fn least(truth: f64) -> f64 {
    let hits = Binomial::new(truth, TRIALS).expect("a probability");
    (0..=TRIALS).find(|count| hits.cdf(*count) > 1e-4).unwrap_or(0) as f64 / TRIALS as f64
}

#[test]
fn independent_values_reach_the_coverage_that_is_stated() {
    for (seed, noise) in [(1, Noise::Normal), (2, Noise::Skewed), (3, Noise::Contaminated)] {
        for count in [6, 20, 41] {
            let mut stated = 0.0;
            let found = coverage(seed, |random| {
                let values: Vec<f64> = (0..count).map(|_| noise.draw(random)).collect();
                let estimate = Estimate::of_median(&values).expect("values");
                stated = estimate.coverage;
                estimate
            });
            assert!(found >= least(stated), "{noise:?}, n = {count}: {found} of {stated}");
            assert!(1.0 - found >= 1.0 - stated - 0.02, "{noise:?}, n = {count}: {found} is wider than {stated}");
        }
    }
}

/// Rounds, processes, share of the variance between processes, and the coverage that is promised.
const CLUSTERED: [(u32, u32, f64, f64); 15] = [
    (15, 2, 0.0, 0.95),
    (15, 2, 0.05, 0.93),
    (15, 2, 0.5, 0.80),
    (10, 3, 0.0, 0.95),
    (10, 3, 0.5, 0.90),
    (3, 3, 0.0, 0.94),
    (3, 3, 0.7, 0.93),
    (4, 3, 0.0, 0.95),
    (4, 3, 0.2, 0.93),
    (4, 3, 0.5, 0.93),
    (4, 3, 0.9, 0.93),
    (8, 5, 0.2, 0.93),
    (8, 5, 0.5, 0.93),
    (5, 6, 0.5, 0.95),
    (5, 12, 0.5, 0.95),
];

#[test]
fn rounds_that_share_a_process_do_not_pass_for_independent() {
    for noise in [Noise::Normal, Noise::Skewed, Noise::Contaminated] {
        for (rounds, processes, shared, promised) in CLUSTERED {
            let values = |random: &mut ChaCha8Rng| clustered(random, noise, processes, rounds, shared);
            let found = coverage(7, |random| clusters::median_of(&values(random)).expect("values"));
            let naive = coverage(7, |random| {
                let values: Vec<f64> = values(random).into_iter().map(|(_, value)| value).collect();
                Estimate::of_median(&values).expect("values")
            });
            let case =
                format!("{noise:?}, {processes} processes of {rounds}, {shared} shared: {found}, naively {naive}");
            assert!(found >= least(promised), "{case}");
            assert!(shared < 0.5 || naive < 0.9, "the case shows nothing: {case}");
        }
    }
}

#[test]
fn effects_of_builds_reach_their_coverage_whatever_the_noise() {
    for (seed, noise) in [(11, Noise::Normal), (12, Noise::Skewed), (13, Noise::Contaminated)] {
        for (processes, shared) in [(2, 0.0), (3, 0.3), (5, 0.5), (16, 0.5)] {
            let unpaired = coverage(seed, |random| {
                let sides = [0, 1].map(|_| clustered(random, noise, processes, 8, shared));
                Effect::unpaired(&sides[0], &sides[1]).expect("values").estimate().map(f64::ln)
            });
            assert!(unpaired >= least(0.94), "{noise:?}, {processes} processes, {shared} shared: {unpaired}");
            let paired = coverage(seed, |random| {
                let values = clustered(random, noise, processes, 8, shared);
                let other = clustered(random, noise, processes, 8, shared);
                let differences: Vec<(u32, f64)> =
                    values.iter().zip(&other).map(|((process, a), (_, b))| (*process, a - b)).collect();
                Effect::paired(&differences).expect("values").estimate().map(f64::ln)
            });
            assert!(paired >= least(0.94), "{noise:?}, {processes} processes, {shared} shared: {paired}");
        }
    }
}

/// Noise that drifts within a process: each round inherits most of the one before.
#[test]
fn drift_within_a_process_does_not_fool_a_comparison_of_processes() {
    let found = coverage(21, |random| {
        let mut values = Vec::new();
        for process in 0..6 {
            let mut state = normal(random);
            for _ in 0..10 {
                state = 0.9 * state + 0.19_f64.sqrt() * normal(random);
                values.push((process, state));
            }
        }
        Effect::paired(&values).expect("values").estimate().map(f64::ln)
    });
    assert!(found >= least(0.95), "{found}");
}

/// What METHODOLOGY says: the interval of one process holds for that process, and seldom for what others have.
#[test]
fn one_process_cannot_promise_it() {
    for (shared, least, most) in [(0.0, 0.94, 0.975), (0.05, 0.84, 0.90), (0.5, 0.37, 0.45)] {
        let found = coverage(11, |random| {
            clusters::median_of(&clustered(random, Noise::Normal, 1, 20, shared)).expect("values")
        });
        assert!((least..most).contains(&found), "{shared} of the variance between processes: {found}");
    }
}
