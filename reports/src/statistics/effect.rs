//! The factor between two builds or two runs, with processes as the units: rounds of one process share its memory
//! layout, its thread placement and its moment, so they are no independent evidence.
//!
//! Each process gives one value, the median over its rounds. An interval comes from how these values differ, by Student's
//! t; the median within and the mean across bring them near enough to a normal distribution for that, which
//! `tests/coverage.rs` checks for noise that is skewed and correlated. An order-statistic interval would assume less, but
//! it cannot tell anything from fewer than 6 processes, and nothing at the levels that many comparisons ask for.
//!
//! Plans have few processes and many cells. What the cells have in common is then used to steady the variance of each:
//! it is drawn towards the typical one, the more so the more alike the cells are.
//!
//! Sources:
//! - T. Kalibera and R. Jones, *Rigorous Benchmarking in Reasonable Time*, ISMM 2013: repetition at the highest level
//!   that varies, and intervals from the means of that level.
//! - G. K. Smyth, *Linear Models and Empirical Bayes Methods for Assessing Differential Expression in Microarray
//!   Experiments*, Statistical Applications in Genetics and Molecular Biology 3 (1), 2004: variances of many
//!   comparisons with few repetitions each.
//! - S. Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::gamma::digamma;

use super::estimate::{Estimate, LEVEL, Method, median};

/// Fewest comparisons from which a typical variance is learnt.
const FEWEST_TO_LEARN_FROM: usize = 8;
/// Most degrees of freedom that the typical variance may lend: it is never taken for certain.
const MOST_LENT: f64 = 50.0;

/// A difference of logarithms with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The difference: 0 is none, ln 1.05 is 5 % more.
    pub log: f64,
    /// Variance of the value of one process.
    variance: f64,
    /// Variance of the difference, as a multiple of that of one process.
    scale: f64,
    /// Degrees of freedom of the variance; 0 if there was one process only, on one side or on both.
    freedom: f64,
    /// Samples that it rests on, of both sides together.
    count: usize,
}

impl Effect {
    /// Returns the effect from values `(process, logarithm of a ratio)` of rounds in which both sides were measured; none without any.
    pub fn paired(values: &[(u32, f64)]) -> Option<Self> {
        let units = by_process(values);
        let mean = mean(&units)?;
        let processes = units.len() as f64;
        Some(Self {
            log: mean,
            variance: variance(&[(&units, mean)], processes - 1.0),
            scale: 1.0 / processes,
            freedom: processes - 1.0,
            count: values.len(),
        })
    }

    /// Returns the effect from values `(process, logarithm of a time)` of two separate runs: how much larger the second ones are; none
    /// without any on one side.
    pub fn unpaired(base: &[(u32, f64)], new: &[(u32, f64)]) -> Option<Self> {
        let units = [by_process(base), by_process(new)];
        let (base_mean, new_mean) = (mean(&units[0])?, mean(&units[1])?);
        let processes = units.each_ref().map(|units| units.len() as f64);
        // A side of one process shows nothing of how its processes differ, and what the other side shows need not hold for it.
        let is_judgeable = processes.iter().all(|processes| *processes > 1.0);
        let freedom = if is_judgeable { processes[0] + processes[1] - 2.0 } else { 0.0 };
        Some(Self {
            log: new_mean - base_mean,
            variance: variance(&[(&units[0], base_mean), (&units[1], new_mean)], freedom),
            scale: 1.0 / processes[0] + 1.0 / processes[1],
            freedom,
            count: base.len() + new.len(),
        })
    }

    /// Returns whether anything can be said of its uncertainty.
    pub fn is_judgeable(&self) -> bool {
        self.freedom > 0.0
    }

    /// Returns the factor with its interval at [`LEVEL`]; without one (coverage 0) if there was one process only.
    pub fn estimate(&self) -> Estimate {
        let (low, high) = self.interval(LEVEL).unwrap_or((self.log, self.log));
        Estimate {
            value: self.log.exp(),
            low: low.exp(),
            high: high.exp(),
            coverage: if self.is_judgeable() { LEVEL } else { 0.0 },
            count: self.count,
            method: Method::Student,
        }
    }

    /// Returns the ends of the interval of the difference, in the unit of the values, for a coverage; none if there was one process only.
    pub(crate) fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let half = self.student()?.inverse_cdf(0.5 + level / 2.0) * self.error();
        Some((self.log - half, self.log + half))
    }

    /// Returns the probability of a difference at least as large if there were none in truth; 1 if it cannot be judged.
    pub fn p_value(&self) -> f64 {
        match self.student() {
            Some(_) if self.log == 0.0 => 1.0,
            Some(_) if self.error() == 0.0 => 0.0,
            Some(t) => 2.0 * t.cdf(-(self.log / self.error()).abs()),
            None => 1.0,
        }
    }

    /// Returns the least true difference, in the unit of the values, that is found with probability `power`: where it must be beyond
    /// `floor`, and chance must explain it with less than `level`. None if it cannot be judged.
    pub fn detectable(&self, level: f64, power: f64, floor: f64) -> Option<f64> {
        let student = self.student()?;
        let needed = student.inverse_cdf(1.0 - level / 2.0) * self.error();
        Some(needed.max(floor) + student.inverse_cdf(power) * self.error())
    }

    /// Returns the standard error of the difference; 0 if it cannot be judged.
    pub fn error(&self) -> f64 {
        (self.variance * self.scale).sqrt()
    }

    fn student(&self) -> Option<StudentsT> {
        StudentsT::new(0.0, 1.0, self.freedom).ok().filter(|_| self.is_judgeable())
    }
}

