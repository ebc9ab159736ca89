//! How faithful the modelled lock is: its figures beside those of each CPython that has a real one.
//!
//! Speed-ups are each over the own language's sequential runner, so that how fast the language is cancels out; the groups
//! may be of different size for that reason. What to compare is a table here: it names workloads as the plan does.

use std::collections::BTreeMap;

use crate::figures::{Cell, GroupSummary, Summary, Versus};
use crate::records::schema::RunnerInfo;
use crate::statistics::Estimate;
use crate::text::units;

/// Figures of the model are to be within this share of CPython's.
pub const AIM_SHARE: f64 = 0.20;
/// Latencies may be off by this much in any case, nanoseconds: a tenth of CPython's default switch interval
/// (`sys.getswitchinterval()`).
pub const AIM_NS: f64 = 5e5;

/// The family of the modelled lock.
const MODEL: &str = "gil";

/// What is compared: a workload, and the parameters that must be the same on both sides.
const COMPARED: [(&str, &[&str]); 4] = [("primes", &[]), ("counting", &[]), ("sleep", &[]), ("convoy", &["beside"])];

/// The model beside one interpreter.
#[derive(Debug, Clone, PartialEq)]
pub struct Fidelity {
    /// Family of the interpreter.
    pub family: String,
    /// What it is: version and build; empty if the records do not say.
    pub version: String,
    /// Figure by figure.
    pub lines: Vec<Line>,
}

/// One figure of both.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What is compared: the workload, and the figure.
    pub what: String,
    /// The model's cell.
    pub model: Side,
    /// CPython's cell.
    pub real: Side,
    /// Unit of both.
    pub kind: Kind,
}

/// A cell's figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Slug of its group.
    pub group: String,
    /// Name of the cell in its group.
    pub label: String,
    /// The figure.
    pub estimate: Estimate,
}

/// What is compared of two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many times as fast as the own baseline.
    SpeedUp,
    /// A latency, nanoseconds.
    Latency,
}

impl Fidelity {
    /// Returns the model beside each interpreter with a lock; empty unless both have samples.
    pub fn from_summary(summary: &Summary) -> Vec<Self> {
        let runners = &summary.run.runners;
        let with_lock = |info: &&RunnerInfo| info.is_of_family("cpython") && info.gil == Some(true);
        let mut families: BTreeMap<&str, &str> = BTreeMap::new();
        for info in runners.values().filter(with_lock) {
            let version = families.entry(&info.family).or_default();
            if version.is_empty() {
                *version = &info.version;
            }
        }
        let side_by_side = |(family, version): (&str, &str)| {
            let lines: Vec<Line> =
                COMPARED.iter().flat_map(|(workload, same)| lines(summary, family, workload, same)).collect();
            (!lines.is_empty()).then(|| Self { family: family.to_owned(), version: version.to_owned(), lines })
        };
        families.into_iter().filter_map(side_by_side).collect()
    }

    /// Returns how many of the figures are as near as is aimed at, in words.
    pub fn finding(&self) -> String {
        let count = |near: Option<bool>| self.lines.iter().filter(|line| line.is_near() == near).count();
        let open = match count(None) {
            0 => String::new(),
            open => format!("; of {open} it cannot be told"),
        };
        format!(
            "{} of {} figures of the modelled GIL are as near to those of {} as is aimed at{open}",
            count(Some(true)),
            self.lines.len(),
            self.family
        )
    }
}

/// Says what is near enough, in words.
pub fn aim() -> String {
    let (share, ns) = (units::percent(AIM_SHARE), units::without_zeros(&units::duration(AIM_NS)));
    format!("a figure within {share} of CPython's, or a latency within {ns} of it if that is more")
}

impl Line {
    /// Returns both cells, the model's first.
    pub fn sides(&self) -> [&Side; 2] {
        [&self.model, &self.real]
    }

    /// Returns the model's figure with its unit.
    pub fn format(&self, side: &Side) -> String {
        match self.kind {
            Kind::SpeedUp => units::ratio(side.estimate.value),
            Kind::Latency => units::duration(side.estimate.value),
        }
    }

    /// Returns the interval of a figure.
    pub fn ends(&self, side: &Side) -> String {
        match self.kind {
            Kind::SpeedUp => units::number_ends(&side.estimate),
            Kind::Latency => units::duration_ends(&side.estimate),
        }
    }

    /// Returns how far the model is off: the share of CPython's figure.
    pub fn share_off(&self) -> f64 {
        self.model.estimate.value / self.real.estimate.value - 1.0
    }

    /// Returns how far the model is off, in words.
    pub fn difference(&self) -> String {
        let share = format!("{:+.0} %", self.share_off() * 100.0);
        match self.kind {
            Kind::SpeedUp => share,
            Kind::Latency => {
                let ns = self.model.estimate.value - self.real.estimate.value;
                let sign = if ns > 0.0 { "+" } else { "" };
                format!("{sign}{} ({share})", units::duration(ns))
            }
        }
    }

