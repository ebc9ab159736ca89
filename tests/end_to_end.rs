//! A small run of everything: every workload under every runner of our own, verified, recorded and reported.

mod common;

use common::{Folder, regatta, said, start};
use regatta_reports::record::FailureKind;

const EVERYTHING: &str = r#"
rounds = 2
processes = 2
reference = false
workers = [2]
[[group]]
workload = "primes"
runners = ["native", "gil"]
params = { length = 2_000, tasks = 8 }
[[group]]
workload = "counting"
hot = "1ms"
runners = ["native", "gil"]
params = { from = 10_000, tasks = 8 }
[[group]]
workload = "switch"
runners = ["native", "gil"]
params = { yields = 20, tasks = 8 }
[[group]]
workload = "empty"
runners = ["native", "gil"]
params = { tasks = 8 }
skip = { process = "to see that a reason is kept" }
[[group]]
workload = "sleep"
runners = ["native", "gil"]
params = { wait_us = 1_000, tasks = 8 }
[[group]]
workload = "echo"
runners = ["native", "gil"]
params = { connections = 8, round_trips = 2, delay_us = 500 }
"#;

#[test]
fn every_cell_is_verified_in_every_round_or_has_its_reason() {
    let folder = Folder::new();
    let output = start(&folder, EVERYTHING).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    assert!(results.end.as_ref().is_some_and(|end| end.complete));
    // Twelve cells, and three copies that show the noise: of the baseline and of a pool of each family.
    assert_eq!(results.samples.len(), (6 * 15 - 1) * 2);
    let hot: Vec<u64> = results.run.plan.groups.iter().map(|group| group.hot_ns).collect();
    assert_eq!(hot, [0, 1_000_000, 0, 0, 0, 0]);
    let summary = std::fs::read_to_string(folder.out().join("summary.md")).expect("a summary");
    assert_eq!(summary.matches("its cell ran for at least 1.00 ms uncounted").count(), 1, "{summary}");
    assert_eq!(results.failures.len(), 1);
    assert_eq!(results.failures[0].kind, FailureKind::Unavailable);
    assert_eq!(results.failures[0].message, "to see that a reason is kept");
    for sample in &results.samples {
        assert!(sample.wall_ns > 0 && sample.workers_seen > 0 && sample.tasks == 8, "{sample:?}");
        assert!(sample.peak_rss_bytes.is_some_and(|bytes| bytes > 100_000), "{sample:?}");
        let shares_memory = !sample.cell.runner.starts_with("process");
        let has_latencies = sample.histograms.contains_key("round_trip_ns");
        assert_eq!(has_latencies, sample.workload == "echo" && shares_memory, "{sample:?}");
        assert!(["wall", "cpu", "switches"].iter().all(|figure| sample.source.contains_key(*figure)), "{sample:?}");
        if let Some(cores) = &sample.per_core_ns
            && sample.source["per_core"] == "perf-task-clock"
        {
            // Of processes that ended in mid-run, perf misses the end.
            let sum = cores.iter().sum::<u64>();
            assert!(
                if sample.cell.runner == "process" { sum <= sample.cpu_ns } else { sum == sample.cpu_ns },
                "{sample:?}"
            );
        }
        assert_eq!(sample.server_cpu_ns.is_some(), sample.workload == "echo");
    }
    for file in ["index.html", "summary.md", "summary.csv", "primes-speedup.png"] {
        let size = std::fs::metadata(folder.out().join(file)).map_or(0, |file| file.len());
        assert!(size > 1_000, "{file} has {size} bytes");
    }
}

#[test]
fn a_run_begins_with_what_the_machine_gives() {
    let folder = Folder::new();
    let plan = "rounds = 1\n[[group]]\nworkload = 'counting'\nparams = { from = 300_000, tasks = 4 }\nrunners = ['sequential', 'thread', 'async']\n\
                [[group]]\nworkload = 'switch'\nrunners = ['sequential']\n";
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let points = results.capacity.expect("it was measured").points;
    let machine = &results.run.machine;
    let cores = machine.usable_cores.min(machine.quota_cores.map_or(u64::MAX, |quota| quota.ceil() as u64)).max(1);
    assert_eq!(points.first().map(|point| point.burns), Some(1));
    assert_eq!(points.last().map(|point| point.burns), Some(cores));
    for point in points {
        assert!(point.speeds.len() >= 3, "{point:?}");
        // No machine gives more than its cores; a burn that was disturbed makes the others look faster than they are.
        let median = regatta_reports::statistics::median(&point.speeds).expect("speeds");
        assert!(median > 0.0 && median <= 3.0 * cores as f64, "{point:?}");
    }
    let (blocked, mut lone): (Vec<_>, Vec<_>) = results.lone.iter().partition(|lone| lone.blocked_ns.is_some());
    assert!(blocked.iter().all(|lone| lone.runner == "async-single"), "{blocked:?}");
    lone.sort_unstable_by_key(|lone| &lone.runner);
    assert!(lone.iter().all(|lone| lone.cpu_ns.len() >= 3 && lone.params["tasks"] == 4), "{lone:?}");
    let lone: Vec<_> = lone.iter().map(|lone| (&*lone.workload, &*lone.runner)).collect();
    assert_eq!(
        lone,
        [("counting", "async"), ("counting", "sequential"), ("counting", "thread")],
        "switches are no computing"
    );
}

