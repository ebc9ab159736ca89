//! How often the interval of a crossing encloses the true one, and how often a crossing is claimed of curves that have none: sweeps of
//! made-up curves, with noise of rounds and of processes.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::statistics::crossing::{Duel, Lead, Place};
use statrs::distribution::{ContinuousCDF, Normal};

/// Sweeps of each kind.
const SEEDS: u64 = 1_000;

/// The logarithm of the ratio of two times, first over second, by position on the axis.
type Curve = fn(f64) -> f64;

/// A second side that takes half the time, and 40 units more to begin with.
fn overhead(at: f64) -> f64 {
    (at / (40.0 + at / 2.0)).ln()
}

/// The same with a third of the noise's length between the sides: the lead changes slowly.
fn flat(at: f64) -> f64 {
    0.06 * (at / 80.0).ln()
}

/// A wall: ten times as much within a decade.
fn steep(at: f64) -> f64 {
    3.0 * (at / 80.0).ln()
}

/// Nothing is gained up to 50, and from there ever more.
fn bent(at: f64) -> f64 {
    (at / 50.0).ln().max(0.0) * 0.7 - 0.7 * 1.6_f64.ln()
}

/// One sweep: a noisy curve at places a factor apart, over processes of rounds.
struct Sweep {
    places: u32,
    processes: u32,
    rounds: u32,
    /// Standard deviation of a round's logarithm.
    noise: f64,
    /// Share of its variance that all rounds of a process have in common.
    shared: f64,
}

impl Sweep {
    /// Measures a curve from 1 to 10,000.
    fn of(&self, curve: Curve, seed: u64) -> Duel {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = move || {
            let share: f64 = random.random();
            Normal::standard().inverse_cdf(share.clamp(1e-12, 1.0 - 1e-12))
        };
        let place = |number: u32| {
            let at = 1e4_f64.powf(f64::from(number) / f64::from(self.places - 1));
            let mut values = Vec::new();
            for process in 0..self.processes {
                let own = self.shared.sqrt() * normal();
                let round = |_| (process, curve(at) + self.noise * (own + (1.0 - self.shared).sqrt() * normal()));
                values.extend((0..self.rounds).map(round));
            }
            Place { at, values, noise: 1.0 }
        };
        Duel::new(&(0..self.places).map(place).collect::<Vec<_>>())
    }
}

const SWEEPS: [Sweep; 3] = [
    Sweep { places: 9, processes: 3, rounds: 5, noise: 0.03, shared: 0.3 },
    Sweep { places: 12, processes: 2, rounds: 10, noise: 0.01, shared: 0.0 },
    Sweep { places: 12, processes: 6, rounds: 3, noise: 0.03, shared: 0.5 },
];

#[test]
fn the_interval_holds_the_crossing() {
    let curves: [(&str, Curve, f64); 5] = [
        ("overhead", overhead, 80.0),
        ("flat", flat, 80.0),
        ("steep", steep, 80.0),
        ("bent", bent, 80.0),
        ("step", |at| if at < 80.0 { -0.3 } else { 0.2 }, 80.0),
    ];
    for (sweep, (name, curve, truth)) in SWEEPS.iter().flat_map(|sweep| curves.map(|curve| (sweep, curve))) {
        let duels = (0..SEEDS).map(|seed| sweep.of(curve, seed));
        let single = duels.filter_map(|duel| if let [crossing] = duel.crossings[..] { Some(crossing) } else { None });
        let single: Vec<_> = single.collect();
        let held = single.iter().filter(|crossing| crossing.low <= truth && truth <= crossing.high).count();
        let width =
            single.iter().map(|crossing| (crossing.high / crossing.low).ln()).sum::<f64>() / single.len() as f64;
        let case =
            format!("{name}, {} places, {} processes: {held} of {}", sweep.places, sweep.processes, single.len());
        eprintln!("{case}, width {:.2}", width.exp());
        assert!(single.len() as f64 >= 0.8 * SEEDS as f64, "{case}");
        assert!(held as f64 >= 0.93 * single.len() as f64, "{case}");
    }
}

#[test]
fn no_crossing_is_claimed_where_there_is_none() {
    let curves: [(&str, Curve); 4] = [
        ("the second ahead", |_| 0.3),
        ("all but equal at one end", |at| 0.001 + 0.1 * at.ln()),
        ("touching", |at| 0.05 * (at / 80.0).ln().powi(2)),
        ("equal", |_| 0.0),
    ];
    for (sweep, (name, curve)) in SWEEPS.iter().flat_map(|sweep| curves.map(|curve| (sweep, curve))) {
        let claimed = (0..SEEDS).filter(|&seed| !sweep.of(curve, seed).crossings.is_empty()).count();
        eprintln!("{name}, {} places, {} processes: {claimed}", sweep.places, sweep.processes);
        assert!(claimed as f64 <= 0.05 * SEEDS as f64, "{name}: claimed {claimed} times");
    }
}

#[test]
fn two_crossings_are_two() {
    // The second side is ahead between 10 and 1,000.
    let hill: Curve = |at| 0.5 - 0.22 * (at / 100.0).ln().powi(2) / 2.0_f64.powi(2) * 0.857;
    let (first, second) = (100.0 / (0.5_f64 / 0.04714).sqrt().exp(), 100.0 * (0.5_f64 / 0.04714).sqrt().exp());
    for sweep in &SWEEPS {
        let duels: Vec<Duel> = (0..SEEDS).map(|seed| sweep.of(hill, seed)).collect();
        let both: Vec<_> = duels.iter().filter(|duel| duel.crossings.len() == 2).collect();
        let holds = |duel: &Duel, place: usize, truth: f64| {
            duel.crossings[place].low <= truth && truth <= duel.crossings[place].high
        };
        let held = [(0, first), (1, second)]
            .map(|(place, truth)| both.iter().filter(|duel| holds(duel, place, truth)).count());
        eprintln!("{} places: {held:?} of {}", sweep.places, both.len());
        assert!(
            both.len() as f64 >= 0.8 * SEEDS as f64 && both.iter().all(|duel| duel.crossings[0].to == Lead::Second)
        );
        assert!(held.iter().all(|&held| held as f64 >= 0.93 * both.len() as f64), "{held:?}");
    }
}
