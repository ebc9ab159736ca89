//! `compare` on made-up runs, whose true change is known.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regatta_reports::Results;
use regatta_reports::compare::{Comparison, Conclusion, Kind, Loss};
use regatta_reports::documents::html::comparison as page;
use regatta_reports::documents::markdown::comparison as markdown;
use regatta_reports::documents::terminal::comparison as terminal;
use regatta_reports::record::{
    Build, CellId, End, Failure, FailureKind, Group, Machine, Plan, Run, Sample, WorkloadInfo, arms,
};

/// What a made-up run is like.
#[derive(Clone)]
struct World {
    seed: u64,
    processes: u32,
    /// Rounds of each process.
    rounds: u32,
    /// Runners of the one group.
    runners: Vec<&'static str>,
    kind: &'static str,
    /// How fast the machine is in this run.
    drift: f64,
    /// Factor of the first runner's time.
    factor: f64,
}

impl Default for World {
    fn default() -> Self {
        let runners = vec!["sequential", "thread-pool", "rayon"];
        Self { seed: 0, processes: 5, rounds: 8, runners, kind: "cpu", drift: 1.0, factor: 1.0 }
    }
}

impl World {
    /// A run with noise between rounds, between processes, and of the machine as a whole.
    fn run(&self) -> Results {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let cell = |runner: &str, arm: &str| CellId {
            runner: runner.to_owned(),
            workers: 2,
            arm: arm.to_owned(),
            ..CellId::default()
        };
        let mut cells: Vec<CellId> = self.runners.iter().map(|runner| cell(runner, "")).collect();
        cells.extend([cell("sequential", arms::AA), cell("sequential", arms::REFERENCE)]);
        let mut samples = Vec::new();
        for process in 0..self.processes {
            let own: Vec<f64> = cells.iter().map(|_| 1.0 + 0.004 * (random.random::<f64>() - 0.5)).collect();
            for round in 0..self.rounds {
                let moment = self.drift * (1.0 + 0.02 * random.random::<f64>());
                for (at, cell) in cells.iter().enumerate() {
                    let factor = if at == 0 || cell.arm == arms::AA { self.factor } else { 1.0 };
                    let wall = 1e7 * own[at] * moment * factor * (1.0 + 0.01 * random.random::<f64>());
                    samples.push(Sample {
                        workload: "w".to_owned(),
                        cell: cell.clone(),
                        process,
                        round: process * self.rounds + round,
                        checksum: 7,
                        wall_ns: wall as u64,
                        cpu_ns: (wall * (1.0 + 0.002 * random.random::<f64>())) as u64,
                        ..Sample::default()
                    });
                }
            }
        }
        let group = Group { workload: "w".to_owned(), tasks: 4, cells, ..Group::default() };
        let info = WorkloadInfo { kind: self.kind.to_owned(), ..WorkloadInfo::default() };
        let machine = Machine { cpu: "Imagined".to_owned(), logical_cores: 2, usable_cores: 2, ..Machine::default() };
        let run = Run {
            schema: 1,
            started: "2026-01-01T00:00:00Z".to_owned(),
            plan: Plan { name: "made-up".to_owned(), groups: vec![group], ..Plan::default() },
            machine,
            workloads: BTreeMap::from([("w".to_owned(), info)]),
            reference: "machine-code-imagined-1".to_owned(),
            ..Run::default()
        };
        Results { run, samples, end: Some(End { complete: true, ..End::default() }), ..Results::default() }
    }
}

fn conclusions(comparison: &Comparison) -> Vec<Conclusion> {
    comparison.cells.iter().map(|cell| cell.conclusion).collect()
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let run = World::default().run();
    let comparison = Comparison::of_runs(&run, &run);
    assert_eq!(conclusions(&comparison), [Conclusion::Same; 3]);
    assert!(comparison.cells.iter().all(|cell| cell.wall.ratio.value == 1.0), "{comparison:?}");
    assert!(
        !comparison.is_refused() && comparison.differences.is_empty() && comparison.notices.is_empty(),
        "{comparison:?}"
    );
    assert_eq!(comparison.drift, Some(1.0));
}

