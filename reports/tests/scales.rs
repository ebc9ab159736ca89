//! Groups in which a family has a scale of its own: records find their group, ratios stay within a family, and nothing is compared that is
//! not the same work.

use std::collections::BTreeMap;
use std::path::Path;

use regatta_reports::compare::Comparison;
use regatta_reports::documents::{csv, markdown};
use regatta_reports::record::{
    CellId, Failure, FailureKind, Group, Parameters, Profile, Record, RunnerInfo, Sample, Scale, WorkloadInfo,
};
use regatta_reports::side_by_side::{Entry, SideBySide};
use regatta_reports::{Claims, GroupSummary, Outcome, Report, Results, Row, Summary};
use serde_json::json;

fn params(length: u64, tasks: u64) -> Parameters {
    BTreeMap::from([("length".to_owned(), json!(length)), ("tasks".to_owned(), json!(tasks))])
}

/// The scale of CPython in the made-up run.
fn own() -> Scale {
    Scale { params: params(100, 3), tasks: 3, wait_ns: 5_000_000, hot_ns: 0 }
}

/// A run of one group on 4 cores: `(runner, family, baseline, workers, wall in ms)`. CPython does less than the others.
fn run(kind: &str) -> Results {
    let mut results = Results::default();
    let machine = &mut results.run.machine;
    (machine.usable_cores, machine.logical_cores) = (4, 4);
    let info =
        WorkloadInfo { kind: kind.to_owned(), about: "Makes something up.".to_owned(), ..WorkloadInfo::default() };
    results.run.workloads.insert("work".to_owned(), info);
    let mut group = Group {
        workload: "work".to_owned(),
        title: "some work".to_owned(),
        params: params(900, 8),
        tasks: 8,
        wait_ns: 20_000_000,
        hot_ns: 5_000_000,
        scale: BTreeMap::from([("cpython".to_owned(), own())]),
        ..Group::default()
    };
    for (runner, family, baseline, workers, ms) in [
        ("sequential", "native", "sequential", 1, 400.0),
        ("thread-pool", "native", "sequential", 4, 100.0),
        ("python-sequential", "cpython", "python-sequential", 1, 60.0),
        ("python-process-pool", "cpython", "python-sequential", 4, 30.0),
    ] {
        let info = RunnerInfo {
            family: family.to_owned(),
            model: runner.trim_start_matches("python-").to_owned(),
            baseline: baseline.to_owned(),
            parallelism: if workers == 1 { "one" } else { "workers" }.to_owned(),
            ..RunnerInfo::default()
        };
        results.run.runners.insert(runner.to_owned(), info);
        let cell = CellId { runner: runner.to_owned(), workers, ..CellId::default() };
        let scale = group.scale_of(family);
        results.samples.extend((0..12).map(|round| Sample {
            workload: "work".to_owned(),
            params: scale.params.clone(),
            group_params: (scale.params != group.params).then(|| group.params.clone()),
            cell: cell.clone(),
            process: round % 3,
            round,
            tasks: scale.tasks,
            checksum: scale.tasks,
            workers_seen: workers,
            wall_ns: (ms * 1e6 * (1.0 + 0.001 * f64::from(round * 7 % 11))) as u64,
            cpu_ns: (ms * 1e6) as u64 * workers,
            ..Sample::default()
        }));
        group.cells.push(cell);
    }
    results.run.plan.groups.push(group);
    results
}

fn row<'g>(group: &'g GroupSummary, runner: &str) -> &'g Row {
    group.rows.iter().find(|row| row.cell.runner == runner).expect(runner)
}

