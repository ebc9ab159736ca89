//! The built-in claims on a run of the whole course: all hold where the figures are those to be expected, and each fails
//! where a harness, or a machine, shows something else.

#[path = "worlds/mod.rs"]
mod simulator;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regatta_reports::fidelity::Fidelity;
use regatta_reports::record::{Failure, FailureKind, Sample};
use regatta_reports::{Claims, Outcome, Report, Results, Summary, Verdict, tables, write};
use simulator::machine::World;
use simulator::model::{Cell, Figures};
use simulator::records;
use simulator::truths::falsehoods;

fn judged(results: &Results) -> Vec<Verdict> {
    Claims::built_in().judge(&Summary::from_results(results))
}

/// The records of two very quiet cores, with the figures that `breaking` leaves.
fn run(breaking: impl Fn(Cell, &mut Figures)) -> Results {
    records::run(&World { noise: 0.2, ..World::USUAL }, 1, breaking)
}

fn usual() -> Results {
    run(|_, _| {})
}

/// Ids and families of the verdicts with this outcome.
fn with(outcome: Outcome, verdicts: &[Verdict]) -> BTreeSet<(&str, &str)> {
    let wanted = verdicts.iter().filter(|verdict| verdict.outcome() == outcome);
    wanted.map(|verdict| (verdict.id.as_str(), verdict.family.as_str())).collect()
}

#[test]
fn every_claim_holds_for_every_family_that_can_show_it() {
    let verdicts = judged(&usual());
    for verdict in &verdicts {
        assert_eq!(verdict.outcome(), Outcome::Holds, "{} ({}): {}", verdict.id, verdict.family, verdict.judgement.why);
        assert!(verdict.notes.is_empty(), "{}: {:?}", verdict.id, verdict.notes);
        assert!(verdict.judgement.anchor.is_some());
    }
    let families = |id: &str| -> Vec<&str> {
        verdicts.iter().filter(|verdict| verdict.id == id).map(|verdict| verdict.family.as_str()).collect()
    };
    assert_eq!(families("cpu-gil-threads"), ["gil", "cpython"]);
    assert_eq!(families("cpu-threads-free"), ["native"]);
    assert_eq!(families("gil-convoy"), ["gil", "cpython"]);
    assert_eq!(families("no-convoy-without-gil"), ["native"]);
    assert_eq!(families("switch-costs"), ["native", "gil", "cpython"]);
    assert_eq!(verdicts.len(), 29);
}

#[test]
fn what_contradicts_a_claim_makes_it_fail() {
    for falsehood in falsehoods() {
        let verdicts = judged(&run(falsehood.breaking));
        let wanted = if falsehood.is_seen { Outcome::Fails } else { Outcome::Undecided };
        let found = with(wanted, &verdicts);
        for claim in falsehood.claims {
            assert!(found.contains(claim), "{}: {claim:?} must be {wanted:?}; these are: {found:?}", falsehood.name);
        }
    }
}

/// The usual run, in which a cell of `runner` failed in the last round of a workload.
fn with_failure(workload: &str, runner: &str, kind: FailureKind) -> Results {
    let mut results = usual();
    let is_of_cell =
        |sample: &&Sample| sample.workload == workload && sample.cell.runner == runner && sample.cell.arm.is_empty();
    let Sample { params, group_params, cell, process, round, .. } =
        results.samples.iter().rfind(is_of_cell).cloned().expect("the cell has samples");
    results.samples.retain(|sample| !(is_of_cell(&sample) && sample.round == round));
    results.failures.push(Failure {
        workload: workload.to_owned(),
        params,
        group_params,
        cell,
        process,
        round: Some(round),
        kind,
        message: "so it was made up".to_owned(),
    });
    results
}

#[test]
fn a_claim_does_not_hold_by_the_models_that_were_left_when_one_failed() {
    use FailureKind::{Crash, Protocol, Timeout, WrongAnswer};
    for (workload, runner, kind, claim) in [
        ("primes", "gil-thread", WrongAnswer, ("cpu-gil-threads", "gil")),
        ("counting", "python-gevent", Crash, ("cpu-coroutines", "cpython")),
        ("primes", "green", Timeout, ("coroutines-on-threads", "native")),
        ("switch", "async", Crash, ("switch-costs", "native")),
        ("sleep", "rayon", Protocol, ("io-pool-bound", "native")),
        ("primes", "sequential", Crash, ("cpu-gil-threads", "gil")),
        ("empty", "process", Crash, ("pool-amortises", "native")),
    ] {
        let verdicts = judged(&with_failure(workload, runner, kind));
        let verdict = verdicts.iter().find(|verdict| (verdict.id.as_str(), verdict.family.as_str()) == claim);
        let verdict = verdict.expect("the claim is judged");
        let why = &verdict.judgement.why;
        assert_eq!(verdict.outcome(), Outcome::Undecided, "{claim:?}: {why}");
        assert!(why.contains(runner) && why.contains(&format!("({}): so it was made up", kind.name())), "{why}");
    }
    let unavailable = judged(&with_failure("primes", "green", FailureKind::Unavailable));
    assert_eq!(with(Outcome::Holds, &unavailable).len(), 29, "what is not run is no failure");
}

