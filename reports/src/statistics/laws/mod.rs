//! Laws of scaling, fitted to measured curves: how fast N workers are, as a formula of N.
//!
//! - *linear*: N workers are N times as fast as one.
//! - *Amdahl*: a share s of the work is done by one worker at a time. N workers are N / (1 + s (N - 1)) times as fast.
//! - *universal scalability law*: besides, each pair of workers costs a share k of the work, so that more workers may be
//!   slower: N / (1 + s (N - 1) + k N (N - 1)).
//! - *Gustafson*, where the work grows with the workers: N - s (N - 1) times as much work is done in the time of one worker.
//!
//! **Fit.** The cost N / X of a unit of work, in times of a worker, is linear in three terms none of which is below zero. So
//! non-negative least squares fit it (`least_squares.rs`), with relative misses: noise is a share of a time. So is
//! the throughput X that grows by Gustafson's law.
//!
//! **Intervals.** The processes of the same number measured a curve, in the same rounds. Each such curve is fitted by itself and
//! without a bound. Student's t says what their differences mean for the ratio of two coefficients, by Fieller's theorem. Then what lies
//! below zero is cut off. For normal noise this holds whatever the points of a curve have in common, and wherever the truth lies, also at
//! zero. Percentiles of resampled processes are not: with 3 processes they hold the truth in 41 to 76 % of cases
//! (`examples/laws.rs`).
//!
//! **Intervals are those of all three terms, whichever law is chosen.** A term that a choice leaves out is not known to be zero. An
//! interval that took it for zero would be too narrow, and its own would be empty.
//!
//! **Choice.** Akaike's criterion, corrected for few values, decides between the laws. It counts P (N - 1) values of P processes with N
//! points, because the level of each process tells nothing. The correction takes 5 of them for the law with most terms. So a single process
//! of fewer than 6 points is refused.
//!
//! Sources:
//! - G. M. Amdahl, *Validity of the Single Processor Approach to Achieving Large Scale Computing Capabilities*, AFIPS 1967.
//! - J. L. Gustafson, *Reevaluating Amdahl's Law*, Communications of the ACM 31 (5), 1988.
//! - N. J. Gunther, *Guerrilla Capacity Planning*, Springer 2007, chapters 4 to 6: the universal scalability law and its peak.
//! - A. H. Karp and H. P. Flatt, *Measuring Parallel Processor Performance*, Communications of the ACM 33 (5), 1990.
//! - K. P. Burnham and D. R. Anderson, *Model Selection and Multimodel Inference*, 2nd edition, Springer 2002, sections 2.4 and 2.6.
//! - R. Ibragimov and U. K. Müller, *t-Statistic Based Correlation and Heterogeneity Robust Inference*, Journal of Business and
//!   Economic Statistics 28, 2010: Student's t of the fits of few groups.
//! - E. C. Fieller, *Some Problems in Interval Estimation*, Journal of the Royal Statistical Society B 16, 1954.

mod curves;
mod fieller;
mod fit;
mod growth;
mod serial_share;

pub use self::curves::{Curves, FEWEST_POINTS, Refusal};
pub use self::fit::{Candidate, Fit};
pub use self::growth::{Growth, Law};
pub use self::serial_share::{Trend, serial_share, trend};
