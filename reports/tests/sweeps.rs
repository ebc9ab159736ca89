//! What a report makes of sweeps, from made-up records.

#[path = "common/sweeps.rs"]
mod made;
#[path = "common/visible.rs"]
mod visible;

use std::fs;
use std::path::Path;

use regatta_reports::documents::terminal;
use regatta_reports::figures::{Count, Line, Measure, Sweep};
use regatta_reports::judgement::reach::{Range, Reach};
use regatta_reports::record::{AxisOf, Counts};
use regatta_reports::{Claims, Report, Results, Summary, advice, write};

fn summary() -> Summary {
    Summary::from_results(&made::results())
}

fn sweep<'a>(summary: &'a Summary, title: &str) -> &'a Sweep {
    summary.sweeps.iter().find(|sweep| sweep.title == title).expect("the sweep is there")
}

fn line<'a>(sweep: &'a Sweep, label: &str) -> &'a Line {
    sweep.lines.iter().find(|line| line.label == label).expect("the line is there")
}

#[test]
fn the_cells_of_one_group_are_the_points_of_a_sweep_of_workers() {
    let summary = summary();
    let sweep = sweep(&summary, "primes by workers");
    assert_eq!(
        (sweep.slug.as_str(), sweep.of, sweep.groups.as_slice()),
        ("primes-by-workers", AxisOf::Workers, &[1][..])
    );
    assert_eq!(sweep.values(), [1.0, 2.0, 4.0, 8.0, 16.0]);
    assert!(sweep.is_geometric());
    assert_eq!(sweep.unit.words(16.0), "16 workers");
    let pool = line(sweep, "thread-pool");
    assert_eq!(pool.values(), sweep.values());
    let workers: Vec<u64> = pool.points.iter().map(|point| summary.row(*point).cell.workers).collect();
    assert_eq!(workers, [1, 2, 4, 8, 16]);
    let flat: Vec<(&str, bool)> =
        sweep.lines.iter().filter(|line| line.is_flat).map(|line| (line.label.as_str(), line.is_baseline)).collect();
    assert_eq!(flat, [("sequential", true), ("python-sequential", true), ("thread", false)]);
    assert!(
        flat.iter().all(|(label, _)| line(sweep, label).points.len() == 1 && line(sweep, label).values().is_empty())
    );
}

#[test]
fn work_that_grows_with_its_workers_has_a_group_a_point() {
    let summary = summary();
    let sweep = sweep(&summary, "primes that grow with workers");
    assert_eq!(sweep.groups.len(), 4);
    let sequential = line(sweep, "sequential");
    assert_eq!((sequential.values(), sequential.is_flat), (vec![1.0, 2.0, 4.0, 8.0], false), "its work grows, too");
    let point = sequential.at(8.0).expect("a point");
    assert_eq!(summary.row(point).scale.tasks, 128);
    assert_eq!(line(sweep, "rayon").values(), sequential.values());
}

#[test]
fn a_family_has_its_own_values_of_a_parameter() {
    let summary = summary();
    let sweep = sweep(&summary, "counting by grain");
    assert_eq!(line(sweep, "rayon").values(), [10.0, 100.0, 1e3, 1e4, 1e5]);
    assert_eq!(line(sweep, "python-thread-pool").values(), [1.0, 10.0, 100.0, 1e3, 1e4]);
    assert!(sweep.is_geometric());
    assert_eq!(sweep.values().len(), 6);
}

#[test]
fn a_line_may_lack_points_that_others_have() {
    let summary = summary();
    let sweep = sweep(&summary, "sleep by waits");
    assert_eq!((line(sweep, "async").points.len(), line(sweep, "thread").points.len()), (7, 6));
    assert!(line(sweep, "thread").at(10_000.0).is_none());
    assert!(!self::sweep(&summary, "convoy by computing neighbours").is_geometric(), "it begins at 0");
}

