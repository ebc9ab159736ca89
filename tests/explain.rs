//! `regatta explain`: what it lists, what it refuses, and what a lesson consists of, whatever its verdict is.

mod common;

use std::process::{Command, Output};

use common::{Folder, REGATTA, said};

/// Explains on a machine without an interpreter.
fn explain(folder: &Folder, args: &[&str]) -> Output {
    let mut command = Command::new(REGATTA);
    command.arg("explain").args(args).current_dir(folder.path()).env("PATH", folder.path()).env("LC_ALL", "C");
    command.output().expect("the program starts")
}

/// Claims about CPython alone, the second one about a curve.
const OWN: &str = "[[claim]]\nid = \"mine\"\nstatement = \"Python computes.\"\nwhy = \"It shows.\"\nfamilies = [\"cpython\"]\n\
                   said-by = \"me\"\nbecause = \"It can.\"\n\
                   [[claim.condition]]\nstatistic = \"speed-up\"\n\
                   of = { workload = \"primes\", models = [\"thread-pool\"] }\nat-least = 0.1\n\
                   [[claim]]\nid = \"mine-along\"\nstatement = \"Python grows.\"\nwhy = \"It shows.\"\nfamilies = [\"cpython\"]\n\
                   [[claim.condition]]\nstatistic = \"speed-up\"\n\
                   of = { along = \"workers\", workload = \"primes\", models = [\"thread-pool\"] }\nat-least = 0.1\n";

#[test]
fn without_a_claim_it_lists_all_of_them_by_kind_of_work() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("own.toml"), OWN).expect("a folder that can be written to");
    let output = explain(&folder, &["--claims", "own.toml"]);
    let (text, _) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let places = ["Computing\n", "cpu-gil-threads", "mine", "Waiting\n", "io-threads-gil", "computing\n", "gil-convoy"];
    let curves = ["Along a curve\n", "too-many-processes", "mine-along"];
    let places = [&places[..], &curves[..]].concat();
    let places: Vec<_> = places.iter().map(|words| text.find(words)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {text}");
}

#[test]
fn a_lesson_shows_lanes_figures_verdicts_and_why_and_is_recorded_like_any_run() {
    let folder = Folder::new();
    let output = explain(&folder, &["gil-convoy", "--budget", "60s", "--seed", "7", "--out", "out"]);
    let (text, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{complaint}");
    assert!(complaint.contains("no python3 was found") && complaint.contains("--python"), "{complaint}");
    let parts =
        ["Under a GIL", "Said by: ", "what each task did in one run", "|0", "thread     0 ", "gil-thread 0 ", "p50"];
    let parts: Vec<_> = parts.iter().map(|words| text.find(words)).collect();
    assert!(parts.iter().all(Option::is_some) && parts.is_sorted(), "{parts:?} in {text}");
    let verdicts = ["holds, GIL (model)", "fails, GIL (model)", "undecided, GIL (model)"];
    assert!(verdicts.iter().any(|words| text.contains(words)), "{text}");
    assert!(text.contains("\nWhy: ") && text.contains("Report: out/index.html"), "{text}");
    assert!(text.lines().count() < 40, "{text}");
    let lane = text.lines().find(|line| line.starts_with("gil-thread 0")).expect("the lane of the waiting task");
    assert!(lane.contains(":::"), "it waits while the other has the lock: {text}");
    let results = folder.results();
    assert_eq!((results.run.plan.name.as_str(), results.run.seed), ("explain gil-convoy", 7));
    assert!(results.run.plan.groups.iter().all(|group| group.workload == "convoy"));
    assert!(results.samples.iter().all(|sample| ["thread", "gil-thread"].contains(&sample.cell.runner.as_str())));
    assert!(folder.out().join("index.html").exists());
}

#[test]
fn a_lesson_on_a_curve_shows_it_and_takes_the_cells_of_the_sweep_alone() {
    let folder = Folder::new();
    let output = explain(&folder, &["oversubscribed-waits", "--budget", "90s", "--seed", "7", "--out", "out"]);
    let (text, complaint) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{complaint}");
    let parts =
        ["For waiting, ", "Said by: ", "waits by size of the pool: ", "\nworkers ", "\nthread-pool ", "\nWhy: "];
    let parts: Vec<_> = parts.iter().map(|words| text.find(words)).collect();
    assert!(parts.iter().all(Option::is_some) && parts.is_sorted(), "{parts:?} in {text}");
    let verdicts = ["holds, native", "fails, native", "undecided, native"];
    assert!(verdicts.iter().any(|words| text.contains(words)), "{text}");
    let results = folder.results();
    assert_eq!(results.run.plan.name, "explain oversubscribed-waits");
    let sweeps: Vec<_> =
        results.run.plan.groups.iter().map(|group| (&*group.workload, group.sweep.is_some())).collect();
    assert_eq!(sweeps, [("sleep", true)]);
    let runners = ["sequential", "thread-pool", "gil-thread-pool"];
    assert!(results.samples.iter().all(|sample| runners.contains(&sample.cell.runner.as_str())));
    assert!(results.profiles.is_empty(), "nobody watches a curve");
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("own.toml"), OWN).expect("a folder that can be written to");
    let cases: [(&[&str], &[&str]); 3] = [
        (&["gil-convoi"], &["no claim `gil-convoi`", "did you mean `gil-convoy`?"]),
        (&["mine", "--claims", "own.toml"], &["`mine` cannot be shown here", "no python3 was found", "--python PATH"]),
        (&["mine-along", "--claims", "own.toml"], &["the plan `scaling` has no cells of what it is about"]),
    ];
    for (args, words) in cases {
        let output = explain(&folder, args);
        let (_, complaint) = said(&output);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(words.iter().all(|words| complaint.contains(words)), "{complaint}");
    }
    assert!(!folder.path().join("regatta-report").exists(), "nothing is made for a run that does not begin");
}
