//! What a report says of a service, from made-up records of either answer.

#[allow(dead_code, reason = "only its latencies are of use here")]
mod common;

use std::collections::BTreeMap;

use regatta_reports::documents::html::{self, Charts};
use regatta_reports::documents::{markdown, terminal};
use regatta_reports::drawing::palette::Palette;
use regatta_reports::record::{CellId, Group, RunnerInfo, Sample, WorkloadInfo};
use regatta_reports::{Claims, Report, Results};

/// A cell: its runner, its workers, and its walls in milliseconds, one a round.
type Made<'a> = (&'a str, u64, Vec<f64>);

/// A report on 128 requests under these cells.
fn report(cells: &[Made]) -> Report {
    let mut results = Results::default();
    results.run.machine.usable_cores = 2;
    let info =
        WorkloadInfo { kind: "service".to_owned(), about: "computes and waits".to_owned(), ..WorkloadInfo::default() };
    results.run.workloads.insert("request".to_owned(), info);
    let mut group = Group { workload: "request".to_owned(), tasks: 128, wait_ns: 5_000_000, ..Group::default() };
    for (runner, workers, walls) in cells {
        let cell = CellId { runner: (*runner).to_owned(), workers: *workers, ..CellId::default() };
        let info = RunnerInfo {
            family: "native".to_owned(),
            model: (*runner).to_owned(),
            baseline: "sequential".to_owned(),
            parallelism: if *runner == "thread" { "per-task" } else { "workers" }.to_owned(),
            ..RunnerInfo::default()
        };
        results.run.runners.insert((*runner).to_owned(), info);
        results.samples.extend((0..).zip(walls).map(|(round, ms)| Sample {
            workload: "request".to_owned(),
            cell: cell.clone(),
            round,
            tasks: 128,
            workers_seen: *workers,
            wall_ns: (ms * 1e6) as u64,
            cpu_ns: 26_000_000,
            histograms: noted(runner),
            tree_pss_bytes: Some(if *runner == "async" { 2 << 20 } else { 8 << 20 }),
            ..Sample::default()
        }));
        group.cells.push(cell);
    }
    results.run.plan.groups.push(group);
    Report::from_results(results, &Claims::default())
}

/// What tasks note: 5 to 6 ms, under green 10 ms.
fn noted(runner: &str) -> BTreeMap<String, String> {
    let times = (0..100).map(|task| if runner == "green" { 10_000_000 } else { 5_000_000 + task * 10_000 });
    BTreeMap::from([("task_ns".to_owned(), common::latencies(times))])
}

/// Walls around a value, the same each time, within 1 %.
fn around(ms: f64) -> Vec<f64> {
    (0..12).map(|round| ms * (1.0 + 0.01 * f64::from(round * 7 % 11) / 11.0)).collect()
}

fn sentence(cells: &[Made]) -> String {
    let report = report(cells);
    let [service] = report.services.as_slice() else { panic!("one service") };
    let [sentence] = service.sentences.as_slice() else { panic!("one family: {:?}", service.sentences) };
    let text = terminal::brief(&report, false, 200);
    assert!(text.contains("Which model for this service?") && text.contains(sentence), "{text}");
    assert!(markdown::summary(&report).contains("requests a second"));
    let page = html::page(&report, &Charts::default(), &Palette::default()).expect("a page");
    assert!(page.contains("Which model for this service?") && page.contains("requests a second"));
    sentence.clone()
}

#[test]
fn the_least_size_that_is_alike_is_named_beside_coroutines() {
    let cells = [
        ("thread-pool", 2, around(340.0)),
        ("thread-pool", 52, around(18.1)),
        ("thread-pool", 104, around(18.0)),
        ("async", 2, around(18.2)),
    ];
    assert_eq!(
        sentence(&cells),
        "native: async on 2 threads, or thread-pool of 52: 7,000 requests a second, p99 5.98 ms; async takes 1/4 of the memory of thread-pool; \
         thread-pool of 2 serves 375."
    );
}

#[test]
fn a_pool_of_one_worker_a_core_is_named_where_it_is_as_good() {
    let cells = [("thread-pool", 2, around(100.0)), ("thread-pool", 4, around(100.5)), ("async", 2, around(150.0))];
    assert_eq!(sentence(&cells), "native: thread-pool of 2: 1,270 requests a second, p99 5.98 ms.");
}

#[test]
fn latencies_that_differ_stand_behind_each() {
    let cells = [("thread-pool", 52, around(18.0)), ("green", 2, around(18.1))];
    assert_eq!(
        sentence(&cells),
        "native: green on 2 threads (p99 10.0 ms), or thread-pool of 52 (p99 5.98 ms): 7,040 requests a second."
    );
}

#[test]
fn a_noisy_cell_is_not_named() {
    let noisy = (0..12).map(|round| if round % 2 == 0 { 15.0 } else { 24.0 }).collect();
    let cells = [("thread", 128, noisy), ("thread-pool", 52, around(18.0)), ("async", 2, around(30.0))];
    assert_eq!(
        sentence(&cells),
        "native: thread-pool of 52: 7,080 requests a second, p99 5.98 ms; too noisy to tell: thread."
    );
}

#[test]
fn a_smaller_size_that_may_be_as_good_is_named() {
    let noisy = (0..12).map(|round| if round % 2 == 0 { 15.0 } else { 24.0 }).collect();
    let cells = [("thread-pool", 26, noisy), ("thread-pool", 52, around(18.0)), ("async", 2, around(30.0))];
    assert_eq!(
        sentence(&cells),
        "native: thread-pool of 52: 7,080 requests a second, p99 5.98 ms; too noisy to tell if thread-pool of 26 is enough."
    );
}

#[test]
fn few_rounds_are_told() {
    let few = |ms: f64| around(ms)[..3].to_vec();
    let cells = [("thread-pool", 52, few(18.0)), ("async", 2, few(30.0))];
    let report = report(&cells);
    assert_eq!(
        report.services[0].sentences[0],
        "native: thread-pool of 52 has the least median, but there were too few rounds to tell."
    );
    assert!(report.services[0].lines.iter().all(|line| !line.is_best));
}

#[test]
fn work_of_another_kind_is_no_service() {
    let cells = [("thread-pool", 52, around(18.0)), ("async", 2, around(30.0))];
    let mut results = report(&cells).results;
    results.run.workloads.get_mut("request").expect("it is there").kind = "io".to_owned();
    let report = Report::from_results(results, &Claims::default());
    assert!(report.services.is_empty());
    assert!(!terminal::brief(&report, false, 200).contains("Which model"));
}
