//! A law fitted to curves: which one, its parameters with intervals, and what follows.

use super::curves::Curves;
use super::fieller;
use super::growth::{Growth, Law};
use crate::statistics::least_squares::{combine, non_negative, ordinary};
use crate::statistics::{Estimate, LEVEL, Method};

/// Least standard deviation of times, as a share, that the choice between laws believes in: rounding is no evidence.
const LEAST_NOISE: f64 = 1e-6;
/// How many times the largest measured number of workers a law speaks of.
const FARTHEST: f64 = 2.0;

/// A law that was considered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Which.
    pub law: Law,
    /// Akaike's criterion, corrected for few values, less that of the best candidate. Up to 2 is nearly as good as the best.
    pub worse_by: f64,
}

/// A law fitted to curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The law that explains the curves best.
    pub law: Law,
    /// The serial share s: of the work or, by Gustafson, of the time.
    pub serial: Estimate,
    /// The share k of the work that each pair of workers costs; none where the work grows.
    pub crosstalk: Option<Estimate>,
    /// The number of workers that is fastest, where the law has one. It may be beyond [`Fit::farthest`], and the upper end infinite.
    pub peak: Option<Estimate>,
    /// How far from the law the farthest point is, as a share of its time.
    pub misfit: f64,
    /// All laws that were considered.
    pub candidates: Vec<Candidate>,
    /// Number of processes whose curves were fitted.
    pub processes: usize,
    /// Largest number of workers that was measured.
    pub largest: f64,
    growth: Growth,
    /// Of the terms, by the law.
    coefficients: [f64; 3],
}

impl Fit {
    /// Fits the laws to curves of work that grows in one way or the other, and chooses among them.
    pub fn new(curves: &Curves, growth: Growth) -> Self {
        let fitting = Fitting::new(curves, growth);
        let laws = growth.laws();
        let solutions: Vec<[f64; 3]> = (1..=laws.len()).map(|terms| fitting.non_negative(terms)).collect();
        let criteria: Vec<f64> = solutions.iter().zip(1..).map(|(found, terms)| fitting.aicc(found, terms)).collect();
        let best = (0..laws.len()).min_by(|a, b| criteria[*a].total_cmp(&criteria[*b])).unwrap_or(0);
        let (law, coefficients) = (laws[best], solutions[best]);
        let candidates = laws.iter().zip(&criteria);
        let ratio = |(first, second): (f64, f64)| if second > 0.0 { first / second } else { 0.0 };
        let most = if growth == Growth::WithWorkers { 1.0 } else { f64::INFINITY };
        let serial = |found| growth.serial(found);
        let crosstalk = |found: [f64; 3]| (found[2], found[0]);
        Self {
            law,
            serial: fitting.estimate(ratio(serial(coefficients)), most, serial),
            crosstalk: (growth == Growth::Fixed)
                .then(|| fitting.estimate(ratio(crosstalk(coefficients)), f64::INFINITY, crosstalk)),
            peak: (coefficients[2] > 0.0).then(|| fitting.peak(coefficients)),
            misfit: fitting.misfit(&coefficients),
            candidates: candidates
                .map(|(law, aicc)| Candidate { law: *law, worse_by: aicc - criteria[best] })
                .collect(),
            processes: curves.times().len(),
            largest: curves.workers().last().copied().unwrap_or(1.0),
            growth,
            coefficients,
        }
    }

    /// Returns how many times as fast as one worker so many are by the law; none beyond [`Fit::farthest`].
    pub fn speed_up(&self, workers: f64) -> Option<f64> {
        let at = |workers: f64| combine(&self.coefficients, &self.growth.terms(workers));
        (1.0..=self.farthest()).contains(&workers).then(|| match self.growth {
            Growth::Fixed => workers * at(1.0) / at(workers),
            Growth::WithWorkers => at(workers) / at(1.0),
        })
    }

    /// Returns the largest number of workers that the law says anything of: twice the largest that was measured.
    pub fn farthest(&self) -> f64 {
        FARTHEST * self.largest
    }

    /// Returns the other laws that explain the curves nearly as well.
    pub fn rivals(&self) -> impl Iterator<Item = Law> {
        self.candidates.iter().filter(|other| other.law != self.law && other.worse_by <= 2.0).map(|other| other.law)
    }
}

/// Curves as equations: all relative to the mean of the processes, for noise is a share of a time.
struct Fitting<'a> {
    curves: &'a Curves,
    /// The terms of each point.
    rows: Vec<[f64; 3]>,
    /// What each process measured at each point. The level of each process is 1: that it was faster or slower throughout tells nothing.
    targets: Vec<Vec<f64>>,
    /// The mean of the processes at each point.
    means: Vec<f64>,
    /// The fit of each process with all terms and no bound.
    by_process: Vec<[f64; 3]>,
}

