//! The short form of the terminal, from made-up runs of the default plan: with a lock and without one, and on a machine whose threads are no help.
//!
//! Snapshots hold it at widths of 80, 60 and 40 columns. A snapshot that differs fails the test, whatever the environment. If the change is
//! meant, the `.snap.new` beside it takes its place (`cargo insta accept` does that).

#[path = "worlds/mod.rs"]
mod simulator;

use regatta_reports::documents::terminal;
use regatta_reports::{Claims, Report, Results, text};
use simulator::machine::World;
use simulator::model::{Cell, Figures};
use simulator::records::run;

/// Lines of the short form, with those that say where the page is and what was cut.
const LINES: usize = 60;
/// Lines that are in view at the end.
const IN_VIEW: usize = 40;
/// Lines behind the short form: where the page is, that the run was stopped, and how many cells failed.
const BEHIND: usize = 3;

fn is_computing(cell: &Cell) -> bool {
    matches!(cell.workload, "primes" | "counting")
}

/// Threads that use no core but one.
fn no_help(cell: Cell, figures: &mut Figures) {
    if is_computing(&cell) && cell.is_in_threads() && !cell.has_lock() {
        figures.wall *= 1.95;
        figures.cpu = figures.wall;
    }
}

/// A lock that nobody holds, in an interpreter that says it has none.
fn free_threads(cell: Cell, figures: &mut Figures) {
    if !cell.is_python() {
        return;
    }
    if is_computing(&cell) && cell.is_in_threads() {
        figures.wall /= 1.93;
    }
    if cell.workload == "convoy" && cell.param("beside") > 0.0 {
        figures.latency -= cell.world.interval_ns;
    }
}

fn with_a_lock() -> Results {
    run(&World::USUAL, 1, |_, _| ())
}

fn without_help() -> Results {
    run(&World::USUAL, 2, no_help)
}

fn without_a_lock() -> Results {
    let mut results = run(&World::USUAL, 3, free_threads);
    for info in results.run.runners.values_mut().filter(|info| info.family == "cpython") {
        (info.gil, info.version) = (Some(false), "CPython 3.13.1, GIL disabled".to_owned());
    }
    results
}

fn brief(results: Results, width: u16) -> String {
    terminal::brief(&Report::from_results(results, &Claims::built_in()), false, width)
}

/// Returns the lines that are in view at the end of a run.
fn in_view(brief: &str) -> Vec<&str> {
    let lines: Vec<&str> = brief.lines().collect();
    lines[(lines.len() + BEHIND).saturating_sub(IN_VIEW)..].to_vec()
}

/// Returns the rest of the sentence on a topic, in one line.
fn sentence(lines: &[&str], topic: &str) -> String {
    let rest = lines.iter().skip_while(|line| !line.starts_with(topic));
    let is_next = |line: &str| line.is_empty() || ["Waiting: ", "Both: ", "Use: "].iter().any(|t| line.starts_with(t));
    let mut words: Vec<&str> = Vec::new();
    for (at, line) in rest.enumerate() {
        if at > 0 && is_next(line) {
            break;
        }
        words.push(line);
    }
    words.join(" ")
}

#[test]
fn the_short_form_from_made_up_runs() {
    for (name, results) in [("lock", with_a_lock()), ("no-help", without_help()), ("no-lock", without_a_lock())] {
        for width in [80, 60, 40] {
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            let text = brief(results.clone(), width);
            settings.bind(|| insta::assert_snapshot!(format!("made-up-{name}-{width}"), text));
        }
    }
}

#[test]
fn it_has_few_lines_and_none_is_too_long() {
    for results in [with_a_lock(), without_help(), without_a_lock()] {
        for width in [120, 80, 60, 40] {
            let brief = brief(results.clone(), width);
            let count = brief.lines().count() + BEHIND;
            assert!(count <= LINES || width < 60, "{count} lines of {width} columns:\n{brief}");
            let longest = brief.lines().map(text::width).max().unwrap_or(0);
            assert!(longest <= usize::from(width), "{longest} columns of {width}:\n{brief}");
        }
    }
}

/// Whether words that belong to a question are all in one sentence, or one row, of what is in view.
#[test]
fn its_last_lines_answer_the_questions() {
    let (lock, no_help, no_lock) = (brief(with_a_lock(), 80), brief(without_help(), 80), brief(without_a_lock(), 80));
    let computing = |brief: &str| sentence(&in_view(brief), "Computing: ");
    let says = |brief: &str, words: &[&str]| {
        let said = computing(brief);
        let sentences: Vec<&str> = said.split_inclusive(". ").collect();
        let is_there = sentences.iter().any(|sentence| {
            let mut rest = *sentence;
            words.iter().all(|word| rest.split_once(word).map(|(_, behind)| rest = behind).is_some())
        });
        assert!(is_there, "{words:?} in {said}");
    };
    // Do threads help computing here? By how much, how sure?
    says(&lock, &["native", "threads (1.9", "x [1.", "]", "use every core"]);
    says(&no_help, &["native", "threads (0.5", "do not use every core"]);
    // Under a GIL?
    says(&lock, &["GIL", "threads (", "gain nothing"]);
    says(&lock, &["CPython 3.11 with its GIL", "threads (", "gain nothing"]);
    says(&no_lock, &["CPython 3.13 without a GIL", "threads (", "use every core"]);
    // Processes?
    says(&lock, &["CPython 3.11 with its GIL", "processes (", "use every core"]);
    // What for many waits?
    let in_view = in_view(&lock);
    assert!(in_view.iter().any(|line| line.contains("100 waits")), "{lock}");
    let waiting = sentence(&in_view, "Waiting: ");
    assert!(waiting.contains("One thread with coroutines hides waits"), "{waiting}");
    // What one does to the other.
    let both = sentence(&in_view, "Both: ");
    assert!(both.contains("by about a switch interval"), "{both}");
    // How sure is all of it?
    assert!(in_view.iter().any(|line| line.starts_with("Claims: ")), "{lock}");
}

#[test]
fn a_report_of_few_groups_counts_the_claims_that_were_not_run() {
    let mut few = with_a_lock();
    few.run.plan.groups.truncate(1);
    let workload = few.run.plan.groups[0].workload.clone();
    few.samples.retain(|sample| sample.workload == workload);
    let few = Report::from_results(few, &Claims::built_in());
    let lines = |text: String| text.lines().filter(|line| line.contains("not run")).count();
    assert_eq!(lines(terminal::few_tables(&few, false, 100)), 2, "in the tally, and in a line of their own");
    assert!(lines(terminal::tables(&few, false, 100)) > 2, "each by its reason");
}
