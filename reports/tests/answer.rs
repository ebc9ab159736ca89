//! What the page says first, from made-up records of two machines: one where the usual answers are true, and one where they are not.
//!
//! The snapshots hold picture, sentences and table of verdicts as a reader sees them; the tests below say which questions they answer.

#[path = "worlds/mod.rs"]
mod simulator;
#[path = "common/visible.rs"]
mod visible;

use regatta_reports::documents::html::{self, Charts};
use regatta_reports::drawing::palette::Palette;
use regatta_reports::{Claims, Report, charts};
use simulator::machine::World;
use simulator::model::{Cell, Figures};
use simulator::records;
use simulator::truths::falsehoods;

/// What is otherwise on the second machine, by the names of its falsehoods.
const OTHERWISE: [&str; 6] = [
    "a lock that does not lock",
    "pools and schedulers on half of the cores",
    "threads that wait one after another",
    "a loop that waits for one thing after another",
    "a lock that is let go at once",
    "a convoy without a lock",
];

fn usual(_: Cell, _: &mut Figures) {}

fn otherwise(cell: Cell, figures: &mut Figures) {
    let all = falsehoods();
    for falsehood in all.iter().filter(|falsehood| OTHERWISE.contains(&falsehood.name)) {
        (falsehood.breaking)(cell, figures);
    }
}

/// The page of a run on two very quiet cores, with the charts of the answer alone.
fn page(breaking: fn(Cell, &mut Figures)) -> String {
    let results = records::run(&World { noise: 0.2, ..World::USUAL }, 1, breaking);
    let report = Report::from_results(results, &Claims::built_in());
    let palette = Palette::from_summaries([&report.summary]);
    let charts = Charts { answer: charts::of_answer(&report.answer, &palette).expect("drawn"), ..Charts::default() };
    html::page(&report, &charts, &palette).expect("the page is made")
}

/// The part of a page from one text to another.
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).expect("the part begins");
    rest.split_once(to).expect("the part ends").0
}

/// The sentences, a paragraph each.
fn sentences(page: &str) -> String {
    visible::text(part(page, "<dl class=\"answer\">", "</dl>"))
}

/// All that the first screen says, and the table of verdicts.
fn first(page: &str) -> String {
    let answer = part(page, "<section id=\"answer\">", "</section>");
    let verdicts = part(page, "<section id=\"claims\">", "<details id=\"reasons\">");
    format!("{}\n{}\n{}", visible::text(answer), visible::charts(answer), visible::text(verdicts))
}

#[test]
fn the_first_screen_of_both_answers() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!("answer-usual", first(&page(usual)));
        insta::assert_snapshot!("answer-otherwise", first(&page(otherwise)));
    });
}

/// Each part of the answer has its sentence, and the verdicts that it rests on.
fn expect(page: &str, said: &[&str], unsaid: &[&str]) {
    let text = sentences(page);
    for part in said {
        assert!(text.contains(part), "no sentence says {part:?}:\n{text}");
    }
    for part in unsaid {
        assert!(!text.contains(part), "a sentence says {part:?}:\n{text}");
    }
    for topic in ["Computing", "Waiting", "Both"] {
        let of_topic = part(page, &format!("<dt>{topic}</dt>"), "</dd>");
        let claim = part(of_topic, "<a href=\"#", "\"");
        assert!(page.contains(&format!("<tr id=\"{claim}\"")), "{topic}: there is no line {claim}");
    }
}

#[test]
fn each_question_has_its_sentence() {
    let said =
        ["use every core", "gain nothing", "Threads hide waits", "it does not", "for computing", "for many waits"];
    expect(&page(usual), &said, &["against the rule", "undecided"]);
}

#[test]
fn each_question_has_its_sentence_where_the_answer_is_the_other_one() {
    let said = ["do not use every core", "do gain, against the rule", "do not hide waits", "it does, against the rule"];
    expect(&page(otherwise), &said, &["threads gain nothing", "Threads hide waits", "it does not"]);
}
