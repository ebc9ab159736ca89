//! `regatta compare` from outside: two runs, two builds, baselines, refusals and exit codes.

mod common;

use std::fs;

use common::{Folder, PLAN, REGATTA, regatta, said};

/// A run of the plan in the folder `name`.
fn run(folder: &Folder, name: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let plan = folder.plan(PLAN);
    let plan = plan.to_string_lossy().into_owned();
    let args = [&["run", "--plan", &plan, "--out", name][..], more].concat();
    let output = regatta(folder, &args);
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

/// What the program says to these arguments.
fn says(folder: &Folder, args: &[&str]) -> (Option<i32>, String, String) {
    let output = regatta(folder, args);
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

/// Copies a run with every wall and CPU time of the group `counting` multiplied, so that a change is certain.
fn slowed(folder: &Folder, from: &str, to: &str, factor: u64) {
    let text = fs::read_to_string(folder.path().join(from).join("results.jsonl")).expect("results");
    let lines = text.lines().map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let is_burn = record["arm"] == "reference";
        if record["type"] == "sample" && record["workload"] == "counting" && !is_burn {
            for figure in ["wall_ns", "cpu_ns"] {
                record[figure] = (record[figure].as_u64().expect("a figure") * factor).into();
            }
        }
        record.to_string() + "\n"
    });
    fs::create_dir(folder.path().join(to)).expect("a folder");
    fs::write(folder.path().join(to).join("results.jsonl"), lines.collect::<String>()).expect("written");
}

#[test]
fn two_runs_side_by_side() {
    let folder = Folder::new();
    let (code, _, complaint) = run(&folder, "base", &["--save-baseline", "main"]);
    assert_eq!(code, Some(0), "{complaint}");
    let burns = fs::read_to_string(folder.path().join("base/results.jsonl")).expect("results");
    assert_eq!(
        burns.lines().filter(|line| line.contains("\"arm\":\"reference\"")).count(),
        2 * 6 + 1,
        "samples, and the line of the plan"
    );
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        assert!(burns.contains("\"reference\":\"machine-code-"), "the first line says which burn it was");
    }
    let page = fs::read_to_string(folder.path().join("base/index.html")).expect("a page");
    assert!(!page.contains("(reference)"), "the burn is no contender");

    let (code, itself, _) =
        says(&folder, &["compare", "base", "regatta-report/baselines/main", "--fail-on", "regression"]);
    assert_eq!(code, Some(0), "{itself}");
    assert!(itself.contains("Of 4 cells 0 slower, 0 faster"), "{itself}");

    slowed(&folder, "base", "slow", 1_000);
    let files = ["--html", "page.html", "--markdown", "table.md"];
    let (code, table, _) =
        says(&folder, &[&["compare", "base", "slow", "--fail-on", "regression"][..], &files].concat());
    assert_eq!(code, Some(1), "{table}");
    assert!(table.contains("2 slower") && table.contains("1,000x"), "{table}");
    assert!(fs::read_to_string(folder.path().join("page.html")).expect("a page").contains("2 slower"));
    let (code, text, _) = says(&folder, &["compare", "base/results.jsonl", "slow", "--markdown", "-"]);
    assert_eq!((code, text), (Some(0), fs::read_to_string(folder.path().join("table.md")).expect("a table")));

    let (code, text, complaint) = run(&folder, "again", &["--baseline", "main"]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(text.contains("Of 4 cells"), "{text}");
    // No run of a few milliseconds rules out a change of a hundredth of a percent.
    let gate = ["--baseline", "main", "--fail-on", "undecided", "--threshold", "0.01%"];
    let (code, text, complaint) = run(&folder, "gated", &gate);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(text.contains("without a difference of 0.01 %") && text.contains(" undecided"), "{text}");
}

/// Copies a run with the samples of one cell gone, and `error` in the place of the first.
fn without(folder: &Folder, to: &str, workload: &str, runner: &str, error: Option<&str>) {
    let text = fs::read_to_string(folder.path().join("base/results.jsonl")).expect("results");
    let mut error = error;
    let lines = text.lines().filter_map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let is_of = record["type"] == "sample" && record["workload"] == workload && record["runner"] == runner;
        if !is_of || record["arm"] == "reference" {
            return Some(line.to_owned() + "\n");
        }
        record["type"] = "error".into();
        record["kind"] = error.take()?.into();
        record["message"] = "so it was".into();
        Some(record.to_string() + "\n")
    });
    fs::create_dir(folder.path().join(to)).expect("a folder");
    fs::write(folder.path().join(to).join("results.jsonl"), lines.collect::<String>()).expect("written");
}

