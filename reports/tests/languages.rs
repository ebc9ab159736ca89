//! Runtimes of other languages in a report: the claims about them, and the table in which their times stand beside each other.

#[path = "worlds/mod.rs"]
mod simulator;

use regatta_reports::documents::markdown;
use regatta_reports::{Claims, Outcome, Report, Results, Summary, Verdict, tables, write};
use simulator::machine::World;
use simulator::model::{Cell, Figures};
use simulator::records;
use simulator::truths::falsehoods;

/// The records of two very quiet cores on which CPython's place is taken by another language.
fn run(family: &str, breaking: impl Fn(Cell, &mut Figures)) -> Results {
    let mut results = records::run(&World { noise: 0.2, ..World::USUAL }, 1, breaking);
    for info in results.run.runners.values_mut().filter(|info| info.family == "cpython") {
        (info.family, info.version) = (family.to_owned(), format!("{family} 3.1.2p20"));
    }
    for group in &mut results.run.plan.groups {
        if let Some(scale) = group.scale.remove("cpython") {
            group.scale.insert(family.to_owned(), scale);
        }
    }
    results
}

fn verdict_on<'v>(verdicts: &'v [Verdict], id: &str) -> &'v Verdict {
    verdicts.iter().find(|verdict| verdict.id == id).unwrap_or_else(|| panic!("no verdict on {id}"))
}

fn judged(results: &Results) -> Vec<Verdict> {
    Claims::built_in().judge(&Summary::from_results(results))
}

#[test]
fn a_run_without_other_languages_is_not_asked_about_them() {
    let verdicts = judged(&run("cpython", |_, _| {}));
    for id in ["gvl", "goroutines", "virtual-threads", "node-loop", "every-runtime-waits-cheaply"] {
        assert!(verdicts.iter().all(|verdict| verdict.id != id), "{id}");
    }
    let report = Report::from_results(run("cpython", |_, _| {}), &Claims::built_in());
    assert!(report.languages.is_empty() && !tables(&report, false, 200).contains("by language"));
}

#[test]
fn the_lock_of_another_interpreter_is_judged_within_its_language() {
    let verdicts = judged(&run("ruby", |_, _| {}));
    let gvl = verdict_on(&verdicts, "gvl");
    assert_eq!((gvl.outcome(), gvl.family.as_str()), (Outcome::Holds, "ruby"), "{}", gvl.judgement.why);
    assert!(verdicts.iter().all(|verdict| verdict.id != "goroutines"), "there is no Go");
    let free = falsehoods().into_iter().find(|world| world.claims.contains(&("cpu-gil-threads", "cpython")));
    let free = free.expect("a world in which threads under the lock gain");
    let verdicts = judged(&run("ruby", free.breaking));
    assert_eq!(verdict_on(&verdicts, "gvl").outcome(), Outcome::Fails, "{}", free.name);
}

#[test]
fn one_loop_that_uses_several_cores_is_not_one_loop() {
    // The model's worker threads are under its lock, so that half of the claim cannot hold.
    let verdicts = judged(&run("node", |_, _| {}));
    let node = verdict_on(&verdicts, "node-loop");
    assert_eq!(node.outcome(), Outcome::Fails, "{}", node.judgement.why);
    assert!(node.judgement.why.contains("thread-pool"), "{}", node.judgement.why);
}

#[test]
fn times_of_the_same_work_stand_beside_each_other_and_no_ratio_does() {
    let report = Report::from_results(run("ruby", |_, _| {}), &Claims::built_in());
    let languages = &report.languages;
    assert_eq!(languages.headings, ["native", "ruby 3.1"], "the modelled lock is no language");
    for work in &languages.works {
        let group = report.groups().map(|(group, _)| group).find(|group| group.title == work.title).expect("a group");
        assert!(!group.scale.contains_key("ruby"), "{}: who did less is not shown beside who did all", work.title);
        assert!(!work.times.iter().any(|times| times.to_string().contains('x')), "{work:?}");
    }
    assert!(!languages.works.is_empty());
    let heading = "The same work, by language";
    assert!(tables(&report, false, 200).contains(heading));
    assert!(markdown::summary(&report).contains(&format!("## {heading}\n")));
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(&report, folder.path()).expect("a folder that can be written to");
    let page = std::fs::read_to_string(folder.path().join("index.html")).expect("a page");
    assert!(page.contains(&format!("<h2>{heading}</h2>")));
}
