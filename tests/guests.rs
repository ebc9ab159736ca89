//! Cells in other languages: they take part as all others do, and a hostile one costs its own record and nothing else.

mod common;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use common::{Folder, command, regatta, said};
use regatta_reports::Results;
use regatta_reports::record::FailureKind;

/// The cell that was written from docs/PROTOCOL.md alone.
const PERL: &str = concat!("perl ", env!("CARGO_MANIFEST_DIR"), "/examples/perl_cell/cell.pl");

/// A plan with cells of our own and those of a program that it names.
const PLAN: &str = r#"
rounds = 3
noise_arm = false
reference = false
timeout = "5s"
[cells]
mine = 'COMMAND'
[[group]]
workload = "sleep"
params = { wait_us = 1_000, tasks = 3 }
runners = ["sequential", "mine"]
"#;

/// What a hostile cell says of itself.
const HELLO: &str = r#"{"say":"hello","protocol":1,"language":"Hostile","version":"0","runners":[{"name":"x","model":"sequential","parallelism":"one"}]}"#;
/// What is right, but for the checksum that is filled in.
const READY: &str = r#"{"say":"ready","start_ns":1}"#;
/// The right answer of three sleeps: results 0, 1 and 2.
const RIGHT: &str = r#""tasks":3,"checksum":10372713005361028298,"workers_seen":1"#;

fn has_perl() -> bool {
    let is_there =
        Command::new("perl").args(["-MJSON::PP", "-e", "1"]).output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("there is no perl here: nothing to test");
    }
    is_there
}

/// Writes a cell in shell that says hello, and after that does this.
fn shell_cell(folder: &Folder, then: &str) -> String {
    let path = folder.path().join("cell.sh");
    let script = format!("#!/bin/sh\nread line\ncase \"$line\" in *hello*) echo '{HELLO}'; exit;; esac\n{then}\n");
    std::fs::write(&path, script).expect("a folder that can be written to");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
    path.display().to_string()
}

fn run(folder: &Folder, command: &str) -> Output {
    let plan = folder.plan(&PLAN.replace("COMMAND", command)).display().to_string();
    regatta(folder, &["run", "--plan", &plan, "--out", "out"])
}

/// Runs with a hostile cell that begins well, and gives the kind and message of its only record.
fn record_of(then: &str) -> (FailureKind, String) {
    let folder = Folder::new();
    let output = run(&folder, &shell_cell(&folder, then));
    let Results { samples, failures, end, .. } = folder.results();
    assert_eq!(output.status.code(), Some(3), "{:?}", said(&output));
    assert_eq!(
        samples.iter().filter(|sample| sample.cell.runner == "sequential").count(),
        3,
        "the other cell is complete"
    );
    assert!(end.is_some_and(|end| end.complete));
    let [failure] = &failures[..] else { panic!("one record: {failures:?}") };
    assert_eq!(failure.cell.runner, "mine-x");
    (failure.kind, failure.message.clone())
}

#[test]
fn a_hostile_cell_costs_one_record() {
    let sample =
        |fields: &str| format!("echo '{READY}'; while read run; do echo '{{\"say\":\"sample\",{fields}}}'; done");
    for (then, kind, why) in [
        ("exec tr '\\0' a < /dev/zero", FailureKind::Protocol, "a line of more than"),
        (
            &*sample(&format!("{},\"wall_ns\":7", RIGHT.replace("\"workers_seen\":1", "\"workers_seen\":1000000000"))),
            FailureKind::WrongAnswer,
            "1000000000 workers",
        ),
        (&*sample(&format!("{RIGHT},\"wall_ns\":-5")), FailureKind::Protocol, "not of the protocol"),
        (&*sample(&format!("{RIGHT},\"wall_ns\":0")), FailureKind::Protocol, "no time at all"),
        (&*sample(&format!("{RIGHT},\"wall_ns\":3600000000000")), FailureKind::Protocol, "its answer was there after"),
        (
            &*sample(&format!("{RIGHT},\"wall_ns\":7}}'; echo '{{\"say\":\"sample\",{RIGHT},\"wall_ns\":7")),
            FailureKind::Protocol,
            "without being asked",
        ),
        ("while read line; do :; done; exec sleep 1000", FailureKind::Timeout, "no answer within"),
    ] {
        let (found, message) = record_of(then);
        assert!(found == kind && message.contains(why), "{then}: {found:?}, {message}");
    }
}

