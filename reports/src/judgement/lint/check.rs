//! Finds what makes the figures of a run unfair or doubtful.

use super::warning::Warning;
use crate::figures::capacity::Ceiling;
use crate::figures::lone::CodeDiffers;
use crate::figures::{GroupSummary, Row, Summary};
use crate::text::{plain, units};

/// Share of its one core above which a server bounds what its clients can do.
const SATURATED: f64 = 0.9;
/// Cores that work which only waits may use.
const SPINNING_CORES: f64 = 0.5;
/// Load from outside that disturbs, in cores.
const DISTURBING_CORES: f64 = 0.25;
/// Noise, as a factor, that wants an explanation.
const NOISY: f64 = 1.02;
/// By how many times its granularity a timer may be late.
const LATE: f64 = 3.0;
/// Granularity of the timers of event loops, nanoseconds: they count in milliseconds and round up.
const LOOP_GRANULARITY_NS: f64 = 1.1e6;
/// Granularity of a blocking sleep, nanoseconds: the kernel's timer slack, and the way back onto a core.
const SLEEP_GRANULARITY_NS: f64 = 1.5e5;
/// The driver that measures one cell after the other.
const CRITERION: &str = "criterion";
/// Returns all warnings about a run.
pub fn check_run(summary: &Summary) -> Vec<Warning> {
    let Summary { run, usable_cores, groups, .. } = summary;
    let machine = &run.machine;
    let mut warnings = Vec::new();
    if run.program.profile == "debug" {
        warnings.push(Warning::DebugBuild);
    }
    if run.driver == CRITERION {
        warnings.push(Warning::InBlocks);
    }
    if machine.on_battery == Some(true) {
        warnings.push(Warning::OnBattery);
    }
    if matches!(machine.governor.as_str(), "powersave" | "conservative") && machine.turbo != Some(true) {
        warnings.push(Warning::PowerSaving { governor: machine.governor.clone() });
    }
    let noise = groups.iter().flat_map(|group| &group.rows).filter_map(|row| row.noise).fold(1.0, f64::max);
    let (turbo, smt) = (machine.turbo == Some(true), machine.smt == Some(true));
    if noise > NOISY && (turbo || smt) {
        warnings.push(Warning::MovingClock { noise, turbo, smt });
    }
    if let Some(cores) = summary.ceiling.as_ref().and_then(Ceiling::disturbed_by) {
        warnings.push(Warning::DisturbedCapacity { cores });
    }
    warnings.extend(code_differs(summary));
    warnings.extend(Warning::of_blocking(&summary.blocking));
    warnings.extend(outside_load(groups));
    let disturbed: Vec<String> =
        groups.iter().filter(|group| group.disturbed.is_too_many()).map(|group| group.title.clone()).collect();
    if !disturbed.is_empty() {
        warnings.push(Warning::DisturbedRounds { groups: disturbed });
    }
    let pools = |group: &&GroupSummary| group.rows.iter().filter(|row| is_pool(row)).map(|row| row.cell.workers).max();
    let widest = summary.unswept().filter(|group| group.is_cpu_bound()).filter_map(|group| pools(&group)).max();
    if let Some((cores, workers)) = usable_cores.zip(widest).filter(|(cores, workers)| *cores < *workers as f64) {
        warnings.push(Warning::FewCores { cores, workers });
    }
    let mut of_cells = |is: &dyn Fn(&GroupSummary, &Row) -> bool, warning: fn(Vec<String>) -> Warning| {
        let cells = cells(groups, is);
        if !cells.is_empty() {
            warnings.push(warning(cells));
        }
    };
    of_cells(&|group, row| lacks_widths(group, row), |cells| Warning::UnequalWorkers { cells });
    of_cells(&|group, row| leaves_workers_idle(group, row), |cells| Warning::IdleWorkers { cells });
    // Where servers are compared they may be busy, and the load generator has a certificate of its own.
    let talks = |group: &GroupSummary, row: &Row| row.server_busy.filter(|_| group.kind != "serving");
    of_cells(&|group, row| talks(group, row).is_some_and(|share| share > SATURATED), |cells| {
        Warning::SaturatedServer { cells }
    });
    of_cells(
        &|group, row| {
            let most = if row.runner.parallelism == "one" { 1.0 } else { usable_cores.unwrap_or(f64::INFINITY) };
            talks(group, row).is_some() && row.effective_cores.is_some_and(|cores| cores.value > SATURATED * most)
        },
        |cells| Warning::SaturatedClient { cells },
    );
    of_cells(&|group, row| is_late(group, row), |cells| Warning::LateTimers { cells });
    of_cells(
        &|group, row| {
            let only_waits = group.kind == "io" && row.scale.wait_ns > 0 && row.server_busy.is_none();
            // To create a unit for each task takes a core for a while, and has its own figure.
            let only_waits = only_waits && row.runner.parallelism != "per-task";
            only_waits && row.effective_cores.is_some_and(|cores| cores.value > SPINNING_CORES)
        },
        |cells| Warning::Spinning { cells },
    );
    warnings
}

