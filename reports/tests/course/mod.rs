//! A made-up run of the whole course: every family under every workload, with figures as they are to be expected on two
//! quiet cores. What is to be tested is broken on purpose.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use regatta_reports::Results;
use regatta_reports::record::{
    CellId, End, Group, Machine, Parameters, Plan, Program, Run, RunnerInfo, Sample, WorkloadInfo,
};
use serde_json::json;

const ROUNDS: u32 = 12;

/// Name, family and model of each runner.
const RUNNERS: [(&str, &str, &str); 19] = [
    ("sequential", "native", "sequential"),
    ("process", "native", "process"),
    ("process-pool", "native", "process-pool"),
    ("thread", "native", "thread"),
    ("thread-pool", "native", "thread-pool"),
    ("scoped", "native", "scoped"),
    ("rayon", "native", "rayon"),
    ("green", "native", "green"),
    ("async", "native", "async"),
    ("async-single", "native", "async-single"),
    ("gil-thread", "gil", "thread"),
    ("gil-thread-pool", "gil", "thread-pool"),
    ("python-sequential", "cpython", "sequential"),
    ("python-thread", "cpython", "thread"),
    ("python-thread-pool", "cpython", "thread-pool"),
    ("python-process", "cpython", "process"),
    ("python-process-pool", "cpython", "process-pool"),
    ("python-asyncio", "cpython", "async-single"),
    ("python-gevent", "cpython", "green"),
];

/// What a cell is to do.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    pub workload: &'a str,
    pub params: &'a Parameters,
    pub tasks: u64,
    pub family: &'a str,
    pub model: &'a str,
}

/// What a run of a cell takes, all in nanoseconds.
#[derive(Clone, Copy)]
pub struct Figures {
    pub wall: f64,
    pub cpu: f64,
    pub round_trip: f64,
}

impl Cell<'_> {
    pub fn param(&self, name: &str) -> f64 {
        self.params.get(name).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    }

    fn has_lock(&self) -> bool {
        self.family != "native"
    }

    fn is_in_threads(&self) -> bool {
        matches!(self.model, "thread" | "thread-pool" | "scoped" | "rayon")
    }

    /// Cores that it keeps busy with CPU-bound tasks.
    fn cores(&self) -> f64 {
        match self.model {
            "process" | "process-pool" => 1.85,
            "sequential" | "async-single" => 1.0,
            _ if self.has_lock() => 1.0,
            _ => 1.92,
        }
    }

    /// What it costs to create and dispatch a task.
    fn creation(&self) -> f64 {
        match (self.family, self.model) {
            ("cpython", "process") => 4.4e6,
            ("cpython", "thread") => 99e3,
            ("cpython", "process-pool") => 164e3,
            ("cpython", "thread-pool") => 31e3,
            ("cpython", "sequential") => 50.0,
            ("cpython", _) => 8e3,
            (_, "process") => 1e6,
            (_, "thread") => 45e3,
            (_, "process-pool") => 1.8e3,
            (_, "sequential") => 0.3,
            _ => 400.0,
        }
    }

    /// Tasks that it lets wait at a time.
    fn waits_at_once(&self) -> f64 {
        let knows = self.workload != "block";
        match self.model {
            "thread" | "process" => self.tasks as f64,
            "green" | "async" | "async-single" if knows => self.tasks as f64,
            "async-single" | "sequential" => 1.0,
            "green" if self.has_lock() => 1.0,
            _ => 2.0,
        }
    }

    /// What is to be expected.
    fn figures(&self) -> Figures {
        let language = if self.family == "cpython" { 5.0 } else { 1.0 };
        let creation = self.creation() * self.tasks as f64;
        let computed =
            |work: f64| Figures { wall: work / self.cores() + creation, cpu: work + creation, round_trip: 0.0 };
        match self.workload {
            "primes" | "counting" => computed(56e6 * language),
            "switch" => {
                let each = if self.is_in_threads() && self.has_lock() { 3000.0 } else { 150.0 };
                computed(each * language * self.tasks as f64 * self.param("yields"))
            }
            "empty" => computed(0.0),
            "convoy" => {
                let is_beside_lock = self.has_lock() && self.param("beside") > 0.0;
                let round_trip = if is_beside_lock { 5.1e6 } else { 30e3 * language };
                Figures { wall: 20.0 * round_trip, cpu: 20.0 * round_trip, round_trip }
            }
            _ => {
                let wait = self.param("wait_us").max(self.param("delay_us") * self.param("round_trips")) * 1e3;
                let wall = (self.tasks as f64 / self.waits_at_once()).ceil() * wait * 1.005 + creation;
                Figures { wall, cpu: creation, round_trip: 0.0 }
            }
        }
    }
}

