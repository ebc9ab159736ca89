//! How far samples are from what is to be expected.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::machine::World;
use super::model::Counted;

/// Standard deviation of the logarithm of a time from process to process, from round to round, and of a sample.
const PROCESS: f64 = 0.008;
const ROUND: f64 = 0.01;
const SAMPLE: f64 = 0.008;
/// How often something comes between, and what it takes at most: as a share of the time that is computed, and of what is waited for.
const SPIKE: f64 = 0.02;
const SPIKE_SIZE: f64 = 0.5;
const LATE_NS: f64 = 10e6;
/// The same for the slowest of many workers, who finishes last.
const STRAGGLER: f64 = 0.01;

/// The source of all chance.
pub struct Noise {
    random: ChaCha8Rng,
    size: f64,
}

impl Noise {
    pub fn new(world: &World, seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), size: world.noise }
    }

    /// Between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        self.random.random()
    }

    /// Nearly normal: the sum of uniform values.
    fn normal(&mut self) -> f64 {
        (0..4).map(|_| self.random.random::<f64>() - 0.5).sum::<f64>() * 3.0_f64.sqrt()
    }

    /// What all rounds of a process share.
    pub fn of_process(&mut self) -> f64 {
        (PROCESS * self.size * self.normal()).exp()
    }

    /// What all cells of a round share.
    pub fn of_round(&mut self) -> f64 {
        (ROUND * self.size * self.normal()).exp()
    }

    /// What is a sample's own: in CPU time.
    pub fn of_sample(&mut self) -> f64 {
        (SAMPLE * self.size * self.normal()).exp()
    }

    /// What a workload counts in one run.
    pub fn counted(&mut self, counted: Counted) -> f64 {
        let Counted { usual, spread } = counted;
        if spread > 0.0 { (usual * (1.0 - spread * self.uniform())).round() } else { usual }
    }

    /// A factor for what comes late in wall time, where a core is kept busy.
    pub fn late(&mut self, is_parallel: bool) -> f64 {
        let last = if is_parallel { STRAGGLER * self.size * self.uniform() } else { 0.0 };
        1.0 + last + if self.uniform() < SPIKE * self.size { SPIKE_SIZE * self.uniform() } else { 0.0 }
    }

    /// What a wait is late by.
    pub fn late_ns(&mut self) -> f64 {
        if self.uniform() < SPIKE * self.size { LATE_NS * self.uniform() } else { 0.0 }
    }
}