fn is_pool(row: &Row) -> bool {
    row.runner.parallelism == "workers"
}

/// Returns the cells of which something is so, by name.
fn cells(groups: &[GroupSummary], is: &dyn Fn(&GroupSummary, &Row) -> bool) -> Vec<String> {
    let all = groups.iter().flat_map(|group| group.measured().map(move |row| (group, row)));
    let found = all.filter(|(_, row)| row.is_main()).filter(|(group, row)| is(group, row));
    found.map(|(group, row)| format!("{} in {}", row.label, group.title)).collect()
}

fn code_differs(summary: &Summary) -> Option<Warning> {
    let found = &summary.code_differs;
    let distance = |one: &CodeDiffers| one.factor.ln().abs();
    let most = found.iter().max_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let title = |one: &CodeDiffers| {
        let mut groups = summary.groups.iter();
        let group = groups.find(|group| group.workload == one.workload && group.params == one.params);
        group.map_or_else(|| plain(&one.workload), |group| group.title.clone())
    };
    let name = |one: &CodeDiffers| format!("{} in {}", plain(&one.runner), title(one));
    Some(Warning::CodeDiffers {
        most: format!(
            "{} the CPU time under `{}` that it takes under `{}` ({})",
            units::ratio(most.factor),
            plain(&most.runner),
            plain(&most.baseline),
            title(most)
        ),
        cells: found.iter().map(name).collect(),
    })
}

fn outside_load(groups: &[GroupSummary]) -> Option<Warning> {
    let load = |group: &GroupSummary| {
        group.rows.iter().filter_map(|row| row.outside).map(|load| load.certain_cores).reduce(f64::max)
    };
    let loads = groups.iter().filter_map(|group| Some((group.title.clone(), load(group)?)));
    let (group, cores) = loads.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (cores >= DISTURBING_CORES).then_some(Warning::OutsideLoad { group, cores })
}

/// Returns whether other pools of the group were measured with widths that this one was not.
fn lacks_widths(group: &GroupSummary, row: &Row) -> bool {
    let widths = |name: &str| {
        let rows = group.rows.iter().filter(|row| row.cell.runner == name);
        rows.map(|row| row.cell.workers).collect::<std::collections::BTreeSet<u64>>()
    };
    let own = widths(&row.cell.runner);
    // For a service sizes differ on purpose: each pool is measured in those that suit it. So they do in a sweep.
    is_pool(row)
        && group.kind != "service"
        && group.sweep.is_none()
        && group.measured().any(|other| is_pool(other) && !widths(&other.cell.runner).is_subset(&own))
}

/// Returns whether workers of a pool got nothing to do although there was CPU-bound work for all.
fn leaves_workers_idle(group: &GroupSummary, row: &Row) -> bool {
    let used = row.workers_seen.map_or(u64::MAX, |(_, most)| most);
    let is_compared = group.is_cpu_bound() && group.sweep.is_none();
    is_compared && is_pool(row) && row.scale.tasks >= row.cell.workers && used < row.cell.workers
}

