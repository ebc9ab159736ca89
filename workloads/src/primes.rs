//! `primes`: counts primes by trial division over odd divisors.

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Divisors tried between two checkpoints: a few microseconds of work.
const STRIDE: usize = 1024;

/// The list of numbers that teaching examples test for primality, large ones last.
const KNOWN: [u64; 13] = [
    1_116_281,
    1_297_337,
    104_395_303,
    472_882_027,
    533_000_389,
    817_504_243,
    982_451_653,
    112_272_535_095_293,
    112_582_705_942_171,
    112_272_535_095_293,
    115_280_095_190_773,
    115_797_848_077_099,
    1_099_726_899_285_419,
];

/// How often the list of known numbers is gone through.
const REPEATS: u64 = 5;

/// Counts primes by trial division over odd divisors, over a range cut into equal slices, one a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Primes {
    /// First number of the range.
    pub start: u64,
    /// Length of the range.
    pub length: u64,
    /// Number of slices.
    pub tasks: u64,
    /// Numbers to test instead of the range.
    pub preset: Option<Preset>,
}

/// Numbers to test instead of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The 13 known numbers five times over, one a task. The tasks are very unequal.
    #[serde(rename = "known-13")]
    Known13,
}

impl Default for Primes {
    fn default() -> Self {
        Self { start: 1_000_000, length: 640_000, tasks: 64, preset: None }
    }
}

impl Primes {
    /// Returns the first number of a slice.
    fn bound(&self, slice: u64) -> u64 {
        let offset = u128::from(self.length) * u128::from(slice) / u128::from(self.tasks.max(1));
        self.start + u64::try_from(offset).unwrap_or(self.length)
    }
}

impl Workload for Primes {
    const NAME: &'static str = "primes";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "counts primes in a range by trial division over odd divisors";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("start", "", "first number of the range"),
        Parameter::new("length", "", "numbers in the range"),
        Parameter::new("tasks", "", "slices of the range, one a task"),
        Parameter::new("preset", "", "`known-13`: 13 known numbers, five times over, instead of the range"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        const SIEVE: u64 = 1 << 32;
        match self.start.checked_add(self.length) {
            _ if self.length == 0 => Err("`length` must be at least 1, or there is no number to test".to_owned()),
            None => Err("`start` + `length` is beyond 2^64".to_owned()),
            Some(_) if self.length > SIEVE => {
                Err(format!("`length` may be at most {SIEVE}, for the oracle sieves the range"))
            }
            Some(end) if end > 1 << 50 => {
                Err("the range may end at 2^50 at most, for the oracle sieves up to its root".to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    fn tasks(&self) -> u64 {
        match self.preset {
            Some(Preset::Known13) => REPEATS * KNOWN.len() as u64,
            None => self.tasks,
        }
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        Ok(match self.preset {
            Some(Preset::Known13) => u64::from(is_prime(cx, KNOWN[index as usize % KNOWN.len()])),
            None => (self.bound(index)..self.bound(index + 1)).filter(|&n| is_prime(cx, n)).count() as u64,
        })
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let results: Vec<u64> = match self.preset {
            Some(Preset::Known13) => {
                let known = |index| u64::from(miller_rabin(KNOWN[index as usize % KNOWN.len()]));
                (0..self.tasks()).map(known).collect()
            }
            None => {
                let prime = sieve(self.start, self.length);
                let slice =
                    |index| (self.bound(index) - self.start) as usize..(self.bound(index + 1) - self.start) as usize;
                (0..self.tasks).map(|index| prime[slice(index)].iter().filter(|&&is| is).count() as u64).collect()
            }
        };
        results.into_iter()
    }
}

/// Returns whether `n` is prime, by trial division over odd divisors.
pub(crate) fn is_prime<C: Context>(cx: &C, n: u64) -> bool {
    cx.checkpoint();
    if n < 4 {
        return n >= 2;
    }
    if n.is_multiple_of(2) {
        return false;
    }
    let mut divisor = 3;
    loop {
        for _ in 0..STRIDE {
            if divisor * divisor > n {
                return true;
            }
            if n.is_multiple_of(divisor) {
                return false;
            }
            divisor += 2;
        }
        cx.checkpoint();
    }
}

/// Finds which of the `length` numbers from `start` are prime, by a segmented sieve of Eratosthenes.
pub(crate) fn sieve(start: u64, length: u64) -> Vec<bool> {
    let end = start + length;
    let root = end.isqrt();
    let mut small = vec![true; root as usize + 1];
    let mut prime: Vec<bool> = (start..end).map(|n| n >= 2).collect();
    for p in 2..=root {
        if !small[p as usize] {
            continue;
        }
        (p * p..=root).step_by(p as usize).for_each(|multiple| small[multiple as usize] = false);
        let first = (p * p).max(start.next_multiple_of(p));
        (first..end).step_by(p as usize).for_each(|multiple| prime[(multiple - start) as usize] = false);
    }
    prime
}

/// Returns whether `n` is prime, by Miller and Rabin's test with the first twelve primes as bases.
///
/// The test is exact below 3.3 * 10^24 (Sorenson and Webster, "Strong pseudoprimes to twelve prime bases", 2015).
fn miller_rabin(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if n < 2 {
        return false;
    }
    if let Some(&base) = BASES.iter().find(|&&base| n.is_multiple_of(base)) {
        return n == base;
    }
    let multiply = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let power = |mut base: u64, mut exponent: u64| {
        let mut result = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = multiply(result, base);
            }
            base = multiply(base, base);
            exponent >>= 1;
        }
        result
    };
    let twos = (n - 1).trailing_zeros();
    BASES.iter().all(|&base| {
        let mut x = power(base, (n - 1) >> twos);
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = multiply(x, x);
            x == n - 1
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_oracles_agree_with_each_other_and_with_known_counts() {
        let prime = sieve(0, 10_000);
        assert_eq!(prime.iter().filter(|&&is| is).count(), 1229, "primes below 10,000");
        for (n, &is) in prime.iter().enumerate() {
            assert_eq!(miller_rabin(n as u64), is, "{n}");
        }
        let high = 112_272_535_095_200;
        for (n, &is) in (high..).zip(&sieve(high, 200)) {
            assert_eq!(miller_rabin(n), is, "{n}");
        }
    }

    #[test]
    fn slices_cover_the_range_without_overlap() {
        let primes = Primes { start: 10, length: 103, tasks: 7, preset: None };
        assert_eq!(primes.bound(0), 10);
        assert_eq!(primes.bound(7), 113);
        assert!((0..7).all(|slice| primes.bound(slice) <= primes.bound(slice + 1)));
    }

    #[test]
    fn a_range_beyond_the_oracle_is_refused() {
        assert!(Primes { start: u64::MAX, length: 1, ..Primes::default() }.validate().is_err());
        assert!(Primes { start: 0, length: u64::MAX, ..Primes::default() }.validate().is_err());
        assert!(Primes { length: 0, ..Primes::default() }.validate().is_err());
        assert!(Primes::default().validate().is_ok());
    }
}
