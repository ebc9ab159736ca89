//! A made-up run of sweeps on four cores, the same each time: work by workers and growing with them, by grain, by number of tasks and of
//! waits, by computing neighbours, and by an option. Beside them, one group in which nothing is varied.
//!
//! What is built in: pools of 2 and more outrun sequential code, but for threads under a lock. Of pools 4 are the best. A grain of 1,000
//! is worth a work-stealing pool, one of 10,000 any pool. Up to 100 waits are best in threads, and more of them in coroutines.

#![allow(dead_code, reason = "each test target uses a part of it")]

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use regatta_reports::Results;
use regatta_reports::record::{
    AxisOf, Capacity, CapacityPoint, CellId, End, Group, Machine, Parameters, Record, RunnerInfo, Sample, Scale, Sweep,
    WorkloadInfo,
};
use serde_json::json;

/// Rounds of each group, in two processes.
const ROUNDS: u32 = 14;

/// The runners: name, family, model, parallelism.
const RUNNERS: [(&str, &str, &str, &str); 15] = [
    ("sequential", "native", "sequential", "one"),
    ("thread", "native", "thread", "per-task"),
    ("thread-pool", "native", "thread-pool", "workers"),
    ("process-pool", "native", "process-pool", "workers"),
    ("scoped", "native", "scoped", "workers"),
    ("rayon", "native", "rayon", "workers"),
    ("async", "native", "async", "workers"),
    ("async-single", "native", "async-single", "one"),
    ("gil-thread", "gil", "thread", "per-task"),
    ("gil-thread-pool", "gil", "thread-pool", "workers"),
    ("python-sequential", "cpython", "sequential", "one"),
    ("python-thread", "cpython", "thread", "per-task"),
    ("python-thread-pool", "cpython", "thread-pool", "workers"),
    ("python-process-pool", "cpython", "process-pool", "workers"),
    ("python-asyncio", "cpython", "async-single", "one"),
];

/// What one run of a cell takes.
#[derive(Debug, Clone, Copy, Default)]
struct Took {
    wall_ms: f64,
    cpu_ms: f64,
    memory_mib: f64,
    /// Usual latency.
    latency_ms: Option<f64>,
}

/// Numbers that look like noise: the generator MMIX by Donald Knuth.
struct Noise(u64);