#[test]
fn an_option_is_an_axis_and_who_lacks_it_is_flat() {
    let summary = summary();
    let sweep = sweep(&summary, "convoy by switch interval");
    assert_eq!(line(sweep, "gil-thread").values(), [500.0, 1e3, 5e3, 2e4]);
    assert!(line(sweep, "thread").is_flat);
    assert_eq!(sweep.unit.words(500.0), "switch interval 500 µs");
}

#[test]
fn slugs_and_titles_are_distinct() {
    let summary = summary();
    let slugs = summary.groups.iter().map(|group| &group.slug).chain(summary.sweeps.iter().map(|sweep| &sweep.slug));
    let slugs: Vec<&String> = slugs.collect();
    let distinct: std::collections::BTreeSet<&&String> = slugs.iter().collect();
    assert_eq!(slugs.len(), distinct.len(), "{slugs:?}");
    let titles: Vec<&str> =
        sweep(&summary, "empty by tasks").groups.iter().map(|at| summary.groups[*at].title.as_str()).collect();
    assert_eq!(titles, ["empty by tasks, tasks 100", "empty by tasks, tasks 1000", "empty by tasks, tasks 10000"]);
    assert_eq!(summary.groups[0].title, "primes", "sweeps of the same workload give it no longer name");
}

#[test]
fn sweeps_take_no_part_in_what_is_compared_as_it_is() {
    let summary = summary();
    let unswept: Vec<&str> = summary.unswept().map(|group| group.slug.as_str()).collect();
    assert_eq!(unswept, ["primes"]);
    for (place, group) in summary.groups.iter().enumerate() {
        let sweep = group.sweep.map(|sweep| &summary.sweeps[sweep]);
        assert_eq!(sweep.is_some_and(|sweep| sweep.groups.contains(&place)), place > 0);
    }
    let contests = advice::from_summary(&summary).into_iter().flat_map(|advice| advice.contests);
    assert!(contests.map(|contest| contest.slug).all(|slug| slug == "primes"));
}

#[test]
fn a_report_has_a_section_and_pictures_of_each_sweep() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let results = made::results();
    fs::write(folder.join("results.jsonl"), made::jsonl(&results)).expect("the records are written");
    let report = Report::from_results(results, &Claims::built_in());
    let files = write(&report, &folder).expect("the report is written");
    let page = fs::read_to_string(files.index).expect("the page is there");
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "a link to {link} leads nowhere");
    }
    for sweep in &report.summary.sweeps {
        for slug in sweep.groups.iter().map(|group| &report.summary.groups[*group].slug).chain([&sweep.slug]) {
            assert_eq!(page.matches(&format!("id=\"{slug}\"")).count(), 1, "a link to {slug} leads somewhere");
        }
        let own = files.pictures.iter().filter(|path| path.ends_with(format!("{}-curve-speedup.png", sweep.slug)));
        assert_eq!(own.count(), usize::from(page.contains(&format!("id=\"{}-curve-speedup\"", sweep.slug))));
    }
}

/// Holds a text against its snapshot. If a change is meant, the `.snap.new` beside it takes its place.
fn hold(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What is between two lines of a text, the first of them included.
fn part(text: &str, first: &str, end: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with(first));
    lines.take_while(|line| !line.starts_with(end)).collect::<Vec<&str>>().join("\n")
}

#[test]
fn every_medium_shows_sweeps() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps-shown");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let report = Report::from_results(made::results(), &Claims::default());
    write(&report, &folder).expect("the report is written");
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("the file is there");
    hold("sweeps-brief-80", &terminal::brief(&report, false, 80));
    hold("sweeps-tables-120", &terminal::tables(&report, false, 120));
    hold("sweeps.md", &part(&read("summary.md"), "## At a glance", "## Columns"));
    let page = read("index.html");
    hold("sweeps.html-text", &part(&visible::text(&page), "## Every runner in every workload", "## What was measured"));
    hold("sweeps.html-charts", &visible::charts(&page));
}

