//! The heaviest run that a page is meant for: 20 workloads under 20 runners over 100 rounds, all of it profiled.
//!
//! The page stays, for `scripts/page-check` to open it in a browser and say how long that takes.

mod common;

use std::fs;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::record::{CellId, Moment, Profile, Sample, Segment};
use regatta_reports::{Claims, Report, Results, write};

const WORKLOADS: usize = 20;
const RUNNERS: usize = 20;
const ROUNDS: u32 = 100;
const CORES: u64 = 16;
const TASKS: u64 = 2_000;

/// The fixture's first group again and again, with more runners and rounds, and noise in all figures.
fn heaviest() -> Results {
    let mut results = Results::read_from(common::jsonl().as_bytes(), Path::new("results.jsonl")).expect("well-formed");
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let model = results.samples[0].clone();
    let group = results.run.plan.groups[0].clone();
    let info = results.run.runners["rayon"].clone();
    (results.samples, results.profiles, results.failures) = (Vec::new(), Vec::new(), Vec::new());
    results.run.plan.groups.clear();
    results.run.machine.usable_cores = CORES;
    let kind = results.run.workloads["primes"].clone();
    for workload in (0..WORKLOADS).map(|number| format!("workload-{number}")) {
        let name = |number: usize| if number == 0 { "sequential".to_owned() } else { format!("runner-{number}") };
        let cell = |number: usize| CellId {
            runner: name(number),
            workers: if number == 0 { 1 } else { CORES },
            ..CellId::default()
        };
        let cells: Vec<CellId> = (0..RUNNERS).map(cell).collect();
        for cell in &cells {
            results.run.runners.entry(cell.runner.clone()).or_insert_with(|| info.clone());
            let usual = random.random_range(1e6..1e9);
            for round in 0..ROUNDS {
                let wall_ns = (usual * random.random_range(0.9..1.3)) as u64;
                let per_core_ns = Some((0..CORES).map(|_| random.random_range(0..wall_ns)).collect());
                let (workload, cell, process) = (workload.clone(), cell.clone(), round / 10);
                results.samples.push(Sample {
                    workload,
                    cell,
                    process,
                    round,
                    wall_ns,
                    cpu_ns: wall_ns * 3,
                    per_core_ns,
                    ..model.clone()
                });
            }
            results.profiles.push(profile(&workload, cell, usual as u64, &model, &mut random));
        }
        results.run.workloads.insert(workload.clone(), kind.clone());
        results.run.plan.groups.push(regatta_reports::record::Group { workload, cells, tasks: TASKS, ..group.clone() });
    }
    results
}

/// A run of many tasks on all workers, looked at 100 times.
fn profile(workload: &str, cell: &CellId, wall_ns: u64, model: &Sample, random: &mut ChaCha8Rng) -> Profile {
    let each = wall_ns * cell.workers / TASKS;
    let segment = |task: u64| {
        let start_ns = task / cell.workers * each;
        Segment { task, worker: (task % cell.workers) as u32, start_ns, end_ns: start_ns + each * 9 / 10 }
    };
    let mut cores_ns = vec![0; CORES as usize];
    let mut moment = |number: u64| {
        cores_ns.iter_mut().for_each(|busy| {
            *busy += if random.random_bool(0.7) { wall_ns / 100 } else { random.random_range(0..wall_ns / 100) }
        });
        Moment { at_ns: number * wall_ns / 100, cores_ns: cores_ns.clone() }
    };
    Profile {
        workload: workload.to_owned(),
        params: model.params.clone(),
        cell: cell.clone(),
        wall_ns,
        segments: (0..TASKS).map(segment).collect(),
        timeline: (0..=100).map(&mut moment).collect(),
        source: "perf-task-clock".to_owned(),
        ..Profile::default()
    }
}

#[test]
fn its_page_stays_under_ten_megabytes() {
    let results = heaviest();
    assert_eq!(results.samples.len(), WORKLOADS * RUNNERS * ROUNDS as usize);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("heaviest");
    fs::create_dir_all(&folder).expect("a folder");
    let report = Report::from_results(results, &Claims::built_in());
    let files = write(&report, &folder).expect("the report is written");
    let page = fs::read_to_string(&files.index).expect("the page is there");
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
    assert_eq!(page.matches("<section id=\"workload-").count(), WORKLOADS);
    assert_eq!(page.matches("<figure ").count(), WORKLOADS * 7);
}