    /// Returns whether it is as near as is aimed at; none if the intervals leave it open.
    pub fn is_near(&self) -> Option<bool> {
        let (model, real) = (&self.model.estimate, &self.real.estimate);
        let (least, most, aim) = match self.kind {
            Kind::SpeedUp => (model.low / real.high - 1.0, model.high / real.low - 1.0, AIM_SHARE),
            Kind::Latency => (model.low - real.high, model.high - real.low, AIM_NS.max(AIM_SHARE * real.value)),
        };
        if -aim <= least && most <= aim {
            Some(true)
        } else if most < -aim || aim < least {
            Some(false)
        } else {
            None
        }
    }

    /// Says [`Line::is_near`] in a word or two.
    pub fn nearness(&self) -> &'static str {
        match self.is_near() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "cannot be told",
        }
    }
}

/// Finds the measured cells of a family under a workload.
fn cells<'a>(summary: &'a Summary, family: &str, workload: &str) -> Vec<Cell<'a>> {
    let groups = summary.unswept().filter(|group| group.workload == workload);
    let is_of_family = |cell: &Cell| cell.row.is_main() && cell.row.wall.is_some() && cell.row.runner.family == family;
    groups.flat_map(Cell::all_of).filter(is_of_family).collect()
}

/// Returns the figures of a workload that both sides have: each cell of the model beside the one like it.
fn lines(summary: &Summary, family: &str, workload: &str, same: &[&str]) -> Vec<Line> {
    let real = cells(summary, family, workload);
    let mut lines = Vec::new();
    for model in cells(summary, MODEL, workload) {
        let compared =
            real.iter().filter(|real| are_alike(model, **real, same)).map(|real| of_cells(model, *real, same));
        lines.extend(compared.max_by_key(Vec::len).unwrap_or_default());
    }
    lines
}

/// Returns whether a cell of the model and one of an interpreter do the same work in the same way.
fn are_alike(model: Cell, real: Cell, same: &[&str]) -> bool {
    let (a, b) = (&model.row.cell, &real.row.cell);
    // One worker a task: their number follows from the size of the group.
    let has_one_a_task = a.workers == model.row.scale.tasks && b.workers == real.row.scale.tasks;
    let has_same = same.iter().all(|name| model.row.scale.params.get(*name) == real.row.scale.params.get(*name));
    model.row.runner.model == real.row.runner.model
        && (a.workers == b.workers || has_one_a_task)
        && a.options == b.options
        && has_same
}

/// Returns the figures that both cells have.
fn of_cells(model: Cell, real: Cell, same: &[&str]) -> Vec<Line> {
    let speed_up =
        |cell: Cell| cell.row.ratio.filter(|_| cell.group.versus == Versus::Baseline && !cell.row.is_baseline);
    let side = |cell: Cell, estimate| Side { group: cell.group.slug.clone(), label: cell.row.label.clone(), estimate };
    let line = |figure: &str, kind, (a, b)| Line {
        what: format!("{}: {figure}", name(model.group, same)),
        model: side(model, a),
        real: side(real, b),
        kind,
    };
    let latencies = model.row.latencies.first().zip(real.row.latencies.first());
    let latencies = latencies.map(|(a, b)| {
        [("median latency", a.p50, b.p50), ("99th percentile", a.p99, b.p99)]
            .map(|(figure, a, b)| line(figure, Kind::Latency, (a, b)))
    });
    let ratios = speed_up(model).zip(speed_up(real)).map(|ratios| line("speed-up", Kind::SpeedUp, ratios));
    ratios.into_iter().chain(latencies.into_iter().flatten()).collect()
}

/// Returns the workload, with the parameters that are the same on both sides.
fn name(group: &GroupSummary, same: &[&str]) -> String {
    let params = same.iter().filter_map(|name| Some(format!("{name} {}", group.params.get(*name)?)));
    [group.workload.clone()].into_iter().chain(params).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Method;

    fn line(kind: Kind, model: f64, real: f64) -> Line {
        let side = |value| Side {
            group: String::new(),
            label: String::new(),
            estimate: Estimate {
                value,
                low: value * 0.999,
                high: value * 1.001,
                coverage: 0.95,
                count: 20,
                method: Method::Values,
            },
        };
        Line { what: String::new(), model: side(model), real: side(real), kind }
    }

    #[test]
    fn near_is_a_fifth_or_half_a_millisecond() {
        assert_eq!(line(Kind::SpeedUp, 0.85, 1.0).is_near(), Some(true));
        assert_eq!(line(Kind::SpeedUp, 0.75, 1.0).is_near(), Some(false));
        assert_eq!(line(Kind::Latency, 1.4e6, 1.0e6).is_near(), Some(true), "0.4 ms off");
        assert_eq!(line(Kind::Latency, 1.7e6, 1.0e6).is_near(), Some(false), "0.7 ms off, at a small interval");
        assert_eq!(line(Kind::Latency, 11.5e6, 10e6).is_near(), Some(true), "15 % off");
        assert_eq!(line(Kind::Latency, 10.2e6, 6.25e6).is_near(), Some(false), "4 ms off, which once was near");
        assert_eq!(line(Kind::Latency, 12.0e6, 10e6).is_near(), None, "the intervals reach over the bound");
    }
}
