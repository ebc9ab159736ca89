//! The records of a run in a world.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use regatta_reports::Results;
use regatta_reports::record::{
    Capacity, CapacityPoint, CellId, End, Group, Machine, Plan, Program, Run, RunnerInfo, Sample, Scale, Sweep,
    WorkloadInfo,
};

use super::coordination::{counted_of, histogram_of};
use super::machine::World;
use super::model::{Cell, Figures};
use super::noise::Noise;
use super::plan::{Course, DEFAULT, Plan as Simulated, RUNNERS};

/// Processes of each cell, whatever the plan.
const PROCESSES: u32 = 3;
/// How often each point of the capacity is measured.
const REPETITIONS: usize = 5;

/// The records of a run of the default plan, with the figures that `breaking` leaves of those to be expected.
pub fn run(world: &World, seed: u64, breaking: impl Fn(Cell, &mut Figures)) -> Results {
    run_of(DEFAULT, world, seed, |_| true, breaking)
}

/// The same of any plan, and of the workloads that are wanted.
pub fn run_of(
    plan: Simulated,
    world: &World,
    seed: u64,
    is_wanted: impl Fn(&str) -> bool,
    breaking: impl Fn(Cell, &mut Figures),
) -> Results {
    let mut noise = Noise::new(world, seed);
    let mut results = Results {
        run: header(plan, world),
        capacity: world.has_capacity.then(|| capacity(world, &mut noise)),
        end: Some(End { finished: "2026-01-01T00:01:30Z".to_owned(), complete: true, ..End::default() }),
        ..Results::default()
    };
    // All points of a sweep share their rounds.
    let mut shared: Option<(Sweep, Vec<f64>)> = None;
    for course in (plan.courses)(world).into_iter().filter(|course| is_wanted(course.workload)) {
        let Course { workload, kind, ref params, tasks, wait_ns, models, families, .. } = course;
        let takes_part = |family: &str, model: &str| families.contains(&family) && models.contains(&model);
        let mut group = Group {
            workload: workload.to_owned(),
            params: params.clone(),
            tasks,
            wait_ns,
            sweep: course.sweep.clone(),
            ..Group::default()
        };
        let rounds = match shared.take().filter(|(sweep, _)| Some(sweep) == course.sweep.as_ref()) {
            Some((_, rounds)) => rounds,
            None => (0..plan.rounds).map(|_| noise.of_round()).collect(),
        };
        shared = course.sweep.clone().map(|sweep| (sweep, rounds.clone()));
        for (runner, family, model) in RUNNERS.into_iter().filter(|(_, family, model)| takes_part(family, model)) {
            let (params, tasks) = course.scale_of(family);
            let each_ns = if family == "cpython" { course.each_ns.1 } else { course.each_ns.0 };
            let sizes = match model {
                "sequential" | "async-single" => vec![1],
                "process" | "thread" => vec![tasks],
                "green" if family == "cpython" => vec![1],
                _ if course.sizes.is_empty() => vec![world.workers()],
                _ => course.sizes.clone(),
            };
            let is_copied = model == "sequential" || (kind == "coordination" && model == models[0]);
            let arms: &[&str] = if is_copied && course.has_copies { &["", "a-a"] } else { &[""] };
            for (workers, arm) in sizes.into_iter().flat_map(|size| arms.iter().map(move |arm| (size, *arm))) {
                let id = CellId { runner: runner.to_owned(), workers, arm: arm.to_owned(), ..CellId::default() };
                let cell = Cell { world, workload, params, tasks, workers, each_ns, family, model };
                let mut figures = cell.figures();
                breaking(cell, &mut figures);
                let made = samples(&cell, &id, figures, &rounds, &mut noise);
                let group_params = (*params != course.params).then(|| course.params.clone());
                results
                    .samples
                    .extend(made.into_iter().map(|sample| Sample { group_params: group_params.clone(), ..sample }));
                group.cells.push(id);
            }
        }
        if let Some((params, tasks)) = &course.of_python {
            let scale = Scale { params: params.clone(), tasks: *tasks, wait_ns, ..Scale::default() };
            group.scale.insert("cpython".to_owned(), scale);
        }
        results.run.plan.groups.push(group);
        let info = WorkloadInfo {
            kind: kind.to_owned(),
            about: format!("The workload `{workload}`."),
            ..WorkloadInfo::default()
        };
        results.run.workloads.insert(workload.to_owned(), info);
    }
    results
}