/// Workload, kind, parameters, tasks, longest wait in ns, and the models that take part; all if none are named.
type Course = (&'static str, &'static str, Parameters, u64, u64, &'static [&'static str], &'static [&'static str]);

const ALL: &[&str] = &["native", "gil", "cpython"];
const RUST: &[&str] = &["native", "gil"];
const PYTHON: &[&str] = &["cpython"];

fn courses() -> Vec<Course> {
    let params = |pairs: &[(&str, u64)]| -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
    };
    const CREATING: &[&str] = &["sequential", "process", "process-pool", "thread", "thread-pool"];
    const WAITING: &[&str] = &["thread", "green", "async", "async-single"];
    let sleep = |tasks: u64, wait: u64| params(&[("tasks", tasks), ("wait_us", wait)]);
    let convoy = |beside: u64| params(&[("beside", beside), ("bytes", 64), ("delay_us", 1_000), ("round_trips", 20)]);
    vec![
        ("primes", "cpu", params(&[("length", 640_000), ("tasks", 64)]), 64, 0, &[], RUST),
        ("primes", "cpu", params(&[("length", 64_000), ("tasks", 64)]), 64, 0, &[], PYTHON),
        ("counting", "cpu", params(&[("from", 5_000_000), ("tasks", 32)]), 32, 0, &[], RUST),
        ("counting", "cpu", params(&[("from", 200_000), ("tasks", 32)]), 32, 0, &[], PYTHON),
        ("switch", "cpu", params(&[("tasks", 16), ("yields", 2000)]), 16, 0, &[], ALL),
        ("switch", "cpu", params(&[("tasks", 16), ("yields", 0)]), 16, 0, &[], ALL),
        ("empty", "cpu", params(&[("tasks", 5000)]), 5000, 0, &[], RUST),
        ("empty", "cpu", params(&[("tasks", 500)]), 500, 0, &[], PYTHON),
        ("empty", "cpu", params(&[("tasks", 50)]), 50, 0, CREATING, ALL),
        ("sleep", "io", sleep(20, 20_000), 20, 20_000_000, &[], ALL),
        ("sleep", "io", sleep(100, 100_000), 100, 100_000_000, WAITING, ALL),
        ("block", "io", sleep(20, 10_000), 20, 10_000_000, WAITING, ALL),
        (
            "echo",
            "io",
            params(&[("connections", 20), ("delay_us", 4000), ("round_trips", 4)]),
            20,
            16_000_000,
            &[],
            ALL,
        ),
        ("convoy", "mixed", convoy(0), 1, 0, &["thread"], ALL),
        ("convoy", "mixed", convoy(1), 2, 0, &["thread"], ALL),
    ]
}