#[test]
fn a_change_is_found_in_both_directions_and_drift_is_not_one() {
    let base = World::default().run();
    let slower = World { seed: 1, drift: 1.3, factor: 1.05, ..World::default() }.run();
    let comparison = Comparison::of_runs(&base, &slower);
    assert_eq!(
        conclusions(&comparison),
        [Conclusion::Slower, Conclusion::Same, Conclusion::Same],
        "{}",
        terminal(&comparison, false, 140)
    );
    let change = comparison.cells[0].wall;
    assert!(change.is_relative && (change.ratio.value - 1.05).abs() < 0.01 && change.raw.value > 1.3, "{change:?}");
    assert!(comparison.drift.is_some_and(|drift| (drift - 1.3).abs() < 0.02));
    let back = Comparison::of_runs(&slower, &base);
    assert_eq!(conclusions(&back)[0], Conclusion::Faster);
}

#[test]
fn a_burn_that_was_held_up_is_no_change() {
    let base = World::default().run();
    let mut new = World { seed: 1, ..World::default() }.run();
    for sample in new.samples.iter_mut().filter(|sample| sample.cell.arm == arms::REFERENCE) {
        sample.wall_ns = sample.wall_ns * 3 / 2;
    }
    for sample in new.samples.iter_mut().filter(|sample| sample.cell.arm.is_empty()) {
        sample.wall_ns += sample.wall_ns / 100;
    }
    let comparison = Comparison::of_runs(&base, &new);
    assert!(
        comparison.cells.iter().all(|cell| cell.wall.ratio.value < 0.7 && cell.wall.raw.value > 1.0),
        "{comparison:?}"
    );
    assert!(comparison.cells.iter().all(|cell| cell.conclusion.name() == "undecided"), "{comparison:?}");
}

#[test]
fn a_burn_that_the_build_slows_makes_no_cell_faster() {
    let base = World::default().run();
    for seed in 1..9 {
        let mut new = World { seed, ..World::default() }.run();
        for sample in new.samples.iter_mut().filter(|sample| sample.cell.arm == arms::REFERENCE) {
            (sample.wall_ns, sample.cpu_ns) = (sample.wall_ns * 11 / 10, sample.cpu_ns * 11 / 10);
        }
        let comparison = Comparison::of_runs(&base, &new);
        assert!(comparison.cells.iter().all(|cell| cell.wall.is_relative && cell.wall.ratio.value < 0.93));
        let counts = comparison.counts();
        assert_eq!((counts.slower, counts.faster), (0, 0), "{}", terminal(&comparison, false, 140));
    }
}

#[test]
fn a_burn_that_depends_on_the_build_is_not_used() {
    let base = World::default().run();
    let slower = World { seed: 1, factor: 1.05, ..World::default() }.run();
    for burns in [["build", "build"], ["", ""], ["machine-code-a-1", "machine-code-a-2"], ["machine-code-a-1", "build"]]
    {
        let [base, new] = [(&base, burns[0]), (&slower, burns[1])].map(|(run, burn)| {
            let mut run = run.clone();
            burn.clone_into(&mut run.run.reference);
            run
        });
        let comparison = Comparison::of_runs(&base, &new);
        assert!(comparison.cells.iter().all(|cell| !cell.wall.is_relative), "{burns:?}");
        assert_eq!(
            (comparison.drift, conclusions(&comparison)[0]),
            (None, Conclusion::Slower),
            "raw figures are judged"
        );
        assert!(comparison.notices.iter().any(|notice| notice.contains("the figures are raw")), "{comparison:?}");
    }
}

/// A failure of a cell in a made-up run.
fn failure(runner: &str, arm: &str, kind: FailureKind) -> Failure {
    Failure {
        workload: "w".to_owned(),
        cell: CellId { runner: runner.to_owned(), workers: 2, arm: arm.to_owned(), ..CellId::default() },
        round: Some(3),
        kind,
        message: "so it was".to_owned(),
        ..Failure::default()
    }
}

