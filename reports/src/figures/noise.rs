//! The noise of a run: how far two identical cells differ beyond what their intervals tell.
//!
//! Two copies of a cell differ by chance in each round, which intervals show, and by something that stays for as long as their processes
//! do: where memory and threads happen to lie. Only the second is noise here, for the interval of a figure has the first already.
//! Its size is a standard deviation of logarithms that the ratios of the A/A copies show: each is normal around 0, with the variance of
//! the noise plus that of its own interval. What a single copy shows is uncertain, so the noise is found in two steps:
//! - **Of the run**, from all its copies: half-Cauchy before anything is seen, with the median 1 %, and likelihoods of Student's t with 8
//!   degrees of freedom, as groups differ and one odd group must not speak for all.
//! - **Of a cell**, from the copies that are most like it: half-Cauchy with what is usual in the run as its median. It can only be more
//!   than is usual: a copy that happens to agree is no promise.
//!
//! Quantiles above the median are taken (0.7 and 0.6), which by simulation keeps claims of a difference between identical cells at about 5 %
//! where the noise is 1 % or less, from 2 copies on (the tests below). A copy with a wide interval says little and adds little.
//!
//! Sources:
//! - A. Gelman, *Prior Distributions for Variance Parameters in Hierarchical Models*, Bayesian Analysis 1 (3), 2006: the half-Cauchy.
//! - K. L. Lange, R. J. A. Little and J. M. G. Taylor, *Robust Statistical Modeling Using the t Distribution*, Journal of the American
//!   Statistical Association 84, 1989: likelihoods that one odd value cannot rule.
//! - T. Mytkowicz et al., *Producing Wrong Data Without Doing Anything Obviously Wrong!*, ASPLOS 2009: what memory layout does.

use super::row::Row;
use crate::records::schema::arms;
use crate::statistics::NORMAL_95;

/// What noise is usual, as a standard deviation of logarithms, as long as nothing is known of a run.
const USUAL: f64 = 0.01;
/// Degrees of freedom of what the copies of a run show together.
const FREEDOM: f64 = 8.0;
/// Quantiles of the noise of a run and of a cell that are taken for it.
const OF_RUN: f64 = 0.7;
const OF_CELL: f64 = 0.6;
/// A cell that takes less than this is over before shares of its time mean anything, nanoseconds.
const SHORT_NS: f64 = 10_000.0;
/// The noise that is taken for granted where copies are too short to show it, as a factor.
const LEAST_SHORT: f64 = 1.02;

/// What an A/A copy shows of its original.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shown {
    /// Logarithm of the ratio of their wall times.
    log: f64,
    /// Its standard error.
    error: f64,
}

/// What noise is usual in a run: a standard deviation of logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usual(f64);

impl Usual {
    /// Finds it from all copies of a run; those that take microseconds show amounts, which are no shares, and are left out.
    pub(super) fn from_rows<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let shown: Vec<Shown> = rows.filter(|row| !is_short(row)).filter_map(Shown::by_copy).collect();
        Self(quantile(&shown, USUAL, OF_RUN, |square, variance| {
            -0.5 * variance.ln() - (FREEDOM + 1.0) / 2.0 * (square / variance / FREEDOM).ln_1p()
        }))
    }

    /// Finds the noise of each row of a group, as a factor; none if the group has no copies.
    pub(super) fn noises(self, rows: &[Row]) -> Vec<Option<f64>> {
        let copies: Vec<&Row> = rows.iter().filter(|row| row.cell.arm == arms::AA && row.wall.is_some()).collect();
        rows.iter().map(|row| (!copies.is_empty()).then(|| self.noise(row, &nearest(row, &copies)))).collect()
    }

    /// Returns the noise of a row from the copies that are most like it, as a factor. Where these take microseconds, they differ by the grain of
    /// clocks and by wake-ups, which are amounts: a longer cell is off by the same amount, or by 2 %, for what else may differ.
    fn noise(self, row: &Row, copies: &[&Row]) -> f64 {
        let shown: Vec<Shown> = copies.iter().filter_map(|copy| Shown::by_copy(copy)).collect();
        let own = quantile(&shown, self.0, OF_CELL, |square, variance| -0.5 * variance.ln() - square / variance / 2.0);
        let noise = (NORMAL_95 * own.max(self.0)).exp();
        let longest = copies.iter().filter_map(|copy| copy.wall).map(|wall| wall.value).fold(0.0, f64::max);
        match row.wall.map(|wall| wall.value).filter(|wall| longest < SHORT_NS && longest < *wall) {
            Some(wall) => (1.0 + (noise - 1.0) * longest / wall).max(noise.min(LEAST_SHORT)),
            None => noise,
        }
    }
}