#[test]
fn a_gate_fails_on_what_fails_in_the_new_run_or_is_gone_from_it() {
    let folder = Folder::new();
    assert_eq!(run(&folder, "base", &[]).0, Some(0));
    without(&folder, "crashed", "counting", "thread-pool", Some("crash"));
    without(&folder, "wrong", "sleep", "thread", Some("wrong-answer"));
    without(&folder, "gone", "sleep", "thread", None);
    for (name, words) in [
        ("crashed", ["thread-pool of counting fails in the new build: so it was", ", 1 failed."]),
        ("wrong", ["thread of sleep answers wrongly in the new build: so it was", ", 1 failed."]),
        ("gone", ["thread of sleep is gone", ", 1 gone."]),
    ] {
        let (code, table, complaint) = says(&folder, &["compare", "base", name, "--fail-on", "regression"]);
        assert_eq!(code, Some(1), "{name}: {table} {complaint}");
        assert!(words.iter().all(|words| table.contains(words)) && table.contains("Of 4 cells 0 slower"), "{table}");
        assert_eq!(says(&folder, &["compare", "base", name]).0, Some(0), "only a gate fails");
        let (code, table, _) = says(&folder, &["compare", name, "base", "--fail-on", "regression"]);
        assert_eq!(code, Some(0), "what is new or mended is no regression: {table}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_sentence() {
    let folder = Folder::new();
    assert_eq!(run(&folder, "base", &["--save-baseline", "main"]).0, Some(0));
    let text = fs::read_to_string(folder.path().join("base/results.jsonl")).expect("results");
    fs::create_dir(folder.path().join("other")).expect("a folder");
    let other = text.replacen("\"cpu\":\"", "\"cpu\":\"Not ", 1);
    fs::write(folder.path().join("other/results.jsonl"), other).expect("written");
    let (code, _, complaint) = says(&folder, &["compare", "base", "other"]);
    assert_eq!(code, Some(2));
    assert!(complaint.contains("The CPUs differ") && complaint.contains("--force"), "{complaint}");
    let (code, table, _) = says(&folder, &["compare", "base", "other", "--force"]);
    assert_eq!(code, Some(0));
    assert!(table.contains("cannot be compared") && table.contains("Of 4 cells"), "{table}");

    for (args, words) in [
        (&["compare", "base"][..], "name a second run"),
        (&["compare", "base", "nowhere"], "nowhere"),
        (&["compare", "--live", REGATTA, "nowhere"], "there is no program nowhere"),
        (&["compare", "--live", REGATTA, "/bin/false"], "is it a build of Regatta"),
        (&["compare", "base", "base", "--rounds", "3"], "--live"),
        (&["compare", "base", "base", "--threshold", "much"], "not a number of percent"),
        (&["compare", "base", "base", "--threshold", "0%"], "above 0 %"),
        (&["compare", "base", "base", "--fail-on", "regression,nothing"], "invalid value 'nothing'"),
        (&["run", "--threshold", "5%"], "--baseline"),
        (&["run", "--baseline", "nothing"], "there is no baseline `nothing`"),
        (&["run", "--save-baseline", "../up"], "cannot be the name of a baseline"),
        (&["run", "--plan", "quick", "--workload", "counting", "--baseline", "main"], "different work"),
    ] {
        let (code, _, complaint) = says(&folder, args);
        assert_eq!(code, Some(2), "{args:?}: {complaint}");
        assert!(complaint.contains(words), "{args:?}: {complaint}");
    }
    assert!(!folder.path().join("regatta-report/latest").exists(), "nothing was measured for what was refused");
}

#[test]
fn two_builds_in_the_same_rounds() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN);
    let plan = plan.to_string_lossy().into_owned();
    let live =
        ["compare", "--live", REGATTA, REGATTA, "--plan", &plan, "--rounds", "4", "--processes", "2", "--out", "live"];
    let (code, table, complaint) = says(&folder, &live);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(table.contains("Of 4 cells") && table.contains("counting"), "{table}");
    for file in ["compare.html", "compare.md", "results.jsonl"] {
        assert!(folder.path().join("live").join(file).exists(), "{file}");
    }
    let (code, again, _) = says(&folder, &["compare", "live"]);
    assert_eq!((code, again), (Some(0), table), "rebuilt from the records alone");
    let gate = ["compare", "live", "--threshold", "0.01 %", "--fail-on", "regression,undecided", "--html", "gate.html"];
    let (code, gated, _) = says(&folder, &gate);
    assert_eq!(code, Some(1), "2 processes cannot rule out a change of a hundredth of a percent: {gated}");
    let page = fs::read_to_string(folder.path().join("gate.html")).expect("a page");
    // A narrow terminal breaks the line between the two.
    assert!(gated.contains("undecided") && page.contains("undecided, ≥ "), "{gated}");
    assert_eq!(says(&folder, &["report", "live"]).0, Some(0), "it has a report like any run");
}
