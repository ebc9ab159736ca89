//! A made-up run, the same each time: six workloads under ten runners on two cores, with one cell that crashes, one
//! beyond a limit, and one that the plan leaves out; latencies in echo, and profiles of four cells of primes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use regatta_reports::record::{
    CellId, End, Failure, FailureKind, Group, Machine, Moment, Parameters, Plan, Profile, Program, Record, Run,
    RunnerInfo, Sample, Segment, WorkloadInfo,
};
use serde_json::json;

pub const ROUNDS: u32 = 20;

const RUNNERS: [&str; 10] = [
    "sequential",
    "process",
    "process-pool",
    "thread",
    "thread-pool",
    "scoped",
    "rayon",
    "green",
    "async",
    "async-single",
];

/// A workload: name, kind, sentence, parameters, tasks, longest wait in ns.
type Course = (&'static str, &'static str, &'static str, Parameters, u64, u64);

fn courses() -> [Course; 6] {
    let params = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    [
        (
            "primes",
            "cpu",
            "Counts primes by trial division.",
            params(&[("start", 1_000_000), ("length", 20_000), ("tasks", 64)]),
            64,
            0,
        ),
        ("counting", "cpu", "Counts down to zero.", params(&[("from", 1_000_000), ("tasks", 32)]), 32, 0),
        ("switch", "cpu", "Yields again and again.", params(&[("yields", 1000), ("tasks", 16)]), 16, 0),
        ("empty", "cpu", "Returns its index: creation and dispatch.", params(&[("tasks", 10_000)]), 10_000, 0),
        ("sleep", "io", "Waits.", params(&[("wait_us", 50_000), ("tasks", 100)]), 100, 50_000_000),
        (
            "echo",
            "io",
            "Talks to an upper-casing server.",
            params(&[("connections", 20), ("round_trips", 5)]),
            20,
            10_000_000,
        ),
    ]
}

/// Numbers that look like noise: the generator MMIX by Donald Knuth.
struct Noise(u64);

impl Noise {
    /// Between 0 and 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 1, at least 1, with a tail.
    fn factor(&mut self) -> f64 {
        1.0 + 0.01 * self.next() + 0.05 * self.next().powi(8)
    }
}

/// Wall time in ns, effective cores, and switches of a cell.
fn model(workload: &str, runner: &str, tasks: u64) -> (f64, f64, f64) {
    let is_parallel = !matches!(runner, "sequential" | "async-single");
    let creation = match runner {
        "process" => 1_100_000.0,
        "thread" => 24_000.0,
        "process-pool" => 9_000.0,
        "green" => 1_700.0,
        "sequential" => 3.0,
        "scoped" => 20.0,
        _ => 450.0,
    } * tasks as f64;
    let cores = if is_parallel { 1.96 } else { 1.0 };
    let (work, wait): (f64, f64) = match workload {
        "primes" => (42.2e6, 0.0),
        "counting" => (31.5e6, 0.0),
        "switch" => (if runner.starts_with("thread") || runner == "scoped" { 19e6 } else { 2.4e6 }, 0.0),
        "empty" => (1e4, 0.0),
        "sleep" => (2e5, if matches!(runner, "thread" | "green" | "async" | "async-single") { 50.1e6 } else { 2500e6 }),
        _ => (
            6e6,
            if matches!(runner, "thread" | "green" | "async" | "async-single") {
                51e6
            } else if is_parallel {
                510e6
            } else {
                1010e6
            },
        ),
    };
    let cpu = work + creation;
    let wall = cpu / cores + wait;
    (wall, cpu / wall, if wait > 0.0 { tasks as f64 } else { 12.0 } + creation / 30_000.0)
}

/// All records of the run.
pub fn records() -> Vec<Record> {
    let mut groups: Vec<Group> = Vec::new();
    let mut lines = Vec::new();
    let mut noise = Noise(42);
    for (workload, _, _, params, tasks, wait_ns) in courses() {
        let left_out = |runner: &str| workload == "sleep" && matches!(runner, "sequential" | "process");
        let mut cells: Vec<CellId> = RUNNERS
            .into_iter()
            .filter(|runner| !left_out(runner))
            .map(|runner| CellId { runner: runner.to_owned(), workers: workers(runner, tasks), ..CellId::default() })
            .collect();
        if workload == "primes" {
            cells.insert(
                1,
                CellId { runner: "sequential".to_owned(), workers: 1, arm: "a-a".to_owned(), ..CellId::default() },
            );
        }
        let reason = "100 waits one after another would take 5 s a round";
        let skipped = RUNNERS
            .into_iter()
            .filter(|runner| left_out(runner))
            .map(|runner| (runner.to_owned(), reason.to_owned()))
            .collect();
        for round in 0..ROUNDS {
            for (order, cell) in cells.iter().enumerate() {
                let failure = |kind, message: &str| {
                    Record::Error(Failure {
                        workload: workload.to_owned(),
                        params: params.clone(),
                        cell: cell.clone(),
                        process: 0,
                        round: (kind == FailureKind::Crash).then_some(round),
                        kind,
                        message: message.to_owned(),
                        ..Failure::default()
                    })
                };
                match (workload, cell.runner.as_str(), round) {
                    ("empty", "process", 0) => lines.push(failure(
                        FailureKind::Limit,
                        "10,000 processes are more than the 4,096 that RLIMIT_NPROC allows; raise it with `ulimit -u 16384`",
                    )),
                    ("switch", "green", 3) => lines.push(failure(FailureKind::Crash, "the cell was ended by signal 11 (SIGSEGV)")),
                    ("empty", "process", _) | ("switch", "green", 4..) => {}
                    _ => lines.push(Record::Sample(Box::new(sample(workload, &params, tasks, cell, round, order as u32, &mut noise)))),
                }
            }
        }
        if workload == "primes" {
            let profiled = ["process-pool", "thread", "scoped", "async-single"];
            let cells = cells.iter().filter(|cell| profiled.contains(&cell.runner.as_str()));
            lines.extend(cells.map(|cell| Record::Profile(Box::new(profile(&params, tasks, cell)))));
        }
        groups.push(Group {
            workload: workload.to_owned(),
            params,
            tasks,
            wait_ns,
            cells,
            skipped,
            ..Group::default()
        });
    }
    let mut all = vec![Record::Run(Box::new(run(groups)))];
    all.extend(lines);
    all.push(Record::End(End { finished: "2026-01-01T00:01:00Z".to_owned(), complete: true, ..End::default() }));
    all
}

/// The records as the text of a file.
pub fn jsonl() -> String {
    records().iter().map(|record| serde_json::to_string(record).expect("records are JSON") + "\n").collect()
}

fn workers(runner: &str, tasks: u64) -> u64 {
    match runner {
        "sequential" | "async-single" => 1,
        "process" | "thread" => tasks,
        _ => 2,
    }
}

fn sample(
    workload: &str,
    params: &Parameters,
    tasks: u64,
    cell: &CellId,
    round: u32,
    order: u32,
    noise: &mut Noise,
) -> Sample {
    let (wall, cores, switches) = model(workload, &cell.runner, tasks);
    let wall = wall * noise.factor();
    let share = if cores > 1.0 { 0.5 } else { 0.7 };
    let cpu = wall * cores;
    let is_process = cell.runner.starts_with("process");
    Sample {
        workload: workload.to_owned(),
        params: params.clone(),
        cell: cell.clone(),
        process: round / 10,
        round,
        order,
        tasks,
        checksum: 7,
        workers_seen: cell.workers,
        wall_ns: wall as u64,
        cpu_ns: cpu as u64,
        per_core_ns: Some(vec![(cpu * share) as u64, (cpu * (1.0 - share)) as u64]),
        switches_voluntary: Some(switches as u64),
        switches_involuntary: Some(u64::from(round % 4)),
        peak_rss_bytes: Some(4_200_000 + 1000 * u64::from(round)),
        children_rss_bytes: is_process.then_some(9_000_000),
        start_ns: if cell.runner == "process-pool" { 2_400_000 } else { 30_000 },
        steal_ns: Some(0),
        outside_ns: Some((wall * 0.02) as u64),
        histograms: if workload == "echo" {
            BTreeMap::from([("round_trip_ns".to_owned(), histogram(wall / 5.0))])
        } else {
            BTreeMap::new()
        },
        source: BTreeMap::from([
            ("cpu".to_owned(), "perf-task-clock".to_owned()),
            ("rss".to_owned(), "VmHWM".to_owned()),
        ]),
        ..Sample::default()
    }
}

/// 100 latencies, one of which takes ten times as long.
fn histogram(usual_ns: f64) -> String {
    latencies((0..100).map(|i| if i == 99 { 10 * usual_ns as u64 } else { usual_ns as u64 }))
}

/// A histogram of these latencies as samples carry it.
pub fn latencies(values: impl Iterator<Item = u64>) -> String {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
    values.for_each(|value| histogram.record(value).expect("within bounds"));
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
    BASE64_STANDARD.encode(bytes)
}

/// A run in which tasks of a millisecond each are handed out in turn, each with a wait in its middle; the first core is
/// busy all the time, the second one if there are two workers. That of the process pool comes from the whole machine.
fn profile(params: &Parameters, tasks: u64, cell: &CellId) -> Profile {
    const MS: u64 = 1_000_000;
    let busy = cell.workers.min(2);
    let start = |task: u64| task / busy * MS;
    let halves = |task: u64| [(start(task), start(task) + MS / 2), (start(task) + 3 * MS / 4, start(task) + MS)];
    let segments = (0..tasks).flat_map(|task| {
        halves(task).map(|(start_ns, end_ns)| Segment { task, worker: (task % cell.workers) as u32, start_ns, end_ns })
    });
    let wall_ns = start(tasks - 1) + MS;
    let moment = |i: u64| Moment { at_ns: i * 5 * MS, cores_ns: vec![i * 5 * MS, (busy - 1) * i * 5 * MS] };
    Profile {
        workload: "primes".to_owned(),
        params: params.clone(),
        group_params: None,
        cell: cell.clone(),
        wall_ns,
        segments: segments.collect(),
        segments_dropped: 0,
        timeline: (0..=wall_ns / (5 * MS)).map(moment).collect(),
        source: if cell.runner == "process-pool" { "proc-stat-whole-machine" } else { "perf-task-clock" }.to_owned(),
        ..Profile::default()
    }
}

fn run(groups: Vec<Group>) -> Run {
    let runner = |name: &str| RunnerInfo {
        family: "native".to_owned(),
        model: name.to_owned(),
        gil: Some(false),
        about: format!("The model `{name}`."),
        baseline: "sequential".to_owned(),
        parallelism: match name {
            "sequential" | "async-single" => "one",
            "process" | "thread" => "per-task",
            _ => "workers",
        }
        .to_owned(),
        version: String::new(),
    };
    Run {
        schema: 1,
        id: "fixture".to_owned(),
        started: "2026-01-01T00:00:00Z".to_owned(),
        seed: 42,
        driver: "regatta".to_owned(),
        program: Program { version: "0.1.0".to_owned(), profile: "release".to_owned(), ..Program::default() },
        plan: Plan {
            name: "default".to_owned(),
            budget_s: Some(60.0),
            rounds: ROUNDS,
            processes: 2,
            groups,
            ..Plan::default()
        },
        machine: Machine {
            cpu: "Imagined CPU 3000".to_owned(),
            arch: "x86_64".to_owned(),
            physical_cores: Some(2),
            logical_cores: 2,
            usable_cores: 2,
            memory_bytes: 8 << 30,
            os: "Linux".to_owned(),
            kernel: "6.1".to_owned(),
            ..Machine::default()
        },
        workloads: courses()
            .into_iter()
            .map(|(name, kind, about, ..)| {
                (
                    name.to_owned(),
                    WorkloadInfo { kind: kind.to_owned(), about: about.to_owned(), ..WorkloadInfo::default() },
                )
            })
            .collect(),
        runners: RUNNERS.into_iter().map(|name| (name.to_owned(), runner(name))).collect(),
        ..Run::default()
    }
}