/// All samples of a cell.
fn samples(cell: &Cell, id: &CellId, figures: Figures, rounds: &[f64], noise: &mut Noise) -> Vec<Sample> {
    let processes: Vec<(f64, f64)> = (0..PROCESSES).map(|_| (noise.of_process(), noise.of_process())).collect();
    let mut made = Vec::with_capacity(rounds.len());
    for (round, of_round) in (0..).zip(rounds) {
        let process = round * PROCESSES / rounds.len() as u32;
        let (of_process, of_start) = processes[process as usize];
        let own = noise.of_sample();
        let speed = of_process * of_round * own;
        // What waits is as long as it is, whatever the machine's speed.
        let waits =
            matches!(cell.workload, "sleep" | "block" | "echo" | "convoy" | "lost-update" | "traffic-light" | "timer");
        let wall = if waits {
            figures.wall * (1.0 + 0.2 * (speed - 1.0).abs()) + noise.late_ns()
        } else {
            figures.wall * speed * noise.late(cell.threads() > 1)
        };
        // Whatever spread the scheduler gives: a thread may take up one task more than its share.
        let uneven = cell.workload == "block" && matches!(cell.model, "async" | "green") && !cell.has_lock();
        let wall = if uneven && noise.uniform() < 0.2 { wall + cell.param("wait_us") * 1e3 } else { wall };
        let counted = figures.counted.map(|counted| (counted_of(cell.workload).to_owned(), noise.counted(counted)));
        made.push(Sample {
            workload: cell.workload.to_owned(),
            params: cell.params.clone(),
            cell: id.clone(),
            process,
            round,
            tasks: cell.tasks,
            workers_seen: cell.workers,
            wall_ns: wall as u64,
            cpu_ns: (figures.cpu * speed + 3e3) as u64,
            switches_voluntary: Some((figures.switches * own) as u64),
            switches_involuntary: Some(3),
            peak_rss_bytes: Some(5_000_000),
            start_ns: (figures.start * of_start) as u64,
            steal_ns: Some((cell.world.steal * cell.threads() as f64 * wall) as u64),
            outside_ns: Some((cell.world.outside * wall * (0.7 + 0.6 * noise.uniform())) as u64),
            figures: interval(cell).into_iter().chain(counted).collect(),
            histograms: latencies(histogram_of(cell.workload), figures.latency * own),
            ..Sample::default()
        });
    }
    made
}

/// The switch interval, where there is a lock.
fn interval(cell: &Cell) -> BTreeMap<String, f64> {
    let interval = || ("switch_interval_us".to_owned(), cell.world.interval_ns / 1e3);
    cell.has_lock().then(interval).into_iter().collect()
}

/// Latencies around a median; none where that is 0.
fn latencies(name: &str, median: f64) -> BTreeMap<String, String> {
    if median <= 0.0 {
        return BTreeMap::new();
    }
    BTreeMap::from([(name.to_owned(), histogram(median))])
}

thread_local! {
    /// Histograms that were encoded already, by their median in steps that no claim can tell.
    static ENCODED: RefCell<HashMap<u64, String>> = RefCell::default();
}

/// Twenty latencies, the slowest one twice the median, in bounds that are cheap to decode.
fn histogram(median: f64) -> String {
    let step = (median.ln() * 2000.0).round();
    let encode = || {
        let median = (step / 2000.0).exp();
        let (least, most, digits) = if median < 1e5 { (1, 1_000_000, 2) } else { (1_000, 1_000_000_000, 3) };
        let mut histogram = Histogram::<u64>::new_with_bounds(least, most, digits).expect("valid bounds");
        for i in 0..20 {
            let factor = if i == 19 { 2.0 } else { 0.982 + 0.002 * f64::from(i) };
            histogram.record((median * factor) as u64).expect("within bounds");
        }
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&histogram, &mut bytes).expect("written to memory");
        BASE64_STANDARD.encode(bytes)
    };
    ENCODED.with_borrow_mut(|encoded| encoded.entry(step as u64).or_insert_with(encode).clone())
}

/// What a run measures of the machine before its groups.
fn capacity(world: &World, noise: &mut Noise) -> Capacity {
    let most = world.workers();
    let mut burns: Vec<u64> =
        std::iter::successors(Some(1), |burns| Some(burns * 2)).take_while(|n| *n < most).collect();
    burns.push(most);
    let point = |burns| CapacityPoint {
        burns,
        speeds: (0..REPETITIONS)
            .map(|_| world.speed(burns, world.burn_yield) / (noise.of_sample() * noise.late(burns > 1)))
            .collect(),
    };
    Capacity { points: burns.into_iter().map(point).collect(), outside_cores: None }
}

fn header(plan: Simulated, world: &World) -> Run {
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
                "green" if is_python => "one",
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
        plan: Plan { name: plan.name.to_owned(), rounds: plan.rounds, processes: PROCESSES, ..Plan::default() },
        machine: Machine {
            cpu: "Imagined CPU 3000".to_owned(),
            physical_cores: Some(world.cores),
            usable_cores: world.threads(),
            logical_cores: world.threads(),
            quota_cores: world.quota,
            smt: Some(world.siblings > 1),
            ..Machine::default()
        },
        runners: RUNNERS.into_iter().map(runner).collect(),
        ..Run::default()
    }
}
