//! A gate's stories: a build that is equal, slower, too noisy to tell, or broken, and claims that hold or fail.
//!
//! Whether a machine is noisy decides none of them. Where times matter, the records of a real run get made-up ones.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use common::{Folder, PLAN, REGATTA, regatta, said};
use serde_json::Value;

/// What the program says to these arguments.
fn says(folder: &Folder, args: &[&str]) -> (Option<i32>, String, String) {
    let output = regatta(folder, args);
    let (out, err) = said(&output);
    (output.status.code(), out, err)
}

/// Carries out the plan as `regatta run` with more arguments.
fn run(folder: &Folder, more: &[&str]) -> (Option<i32>, String, String) {
    let plan = folder.plan(PLAN);
    says(folder, &[&["run", "--plan", &plan.to_string_lossy()], more].concat())
}

/// Copies a run with made-up times: 10 ms with a scatter of a few tenths of a percent, times what `factor` gives for a sample.
fn retimed(folder: &Folder, from: &str, to: &str, factor: impl Fn(&Value) -> f64) {
    let text = fs::read_to_string(folder.path().join(from).join("results.jsonl")).expect("results");
    let lines = text.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).expect("JSON");
        if record["type"] == "sample" {
            let [arm, runner] = ["arm", "runner"].map(|key| record[key].as_str().unwrap_or_default().len() as u64);
            let [process, round] = ["process", "round"].map(|key| record[key].as_u64().expect("a number"));
            let scatter = (process * 7 + round * 3 + arm * 5 + runner) % 11;
            let time = (1e7 + scatter as f64 * 5e3) * factor(&record);
            let sample = record.as_object_mut().expect("an object");
            for figure in ["wall_ns", "cpu_ns"] {
                sample.insert(figure.to_owned(), (time as u64).into());
            }
            // What else happened on the machine happened to other times.
            for figure in ["outside_ns", "steal_ns"] {
                sample.insert(figure.to_owned(), Value::Null);
            }
        }
        record.to_string() + "\n"
    });
    fs::create_dir(folder.path().join(to)).expect("a folder");
    fs::write(folder.path().join(to).join("results.jsonl"), lines.collect::<String>()).expect("written");
}

/// Gives the factor for samples of the computing workload, and of the new build where `is_live`. Copies are of the old build, or of the only one.
fn slowed(record: &Value, is_live: bool, factor: f64) -> f64 {
    let is_new = if is_live { record["arm"] == "new" } else { record["arm"] != "reference" };
    if record["workload"] == "counting" && is_new { factor } else { 1.0 }
}

const BOTH: &str = "regression,undecided";

#[test]
fn two_builds_are_equal_slower_or_too_noisy() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN).to_string_lossy().into_owned();
    let live = ["compare", "--live", REGATTA, REGATTA, "--plan", &plan, "--rounds", "12", "--processes", "6"];
    let (code, _, complaint) = says(&folder, &[&live[..], &["--out", "live"]].concat());
    assert_eq!(code, Some(0), "{complaint}");
    let gate = |run: &str, on: &str| {
        let markdown = format!("{run}.md");
        let args = ["compare", run, "--fail-on", on, "--threshold", "5%", "--markdown", &markdown];
        let (code, table, complaint) = says(&folder, &args);
        let comment = fs::read_to_string(folder.path().join(&markdown)).unwrap_or_default();
        (code, format!("{table}{complaint}"), comment)
    };

    retimed(&folder, "live", "equal", |_| 1.0);
    let (code, table, comment) = gate("equal", BOTH);
    assert_eq!(code, Some(0), "{table}");
    assert!(table.contains("4 without a difference of 5 %"), "{table}");
    for fact in ["- Base: ", "- New: ", "plan plan, 12 rounds\n", "- Machine: "] {
        assert!(comment.contains(fact), "`{fact}` in {comment}");
    }

    retimed(&folder, "live", "slower", |record| slowed(record, true, 1.2));
    let (code, table, comment) = gate("slower", "regression");
    assert_eq!(code, Some(1), "{table}");
    assert!(table.contains("Of 4 cells 2 slower, 0 faster, 2 without"), "{table}");
    let rows: Vec<&str> = comment.lines().filter(|line| line.starts_with("| ") && !line.contains("Workload")).collect();
    assert!(rows.len() == 4 && rows[..2].iter().all(|row| row.contains("slower")), "what changed is first: {comment}");
    assert_eq!(gate("slower", "undecided").0, Some(0), "a slower cell is decided");

    // Beyond noise, and less than what matters: it is told, and lets the change pass.
    retimed(&folder, "live", "slight", |record| slowed(record, true, 1.02));
    let (code, table, comment) = gate("slight", BOTH);
    assert_eq!(code, Some(0), "{table}");
    assert!(table.contains("2 slower by less than 5 %") && comment.contains("slower, slight"), "{table}");
    let strict = ["compare", "slight", "--fail-on", "regression", "--threshold", "1%"];
    assert_eq!(says(&folder, &strict).0, Some(1), "what matters is for the user to say");

    let noise = [0.6, 1.4, 0.8, 1.3, 1.0, 1.1];
    let noisy = |record: &Value| match record["process"].as_u64().and_then(|process| usize::try_from(process).ok()) {
        Some(process) if record["arm"] == "new" => noise[process],
        _ => 1.0,
    };
    retimed(&folder, "live", "noisy", noisy);
    let (code, table, _) = gate("noisy", BOTH);
    assert_eq!(code, Some(1), "a gate that could not have seen a change says so: {table}");
    assert!(table.contains("0 slower, 0 faster") && table.contains("4 undecided"), "{table}");
    assert_eq!(gate("noisy", "regression").0, Some(0), "a gate may look for what is certain only");
}

