//! The records of a run whose times follow a law.

use std::collections::BTreeMap;

use regatta_reports::Results;
use regatta_reports::record::{AxisOf, CellId, Group, Machine, Parameters, RunnerInfo, Sample, Sweep, WorkloadInfo};
use regatta_reports::statistics::laws::Growth;

use crate::made_up::Course;

/// Rounds, in three processes.
const ROUNDS: u32 = 9;

/// A run on so many cores, in which a pool does work of a kind with these numbers of workers, and sequential code beside it.
pub fn results(course: Course, workers: &[u64], cores: u64, kind: &str) -> Results {
    let mut results = Results::default();
    let run = &mut results.run;
    run.machine = Machine { usable_cores: cores, logical_cores: cores, ..Machine::default() };
    run.workloads.insert("primes".to_owned(), WorkloadInfo { kind: kind.to_owned(), ..WorkloadInfo::default() });
    for (name, parallelism) in [("sequential", "one"), ("pool", "workers")] {
        let family = "native".to_owned();
        let (parallelism, baseline) = (parallelism.to_owned(), "sequential".to_owned());
        run.runners.insert(name.to_owned(), RunnerInfo { family, parallelism, baseline, ..RunnerInfo::default() });
    }
    let numbers: Vec<&[u64]> = match course.growth {
        Growth::Fixed => vec![workers],
        Growth::WithWorkers => workers.chunks(1).collect(),
    };
    for workers in numbers {
        let grown = if course.growth == Growth::Fixed { 1 } else { workers[0] };
        group(&mut results, course, workers, grown);
    }
    results
}

fn group(results: &mut Results, course: Course, workers: &[u64], grown: u64) {
    let params: Parameters = BTreeMap::from([("length".to_owned(), (1_000 * grown).into())]).into_iter().collect();
    let cell = |runner: &str, workers| CellId { runner: runner.to_owned(), workers, ..CellId::default() };
    let pools = workers.iter().map(|workers| cell("pool", *workers));
    let cells: Vec<CellId> = [cell("sequential", 1)].into_iter().chain(pools).collect();
    for round in 0..ROUNDS {
        for (order, cell) in (0..).zip(&cells) {
            let time = if cell.runner == "pool" { course.time(cell.workers as f64) } else { 1e6 * grown as f64 };
            // A thousandth of noise, another one in each cell and round.
            let noise = 1.0 + 1e-3 * (f64::from((round * 5 + order * 3 + cell.workers as u32) % 7) / 3.0 - 1.0);
            results.samples.push(Sample {
                workload: "primes".to_owned(),
                params: params.clone(),
                cell: cell.clone(),
                process: round / 3,
                round,
                order,
                tasks: 64,
                wall_ns: (time * noise) as u64,
                ..Sample::default()
            });
        }
    }
    results.run.plan.groups.push(Group {
        workload: "primes".to_owned(),
        params,
        tasks: 64,
        sweep: Some(Sweep {
            title: "primes by workers".to_owned(),
            axis: "workers".to_owned(),
            of: AxisOf::Workers,
            ..Sweep::default()
        }),
        cells,
        ..Group::default()
    });
}