/// Returns whether the waits of a cell that sleeps took longer than its timer explains.
fn is_late(group: &GroupSummary, row: &Row) -> bool {
    let (wait, tasks) = (row.scale.wait_ns as f64, row.scale.tasks);
    let Some(wall) = row.wall.filter(|_| group.workload == "sleep" && wait > 0.0) else { return false };
    // How many waits follow one another, and how coarse they are.
    let (waits, granularity) = match (row.runner.model.as_str(), row.runner.parallelism.as_str()) {
        ("sequential", _) => (tasks, SLEEP_GRANULARITY_NS),
        ("async" | "async-single" | "green", _) => (1, LOOP_GRANULARITY_NS),
        (_, "workers") => (tasks.div_ceil(row.cell.workers.max(1)), SLEEP_GRANULARITY_NS),
        // Creation of a unit for each task is a cost of its own.
        _ => return false,
    };
    let waits = waits.max(1) as f64;
    wall.value / waits - wait > LATE * granularity + 0.05 * wait
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::judgement::severity::Severity;
    use crate::records::Results;
    use crate::records::schema::{CellId, Group, Lone, Run, RunnerInfo, Sample, WorkloadInfo, arms};

    /// Returns a run of one group of these cells, `(runner, model, parallelism, workers)`, each sample as `sample` makes it.
    fn run(workload: &str, kind: &str, wait_ns: u64, cells: &[(&str, &str, &str, u64)], sample: Sample) -> Results {
        let mut results = Results::default();
        let mut group = Group { workload: workload.to_owned(), tasks: 8, wait_ns, ..Group::default() };
        for (runner, model, parallelism, workers) in cells {
            let cell = CellId { runner: (*runner).to_owned(), workers: *workers, ..CellId::default() };
            let [model, parallelism] = [model, parallelism].map(|text| (*text).to_owned());
            results.run.runners.insert(cell.runner.clone(), RunnerInfo { model, parallelism, ..RunnerInfo::default() });
            let workload = workload.to_owned();
            let made = Sample {
                workload,
                cell: cell.clone(),
                workers_seen: sample.workers_seen.min(*workers),
                ..sample.clone()
            };
            results.samples.extend((0..9).map(|round| Sample { round, ..made.clone() }));
            group.cells.push(cell);
        }
        let info = WorkloadInfo { kind: kind.to_owned(), ..WorkloadInfo::default() };
        let workloads = BTreeMap::from([(workload.to_owned(), info)]);
        results.run = Run { schema: 1, workloads, ..results.run };
        results.run.plan.groups.push(group);
        results.run.machine.usable_cores = 2;
        results
    }

    fn quiet() -> Sample {
        Sample { wall_ns: 50_000_000, cpu_ns: 1_000_000, workers_seen: 9, ..Sample::default() }
    }

    fn warnings(results: &Results) -> Vec<Warning> {
        check_run(&Summary::from_results(results))
    }

    #[test]
    fn a_quiet_fair_run_has_none() {
        let cells = [
            ("sequential", "sequential", "one", 1),
            ("rayon", "rayon", "workers", 2),
            ("thread", "thread", "per-task", 8),
        ];
        assert_eq!(warnings(&run("primes", "cpu", 0, &cells, quiet())), []);
    }

    #[test]
    fn the_machine_and_the_build() {
        let mut results = run("primes", "cpu", 0, &[("rayon", "rayon", "workers", 4)], quiet());
        results.run.program.profile = "debug".to_owned();
        results.run.machine.on_battery = Some(true);
        results.run.machine.governor = "powersave".to_owned();
        let found = warnings(&results);
        assert_eq!(found[..2], [Warning::DebugBuild, Warning::OnBattery]);
        assert_eq!(found[0].severity(), Severity::Error);
        assert_eq!(found[2], Warning::PowerSaving { governor: "powersave".to_owned() });
        assert_eq!(found[3], Warning::FewCores { cores: 2.0, workers: 4 });
        assert!(found.iter().all(|warning| warning.to_string().len() > 60), "each has its remedy");
        results.run.driver = CRITERION.to_owned();
        assert!(warnings(&results).contains(&Warning::InBlocks));
        results.run.machine.quota_cores = Some(0.5);
        assert!(warnings(&results).contains(&Warning::FewCores { cores: 0.5, workers: 4 }));
    }

    #[test]
    fn unequal_and_idle_workers() {
        let cells = [("rayon", "rayon", "workers", 2), ("thread-pool", "thread-pool", "workers", 1)];
        let found = warnings(&run("primes", "cpu", 0, &cells, quiet()));
        assert!(matches!(&found[..], [Warning::UnequalWorkers { cells }] if cells.len() == 2), "{found:?}");
        let idle = run("primes", "cpu", 0, &cells[..1], Sample { workers_seen: 1, ..quiet() });
        assert_eq!(warnings(&idle), [Warning::IdleWorkers { cells: vec!["rayon in primes".to_owned()] }]);
    }

    #[test]
    fn other_code_of_the_same_body() {
        let cells = [("sequential", "sequential", "one", 1), ("async", "async", "workers", 2)];
        let mut results = run("primes", "cpu", 0, &cells, quiet());
        let lone = |runner: &str, ms: u64| Lone {
            workload: "primes".to_owned(),
            runner: runner.to_owned(),
            cpu_ns: vec![ms * 1_000_000; 5],
            ..Lone::default()
        };
        results.run.runners.values_mut().for_each(|runner| runner.baseline = "sequential".to_owned());
        results.lone = vec![lone("sequential", 14), lone("async", 25)];
        let found = warnings(&results);
        assert!(
            matches!(&found[..], [Warning::CodeDiffers { cells, .. }] if cells == &["async in primes"]),
            "{found:?}"
        );
        let text = found[0].to_string();
        assert!(
            text.starts_with("One task alone takes 1.79x the CPU time under `async` that it takes under `sequential`"),
            "{text}"
        );
        let summary = Summary::from_results(&results);
        let differing: Vec<bool> = summary.groups[0].rows.iter().map(|row| row.code_differs).collect();
        assert_eq!(differing, [false, true]);
        assert!(!summary.groups[0].rows[1].differs());
        assert_eq!(summary.groups[0].rows[1].doubt(), Some("its machine code differs"));
    }

    #[test]
    fn a_task_that_blocks_the_thread_of_an_event_loop() {
        let cells = [("async", "async", "workers", 2), ("async-single", "async-single", "one", 1)];
        let mut results = run("mine", "service", 0, &cells, quiet());
        let blocked_ns = Some(5_050_000);
        let (workload, runner) = ("mine".to_owned(), "async-single".to_owned());
        results.lone = vec![Lone { workload, runner, blocked_ns, ..Lone::default() }];
        let found = warnings(&results);
        assert_eq!(found, [Warning::Blocks { tasks: vec!["mine (5.05 ms)".to_owned()] }]);
        let text = found[0].to_string();
        assert!(text.contains("cx.sleep") && text.contains("cx.block"), "{text}");
        assert_eq!(found[0].severity(), Severity::Doubt);
    }

    #[test]
    fn saturated_servers_and_clients() {
        let cells = [("async-single", "async-single", "one", 1)];
        let full = Sample { server_cpu_ns: Some(49_000_000), cpu_ns: 48_000_000, ..quiet() };
        let found = warnings(&run("echo", "io", 10_000_000, &cells, full));
        assert!(matches!(&found[..], [Warning::SaturatedServer { .. }, Warning::SaturatedClient { .. }]), "{found:?}");
        let easy = Sample { server_cpu_ns: Some(4_000_000), ..quiet() };
        assert_eq!(warnings(&run("echo", "io", 10_000_000, &cells, easy)), []);
    }

    #[test]
    fn late_timers_and_spinning() {
        let cells = [("sequential", "sequential", "one", 1), ("async", "async", "workers", 2)];
        // Eight waits of 6 ms: 48 ms for one after the other; at once they would be 6.
        let found = warnings(&run("sleep", "io", 6_000_000, &cells, quiet()));
        assert_eq!(found, [Warning::LateTimers { cells: vec!["async in sleep".to_owned()] }]);
        let spins = Sample { cpu_ns: 45_000_000, ..quiet() };
        let found = warnings(&run("sleep", "io", 50_000_000, &cells[1..], spins));
        assert_eq!(found, [Warning::Spinning { cells: vec!["async in sleep".to_owned()] }]);
    }

    #[test]
    fn a_moving_clock_is_told_only_if_it_is_noisy() {
        let mut results = run("primes", "cpu", 0, &[("sequential", "sequential", "one", 1)], quiet());
        results.run.machine.turbo = Some(true);
        results.run.runners.values_mut().for_each(|runner| runner.baseline = "sequential".to_owned());
        let copies: Vec<Sample> = results.samples.clone();
        results.samples.extend(copies.into_iter().map(|mut sample| {
            arms::AA.clone_into(&mut sample.cell.arm);
            sample
        }));
        assert_eq!(warnings(&results), []);
        for sample in results.samples.iter_mut().filter(|sample| sample.cell.arm == arms::AA) {
            sample.wall_ns += 5_000_000;
        }
        assert!(matches!(warnings(&results)[..], [Warning::MovingClock { turbo: true, smt: false, .. }]));
    }
}
