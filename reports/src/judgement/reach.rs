//! Where along the axis of a sweep a runner outperforms its baseline.
//!
//! What is asked of a parallel program first is which configuration of it outperforms one thread at all (F. McSherry, M. Isard and
//! D. G. Murray, *Scalability! But at what COST?*, HotOS 2015).

use crate::figures::{Cell, Line, Measure, Row, Summary, pairs};
use crate::statistics::Estimate;

/// Runners are alike if the whole interval of the ratio of their times is within this share of 1.
pub const ALIKE: f64 = 0.05;

/// How a cell stands to its baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gain {
    /// It is faster for certain.
    Faster,
    /// It takes the same time, within 5 %.
    Alike,
    /// It is slower for certain.
    Slower,
    /// Its interval is too wide for any of these.
    Open,
}

/// Where a runner outperforms its baseline, for certain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// At every value of the axis.
    Everywhere,
    /// From a value on.
    From(f64),
    /// Up to a value.
    UpTo(f64),
    /// From one value to another.
    Between(f64, f64),
    /// At no value, and that is certain at all of them.
    Nowhere,
    /// At no value for certain.
    Undecided,
}

/// How a line stands to its baseline along the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The values of the axis where both were measured, ascending, each with how it stands there.
    pub gains: Vec<(f64, Gain)>,
    /// The value with the greatest speed-up that is certain, and that speed-up.
    pub best: Option<(f64, Estimate)>,
    /// The least value at which it is as fast as anywhere, within 5 %; none if there is none for certain. Only for points that do the same work.
    pub enough: Option<f64>,
}

impl Range {
    /// Returns the longest run of values of which something is so, of several the last; none if there is none.
    pub fn of_longest_run(values: &[(f64, bool)]) -> Option<Self> {
        let runs = values.chunk_by(|a, b| a.1 == b.1).filter(|run| run[0].1);
        let run = runs.max_by_key(|run| run.len())?;
        let ends = |run: &[(f64, bool)]| Some((run.first()?.0, run.last()?.0));
        let ((first, last), (from, to)) = (ends(values)?, ends(run)?);
        Some(Self::within((first, last), (from, to)))
    }

    /// Returns the range of these ends on an axis that has those ends.
    pub fn within((first, last): (f64, f64), (from, to): (f64, f64)) -> Self {
        match (from == first, to == last) {
            (true, true) => Self::Everywhere,
            _ if from == to => Self::Between(from, to),
            (false, true) => Self::From(from),
            (true, false) => Self::UpTo(to),
            (false, false) => Self::Between(from, to),
        }
    }

    /// Says where it is; `words` writes a value of the axis.
    pub fn words(self, words: impl Fn(f64) -> String) -> String {
        match self {
            Self::Everywhere => "throughout".to_owned(),
            Self::From(from) => format!("from {} on", words(from)),
            Self::UpTo(to) => format!("up to {}", words(to)),
            Self::Between(from, to) if from == to => format!("at {}", words(to)),
            Self::Between(from, to) => format!("from {} to {}", words(from), words(to)),
            Self::Nowhere => "nowhere".to_owned(),
            Self::Undecided => "nowhere for certain".to_owned(),
        }
    }

    /// Says where it is in few characters; `short` writes a value of the axis.
    pub fn short(self, short: impl Fn(f64) -> String) -> String {
        match self {
            Self::Everywhere => "all".to_owned(),
            Self::From(from) => format!("≥{}", short(from)),
            Self::UpTo(to) => format!("≤{}", short(to)),
            Self::Between(from, to) if from == to => format!("at {}", short(to)),
            Self::Between(from, to) => format!("{}–{}", short(from), short(to)),
            Self::Nowhere | Self::Undecided => "–".to_owned(),
        }
    }
}