#[test]
fn a_build_whose_cells_fail_does_not_pass() {
    let folder = Folder::new();
    let broken = folder.path().join("broken");
    let script = format!("#!/bin/sh\n[ \"$1\" = __cell ] && exit 9\nexec {REGATTA} \"$@\"\n");
    fs::write(&broken, script).expect("written");
    fs::set_permissions(&broken, Permissions::from_mode(0o755)).expect("a program");
    let broken = broken.to_string_lossy().into_owned();
    let plan = folder.plan(PLAN).to_string_lossy().into_owned();
    let compare = |gate: &[&str]| {
        let live = ["compare", "--live", REGATTA, &broken, "--plan", &plan, "--rounds", "2", "--processes", "2"];
        says(&folder, &[&live[..], gate].concat())
    };
    let (code, table, _) = compare(&["--fail-on", "regression", "--markdown", "comment.md"]);
    assert_eq!(code, Some(1), "{table}");
    assert!(table.contains("Of 4 cells 0 slower, 0 faster") && table.contains("4 failed"), "{table}");
    let comment = fs::read_to_string(folder.path().join("comment.md")).expect("a comment");
    assert_eq!(comment.matches("- **Lost:**").count(), 4, "{comment}");
    assert_eq!(compare(&[]).0, Some(3), "without a gate, some cells failed");
}