#[test]
fn a_cell_that_fails_answers_wrongly_or_is_gone_is_a_regression() {
    let base = World::default().run();
    let mut new = World { seed: 1, runners: vec!["sequential", "rayon"], ..World::default() }.run();
    new.failures =
        vec![failure("rayon", "", FailureKind::WrongAnswer), failure("sequential", arms::AA, FailureKind::Crash)];
    let comparison = Comparison::of_runs(&base, &new);
    let lost: Vec<_> = comparison.lost.iter().map(|lost| (&*lost.label, lost.how)).collect();
    assert_eq!(lost, [("sequential", Loss::Failed), ("thread-pool", Loss::Gone), ("rayon", Loss::Wrong)]);
    assert!(comparison.cells.is_empty(), "what a cell measured before it failed is no evidence");
    assert_eq!((comparison.counts().regressions(), comparison.is_refused()), (3, false));
    assert!(comparison.headline().ends_with("2 failed, 1 gone."), "{}", comparison.headline());
    // A failure in the base is none of the new build; what could not run on either machine is no loss.
    let mut base = base;
    base.failures = vec![failure("rayon", "", FailureKind::Crash)];
    new = World { seed: 1, ..World::default() }.run();
    new.failures = vec![failure("gevent", "", FailureKind::Unavailable)];
    let comparison = Comparison::of_runs(&base, &new);
    assert_eq!((comparison.lost.len(), comparison.cells.len()), (0, 2));
    assert_eq!(comparison.unmatched, ["w: rayon (failed in the base)"]);
    // One that fails and is new counts: it was asked for.
    new.failures = vec![failure("gevent", "", FailureKind::Crash)];
    assert_eq!(Comparison::of_runs(&base, &new).lost[0].how, Loss::Failed);
}

#[test]
fn what_could_not_have_been_seen_is_undecided_and_the_rest_is_the_same() {
    let base = World::default().run();
    let new = World { seed: 1, ..World::default() }.run();
    let comparison = Comparison::of_runs(&base, &new);
    assert_eq!(conclusions(&comparison), [Conclusion::Same; 3], "{}", terminal(&comparison, false, 140));
    let sharper = comparison.clone().within(0.002);
    assert_eq!((sharper.counts().undecided, sharper.counts().same), (3, 0), "{}", terminal(&sharper, false, 140));
    let Conclusion::Undecided { detectable: Some(detectable) } = conclusions(&sharper)[0] else {
        panic!("{sharper:?}")
    };
    assert!(detectable > 1.002 && detectable < 1.05, "{detectable}");
    let figures = [Some(sharper.cells[0].wall), sharper.cells[0].cpu].into_iter().flatten();
    assert_eq!(
        figures.filter_map(|change| change.detectable).reduce(f64::max),
        Some(detectable),
        "of the less certain"
    );
    assert_eq!(
        sharper.headline(),
        "Of 3 cells 0 slower, 0 faster, 0 without a difference of 0.2 %, 3 undecided.",
        "the threshold is told"
    );
    // A slowdown is one whatever matters; and one that is smaller than what matters is still told, though it is no regression.
    let slower = World { seed: 1, factor: 1.02, ..World::default() }.run();
    let slight = Comparison::of_runs(&base, &slower).within(0.1);
    assert_eq!(conclusions(&slight)[0], Conclusion::Slower);
    assert_eq!((slight.counts().slower, slight.counts().regressions()), (1, 0));
    assert_eq!(slight.headline(), "Of 3 cells 1 slower by less than 10 %, 0 faster, 2 without a difference of 10 %.");
    assert_eq!(slight.within(0.02).counts().regressions(), 1, "it may be as large as that");
}

#[test]
fn a_change_for_the_worse_is_slight_only_if_each_figure_is() {
    let base = World::default().run();
    let mut new = World { seed: 1, factor: 1.02, ..World::default() }.run();
    for sample in new.samples.iter_mut().filter(|sample| sample.cell.runner == "sequential") {
        sample.cpu_ns = if sample.cell.arm == arms::REFERENCE { sample.cpu_ns } else { sample.cpu_ns * 2 };
    }
    let comparison = Comparison::of_runs(&base, &new).within(0.1);
    assert_eq!((conclusions(&comparison)[0], comparison.counts().regressions()), (Conclusion::Slower, 1));
}

#[test]
fn a_comment_has_what_changed_first_and_the_worst_on_top() {
    let base = World::default().run();
    let mut new = World { seed: 1, factor: 1.2, ..World::default() }.run();
    for sample in new.samples.iter_mut().filter(|sample| sample.cell.arm.is_empty()) {
        let factor = match sample.cell.runner.as_str() {
            "thread-pool" => 1.5,
            "rayon" => 0.8,
            _ => continue,
        };
        [sample.wall_ns, sample.cpu_ns] =
            [sample.wall_ns, sample.cpu_ns].map(|nanoseconds| (nanoseconds as f64 * factor) as u64);
    }
    let order = |comparison: &Comparison| -> Vec<String> {
        let text = markdown(comparison);
        let rows = text.lines().filter_map(|line| line.strip_prefix("| w | "));
        rows.filter_map(|row| Some(row.split(" |").next()?.to_owned())).collect()
    };
    assert_eq!(order(&Comparison::of_runs(&base, &new)), ["thread-pool", "sequential", "rayon"]);
    assert_eq!(order(&Comparison::of_runs(&base, &base)), ["sequential", "thread-pool", "rayon"], "as in the plan");
    let comment = markdown(&Comparison::of_runs(&base, &new));
    let facts = "- Base: 2026-01-01T00:00:00Z, plan made-up, 40 rounds\n\
                 - New: 2026-01-01T00:00:00Z, plan made-up, 40 rounds\n- Machine: Imagined · 2 cores\n";
    assert!(comment.contains(facts), "{comment}");
    let folded = comment.find("<details>").expect("the method");
    assert!(comment.find("| w | rayon").is_some_and(|changed| changed < folded), "{comment}");
}

