//! The page: one self-contained file from `templates/`, which escape all that comes from the records.

mod beside;
pub mod comparison;
mod data;
mod glance;

use std::collections::BTreeMap;

use askama::Template;

pub use self::beside::side_by_side;
pub use self::comparison::page as comparison;
use crate::documents::verdicts;
use crate::drawing::charts::Chart;
use crate::drawing::palette::{self as colours, Colour};
use crate::figures::capacity::Ceiling;
use crate::figures::loss;
use crate::figures::{GroupSummary, Row, Summary};
use crate::judgement::advice::{self, Advice};
use crate::judgement::claims::{Outcome, Verdict};
use crate::judgement::fidelity::Fidelity;
use crate::judgement::notices::{Gravity, Notice};
use crate::records::results::Results;
use crate::records::schema::{Machine, Overhead, Program, Run};
use crate::text::plain;
use crate::text::units;
use crate::views::columns::{self, Column, Field};
use crate::views::matrix::{Matrix, Tint};

/// The whole page.
#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    run: &'a Run,
    finished: Option<&'a str>,
    notices: &'a [Notice],
    tally: String,
    claims: Vec<&'a [Verdict]>,
    matrix: Matrix<'a>,
    tints: Vec<Tint>,
    advice: Vec<&'a [Advice<'a>]>,
    machine: Vec<Fact>,
    plan: Vec<Fact>,
    program: Vec<Fact>,
    fidelity: Vec<Fidelity>,
    columns: [Column; 13],
    sources: Vec<Fact>,
    costs: &'a [Chart],
    groups: Vec<Section<'a>>,
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
    columns: Vec<Column>,
    lines: Vec<Line<'a>>,
    why: Vec<String>,
    charts: &'a [Chart],
}

/// A line of a table.
struct Line<'a> {
    row: &'a Row,
    class: &'static str,
    fields: Vec<Field>,
}

/// A term and what there is to say of it.
struct Fact {
    term: String,
    text: String,
}

/// A colour in both themes, as CSS.
struct Shades {
    class: &'static str,
    light: String,
    dark: String,
}

/// The page as HTML; `charts` has those of each group of the summary, in its order, `costs` those of costs, and `verdicts` those of a claim
/// next to each other.
///
/// # Errors
/// If the template fails.
pub fn page(
    results: &Results,
    summary: &Summary,
    verdicts: &[Verdict],
    charts: &[Vec<Chart>],
    costs: &[Chart],
) -> Result<String, askama::Error> {
    let run = &results.run;
    let sections = summary.groups.iter().zip(charts).map(|(group, charts)| section(group, charts));
    let advice = advice::of(results, summary);
    let page = Page {
        run,
        finished: results.end.as_ref().map(|end| end.finished.as_str()),
        notices: &summary.notices,
        tally: verdicts::tally(verdicts),
        claims: verdicts::by_claim(verdicts).collect(),
        matrix: Matrix::of(summary),
        tints: Tint::all().collect(),
        advice: advice.chunk_by(|a, b| a.situation == b.situation).collect(),
        machine: machine(&run.machine, summary),
        plan: plan(run),
        program: program(&run.program),
        fidelity: Fidelity::of(results, summary),
        columns: columns::all(),
        sources: sources(summary),
        costs,
        groups: sections.collect(),
        runners: classes(summary),
        colours: colours::all().map(shades).collect(),
        style: include_str!("../../../templates/page.css"),
        script: include_str!("../../../templates/page.js"),
        data: data::embedded(results, summary)?,
        has_samples: data::has_samples(summary),
    };
    // The template escapes what HTML could take for markup; what is no text at all goes here.
    Ok(page.render()?.lines().map(plain).collect::<Vec<String>>().join("\n"))
}

fn section<'a>(group: &'a GroupSummary, charts: &'a [Chart]) -> Section<'a> {
    let columns = columns::of(group);
    let line = |row: &'a Row| Line {
        row,
        class: colours::of_slot(row.colour).class,
        fields: columns.iter().map(|column| (column.field)(row)).collect(),
    };
    let lines = group.rows.iter().map(line).collect();
    Section { group, columns, lines, why: loss::sentences(group), charts }
}

impl Verdict {
    /// Whether there was something to judge.
    fn is_decided(&self) -> bool {
        self.outcome() != Outcome::NotRun
    }

    /// The class that colours it.
    fn class(&self) -> &'static str {
        match self.outcome() {
            Outcome::Holds => "holds",
            Outcome::Undecided => "undecided",
            Outcome::NotRun => "not-run",
            Outcome::Fails => "fails",
        }
    }
}

