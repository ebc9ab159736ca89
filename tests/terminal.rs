//! What a run says while it goes on, and where: lines on standard error, the report on standard output.

mod common;

use std::fs;

use common::{Folder, regatta, said};

/// Two groups that wait, and nothing else.
const PLAN: &str = r#"
rounds = 6
noise_arm = false
reference = false
[[group]]
workload = "sleep"
params = { wait_us = 1_000, tasks = 2 }
runners = ["thread"]
[[group]]
workload = "sleep"
params = { wait_us = 1_000, tasks = 3 }
runners = ["thread"]
"#;

/// A claim about the groups with so many tasks: a wait is never shorter than it is, and never a million times as long.
fn claim(id: &str, tasks: &[u32], at_least: &str) -> String {
    let condition = |tasks: &u32| {
        format!(
            "[[claim.condition]]\nstatistic = 'over-formula'\nformula = 'longest-wait'\nat-least = {at_least}\n\
             of = {{ workload = 'sleep', params = {{ tasks = {tasks} }}, models = ['thread'] }}\n"
        )
    };
    let conditions: String = tasks.iter().map(condition).collect();
    format!(
        "[[claim]]\nid = '{id}'\nstatement = 'This is {id}.'\nwhy = 'Why not.'\nfamilies = ['native']\n{conditions}"
    )
}

#[test]
fn verdicts_are_said_as_soon_as_their_groups_are_measured() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN).display().to_string();
    let claims = [claim("on-both", &[2, 3], "0.5"), claim("on-the-first", &[2], "0.5"), claim("wrong", &[3], "1e6")];
    fs::write(folder.path().join("claims.toml"), claims.concat()).expect("a file");
    let output = regatta(&folder, &["run", "--plan", &plan, "--claims", "claims.toml", "--out", "out"]);
    let (text, lines) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{lines}");
    let verdicts: Vec<&str> = lines.lines().filter(|line| line.contains("This is ")).collect();
    assert_eq!(verdicts.len(), 3, "{lines}");
    let ends = ["This is on-the-first.", "This is on-both.", "This is wrong."];
    for ((verdict, mark), end) in
        verdicts.iter().zip(["✓ holds  native", "✓ holds  native", "✗ fails  native"]).zip(ends)
    {
        assert!(verdict.starts_with(mark) && verdict.ends_with(end), "{mark} and {end}: {lines}");
    }
    assert!(!lines.contains('\u{1b}'), "no terminal, no colours: {lines}");
    assert!(!text.contains("holds  native"), "the report is on standard output, and nothing else: {text}");
}

#[test]
fn verdicts_have_colours_only_where_the_environment_wants_them() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN).display().to_string();
    fs::write(folder.path().join("claims.toml"), claim("on-the-first", &[2], "0.5")).expect("a file");
    for (variable, is_coloured, out) in [("CLICOLOR_FORCE", true, "forced"), ("NO_COLOR", false, "none")] {
        let mut command = std::process::Command::new(common::REGATTA);
        command.args(["run", "--plan", &plan, "--claims", "claims.toml", "--out", out]).current_dir(folder.path());
        let output = command.env(variable, "1").output().expect("the program starts");
        let (_, lines) = said(&output);
        assert_eq!(lines.contains("\u{1b}["), is_coloured, "{variable}: {lines}");
        assert!(lines.contains("This is on-the-first."), "{lines}");
    }
}