/// The run, with the figures that `breaking` leaves of those to be expected.
pub fn run(breaking: impl Fn(Cell, &mut Figures)) -> Results {
    let mut results = Results {
        run: header(),
        end: Some(End { finished: "2026-01-01T00:01:30Z".to_owned(), complete: true, ..End::default() }),
        ..Results::default()
    };
    for (workload, kind, params, tasks, wait_ns, models, families) in courses() {
        let takes_part =
            |family: &str, model: &str| families.contains(&family) && (models.is_empty() || models.contains(&model));
        let mut group =
            Group { workload: workload.to_owned(), params: params.clone(), tasks, wait_ns, ..Group::default() };
        for (runner, family, model) in RUNNERS.into_iter().filter(|(_, family, model)| takes_part(family, model)) {
            let arms: &[&str] = if model == "sequential" { &["", "a-a"] } else { &[""] };
            for arm in arms {
                let workers = match model {
                    "sequential" | "async-single" => 1,
                    "process" | "thread" => tasks,
                    _ => 2,
                };
                let cell = CellId { runner: runner.to_owned(), workers, arm: (*arm).to_owned(), ..CellId::default() };
                let what = Cell { workload, params: &params, tasks, family, model };
                let mut figures = what.figures();
                breaking(what, &mut figures);
                let shift = (arm.len() + runner.len() * 3) as u32;
                results.samples.extend((0..ROUNDS).map(|round| sample(what, &cell, figures, round, shift)));
                group.cells.push(cell);
            }
        }
        results.run.plan.groups.push(group);
        let info = WorkloadInfo { kind: kind.to_owned(), about: format!("The workload `{workload}`.") };
        results.run.workloads.insert(workload.to_owned(), info);
    }
    results
}

/// A sample within 1 % of the figures.
fn sample(what: Cell, cell: &CellId, figures: Figures, round: u32, shift: u32) -> Sample {
    let factor = 0.99 + 0.02 * f64::from((round * 7 + shift) % 12) / 11.0;
    let histograms = if figures.round_trip > 0.0 {
        BTreeMap::from([("round_trip_ns".to_owned(), histogram(figures.round_trip * factor))])
    } else {
        BTreeMap::new()
    };
    Sample {
        workload: what.workload.to_owned(),
        params: what.params.clone(),
        cell: cell.clone(),
        process: round / 6,
        round,
        tasks: what.tasks,
        workers_seen: cell.workers,
        wall_ns: (figures.wall * factor) as u64,
        cpu_ns: (figures.cpu * factor) as u64,
        switches_voluntary: Some(what.tasks),
        switches_involuntary: Some(3),
        peak_rss_bytes: Some(5_000_000),
        histograms,
        ..Sample::default()
    }
}

/// A hundred latencies around `middle`, the slowest one twice that.
fn histogram(middle: f64) -> String {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).expect("valid bounds");
    for i in 0..100 {
        let factor = if i > 97 { 2.0 } else { 0.9 + 0.002 * f64::from(i) };
        histogram.record((middle * factor) as u64).expect("within bounds");
    }
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
    BASE64_STANDARD.encode(bytes)
}

fn header() -> Run {
    let runner = |(name, family, model): (&str, &str, &str)| {
        let is_python = family == "cpython";
        let info = RunnerInfo {
            family: family.to_owned(),
            model: model.to_owned(),
            gil: Some(family != "native"),
            about: format!("The model `{model}`."),
            baseline: if is_python { "python-sequential" } else { "sequential" }.to_owned(),
            parallelism: match model {
                "sequential" | "async-single" => "one",
                "process" | "thread" => "per-task",
                _ => "workers",
            }
            .to_owned(),
            version: if is_python { "CPython 3.11.7, GIL enabled".to_owned() } else { String::new() },
        };
        (name.to_owned(), info)
    };
    Run {
        schema: 1,
        id: "course".to_owned(),
        started: "2026-01-01T00:00:00Z".to_owned(),
        driver: "regatta".to_owned(),
        program: Program { version: "0.1.0".to_owned(), profile: "release".to_owned(), ..Program::default() },
        plan: Plan { name: "default".to_owned(), rounds: ROUNDS, processes: 2, ..Plan::default() },
        machine: Machine {
            cpu: "Imagined CPU 3000".to_owned(),
            usable_cores: 2,
            logical_cores: 2,
            ..Machine::default()
        },
        runners: RUNNERS.into_iter().map(runner).collect(),
        ..Run::default()
    }
}
