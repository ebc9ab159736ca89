//! Memory of whole trees of processes: it grows with the processes that wait, in Rust and in Python.

mod common;

use std::process::Command;

use common::{Folder, regatta, said};

/// The memory of each cell by runner, MiB, in the group of so many sleeping tasks.
fn memory_of(folder: &Folder, runner: &str, tasks: u64) -> f64 {
    let results = folder.results();
    let sample = results.samples.iter().find(|sample| sample.cell.runner == runner && sample.tasks == tasks);
    let sample = sample.unwrap_or_else(|| panic!("no sample of {runner} with {tasks} tasks: {:?}", results.failures));
    assert!(sample.source["memory"].starts_with("pss-of-tree"), "{:?}", sample.source);
    sample.tree_pss_bytes.expect("a kernel that tells the memory of processes") as f64 / 1_048_576.0
}

#[test]
fn waiting_processes_show_as_what_they_take() {
    let folder = Folder::new();
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let runners = if has_python { "['process', 'thread', 'python-process']" } else { "['process', 'thread']" };
    // They wait for long enough for all of them to be there at once, on a busy machine too.
    let group = |tasks: u64| {
        let wait = 300_000 + 25_000 * tasks;
        format!(
            "[[group]]\nworkload = 'sleep'\nparams = {{ wait_us = {wait}, tasks = {tasks} }}\nrunners = {runners}\n"
        )
    };
    let plan = format!(
        "rounds = 1\nnoise_arm = false\nreference = false\ntimeout = '5m'\n{}{}{}",
        group(1),
        group(10),
        group(100)
    );
    let plan = folder.plan(&plan).display().to_string();
    let output = regatta(&folder, &["run", "--plan", &plan, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    for runner in ["process", "python-process"].into_iter().take(1 + usize::from(has_python)) {
        let [one, ten, hundred] = [1, 10, 100].map(|tasks| memory_of(&folder, runner, tasks));
        eprintln!("{runner}: {one:.1} MiB with 1 process, {ten:.1} with 10, {hundred:.1} with 100");
        // Beyond what the first one takes, with the pages of files, which all share: linear.
        let growth = (hundred - one) / (ten - one);
        assert!((7.0..16.0).contains(&growth), "{runner}: {one} MiB with 1 process, {ten} with 10, {hundred} with 100");
        assert!(hundred - one > 99.0 * 0.1, "{runner}: a process takes more than 0.1 MiB: {one}, {hundred}");
    }
    let [ten, hundred] = [10, 100].map(|tasks| memory_of(&folder, "thread", tasks));
    assert!(hundred < ten + 16.0, "threads share what processes do not: {ten} MiB with 10, {hundred} with 100");
}