#[test]
fn noise_is_that_of_the_copies_that_are_nearest() {
    let with_copy = |seed| {
        let mut run = World { seed, ..World::default() }.run();
        let copies = run.samples.iter().filter(|sample| sample.cell.runner == "rayon").cloned().map(|mut sample| {
            arms::AA.clone_into(&mut sample.cell.arm);
            sample.wall_ns = sample.wall_ns * 11 / 10;
            sample
        });
        let copies: Vec<Sample> = copies.collect();
        run.samples.extend(copies);
        run
    };
    let comparison = Comparison::of_runs(&with_copy(0), &with_copy(1));
    let floors: Vec<f64> = comparison.cells.iter().map(|cell| cell.wall.floor).collect();
    assert!(floors[0] < 1.01 && (floors[2] - 1.1).abs() < 0.001, "each has a copy of its own: {floors:?}");
    assert!(floors[1] > 1.05 && floors[1] < 1.1, "what has none gets the root of the mean square: {floors:?}");
}

#[test]
fn the_change_that_would_show_is_found_four_times_out_of_five() {
    let world = |seed, factor| World { seed, processes: 4, rounds: 3, factor, ..World::default() }.run();
    let tries = 60;
    let found = (0..tries).filter(|at| {
        let base = world(100 + at, 1.0);
        let wall = Comparison::of_runs(&base, &world(300 + at, 1.0)).cells[0].wall;
        let factor = wall.detectable.expect("a change");
        Comparison::of_runs(&base, &world(500 + at, factor)).cells[0].wall.is_real()
    });
    let found = found.count();
    // 48 are four fifths. The standard error is estimated anew each time, which blurs it.
    assert!((38..=58).contains(&found), "{found} of {tries}");
}

#[test]
fn waiting_work_is_not_taken_relative_to_a_burn() {
    let base = World { kind: "io", ..World::default() };
    let comparison = Comparison::of_runs(&base.run(), &World { seed: 1, ..base.clone() }.run());
    assert!(comparison.cells.iter().all(|cell| !cell.wall.is_relative && cell.cpu.is_none()), "{comparison:?}");
    assert_eq!(conclusions(&comparison), [Conclusion::Same; 3]);
}

#[test]
fn more_cpu_time_at_the_same_wall_time_is_a_regression_too() {
    let base = World::default().run();
    let mut new = World { seed: 1, ..World::default() }.run();
    for sample in new.samples.iter_mut().filter(|sample| sample.cell.runner == "rayon") {
        sample.cpu_ns += sample.cpu_ns / 10;
    }
    let comparison = Comparison::of_runs(&base, &new);
    assert_eq!(conclusions(&comparison), [Conclusion::Same, Conclusion::Same, Conclusion::Costlier]);
    assert_eq!(comparison.counts().slower, 1);
}

#[test]
fn a_machine_that_was_busy_in_one_run_only_is_no_regression() {
    let loaded = |mut results: Results, cores: f64| {
        for sample in &mut results.samples {
            sample.outside_ns = Some((sample.wall_ns as f64 * cores) as u64);
        }
        results
    };
    let world = World { rounds: 40, ..World::default() };
    let (base, slow) = (loaded(world.run(), 0.1), World { seed: 1, factor: 1.5, ..world.clone() }.run());
    assert_eq!(conclusions(&Comparison::of_runs(&base, &loaded(slow.clone(), 0.1)))[0], Conclusion::Slower);
    let mut busy = loaded(slow, 1.1);
    // It took its core from it, but did no more work.
    busy.samples.iter_mut().filter(|sample| sample.cell.runner == "sequential").for_each(|sample| {
        let is_burn = sample.cell.arm == arms::REFERENCE;
        sample.cpu_ns = if is_burn { sample.cpu_ns } else { sample.cpu_ns * 2 / 3 };
    });
    let comparison = Comparison::of_runs(&base, &busy);
    let open = Conclusion::Undecided { detectable: None };
    assert_eq!(conclusions(&comparison)[0], open, "{}", terminal(&comparison, false, 140));
    assert!(comparison.notices[0].contains("1.0 cores more in the new run"), "{:?}", comparison.notices);
}