#[test]
fn a_run_against_a_baseline_by_name() {
    let folder = Folder::new();
    let (code, text, _) = says(&folder, &["baselines"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("no baselines here") && text.contains("--save-baseline NAME"), "{text}");
    let (code, _, complaint) = run(&folder, &["--out", "base", "--save-baseline", "main"]);
    assert_eq!(code, Some(0), "{complaint}");
    let (_, text, _) = says(&folder, &["baselines"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("Name  When"), "{text}");
    assert!(lines[1].starts_with("main  20") && lines[1].contains("  plan  6 rounds  "), "{text}");

    let comment = ["--out", "new", "--baseline", "main", "--markdown", "comment.md"];
    assert_eq!(run(&folder, &comment).0, Some(0));
    let comment = fs::read_to_string(folder.path().join("comment.md")).expect("a comment");
    assert!(comment.contains("plan plan, 6 rounds\n- New: ") && comment.contains("- Machine: "), "{comment}");

    let kept = folder.path().join("regatta-report/baselines/main/results.jsonl");
    retimed(&folder, "base", "equal", |_| 1.0);
    fs::copy(folder.path().join("equal/results.jsonl"), &kept).expect("kept");
    retimed(&folder, "base", "slower", |record| slowed(record, false, 1.5));
    let gate = ["--fail-on", BOTH, "--threshold", "5%"];
    let (code, table, _) = says(&folder, &[&["compare", "main", "equal"][..], &gate].concat());
    assert_eq!(code, Some(0), "{table}");
    let (code, table, _) = says(&folder, &[&["compare", "main", "slower"][..], &gate].concat());
    assert!(code == Some(1) && table.contains("2 slower"), "{table}");
    // A folder that holds a run goes before a name, and an empty one does not.
    fs::create_dir(folder.path().join("main")).expect("a folder");
    assert_eq!(says(&folder, &["compare", "main", "equal"]).0, Some(0));
    fs::copy(folder.path().join("slower/results.jsonl"), folder.path().join("main/results.jsonl")).expect("a run");
    assert!(says(&folder, &["compare", "main", "slower"]).1.contains("0 slower"));

    let latest = fs::read_link(folder.path().join("regatta-report/latest")).ok();
    for (args, words) in [
        (&["compare", "mian", "equal"][..], "neither a run at mian nor a baseline of that name (did you mean `main`?)"),
        (&["compare", "equal", "../up"], "neither a run at ../up nor a baseline"),
        (&["run", "--baseline", "mian"], "no baseline `mian` here (did you mean `main`?)"),
        (&["run", "--fail-on", "regression"], "--baseline NAME"),
        (&["run", "--fail-on", "undecided"], "claim=ID"),
        (&["run", "--markdown", "-"], "--baseline"),
        (&["run", "--baseline", "main", "--markdown", "-", "--json"], "both print a document"),
    ] {
        let (code, _, complaint) = says(&folder, args);
        assert_eq!(code, Some(2), "{args:?}: {complaint}");
        assert!(complaint.contains(words), "{args:?}: {complaint}");
    }
    assert_eq!(fs::read_link(folder.path().join("regatta-report/latest")).ok(), latest, "nothing was measured");
    fs::write(&kept, "nonsense\n").expect("written");
    let (code, text, _) = says(&folder, &["baselines"]);
    assert!(code == Some(0) && text.contains("cannot be read"), "{text}");
}

/// Claims with bounds so wide, or so far off, that no noise turns them. Load excuses what is slow, and so does not excuse the absurd one.
const CLAIMS: &str = r#"
[[claim]]
id = "certain"
statement = "A pool is more than a ten-thousandth as fast as a loop."
why = "It cannot be otherwise."
families = ["native"]
[[claim.condition]]
statistic = "speed-up"
of = { workload = "counting", models = ["thread-pool"] }
at-least = 0.0001

[[claim]]
id = "absurd"
statement = "A pool takes a million times as long as a loop."
why = "It cannot be."
families = ["native"]
[[claim.condition]]
statistic = "speed-up"
of = { workload = "counting", models = ["thread-pool"] }
at-most = 0.000_001
"#;

#[test]
fn a_claim_that_fails_does_not_pass() {
    let folder = Folder::new();
    fs::write(folder.path().join("own.toml"), CLAIMS).expect("written");
    let gate = |on: &[&str]| {
        let on: Vec<&str> = on.iter().flat_map(|on| ["--fail-on", on]).collect();
        run(&folder, &[&["--claims", "own.toml"][..], &on].concat())
    };
    let (code, _, complaint) = gate(&["claim=certain"]);
    assert_eq!(code, Some(0), "{complaint}");
    let (code, _, complaint) = gate(&["claim=certain,claim=absurd"]);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("the claim absurd fails (native)"), "{complaint}");
    assert_eq!(gate(&["claim"]).0, Some(1), "any claim");
    // A claim on what the plan does not have cannot fail, and is no proof either.
    let (code, _, complaint) = gate(&["claim=certain", "claim=gil-convoy"]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(complaint.contains("the claim gil-convoy was not run"), "{complaint}");
    assert_eq!(gate(&["claim=gil-convoy", "undecided"]).0, Some(1));

    let latest = fs::read_link(folder.path().join("regatta-report/latest")).expect("runs");
    for (on, words) in [
        ("claim=absrd", "there is no claim `absrd` (did you mean `absurd`?)"),
        ("claim=gil-convoi", "did you mean `gil-convoy`?"),
        ("claims", "none of claim, claim=ID, regression, undecided"),
    ] {
        let (code, _, complaint) = gate(&[on]);
        assert_eq!(code, Some(2), "{on}: {complaint}");
        assert!(complaint.contains(words), "{on}: {complaint}");
    }
    assert_eq!(
        fs::read_link(folder.path().join("regatta-report/latest")).expect("runs"),
        latest,
        "nothing was measured"
    );
}
