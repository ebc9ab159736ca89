//! Holds the statistic of a condition against its bounds.

use serde::Serialize;

use super::claim::Condition;
use super::load;
use super::measured::{Measured, Noise};
use super::outcome::Outcome;
use super::unit::Unit;
use crate::figures::{Cell, ChartKind, GroupSummary, Row};
use crate::statistics::{Estimate, median};
use crate::text::units;

/// A cell behind a judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Slug of its group.
    pub group: String,
    /// Its name in the group.
    pub cell: String,
    /// How many samples it has.
    pub samples: usize,
}

/// What became of a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// What became of it.
    pub verdict: Outcome,
    /// The statistic; none if not run.
    pub effect: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// Probability with which the interval encloses the true figure; none where it rests on one process of each cell, for
    /// how processes differ is not known then.
    pub coverage: Option<f64>,
    /// Unit of the statistic and of the bounds.
    pub unit: Option<Unit>,
    /// The bound that decides: the one that the interval straddles, or the one nearest to the statistic.
    pub threshold: Option<f64>,
    /// The least that it may be.
    pub at_least: Option<f64>,
    /// The most that it may be.
    pub at_most: Option<f64>,
    /// What is seen, in a sentence with the figures.
    pub why: String,
    /// The same with less of the figures; none where nothing was measured, or what was decides.
    #[serde(skip)]
    pub doubt: Option<String>,
    /// The cells behind it.
    pub samples: Vec<Evidence>,
    /// Slug of the group that shows it.
    pub group: Option<String>,
    /// Chart of the group that shows it.
    pub chart: Option<ChartKind>,
    /// Whether a cell that it needs was measured and failed.
    #[serde(skip)]
    pub(super) has_failed: bool,
    /// Where the page shows it: an id, of the chart if there is one, else of the group.
    pub anchor: Option<String>,
}

impl Judgement {
    /// Returns the judgement on a condition that cannot be judged.
    pub(super) fn not_run(condition: Option<&Condition>, why: &str) -> Self {
        Self::without_figure(Outcome::NotRun, condition, why)
    }

    /// Returns the judgement on a condition of which a cell was not reached: nobody knows what it would have shown.
    pub(super) fn not_reached(condition: &Condition, why: &str) -> Self {
        Self::without_figure(Outcome::Undecided, Some(condition), why)
    }

    /// Returns the judgement on a condition of which a cell failed: nobody knows what it would have shown.
    pub(super) fn failed(condition: &Condition, why: &str) -> Self {
        let why = format!("{why}; what failed is no evidence");
        Self { has_failed: true, ..Self::not_reached(condition, &why) }
    }

    /// Returns whether nobody knows what a cell that it needs would have shown.
    pub(super) fn is_unknown(&self) -> bool {
        self.verdict == Outcome::Undecided && self.effect.is_none()
    }

    /// Holds figures of trials, one a round, against the bounds of the condition. They are no samples of a quantity: all must keep them.
    pub(super) fn of_trials(condition: &Condition, figures: &[f64], unit: Unit, told: &str, cell: Evidence) -> Self {
        let (least, most) =
            (condition.at_least.unwrap_or(f64::NEG_INFINITY), condition.at_most.unwrap_or(f64::INFINITY));
        let kept = figures.iter().filter(|figure| (least..=most).contains(*figure)).count();
        let verdict = match kept {
            _ if kept == figures.len() => Outcome::Holds,
            0 => Outcome::Fails,
            _ => Outcome::Undecided,
        };
        let rounds = if figures.len() == 1 { "1 round".to_owned() } else { format!("{} rounds", figures.len()) };
        let within =
            if verdict == Outcome::Undecided { format!("; only {kept} of {rounds} keep to it") } else { String::new() };
        let ends = |pick: fn(f64, f64) -> f64| figures.iter().copied().reduce(pick);
        Self {
            effect: median(figures),
            low: ends(f64::min),
            high: ends(f64::max),
            unit: Some(unit),
            why: format!("{told} [{rounds}]; claimed: {}{within}", bounds(condition, unit)),
            samples: vec![cell],
            anchor: Some("faults".to_owned()),
            ..Self::without_figure(verdict, Some(condition), "")
        }
    }

