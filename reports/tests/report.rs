//! The whole way from `results.jsonl` to the files of a report: of a usual run, of hostile ones, and of large ones.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use regatta_reports::advice::Situation;
use regatta_reports::documents::html::{self, Charts};
use regatta_reports::drawing::palette::Palette;
use regatta_reports::figures::Versus;
use regatta_reports::record::{CellId, FailureKind, Record, Sample, Segment};
use regatta_reports::views::matrix::{Mark, Matrix, State};
use regatta_reports::{Claims, Files, GroupSummary, Report, Results, Row, Summary, advice, charts, tables, write};

/// Charts of the fixture's report.
const PICTURES: usize = 1 + 6 * 5 + 1 + 2 + 1;

fn read(jsonl: &str) -> Results {
    Results::read_from(jsonl.as_bytes(), Path::new("results.jsonl")).expect("the fixture is well-formed")
}

/// An empty folder of the test's own; it stays, to be looked at.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn report(results: &Results) -> Report {
    Report::from_results(results.clone(), &Claims::built_in())
}

fn written(results: &Results, name: &str) -> (Files, String) {
    let files = write(&report(results), &folder(name)).expect("the report is written");
    let page = fs::read_to_string(&files.index).expect("the page is there");
    (files, page)
}

/// What the terminal shows, verdicts included.
fn shown(results: &Results, colour: bool, width: u16) -> String {
    tables(&report(results), colour, width)
}

fn group<'a>(summary: &'a Summary, slug: &str) -> &'a GroupSummary {
    summary.groups.iter().find(|group| group.slug == slug).expect("the group is there")
}

fn row<'a>(summary: &'a Summary, slug: &str, label: &str) -> &'a Row {
    group(summary, slug).rows.iter().find(|row| row.label == label).expect("the row is there")
}

#[test]
fn a_usual_run_gives_every_file() {
    let folder = folder("usual");
    fs::write(folder.join("results.jsonl"), common::jsonl()).expect("written");
    let results = Results::read(&folder).expect("read back");
    assert_eq!(results, Results::read(&folder.join("results.jsonl")).expect("by the file itself"));
    let report = write(&report(&results), &folder).expect("the report is written");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        report.pictures.len(),
        PICTURES,
        "the answer, 6 groups of 5 charts, latencies, 2 charts of profiles, a cost"
    );
    assert_eq!(
        names.len(),
        PICTURES + 5,
        "pictures, page, summaries, verdicts and the records; no temporary file is left: {names:?}"
    );
    for name in [
        "primes-samples.png",
        "primes-speedup.png",
        "primes-cores.png",
        "primes-utilisation.png",
        "sleep-wait.png",
        "primes-why.png",
        "primes-timeline.png",
        "primes-lanes.png",
        "echo-latency.png",
        "costs-task.png",
    ] {
        let png = fs::read(folder.join(name)).expect(name);
        assert!(png.starts_with(b"\x89PNG") && png.len() > 5000, "{name} is a picture with something in it");
    }
}

#[test]
fn figures_are_those_of_the_fixture() {
    let summary = Summary::from_results(&read(&common::jsonl()));
    assert_eq!(summary.groups.len(), 6);
    let primes = group(&summary, "primes");
    assert_eq!(primes.versus, Versus::Baseline);
    assert_eq!(primes.rows.len(), 11);
    let rayon = row(&summary, "primes", "rayon");
    let ratio = rayon.ratio.expect("it has a ratio");
    assert!((ratio.value - 1.95).abs() < 0.02 && ratio.low <= ratio.value && ratio.value <= ratio.high, "{ratio:?}");
    assert!((rayon.effective_cores.expect("it has cores").value - 1.96).abs() < 1e-6);
    assert_eq!(rayon.ideal_cores, Some(2.0));
    assert!(rayon.differs());
    assert!(!row(&summary, "primes", "sequential (a-a)").differs(), "a copy does not differ from itself");
    assert_eq!(row(&summary, "primes", "async-single").ideal_cores, Some(1.0));
    let sleep = group(&summary, "sleep");
    assert_eq!(sleep.versus, Versus::Wait);
    assert_eq!(sleep.skipped.len(), 2);
    let over = row(&summary, "sleep", "thread").ratio.expect("it has a ratio").value;
    assert!((1.0..1.1).contains(&over), "{over}");
    let crashed = row(&summary, "switch", "green");
    assert_eq!((crashed.samples(), crashed.failures.len()), (3, 1));
    assert!(!crashed.wall.expect("three samples").is_interval());
    let limited = row(&summary, "empty", "process");
    assert_eq!((limited.samples(), limited.missing().as_deref()), (0, Some("not run: limit")));
}