#[test]
fn a_row_of_the_csv_says_of_which_sweep_it_is_and_where() {
    let csv = regatta_reports::documents::csv::summary(&summary()).expect("written");
    let csv = String::from_utf8(csv).expect("text");
    let ends: Vec<&str> = csv.lines().filter_map(|line| line.rsplit_once(",,,,,").map(|(_, end)| end)).collect();
    for end in ["", "primes by workers,workers,16", "primes by workers,workers,", "counting by grain,from,100"] {
        assert!(ends.contains(&end), "{end}: {ends:?}");
    }
}

#[test]
fn counts_that_vary_along_the_axis_are_curves() {
    let mut results = made::results();
    let measures = |results: &Results| {
        let summary = Summary::from_results(results);
        Measure::all_of(&summary, sweep(&summary, "primes by workers"))
    };
    let (switches, faults) = (Measure::PerTask(Count::Switches), Measure::PerTask(Count::Faults));
    assert!(!measures(&results).contains(&switches), "older records have none");
    for sample in &mut results.samples {
        let counts = Counts { switches: Some(100 * sample.cell.workers), faults_minor: Some(300), ..Counts::default() };
        sample.counts = Counts { faults_major: Some(0), ..counts };
    }
    let found = measures(&results);
    assert!(found.contains(&switches) && !found.contains(&faults), "faults are the same everywhere: {found:?}");
}

#[test]
fn what_is_built_into_the_curves_is_found() {
    let summary = summary();
    let reach = |title: &str, label: &str| {
        Reach::of_line(&summary, line(sweep(&summary, title), label)).expect("speed-ups along the axis")
    };
    for label in ["thread-pool", "process-pool", "rayon", "python-process-pool"] {
        let reach = reach("primes by workers", label);
        assert_eq!(
            (reach.outperforms_at(), reach.range(), reach.enough),
            (Some(2.0), Range::From(2.0), Some(4.0)),
            "{label}"
        );
    }
    let under_a_lock = reach("primes by workers", "python-thread-pool");
    assert_eq!((under_a_lock.outperforms_at(), under_a_lock.range()), (None, Range::Nowhere));
    assert_eq!(reach("counting by grain", "rayon").range(), Range::From(1_000.0));
    assert_eq!(reach("counting by grain", "thread-pool").range(), Range::From(10_000.0));
    let sequential = sweep(&summary, "primes by workers");
    assert!(Reach::of_line(&summary, line(sequential, "sequential")).is_none(), "it is compared with nothing");
}

#[test]
fn advice_along_an_axis_is_silent_where_rounds_do_not_tell() {
    let said = |rounds: u32| {
        let mut results = made::results();
        results.samples.retain(|sample| sample.round < rounds);
        let summary = Summary::from_results(&results);
        advice::along_sweeps(&summary).into_iter().map(|course| summary.sweeps[course.sweep].title.clone()).collect()
    };
    let all: Vec<String> = said(14);
    assert!(all.iter().any(|title| title == "sleep by waits") && all.iter().any(|title| title == "primes by workers"));
    assert!(!all.iter().any(|title| title.starts_with("convoy")), "how long computing takes there is up to the waits");
    assert_eq!(said(3), Vec::<String>::new(), "3 rounds tell nothing");
}

#[test]
fn the_matrix_says_where_runners_gain_and_where_they_are_the_best() {
    let report = Report::from_results(made::results(), &Claims::default());
    let field = |runner: &str, title: &str| {
        let column = report.matrix.heads.iter().position(|head| head.title == title).expect("a column");
        let line = report.matrix.lines.iter().find(|line| line.runner == runner).expect("a line");
        line.fields[column].figure.clone()
    };
    assert!(field("rayon", "primes by workers").starts_with("≤4: 3.8"), "more workers than cores are of no use");
    assert!(field("rayon", "counting by grain").starts_with("≥1,000: 3.8"));
    assert_eq!(field("gil-thread-pool", "primes by workers"), "no gain");
    assert_eq!(field("thread", "sleep by waits"), "best ≤100");
    assert_eq!(field("async", "sleep by waits"), "best ≥100");
    assert_eq!(field("async", "convoy by switch interval"), "");
}