    fn without_figure(verdict: Outcome, condition: Option<&Condition>, why: &str) -> Self {
        Self {
            verdict,
            effect: None,
            low: None,
            high: None,
            coverage: None,
            unit: None,
            threshold: condition.and_then(|condition| condition.at_least.or(condition.at_most)),
            at_least: condition.and_then(|condition| condition.at_least),
            at_most: condition.and_then(|condition| condition.at_most),
            why: why.to_owned(),
            doubt: None,
            samples: Vec::new(),
            group: None,
            chart: None,
            has_failed: false,
            anchor: None,
        }
    }

    /// Holds what was measured against the bounds of the condition.
    pub(super) fn hold(condition: &Condition, measured: &Measured, usable_cores: Option<f64>) -> Self {
        let Measured { estimate, unit, cells, chart, .. } = measured;
        let threshold = deciding_bound(condition, estimate);
        let (verdict, doubt) = decide(condition, measured, threshold, usable_cores);
        let interval = format!("[{}, n = {}]", unit.ends(estimate), estimate.count);
        let mut why = format!("{} {interval}; claimed: {}", measured.told, bounds(condition, *unit));
        if let Some(bytes) = memory(condition, measured) {
            why = format!("{why}; the cell process held {}", units::size(bytes));
        }
        if let Some(doubt) = &doubt {
            why = format!("{why}; {doubt}");
        }
        let name = cells.first().map(Cell::name).unwrap_or_default();
        let doubt = doubt.map(|doubt| {
            let (figure, claimed) = (unit.format(estimate.value), bounds(condition, *unit));
            format!("{name}: {figure} [{}] where {claimed} is claimed; {doubt}", unit.ends(estimate))
        });
        let is_of_one_process = cells.iter().all(|cell| is_of_one_process(cell.row));
        if is_of_one_process {
            why = format!("{why}; {ONE_PROCESS}");
        }
        let group = cells.first().map(|cell| cell.group);
        // A point of a sweep has no charts of its own: the section of the sweep shows it.
        let is_drawn = |(chart, group): &(ChartKind, &GroupSummary)| chart.is_of(group) && group.sweep.is_none();
        let chart = chart.zip(group).filter(is_drawn).map(|(chart, _)| chart);
        let slug = group.map(|group| group.slug.clone());
        let anchor = slug.as_ref().map(|slug| match chart {
            Some(chart) => format!("{slug}-{}", chart.name()),
            None => slug.clone(),
        });
        let evidence = cells.iter().map(|cell| Evidence {
            group: cell.group.slug.clone(),
            cell: cell.row.label.clone(),
            samples: cell.row.samples(),
        });
        Self {
            verdict,
            effect: Some(estimate.value),
            low: Some(estimate.low),
            high: Some(estimate.high),
            coverage: Some(estimate.coverage).filter(|_| !is_of_one_process),
            unit: Some(*unit),
            threshold: Some(threshold),
            at_least: condition.at_least,
            at_most: condition.at_most,
            why,
            doubt,
            samples: evidence.collect(),
            group: slug,
            chart,
            has_failed: false,
            anchor,
        }
    }

    /// Returns the statistic with its unit; empty if not run.
    pub fn figure(&self) -> String {
        self.unit.zip(self.effect).map(|(unit, effect)| unit.format(effect)).unwrap_or_default()
    }

    /// Returns the bounds with their unit; empty if not run.
    pub fn claimed(&self) -> String {
        self.unit.map(|unit| in_words(self.at_least, self.at_most, unit)).unwrap_or_default()
    }
}

/// What is said where one process of each cell is all the evidence.
const ONE_PROCESS: &str = "it rests on one process of each cell, so that nothing is known of how processes differ, and the interval \
                           is of this process: the plan needs 3 or more";

fn is_of_one_process(row: &Row) -> bool {
    row.points.windows(2).all(|pair| pair[0].process == pair[1].process)
}

