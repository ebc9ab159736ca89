//! Curves made up from a law, with noise.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::statistics::laws::{Curves, Growth};

/// What the times are that processes measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// The serial share s.
    pub serial: f64,
    /// The cost k of a pair of workers.
    pub crosstalk: f64,
    /// How the work depends on the workers.
    pub growth: Growth,
}

impl Course {
    /// The time with so many workers: that of one is 1 ms.
    pub fn time(&self, workers: f64) -> f64 {
        let more = self.serial * (workers - 1.0);
        1e6 * match self.growth {
            Growth::Fixed => (1.0 + more + self.crosstalk * workers * (workers - 1.0)) / workers,
            Growth::WithWorkers => workers / (workers - more),
        }
    }
}

/// How the median of a process differs from the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// By 1 %, independently at each point.
    Even,
    /// By 0.3 % with one worker, up to 2 % with most: the more cores are busy, the more is lost to others.
    Growing,
    /// By 1 % at each point, and by 3 % at all points of a process: the machine drifts.
    Drifting,
    /// By 1 %, mostly a little below and seldom far above.
    Skewed,
}

impl Noise {
    /// The factors of one process.
    fn factors(self, points: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
        let drift = 0.03 * normal(random);
        let last = points as f64 - 1.0;
        let log = |place: usize, random: &mut ChaCha8Rng| match self {
            Self::Even => 0.01 * normal(random),
            Self::Growing => (0.003 + 0.017 * place as f64 / last) * normal(random),
            Self::Drifting => drift + 0.01 * normal(random),
            // Mean 1.377 and standard deviation 1.303, as log-normal values of 0.8 have.
            Self::Skewed => 0.01 * ((0.8 * normal(random)).exp() - 1.377) / 1.303,
        };
        (0..points).map(|place| log(place, random).exp()).collect()
    }
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    // The method of Box and Muller.
    let (radius, angle) = (random.random::<f64>().max(1e-300), random.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// The curves that so many processes measure, one value a point, with noise or without any.
pub fn curves(course: Course, workers: &[f64], processes: u32, noise: Option<Noise>, seed: u64) -> Curves {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut points: Vec<(f64, Vec<(u32, f64)>)> = workers.iter().map(|workers| (*workers, Vec::new())).collect();
    for process in 0..processes {
        let exact = vec![1.0; workers.len()];
        let factors = noise.map_or(exact, |noise| noise.factors(workers.len(), &mut random));
        for ((workers, times), factor) in points.iter_mut().zip(factors) {
            times.push((process, course.time(*workers) * factor));
        }
    }
    Curves::new(&points).expect("enough points")
}

/// Numbers of workers from 1 to one after the other.
pub fn up_to(most: u32) -> Vec<f64> {
    (1..=most).map(f64::from).collect()
}
