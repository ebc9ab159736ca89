//! The engineer's question: which model for a service that computes for a while and waits for a while?

mod common;

use common::{Folder, regatta, said};
use regatta_reports::record::CellId;
use regatta_reports::{Claims, GroupSummary, Report, Row};

/// Runs the question with few rounds, and gives what it printed with its report.
fn asked(args: &[&str]) -> (String, Report) {
    let folder = Folder::new();
    let out = folder.out().display().to_string();
    let params = ["--param", "cpu_us=200", "--param", "wait_us=5000", "--param", "requests=64"];
    let all = [&["run", "--workload", "request", "--rounds", "7", "--out", &out], &params[..], args].concat();
    let output = regatta(&folder, &all);
    let (printed, errors) = said(&output);
    assert!(output.status.success(), "{printed}{errors}");
    for file in ["summary.md", "index.html"] {
        let text = std::fs::read_to_string(folder.out().join(file)).expect("a report");
        assert!(text.contains("Which model for this service?"), "{file}");
        assert!(text.contains("requests a second"), "{file}");
    }
    (printed, Report::from_results(folder.results(), &Claims::default()))
}

fn row<'a>(group: &'a GroupSummary, runner: &str, workers: u64) -> &'a Row {
    let is = |cell: &CellId| cell.runner == runner && cell.workers == workers && cell.arm.is_empty();
    group.rows.iter().find(|row| is(&row.cell)).unwrap_or_else(|| panic!("no {runner} of {workers}"))
}

#[test]
fn a_pool_of_one_worker_a_core_is_far_behind_and_the_answer_names_who_is_ahead() {
    let (printed, report) = asked(&["--runner", "thread,thread-pool,async"]);
    let [group] = report.summary.groups.as_slice() else { panic!("one group") };
    assert_eq!(group.tasks, 64);
    assert!(group.failures.is_empty(), "{:?}", group.failures);
    assert!(
        report.results.run.plan.groups[0].pieces_per_ms["native"] > 100,
        "it was measured how much computing 200 us is"
    );
    let pools = || group.rows.iter().filter(|row| row.is_main() && row.cell.runner == "thread-pool");
    let sizes: Vec<u64> = pools().map(|row| row.cell.workers).collect();
    assert!(sizes.len() > 1 && sizes.is_sorted(), "pools of several sizes: {sizes:?}");
    let (cores, async_workers) = (sizes[0], sizes[0]);
    let wall = |row: &Row| row.wall.map_or(f64::NAN, |wall| wall.value);
    let narrow = wall(row(group, "thread-pool", cores));
    // With c cores the narrow pool takes 64 / c waits of 5 ms and more. Others wait once, and compute on the cores.
    if cores <= 4 {
        for ahead in [row(group, "thread", 64), row(group, "async", async_workers)] {
            assert!(narrow > 2.0 * wall(ahead), "{}: {narrow} {}", ahead.label, wall(ahead));
            let times = ahead.task_times.expect("tasks note their times");
            assert!(times.p50_ns > 5e6 && times.p99_ns >= times.p50_ns, "{times:?}");
        }
    }
    let [service] = report.services.as_slice() else { panic!("one service") };
    assert!(printed.contains("Which model for this service?"), "{printed}");
    let narrow = format!("thread-pool of {cores}");
    // On a machine so busy that rounds are left out, it says that they are too few.
    if service.sentences[0].contains("too few rounds") {
        return;
    }
    let best: Vec<&str> = service.lines.iter().filter(|line| line.is_best).map(|line| line.name.as_str()).collect();
    assert!(!best.is_empty() && (cores > 4 || !best.contains(&narrow.as_str())), "{best:?}");
    assert!(best.iter().all(|name| service.sentences[0].contains(name)), "{:?}", service.sentences);
}

#[test]
fn who_gives_workers_gets_those_and_no_others() {
    let (_, report) = asked(&["--runner", "thread-pool", "--workers", "3,5"]);
    let sizes: Vec<u64> = report.summary.groups[0].main_rows().map(|row| row.cell.workers).collect();
    assert_eq!(sizes, [3, 5]);
}

#[test]
fn parameters_are_listed_and_wrong_ones_refused() {
    let folder = Folder::new();
    let (printed, _) = said(&regatta(&folder, &["list", "request"]));
    for word in ["cpu_us", "wait_us", "5000", "requests", "steps", "turns of computing and waiting"] {
        assert!(printed.contains(word), "{word}: {printed}");
    }
    assert!(!printed.contains("pieces_per_ms"), "it is not for users: {printed}");
    let refused = |args: &[&str]| {
        let output = regatta(&folder, args);
        assert_eq!(output.status.code(), Some(2));
        said(&output).1
    };
    let message = refused(&["run", "--workload", "request", "--param", "wait=5"]);
    assert!(message.contains("no parameter `wait` (did you mean `wait_us`?)"), "{message}");
    let message = refused(&["run", "--workload", "request", "--param", "wait_us=long"]);
    assert!(message.contains("a whole number"), "{message}");
    assert!(refused(&["run", "--param", "wait_us=5"]).contains("--workload"));
    assert!(refused(&["list", "reqest"]).contains("did you mean `request`?"));
    let output = regatta(&folder, &["verify", "--workload", "request", "--runner", "native", "--param", "steps=5"]);
    assert!(output.status.success(), "{:?}", said(&output));
}
