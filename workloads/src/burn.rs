//! The reference burn: a fixed piece of computing that shows how fast the machine is.
//!
//! It must not change when a build does, or a build that makes everything slower would pass for a slower machine. So it is machine
//! code, written here and not by the compiler: one loop at an address that is a multiple of 64, each step of which waits for the one
//! before (multiply, then add), so that the front end of the core is never what decides. Where no machine code is written, the
//! compiler makes the loop, and [`Burn::MADE_OF`] says so. It is in no list: the harness adds it to every program.

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Tally, Workload, expected_tally};

/// What a state is multiplied by in each step: Knuth's MMIX generator.
const FACTOR: u64 = 6_364_136_223_846_793_005;
/// What is added in each step.
const TERM: u64 = 1_442_695_040_888_963_407;

/// Burns a core for a number of steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Burn {
    /// Steps of each task: some four cycles each.
    pub steps: u64,
    /// Number of tasks.
    pub tasks: u64,
}

impl Burn {
    /// What it is made of, for the records. The number at the end is for the code: burns of the same name are the same work.
    pub const MADE_OF: &'static str = if cfg!(target_arch = "x86_64") {
        "machine-code-x86_64-1"
    } else if cfg!(target_arch = "aarch64") {
        "machine-code-aarch64-1"
    } else {
        "build"
    };
}

impl Default for Burn {
    fn default() -> Self {
        Self { steps: 8_000_000, tasks: 1 }
    }
}

impl Workload for Burn {
    const NAME: &'static str = "reference-burn";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "burns a core with code that no build changes";

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, index: u64) -> Result<u64, Error> {
        Ok(burn(index, self.steps))
    }

    fn expected(&self) -> Tally {
        // All steps together are one multiplication and one addition, found by squaring.
        let (mut factor, mut term) = (1_u64, 0_u64);
        let (mut power, mut power_term, mut left) = (FACTOR, TERM, self.steps);
        while left > 0 {
            if left & 1 == 1 {
                (factor, term) = (factor.wrapping_mul(power), term.wrapping_mul(power).wrapping_add(power_term));
            }
            power_term = power.wrapping_add(1).wrapping_mul(power_term);
            power = power.wrapping_mul(power);
            left >>= 1;
        }
        expected_tally((0..self.tasks).map(|index| index.wrapping_mul(factor).wrapping_add(term)))
    }
}

/// Carries out `steps` steps from a state and returns the last one.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
fn burn(mut state: u64, steps: u64) -> u64 {
    // SAFETY: the loop reads and writes no memory and no stack, and only the registers that are named; it ends, for `steps` is counted
    // down to 0 and the loop is left out where it is 0.
    unsafe {
        std::arch::asm!(
            "test {left}, {left}",
            "jz 3f",
            ".p2align 6",
            "2:",
            "imul {state}, {factor}",
            "add {state}, {term}",
            "dec {left}",
            "jnz 2b",
            "3:",
            left = inout(reg) steps => _,
            state = inout(reg) state,
            factor = in(reg) FACTOR,
            term = in(reg) TERM,
            options(nomem, nostack),
        );
    }
    state
}

/// Carries out `steps` steps from a state and returns the last one.
#[cfg(target_arch = "aarch64")]
#[inline(never)]
fn burn(mut state: u64, steps: u64) -> u64 {
    // SAFETY: as on x86-64.
    unsafe {
        std::arch::asm!(
            "cbz {left}, 3f",
            ".p2align 6",
            "2:",
            "mul {state}, {state}, {factor}",
            "add {state}, {state}, {term}",
            "subs {left}, {left}, #1",
            "b.ne 2b",
            "3:",
            left = inout(reg) steps => _,
            state = inout(reg) state,
            factor = in(reg) FACTOR,
            term = in(reg) TERM,
            options(nomem, nostack),
        );
    }
    state
}

/// Carries out `steps` steps from a state and returns the last one.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(never)]
fn burn(mut state: u64, steps: u64) -> u64 {
    for _ in 0..steps {
        state = std::hint::black_box(state.wrapping_mul(FACTOR).wrapping_add(TERM));
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_code_does_what_the_formula_says() {
        for steps in [0, 1, 2, 3, 1000, 65_537] {
            let workload = Burn { steps, tasks: 3 };
            assert_eq!(workload.expected(), expected_tally((0..3).map(|index| burn(index, steps))), "{steps} steps");
            let by_hand = (0..steps).fold(1_u64, |state, _| state.wrapping_mul(FACTOR).wrapping_add(TERM));
            assert_eq!(burn(1, steps), by_hand, "{steps} steps");
        }
    }
}