#[test]
fn what_the_plan_has_and_nobody_reached_leaves_a_claim_undecided() {
    let mut results = usual();
    results.samples.retain(|sample| !(sample.workload == "primes" && sample.cell.runner == "green"));
    let verdicts = judged(&results);
    let undecided = with(Outcome::Undecided, &verdicts);
    assert_eq!(undecided, BTreeSet::from([("coroutines-on-threads", "native")]));
    let verdict = verdicts.iter().find(|verdict| verdict.outcome() == Outcome::Undecided).expect("one");
    assert!(verdict.judgement.why.contains("green in primes"), "{}", verdict.judgement.why);
    assert!(verdict.judgement.why.contains("was not reached"), "{}", verdict.judgement.why);
}

#[test]
fn a_switch_interval_that_the_records_do_not_say_is_taken_for_the_usual_one() {
    let why = |results: &Results| {
        let verdicts = judged(results);
        let verdict = verdicts.into_iter().find(|verdict| verdict.id == "gil-convoy" && verdict.family == "cpython");
        let verdict = verdict.expect("it is judged");
        assert_eq!(verdict.outcome(), Outcome::Holds, "{}", verdict.judgement.why);
        verdict.judgement.why
    };
    let mut results = usual();
    let said = why(&results);
    assert!(said.contains("1.02x the switch-interval (5.00 ms)"), "{said}");
    assert!(said.ends_with("people say 5 ms, which is the usual switch interval"), "{said}");
    results.samples.iter_mut().for_each(|sample| sample.figures.clear());
    assert!(why(&results).contains("(5.00 ms, which the records do not say and CPython has)"), "{}", why(&results));
    let short = World { noise: 0.2, interval_ns: 1e6, ..World::USUAL };
    let said = why(&records::run(&short, 1, |_, _| {}));
    assert!(said.contains("the switch-interval (1.00 ms)"), "{said}");
}

#[test]
fn without_a_python_its_claims_are_not_run_and_the_others_as_ever() {
    let mut results = usual();
    results.run.runners.retain(|name, _| !name.starts_with("python"));
    results.samples.retain(|sample| !sample.cell.runner.starts_with("python"));
    for group in &mut results.run.plan.groups {
        group.cells.retain(|cell| !cell.runner.starts_with("python"));
    }
    let verdicts = judged(&results);
    for verdict in &verdicts {
        let outcome = if verdict.family == "cpython" { Outcome::NotRun } else { Outcome::Holds };
        assert_eq!(verdict.outcome(), outcome, "{}: {}", verdict.id, verdict.judgement.why);
    }
    assert_eq!(with(Outcome::NotRun, &verdicts).len(), 11);
}

#[test]
fn a_free_threaded_python_is_held_against_the_claims_of_families_without_a_lock() {
    let mut results = usual();
    for info in results.run.runners.values_mut().filter(|info| info.family == "cpython") {
        info.family = "cpython@python3.14t".to_owned();
        info.gil = Some(false);
    }
    let verdicts = judged(&results);
    let failing = with(Outcome::Fails, &verdicts);
    // It has the figures of one with a lock.
    let free = "cpython@python3.14t";
    assert_eq!(failing, BTreeSet::from([("cpu-threads-free", free), ("no-convoy-without-gil", free)]));
}

#[test]
fn on_one_core_nothing_is_said_about_running_in_parallel() {
    let mut results = usual();
    results.run.machine.usable_cores = 1;
    let verdicts = judged(&results);
    let not_run: BTreeSet<&str> = with(Outcome::NotRun, &verdicts).into_iter().map(|(id, _)| id).collect();
    for id in ["cpu-gil-threads", "cpu-processes", "cpu-threads-free", "coroutines-on-threads", "no-convoy-without-gil"]
    {
        assert!(not_run.contains(id), "{id}");
    }
    for id in ["io-threads-gil", "gil-convoy", "spawn-cost"] {
        assert!(!not_run.contains(id), "{id}");
    }
}