impl Shown {
    /// Returns what a row shows; none if it is no copy, or there were too few rounds for an interval.
    fn by_copy(row: &Row) -> Option<Self> {
        let ratio = row.over_original.filter(|ratio| ratio.is_interval() && ratio.low > 0.0)?;
        Some(Self { log: ratio.value.ln(), error: (ratio.high / ratio.low).ln() / 2.0 / NORMAL_95 })
    }
}

fn is_short(row: &Row) -> bool {
    row.wall.is_none_or(|wall| wall.value < SHORT_NS)
}

/// Returns the copies that are most like a row: of its family and parallel as it is, or else of its family, or parallel as it is, or all.
fn nearest<'a>(row: &Row, copies: &[&'a Row]) -> Vec<&'a Row> {
    let is_kin = |copy: &Row| row.runner.baseline == copy.cell.runner || row.runner.family == copy.runner.family;
    let is_alike = |copy: &Row| (copy.cell.workers > 1) == (row.cell.workers > 1);
    let choices: [&dyn Fn(&Row) -> bool; 4] =
        [&|copy| is_kin(copy) && is_alike(copy), &|copy| is_kin(copy), &|copy| is_alike(copy), &|_| true];
    let choose = |is: &&dyn Fn(&Row) -> bool| copies.iter().copied().filter(|copy| is(copy)).collect::<Vec<&Row>>();
    choices.iter().map(choose).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Returns a quantile of the noise after copies were seen, if it is half-Cauchy with this median before; `likelihood` is the logarithm of that of