impl Notice {
    /// The class and the word that mark it.
    fn mark(&self) -> (&'static str, &'static str) {
        match self.gravity {
            Gravity::Error => ("error", "Error"),
            Gravity::Caution => ("caution", "Note"),
        }
    }
}

/// Facts of which something is known.
fn facts<const N: usize>(facts: [(&str, Option<String>); N]) -> Vec<Fact> {
    let known = facts.into_iter().filter_map(|(term, text)| Some((term, text.filter(|text| !text.is_empty())?)));
    known.map(|(term, text)| Fact { term: term.to_owned(), text: plain(&text) }).collect()
}

fn machine(machine: &Machine, summary: &Summary) -> Vec<Fact> {
    let yes_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let count = |cores: u64| (cores > 0).then(|| cores.to_string());
    facts([
        ("CPU", Some(machine.cpu.clone())),
        ("Architecture", Some(machine.arch.clone())),
        ("Physical cores", machine.physical_cores.and_then(count)),
        ("Logical cores", count(machine.logical_cores)),
        ("Usable cores", count(machine.usable_cores)),
        (
            "CPU quota",
            machine.quota_cores.map(|cores| format!("{} cores", units::without_zeros(&units::number(cores)))),
        ),
        ("Capacity, measured", summary.ceiling.as_ref().and_then(Ceiling::course)),
        ("Memory", (machine.memory_bytes > 0).then(|| units::size(machine.memory_bytes as f64))),
        ("System", Some(machine.os.clone())),
        ("Kernel", Some(machine.kernel.clone())),
        ("Hypervisor", Some(machine.hypervisor.clone())),
        ("Governor", Some(machine.governor.clone())),
        ("Multithreading", machine.smt.map(yes_no)),
        ("Frequency boost", machine.turbo.map(yes_no)),
        ("On battery", machine.on_battery.map(yes_no)),
        ("Load at the start", machine.load_average.map(units::number)),
    ])
}

fn plan(run: &Run) -> Vec<Fact> {
    let plan = &run.plan;
    let overhead = |figure: fn(&Overhead) -> Option<f64>| run.overhead.as_ref().and_then(figure).map(units::duration);
    facts([
        ("Plan", Some(plan.name.clone())),
        ("Groups", Some(plan.groups.len().to_string())),
        ("Rounds at most", Some(plan.rounds.to_string())),
        ("Processes per cell", Some(plan.processes.to_string())),
        ("Budget", plan.budget_s.map(|seconds| units::duration(seconds * 1e9))),
        ("Target", plan.target.map(|target| format!("±{} %", units::number(target * 100.0)))),
        ("An empty run takes", overhead(|overhead| overhead.empty_run_ns)),
        ("A sleep of 1 µs takes", overhead(|overhead| overhead.shortest_sleep_ns)),
        ("To ask a cell for a run costs", overhead(|overhead| overhead.round_trip_ns)),
        ("Seed", Some(run.seed.to_string())),
        ("Driver", Some(run.driver.clone())),
        ("Run", Some(run.id.clone())),
    ])
}

fn program(program: &Program) -> Vec<Fact> {
    let mut all = facts([
        ("Regatta", Some(program.version.clone())),
        ("Revision", Some(program.revision.clone())),
        ("Build", Some(program.profile.clone())),
        ("Compiler", Some(program.rustc.clone())),
    ]);
    all.extend(program.crates.iter().map(|(name, version)| Fact { term: plain(name), text: plain(version) }));
    all
}

/// Where figures come from, over all cells: the figure, and the names of its sources.
fn sources(summary: &Summary) -> Vec<Fact> {
    let mut sources: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let rows = summary.groups.iter().flat_map(|group| &group.rows);
    for (figure, name) in
        rows.flat_map(|row| &row.sources).flat_map(|(figure, names)| names.iter().map(move |name| (figure, name)))
    {
        let names = sources.entry(figure).or_default();
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    sources.into_iter().map(|(figure, names)| Fact { term: plain(figure), text: plain(&names.join(", ")) }).collect()
}

/// The classes of the colours that the runners of a run have.
fn classes(summary: &Summary) -> Vec<&'static str> {
    let rows = summary.groups.iter().flat_map(|group| &group.rows);
    let mut classes: Vec<&str> = rows.map(|row| colours::of_slot(row.colour).class).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

fn shades(colour: Colour) -> Shades {
    let css = |plotters::style::RGBColor(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}");
    Shades { class: colour.class, light: css(colour.light), dark: css(colour.dark) }
}