#[test]
fn on_a_machine_that_is_busy_with_other_things_wall_times_of_separate_runs_say_nothing() {
    let loaded = |seed, factor| {
        let mut results = World { seed, factor, rounds: 40, ..World::default() }.run();
        for sample in &mut results.samples {
            sample.outside_ns = Some(sample.wall_ns * 3 / 2);
        }
        results
    };
    let base = loaded(0, 1.0);
    let faster = Comparison::of_runs(&base, &{
        let mut new = loaded(1, 1.0);
        new.samples.iter_mut().filter(|sample| sample.cell.arm.is_empty()).for_each(|sample| sample.wall_ns /= 2);
        new
    });
    assert_eq!(faster.counts().undecided, 3, "{}", terminal(&faster, false, 140));
    // CPU times count, but those who share caches and cores with others differ by more than on a quiet machine.
    assert_eq!(
        conclusions(&Comparison::of_runs(&base, &loaded(1, 1.04)))[0],
        Conclusion::Undecided { detectable: None }
    );
    assert_eq!(conclusions(&Comparison::of_runs(&base, &loaded(1, 1.12)))[0], Conclusion::Costlier);
}

#[test]
fn one_process_on_each_side_is_not_judged() {
    let world = World { processes: 1, ..World::default() };
    for processes in [1, 5] {
        let new = World { factor: 2.0, processes, ..world.clone() }.run();
        let comparison = Comparison::of_runs(&world.run(), &new);
        assert_eq!(conclusions(&comparison), [Conclusion::Unjudged; 3]);
        assert!(comparison.notices[0].contains("cannot be judged") && comparison.notices[0].contains("--live"));
        assert_eq!(comparison.counts().open(), 3, "a gate on what is undecided fails");
    }
}

#[test]
fn what_makes_a_ratio_meaningless_is_refused_and_the_rest_is_told() {
    let base = World::default().run();
    type Change = fn(&mut Results);
    let fatal: [(Change, &str); 7] = [
        (|run| run.run.machine.cpu = "Other".to_owned(), "CPUs differ: Imagined and Other"),
        (|run| run.run.machine.usable_cores = 1, "usable cores"),
        (|run| run.run.machine.quota_cores = Some(0.5), "quotas differ: no limit and 0.5 cores"),
        (|run| run.run.plan.groups[0].tasks = 5, "`w` different work"),
        (|run| run.run.plan.groups[0].hot_ns = 20_000_000, "uncounted for 0 ns and for 20.0 ms"),
        (|run| run.samples.iter_mut().for_each(|sample| sample.checksum = 8), "not the same work"),
        (
            |run| {
                run.run.plan.groups[0].params.insert("n".to_owned(), 1.into());
                run.samples.iter_mut().for_each(|sample| drop(sample.params.insert("n".to_owned(), 1.into())));
            },
            "`w` different work",
        ),
    ];
    for (change, words) in fatal {
        let mut new = base.clone();
        change(&mut new);
        let comparison = Comparison::of_runs(&base, &new);
        let texts: Vec<&str> = comparison.differences.iter().map(|difference| difference.text.as_str()).collect();
        assert!(comparison.is_refused() && texts.concat().contains(words), "{words}: {texts:?}");
    }
    let mut new = base.clone();
    // What one side does not know is no difference.
    new.run.machine = Machine::default();
    new.run.machine.kernel = "7.0".to_owned();
    assert!(!Comparison::of_runs(&base, &new).is_refused());
    let mut old = base.clone();
    old.run.machine.kernel = "6.1".to_owned();
    let comparison = Comparison::of_runs(&old, &new);
    assert!(!comparison.is_refused() && comparison.differences[0].text.contains("6.1 and 7.0"));
    let nothing = Comparison::of_runs(&base, &Results::default());
    assert!(nothing.is_refused() && nothing.lost.len() == 3);
    assert!(!terminal(&nothing, false, 80).is_empty());
}