/// the square of a logarithm, given its variance. Worked out on a grid from 0.001 % to 50 %.
fn quantile(shown: &[Shown], median: f64, quantile: f64, likelihood: impl Fn(f64, f64) -> f64) -> f64 {
    const POINTS: usize = 120;
    let (least, most) = (1e-5_f64.ln(), 0.5_f64.ln());
    let grid: Vec<f64> = (0..POINTS).map(|i| (least + (most - least) * i as f64 / (POINTS - 1) as f64).exp()).collect();
    let log_of = |noise: f64| {
        // The points are even in logarithms, so the density is that of the logarithm.
        let before = noise.ln() - (noise / median).powi(2).ln_1p();
        before + shown.iter().map(|one| likelihood(one.log.powi(2), one.error.powi(2) + noise.powi(2))).sum::<f64>()
    };
    let logs: Vec<f64> = grid.iter().map(|noise| log_of(*noise)).collect();
    let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let masses: Vec<f64> = logs.iter().map(|log| (log - highest).exp()).collect();
    let mut left = quantile * masses.iter().sum::<f64>();
    for (noise, mass) in grid.iter().zip(&masses) {
        left -= mass;
        if left <= 0.0 {
            return *noise;
        }
    }
    median
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Estimate, Method};

    /// The generator MMIX by Donald Knuth, made normal by Box and Muller.
    struct Random(u64);

    impl Random {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
        }
    }

    fn estimate(log: f64, error: f64) -> Estimate {
        let around = |ends: f64| (log + ends * NORMAL_95 * error).exp();
        Estimate {
            value: log.exp(),
            low: around(-1.0),
            high: around(1.0),
            coverage: 0.95,
            count: 20,
            method: Method::Values,
        }
    }

    fn copy(runner: &str, workers: u64, log: f64, error: f64) -> Row {
        let mut row = cell(runner, workers, 1e8);
        row.cell.arm = arms::AA.to_owned();
        row.over_original = Some(estimate(log, error));
        row
    }

    fn cell(runner: &str, workers: u64, wall_ns: f64) -> Row {
        let mut row = Row { wall: Estimate::of_median(&[wall_ns]), ..Row::default() };
        row.cell.runner = runner.to_owned();
        row.cell.workers = workers;
        row
    }

    /// Returns the shares of comparisons of identical cells, and of cells that differ by 5 %, in which a difference is claimed, and the median noise.
    fn claimed(copies: usize, noise: f64, error: f64) -> (f64, f64, f64) {
        let mut random = Random(copies as u64);
        let (mut falsely, mut rightly, mut count) = (0, 0, 0);
        let mut factors = Vec::new();
        for _ in 0..2_400 / copies {
            let mut draw = || noise * random.normal() + error * random.normal();
            let rows: Vec<Row> = (0..copies).map(|_| copy("r", 1, draw(), error)).collect();
            let usual = Usual::from_rows(rows.iter());
            for one in &rows {
                let factor = usual.noise(&cell("r", 1, 1e8), &[one]);
                let log = draw();
                count += 1;
                falsely += u32::from(estimate(log, error).differs_from(1.0, factor));
                rightly += u32::from(estimate(log + 0.05, error).differs_from(1.0, factor));
                factors.push(factor - 1.0);
            }
        }
        let share = |of: u32| f64::from(of) / f64::from(count);
        (share(falsely), share(rightly), crate::statistics::median(&factors).unwrap_or(f64::NAN))
    }

    #[test]
    fn identical_cells_seldom_differ_and_five_percent_are_seen() {
        for copies in [2, 4, 12, 40] {
            for (noise, error) in
                [(0.0, 0.001), (0.0, 0.01), (0.003, 0.001), (0.003, 0.01), (0.01, 0.001), (0.01, 0.01)]
            {
                let (falsely, rightly, factor) = claimed(copies, noise, error);
                let world = format!("{copies} copies, noise {noise}, error {error}: {falsely} {rightly} {factor}");
                assert!(falsely < 0.07, "{world}");
                assert!(rightly > 0.75, "{world}");
                assert!(factor < 0.035, "{world}");
            }
        }
    }

    #[test]
    fn a_wide_interval_is_no_noise() {
        // 9 rounds of a busy machine: the copies cannot be told apart within 18 %.
        let rows = [copy("r", 1, 0.03, 0.09), copy("r", 2, -0.04, 0.09)];
        let usual = Usual::from_rows(rows.iter());
        let noise = usual.noise(&cell("r", 1, 1e8), &[&rows[0]]);
        assert!((1.01..1.07).contains(&noise), "{noise}");
    }

    #[test]
    fn a_row_goes_by_the_copy_that_is_like_it() {
        let info = |mut row: Row, family: &str, baseline: &str| {
            row.runner.family = family.to_owned();
            row.runner.baseline = baseline.to_owned();
            row
        };
        let native = |row: Row| info(row, "native", "sequential");
        let python = |row: Row| info(row, "cpython", "python");
        let rows = [
            native(cell("sequential", 1, 1e8)),
            native(cell("rayon", 2, 1e8)),
            info(cell("gil-thread", 1, 1e8), "gil", "sequential"),
            python(cell("python", 1, 1e8)),
            python(cell("python-pool", 2, 1e8)),
            native(copy("sequential", 1, 0.001, 0.0005)),
            native(copy("rayon", 2, 0.03, 0.0005)),
            python(copy("python", 1, 0.08, 0.0005)),
        ];
        let found = Usual(0.003).noises(&rows);
        let of = |at: usize| found[at].expect("the group has copies");
        assert!(of(0) < 1.01 && of(2) < 1.01, "{found:?}");
        assert!((1.03..1.12).contains(&of(1)), "{found:?}");
        assert!(of(3) > 1.05 && of(4) > 1.05, "without a parallel copy, that of the family: {found:?}");
        assert_eq!(Usual(0.003).noises(&rows[..5]), vec![None; 5]);
    }

    #[test]
    fn microseconds_are_amounts() {
        let mut short = copy("r", 1, 0.3, 0.01);
        short.wall = Estimate::of_median(&[2_000.0]);
        let usual = Usual::from_rows([&short].into_iter());
        assert!(usual.noise(&cell("r", 1, 2_000.0), &[&short]) > 1.3);
        assert!(usual.noise(&cell("r", 1, 1e8), &[&short]) < 1.021);
    }
}
