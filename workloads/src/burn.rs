//! The reference burn: a fixed piece of computing that shows how fast the machine is.
//!
//! It must not change when a build does, or a build that makes everything slower would pass for a slower machine.
//! So it is machine code that no compiler makes: one loop at an address that is a multiple of 64, over four states at once.
//! Each state multiplies, then adds, and waits for its own step before. The four keep the core's multiplier busy in every cycle.
//! So the front end of the core never decides. Sibling threads share the multiplier, and so show that they are not two cores.
//! Where no machine code is written, the compiler makes the loop, and [`Burn::MADE_OF`] says so.
//! No list has the burn: the harness adds it to every program.

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Primitives, Workload};

/// What a state is multiplied by in each step: Knuth's MMIX generator.
const FACTOR: u64 = 6_364_136_223_846_793_005;
/// What is added in each step.
const TERM: u64 = 1_442_695_040_888_963_407;
/// States that are advanced at once: a multiplication takes three or four cycles, and one can begin in each.
const LANES: u64 = 4;

/// Burns a core for a number of steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Burn {
    /// Steps of each task: some four cycles each, in which all states advance.
    pub steps: u64,
    /// Number of tasks.
    pub tasks: u64,
}

impl Burn {
    /// The code that it is made of, for the records. Burns of the same name are the same work: new code gets a new number.
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

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        Ok(burn(index, self.steps))
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|index| foretold(index, self.steps))
    }
}

/// Returns the states from which the task of this index begins.
fn beginning(index: u64) -> [u64; LANES as usize] {
    std::array::from_fn(|lane| index.wrapping_mul(LANES).wrapping_add(lane as u64))
}

fn sum(states: [u64; LANES as usize]) -> u64 {
    states.into_iter().fold(0, u64::wrapping_add)
}

/// Returns what [`burn`] gives, by another route: all steps together are one multiplication and one addition, found by squaring.
pub(crate) fn foretold(index: u64, steps: u64) -> u64 {
    let (mut factor, mut term) = (1_u64, 0_u64);
    let (mut power, mut power_term, mut left) = (FACTOR, TERM, steps);
    while left > 0 {
        if left & 1 == 1 {
            (factor, term) = (factor.wrapping_mul(power), term.wrapping_mul(power).wrapping_add(power_term));
        }
        power_term = power.wrapping_add(1).wrapping_mul(power_term);
        power = power.wrapping_mul(power);
        left >>= 1;
    }
    let end = |state: u64| state.wrapping_mul(factor).wrapping_add(term);
    sum(beginning(index).map(end))
}

/// Carries out `steps` steps of the task of this index and returns the sum of its last states.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
pub(crate) fn burn(index: u64, steps: u64) -> u64 {
    let [mut a, mut b, mut c, mut d] = beginning(index);
    // SAFETY: the loop reads and writes no memory and no stack, and only the registers that are named; it ends, for `steps` is counted
    // down to 0 and the loop is left out where it is 0.
    unsafe {
        std::arch::asm!(
            "test {left}, {left}",
            "jz 3f",
            ".p2align 6",
            "2:",
            "imul {a}, {factor}",
            "imul {b}, {factor}",
            "imul {c}, {factor}",
            "imul {d}, {factor}",
            "add {a}, {term}",
            "add {b}, {term}",
            "add {c}, {term}",
            "add {d}, {term}",
            "dec {left}",
            "jnz 2b",
            "3:",
            left = inout(reg) steps => _,
            a = inout(reg) a,
            b = inout(reg) b,
            c = inout(reg) c,
            d = inout(reg) d,
            factor = in(reg) FACTOR,
            term = in(reg) TERM,
            options(nomem, nostack),
        );
    }
    sum([a, b, c, d])
}

/// Carries out `steps` steps of the task of this index and returns the sum of its last states.
#[cfg(target_arch = "aarch64")]
#[inline(never)]
pub(crate) fn burn(index: u64, steps: u64) -> u64 {
    let [mut a, mut b, mut c, mut d] = beginning(index);
    // SAFETY: as on x86-64.
    unsafe {
        std::arch::asm!(
            "cbz {left}, 3f",
            ".p2align 6",
            "2:",
            "mul {a}, {a}, {factor}",
            "mul {b}, {b}, {factor}",
            "mul {c}, {c}, {factor}",
            "mul {d}, {d}, {factor}",
            "add {a}, {a}, {term}",
            "add {b}, {b}, {term}",
            "add {c}, {c}, {term}",
            "add {d}, {d}, {term}",
            "subs {left}, {left}, #1",
            "b.ne 2b",
            "3:",
            left = inout(reg) steps => _,
            a = inout(reg) a,
            b = inout(reg) b,
            c = inout(reg) c,
            d = inout(reg) d,
            factor = in(reg) FACTOR,
            term = in(reg) TERM,
            options(nomem, nostack),
        );
    }
    sum([a, b, c, d])
}

/// Carries out `steps` steps of the task of this index and returns the sum of its last states.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(never)]
pub(crate) fn burn(index: u64, steps: u64) -> u64 {
    let mut states = beginning(index);
    for _ in 0..steps {
        states = std::hint::black_box(states.map(|state| state.wrapping_mul(FACTOR).wrapping_add(TERM)));
    }
    sum(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_code_does_what_the_formula_says() {
        for steps in [0, 1, 2, 3, 1000, 65_537] {
            let workload = Burn { steps, tasks: 3 };
            assert!(workload.expected().eq((0..3).map(|index| burn(index, steps))), "{steps} steps");
            let by_hand = |state| (0..steps).fold(state, |state: u64, _| state.wrapping_mul(FACTOR).wrapping_add(TERM));
            assert_eq!(burn(1, steps), sum([4, 5, 6, 7].map(by_hand)), "{steps} steps");
        }
    }
}
