//! Claims: statements about concurrency models, as data, and the verdicts that the records of a run give on them.
//!
//! A claim says which families of runners it is judged for, which cells it needs, what is worked out of them, and within
//! which bounds that must be. The built-in ones are in `claims/built_in.toml`, whose head explains the format; more can be
//! read from a text of the same format.
//!
//! ```text
//! built_in.toml  the built-in claims
//! set.rs         a set of claims: parsed, joined, judged
//! claim.rs       what a claim consists of, and what makes one invalid
//! names.rs       what claims name that there is not
//! needs.rs       the cells of a plan that a verdict takes
//! rests_on.rs    which groups of a plan a claim rests on
//! selection.rs   finds the cells that a condition speaks of, or says why there are none
//! at.rs          which point of a curve it speaks of
//! along.rs       the same where it speaks of a point of a curve
//! measure.rs     works out a condition's statistic:   cells -> measured
//! times.rs       compares times of two cells
//! latencies.rs   the statistics of latencies
//! formula.rs     the times that waits must take
//! measured.rs    a statistic with what it takes to judge and to explain it
//! judgement.rs   holds it against the bounds:         measured -> judgement
//! load.rs        whether load from outside could explain it
//! verdict.rs     joins a claim's conditions:          judgements -> verdict
//! ```

mod along;
mod at;
mod claim;
mod findings;
mod formula;
mod judgement;
mod latencies;
mod load;
mod measure;
mod measured;
mod names;
mod needs;
mod outcome;
mod rests_on;
mod selection;
mod set;
#[cfg(test)]
mod tests;
mod times;
mod trial_figures;
mod trials;
mod unit;
mod verdict;

pub use self::at::At;
pub use self::claim::{Claim, Condition, Constraint, Formula, Quantile, Reference, Selector, Statistic};
pub use self::judgement::{Evidence, Judgement};
pub use self::names::{Names, Unknown};
pub use self::outcome::Outcome;
pub use self::set::{ClaimError, Claims};
pub use self::unit::Unit;
pub use self::verdict::Verdict;