#[test]
fn every_verdict_links_to_what_it_rests_on() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("claims");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    let report = Report::from_results(usual(), &Claims::built_in());
    let files = write(&report, &folder).expect("the report is written");
    let read = |path: &Path| fs::read_to_string(path).expect("readable");
    let json: Vec<serde_json::Value> = serde_json::from_str(&read(&files.verdicts)).expect("an array");
    assert_eq!(json.len(), 29);
    let (page, markdown) = (read(&files.index), read(&files.markdown));
    for verdict in &json {
        let anchor = verdict["anchor"].as_str().expect("each is shown somewhere");
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor} is in the page");
        assert!(page.contains(&format!("href=\"#{anchor}\"")), "{anchor} is linked");
        if !verdict["chart"].is_null() {
            let picture = format!("{anchor}.png");
            assert!(folder.join(&picture).exists(), "{picture}");
            assert!(markdown.contains(&format!("[chart]({picture})")), "{picture} is linked");
        }
    }
}

#[test]
fn verdicts_fit_the_width_of_the_terminal() {
    let report = Report::from_results(usual(), &Claims::built_in());
    for width in [40, 80, 120] {
        let text = tables(&report, false, width);
        let block: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Claims: ")).collect();
        assert_eq!(block[0], "Claims: 29 hold");
        let is_narrow = |line: &&str| line.chars().count() <= usize::from(width);
        assert!(block.iter().all(is_narrow), "{width}: {block:#?}");
    }
}

#[test]
fn names_and_statements_from_outside_are_escaped() {
    let evil = "<script>alert(1)</script>\u{1b}[31m";
    let claims = Claims::parse(
        "evil.toml",
        &format!(
            "[[claim]]\nid = \"a\"\nstatement = \"{0}\"\nwhy = \"{0}\"\nfamilies = [\"native\", \"{0}\"]\n\
             [[claim.condition]]\nstatistic = \"effective-cores\"\nof = {{ workload = \"{0}\", models = [\"{0}\"] }}\n\
             at-least = 1",
            evil.replace('\u{1b}', "\\u001b")
        ),
    );
    let claims = claims.expect("valid, if odd");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("evil-claims");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    let report = Report::from_results(usual(), &claims);
    let files = write(&report, &folder).expect("the report is written");
    for path in [&files.index, &files.markdown] {
        let text = fs::read_to_string(path).expect("readable");
        assert!(!text.contains("<script>alert") && !text.contains('\u{1b}'), "{}", path.display());
    }
    assert!(!tables(&report, false, 80).contains('\u{1b}'));
}

#[test]
fn the_modelled_lock_is_set_beside_the_real_one() {
    let results = run(|cell, figures| match (cell.family, cell.model, cell.workload) {
        ("gil", "thread-pool", "primes") => figures.wall /= 1.5,
        ("gil", "thread", "convoy") if cell.param("beside") > 0.0 => figures.latency += 6e6,
        _ => {}
    });
    let beside = Fidelity::from_summary(&Summary::from_results(&results));
    assert_eq!(beside.len(), 1);
    assert_eq!((beside[0].family.as_str(), beside[0].version.as_str()), ("cpython", "CPython 3.11.7, GIL enabled"));
    // Threads and pool on primes, counting and sleep; two latencies each with and without a neighbour.
    assert_eq!(beside[0].lines.len(), 2 * 3 + 2 * 2);
    let off: Vec<(&str, String)> = beside[0]
        .lines
        .iter()
        .filter(|line| line.is_near() == Some(false))
        .map(|line| (line.what.as_str(), line.difference()))
        .collect();
    let off: Vec<(&str, &str)> = off.iter().map(|(what, difference)| (*what, difference.as_str())).collect();
    assert_eq!(
        off.iter().map(|(what, _)| *what).collect::<Vec<_>>(),
        ["primes: speed-up", "convoy, beside 1: median latency", "convoy, beside 1: 99th percentile"]
    );
    assert!(off[0].1.starts_with("+5") && off[0].1.ends_with(" %"), "{off:?}");
    assert!(off[1].1.contains(" ms (+49 %)"), "{off:?}");
    assert_eq!(
        beside[0].finding(),
        "7 of 10 figures of the modelled GIL are as near to those of cpython as is aimed at"
    );
    let mut few = results.clone();
    for sample in few.samples.iter_mut().filter(|sample| sample.cell.runner == "gil-thread" && sample.round % 2 == 0) {
        sample.wall_ns *= 3;
    }
    let few = Fidelity::from_summary(&Summary::from_results(&few));
    assert!(few[0].finding().ends_with("; of 3 it cannot be told"), "{}", few[0].finding());
    let mut alone = results;
    alone.samples.retain(|sample| !sample.cell.runner.starts_with("python"));
    assert!(Fidelity::from_summary(&Summary::from_results(&alone)).is_empty());
}