#[test]
fn one_that_goes_on_after_the_end_of_the_run_is_ended_with_it() {
    let folder = Folder::new();
    let sample = format!("{{\"say\":\"sample\",{RIGHT},\"wall_ns\":7}}");
    let then = format!("echo '{READY}'; while read run; do echo '{sample}'; done; while :; do echo more; done");
    let output = run(&folder, &shell_cell(&folder, &then));
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let samples: Vec<_> = results.samples.iter().filter(|sample| sample.cell.runner == "mine-x").collect();
    assert_eq!(samples.len(), 3, "{:?}", results.failures);
    assert!(samples.iter().all(|sample| sample.figures["boot_ns"] > 0.0 && sample.source.contains_key("cpu")));
}

#[test]
fn what_says_no_hello_is_refused_before_anything_is_measured() {
    let folder = Folder::new();
    let output = run(&folder, "/bin/echo Welcome");
    let (text, complaint) = said(&output);
    assert_eq!((output.status.code(), text.as_str()), (Some(2), ""), "{complaint}");
    for words in ["mine: it answered `hello` with `Welcome`", "docs/PROTOCOL.md", "verify --cell"] {
        assert!(complaint.contains(words), "it should say `{words}`: {complaint}");
    }
    assert!(!folder.out().exists(), "nothing is made for a run that does not begin");
}

#[test]
fn its_runners_take_part_as_all_others_do() {
    if !has_perl() {
        return;
    }
    let folder = Folder::new();
    let output = run(&folder, PERL);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let info = &results.run.runners["mine-process"];
    assert_eq!((&*info.family, &*info.model, &*info.baseline), ("mine", "process", "mine-sequential"));
    assert!(info.version.starts_with("Perl v5"), "{info:?}");
    for runner in ["sequential", "mine-sequential", "mine-process"] {
        let samples: Vec<_> = results.samples.iter().filter(|sample| sample.cell.runner == runner).collect();
        assert_eq!(samples.len(), 3, "{runner}: {:?}", results.failures);
        assert!(samples.iter().all(|sample| sample.cpu_ns > 0 && sample.tree_pss_bytes.is_some()), "{samples:?}");
    }
    // What the driver measured for a cell that has a clock and nothing else says so.
    let sample = results.samples.iter().find(|sample| sample.cell.runner == "mine-process").expect("one of three");
    assert!(sample.source["cpu"].starts_with("driver-") && sample.peak_rss_bytes.is_some(), "{:?}", sample.source);
    let summary = std::fs::read_to_string(folder.out().join("summary.md")).expect("a summary");
    assert!(summary.contains("mine-process"), "{summary}");

    let cell = format!("mine={PERL}");
    let listed = said(&regatta(&folder, &["list", "--cell", &cell])).0;
    assert!(listed.contains("mine-process") && listed.contains("(fork) (Perl)"), "{listed}");
    // A workload that it does not say it can do is left out with the reason.
    let verified = regatta(&folder, &["verify", "--cell", &cell, "-w", "echo,sleep", "-r", "mine"]);
    let text = said(&verified).0;
    assert_eq!(verified.status.code(), Some(0), "{text}");
    assert!(text.contains("do not say that they can do `echo`") && text.contains("ok       sleep"), "{text}");
}

