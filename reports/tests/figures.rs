//! What figures say of machines of any size, of few rounds, of copies, and of runs without tasks; and that they take time in proportion to
//! the rounds.

mod common;

use std::time::{Duration, Instant};

use regatta_reports::documents::html::{self, Charts};
use regatta_reports::documents::markdown;
use regatta_reports::drawing::palette::Palette;
use regatta_reports::record::{Capacity, CapacityPoint, CellId, Group, Record, RunnerInfo, Sample, WorkloadInfo, arms};
use regatta_reports::views::findings::headline;
use regatta_reports::views::remarks;
use regatta_reports::{Claims, GroupSummary, Outcome, Report, Results, Row, Summary, advice};

/// A run of the CPU-bound workload `work`: `(runner, workers, arm, walls in milliseconds)`, one a round, in one process.
fn run(cores: u64, tasks: u64, cells: &[(&str, u64, &str, Vec<f64>)]) -> Results {
    let mut results = Results::default();
    results.run.machine.usable_cores = cores;
    results.run.workloads.insert("work".to_owned(), WorkloadInfo { kind: "cpu".to_owned(), ..WorkloadInfo::default() });
    let mut group = Group { workload: "work".to_owned(), tasks, ..Group::default() };
    for (runner, workers, arm, walls) in cells {
        let cell =
            CellId { runner: (*runner).to_owned(), workers: *workers, arm: (*arm).to_owned(), ..CellId::default() };
        let info = RunnerInfo {
            family: "native".to_owned(),
            model: (*runner).to_owned(),
            baseline: "sequential".to_owned(),
            parallelism: if *runner == "sequential" { "one" } else { "workers" }.to_owned(),
            ..RunnerInfo::default()
        };
        results.run.runners.insert((*runner).to_owned(), info);
        results.samples.extend((0..).zip(walls).map(|(round, ms)| Sample {
            workload: "work".to_owned(),
            cell: cell.clone(),
            round,
            tasks,
            workers_seen: *workers,
            wall_ns: (ms * 1e6) as u64,
            cpu_ns: 640_000_000,
            ..Sample::default()
        }));
        group.cells.push(cell);
    }
    results.run.plan.groups.push(group);
    results
}

/// Walls around a value, the same each time, within 1 %.
fn around(ms: f64, rounds: u32) -> Vec<f64> {
    (0..rounds).map(|round| ms * (1.0 + 0.01 * f64::from(round * 7 % 11) / 11.0)).collect()
}

/// A report without claims.
fn shown(results: Results) -> Report {
    Report::from_results(results, &Claims::default())
}

fn row<'a>(group: &'a GroupSummary, label: &str) -> &'a Row {
    group.rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("no row {label}"))
}

fn with_capacity(mut results: Results) -> Results {
    let points = [(1, 1.0), (2, 1.94)].map(|(burns, speed)| CapacityPoint { burns, speeds: vec![speed; 3] });
    results.capacity = Some(Capacity { points: points.to_vec(), outside_cores: None });
    results
}

#[test]
fn the_ideal_of_a_pool_goes_by_its_batches() {
    let cells = [("sequential", 1, "", around(640.0, 12)), ("rayon", 24, "", around(40.0, 12))];
    let summary = Summary::from_results(&run(24, 32, &cells));
    let ideal = |label: &str| row(&summary.groups[0], label).ideal_cores;
    assert_eq!(
        (ideal("sequential"), ideal("rayon")),
        (Some(1.0), Some(16.0)),
        "32 tasks on 24 workers are two batches"
    );
    let markdown = markdown::summary(&shown(run(24, 32, &cells)));
    assert!(!markdown.contains("cores here give"), "nothing is said of a capacity that was not measured");
}

#[test]
fn the_capacity_is_the_ceiling_and_is_in_the_data_of_the_page() {
    let cells = [("sequential", 1, "", around(640.0, 12)), ("rayon", 2, "", around(330.0, 12))];
    let report = shown(with_capacity(run(2, 64, &cells)));
    assert!(row(&report.summary.groups[0], "rayon").ideal_cores.is_some_and(|cores| (cores - 1.94).abs() < 1e-12));
    let page = html::page(&report, &Charts::default(), &Palette::default()).expect("a page");
    assert!(page.contains("\"capacity\":{"));
}