/// Draws the variances of many effects towards what is typical of them.
///
/// The variances are taken for draws around a typical one that scatter as a scaled inverse chi-squared does; how much
/// they scatter beyond what chance explains says how much each is worth against the typical one (Smyth 2004, section
/// 6.2). An effect that cannot be judged stays so: others do not show how its processes differ. Fewer than 8 effects stay as
/// they are.
pub fn steady(effects: &mut [&mut Effect]) {
    let judgeable: Vec<(f64, f64)> =
        effects.iter().filter(|effect| effect.is_judgeable()).map(|effect| (effect.variance, effect.freedom)).collect();
    if judgeable.len() < FEWEST_TO_LEARN_FROM {
        return;
    }
    // A variance of 0 (ties) has no logarithm: it counts as very small.
    let least = 1e-5 * median(&judgeable.iter().map(|(variance, _)| *variance).collect::<Vec<_>>()).unwrap_or(0.0);
    if least <= 0.0 {
        return;
    }
    let count = judgeable.len() as f64;
    let shifted: Vec<f64> = judgeable
        .iter()
        .map(|(variance, freedom)| variance.max(least).ln() - digamma(freedom / 2.0) + (freedom / 2.0).ln())
        .collect();
    let centre = shifted.iter().sum::<f64>() / count;
    let scatter = shifted.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (count - 1.0);
    let by_chance = judgeable.iter().map(|(_, freedom)| trigamma(freedom / 2.0)).sum::<f64>() / count;
    let excess = scatter - by_chance;
    let lent = if excess > 0.0 { (2.0 * inverse_trigamma(excess)).min(MOST_LENT) } else { MOST_LENT };
    let typical = (centre + digamma(lent / 2.0) - (lent / 2.0).ln()).exp();
    for effect in effects.iter_mut().filter(|effect| effect.is_judgeable()) {
        effect.variance = (lent * typical + effect.freedom * effect.variance) / (lent + effect.freedom);
        effect.freedom += lent;
    }
}

/// Returns the p-values as they count where all of them are looked at: below 0.05 at most once in 20 tables in which nothing
/// differs.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut highest: f64 = 0.0;
    for (rank, &at) in order.iter().enumerate() {
        highest = highest.max(p_values[at] * (p_values.len() - rank) as f64).min(1.0);
        adjusted[at] = highest;
    }
    adjusted
}

/// Returns the median of each process. What is not finite is left out.
fn by_process(values: &[(u32, f64)]) -> Vec<f64> {
    let mut processes: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (process, value) in values {
        processes.entry(*process).or_default().push(*value);
    }
    processes.values().filter_map(|values| median(values)).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Returns the common variance of values around the means of their sides; 0 without freedom.
fn variance(sides: &[(&Vec<f64>, f64)], freedom: f64) -> f64 {
    let squares = sides.iter().flat_map(|(values, mean)| values.iter().map(move |value| (value - mean).powi(2)));
    if freedom > 0.0 { squares.sum::<f64>() / freedom } else { 0.0 }
}

/// Returns the second derivative of ln gamma: recurrence up to 10, and the asymptotic series from there.
/// (Abramowitz and Stegun, *Handbook of Mathematical Functions*, 6.4.6 and 6.4.12.)
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    sum + 1.0 / x + y / 2.0 + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)))
}

