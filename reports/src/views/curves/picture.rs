//! The curves of one measure along the axis of a sweep, by family.

use super::guides::{self, Guide};
use crate::figures::{Line, Measure, Summary, Sweep, SweepPoint, Unit, grain};
use crate::judgement::laws::SweepLaws;
use crate::judgement::reach::{Gain, Reach};
use crate::statistics::laws::Fit;
use crate::statistics::{Estimate, median};
use crate::views::families;

/// More curves than this are told apart better in a panel a family.
const MOST: usize = 8;

/// The curves of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The measure.
    pub measure: Measure,
    /// What is seen, in one sentence without a full stop.
    pub finding: String,
    /// The finding with the title of its sweep.
    pub title: String,
    /// What varies along the axis.
    pub axis: Along,
    /// The panels, which share their axes: one, or one a family.
    pub panels: Vec<Panel>,
    /// Whether a mark on the axis says from where on a runner outperforms its baseline.
    pub has_turns: bool,
    /// Whether a curve has its law beside it.
    pub has_laws: bool,
}

/// The axis of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Along {
    /// Its values, ascending.
    pub values: Vec<f64>,
    /// How they are written.
    pub unit: Unit,
    /// Whether even factors are to be even steps.
    pub is_logarithmic: bool,
}

/// Curves that are drawn into each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What its family is called; empty if it has all.
    pub title: String,
    /// The curves.
    pub curves: Vec<Curve>,
    /// The lines that they are held against.
    pub guides: Vec<Guide>,
}

/// The curve of a runner.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The runner.
    pub runner: String,
    /// The name that tells it from the others of its sweep.
    pub label: String,
    /// Whether its only point holds along the whole axis.
    pub is_flat: bool,
    /// Its points that have the figure, those with the least value of the axis first. Never empty.
    pub marks: Vec<Mark>,
    /// The least value of the axis at which it outperforms its baseline for certain, in a picture of speed-ups.
    pub turn: Option<f64>,
    /// The law of scaling that was fitted to it, as far as the law speaks: values of the axis and of the measure. Empty without one.
    pub law: Vec<(f64, f64)>,
}

/// A point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The value of the axis.
    pub at: f64,
    /// The figure.
    pub figure: Estimate,
    /// How it stands to the baseline; none if it is the baseline, or if there is none.
    pub gain: Option<Gain>,
    /// All that there is to say of it.
    pub sentence: String,
}

impl Picture {
    /// Returns the curves of a measure; none if there are none.
    pub(super) fn new(summary: &Summary, sweep: &Sweep, measure: Measure, laws: Option<&SweepLaws>) -> Option<Self> {
        let curves = sweep.lines.iter().enumerate().filter_map(|(place, line)| {
            let fit = laws.and_then(|laws| laws.fit_of(place)).filter(|_| measure == Measure::SpeedUp);
            let law = fit.map(|fit| law(summary, sweep, line, fit)).unwrap_or_default();
            Some((line, Curve { law, ..curve(summary, sweep, line, measure)? }))
        });
        let curves: Vec<(&Line, Curve)> = curves.collect();
        let mut families: Vec<&str> = Vec::new();
        for (line, _) in &curves {
            if !families.contains(&line.family.as_str()) {
                families.push(&line.family);
            }
        }
        families.sort_by_key(|family| families::rank(family));
        // The same for all measures of a sweep, some of which a line may lack.
        let is_one = families.len() < 2 || sweep.lines.iter().filter(|line| !line.is_baseline).count() <= MOST;
        let panel = |family: Option<&str>| {
            let is_in = |line: &Line| family.is_none_or(|family| line.family == family);
            let inside = || curves.iter().filter(|(line, _)| is_in(line));
            let baseline = baseline(summary, inside().map(|(line, _)| *line)).filter(|_| measure.is_over_baseline());
            Panel {
                title: family.map(|family| families::title(summary, family)).unwrap_or_default(),
                curves: inside().map(|(_, curve)| curve.clone()).collect(),
                guides: guides::of_measure(summary, sweep, measure, baseline),
            }
        };
        let panels: Vec<Panel> =
            if is_one { vec![panel(None)] } else { families.iter().map(|family| panel(Some(family))).collect() };
        let has_turns = curves.iter().any(|(_, curve)| curve.turn.is_some());
        let has_laws = curves.iter().any(|(_, curve)| !curve.law.is_empty());
        let finding = finding(summary, sweep, measure, &panels);
        let axis = Along { values: sweep.values(), unit: sweep.unit.clone(), is_logarithmic: sweep.is_geometric() };
        let title = format!("{}: {finding}", sweep.title);
        (!curves.is_empty()).then_some(Self { measure, finding, title, axis, panels, has_turns, has_laws })
    }

    /// Returns all its curves.
    pub fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.panels.iter().flat_map(|panel| &panel.curves)
    }
}

