//! A lesson on one claim, held by snapshots: what is drawn and told of made-up runs.

mod common;
#[path = "common/sweeps.rs"]
mod made;

use std::collections::BTreeMap;
use std::path::Path;

use regatta_reports::documents::terminal;
use regatta_reports::figures::Cell;
use regatta_reports::record::{CellId, Group, Profile, Run, RunnerInfo, Segment, WorkloadInfo};
use regatta_reports::text::ascii;
use regatta_reports::{Claims, Report, Results, Summary};
use serde_json::json;

/// Holds a text against its snapshot.
fn hold(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text.replace('\u{1b}', "␛")));
}

/// The lesson on a built-in claim, as the terminal shows it.
fn lesson(results: &Results, id: &str, colour: bool, width: u16) -> String {
    let claims = Claims::built_in().only(id).expect("a built-in claim");
    let report = Report::from_results(results.clone(), &claims);
    let claim = claims.iter().next().expect("the only one");
    terminal::lesson(&report, claim, colour, width)
}

const MS: u64 = 1_000_000;

fn segment(task: u64, start_ns: u64, end_ns: u64) -> Segment {
    Segment { task, worker: u32::try_from(task).expect("few tasks"), start_ns, end_ns }
}

/// What task 0, which makes round trips of a millisecond, and task 1, which computes, do without a lock, or with one that changes hands
/// every 5 ms.
fn convoy(runner: &str, has_lock: bool) -> Profile {
    let (trips, each) = (8, if has_lock { 6 * MS } else { MS });
    let mut segments: Vec<Segment> = (0..=trips).map(|trip| segment(0, trip * each, trip * each + 20_000)).collect();
    if has_lock {
        let slices = (0..trips).map(|trip| segment(1, trip * each + 30_000, (trip + 1) * each - 10_000));
        segments.extend(slices);
        // The reply comes after a millisecond, and the lock an interval later.
        segments.extend((0..trips).map(|trip| segment(0, trip * each + MS, trip * each + MS)));
    } else {
        segments.push(segment(1, 0, trips * each));
    }
    let cell = CellId { runner: runner.to_owned(), workers: 2, ..CellId::default() };
    let wall_ns = trips * each + 20_000;
    Profile { workload: "convoy".to_owned(), params: params(1), cell, wall_ns, segments, ..Profile::default() }
}

fn params(beside: u64) -> BTreeMap<String, serde_json::Value> {
    BTreeMap::from([("beside".to_owned(), json!(beside)), ("round_trips".to_owned(), json!(8))])
}

/// A run of the workload `convoy`, of which nothing but lanes was recorded.
fn convoys() -> Results {
    let cells = |_| ["thread", "gil-thread"].map(|runner| convoy(runner, false).cell).to_vec();
    let group = |beside| Group {
        workload: "convoy".to_owned(),
        params: params(beside),
        tasks: 1 + beside,
        cells: cells(beside),
        ..Group::default()
    };
    let info = |family: &str, gil| RunnerInfo {
        family: family.to_owned(),
        model: "thread".to_owned(),
        gil: Some(gil),
        parallelism: "per-task".to_owned(),
        ..RunnerInfo::default()
    };
    let mut run = Run::default();
    run.machine.usable_cores = 2;
    run.workloads =
        [("convoy".to_owned(), WorkloadInfo { kind: "mixed".to_owned(), ..WorkloadInfo::default() })].into();
    run.runners = [("thread".to_owned(), info("native", false)), ("gil-thread".to_owned(), info("gil", true))].into();
    run.plan.groups = vec![group(0), group(1)];
    Results { run, profiles: vec![convoy("thread", false), convoy("gil-thread", true)], ..Results::default() }
}

#[test]
fn the_convoy_shows_the_gaps_of_the_waiting_task() {
    let results = convoys();
    hold("lesson-convoy-80", &lesson(&results, "gil-convoy", false, 80));
    hold("lesson-convoy-80-ascii", &ascii(&lesson(&results, "gil-convoy", false, 80)));
    hold("lesson-convoy-120-colours", &lesson(&results, "gil-convoy", true, 120));
    let narrow = lesson(&results, "gil-convoy", false, 40);
    let longest = narrow.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(40), "{narrow}");
}

#[test]
fn work_that_computes_has_the_lanes_of_its_workers() {
    let results = Results::read_from(common::jsonl().as_bytes(), Path::new("made-up")).expect("records");
    let text = lesson(&results, "cpu-threads-free", false, 100);
    assert!(text.lines().count() < 40, "{text}");
    hold("lesson-threads-100", &text);
}

#[test]
fn a_claim_needs_the_cells_that_its_verdict_takes_and_no_others() {
    let results = convoys();
    let summary = Summary::from_results(&results);
    let needed = |id: &str| {
        let claims = Claims::built_in().only(id).expect("a built-in claim");
        let claim = claims.iter().next().expect("the only one");
        let mut names: Vec<String> = claim.needed_cells(&summary).iter().map(Cell::name).collect();
        names.sort();
        names
    };
    assert_eq!(needed("gil-convoy"), ["gil-thread in convoy, beside 0", "gil-thread in convoy, beside 1"]);
    assert_eq!(needed("no-convoy-without-gil"), ["thread in convoy, beside 0", "thread in convoy, beside 1"]);
    assert!(needed("cpu-processes").is_empty());
}

#[test]
fn a_claim_about_curves_shows_the_figures_along_its_axis() {
    let results = made::results();
    hold("lesson-grain-80", &lesson(&results, "grain", false, 80));
    hold("lesson-too-many-processes-100-colours", &lesson(&results, "too-many-processes", true, 100));
    let text = lesson(&results, "grain", false, 100);
    assert!(!text.contains("No cell was watched") && !text.contains("convoy"), "its curves alone: {text}");
    let narrow = lesson(&results, "grain", false, 45);
    let head = narrow.lines().find(|line| line.starts_with("from ")).expect("the head of its table");
    assert!(head.contains(" 10 ") && head.ends_with("100,000"), "the claim is about the ends: {narrow}");
    assert!(narrow.contains("Too narrow for: "), "{narrow}");
}

#[test]
fn a_claim_about_curves_needs_the_cells_of_its_sweep() {
    let summary = Summary::from_results(&made::results());
    let claims = Claims::built_in().only("gil-no-grain").expect("a built-in claim");
    let needed = claims.iter().next().expect("the only one").needed_cells(&summary);
    let is_of_sweep = |cell: &Cell| cell.group.sweep.is_some_and(|at| summary.sweeps[at].title == "counting by grain");
    assert!(!needed.is_empty() && needed.iter().all(is_of_sweep));
    let mut runners: Vec<&str> = needed.iter().map(|cell| cell.row.cell.runner.as_str()).collect();
    runners.sort_unstable();
    runners.dedup();
    assert_eq!(runners, ["python-sequential", "python-thread-pool"]);
}