/// Returns the x above 0 whose trigamma is `value`, by bisection: it falls all the way.
fn inverse_trigamma(value: f64) -> f64 {
    let (mut low, mut high) = (1e-6_f64, 1e6_f64);
    for _ in 0..100 {
        let middle = (low * high).sqrt();
        if trigamma(middle) > value {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low * high).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * b.abs().max(1e-3)
    }

    #[test]
    fn a_thing_against_itself_does_not_differ() {
        let values: Vec<(u32, f64)> = (0..30).map(|i| (i / 5, f64::from(i * 7 % 11))).collect();
        let effect = Effect::unpaired(&values, &values).expect("values");
        assert_eq!((effect.log, effect.p_value()), (0.0, 1.0));
        let zeros: Vec<(u32, f64)> = (0..30).map(|i| (i / 5, 0.0)).collect();
        let effect = Effect::paired(&zeros).expect("values");
        assert_eq!(effect.p_value(), 1.0);
        let estimate = effect.estimate();
        assert_eq!((estimate.low, estimate.value, estimate.high), (1.0, 1.0, 1.0));
    }

    #[test]
    fn one_process_gives_a_value_and_no_judgement() {
        let effect = Effect::paired(&[(0, 0.1), (0, 0.2), (0, 0.3)]).expect("values");
        assert!(!effect.is_judgeable() && effect.p_value() == 1.0 && !effect.estimate().is_interval());
        assert!(close(effect.log, 0.2));
        assert_eq!(Effect::paired(&[]), None);
        assert_eq!(Effect::paired(&[(0, f64::NAN)]), None);
        assert_eq!(Effect::unpaired(&[(0, 1.0)], &[]), None);
    }

    // Against the textbook's formula: mean 2, standard deviation 1, n = 3, t(2; 0.975) = 4.302653.
    #[test]
    fn the_interval_is_that_of_student() {
        let estimate = Effect::paired(&[(0, 1.0), (1, 2.0), (2, 3.0)]).expect("values").estimate();
        assert!(close(estimate.high.ln(), 2.0 + 4.302_653 / 3_f64.sqrt()), "{estimate:?}");
        let effect = Effect::unpaired(&[(0, 1.0), (1, 3.0)], &[(0, 4.0), (1, 6.0)]).expect("values");
        // With 2 degrees of freedom the distribution has a closed form.
        let t = 3.0 / 2_f64.sqrt();
        assert!(close(effect.p_value(), 1.0 - t / (2.0 + t * t).sqrt()), "{}", effect.p_value());
    }

    // With 2 degrees of freedom the quantiles have a closed form: t(p) = (2p - 1) * sqrt(2 / (4p (1 - p))).
    #[test]
    fn what_can_be_detected_comes_from_the_same_error_as_the_interval() {
        let effect = Effect::paired(&[(0, 1.0), (1, 2.0), (2, 3.0)]).expect("values");
        let quantile = |p: f64| (2.0 * p - 1.0) * (2.0 / (4.0 * p * (1.0 - p))).sqrt();
        let error = 1.0 / 3_f64.sqrt();
        let detectable = |floor| effect.detectable(0.05, 0.8, floor).expect("judgeable");
        assert!(close(detectable(0.0), (quantile(0.975) + quantile(0.8)) * error), "{}", detectable(0.0));
        assert!(close(detectable(9.0), 9.0 + quantile(0.8) * error), "{}", detectable(9.0));
        assert!(effect.detectable(0.002, 0.8, 0.0) > effect.detectable(0.05, 0.8, 0.0), "the level counts");
    }

    #[test]
    fn a_side_of_one_process_is_never_judged() {
        let many: Vec<(u32, f64)> = (0..5).map(|process| (process, f64::from(process) * 0.01)).collect();
        let mut effects: Vec<Effect> = (0..9).map(|_| Effect::unpaired(&many, &many).expect("values")).collect();
        effects.push(Effect::unpaired(&many, &[(0, 1.0)]).expect("values"));
        effects.push(Effect::unpaired(&[(0, 1.0)], &many).expect("values"));
        effects.push(Effect::paired(&[(0, 1.0)]).expect("values"));
        steady(&mut effects.iter_mut().collect::<Vec<_>>());
        assert!(effects[..9].iter().all(|effect| effect.is_judgeable() && effect.freedom > 8.0), "{effects:?}");
        assert!(
            effects[9..].iter().all(|effect| !effect.is_judgeable()),
            "nor do others lend it anything: {effects:?}"
        );
        assert_eq!(effects[9].detectable(0.05, 0.8, 0.0), None);
    }

    #[test]
    fn ties_without_variance_are_certain() {
        let effect = Effect::paired(&[(0, 0.5), (1, 0.5)]).expect("values");
        assert_eq!(effect.p_value(), 0.0);
    }

    #[test]
    fn holm_steps_down() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, wanted) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!(close(*found, wanted), "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn trigamma_and_its_inverse() {
        assert!(close(trigamma(1.0), std::f64::consts::PI.powi(2) / 6.0));
        for x in [0.01, 0.5, 3.0, 40.0] {
            assert!(close(inverse_trigamma(trigamma(x)), x), "{x}");
        }
    }

    #[test]
    fn like_variances_lend_each_other_freedom() {
        let effect = |spread: f64| Effect::paired(&[(0, -spread), (1, spread)]).expect("values");
        let mut alike: Vec<Effect> = (0..20).map(|i| effect(1.0 + 0.01 * f64::from(i))).collect();
        let before = alike[0];
        steady(&mut alike.iter_mut().collect::<Vec<_>>());
        assert!(alike[0].freedom > 20.0 && alike[0].estimate().high < before.estimate().high, "{:?}", alike[0]);
        let mut unlike: Vec<Effect> = (0..20).map(|i| effect(f64::from(i * 5 - 45).exp())).collect();
        steady(&mut unlike.iter_mut().collect::<Vec<_>>());
        assert!(unlike[0].freedom < 1.5, "{:?}", unlike[0]);
        let mut few: Vec<Effect> = (0..3).map(|_| effect(1.0)).collect();
        steady(&mut few.iter_mut().collect::<Vec<_>>());
        assert_eq!(few[0], before);
    }
}