#[test]
fn results_of_older_commits_have_no_reference_and_no_second_copy() {
    let strip = |mut results: Results| {
        results.samples.retain(|sample| sample.cell.arm.is_empty());
        results.run.plan.groups[0].cells.retain(|cell| cell.arm.is_empty());
        results
    };
    let new = World { seed: 1, factor: 1.2, ..World::default() }.run();
    let comparison = Comparison::of_runs(&strip(World::default().run()), &new);
    assert_eq!(conclusions(&comparison)[0], Conclusion::Slower);
    assert_eq!((comparison.drift, comparison.cells[0].wall.is_relative), (None, false));
    let without = Comparison::of_runs(&strip(World::default().run()), &strip(new));
    assert!(without.notices.iter().any(|notice| notice.contains("no second copy")));
}

#[test]
fn two_builds_of_one_run_are_paired_by_round() {
    let mut run = World { runners: vec!["sequential", "thread-pool"], processes: 8, ..World::default() }.run();
    assert_eq!(Comparison::of_live(&run), None, "no builds");
    let builds =
        [arms::OLD, arms::NEW].map(|arm| (arm.to_owned(), Build { program: format!("/{arm}"), ..Build::default() }));
    run.run.builds = BTreeMap::from(builds);
    let mut doubled = Vec::new();
    for mut sample in run.samples.drain(..).filter(|sample| sample.cell.arm != arms::REFERENCE) {
        if sample.cell.arm.is_empty() {
            arms::OLD.clone_into(&mut sample.cell.arm);
            let mut new = sample.clone();
            arms::NEW.clone_into(&mut new.cell.arm);
            // 3 % more, and noise of its own.
            new.wall_ns = (new.wall_ns as f64 * 1.03) as u64 + u64::from(new.round) * 997 % 50_000;
            doubled.push(new);
        }
        doubled.push(sample);
    }
    run.samples = doubled;
    run.run.plan.groups[0].cells.clear();
    let comparison = Comparison::of_live(&run).expect("two builds");
    assert_eq!((comparison.kind, comparison.cells.len()), (Kind::Live, 2));
    assert_eq!(conclusions(&comparison), [Conclusion::Slower; 2], "{}", terminal(&comparison, false, 140));
    assert_eq!(comparison.cells[0].label, "sequential");
    assert!((comparison.cells[0].wall.ratio.value - 1.03).abs() < 0.005);
    run.failures = vec![
        failure("sequential", arms::NEW, FailureKind::Crash),
        failure("thread-pool", arms::OLD, FailureKind::Crash),
    ];
    let failed = Comparison::of_live(&run).expect("two builds");
    assert_eq!((failed.lost.len(), failed.lost[0].how, &*failed.lost[0].label), (1, Loss::Failed, "sequential"));
    assert_eq!(failed.unmatched, ["w: thread-pool (failed in the old build)"]);
    assert!(comparison.cells[0].wall.floor > 1.0, "the second copy of the old build is the noise");
}

#[test]
fn over_many_cells_and_runs_a_difference_is_rarely_seen_where_there_is_none() {
    let world = |seed| World {
        seed,
        processes: 3,
        rounds: 5,
        runners: vec!["sequential", "a", "b", "c", "d", "e"],
        ..World::default()
    };
    let tables = 60;
    let wrong = (0..tables)
        .filter(|table| {
            let comparison = Comparison::of_runs(&world(1000 + table).run(), &world(2000 + table).run());
            comparison.counts().slower + comparison.counts().faster > 0
        })
        .count();
    // 5 % of 60 are 3; more than 8 come up once in 200.
    assert!(wrong <= 8, "{wrong} of {tables} tables claim a difference");
}

#[test]
fn names_from_outside_are_harmless() {
    let mut base = World::default().run();
    let evil = "<script>alert(1)</script>|\u{1b}[31m";
    evil.clone_into(&mut base.run.plan.name);
    evil.clone_into(&mut base.run.machine.kernel);
    for sample in &mut base.samples {
        evil.clone_into(&mut sample.workload);
    }
    evil.clone_into(&mut base.run.plan.groups[0].workload);
    let comparison = Comparison::of_runs(&base, &base);
    let page = page(&comparison).expect("a page");
    let texts = [terminal(&comparison, false, 120), markdown(&comparison), page.clone()];
    assert!(texts.iter().all(|text| !text.contains('\u{1b}')));
    assert!(!markdown(&comparison).contains("<script"));
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    // The name of SVG is no address that anything is loaded from.
    let page = page.replace("http://www.w3.org/2000/svg", "");
    for loads in ["src=", "url(", "@import", "http://", "https://"] {
        assert!(!page.contains(loads), "{loads}");
    }
}