#[test]
fn records_are_read_as_they_were_written_and_find_their_group() {
    let mut results = run("cpu");
    let sample = results.samples.last().cloned().expect("samples");
    let (params, group_params, cell) = (sample.params, sample.group_params, sample.cell);
    let workload = sample.workload;
    results.profiles.push(Profile {
        workload: workload.clone(),
        params: params.clone(),
        group_params: group_params.clone(),
        cell: cell.clone(),
        ..Profile::default()
    });
    let kind = FailureKind::Timeout;
    results.failures.push(Failure { workload, params, group_params, cell, kind, ..Failure::default() });
    results.run.schema = 1;
    let run = [Record::Run(Box::new(results.run.clone()))].into_iter();
    let samples = results.samples.iter().map(|sample| Record::Sample(Box::new(sample.clone())));
    let profiles = results.profiles.iter().map(|profile| Record::Profile(Box::new(profile.clone())));
    let failures = results.failures.iter().map(|failure| Record::Error(failure.clone()));
    let lines: Vec<String> =
        run.chain(samples).chain(profiles).chain(failures).map(|record| json!(record).to_string()).collect();
    assert_eq!(lines[1].matches("group_params").count(), 0, "nothing is said where there is nothing to say");
    let read = Results::read_from(lines.join("\n").as_bytes(), Path::new("results.jsonl")).expect("well-formed");
    assert_eq!(read, results);

    let summary = Summary::from_results(&read);
    assert_eq!(summary.groups.len(), 1, "all are of one group");
    let group = &summary.groups[0];
    assert!(group.rows.iter().all(|row| row.samples() == 12), "each row has its samples");
    assert_eq!((group.failures.len(), group.is_of(&read.profiles[0])), (1, true));
}

#[test]
fn records_without_scales_are_groups_of_their_own() {
    let mut old = run("cpu");
    old.run.plan.groups[0].scale.clear();
    old.run.plan.groups[0].title.clear();
    let (native, python): (Vec<CellId>, Vec<CellId>) =
        old.run.plan.groups[0].cells.iter().cloned().partition(|cell| !cell.runner.starts_with("python"));
    old.run.plan.groups[0].cells = native;
    let Scale { params, tasks, wait_ns, .. } = own();
    let workload = "work".to_owned();
    old.run.plan.groups.push(Group { workload, params, tasks, wait_ns, cells: python, ..Group::default() });
    old.samples.iter_mut().for_each(|sample| sample.group_params = None);
    let summary = Summary::from_results(&old);
    let shown: Vec<(&str, usize)> =
        summary.groups.iter().map(|group| (group.title.as_str(), group.rows.len())).collect();
    assert_eq!(shown, [("work, length 900, tasks 8", 2), ("work, length 100, tasks 3", 2)]);
    let (old, new) = (&summary.groups[1], &Summary::from_results(&run("cpu")).groups[0]);
    let ratio = |group, runner| row(group, runner).ratio;
    assert_eq!(ratio(old, "python-process-pool"), ratio(new, "python-process-pool"), "what they say is the same");
}

