//! The workloads of the experiment, and how much more of each this copy of the program does.

use std::hint::black_box;
use std::sync::OnceLock;

use regatta_workloads::{Context, Error, Kind, Primitives, Workload};
use serde::{Deserialize, Serialize};

use crate::extra;

/// The workloads, by their numbers: counting, mixing numbers, walking through memory.
pub const NAMES: [&str; 3] = ["burn", "mix", "walk"];
/// Words that are walked through: 256 KiB, more than a core's nearest cache.
const WORDS: u64 = 32_768;
/// Elements of [`WORDS`] from one step of a walk to the next: a prime, so that it comes through all of them.
const STRIDE: u64 = 5_003;

/// How much is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Size {
    /// Steps of a task.
    steps: u64,
    /// Number of tasks.
    tasks: u64,
}

impl Default for Size {
    fn default() -> Self {
        Self { steps: 1_000_000, tasks: 64 }
    }
}

/// Burns a core, and longer in a program whose name says so.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Work<const WHICH: usize>(Size);

impl<const WHICH: usize> Workload for Work<WHICH> {
    const NAME: &'static str = NAMES[WHICH];
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "burns a core for a number of steps, or somewhat more";

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.0.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        carry_out(WHICH, self.0.steps + self.0.steps * extra_percent(NAMES[WHICH]) / 100);
        extra::carry_out();
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        0..self.0.tasks
    }
}

/// Carries out steps of a workload. Those that take longer are fewer. Not inlined: the same machine code under every runner.
#[inline(never)]
pub fn carry_out(which: usize, steps: u64) {
    match which {
        0 => {
            let mut left = steps;
            while left > 0 {
                left = black_box(left - 1);
            }
        }
        1 => {
            let mixed = (0..steps)
                .fold(1_u64, |state, step| (state ^ (state >> 29) ^ step).wrapping_mul(0xBF58_476D_1CE4_E5B9));
            black_box(mixed);
        }
        _ => {
            let words = words();
            let mut at = 0;
            for _ in 0..steps / 12 {
                at = (at + STRIDE + words[at as usize]) % WORDS;
            }
            black_box(at);
        }
    }
}

/// Returns the words that are walked through. They are 0, which only whoever reads them knows.
fn words() -> &'static [u64] {
    static MEMORY: OnceLock<Vec<u64>> = OnceLock::new();
    MEMORY.get_or_init(|| black_box(vec![0; WORDS as usize]))
}

/// Finds how much more of a workload this program does, percent, by its name.
///
/// For example, `...-plus-10` is for `burn`, and `...-plus-10-of-mix` for `mix`.
fn extra_percent(workload: &str) -> u64 {
    static EXTRA: OnceLock<(u64, String)> = OnceLock::new();
    let (percent, of) = EXTRA.get_or_init(|| {
        let program = std::env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extra = name.rsplit_once("-plus-").map_or("0", |(_, extra)| extra);
        let (percent, of) = extra.split_once("-of-").unwrap_or((extra, NAMES[0]));
        (percent.parse().unwrap_or(0), of.to_owned())
    });
    if of == workload { *percent } else { 0 }
}