/// Says what the records say, and, where they cannot tell, what would decide it.
///
/// A figure that is closer to the bound than two copies of the same cell were to each other is not told from it.
fn decide(
    condition: &Condition,
    measured: &Measured,
    threshold: f64,
    usable_cores: Option<f64>,
) -> (Outcome, Option<String>) {
    let Measured { estimate, unit, .. } = measured;
    let (least, most) = (condition.at_least.unwrap_or(f64::NEG_INFINITY), condition.at_most.unwrap_or(f64::INFINITY));
    let outcome = if reaches(estimate.low, least) && reaches(most, estimate.high) {
        Outcome::Holds
    } else if !reaches(estimate.high, least) || !reaches(most, estimate.low) {
        Outcome::Fails
    } else {
        Outcome::Undecided
    };
    let bound = unit.round(threshold);
    let noise = measured.noise.filter(|noise| noise.covers(estimate.value, threshold));
    let doubt = if !estimate.is_interval() {
        let enough = measured.least_rounds;
        format!("too few rounds to tell: at least {enough} of each cell are needed, and there are {}", estimate.count)
    } else if outcome == Outcome::Undecided {
        format!("the interval straddles {bound}: more rounds or a quieter machine would decide it")
    } else if let Some(noise) = noise {
        format!(
            "identical cells may differ by up to {}, so it cannot be told from {bound}: \
             a quieter machine would decide it",
            noise.words(*unit)
        )
    } else if let Some(doubt) = measured.doubt.as_ref().filter(|_| outcome == Outcome::Holds) {
        doubt.clone()
    } else if let Some(load) = load::disturbing(condition, measured, outcome, usable_cores) {
        format!(
            "others kept {} cores of the machine busy meanwhile, which it could have used: \
             a quieter machine would decide it",
            units::cores(load)
        )
    } else {
        return (outcome, None);
    };
    (Outcome::Undecided, Some(doubt))
}

/// Returns whether `a` is at least `b`, but for what logarithms round.
fn reaches(a: f64, b: f64) -> bool {
    a >= b || (a - b).abs() <= 1e-9 * b.abs()
}

impl Noise {
    /// Returns whether a figure is closer to the bound than noise.
    fn covers(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Factor(factor) => (value / bound).ln().abs() < factor.ln(),
            Self::Amount(amount) => (value - bound).abs() < amount,
        }
    }

    fn words(self, unit: Unit) -> String {
        match self {
            Self::Factor(factor) => format!("{:.1} %", (factor - 1.0) * 100.0),
            Self::Amount(amount) => unit.format(amount),
        }
    }
}

/// Returns the bound that the interval straddles, if one is straddled, else that which the statistic is nearest to.
fn deciding_bound(condition: &Condition, estimate: &Estimate) -> f64 {
    let is_straddled = |bound: f64| estimate.low < bound && bound < estimate.high;
    let distance = |bound: f64| (!is_straddled(bound), (estimate.value - bound).abs());
    let bounds = [condition.at_least, condition.at_most].into_iter().flatten();
    let nearer = |a: &f64, b: &f64| {
        let ((a_side, a), (b_side, b)) = (distance(*a), distance(*b));
        a_side.cmp(&b_side).then(a.total_cmp(&b))
    };
    bounds.min_by(nearer).unwrap_or(f64::NAN)
}

fn bounds(condition: &Condition, unit: Unit) -> String {
    in_words(condition.at_least, condition.at_most, unit)
}

fn in_words(at_least: Option<f64>, at_most: Option<f64>, unit: Unit) -> String {
    match (at_least, at_most) {
        (Some(least), Some(most)) => format!("{} to {}", unit.round(least), unit.round(most)),
        (Some(least), None) => format!("at least {}", unit.round(least)),
        (None, Some(most)) => format!("at most {}", unit.round(most)),
        (None, None) => String::new(),
    }
}

fn memory(condition: &Condition, measured: &Measured) -> Option<f64> {
    measured.cells.first().filter(|_| condition.mention_memory)?.row.peak_rss_bytes
}