impl Curve {
    /// Returns its last point.
    pub fn last(&self) -> Option<&Mark> {
        self.marks.last()
    }
}

/// Returns the curve of a line; none if it has no such figure, or if it is what others are held against.
fn curve(summary: &Summary, sweep: &Sweep, line: &Line, measure: Measure) -> Option<Curve> {
    let mark = |point: &SweepPoint| {
        let cell = summary.cell(*point);
        let figure = measure.of(cell).filter(|_| !(measure.is_over_baseline() && cell.row.is_baseline))?;
        let ends = measure.ends(&figure);
        let ends = if ends.is_empty() { ends } else { format!(" [{ends}]") };
        let place = if line.is_flat { String::new() } else { format!(", {}", sweep.unit.words(point.at)) };
        let sentence = format!("{}{place}: {} {}{ends}", line.label, measure.title(), measure.format(figure.value));
        Some(Mark { at: point.at, figure, gain: Gain::of_cell(cell), sentence })
    };
    let marks: Vec<Mark> = line.points.iter().filter_map(mark).collect();
    let reach = Reach::of_line(summary, line).filter(|_| measure == Measure::SpeedUp);
    (!marks.is_empty()).then(|| Curve {
        runner: line.runner.clone(),
        label: line.label.clone(),
        is_flat: line.is_flat,
        marks,
        turn: reach.and_then(|reach| reach.outperforms_at()),
        law: Vec::new(),
    })
}

/// Returns the line of a law, as far as the law and the axis go. It says how a runner grows from its own one worker. So it is raised to where the
/// speed-ups over the baseline are that it was fitted to.
fn law(summary: &Summary, sweep: &Sweep, line: &Line, fit: &Fit) -> Vec<(f64, f64)> {
    let fitted = line.points.iter().filter(|point| point.at <= fit.largest);
    let factor = |point: &SweepPoint| {
        let figure = Measure::SpeedUp.of(summary.cell(*point))?;
        Some(figure.value / fit.speed_up(point.at)?)
    };
    let (Some(factor), Some(last)) =
        (median(&fitted.filter_map(factor).collect::<Vec<f64>>()), sweep.values().last().copied())
    else {
        return Vec::new();
    };
    guides::steps(1.0, last.min(fit.farthest())).filter_map(|at| Some((at, factor * fit.speed_up(at)?))).collect()
}

/// Names what the ratios of some lines are taken against; none if there is nothing.
fn baseline<'a>(summary: &Summary, lines: impl Iterator<Item = &'a Line>) -> Option<String> {
    let rows = lines.flat_map(|line| &line.points).map(|point| summary.row(*point));
    let mut names: Vec<&str> = rows.filter_map(|row| row.baseline.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => None,
        [one] => Some(crate::text::plain(one)),
        _ => Some("sequential".to_owned()),
    }
}

/// Says what is seen: who has the most or the least, and where.
fn finding(summary: &Summary, sweep: &Sweep, measure: Measure, panels: &[Panel]) -> String {
    let family =
        |curve: &Curve| sweep.lines.iter().find(|line| line.label == curve.label).map(|line| line.family.as_str());
    let place = |curve: &Curve, at: f64| grain::words(summary, sweep, family(curve).unwrap_or_default(), at);
    let curves = || panels.iter().flat_map(|panel| &panel.curves);
    let varied = || curves().filter(|curve| !curve.is_flat);
    let name = measure.title();
    let marks = || varied().flat_map(|curve| curve.marks.iter().map(move |mark| (curve, mark)));
    if measure == Measure::SpeedUp {
        let best = marks().filter(|(_, mark)| mark.gain == Some(Gain::Faster));
        return match best.max_by(|a, b| a.1.figure.low.total_cmp(&b.1.figure.low)) {
            Some((curve, mark)) => {
                let (speed_up, place) = (measure.format(mark.figure.value), place(curve, mark.at));
                format!("{} gains most, {speed_up} at {place}", curve.label)
            }
            None => "nobody is faster than the baseline for certain".to_owned(),
        };
    }
    let Some(last) = marks().map(|(_, mark)| mark.at).reduce(f64::max) else { return name.to_owned() };
    let at_last = || marks().filter(|(_, mark)| mark.at == last);
    let order = |a: &(&Curve, &Mark), b: &(&Curve, &Mark)| a.1.figure.value.total_cmp(&b.1.figure.value);
    let figure = |mark: &Mark| measure.format(mark.figure.value);
    let said = |(curve, mark): (&Curve, &Mark)| format!("{} ({})", figure(mark), curve.label);
    match (at_last().min_by(order), at_last().max_by(order)) {
        (Some(least), Some(most)) if figure(least.1) != figure(most.1) => {
            format!("{name} from {} to {} at {}", said(least), said(most), place(least.0, last))
        }
        (Some(one), _) => format!("{name} {} at {}", figure(one.1), place(one.0, last)),
        _ => name.to_owned(),
    }
}