#[test]
fn few_rounds_are_too_few_to_tell() {
    let cells = |rounds| {
        let pools = [("rayon", 2, "", around(330.0, rounds)), ("scoped", 2, "", around(340.0, rounds))];
        [("sequential", 1, "", around(640.0, rounds))].into_iter().chain(pools).collect::<Vec<_>>()
    };
    let results = run(2, 64, &cells(3));
    let summary = Summary::from_results(&results);
    let finding = &headline(&summary.groups[0]).to_string();
    assert!(finding.ends_with("as fast as sequential, but there were too few rounds to tell"), "{finding}");
    let advice = advice::from_summary(&summary);
    assert_eq!(advice[0].reason, "the least median, but there were too few rounds to tell");
    assert!(advice[0].alike.is_empty());
    assert!(advice[0].contests[0].sentence.ends_with("too few rounds to tell who is alike"));
    let many = Summary::from_results(&run(2, 64, &cells(12)));
    assert!(headline(&many.groups[0]).to_string().ends_with("2 of 2 beat sequential"));
}

/// Walls of a cell that is interrupted every other round.
fn noisy(ms: f64, rounds: u32) -> Vec<f64> {
    (0..rounds).map(|round| ms * if round % 2 == 0 { 0.9 } else { 1.2 }).collect()
}

#[test]
fn a_noisy_runner_earns_nothing() {
    let advice = |green: Vec<f64>| {
        let pools =
            [("rayon", 2, "", around(330.0, 12)), ("scoped", 2, "", around(332.0, 12)), ("green", 2, "", green)];
        let cells: Vec<_> = [("sequential", 1, "", around(640.0, 12))].into_iter().chain(pools).collect();
        let summary = Summary::from_results(&run(2, 64, &cells));
        let all = advice::from_summary(&summary);
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().expect("there is advice")
    };
    // Its median is the least, and so is each other round of it.
    let lucky = advice(noisy(310.0, 12));
    assert_eq!(lucky.any_of(), "any of rayon, scoped");
    assert_eq!(lucky.too_noisy(), "too noisy to tell: green");
    assert_eq!(lucky.reason, "within 5 % of the fastest, the simplest first");
    let steady = advice(around(334.0, 12));
    assert_eq!((steady.any_of().as_str(), steady.too_noisy().as_str()), ("any of rayon, scoped, green", ""));
    let slower = advice(around(360.0, 12));
    assert_eq!((slower.any_of().as_str(), slower.too_noisy().as_str()), ("any of rayon, scoped", ""));
    let faster = advice(around(300.0, 12));
    assert_eq!((faster.any_of().as_str(), faster.reason.as_str()), ("green", "the fastest"));
}

#[test]
fn of_those_alike_the_one_that_takes_the_least_cpu_time_comes_first() {
    let pools = [("rayon", 2, "", around(330.0, 12)), ("scoped", 2, "", around(332.0, 12))];
    let cells: Vec<_> = [("sequential", 1, "", around(640.0, 12))].into_iter().chain(pools).collect();
    let mut results = run(2, 64, &cells);
    results.samples.iter_mut().filter(|sample| sample.cell.runner == "rayon").for_each(|sample| sample.cpu_ns *= 2);
    assert_eq!(advice::from_summary(&Summary::from_results(&results))[0].any_of(), "any of scoped, rayon");
}

#[test]
fn giving_way_earns_no_advice() {
    let cells = [("sequential", 1, "", around(640.0, 12)), ("rayon", 2, "", around(330.0, 12))];
    let mut results = run(2, 64, &cells);
    assert_eq!(advice::from_summary(&Summary::from_results(&results)).len(), 1);
    results.run.workloads.get_mut("work").expect("it is there").kind = "switching".to_owned();
    let summary = Summary::from_results(&results);
    assert!(summary.groups[0].is_cpu_bound(), "it keeps cores busy all the same");
    assert!(advice::from_summary(&summary).is_empty());
}

#[test]
fn copies_pair_with_their_original_and_are_not_drawn() {
    let cells = [
        ("sequential", 1, "", around(640.0, 20)),
        ("sequential", 1, arms::AA, around(641.0, 20)),
        ("rayon", 2, "", around(330.0, 20)),
        ("rayon", 2, arms::AA, around(330.5, 20)),
    ];
    let summary = Summary::from_results(&run(2, 64, &cells));
    let group = &summary.groups[0];
    let over = |label: &str| row(group, label).over_original.map(|ratio| (ratio.value * 1000.0).round());
    assert_eq!((over("rayon (a-a)"), over("rayon")), (Some(998.0), None));
    assert_eq!(over("sequential (a-a)"), Some(998.0));
    assert!(row(group, "rayon (a-a)").ratio.is_some_and(|ratio| ratio.value > 1.9), "its speed-up is that of rayon");
    assert_eq!(group.drawn().count(), 2);
    assert!(row(group, "rayon").noise.is_some_and(|noise| noise > 1.0 && noise < 1.02));
    assert!(
        remarks::of_group(group).iter().any(|remark| remark.starts_with("Noise beyond the intervals: ")),
        "{:?}",
        remarks::of_group(group)
    );
}

