//! The page of a run.

use askama::Template;

use super::data;
use super::facts::{self, Fact};
use super::shell::{SCRIPT, STYLE, Shades, finish, shades};
use crate::drawing::charts::Chart;
use crate::drawing::palette::{self, Palette};
use crate::figures::{GroupSummary, Row, Sweep};
use crate::judgement::advice::Advice;
use crate::judgement::claims::{Outcome, Verdict};
use crate::judgement::fidelity::Fidelity;
use crate::judgement::notices::Notice;
use crate::judgement::severity::Severity;
use crate::records::schema::{Failure, Run};
use crate::views::answer::Answer;
use crate::views::break_even::BreakEvenLine;
use crate::views::columns::{Column, Field};
use crate::views::curves::SweepView;
use crate::views::faults::Faults;
use crate::views::languages::Languages;
use crate::views::matrix::{Matrix, Tint};
use crate::views::service::Service;
use crate::views::{GroupView, Report, machine, verdicts};

/// The whole page.
#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    run: &'a Run,
    finished: Option<&'a str>,
    notices: &'a [Notice],
    /// How many of them put figures in doubt.
    doubts: usize,
    /// The machine in one line.
    machine_line: String,
    answer: &'a Answer,
    gains: Option<&'a Chart>,
    gains_narrow: Option<&'a str>,
    services: &'a [Service],
    break_even: &'a [BreakEvenLine],
    break_even_map: Option<&'a Chart>,
    languages: &'a Languages,
    tally: String,
    verdicts: verdicts::Table<'a>,
    claims: Vec<&'a [Verdict]>,
    matrix: &'a Matrix,
    faults: &'a Faults,
    palette: &'a Palette,
    tints: Vec<Tint>,
    advice: Vec<&'a [Advice]>,
    /// Whether it or a sweep says what to take.
    has_advice: bool,
    machine: Vec<Fact>,
    plan: Vec<Fact>,
    program: Vec<Fact>,
    fidelity: &'a [Fidelity],
    columns: Vec<Column>,
    sources: Vec<Fact>,
    costs: &'a [Chart],
    groups: Vec<Section<'a>>,
    sweeps: Vec<SweepSection<'a>>,
    colours: Vec<Shades>,
    /// Classes of the runners' colours.
    runners: Vec<&'static str>,
    style: &'static str,
    script: &'static str,
    /// JSON that can stand in an element as it is.
    data: String,
    /// Whether the samples are in it.
    has_samples: bool,
}

/// The section of a group.
struct Section<'a> {
    group: &'a GroupSummary,
    view: &'a GroupView,
    lines: Vec<Line<'a>>,
    /// The cells that were to be run and failed, each with what happened.
    failed: Vec<(&'a str, &'a Failure)>,
    /// What was not run, as planned or for a limit of the machine, and why.
    not_run: Vec<(&'a str, &'a str)>,
    charts: &'a [Chart],
}

/// The section of a sweep.
struct SweepSection<'a> {
    sweep: &'a Sweep,
    view: &'a SweepView,
    /// The slugs of its groups: links to them lead here.
    anchors: Vec<&'a str>,
    charts: &'a [Chart],
    palette: &'a Palette,
}

impl SweepSection<'_> {
    /// Returns the class of the colour of one of its lines.
    fn class(&self, line: &usize) -> &'static str {
        self.palette.class(&self.sweep.lines[*line].runner)
    }
}

/// A line of a table.
struct Line<'a> {
    row: &'a Row,
    class: &'static str,
    fields: &'a [Field],
}

/// The charts of a report.
#[derive(Debug, Clone, Default)]
pub struct Charts {
    /// That of the answer, if there is one.
    pub answer: Option<Chart>,
    /// The same for a narrow screen, as an `<svg>` element.
    pub answer_narrow: Option<String>,
    /// The map of break-even points, if a pair is asked about.
    pub break_even: Option<Chart>,
    /// Those of each group in which nothing is varied, in the order of the summary.
    pub groups: Vec<Vec<Chart>>,
    /// Those of each sweep of the summary, in its order.
    pub sweeps: Vec<Vec<Chart>>,
    /// Those of costs.
    pub costs: Vec<Chart>,
}