#[test]
fn a_family_with_a_scale_of_its_own_does_that_much() {
    let folder = Folder::new();
    let plan = "rounds = 2\nreference = false\n[[group]]\ntitle = 'a few steps'\nworkload = 'counting'\nhot = '1ms'\n\
                params = { from = 3000, tasks = 4 }\nscale = { native = { tasks = 2, hot = '0s' }, gil = { tasks = 2 } }\n\
                runners = ['sequential', 'thread', 'gil-thread']\n";
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let group = &results.run.plan.groups[0];
    assert_eq!((&*group.title, group.tasks, group.scale_of("native").tasks), ("a few steps", 4, 2));
    assert_eq!((group.scale_of("native").hot_ns, group.scale_of("gil").hot_ns), (0, 1_000_000));
    assert!(!results.samples.is_empty());
    for sample in &results.samples {
        assert_eq!((sample.tasks, &sample.params["tasks"]), (2, &2.into()), "{sample:?}");
        assert_eq!(sample.group_params.as_ref(), Some(&group.params), "{sample:?}");
    }
    let summary = std::fs::read_to_string(folder.out().join("summary.md")).expect("a summary");
    assert_eq!(summary.matches("\n## a few steps\n").count(), 1, "one section: {summary}");
}

#[test]
fn a_budget_bounds_the_whole_run() {
    let folder = Folder::new();
    // A round takes 0.6 s, and there would be 100 of them.
    let plan = "rounds = 50\nleast_rounds = 50\nbudget = '3s'\n[[group]]\nworkload = 'sleep'\nparams = { wait_us = 300_000, tasks = 1 }\n\
                runners = ['sequential']\n[[group]]\nworkload = 'sleep'\nparams = { wait_us = 200_000, tasks = 1 }\nrunners = ['sequential']\n";
    let begin = std::time::Instant::now();
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    // With what starting, ending and the report take on a busy machine; all rounds would take 25 s.
    assert!(begin.elapsed().as_secs() < 15, "{:?}", begin.elapsed());
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(said(&output).1.contains("needs 25s and more"), "said before the start: {:?}", said(&output));
    let results = folder.results();
    assert!(said(&output).0.contains("where 50 are the least"), "{:?}", said(&output));
    let remarks = results.end.expect("an end").remarks;
    assert!(remarks.iter().any(|remark| remark.contains("where 50 are the least")), "{remarks:?}");
    assert!(results.failures.iter().any(|failure| failure.message.contains("left out: the budget of 3s was spent")));
}

#[test]
fn what_was_asked_for_and_left_out_is_said() {
    let folder = Folder::new();
    let plan = folder.plan(
        "rounds = 1\nprofile = true\n[[group]]\nworkload = 'counting'\nparams = { from = 1000, tasks = 2 }\nrunners = ['sequential', 'thread']\n\
         [[group]]\nworkload = 'empty'\nparams = { tasks = 7 }\nrunners = ['sequential']\n",
    );
    let plan = plan.to_string_lossy();
    let output = regatta(&folder, &["run", "--plan", &plan, "--runner", "thread,rayon", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let left_out = folder.results().run.left_out.join("\n");
    for words in ["empty (tasks = 7)", "`rayon` was asked for, and no group of the plan has it"] {
        assert!(left_out.contains(words), "{left_out}");
    }
}

#[test]
fn too_many_threads_are_refused_with_the_remedy() {
    let folder = Folder::new();
    let plan = "rounds = 1\n[[group]]\nworkload = 'sleep'\nparams = { tasks = 10_000_000 }\nrunners = ['thread', 'green', 'process']\n";
    let output = start(&folder, plan).wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "not run is not failed: {:?}", said(&output));
    let failures = folder.results().failures;
    assert_eq!(failures.len(), 3);
    for failure in failures {
        assert_eq!(failure.kind, FailureKind::Limit, "{failure:?}");
        assert!(failure.message.contains("raise") && failure.message.contains("fewer tasks"), "{failure:?}");
    }
}

#[test]
fn a_report_is_rebuilt_from_the_records_alone() {
    let folder = Folder::new();
    let run = ["run", "--plan", "quick", "--workload", "empty", "--rounds", "3", "--out", "out"];
    let first = said(&regatta(&folder, &run)).0;
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    std::fs::copy(folder.out().join("results.jsonl"), elsewhere.join("results.jsonl")).expect("a copy");
    let second = said(&regatta(&folder, &["report", "elsewhere"])).0;
    let tables = |text: &str| text.split("Report:").next().unwrap_or_default().to_owned();
    assert_eq!(tables(&first), tables(&second));
    for file in ["index.html", "summary.md", "summary.csv"] {
        let read = |folder: &std::path::Path| std::fs::read(folder.join(file)).expect(file);
        assert_eq!(read(&folder.out()), read(&elsewhere), "{file}");
    }
}

#[test]
fn verify_checks_and_times_nothing() {
    let folder = Folder::new();
    let output = regatta(&folder, &["verify", "--workload", "primes,echo", "--runner", "native,gil"]);
    let (said, _) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("24 answers right, 0 cells failed, 0 not run"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "it leaves nothing behind");
}