impl Gain {
    /// Returns how a row stands to its baseline; none if it has no speed-up, or is the baseline.
    pub fn of_cell(cell: Cell) -> Option<Self> {
        let ratio = Measure::SpeedUp.of(cell).filter(|_| !cell.row.is_baseline)?;
        let noise = cell.row.noise.unwrap_or(1.0);
        Some(match ratio {
            _ if cell.row.code_differs => Self::Open,
            ratio if ratio.is_one_within(ALIKE, noise) => Self::Alike,
            ratio if !ratio.differs_from(1.0, noise) => Self::Open,
            ratio if ratio.value > 1.0 => Self::Faster,
            _ => Self::Slower,
        })
    }
}

impl Reach {
    /// Returns how a line stands to its baseline; none if it has no speed-ups along the axis.
    pub fn of_line(summary: &Summary, line: &Line) -> Option<Self> {
        if line.is_flat {
            return None;
        }
        let cells = || line.points.iter().map(|point| (point.at, summary.cell(*point)));
        let gains: Vec<(f64, Gain)> = cells().filter_map(|(at, cell)| Some((at, Gain::of_cell(cell)?))).collect();
        let ratios = cells().filter_map(|(at, cell)| Some((at, cell, Measure::SpeedUp.of(cell)?)));
        let best = ratios.max_by(|a, b| sure(&a.2).total_cmp(&sure(&b.2)));
        (!gains.is_empty()).then(|| Self {
            enough: best.and_then(|(_, best, _)| enough(&cells().collect::<Vec<_>>(), best)),
            best: best.map(|(at, _, ratio)| (at, ratio)),
            gains,
        })
    }

    /// Returns the longest run of values at which it is faster for certain.
    pub fn range(&self) -> Range {
        let is_faster: Vec<(f64, bool)> = self.gains.iter().map(|(at, gain)| (*at, *gain == Gain::Faster)).collect();
        let is_decided = self.gains.iter().all(|(_, gain)| *gain != Gain::Open);
        Range::of_longest_run(&is_faster).unwrap_or(if is_decided { Range::Nowhere } else { Range::Undecided })
    }

    /// Returns the least value at which it is faster for certain.
    pub fn outperforms_at(&self) -> Option<f64> {
        self.gains.iter().find(|(_, gain)| *gain == Gain::Faster).map(|(at, _)| *at)
    }
}

/// Returns the end of an interval that is sure; a range of few rounds is not sure at all.
fn sure(ratio: &Estimate) -> f64 {
    if ratio.is_interval() { ratio.low } else { f64::NEG_INFINITY }
}

/// Returns the least value at which a cell takes the same time as the best one, or is it; none if they do different work.
fn enough(cells: &[(f64, Cell)], best: Cell) -> Option<f64> {
    let is_same_work = |row: &Row| row.scale == best.row.scale;
    let is_enough = |row: &Row| {
        let ratio = pairs::ratio(row, best.row, |point| point.wall_ns);
        let noise = row.noise.unwrap_or(1.0).max(best.row.noise.unwrap_or(1.0));
        row.cell == best.row.cell || ratio.is_some_and(|ratio| ratio.is_one_within(ALIKE, noise))
    };
    let all_alike = cells.iter().all(|(_, cell)| is_same_work(cell.row));
    let found = cells.iter().filter(|_| all_alike).find(|(_, cell)| is_enough(cell.row));
    found.map(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_of_certain_gains_is_the_range() {
        use Gain::{Alike, Faster, Open, Slower};
        let range = |gains: &[Gain]| {
            let gains = (0..).map(f64::from).zip(gains.iter().copied()).collect();
            Reach { gains, best: None, enough: None }.range()
        };
        assert_eq!(range(&[Faster, Faster]), Range::Everywhere);
        assert_eq!(range(&[Slower, Alike, Faster, Faster]), Range::From(2.0));
        assert_eq!(range(&[Faster, Faster, Open]), Range::UpTo(1.0));
        assert_eq!(range(&[Slower, Faster, Slower]), Range::Between(1.0, 1.0));
        assert_eq!(range(&[Faster, Open, Faster, Faster]), Range::From(2.0));
        assert_eq!(range(&[Slower, Alike]), Range::Nowhere);
        assert_eq!(range(&[Slower, Open]), Range::Undecided);
    }
}