impl<'a> Fitting<'a> {
    fn new(curves: &'a Curves, growth: Growth) -> Self {
        let workers = curves.workers();
        let figures = |times: &Vec<f64>| -> Vec<f64> {
            workers.iter().zip(times).map(|(workers, time)| growth.figure(*workers, *time)).collect()
        };
        let mut targets: Vec<Vec<f64>> = curves.times().iter().map(figures).collect();
        let units = means(&targets);
        for target in &mut targets {
            target.iter_mut().zip(&units).for_each(|(value, unit)| *value /= unit);
            let level = target.iter().sum::<f64>() / target.len() as f64;
            target.iter_mut().for_each(|value| *value /= level);
        }
        let relative = |(workers, unit): (&f64, &f64)| growth.terms(*workers).map(|term| term / unit);
        let rows: Vec<[f64; 3]> = workers.iter().zip(&units).map(relative).collect();
        let terms = growth.laws().len();
        let by_process = targets.iter().filter_map(|target| ordinary(&rows, target, terms)).collect();
        Self { curves, rows, means: means(&targets), targets, by_process }
    }

    /// Fits so many terms to the mean of the processes.
    fn non_negative(&self, terms: usize) -> [f64; 3] {
        non_negative(&self.rows, &self.means, terms)
    }

    /// Returns Akaike's criterion, corrected for few values, of a fit with so many terms. Parameters are the terms but for the level, which
    /// each process has for itself, and the variance.
    fn aicc(&self, coefficients: &[f64; 3], terms: usize) -> f64 {
        let points = self.rows.len() as f64;
        let squares = |target: &Vec<f64>| {
            let misses: Vec<f64> =
                self.rows.iter().zip(target).map(|(row, value)| (value / combine(coefficients, row)).ln()).collect();
            let level = misses.iter().sum::<f64>() / points;
            misses.iter().map(|miss| (miss - level).powi(2)).sum::<f64>()
        };
        let values = self.targets.len() as f64 * (points - 1.0);
        let variance = self.targets.iter().map(squares).sum::<f64>() / values;
        let parameters = terms as f64;
        let correction = 2.0 * parameters * (parameters + 1.0) / (values - parameters - 1.0);
        values * variance.max(LEAST_NOISE.powi(2)).ln() + 2.0 * parameters + correction
    }

    /// Returns how far the farthest point is from a fit, as a share.
    fn misfit(&self, coefficients: &[f64; 3]) -> f64 {
        let points = self.rows.iter().zip(&self.means);
        points.map(|(row, mean)| (mean / combine(coefficients, row) - 1.0).abs()).fold(0.0, f64::max)
    }

    /// Returns a value between 0 and `most` with the interval of a ratio of coefficients; without one (coverage 0) if there was one process
    /// only.
    fn estimate(&self, value: f64, most: f64, ratio: impl Fn([f64; 3]) -> (f64, f64)) -> Estimate {
        let interval = self.interval(ratio);
        let (low, high) = interval.unwrap_or((value, value));
        Estimate {
            value,
            low: low.clamp(0.0, most).min(value),
            high: high.clamp(0.0, most).max(value),
            coverage: if interval.is_some() { LEVEL } else { 0.0 },
            count: self.curves.count(),
            method: Method::Student,
        }
    }

    /// Returns the interval of a ratio of coefficients without any bound; none if there was one process only.
    fn interval(&self, ratio: impl Fn([f64; 3]) -> (f64, f64)) -> Option<(f64, f64)> {
        fieller::interval(&self.by_process.iter().copied().map(ratio).collect::<Vec<_>>(), LEVEL)
    }

    /// Returns the number of workers at which the cost k of one more pair is what one more worker brings: sqrt((1 - s) / k).
    fn peak(&self, [first, second, third]: [f64; 3]) -> Estimate {
        // Its square is one over this ratio, which has an interval where the peak itself has no upper end.
        let bend = |[first, second, third]: [f64; 3]| (third, first - second);
        let at = |bend: f64| if bend > 0.0 { bend.recip().sqrt().max(1.0) } else { f64::INFINITY };
        // Work that is more than serial is never faster than with one worker.
        let value = if second >= first { 1.0 } else { at(third / (first - second)) };
        let interval = self.interval(bend);
        let (low, high) = interval.map_or((value, value), |(low, high)| (at(high), at(low)));
        Estimate {
            value,
            low: low.min(value),
            high: high.max(value),
            coverage: if interval.is_some() { LEVEL } else { 0.0 },
            count: self.curves.count(),
            method: Method::Student,
        }
    }
}

/// Returns the mean of the processes at each point.
fn means(targets: &[Vec<f64>]) -> Vec<f64> {
    let points = targets.first().map_or(0, Vec::len);
    (0..points).map(|at| targets.iter().map(|target| target[at]).sum::<f64>() / targets.len() as f64).collect()
}