#[test]
fn a_cell_that_keeps_to_the_protocol_passes() {
    if !has_perl() {
        return;
    }
    let folder = Folder::new();
    let output = regatta(&folder, &["verify", "--cell", &format!("perl={PERL}")]);
    let (text, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{complaint}");
    for check in [
        "primes",
        "no task",
        "many tasks",
        "a kill in a run",
        "its accounts",
        "a line that is not JSON",
        "its input ends",
    ] {
        assert!(text.lines().any(|line| line.starts_with("ok") && line.contains(check)), "{check}: {text}");
    }
    assert!(text.ends_with("not made\n") && text.contains(" 0 failed"), "{text}");
}

#[test]
fn each_fault_of_a_cell_is_told_with_what_was_expected_and_what_came() {
    let folder = Folder::new();
    // It says the same to everything, and goes on after the end of its input.
    let sample = format!("{{\"say\":\"sample\",{RIGHT},\"wall_ns\":5}}");
    let then = format!("echo '{READY}'; while read run; do echo '{sample}'; done; echo more; exit 7");
    let cell = format!("mine={}", shell_cell(&folder, &then));
    let output = regatta(&folder, &["verify", "--cell", &cell]);
    let (text, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(3), "{text}{complaint}");
    let lines: Vec<&str> = text.lines().collect();
    for (check, expected, came) in [
        ("one task", "1 tasks of empty", "3 tasks"),
        ("its clock", "2 tasks of sleep", "3 tasks"),
        ("a workload that there is not", "an `error`", "\"say\":\"ready\""),
        ("its input ends before the start", "nothing more after the end", "ready"),
        ("sleep", "tasks of sleep", "3 tasks"),
    ] {
        let place = lines.iter().position(|line| line.starts_with("FAILED") && line.ends_with(check));
        let place = place.unwrap_or_else(|| panic!("{check}: {text}"));
        assert!(lines[place + 1].contains(expected) && lines[place + 2].contains(came), "{check}: {text}");
    }
}

#[test]
fn a_language_that_is_not_here_is_not_run_with_the_reason() {
    let folder = Folder::new();
    let without =
        |args: &[&str]| command(&folder, args).env("PATH", folder.path()).output().expect("the program starts");
    let (text, _) = said(&without(&["verify", "--cell", "go", "--cell", "ruby"]));
    for words in ["not run  go ", "install golang", "not run  ruby ", "0 failed"] {
        assert!(text.contains(words), "it should say `{words}`: {text}");
    }
    let listed = said(&without(&["list"])).0;
    assert!(listed.contains("java") && listed.contains("cannot run here: there is no `javac`"), "{listed}");
    let plan = PLAN.replace("[cells]\nmine = 'COMMAND'\n", "").replace("\"mine\"", "\"go-pool\"");
    let plan = folder.plan(&plan).display().to_string();
    let output = without(&["run", "--plan", &plan, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let left_out = folder.results().run.left_out;
    assert!(left_out.iter().any(|why| why.contains("`go-pool`") && why.contains("install golang")), "{left_out:?}");
}

#[test]
fn a_cell_that_comes_along_is_kept_for_the_next_run() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("there is no node here: nothing to test");
        return;
    }
    let folder = Folder::new();
    let cache = folder.path().join("cache");
    let kept = || -> Vec<_> {
        let built = std::fs::read_dir(cache.join("regatta/cells")).expect("a folder").flatten();
        built
            .map(|entry| (entry.file_name(), entry.metadata().and_then(|about| about.modified()).expect("a time")))
            .collect()
    };
    let verify = ["verify", "--cell", "node", "-w", "sleep", "-r", "node-promises,node-worker-threads"];
    let verify = || command(&folder, &verify).env("XDG_CACHE_HOME", &cache).output().expect("the program starts");
    let output = verify();
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(said(&output).0.contains("2 answers right"), "{:?}", said(&output));
    let built = kept();
    assert_eq!(built.len(), 1, "{built:?}");
    assert_eq!(verify().status.code(), Some(0));
    assert_eq!(kept(), built, "it is not built again");
}
