//! What a run shows of one claim: what its tasks did, the figures or the curves that the claim is about, and the verdicts.

use super::columns::{Column, Field};
use super::curves::SweepView;
use super::families;
use super::report::Report;
use crate::figures::{Count, GroupSummary, Row, Sweep, TOLD, Versus};
use crate::judgement::claims::{Claim, Condition, Outcome, Quantile, Statistic, Verdict};
use crate::records::schema::Profile;

/// A claim, and what a run shows of it.
#[derive(Debug, Clone)]
pub struct Lesson<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// The group whose cells were watched at work; none if none was.
    pub watched: Option<Watched<'a>>,
    /// The groups of its work in which cells were seen to get stuck.
    pub stuck: Vec<&'a GroupSummary>,
    /// The sweeps whose points it speaks of, each with what is shown of it.
    pub sweeps: Vec<(&'a Sweep, &'a SweepView)>,
    /// The columns of figures that the claim is about.
    pub heads: Vec<Head>,
    /// The cells, each by its name and with a figure a column.
    pub lines: Vec<(String, Vec<Field>)>,
    /// The verdicts, each with what its family is called.
    pub verdicts: Vec<(String, &'a Verdict)>,
}

/// The cells of a group that were watched at work.
#[derive(Debug, Clone)]
pub struct Watched<'a> {
    /// The group.
    pub group: &'a GroupSummary,
    /// The cells, each with what its tasks did in one run.
    pub cells: Vec<(&'a Row, &'a Profile)>,
    /// The cells that were measured and not watched.
    pub unwatched: Vec<&'a str>,
}

/// A column of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What the work is called.
    pub work: String,
    /// Which figure of it.
    pub column: Column,
}

impl<'a> Lesson<'a> {
    /// Returns what a report shows of a claim.
    pub fn from_report(report: &'a Report, claim: &'a Claim) -> Self {
        let groups: Vec<&GroupSummary> = report.summary.unswept().collect();
        let verdicts: Vec<&Verdict> = report.verdicts.iter().filter(|verdict| verdict.id == claim.id).collect();
        let (heads, lines) = figures(claim, &groups);
        let is_meant = |sweep: &Sweep| {
            let workloads = || sweep.groups.iter().map(|group| &report.summary.groups[*group].workload);
            let is_along = |condition: &Condition| {
                condition.of.along.as_ref() == Some(&sweep.axis)
                    && workloads().any(|workload| *workload == condition.of.workload)
            };
            claim.conditions.iter().any(is_along)
        };
        Self {
            claim,
            watched: watched(&groups, &report.results.profiles, &verdicts),
            stuck: groups.iter().copied().filter(|group| gets_stuck(claim, group)).collect(),
            sweeps: report.sweeps().filter(|(sweep, _)| is_meant(sweep)).collect(),
            heads,
            lines,
            verdicts: verdicts
                .into_iter()
                .map(|verdict| (families::title(&report.summary, &verdict.family), verdict))
                .collect(),
        }
    }

    /// Returns whether the claim does not hold for some family.
    pub fn fails(&self) -> bool {
        self.verdicts.iter().any(|(_, verdict)| verdict.outcome() == Outcome::Fails)
    }
}

/// Returns whether a group is of the work that a claim is about, and cells of it were seen to get stuck.
fn gets_stuck(claim: &Claim, group: &GroupSummary) -> bool {
    claim.is_about(&group.workload) && group.main_rows().any(|row| row.stuck.is_some())
}

/// Returns the cells that were watched in the first group that a verdict speaks of, or in any.
fn watched<'a>(groups: &[&'a GroupSummary], profiles: &'a [Profile], verdicts: &[&Verdict]) -> Option<Watched<'a>> {
    let conditions = verdicts.iter().flat_map(|verdict| &verdict.conditions);
    let slugs = conditions.filter_map(|condition| condition.group.as_deref());
    let spoken_of = slugs.filter_map(|slug| groups.iter().find(|group| group.slug == slug));
    spoken_of.chain(groups).find_map(|group| watched_in(group, profiles))
}

/// Returns the cells of a group that were watched; none if there are none.
fn watched_in<'a>(group: &'a GroupSummary, profiles: &'a [Profile]) -> Option<Watched<'a>> {
    let known = |profile: &&Profile| group.is_of(profile) && !profile.segments.is_empty();
    let profile_of = |row: &Row| profiles.iter().filter(known).find(|profile| profile.cell == row.cell);
    let cells: Vec<(&Row, &Profile)> = group.main_rows().filter_map(|row| Some((row, profile_of(row)?))).collect();
    let measured = group.main_rows().filter(|row| row.wall.is_some() && profile_of(row).is_none());
    let unwatched = measured.map(|row| row.label.as_str()).collect();
    (!cells.is_empty()).then_some(Watched { group, cells, unwatched })
}

/// Returns the columns of the figures that a claim is about, and a line a cell.
fn figures(claim: &Claim, groups: &[&GroupSummary]) -> (Vec<Head>, Vec<(String, Vec<Field>)>) {
    let columns: Vec<(&GroupSummary, Column)> = groups
        .iter()
        .flat_map(|&group| columns_of(claim, group).into_iter().map(move |column| (group, column)))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for row in columns.iter().flat_map(|(group, _)| group.main_rows()) {
        if !names.contains(&row.label.as_str()) {
            names.push(&row.label);
        }
    }
    let field = |name: &str, group: &GroupSummary, column: Column| {
        group.main_rows().find(|row| row.label == name).map(|row| column.field(row)).unwrap_or_default()
    };
    let line = |name: &str| columns.iter().map(|(group, column)| field(name, group, *column)).collect();
    let lines = names.into_iter().map(|name| (name.to_owned(), line(name))).collect();
    let head = |(group, column): (&GroupSummary, Column)| Head { work: group.title.clone(), column };
    (columns.iter().copied().map(head).collect(), lines)
}

/// Returns the column of the figure that a condition names, or else that of wall times.
fn finding_of(condition: &Condition) -> Column {
    let named = TOLD.iter().find(|told| condition.figure.as_deref() == Some(told.name));
    named.map_or(Column::Wall, Column::Finding)
}

/// Returns the columns of a group that show what the claim is about; none if it is not about this work.
fn columns_of(claim: &Claim, group: &GroupSummary) -> Vec<Column> {
    let mut columns = Vec::new();
    for condition in &claim.conditions {
        let other = condition.to.as_ref().and_then(|to| to.workload.as_ref());
        if condition.of.workload != group.workload && other != Some(&group.workload) {
            continue;
        }
        let column = match (condition.statistic, group.versus) {
            (Statistic::SpeedUp | Statistic::Efficiency, Versus::Baseline) => Column::SpeedUp,
            (Statistic::OverFormula, Versus::Wait) => Column::OverWait,
            (Statistic::EffectiveCores | Statistic::Occupancy, _) => Column::Cores,
            (Statistic::CpuTime | Statistic::CpuCost, _) => Column::Cpu,
            (Statistic::SwitchesRatio | Statistic::Switches, _) => Column::Switches,
            (Statistic::Faults, _) => Column::PerTask(Count::Faults),
            (Statistic::Figure | Statistic::FigureRatio, _) => finding_of(condition),
            (Statistic::Latency | Statistic::LatencyRatio | Statistic::LatencyDifference, _) => {
                if condition.quantile == Some(Quantile::P99) { Column::P99 } else { Column::P50 }
            }
            _ => Column::Wall,
        };
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}
