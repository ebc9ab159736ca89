//! Whole outputs, held by snapshots: what the records of two small runs give in every medium, to the last digit.
//!
//! `records/README.md` says what the runs are. A snapshot that differs fails the test, whatever the environment, and the new text is
//! beside the old one as `.snap.new`. If the change is meant, the new file takes the place of the old one (`cargo insta accept` does that).

#[path = "common/visible.rs"]
mod visible;

use std::fs;
use std::path::{Path, PathBuf};

use regatta_reports::Comparison;
use regatta_reports::documents::{html, markdown, terminal};
use regatta_reports::side_by_side::{Entry, SideBySide};
use regatta_reports::{Claims, Report, Results, write, write_side_by_side};

/// The records of a run: `base`, or `new` by another build.
fn records(name: &str) -> Results {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(format!("{name}.jsonl"));
    Results::read(&path).expect("the stored records can be read")
}

/// The report of the base run.
fn report() -> Report {
    Report::from_results(records("base"), &Claims::built_in())
}

/// A file of the report of the base run, which is written into a folder of the test's own.
fn written(file: &str) -> String {
    let folder = folder(&file.replace('.', "-"));
    write(&report(), &folder).expect("the report is written");
    fs::read_to_string(folder.join(file)).expect("the file is there")
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("snapshots").join(name);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// The two runs, compared.
fn compared() -> Comparison {
    Comparison::of_runs(&records("base"), &records("new"))
}

/// Holds a text against its snapshot.
fn hold(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // An escape character would make a file that editors and diffs take for binary.
    settings.bind(|| insta::assert_snapshot!(name, text.replace('\u{1b}', "␛")));
}

#[test]
fn the_terminal() {
    let report = report();
    hold("brief-80", &terminal::brief(&report, false, 80));
    hold("brief-120", &terminal::brief(&report, false, 120));
    hold("brief-120-colours", &terminal::brief(&report, true, 120));
    hold("terminal-80", &terminal::tables(&report, false, 80));
    hold("terminal-120", &terminal::tables(&report, false, 120));
    hold("terminal-120-colours", &terminal::tables(&report, true, 120));
}

#[test]
fn the_markdown() {
    hold("summary.md", &written("summary.md"));
}

#[test]
fn the_csv() {
    hold("summary.csv", &written("summary.csv"));
}

#[test]
fn the_verdicts() {
    hold("verdicts.json", &written("verdicts.json"));
}

#[test]
fn the_page() {
    let page = written("index.html");
    hold("index.html-text", &visible::text(&page));
    hold("index.html-charts", &visible::charts(&page));
}

#[test]
fn a_comparison() {
    let comparison = compared();
    hold("compare-80", &terminal::comparison(&comparison, false, 80));
    hold("compare-120", &terminal::comparison(&comparison, false, 120));
    hold("compare-120-colours", &terminal::comparison(&comparison, true, 120));
    hold("compare.md", &markdown::comparison(&comparison));
    hold("compare.html-text", &visible::text(&html::comparison(&comparison).expect("a page")));
}

#[test]
fn runs_side_by_side() {
    let claims = Claims::built_in();
    let entries =
        ["base", "new"].into_iter().enumerate().map(|(at, name)| Entry::new(at, name.into(), records(name), &claims));
    let entries: Vec<Entry> = entries.collect();
    let runs = SideBySide::from_entries(&entries).expect("they share work");
    hold("side-by-side.md", &markdown::side_by_side(&runs));
    let page = write_side_by_side(&runs, &folder("side-by-side")).expect("the page is written");
    let page = fs::read_to_string(page).expect("the page is there");
    hold("side-by-side.html-text", &visible::text(&page));
    hold("side-by-side.html-charts", &visible::charts(&page));
}
