//! Searches on made-up cost curves whose crossings are known, with noise of rounds and of processes.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::*;

/// Searches of each kind.
const SEEDS: u64 = 1_000;
/// Cells' processes that fit into the budget of a search.
const BUDGET: usize = 100;
/// Rounds of a process.
const ROUNDS: usize = 4;

/// A range, and by place the time of the first side over that of the second.
struct Curve {
    name: &'static str,
    range: (u64, u64),
    ratio: fn(f64) -> f64,
    /// Standard deviation of the logarithm of the ratio in a round.
    noise: f64,
    crossings: &'static [f64],
}

/// Returns the ratio to a second side that takes half the time, and 3,000 units more to begin with.
fn overhead(at: f64) -> f64 {
    at / (3_000.0 + at / 2.0)
}

const CURVES: [Curve; 7] = [
    Curve { name: "an overhead", range: (100, 1_000_000), ratio: overhead, noise: 0.03, crossings: &[6_000.0] },
    Curve {
        name: "an overhead in noise",
        range: (100, 1_000_000),
        ratio: overhead,
        noise: 0.15,
        crossings: &[6_000.0],
    },
    Curve { name: "steep", range: (10, 10_000), ratio: |at| (at / 77.0).powi(2), noise: 0.05, crossings: &[77.0] },
    Curve { name: "flat", range: (10, 10_000), ratio: |at| (at / 300.0).powf(0.06), noise: 0.03, crossings: &[300.0] },
    Curve {
        name: "a step",
        range: (10, 10_000),
        ratio: |at| if at < 640.0 { 0.8 } else { 1.3 },
        noise: 0.03,
        crossings: &[640.0],
    },
    Curve {
        name: "two crossings",
        range: (10, 100_000),
        ratio: |at| (0.5 - 0.1 * (at / 1_000.0).ln().powi(2)).exp(),
        noise: 0.03,
        crossings: &[106.883_8, 9_355.956],
    },
    Curve { name: "few whole numbers", range: (1, 8), ratio: |at| at / 2.6, noise: 0.05, crossings: &[2.6] },
];

/// Searches along a curve until nothing is left to learn or the budget is spent.
fn searched(curve: &Curve, seed: u64) -> (Duel, usize) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // By G. E. P. Box and M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    let mut normal = move || {
        let [length, turn] = [0, 1].map(|_| random.random::<f64>());
        (-2.0 * (1.0 - length).ln()).sqrt() * (turn * std::f64::consts::TAU).cos() * curve.noise
    };
    let mut search = Search::new(curve.range.0, curve.range.1);
    let mut spent = 0;
    for process in 0.. {
        let next = search.next();
        if next.is_empty() || spent + next.len() > BUDGET {
            break;
        }
        spent += next.len();
        for at in next {
            // Half of the variance is between processes.
            let own = normal() / 2_f64.sqrt();
            let log = (curve.ratio)(at as f64).ln();
            let rounds: Vec<f64> = (0..ROUNDS).map(|_| log + own + normal() / 2_f64.sqrt()).collect();
            search.note(at, process, &rounds);
        }
    }
    (search.duel(), spent)
}

#[test]
fn the_interval_holds_the_crossing() {
    for curve in &CURVES {
        let (mut found, mut held, mut more, mut width, mut spent) = (0, 0, 0, 0.0, 0);
        for seed in 0..SEEDS {
            let (duel, cost) = searched(curve, seed);
            spent += cost;
            more += usize::from(duel.crossings.len() > curve.crossings.len());
            for (crossing, truth) in duel.crossings.iter().zip(curve.crossings) {
                found += 1;
                held += usize::from(crossing.low <= *truth && *truth <= crossing.high);
                width += (crossing.high / crossing.low).ln();
            }
        }
        let all = curve.crossings.len() * SEEDS as usize;
        let (width, spent) = ((width / found as f64).exp(), spent as f64 / SEEDS as f64);
        let case = format!(
            "{}: {held} of {found} of {all}, {more} with more, width {width:.3}, {spent:.0} places",
            curve.name
        );
        eprintln!("{case}");
        assert!(found as f64 >= 0.95 * all as f64, "{case}");
        assert!(held as f64 >= 0.93 * found as f64, "{case}");
        assert!(more as f64 <= 0.05 * SEEDS as f64, "{case}");
    }
}

#[test]
fn no_crossing_is_claimed_where_there_is_none() {
    let curves = [
        ("ahead", (|_| 1.2) as fn(f64) -> f64),
        ("equal", |_| 1.0),
        ("equal at one end", |at| 1.0 + 0.05 * (at / 10.0).ln()),
        ("touching", |at| (0.1 * (at / 400.0).ln().powi(2)).exp()),
    ];
    for (name, ratio) in curves {
        let curve = Curve { name, range: (10, 10_000), ratio, noise: 0.03, crossings: &[] };
        let claimed = (0..SEEDS).filter(|&seed| !searched(&curve, seed).0.crossings.is_empty()).count();
        eprintln!("{name}: {claimed} claimed");
        assert!(claimed as f64 <= 0.05 * SEEDS as f64, "{name}: {claimed} claimed");
    }
}

#[test]
fn a_search_is_the_same_each_time() {
    let (once, again) = (searched(&CURVES[0], 1), searched(&CURVES[0], 1));
    assert_eq!(once, again);
}

#[test]
fn the_survey_spans_the_range() {
    assert_eq!(survey(1, 8), [1, 2, 3, 4, 5, 6, 8]);
    let wide = survey(1_000, 10_000_000);
    assert_eq!((wide[0], wide[4], wide[8], wide.len()), (1_000, 100_000, 10_000_000, 9));
    let mut search = Search::new(1, 100);
    let highest = search.places().max().expect("places");
    search.leave_out(highest);
    assert!(!search.next().contains(&100) && search.next().contains(&1));
}