impl Noise {
    /// Around 1 by a per cent.
    fn factor(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        0.99 + 0.02 * ((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// A run that is being made.
struct Made {
    results: Results,
    noise: Noise,
}

impl Made {
    /// Adds a group with what each of its cells takes.
    fn group(&mut self, group: Group, kind: &str, took: impl Fn(&CellId, &Scale) -> Took) {
        let about = format!("does what `{}` does", group.workload);
        let info = WorkloadInfo { kind: kind.to_owned(), about, ..WorkloadInfo::default() };
        self.results.run.workloads.insert(group.workload.clone(), info);
        for round in 0..ROUNDS {
            for (order, cell) in group.cells.iter().enumerate() {
                let family = self.results.run.runners[&cell.runner].family.clone();
                let scale = group.scale_of(&family);
                let is_scaled = group.scale.contains_key(&family);
                let took = took(cell, &scale);
                let factor = self.noise.factor();
                let histograms = took.latency_ms.map(|ms| ("round_trip_ns".to_owned(), latencies(ms * 1e6 * factor)));
                self.results.samples.push(Sample {
                    workload: group.workload.clone(),
                    params: scale.params.clone(),
                    group_params: is_scaled.then(|| group.params.clone()),
                    cell: cell.clone(),
                    process: round / (ROUNDS / 2),
                    round,
                    order: order as u32,
                    tasks: scale.tasks,
                    workers_seen: cell.workers.min(scale.tasks),
                    wall_ns: (took.wall_ms * 1e6 * factor) as u64,
                    cpu_ns: (took.cpu_ms * 1e6 * factor) as u64,
                    peak_rss_bytes: Some((took.memory_mib * f64::from(1 << 20)) as u64),
                    histograms: histograms.into_iter().collect(),
                    ..Sample::default()
                });
            }
        }
        self.results.run.plan.groups.push(group);
    }
}

/// 100 latencies, two of which take three times as long.
fn latencies(usual_ns: f64) -> String {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
    let values = (0..100).map(|i| if i > 97 { 3.0 * usual_ns } else { usual_ns * (1.0 + f64::from(i % 5) / 50.0) });
    values.for_each(|value| histogram.record(value as u64).expect("within bounds"));
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
    BASE64_STANDARD.encode(bytes)
}

fn params(pairs: &[(&str, u64)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

fn cell(runner: &str, workers: u64) -> CellId {
    CellId { runner: runner.to_owned(), workers, ..CellId::default() }
}

fn sweep(title: &str, axis: &str, of: AxisOf) -> Option<Sweep> {
    Some(Sweep { title: title.to_owned(), axis: axis.to_owned(), of, between: Vec::new() })
}

/// All records of the run.
pub fn results() -> Results {
    let mut made = Made { results: Results::default(), noise: Noise(42) };
    let run = &mut made.results.run;
    run.id = "sweeps".to_owned();
    run.started = "2026-01-01T00:00:00Z".to_owned();
    run.driver = "regatta".to_owned();
    run.plan.name = "scaling".to_owned();
    run.plan.rounds = ROUNDS;
    run.plan.processes = 2;
    run.machine = Machine {
        cpu: "Imagined CPU 3000".to_owned(),
        physical_cores: Some(4),
        logical_cores: 4,
        usable_cores: 4,
        ..Machine::default()
    };
    for (name, family, model, parallelism) in RUNNERS {
        let is_python = family == "cpython";
        let info = RunnerInfo {
            family: family.to_owned(),
            model: model.to_owned(),
            gil: Some(family != "native"),
            about: format!("the model `{model}`"),
            baseline: if is_python { "python-sequential" } else { "sequential" }.to_owned(),
            parallelism: parallelism.to_owned(),
            version: if is_python { "CPython 3.11.2" } else { "" }.to_owned(),
        };
        run.runners.insert(name.to_owned(), info);
    }
    let point = |burns, speed| CapacityPoint { burns, speeds: vec![speed; 3] };
    let points = vec![point(1, 1.0), point(2, 1.96), point(4, 3.7)];
    made.results.capacity = Some(Capacity { points, outside_cores: Some(0.01) });
    plain(&mut made);
    by_workers(&mut made);
    growing(&mut made);
    by_grain(&mut made);
    by_tasks(&mut made);
    by_waits(&mut made);
    by_neighbours(&mut made);
    by_option(&mut made);
    made.results.end = Some(End { finished: "2026-01-01T00:05:00Z".to_owned(), complete: true, ..End::default() });
    made.results
}

/// The records as the text of a file.
pub fn jsonl(results: &Results) -> String {
    let samples = results.samples.iter().map(|sample| Record::Sample(Box::new(sample.clone())));
    let first = [Record::Run(Box::new(results.run.clone()))].into_iter();
    let all = first.chain(results.capacity.clone().map(Record::Capacity)).chain(samples);
    let all = all.chain(results.end.clone().map(Record::End));
    all.map(|record| serde_json::to_string(&record).expect("records are JSON") + "\n").collect()
}

/// The speed of so many workers on four cores, some of which is lost to waiting for each other.
fn speed(workers: u64, lost: f64) -> f64 {
    let (n, at_once) = (workers as f64, workers.min(4) as f64);
    at_once / (1.0 + lost * (n - 1.0))
}

/// Work that computes, in so many milliseconds of sequential time: what a cell makes of it.
fn computing(cell: &CellId, sequential_ms: f64) -> Took {
    let workers = cell.workers;
    let (wall_ms, cpu_ms) = match cell.runner.as_str() {
        "thread-pool" => (sequential_ms / speed(workers, 0.02), sequential_ms * (1.0 + 0.02 * workers as f64)),
        "rayon" | "scoped" | "async" => {
            (sequential_ms / speed(workers, 0.012), sequential_ms * (1.0 + 0.012 * workers as f64))
        }
        "process-pool" | "python-process-pool" => {
            (6.0 + 1.4 * sequential_ms / speed(workers, 0.03), 1.4 * sequential_ms + 6.0 * workers as f64)
        }
        "gil-thread-pool" | "python-thread-pool" => {
            (sequential_ms * (1.0 + 0.01 * workers as f64), sequential_ms * (1.0 + 0.015 * workers as f64))
        }
        "thread" => (sequential_ms / 3.3, sequential_ms * 1.15),
        _ => (sequential_ms, sequential_ms),
    };
    Took { wall_ms, cpu_ms, memory_mib: 4.0 + 0.5 * workers as f64, latency_ms: None }
}

/// One group in which nothing is varied.
fn plain(made: &mut Made) {
    let group = Group {
        workload: "primes".to_owned(),
        params: params(&[("length", 20_000), ("tasks", 64)]),
        tasks: 64,
        cells: vec![cell("sequential", 1), cell("thread-pool", 4), cell("rayon", 4)],
        ..Group::default()
    };
    made.group(group, "cpu", |cell, _| computing(cell, 80.0));
}

fn by_workers(made: &mut Made) {
    let mut cells = vec![cell("sequential", 1), cell("python-sequential", 1), cell("thread", 64)];
    let native = ["thread-pool", "process-pool", "scoped", "rayon", "async"];
    for runner in native.into_iter().chain(["gil-thread-pool", "python-thread-pool", "python-process-pool"]) {
        cells.extend([1, 2, 4, 8, 16].map(|workers| cell(runner, workers)));
    }
    let group = Group {
        workload: "primes".to_owned(),
        params: params(&[("length", 50_000), ("tasks", 64)]),
        tasks: 64,
        sweep: sweep("primes by workers", "workers", AxisOf::Workers),
        cells,
        ..Group::default()
    };
    made.group(group, "cpu", |cell, _| computing(cell, if cell.runner.starts_with("python") { 400.0 } else { 80.0 }));
}

fn growing(made: &mut Made) {
    for workers in [1, 2, 4, 8] {
        let group = Group {
            workload: "primes".to_owned(),
            params: params(&[("length", 10_000 * workers), ("tasks", 16 * workers)]),
            tasks: 16 * workers,
            sweep: sweep("primes that grow with workers", "workers", AxisOf::Workers),
            cells: vec![cell("sequential", 1), cell("thread-pool", workers), cell("rayon", workers)],
            ..Group::default()
        };
        made.group(group, "cpu", |cell, _| computing(cell, 20.0 * workers as f64));
    }
}

fn by_grain(made: &mut Made) {
    for from in [10, 100, 1_000, 10_000, 100_000] {
        let python = Scale { params: params(&[("from", from / 10), ("tasks", 16)]), tasks: 16, ..Scale::default() };
        let cells = ["sequential", "thread-pool", "rayon", "async", "python-sequential", "python-thread-pool"];
        let group = Group {
            workload: "counting".to_owned(),
            params: params(&[("from", from), ("tasks", 64)]),
            tasks: 64,
            sweep: sweep("counting by grain", "from", AxisOf::Parameter),
            scale: BTreeMap::from([("cpython".to_owned(), python)]),
            cells: cells.map(|runner| cell(runner, if runner.ends_with("sequential") { 1 } else { 4 })).to_vec(),
            ..Group::default()
        };
        made.group(group, "cpu", |cell, scale| {
            let from = scale.params["from"].as_u64().unwrap_or(0) as f64;
            let work = if cell.runner.starts_with("python") { 30e-6 } else { 1e-6 } * from * scale.tasks as f64;
            let each = match cell.runner.as_str() {
                "thread-pool" => 1.2e-3,
                "async" => 0.5e-3,
                "rayon" => 0.15e-3,
                "python-thread-pool" => 30e-3,
                _ => 1e-6,
            } * scale.tasks as f64;
            let took = computing(cell, work);
            Took { wall_ms: took.wall_ms + each, cpu_ms: took.cpu_ms + each, ..took }
        });
    }
}

fn by_tasks(made: &mut Made) {
    for tasks in [100, 1_000, 10_000] {
        let group = Group {
            workload: "empty".to_owned(),
            params: params(&[("tasks", tasks)]),
            tasks,
            sweep: sweep("empty by tasks", "tasks", AxisOf::Parameter),
            cells: vec![cell("sequential", 1), cell("thread", tasks), cell("thread-pool", 4), cell("async", 4)],
            ..Group::default()
        };
        made.group(group, "cpu", |cell, _| {
            let each = match cell.runner.as_str() {
                "thread" => 24e-3,
                "thread-pool" => 0.6e-3,
                "async" => 0.45e-3,
                _ => 3e-6,
            };
            let memory_mib = 4.0 + if cell.runner == "thread" { 0.01 * tasks as f64 } else { 0.0005 * tasks as f64 };
            let wall_ms = 0.02 + each * tasks as f64;
            Took { wall_ms, cpu_ms: wall_ms, memory_mib, latency_ms: None }
        });
    }
}

fn by_waits(made: &mut Made) {
    for tasks in [10, 30, 100, 300, 1_000, 3_000, 10_000] {
        // As far as limits carry: threads stop short of 10,000.
        let mut cells =
            vec![cell("async", 4), cell("async-single", 1), cell("thread-pool", 4), cell("python-asyncio", 1)];
        if tasks <= 3_000 {
            cells.extend([cell("thread", tasks), cell("gil-thread", tasks), cell("python-thread", tasks)]);
        }
        let group = Group {
            workload: "sleep".to_owned(),
            params: params(&[("tasks", tasks), ("wait_us", 10_000)]),
            tasks,
            wait_ns: 10_000_000,
            sweep: sweep("sleep by waits", "tasks", AxisOf::Parameter),
            cells,
            ..Group::default()
        };
        made.group(group, "io", |cell, _| {
            let tasks = tasks as f64;
            let (wall_ms, each, kib) = match cell.runner.as_str() {
                "thread-pool" => (10.1 * (tasks / 4.0).ceil(), 0.005, 0.1),
                "thread" => (10.1 + 0.012 * tasks, 0.02, 9.0),
                "gil-thread" => (10.1 + 0.014 * tasks, 0.02, 9.5),
                "python-thread" => (10.2 + 0.05 * tasks, 0.05, 15.0),
                "python-asyncio" => (10.8 + 0.02 * tasks, 0.02, 2.0),
                _ => (10.9 + 0.000_6 * tasks, 0.000_6, 0.6),
            };
            Took { wall_ms, cpu_ms: each * tasks, memory_mib: 4.0 + tasks * kib / 1024.0, latency_ms: None }
        });
    }
}

fn by_neighbours(made: &mut Made) {
    for beside in [0, 1, 2, 4, 8] {
        let group = Group {
            workload: "convoy".to_owned(),
            params: params(&[("beside", beside), ("round_trips", 100)]),
            tasks: 1 + beside,
            wait_ns: 10_000_000,
            sweep: sweep("convoy by computing neighbours", "beside", AxisOf::Parameter),
            cells: ["thread", "gil-thread", "python-thread"].map(|runner| cell(runner, 1 + beside)).to_vec(),
            ..Group::default()
        };
        made.group(group, "mixed", |cell, _| {
            let latency = match cell.runner.as_str() {
                "thread" if beside > 3 => 0.12 + 0.02 * beside as f64,
                "thread" => 0.12,
                "gil-thread" => 0.13 + 5.1 * beside as f64,
                _ => 0.2 + 5.3 * beside as f64,
            };
            let wall_ms = 100.0 * (latency + 0.1);
            Took { wall_ms, cpu_ms: wall_ms * beside.min(4) as f64, memory_mib: 5.0, latency_ms: Some(latency) }
        });
    }
}

fn by_option(made: &mut Made) {
    let mut cells = vec![cell("thread", 2)];
    for runner in ["gil-thread", "python-thread"] {
        let of = |us: u64| CellId { options: format!("switch_interval_us={us}"), ..cell(runner, 2) };
        cells.extend([500, 1_000, 5_000, 20_000].map(of));
    }
    let group = Group {
        workload: "convoy".to_owned(),
        params: params(&[("beside", 1), ("round_trips", 50)]),
        tasks: 2,
        wait_ns: 10_000_000,
        sweep: sweep("convoy by switch interval", "switch_interval_us", AxisOf::Option),
        cells,
        ..Group::default()
    };
    made.group(group, "mixed", |cell, _| {
        let interval = cell.options.split('=').nth(1).and_then(|us| us.parse::<f64>().ok()).map_or(0.0, |us| us / 1e3);
        let latency = 0.15 + interval * if cell.runner == "gil-thread" { 1.0 } else { 1.05 };
        let wall_ms = 50.0 * (latency + 0.1);
        Took { wall_ms, cpu_ms: wall_ms, memory_mib: 5.0, latency_ms: Some(latency) }
    });
}