#[test]
fn the_page_loads_nothing_and_has_no_nonsense() {
    let (_, page) = written(&read(&common::jsonl()), "page");
    assert_eq!(page.matches("<svg ").count(), PICTURES + 1, "the answer is there for narrow screens, too");
    for loads in ["src=", "url(", "@import", "http://", "https://"] {
        let count = page.replace("http://www.w3.org/2000/svg", "").matches(loads).count();
        assert_eq!(count, 0, "{loads}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf "), "no figure is nonsense");
}

#[test]
fn a_large_plan_stays_under_two_megabytes() {
    let mut results = read(&common::jsonl());
    let first = results.run.plan.groups[0].clone();
    let samples: Vec<_> = results.samples.iter().filter(|sample| sample.workload == "primes").cloned().collect();
    results.run.plan.groups.clear();
    results.samples.clear();
    for copy in 0..8 {
        let mut group = first.clone();
        group.workload = format!("primes-{copy}");
        let mut extra = group.cells[10].clone();
        extra.arm = "a-b".to_owned();
        group.cells.push(extra.clone());
        let rounds =
            [0, common::ROUNDS].into_iter().flat_map(|shift| samples.iter().map(move |sample| (shift, sample)));
        for (shift, sample) in rounds {
            let mut sample = sample.clone();
            sample.workload.clone_from(&group.workload);
            sample.round += shift;
            if sample.cell.runner == "async-single" {
                let mut twin = sample.clone();
                twin.cell = extra.clone();
                results.samples.push(twin);
            }
            results.samples.push(sample);
        }
        results.run.plan.groups.push(group);
    }
    assert_eq!(results.samples.len(), 8 * 12 * 40);
    let (_, page) = written(&results, "large");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn nineteen_runners_on_many_cores_have_their_charts() {
    let mut results = read(&common::jsonl());
    let extra = [
        "gil-thread",
        "gil-thread-pool",
        "python-sequential",
        "python-thread",
        "python-thread-pool",
        "python-process",
        "python-process-pool",
        "python-asyncio",
        "python-gevent",
    ];
    let group = &mut results.run.plan.groups[0];
    let cells = extra.map(|runner| CellId { runner: runner.to_owned(), workers: 128, ..CellId::default() });
    group.cells.extend(cells.clone());
    let (workload, params) = (group.workload.clone(), group.params.clone());
    for (i, cell) in cells.into_iter().enumerate() {
        let wall_ns = 1_000_000_000 + 300_000_000 * i as u64;
        let sample = Sample { workload: workload.clone(), params: params.clone(), cell, wall_ns, ..Sample::default() };
        results.samples.extend((0..20).map(|round| Sample { round, cpu_ns: wall_ns * 3, ..sample.clone() }));
    }
    for (i, sample) in results.samples.iter_mut().enumerate() {
        let wall = sample.wall_ns;
        sample.per_core_ns = Some((0..128).map(|core| wall * ((core * 7 + i as u64) % 100) / 100).collect());
    }
    results.run.machine.usable_cores = 128;
    let (report, page) = written(&results, "many");
    assert_eq!(report.pictures.len(), PICTURES);
    for runner in extra {
        assert!(page.contains(&format!(">{runner}</text>")), "{runner} is labelled in full");
    }
}

#[test]
fn names_from_outside_are_escaped_everywhere() {
    let evil = "<script>alert(1)</script>\"'|\u{1b}[31m";
    let jsonl: String = common::records()
        .into_iter()
        .map(|mut record| {
            match &mut record {
                Record::Run(run) => {
                    run.plan.name = evil.to_owned();
                    run.machine.cpu = evil.to_owned();
                    for group in &mut run.plan.groups {
                        group.workload = group.workload.replace("primes", evil);
                        group.cells.iter_mut().for_each(|cell| cell.runner = cell.runner.replace("rayon", evil));
                        group.skipped.insert(evil.to_owned(), evil.to_owned());
                    }
                }
                Record::Sample(sample) => {
                    sample.workload = sample.workload.replace("primes", evil);
                    sample.cell.runner = sample.cell.runner.replace("rayon", evil);
                }
                Record::Error(failure) => failure.message = evil.to_owned(),
                Record::Profile(profile) => {
                    profile.workload = profile.workload.replace("primes", evil);
                    profile.source = evil.to_owned();
                }
                Record::Deadlock(deadlock) => deadlock.circle.iter_mut().for_each(|task| task.holds = evil.to_owned()),
                Record::Lone(lone) => lone.workload = evil.to_owned(),
                Record::Group(group) => group.workload = evil.to_owned(),
                Record::Capacity(_) | Record::Trial(_) | Record::End(_) => {}
            }
            serde_json::to_string(&record).expect("records are JSON") + "\n"
        })
        .collect();
    let results = read(&jsonl);
    let (report, page) = written(&results, "hostile");
    assert!(!page.contains("<script>alert"));
    assert_eq!(page.matches("<script").count(), 2, "only the page's own and its data");
    assert!(!page.contains('\u{1b}'));
    assert!(!fs::read_to_string(&report.markdown).expect("readable").contains("<script"));
    assert!(!shown(&results, false, 100).contains('\u{1b}'));
    assert!(report.pictures.iter().all(|path| path.file_name().is_some_and(|name| name.to_string_lossy().is_ascii())));
}

#[test]
fn absurd_figures_do_not_panic() {
    let mut results = read(&common::jsonl());
    for (i, sample) in results.samples.iter_mut().enumerate() {
        match i % 5 {
            0 => sample.wall_ns = 0,
            1 => (sample.wall_ns, sample.cpu_ns) = (u64::MAX, u64::MAX),
            2 => sample.per_core_ns = Some(vec![u64::MAX; i % 700]),
            3 => (sample.cpu_ns, sample.peak_rss_bytes, sample.per_core_ns) = (0, Some(u64::MAX), Some(Vec::new())),
            _ => (sample.wall_ns, sample.workers_seen, sample.per_core_ns) = (1, u64::MAX, None),
        }
    }
    results.run.machine.usable_cores = u64::MAX;
    results.run.machine.quota_cores = Some(-1.0);
    results.run.plan.budget_s = Some(f64::MAX);
    results.end = None;
    results.run.program.profile = "debug".to_owned();
    let (_, page) = written(&results, "absurd");
    assert!(page.contains("This run is incomplete") && page.contains("A debug build measured this"));
}

#[test]
fn the_matrix_tells_apart_what_became_of_each_cell() {
    let summary = Summary::from_results(&read(&common::jsonl()));
    let matrix = Matrix::from_summary(&summary, &[]);
    let field = |runner: &str, slug: &str| {
        let column = matrix.heads.iter().position(|head| head.slug == slug).expect("the group is there");
        matrix.lines.iter().find(|line| line.runner == runner).expect("the runner is there").fields[column].clone()
    };
    assert_eq!((matrix.lines.len(), matrix.heads.len()), (10, 6));
    assert_eq!(field("rayon", "primes").figure, "1.96x");
    assert_eq!(field("rayon", "primes").cores.as_deref(), Some("1.96"));
    assert_eq!((field("async-single", "primes").mark, field("rayon", "primes").mark), (Some(Mark::Noise), None));
    assert_eq!(field("green", "switch").mark, Some(Mark::FewRounds), "three rounds");
    assert_eq!(field("sequential", "primes").state, State::Baseline, "its copy is left out");
    assert_eq!(field("process", "empty").figure, "not run");
    assert!(field("process", "empty").detail.contains("ulimit -u 16384"));
    assert!(field("green", "switch").is_broken && !field("process", "empty").is_broken);
    assert_eq!(field("sequential", "sleep").figure, "left out");
    assert_eq!((field("thread", "sleep").figure, field("thread", "sleep").tint), ("1.04x wait".to_owned(), None));
    assert_eq!(field("thread", "empty").figure, "1/3,070");
}

#[test]
fn advice_follows_from_the_contests() {
    let results = read(&common::jsonl());
    let summary = Summary::from_results(&results);
    let all = advice::from_summary(&summary);
    let of = |situation: Situation| all.iter().find(|advice| advice.situation == situation).expect("there is advice");
    let cpu = of(Situation::CpuBound);
    assert_eq!((cpu.family.as_str(), cpu.contests.len()), ("native", 2), "giving way is no computing");
    assert!(cpu.alike.iter().chain([&cpu.runner]).any(|runner| runner == "thread-pool"), "{cpu:?}");
    assert!(!cpu.alike.iter().any(|runner| runner == "process"), "{cpu:?}");
    assert_eq!(of(Situation::SmallTasks).runner, "sequential");
}

#[test]
fn profiles_are_drawn_with_their_source() {
    let results = read(&common::jsonl());
    let summary = Summary::from_results(&results);
    let palette = Palette::from_summaries([&summary]);
    let primes = group(&summary, "primes");
    let charts = charts::of_profiles(primes, &results.profiles, &palette).expect("drawn");
    let [timeline, lanes] = charts.as_slice() else { panic!("two charts, not {}", charts.len()) };
    assert!(timeline.title.contains("keeps 2.00 of 2 cores busy, async-single 1.00"), "{}", timeline.title);
    assert!(timeline.svg.contains("Source: proc-stat-whole-machine"));
    assert!(lanes.svg.contains("16 of 64 workers") && lanes.svg.contains("1 worker<"));
    assert!(charts::of_profiles(group(&summary, "echo"), &results.profiles, &palette).expect("drawn").is_empty());
}

#[test]
fn histograms_do_not_grow_the_page() {
    let mut results = read(&common::jsonl());
    let few = written(&results, "few-latencies").1.len();
    let mut long = String::new();
    for sample in results.samples.iter_mut().filter(|sample| sample.workload == "echo") {
        // So many different latencies that the text is thousands of characters long.
        long = common::latencies((1..20_000_u64).map(|i| i * i * 13 % 900_000_000 + 1_000));
        sample.histograms.insert("round_trip_ns".to_owned(), long.clone());
        sample.histograms.extend((0..4).map(|i| (format!("other-{i}"), long.clone())));
    }
    assert!(long.len() > 3_000, "{}", long.len());
    let many = written(&results, "many-latencies").1.len();
    // The chart has more bins to draw; of the texts, megabytes of them, the page has none.
    assert!(many < few + few / 10, "{few} bytes, then {many}");
}

#[test]
fn very_many_samples_stay_in_the_records() {
    let results = read(&common::jsonl());
    let mut summary = Summary::from_results(&results);
    let row = &mut summary.groups[0].rows[0];
    row.points = row.points.iter().cycle().take(100_001).copied().collect();
    let report = Report::from_summary(results, summary, &Claims::default());
    let page = html::page(&report, &Charts::default(), &Palette::default()).expect("the page is made");
    assert!(page.contains("they are in results.jsonl") && page.contains("\"groups\":[]"));
    assert!(page.len() < 500_000, "{} bytes", page.len());
}

#[test]
fn many_segments_stay_small() {
    let results = read(&common::jsonl());
    let mut profile = results.profiles[0].clone();
    profile.segments = (0..200_000)
        .map(|i| Segment { task: i % 64, worker: (i % 500) as u32, start_ns: i * 100, end_ns: i * 100 + 60 })
        .collect();
    let summary = Summary::from_results(&results);
    let charts = charts::of_profiles(group(&summary, "primes"), &[profile], &Palette::default()).expect("drawn");
    let lanes = charts.last().expect("lanes");
    assert!(lanes.svg.len() < 300_000, "{} bytes", lanes.svg.len());
}

#[test]
fn a_run_without_samples_still_has_its_sections() {
    let mut results = read(&common::jsonl());
    results.samples.clear();
    results.profiles.clear();
    let (report, page) = written(&results, "nothing");
    assert!(
        page.contains("<section id=\"echo\"")
            && page.contains("There is nothing to draw")
            && report.pictures.is_empty()
    );
    let empty = Results::default();
    assert!(written(&empty, "empty").1.contains("incomplete"));
}

#[test]
fn records_outside_the_plan_are_not_lost() {
    let mut results = read(&common::jsonl());
    results.run.plan.groups.truncate(1);
    results.run.plan.groups[0].cells.truncate(2);
    let summary = Summary::from_results(&results);
    assert_eq!(summary.groups.len(), 6);
    assert_eq!(group(&summary, "primes").rows.len(), 11);
    assert_eq!(row(&summary, "empty", "process").failures[0].kind, FailureKind::Limit);
}

#[test]
fn groups_of_one_workload_have_distinct_readable_names() {
    let mut results = read(&common::jsonl());
    let mut more = results.run.plan.groups[0].clone();
    more.params.insert("tasks".to_owned(), serde_json::json!(128));
    results.run.plan.groups.push(more.clone());
    more.params.insert("tasks".to_owned(), serde_json::json!("128"));
    results.run.plan.groups.push(more);
    let summary = Summary::from_results(&results);
    let slugs: Vec<&str> = summary.groups.iter().map(|group| group.slug.as_str()).collect();
    assert_eq!(
        slugs,
        ["primes-tasks-64", "counting", "switch", "empty", "sleep", "echo", "primes-tasks-128", "primes-tasks-128-2"]
    );
}

#[test]
fn the_terminal_fits_its_width() {
    let results = read(&common::jsonl());
    for width in [40, 60, 80, 100, 160] {
        let text = shown(&results, false, width);
        let tables = text.lines().filter(|line| line.contains('─') || line.contains(" ms ") || line.contains(" µs "));
        for line in tables.filter(|line| !line.contains(": ") && !line.starts_with("  ")) {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
        }
        assert!(text.contains("rayon") && !text.contains('\u{1b}'));
    }
    assert!(shown(&results, true, 100).contains("\u{1b}["));
}
