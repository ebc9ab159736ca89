//! Break-even points: for each pair that is asked about who is faster where, as a line of a table and as a sentence.

use crate::figures::Summary;
use crate::figures::break_even::{BreakEven, Change, Compared, Position};
use crate::judgement::break_even::Asked;
use crate::statistics::crossing::Lead;
use crate::statistics::{Estimate, LEVEL, Method};
use crate::text::units;

/// The headings of the table, beside the pair.
pub const HEADINGS: [&str; 4] = ["Break-even", "95 %", "Below", "Above"];

/// A pair.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakEvenLine {
    /// What is varied, and where: the title of the sweep.
    pub title: String,
    /// The two, the one that was named first first.
    pub pair: String,
    /// The texts below the [`HEADINGS`]: where the lead changes, the interval, who leads below and above.
    pub texts: [String; 4],
    /// Who is faster from where on, and why not below.
    pub sentence: String,
    /// Its figures.
    pub figures: BreakEven,
    /// How positions are written.
    writer: Writer,
}

/// Returns a line for each pair that is asked about.
pub fn lines(summary: &Summary, asked: &[Asked]) -> Vec<BreakEvenLine> {
    asked.iter().map(|asked| line(summary, asked)).collect()
}

fn line(summary: &Summary, asked: &Asked) -> BreakEvenLine {
    let figures = &asked.figures;
    let writer = Writer { unit: summary.sweeps[figures.sweep].unit.clone() };
    let leaders = figures.leaders();
    let name = |lead: Option<&Lead>| figures.leader(lead.copied().unwrap_or_default()).unwrap_or("open").to_owned();
    let (at, ends) = match &figures.changes[..] {
        [] => ("none".to_owned(), units::NONE.to_owned()),
        changes => {
            let at: Vec<String> = changes.iter().map(|change| writer.value(change.at)).collect();
            let ends: Vec<String> = changes.iter().map(|change| writer.ends(change)).collect();
            (at.join(", "), ends.join(", "))
        }
    };
    BreakEvenLine {
        title: figures.title.clone(),
        pair: format!("{} – {}", figures.first, figures.second),
        texts: [at, ends, name(leaders.first()), name(leaders.last())],
        sentence: sentence(asked, &writer),
        figures: figures.clone(),
        writer,
    }
}

impl BreakEvenLine {
    /// Returns a position as people read it, without the name of what is counted.
    pub fn value(&self, position: Position) -> String {
        self.writer.value(position)
    }

    /// Returns a position in words: `6.1 µs a task`, `120 tasks`.
    pub fn words(&self, position: Position) -> String {
        self.writer.words(position)
    }

    /// Returns where the lead changes with its interval, without the name of what is counted.
    pub fn change(&self, change: &Change) -> String {
        format!("{} [{}]", self.writer.value(change.at), self.writer.ends(change))
    }
}

/// Says who is faster from where on, and why not below.
fn sentence(asked: &Asked, writer: &Writer) -> String {
    let figures = &asked.figures;
    let name = |lead: Lead| figures.leader(lead).unwrap_or("neither");
    let other = |lead: Lead| if lead == Lead::First { Lead::Second } else { Lead::First };
    let beats = |lead: Lead| format!("{} beats {}", name(lead), name(other(lead)));
    let because = |lead: Lead| {
        let why = asked.why(lead).map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} is faster{why}", name(lead))
    };
    let from = |change: &Change| format!("from {} [{}]", writer.words(change.at), writer.ends(change));
    match &figures.changes[..] {
        [] => without_change(figures, writer),
        [change] => {
            let below = other(change.to);
            let why = asked.why(below).map_or_else(|| because(below), str::to_owned);
            format!("{} {}; below, {why}", beats(change.to), from(change))
        }
        changes => {
            let parts: Vec<String> =
                changes.iter().map(|change| format!("{} {}", beats(change.to), from(change))).collect();
            let first = other(changes[0].to);
            format!("the lead changes {} times: {}; below, {} is faster", changes.len(), parts.join(", "), name(first))
        }
    }
}

/// Says who is faster over the whole range, and where that cannot be told.
fn without_change(figures: &BreakEven, writer: &Writer) -> String {
    let BreakEven { first, second, points, .. } = figures;
    let range = |points: &[&Compared]| match points {
        [] => String::new(),
        [only] => format!("at {}", writer.words(only.position)),
        [from, .., to] => format!("from {} to {}", writer.value(from.position), writer.words(to.position)),
    };
    let all: Vec<&Compared> = points.iter().collect();
    let open: Vec<&Compared> = points.iter().filter(|point| point.lead == Lead::Open).collect();
    let Some(leader) = points.iter().map(|point| point.lead).find(|lead| *lead != Lead::Open) else {
        return format!("{first} and {second} cannot be told apart {}", range(&all));
    };
    let (winner, loser) = if leader == Lead::First { (first, second) } else { (second, first) };
    if open.is_empty() {
        return format!("{winner} beats {loser} over the whole range, {}", range(&all));
    }
    let told: Vec<&Compared> = points.iter().filter(|point| point.lead != Lead::Open).collect();
    let values: Vec<String> = open.iter().map(|point| writer.value(point.position)).collect();
    format!("{winner} beats {loser} {}; it cannot be told at {}", range(&told), values.join(", "))
}

/// How positions of an axis are written.
#[derive(Debug, Clone, PartialEq)]
struct Writer {
    unit: crate::figures::Unit,
}

impl Writer {
    fn value(&self, position: Position) -> String {
        position.task_ns.map_or_else(|| self.unit.value(rounded(position.at)), units::duration)
    }

    fn words(&self, position: Position) -> String {
        match position.task_ns {
            Some(ns) => format!("{} a task", units::duration(ns)),
            None => self.unit.words(rounded(position.at)),
        }
    }

    /// Returns the ends of an interval, without the unit of a time: it is that of its value.
    fn ends(&self, change: &Change) -> String {
        if let (Some(value), Some(low), Some(high)) = (change.at.task_ns, change.low.task_ns, change.high.task_ns) {
            let (coverage, method) = (LEVEL, Method::default());
            return units::duration_ends(&Estimate { value, low, high, coverage, count: 0, method });
        }
        format!("{}–{}", self.value(change.low), self.value(change.high))
    }
}

/// Returns a value with three digits at most, unless it is small enough to be counted.
fn rounded(at: f64) -> f64 {
    if at < 1_000.0 {
        return if at < 10.0 && at.fract() != 0.0 { at } else { at.round() };
    }
    let step = 10_f64.powf(at.log10().floor() - 2.0);
    (at / step).round() * step
}