#[test]
fn ratios_and_ceilings_are_those_of_the_family() {
    let summary = Summary::from_results(&run("cpu"));
    let group = &summary.groups[0];
    let near = |value: Option<f64>, wanted: f64| value.is_some_and(|value| (value / wanted - 1.0).abs() < 0.01);
    let ratio = |runner| row(group, runner).ratio.map(|ratio| ratio.value);
    assert!(near(ratio("thread-pool"), 4.0) && near(ratio("python-process-pool"), 2.0), "{group:?}");
    let ideal = |runner| row(group, runner).ideal_cores;
    assert!(near(ideal("thread-pool"), 4.0), "8 tasks are two batches of 4");
    assert!(near(ideal("python-process-pool"), 3.0), "3 tasks are one batch of 3: {:?}", ideal("python-process-pool"));
    let rate = |runner| row(group, runner).per_second.map(|rate| rate.value);
    assert!(near(rate("thread-pool"), 80.0) && near(rate("python-process-pool"), 100.0), "8 and 3 tasks a run");
    let lines = String::from_utf8(csv::summary(&summary).expect("written")).expect("text");
    let of_python: Vec<&str> = lines.lines().filter(|line| line.contains("python-")).collect();
    assert!(of_python.iter().all(|line| line.contains(r#""{""length"":100,""tasks"":3}",cpu,3,"#)), "{of_python:?}");
    assert!(lines.lines().skip(1).all(|line| line.contains(",some-work,")), "{lines}");
}

#[test]
fn a_baseline_of_another_scale_is_none() {
    let mut results = run("cpu");
    let info = results.run.runners.get_mut("python-process-pool").expect("it is there");
    info.baseline = "sequential".to_owned();
    let summary = Summary::from_results(&results);
    assert_eq!(row(&summary.groups[0], "python-process-pool").ratio, None);
}

#[test]
fn waits_are_held_against_the_familys_own() {
    let mut results = run("io");
    for info in results.run.runners.values_mut() {
        info.baseline = "none".to_owned();
    }
    let summary = Summary::from_results(&results);
    let over = |runner| row(&summary.groups[0], runner).ratio.map(|ratio| ratio.value.round());
    assert_eq!((over("thread-pool"), over("python-process-pool")), (Some(5.0), Some(6.0)));
}

#[test]
fn reports_say_which_family_does_less() {
    let report = Report::from_results(run("cpu"), &Claims::default());
    let text = markdown::summary(&report);
    for sentence in [
        "## some work",
        "workload work, length 900, tasks 8",
        "In cpython: length 100, tasks 3. Compare its ratios with those of other families, but not its wall times.",
        "for at least 5.00 ms uncounted, so that its workers were awake, but not in cpython.",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
    let samples = regatta_reports::views::findings::samples(&report.summary.groups[0]);
    assert_eq!(samples.to_string(), "Wall times of each family at its own scale");
}

#[test]
fn claims_are_judged_at_the_scale_of_each_family() {
    let claim = |params: &str, more: &str| {
        let text = format!(
            "[[claim]]\nid = 'c'\nstatement = 's'\nwhy = 'm'\nfamilies = ['native', 'cpython']\n[[claim.condition]]\n\
             statistic = 'speed-up'\nof = {{ workload = 'work', params = {{ {params} }}, models = ['thread-pool', 'process-pool'] }}\n{more}"
        );
        let claims = Claims::parse("test", &text).expect("a claim");
        let verdicts = claims.judge(&Summary::from_results(&run("cpu")));
        verdicts.iter().map(|verdict| (verdict.family.clone(), verdict.outcome())).collect::<Vec<_>>()
    };
    let [native, python] = ["native", "cpython"].map(str::to_owned);
    let holds = |family: &String| (family.clone(), Outcome::Holds);
    assert_eq!(claim("", "at-least = 1.9"), [holds(&native), holds(&python)]);
    assert_eq!(claim("length = 100", "at-least = 1.9"), [(native.clone(), Outcome::NotRun), holds(&python)]);
    let each = claim("", "per = ['tasks']\nat-least = 0.6");
    assert_eq!(each, [(native, Outcome::Fails), holds(&python)], "4 of 8 tasks, and 2 of 3");
}

#[test]
fn runs_of_other_scales_are_not_compared() {
    let base = run("cpu");
    let texts = |change: fn(&mut Group)| -> String {
        let mut new = base.clone();
        change(&mut new.run.plan.groups[0]);
        let scale = new.run.plan.groups[0].scale_of("cpython");
        for sample in new.samples.iter_mut().filter(|sample| sample.group_params.is_some()) {
            sample.params.clone_from(&scale.params);
        }
        let differences = Comparison::of_runs(&base, &new).differences;
        differences.iter().map(|difference| difference.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(texts(|_| ()), "");
    assert_eq!(texts(|group| group.title = "another name".to_owned()), "");
    let longer = texts(|group| {
        group.scale.values_mut().for_each(|scale| scale.params = params(200, 3));
    });
    assert_eq!(
        longer,
        "The plans give `work` different work: (length 100, tasks 3) and (length 200, tasks 3), in cells of cpython."
    );
    let hotter = texts(|group| group.scale.values_mut().for_each(|scale| scale.hot_ns = 1_000_000));
    assert_eq!(hotter, "In `work` cells of cpython ran uncounted for 0 ns and for 1.00 ms before each counted run.");
    let without = texts(|group| {
        group.cells.retain(|cell| !cell.runner.starts_with("python"));
        group.scale.clear();
    });
    assert_eq!(without, "", "what one of them lacks is no difference of the plans");
}

#[test]
fn runs_of_other_scales_do_not_stand_side_by_side() {
    let beside = |change: fn(&mut Results)| {
        let mut other = run("cpu");
        other.run.machine.cpu = "Other".to_owned();
        change(&mut other);
        let entries: Vec<Entry> = [run("cpu"), other]
            .into_iter()
            .enumerate()
            .map(|(at, results)| Entry::new(at, format!("run-{at}").into(), results, &Claims::default()))
            .collect();
        SideBySide::from_entries(&entries).map(|beside| beside.groups.len()).unwrap_or(0)
    };
    assert_eq!(beside(|_| ()), 1);
    let longer = |results: &mut Results| {
        for scale in results.run.plan.groups[0].scale.values_mut() {
            scale.params = params(200, 3);
        }
    };
    assert_eq!(beside(longer), 0);
}
