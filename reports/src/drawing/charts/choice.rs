//! Which charts are drawn of what.

use super::answer::Answers;
use super::break_even::BreakEvens;
use super::cores::Cores;
use super::costs::Costs;
use super::curves::Curves;
use super::lanes::Lanes;
use super::latency::Latencies;
use super::loss::Loss;
use super::ratio::Ratios;
use super::render::{Chart, ChartError, render, render_svg};
use super::samples::Samples;
use super::side_by_side::Sides;
use super::stuck::Deadlocks;
use super::timeline::Timeline;
use super::turns::Turns;
use super::utilisation::Utilisation;
use crate::drawing::palette::Palette;
use crate::figures::costs::Cost;
use crate::figures::{ChartKind, GroupSummary, Row};
use crate::judgement::side_by_side::Shared;
use crate::records::schema::Profile;
use crate::views::answer::Answer;
use crate::views::break_even::BreakEvenLine;
use crate::views::curves::SweepView;

/// Draws the charts of a group: those for which it has figures.
///
/// # Errors
/// If the drawing library fails.
pub fn of_group(group: &GroupSummary, palette: &Palette) -> Result<Vec<Chart>, ChartError> {
    let charts = ChartKind::all_of(group).into_iter().filter_map(|kind| match kind {
        ChartKind::Samples => Samples::new(group, palette).map(|chart| render(&chart)),
        ChartKind::SpeedUp | ChartKind::OverWait => Ratios::new(group, palette).map(|chart| render(&chart)),
        ChartKind::Latency => Latencies::new(group, palette).map(|chart| render(&chart)),
        ChartKind::Deadlock => Deadlocks::new(group).map(|chart| render(&chart)),
        ChartKind::Turns => Turns::new(group).map(|chart| render(&chart)),
        ChartKind::Loss => Loss::new(group, palette).map(|chart| render(&chart)),
        ChartKind::Cores => Cores::new(group, palette).map(|chart| render(&chart)),
        ChartKind::Utilisation => Utilisation::new(group).map(|chart| render(&chart)),
        _ => None,
    });
    charts.collect()
}

/// Draws the chart of an answer; none if it is empty.
///
/// # Errors
/// If the drawing library fails.
pub fn of_answer(answer: &Answer, palette: &Palette) -> Result<Option<Chart>, ChartError> {
    Answers::new(answer, palette).map(|chart| render(&chart)).transpose()
}

/// Draws the chart of an answer for a narrow screen, its panels below each other, as an `<svg>` element; none if it is empty.
///
/// # Errors
/// If the drawing library fails.
pub fn of_answer_narrow(answer: &Answer, palette: &Palette) -> Result<Option<String>, ChartError> {
    Answers::new(answer, palette).map(|chart| render_svg(&chart.narrow())).transpose()
}

/// Draws the map of break-even points; none if no pair is asked about.
///
/// # Errors
/// If the drawing library fails.
pub fn of_break_even(lines: &[BreakEvenLine], palette: &Palette) -> Result<Option<Chart>, ChartError> {
    BreakEvens::new(lines, palette).map(|chart| render(&chart)).transpose()
}

/// Draws the charts of costs, one a kind.
///
/// # Errors
/// If the drawing library fails.
pub fn of_costs(costs: &[Cost], palette: &Palette) -> Result<Vec<Chart>, ChartError> {
    costs.iter().map(|cost| render(&Costs::new(cost, palette))).collect()
}

/// Draws the charts of the profiles of a group: those for which they have something to show.
///
/// # Errors
/// If the drawing library fails.
pub fn of_profiles(group: &GroupSummary, profiles: &[Profile], palette: &Palette) -> Result<Vec<Chart>, ChartError> {
    let of_row = |row: &Row| profiles.iter().find(|profile| profile.cell == row.cell && group.is_of(profile));
    let profiles: Vec<(&Row, &Profile)> = group.drawn().filter_map(|row| Some((row, of_row(row)?))).collect();
    let timeline = Timeline::new(group, &profiles, palette).map(|chart| render(&chart));
    let lanes = Lanes::new(group, &profiles, palette).map(|chart| render(&chart));
    timeline.into_iter().chain(lanes).collect()
}

/// Draws the charts of a sweep, one a picture.
///
/// # Errors
/// If the drawing library fails.
pub fn of_sweep(sweep: &SweepView, palette: &Palette) -> Result<Vec<Chart>, ChartError> {
    sweep.pictures.iter().map(|picture| render(&Curves::new(picture, palette))).collect()
}

/// Draws the chart of a workload that several runs share, by their letters; none if there is no figure to draw.
///
/// # Errors
/// If the drawing library fails.
pub fn of_shared(shared: &Shared, letters: &[&str], palette: &Palette) -> Result<Option<Chart>, ChartError> {
    Sides::new(shared, letters, palette).map(|chart| render(&chart)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Point, Stuck, StuckLane, Versus};
    use crate::statistics::Estimate;

    #[test]
    fn the_charts_that_are_drawn_are_those_that_the_figures_promise() {
        let wall = Estimate::of_median(&[2e6]);
        let points = vec![Point { wall_ns: 2e6, cpu_ns: 3e6, ..Point::default() }];
        let row = Row { label: "a".to_owned(), wall, points, ..Row::default() };
        let stuck = Stuck {
            words: "task 0 waits for A, which it holds itself".to_owned(),
            lanes: vec![StuckLane { task: 0, holds: "A".to_owned(), waits_for: "A".to_owned(), stretches: Vec::new() }],
            tasks: 1,
            locks: Vec::new(),
            closed_ns: 0,
        };
        let full = Row { ratio: wall, effective_cores: wall, core_busy: vec![0.5], stuck: Some(stuck), ..row.clone() };
        for versus in [Versus::Nothing, Versus::Baseline, Versus::Wait] {
            for rows in [vec![], vec![row.clone()], vec![full.clone(), row.clone()]] {
                let group = GroupSummary { versus, wait_ns: 1e6, rows, ..GroupSummary::default() };
                let drawn = of_group(&group, &Palette::default()).expect("drawn");
                let kinds: Vec<ChartKind> = drawn.iter().map(|chart| chart.kind).collect();
                assert_eq!(kinds, ChartKind::all_of(&group), "{versus:?}, {} rows", group.rows.len());
            }
        }
    }
}
