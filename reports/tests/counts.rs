//! What is shown and said of the events that the kernel counted.

mod common;

use std::path::Path;

use regatta_reports::compare::{Comparison, Conclusion};
use regatta_reports::documents::html::comparison as page;
use regatta_reports::documents::markdown::comparison as markdown;
use regatta_reports::documents::terminal::comparison as terminal;
use regatta_reports::figures::Count;
use regatta_reports::record::Counts;
use regatta_reports::{Claims, Report, Results, Summary, tables};

fn stored() -> Results {
    Results::read_from(common::jsonl().as_bytes(), Path::new("made-up")).expect("the records can be read")
}

/// The stored run with counts: so many switches and faults more in each task of `runner`, and calls in its profile.
fn counted(runner: &str, more: u64) -> Results {
    let mut results = stored();
    for sample in &mut results.samples {
        let more = if sample.cell.runner == runner { more * sample.tasks } else { 0 };
        // Chance moves them by a few, and from process to process.
        let chance = u64::from(sample.round % 3 + sample.process);
        sample.counts = Counts {
            switches: Some(40 + chance + more),
            faults_minor: Some(20 + more),
            faults_major: Some(0),
            ..Counts::default()
        };
    }
    for profile in &mut results.profiles {
        let more = if profile.cell.runner == runner { more * 30 } else { 0 };
        let calls = |run: u64| Counts { calls: Some(60 + run % 2 + more), migrations: Some(3), ..Counts::default() };
        profile.counts = (0..3).map(calls).collect();
    }
    results
}

fn changed(comparison: &Comparison) -> Vec<(&str, Count)> {
    let changed = comparison.counted.iter().filter(|counted| counted.change.is_real());
    changed.map(|counted| (counted.label.as_str(), counted.count)).collect()
}

#[test]
fn one_event_more_in_each_task_is_seen_and_makes_no_cell_slower() {
    let [base, new] = [counted("thread", 0), counted("thread", 1)];
    let comparison = Comparison::of_runs(&base, &new);
    let changed = changed(&comparison);
    for count in [Count::Switches, Count::Faults, Count::Calls] {
        assert!(changed.contains(&("thread", count)), "{count:?}: {changed:?}");
    }
    assert!(changed.iter().all(|(label, _)| *label == "thread"), "nothing is said of the others: {changed:?}");
    let is_told = |cell: &Conclusion| cell.is_regression() || cell.is_improvement();
    assert!(!comparison.cells.iter().any(|cell| is_told(&cell.conclusion)), "times are judged by themselves");
    let switches = comparison.counted.iter().find(|counted| counted.label == "thread").expect("it was counted");
    assert!((switches.new - switches.base - 1.0).abs() < 1e-9, "figures are those of a task: {switches:?}");
    for text in [terminal(&comparison, false, 120), markdown(&comparison), page(&comparison).expect("a page")] {
        assert!(text.contains("page faults") && text.contains("Base, a task"), "{text}");
    }
}

#[test]
fn counts_that_do_not_change_are_said_to_be_none_and_older_records_have_none() {
    let same = Comparison::of_runs(&counted("thread", 0), &counted("thread", 0));
    assert_eq!(changed(&same), []);
    assert!(terminal(&same, false, 120).contains("none changed beyond chance and noise"));
    let older = Comparison::of_runs(&stored(), &counted("thread", 1));
    assert!(older.counted.is_empty() && !terminal(&older, false, 120).contains("page faults"));
}

#[test]
fn a_count_that_varies_as_much_as_it_changes_is_no_change() {
    let mut new = counted("thread", 0);
    for sample in new.samples.iter_mut().filter(|sample| sample.process == 0) {
        sample.counts.switches = Some(160);
    }
    assert_eq!(changed(&Comparison::of_runs(&counted("thread", 0), &new)), [], "one process of three makes no change");
}

#[test]
fn tables_show_what_was_counted_for_each_task() {
    let summary = Summary::from_results(&counted("thread", 0));
    let row = summary.groups[0].rows.iter().find(|row| row.cell.runner == "thread").expect("a row");
    let per_task = |count| row.per_task(count).map(|estimate| estimate.value * row.scale.tasks as f64);
    assert_eq!(per_task(Count::Faults), Some(20.0));
    assert_eq!(per_task(Count::Calls), Some(60.0));
    assert_eq!(per_task(Count::WakeUps), None);
    let shown = |results: Results| tables(&Report::from_results(results, &Claims::built_in()), false, 400);
    let text = shown(counted("thread", 0));
    assert!(text.contains("Faults/task") && text.contains("Calls/task") && !text.contains("Wakes/task"), "{text}");
    assert!(!shown(stored()).contains("/task"), "older records look as they did");
}
