//! Runs side by side: what they share, what differs, and the files that say so.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use regatta_reports::documents::markdown::side_by_side as markdown;
use regatta_reports::record::Sample;
use regatta_reports::side_by_side::{Entry, SideBySide};
use regatta_reports::{Claims, Results, write_side_by_side};

fn read() -> Results {
    Results::read_from(common::jsonl().as_bytes(), Path::new("results.jsonl")).expect("the fixture is well-formed")
}

/// The fixture on another machine: with four cores, half as fast, without the groups of these workloads.
fn elsewhere(without: &[&str]) -> Results {
    let mut results = read();
    let keeps = |workload: &str| !without.contains(&workload);
    results.run.machine.cpu = "Other <b>CPU</b>".to_owned();
    results.run.machine.usable_cores = 4;
    results.run.program.revision = "abc1234".to_owned();
    results.run.plan.groups.retain(|group| keeps(&group.workload));
    for group in &mut results.run.plan.groups {
        group.cells.iter_mut().filter(|cell| cell.workers == 2).for_each(|cell| cell.workers = 4);
    }
    results.samples.retain(|sample| keeps(&sample.workload));
    results.failures.retain(|failure| keeps(&failure.workload));
    let change = |sample: &mut Sample| {
        sample.wall_ns *= 2;
        if sample.cell.workers == 2 {
            sample.cell.workers = 4;
        }
    };
    results.samples.iter_mut().for_each(change);
    results
        .failures
        .iter_mut()
        .filter(|failure| failure.cell.workers == 2)
        .for_each(|failure| failure.cell.workers = 4);
    results
}

fn entries(runs: Vec<Results>) -> Vec<Entry> {
    let entry = |(at, results)| Entry::new(at, PathBuf::from(format!("run-{at}")), results, &Claims::built_in());
    runs.into_iter().enumerate().map(entry).collect()
}

#[test]
fn machines_side_by_side() {
    let entries = entries(vec![read(), elsewhere(&["echo"]), elsewhere(&["echo", "sleep"])]);
    let beside = SideBySide::from_entries(&entries).expect("they share work");
    let titles: Vec<&str> = beside.groups.iter().map(|group| group.any.title.as_str()).collect();
    assert_eq!(titles, ["primes", "counting", "switch", "empty", "sleep"]);
    assert_eq!(beside.alone, ["A alone has echo (connections 20, round_trips 5)"]);
    assert!(beside.caution().contains("absolute times compare the machines"));
    let differs = |text: &str| {
        assert!(beside.differences.iter().any(|one| one.contains(text)), "{text}: {:?}", beside.differences);
    };
    differs("A and B: The CPUs differ: Imagined CPU 3000 and Other <b>CPU</b>.");
    differs("A and C: The numbers of usable cores differ: 2 and 4.");
    let rayon = beside.groups[0].lines.iter().find(|line| line.any.label == "rayon").expect("the line is there");
    assert_eq!(rayon.name(), "rayon (2, 4 workers)", "more cores, more workers, and still the same cell");
    assert!(rayon.sides.iter().all(Option::is_some));
    assert!(
        !beside.groups[0].lines.iter().any(|line| line.any.label.contains("a-a")),
        "copies are no cells of their own"
    );
    assert!(beside.groups[4].of_runs[2].is_none(), "two of three runs have it");

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("beside");
    fs::create_dir_all(&folder).expect("a folder");
    let page = fs::read_to_string(write_side_by_side(&beside, &folder).expect("written")).expect("the page is there");
    assert_eq!(fs::read_to_string(folder.join("summary.md")).expect("it is there"), markdown(&beside));
    assert!(fs::metadata(folder.join("primes-beside.png")).expect("a picture").len() > 10_000);
    assert!(!page.contains("<b>CPU"), "names are escaped");
    assert!(page.contains("this run does not have it"), "two of three runs have the waits");
    assert_eq!(page.matches("<section id=").count(), 2 + titles.len());
}

#[test]
fn commits_on_one_machine_and_runs_that_share_nothing() {
    let mut other = read();
    other.run.program.revision = "abc1234".to_owned();
    let same = entries(vec![read(), other]);
    let beside = SideBySide::from_entries(&same).expect("they share all");
    assert!(beside.caution().starts_with("The machines are the same") && beside.alone.is_empty());
    assert!(beside.tally().starts_with("All ") && beside.verdicts.iter().all(|verdicts| !verdicts.differ()));
    let strangers = entries(vec![elsewhere(&["primes", "counting", "switch"]), elsewhere(&["empty", "sleep", "echo"])]);
    let complaint = SideBySide::from_entries(&strangers).expect_err("nothing is shared").to_string();
    assert!(complaint.contains("A alone has empty (tasks 10000)") && complaint.contains("same plan"), "{complaint}");
}