#[test]
fn one_process_is_told() {
    let summary = Summary::from_results(&run(2, 64, &[("sequential", 1, "", around(640.0, 12))]));
    let says = |group: &GroupSummary| {
        remarks::of_group(group).iter().any(|remark| remark.starts_with("Each cell ran in one process"))
    };
    assert!(says(&summary.groups[0]));
    let mut several = run(2, 64, &[("sequential", 1, "", around(640.0, 12))]);
    several.samples.iter_mut().for_each(|sample| sample.process = sample.round / 4);
    assert!(!says(&Summary::from_results(&several).groups[0]));
}

#[test]
fn runs_without_tasks_are_no_measurement() {
    let cells = [("sequential", 1, "", around(640.0, 12)), ("rayon", 2, "", around(330.0, 12))];
    let results = run(2, 0, &cells);
    let summary = Summary::from_results(&results);
    assert!(summary.groups[0].rows.iter().all(|row| row.wall.is_none() && row.missing().is_some()));
    assert!(advice::from_summary(&summary).is_empty());
    let claim = "[[claim]]\nid = \"x\"\nstatement = \"X.\"\nwhy = \"Y.\"\nfamilies = [\"native\"]\n[[claim.condition]]\nstatistic = \"speed-up\"\nat-least = 1.5\n\
                 of = { workload = \"work\", models = [\"rayon\"] }\nto = { model = \"sequential\" }\n";
    let claims = Claims::parse("test", claim).expect("a claim");
    let outcomes: Vec<Outcome> = claims.judge(&summary).iter().map(regatta_reports::Verdict::outcome).collect();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::NotRun), "{outcomes:?}");
}

#[test]
fn memory_is_that_of_the_tree_if_it_was_recorded() {
    let mut results = run(2, 64, &[("process", 64, "", around(640.0, 12))]);
    for sample in &mut results.samples {
        (sample.peak_rss_bytes, sample.children_rss_bytes) = (Some(5), Some(7));
    }
    assert_eq!(Summary::from_results(&results).groups[0].rows[0].memory_bytes(), Some(12.0));
    results.samples[3].tree_pss_bytes = Some(900);
    assert_eq!(Summary::from_results(&results).groups[0].rows[0].memory_bytes(), Some(900.0));
}

#[test]
fn empty_names_have_a_label_that_the_page_can_work_with() {
    let mut text = String::new();
    for line in common::jsonl().lines() {
        let mut record: Record = serde_json::from_str(line).expect("a record");
        if let Record::Run(run) = &mut record {
            for group in &mut run.plan.groups {
                group.workload = group.workload.replace("primes", "");
                group.cells.iter_mut().for_each(|cell| cell.runner = cell.runner.replace("rayon", ""));
            }
        } else if let Record::Sample(sample) = &mut record {
            sample.workload = sample.workload.replace("primes", "");
            sample.cell.runner = sample.cell.runner.replace("rayon", " ");
        }
        text += &(serde_json::to_string(&record).expect("records are JSON") + "\n");
    }
    let results = Results::read_from(text.as_bytes(), "x".as_ref()).expect("well-formed");
    let report = shown(results);
    for group in &report.summary.groups {
        assert!(!group.title.trim().is_empty() && !group.slug.is_empty());
        assert!(group.rows.iter().all(|row| !row.label.trim().is_empty()));
    }
    let page = html::page(&report, &Charts::default(), &Palette::default()).expect("a page");
    assert!(!page.contains("id=\"\"") && !page.contains("aria-hidden=\"true\"></span></th>"), "a row has a name");
    let script = include_str!("../templates/page.js");
    assert!(script.contains("if (name === undefined) continue;"), "and a row without one is passed over");
}

#[test]
fn time_grows_in_proportion_to_rounds() {
    let time = |rounds: u32| -> Duration {
        let mut results = run(2, 64, &[("sequential", 1, "", around(640.0, rounds))]);
        results.samples.iter_mut().for_each(|sample| sample.process = u32::from(sample.round >= rounds / 2));
        let once = || {
            let start = Instant::now();
            assert_eq!(Summary::from_results(&results).groups[0].rows[0].samples(), rounds as usize);
            start.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap_or_default()
    };
    // In proportion it is 8 times as long, as the square 64 times.
    let (short, long) = (time(2_500), time(20_000));
    assert!(long < 24 * short, "{short:?} for 2,500 rounds, {long:?} for 20,000");
}
