//! The groups of a run: as a plan has them, with work that grows with the workers, and only the cells that claims need.

use regatta_reports::record::{AxisOf, Parameters, Sweep};
use serde_json::json;

use super::machine::World;

/// Name, family and model of each runner.
pub const RUNNERS: [(&str, &str, &str); 19] = [
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

/// What is run in a world.
#[derive(Clone, Copy)]
pub struct Plan {
    pub name: &'static str,
    /// Rounds of each group.
    pub rounds: u32,
    /// Its groups on a machine.
    pub courses: fn(&World) -> Vec<Course>,
}

/// The default plan, with the rounds that it comes to on most machines.
pub const DEFAULT: Plan = Plan { name: "default", rounds: 9, courses };

/// A group of a plan.
pub struct Course {
    pub workload: &'static str,
    pub kind: &'static str,
    pub params: Parameters,
    pub tasks: u64,
    pub wait_ns: u64,
    /// What CPython has instead: its parameters and tasks.
    pub of_python: Option<(Parameters, u64)>,
    pub models: &'static [&'static str],
    pub families: &'static [&'static str],
    /// What computing takes a task, native and in CPython, nanoseconds.
    pub each_ns: (f64, f64),
    /// The sweep that it is a point of, or holds the points of.
    pub sweep: Option<Sweep>,
    /// Sizes of pools; one worker a core if there are none.
    pub sizes: Vec<u64>,
    /// Whether it has copies that show the noise.
    pub has_copies: bool,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            workload: "",
            kind: "cpu",
            params: Parameters::new(),
            tasks: 0,
            wait_ns: 0,
            of_python: None,
            models: &[],
            families: ALL,
            each_ns: (0.9e6, 25e6),
            sweep: None,
            sizes: Vec::new(),
            has_copies: true,
        }
    }
}

pub const ALL: &[&str] = &["native", "gil", "cpython"];
const COMPUTING: &[&str] = &["sequential", "thread", "thread-pool", "process-pool", "green", "async", "async-single"];
const SWITCHING: &[&str] = &["sequential", "thread", "thread-pool", "green", "async", "async-single"];
const CREATING: &[&str] = &["sequential", "process", "process-pool", "thread", "thread-pool"];
const POOLED: &[&str] = &["sequential", "thread", "thread-pool", "process-pool", "rayon"];
const WAITING: &[&str] = &["green", "async", "async-single"];
const TALKING: &[&str] = &["sequential", "thread"];

pub fn params(pairs: &[(&str, u64)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

impl Course {
    /// The group where CPython has parameters of its own.
    pub fn and_python(self, pairs: &[(&str, u64)], tasks: u64) -> Self {
        Self { of_python: Some((params(pairs), tasks)), ..self }
    }

    /// The group as a point of a sweep, or with its points.
    pub fn along(self, title: &str, axis: &str, of: AxisOf) -> Self {
        Self { sweep: Some(Sweep { title: title.to_owned(), axis: axis.to_owned(), of, ..Sweep::default() }), ..self }
    }

    /// The parameters and the tasks of a family.
    pub fn scale_of(&self, family: &str) -> (&Parameters, u64) {
        match &self.of_python {
            Some((params, tasks)) if family == "cpython" => (params, *tasks),
            _ => (&self.params, self.tasks),
        }
    }
}

/// All groups of the default plan on a machine.
fn courses(world: &World) -> Vec<Course> {
    let workers = world.workers();
    let per_worker = |count: u64, least: u64| least.max(count * workers);
    let group = |workload, kind, pairs: &[(&str, u64)], tasks, wait_ns, models, families| Course {
        workload,
        kind,
        params: params(pairs),
        tasks,
        wait_ns,
        models,
        families,
        ..Course::default()
    };
    // As in src/plans/default.toml.
    let (computed, counted) = (per_worker(32, 1), per_worker(16, 1));
    let interpreted = per_worker(8, 1);
    let switched = per_worker(8, 1);
    let created = per_worker(50, 2000);
    let created_by_python = per_worker(10, 500);
    let forked = per_worker(8, 50);
    let (pooled, wait_us) = (per_worker(2, 8), 10_000);
    let blocked = per_worker(4, 10);
    let talking = per_worker(2, 8);
    let convoy = |beside| [("beside", beside), ("bytes", 64), ("delay_us", 7_000), ("round_trips", 20)];
    vec![
        group("primes", "cpu", &[("length", 640_000), ("tasks", computed)], computed, 0, COMPUTING, ALL)
            .and_python(&[("length", 64_000), ("tasks", interpreted)], interpreted),
        group("counting", "cpu", &[("from", 5_000_000), ("tasks", counted)], counted, 0, COMPUTING, ALL)
            .and_python(&[("from", 250_000), ("tasks", interpreted)], interpreted),
        group("switch", "cpu", &[("tasks", switched), ("yields", 2000)], switched, 0, SWITCHING, ALL)
            .and_python(&[("tasks", switched), ("yields", 500)], switched),
        group("switch", "cpu", &[("tasks", switched), ("yields", 0)], switched, 0, SWITCHING, ALL),
        group("empty", "cpu", &[("tasks", created)], created, 0, &["sequential", "thread", "thread-pool"], ALL)
            .and_python(&[("tasks", created_by_python)], created_by_python),
        group("empty", "cpu", &[("tasks", forked)], forked, 0, CREATING, ALL),
        group("sleep", "io", &[("tasks", pooled), ("wait_us", wait_us)], pooled, wait_us * 1000, POOLED, ALL),
        group("sleep", "io", &[("tasks", 100), ("wait_us", 60_000)], 100, 60_000_000, WAITING, ALL),
        group("block", "io", &[("tasks", blocked), ("wait_us", 5_000)], blocked, 5_000_000, WAITING, ALL),
        group(
            "echo",
            "io",
            &[("connections", talking), ("delay_us", 4000), ("round_trips", 2)],
            talking,
            8_000_000,
            TALKING,
            ALL,
        ),
        group("convoy", "mixed", &convoy(0), 1, 0, &["thread"], ALL),
        group("convoy", "mixed", &convoy(1), 2, 0, &["thread"], ALL),
    ]
}