/// Returns the page of a report as HTML. A group without charts in `charts` has none on the page.
///
/// # Errors
/// If the template fails.
pub fn page(report: &Report, charts: &Charts, palette: &Palette) -> Result<String, askama::Error> {
    let Report { results, summary, .. } = report;
    let run = &results.run;
    let charts_of = |at: usize| charts.groups.get(at).map_or(&[] as &[Chart], Vec::as_slice);
    let sections = report.groups().enumerate();
    let sections = sections.map(|(at, (group, view))| section(group, view, charts_of(at), palette));
    let sweeps = report.sweeps().enumerate().map(|(at, (sweep, view))| SweepSection {
        sweep,
        view,
        anchors: sweep.groups.iter().map(|group| summary.groups[*group].slug.as_str()).collect(),
        charts: charts.sweeps.get(at).map_or(&[], Vec::as_slice),
        palette,
    });
    let page = Page {
        run,
        finished: results.end.as_ref().map(|end| end.finished.as_str()),
        notices: &report.notices,
        doubts: report.notices.iter().filter(|notice| notice.is_doubt()).count(),
        machine_line: machine::line(summary),
        answer: &report.answer,
        gains: charts.answer.as_ref(),
        gains_narrow: charts.answer_narrow.as_deref(),
        services: &report.services,
        break_even: &report.break_even,
        break_even_map: charts.break_even.as_ref(),
        languages: &report.languages,
        tally: verdicts::tally(&report.verdicts),
        verdicts: verdicts::Table::from_verdicts(&report.verdicts, summary),
        claims: verdicts::by_claim(&report.verdicts).collect(),
        matrix: &report.matrix,
        faults: &report.faults,
        palette,
        tints: Tint::all().collect(),
        advice: report.advice.chunk_by(|a, b| a.situation == b.situation).collect(),
        has_advice: !report.advice.is_empty() || !report.courses.is_empty(),
        machine: facts::machine(&run.machine, summary),
        plan: facts::plan(run),
        program: facts::program(&run.program),
        fidelity: &report.fidelity,
        columns: Column::explained(&summary.groups),
        sources: facts::sources(summary),
        costs: &charts.costs,
        groups: sections.collect(),
        sweeps: sweeps.collect(),
        runners: palette.classes(),
        colours: palette::all().map(shades).collect(),
        style: STYLE,
        script: SCRIPT,
        data: data::embedded(report)?,
        has_samples: data::has_samples(summary),
    };
    finish(&page)
}

fn section<'a>(group: &'a GroupSummary, view: &'a GroupView, charts: &'a [Chart], palette: &Palette) -> Section<'a> {
    let line = |(row, fields): (&'a Row, &'a Vec<Field>)| Line { row, class: palette.class(&row.cell.runner), fields };
    let failures = group.rows.iter().flat_map(|row| row.failures.iter().map(|failure| (row.label.as_str(), failure)));
    let (not_run, failed): (Vec<_>, Vec<_>) = failures.partition(|(_, failure)| failure.kind.is_not_run());
    let left_out = group.skipped.iter().map(|(runner, reason)| (runner.as_str(), reason.as_str()));
    let not_run = not_run.into_iter().map(|(name, failure)| (name, failure.message.as_str())).chain(left_out).collect();
    Section { group, view, lines: group.rows.iter().zip(&view.lines).map(line).collect(), failed, not_run, charts }
}

impl Verdict {
    /// Returns the class that colours it.
    pub(super) fn class(&self) -> &'static str {
        match self.outcome() {
            Outcome::Holds => "holds",
            Outcome::Undecided => "undecided",
            Outcome::NotRun => "not-run",
            Outcome::Fails => "fails",
        }
    }
}

impl Notice {
    /// Returns the class and the word that mark it.
    fn mark(&self) -> (&'static str, &'static str) {
        match self.severity {
            Severity::Error => ("error", "Error"),
            Severity::Doubt => ("doubt", "In doubt"),
            Severity::Caution => ("caution", "Note"),
        }
    }

    /// Returns whether it stands at the top: figures are missing, wrong or in doubt.
    fn is_doubt(&self) -> bool {
        self.severity != Severity::Caution
    }
}
