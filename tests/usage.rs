//! Bad usage and bad input: a sentence that helps, exit code 2, and nothing lost.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use common::{Folder, REGATTA, regatta, said};

/// Runs with these arguments and checks the exit code and the words of the complaint.
fn refused(folder: &Folder, args: &[&str], words: &[&str]) {
    let output = regatta(folder, args);
    let (_, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {complaint}");
    for word in words {
        assert!(complaint.contains(word), "{args:?} should say `{word}`: {complaint}");
    }
    assert!(!complaint.contains("panicked"), "{complaint}");
    assert!(complaint.matches("os error").count() <= 1, "it gives its cause twice: {complaint}");
}

#[test]
fn unknown_names_suggest_near_ones() {
    let folder = Folder::new();
    refused(&folder, &["run", "--runner", "thred-pool"], &["no runner `thred-pool`", "did you mean `thread-pool`?"]);
    refused(&folder, &["run", "--workload", "prime"], &["no workload `prime`", "did you mean `primes`?"]);
    refused(&folder, &["run", "--plan", "defualt"], &["no plan `defualt`", "did you mean `default`?"]);
    refused(&folder, &["verify", "--runner", "zzz"], &["no runner `zzz`", "regatta list"]);
    refused(&folder, &["repot"], &["unrecognized subcommand", "report"]);
    assert_eq!(
        fs::read_dir(folder.path()).expect("a folder").count(),
        0,
        "nothing is made for a run that does not begin"
    );
}

#[test]
fn numbers_that_make_no_sense() {
    let folder = Folder::new();
    refused(&folder, &["run", "--workers", "0"], &["0 workers", "at least 1"]);
    refused(&folder, &["run", "--workers", "core"], &["--workers", "a number of workers or \"cores\""]);
    refused(&folder, &["run", "--rounds", "0"], &["--rounds"]);
    refused(&folder, &["run", "--budget", "soon"], &["--budget"]);
}

#[test]
fn a_plan_with_a_typo_is_shown_where() {
    let folder = Folder::new();
    let cases = [
        ("rounds = 3\n[[group]]\nworklod = 'primes'\n", vec!["line 3", "worklod", "workload"]),
        ("rounds = 3\n[[group]]\nworkload = 'primse'\n", vec!["no workload `primse`", "did you mean `primes`?"]),
        ("rounds = 3\n[[group]]\nworkload = 'primes'\nparams = { lenght = 5 }\n", vec!["primes", "lenght", "length"]),
        ("rounds = 3\n[[group]]\nworkload = 'primes'\nrunners = ['ryon']\n", vec!["no runner `ryon`", "rayon"]),
        (
            "rounds = 3\n[[group]]\nworkload = 'primes'\nparams = { tasks = '16 per wroker' }\n",
            vec!["primes", "`tasks`", "16 per wroker", "16 per worker", "at least 8"],
        ),
        ("rounds = 3\n[[group]]\nworkload = 'primes'\nparams = { tasks = 0 }\n", vec!["`tasks` = 0", "at least 1"]),
        (
            "rounds = 3\n[[group]]\nworkload = 'primes'\nscale = { cpyton = { tasks = 5 } }\n",
            vec!["no family `cpyton`", "did you mean `cpython`?"],
        ),
        (
            "rounds = 3\n[[group]]\nworkload = 'primes'\nscale = { cpython = { lenght = 5 } }\n",
            vec!["no parameter `lenght`", "did you mean `length`?"],
        ),
        ("rounds = 0\n[[group]]\nworkload = 'primes'\n", vec!["at least 1"]),
        ("rounds = 3\nbudget = '5 parsecs'\n[[group]]\nworkload = 'primes'\n", vec!["line 2", "parsecs"]),
        (
            "rounds = 3\nworkers = ['core']\n[[group]]\nworkload = 'primes'\n",
            vec!["line 2", "`workers[0]`", "a number of workers or \"cores\""],
        ),
        (
            "rounds = 3\n[[group]]\nworkload = 'primes'\nrunners = [\n'rayon',\n5]\n",
            vec!["line 6", "`group[0].runners[1]`"],
        ),
        ("rounds = 'many'\n[[group]]\nworkload = 'primes'\n", vec!["line 1", "`rounds`", "a whole number"]),
        ("rounds = 3\nbudget = 5\n[[group]]\nworkload = 'primes'\n", vec!["line 2", "`budget`", "\"90s\""]),
        ("rounds = 3\ngroup = []\n", vec!["no cell"]),
    ];
    for (text, words) in cases {
        let plan = folder.plan(text);
        refused(&folder, &["run", "--plan", &plan.to_string_lossy()], &words);
    }
    refused(&folder, &["run", "--plan", "missing.toml"], &["cannot read the plan missing.toml"]);
}

#[test]
fn a_folder_that_cannot_be_used() {
    let folder = Folder::new();
    fs::write(folder.path().join("file"), "").expect("a file");
    refused(&folder, &["run", "--out", "file/in"], &["cannot write to file/in", "--out"]);
    refused(&folder, &["report", "nowhere"], &["nowhere"]);
    let run =
        ["run", "--plan", "quick", "--workload", "empty", "--runner", "sequential", "--rounds", "2", "--out", "out"];
    assert_eq!(regatta(&folder, &run).status.code(), Some(0));
    let before = fs::read(folder.path().join("out/results.jsonl")).expect("results");
    refused(&folder, &run, &["already holds results", "never overwrites"]);
    assert_eq!(fs::read(folder.path().join("out/results.jsonl")).expect("results"), before);
}

/// A small run in the folder `name`.
fn run(folder: &Folder, name: &str, workload: &str) {
    let run =
        ["run", "--plan", "quick", "--workload", workload, "--runner", "sequential", "--rounds", "2", "--out", name];
    assert_eq!(regatta(folder, &run).status.code(), Some(0));
}

#[test]
fn runs_side_by_side() {
    let folder = Folder::new();
    run(&folder, "one", "empty");
    run(&folder, "two", "empty");
    run(&folder, "other", "counting");
    refused(&folder, &["report", "one", "./one/"], &["is named twice"]);
    refused(&folder, &["report", "one", "nowhere"], &["nowhere", "results.jsonl"]);
    refused(&folder, &["report", "one", "other"], &["share", "same plan", "A alone has empty", "B alone has counting"]);
    refused(&folder, &["report", "one", "two", "--out", "two"], &["already holds results", "--out"]);
    refused(&folder, &["report"], &["regatta-report/latest", "regatta run"]);
    refused(&folder, &["compare", "one", "two", "--open"], &["--html"]);
    refused(&folder, &["compare", "one", "two", "--json", "--markdown", "-"], &["--markdown FILE"]);
    let (text, _) = said(&regatta(&folder, &["report", "one", "two", "--out", "both"]));
    for words in
        ["A  one: ", "B  two: ", "The machines are the same", "In common: few empty tasks", "Report: both/index.html"]
    {
        assert!(text.contains(words), "`{words}` in {text}");
    }
    assert!(folder.path().join("both/summary.md").exists());
    let (text, _) = said(&regatta(&folder, &["report", "one", "two"]));
    let page = text.lines().find_map(|line| line.strip_prefix("Report: ")).expect("it says where the page is");
    assert!(page.starts_with("regatta-report/") && folder.path().join(page).exists(), "{page}");
    let (text, _) = said(&regatta(&folder, &["report", "one", "--out", "elsewhere"]));
    assert!(text.contains("Report: elsewhere/index.html") && folder.path().join("elsewhere/index.html").exists());
}

#[test]
fn the_page_opens_in_the_browser_if_there_is_one() {
    let folder = Folder::new();
    run(&folder, "one", "empty");
    let programs = folder.path().join("programs");
    fs::create_dir(&programs).expect("a folder");
    let report = || {
        let mut command = Command::new(REGATTA);
        command.args(["report", "one", "--open"]).current_dir(folder.path()).env("PATH", &programs);
        command.output().expect("it can be started")
    };
    let without = report();
    let (text, complaint) = said(&without);
    assert_eq!(without.status.code(), Some(0), "{complaint}");
    assert!(text.contains("Report: one/index.html") && complaint.contains("there is no browser"), "{complaint}");
    let launcher = programs.join("xdg-open");
    fs::write(&launcher, "#!/bin/sh\necho \"$1\" > opened\n").expect("written");
    fs::set_permissions(&launcher, Permissions::from_mode(0o755)).expect("a program");
    let with = report();
    assert_eq!((with.status.code(), said(&with).1.as_str()), (Some(0), ""));
    let opened = fs::read_to_string(folder.path().join("opened")).expect("the launcher was called");
    assert!(opened.trim().ends_with("one/index.html"), "{opened}");
}

#[test]
fn broken_results_are_named_by_line() {
    let folder = Folder::new();
    let run =
        ["run", "--plan", "quick", "--workload", "empty", "--runner", "sequential", "--rounds", "3", "--out", "out"];
    assert_eq!(regatta(&folder, &run).status.code(), Some(0));
    let path = folder.path().join("out/results.jsonl");
    let text = fs::read_to_string(&path).expect("results");
    let broken: Vec<_> = text.lines().enumerate().map(|(at, line)| if at == 2 { "{\"type\":" } else { line }).collect();
    fs::write(&path, broken.join("\n") + "\n").expect("a folder that can be written to");
    refused(&folder, &["report", "out"], &["line 3"]);
    fs::write(&path, text.replacen("\"schema\":1", "\"schema\":999", 1)).expect("a folder that can be written to");
    refused(&folder, &["report", "out"], &["999"]);
}

#[test]
fn a_disk_that_fills_up_keeps_what_it_holds() {
    let folder = Folder::new();
    let plan = folder.plan("rounds = 200\n[[group]]\nworkload = 'empty'\nrunners = ['sequential', 'thread-pool']\n");
    // A limit on the size of files stands in for the disk: 40 blocks of 1,024 bytes.
    let script = format!("ulimit -f 40; exec {REGATTA} run --plan {} --out out", plan.display());
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().expect("a shell");
    let (_, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("results.jsonl") && complaint.contains("kept"), "{complaint}");
    let results = folder.results();
    assert!(results.samples.len() > 10, "{} samples", results.samples.len());
    let report = regatta(&folder, &["report", "out"]);
    assert_eq!(report.status.code(), Some(0), "{:?}", said(&report));
}

#[test]
fn without_a_named_folder_latest_points_at_the_newest() {
    let folder = Folder::new();
    let run = ["run", "--plan", "quick", "--workload", "empty", "--runner", "sequential", "--rounds", "1"];
    for _ in 0..2 {
        assert_eq!(regatta(&folder, &run).status.code(), Some(0));
    }
    let home = folder.path().join("regatta-report");
    let runs = fs::read_dir(&home).expect("runs").flatten().filter(|entry| entry.file_name() != "latest").count();
    assert_eq!(runs, 2, "a run never overwrites another");
    assert!(home.join("latest/index.html").exists());
}

#[test]
fn the_output_is_plain_when_it_is_not_a_terminal() {
    let folder = Folder::new();
    let run = ["run", "--plan", "quick", "--workload", "empty", "--rounds", "1", "--out", "out"];
    let (tables, progress) = said(&regatta(&folder, &run));
    assert!(!tables.contains('\u{1b}') && tables.contains("sequential"), "{tables}");
    assert_eq!(progress, "");
}
