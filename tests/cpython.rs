//! CPython cells: what is wrong with an interpreter costs its own cells, with the reason, and nothing else.

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use common::{Folder, REGATTA, descendants, regatta, said, signal, start, wait_until};
use regatta_reports::record::FailureKind;
use regatta_workloads::{Standard, Workloads};
use rustix::process::Signal;

/// A plan with a cell of our own and one of Python.
const PLAN: &str = r#"
rounds = 3
noise_arm = false
reference = false
timeout = "10s"
[[group]]
workload = "sleep"
params = { wait_us = 1_000, tasks = 3 }
runners = ["sequential", "python-sequential"]
"#;

/// Writes a program that says it is a Python, and then does this instead of being a cell.
fn impostor(folder: &Folder, name: &str, instead: &str) -> String {
    let path = folder.path().join(name);
    let about = r#"{"name":"CPython","version":"3.99","gil":true,"gevent":false}"#;
    let script = format!("#!/bin/sh\ncase \"$*\" in *' about') echo '{about}'; exit; esac\n{instead}\n");
    std::fs::write(&path, script).expect("a folder that can be written to");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
    path.display().to_string()
}

fn run(folder: &Folder, interpreter: &str) -> Output {
    let plan = folder.plan(PLAN).display().to_string();
    regatta(folder, &["run", "--plan", &plan, "--python", interpreter, "--out", "out"])
}

/// Runs with an interpreter that is no good, and gives the exit code, the kind of its failure, and the message.
fn failure_with(folder: &Folder, interpreter: &str) -> (Option<i32>, FailureKind, String) {
    let output = run(folder, interpreter);
    let results = folder.results();
    assert_eq!(results.samples.len(), 3, "the other cell is complete: {:?}", said(&output));
    assert!(results.samples.iter().all(|sample| sample.cell.runner == "sequential"));
    assert_eq!(results.failures.len(), 1, "{:?}", results.failures);
    assert_eq!(results.failures[0].cell.runner, "python-sequential");
    assert!(results.end.is_some_and(|end| end.complete));
    (output.status.code(), results.failures[0].kind, results.failures[0].message.clone())
}

#[test]
fn one_that_crashes() {
    let folder = Folder::new();
    let python = impostor(&folder, "crash", "printf 'out\\033[31m of\\nluck' >&2; kill -SEGV $$");
    let (code, kind, message) = failure_with(&folder, &python);
    assert_eq!((code, kind), (Some(3), FailureKind::Crash));
    assert!(message.contains("SIGSEGV") && message.ends_with("its last words:\nout of\nluck"), "{message}");
    let summary = std::fs::read_to_string(folder.out().join("summary.md")).expect("a summary");
    assert!(summary.contains("its last words: out of luck"), "{summary}");
}

#[test]
fn one_that_prints_garbage() {
    let folder = Folder::new();
    let python = impostor(&folder, "garbage", "echo 'Welcome to Python!'; cat > /dev/null");
    let (code, kind, message) = failure_with(&folder, &python);
    assert_eq!((code, kind), (Some(3), FailureKind::Protocol));
    assert!(message.contains("Welcome to Python!"), "{message}");
}

#[test]
fn one_that_prints_without_end() {
    let folder = Folder::new();
    let python = impostor(&folder, "babble", "exec tr '\\0' a < /dev/zero");
    let (code, kind, message) = failure_with(&folder, &python);
    assert_eq!((code, kind), (Some(3), FailureKind::Protocol));
    assert!(message.contains("a line of more than"), "{message}");
}

#[test]
fn one_that_gives_a_wrong_answer() {
    let folder = Folder::new();
    let sample = r#"{"say":"sample","tasks":3,"checksum":1,"workers_seen":1,"wall_ns":5,"cpu_ns":5}"#;
    let instead =
        format!("read start; echo '{{\"say\":\"ready\",\"start_ns\":1}}'\nwhile read run; do echo '{sample}'; done");
    let python = impostor(&folder, "wrong", &instead);
    let (code, kind, message) = failure_with(&folder, &python);
    assert_eq!((code, kind), (Some(3), FailureKind::WrongAnswer));
    assert!(message.contains("checksum"), "{message}");
}

#[test]
fn those_that_are_no_python_are_refused_at_once_and_all_of_them_named() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN).display().to_string();
    let works = impostor(&folder, "works", "exit 1");
    let pythons = ["--python", &works, "--python", "/bin/echo", "--python", "/no/such/python"];
    for command in [&["run", "--plan", &plan, "--out", "out"][..], &["verify", "--workload", "sleep"]] {
        let output = regatta(&folder, &[command, &pythons].concat());
        let (text, complaint) = said(&output);
        assert_eq!((output.status.code(), text.as_str()), (Some(2), ""), "{complaint}");
        for words in ["2 interpreters of --python", "/bin/echo: asked", "/no/such/python: ", "leave out --python"] {
            assert!(complaint.contains(words), "it should say `{words}`: {complaint}");
        }
        assert!(!complaint.contains(&works), "it names only those that are no use: {complaint}");
    }
    assert!(!folder.out().exists(), "nothing is made for a run that does not begin");
}

#[test]
fn a_search_path_without_python_is_no_mistake() {
    let folder = Folder::new();
    let plan = folder.plan(PLAN).display().to_string();
    let run = ["run", "--plan", &plan, "--out", "out"];
    let output = Command::new(REGATTA).args(run).current_dir(folder.path()).env("PATH", folder.path()).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    assert!(results.run.left_out.iter().any(|reason| reason.contains("no python3 was found")), "{:?}", results.run);
    assert!(results.samples.iter().all(|sample| sample.cell.runner == "sequential"));
}

#[test]
fn two_that_work_and_one_that_lacks_a_module() {
    let folder = Folder::new();
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("there is no python3 here: nothing to test");
        return;
    }
    let program = "import runpy, sys; sys.modules['ctypes'] = None; runpy.run_path(sys.argv[1], run_name='__main__')";
    let script = "for arg; do case $arg in */cell.py) script=$arg ;; esac; done";
    let instead = format!("{script}; exec python3 -I -c \"{program}\" \"$script\"");
    let python = impostor(&folder, "python-lacking", &instead);
    let plan = folder.plan(&PLAN.replace("\"python-sequential\"", "\"cpython\"")).display().to_string();
    let args = ["run", "--plan", &plan, "--out", "out", "--python", "python3", "--python", &python];
    let output = regatta(&folder, &args);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let runs_of = |runner: &str| results.samples.iter().filter(|sample| sample.cell.runner == runner).count();
    for runner in ["sequential", "python-sequential", "python-thread", "python-process-pool", "python-asyncio"] {
        assert_eq!(runs_of(runner), 3, "{runner}");
    }
    assert!(results.run.runners["python-thread"].version.starts_with("CPython 3."));
    assert!(results.failures.iter().all(|failure| {
        failure.cell.runner.ends_with("@3.99")
            && failure.kind == FailureKind::Unavailable
            && failure.message.contains("lacks a module")
    }));
    assert_eq!(results.failures.len(), 6, "each of its runners: {:?}", results.failures);
}

#[test]
fn every_case_of_coordination_has_the_answers_of_the_other_models() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("there is no python3 here: nothing to test");
        return;
    }
    let folder = Folder::new();
    let cases: Vec<_> = Standard::cards().into_iter().filter(|card| card.kind == "coordination").collect();
    let chosen = cases.iter().flat_map(|case| ["--workload", case.name]);
    let args: Vec<&str> = ["verify", "--runner", "cpython"].into_iter().chain(chosen).collect();
    let output = regatta(&folder, &args);
    let (text, _) = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let became = |word: &str, case: &str, runner: &str| {
        text.lines().any(|line| {
            line.starts_with(word)
                && line.split_whitespace().any(|part| part == case)
                && line.contains(&format!(" {runner} "))
        })
    };
    for case in &cases {
        assert!(became("ok", case.name, "python-thread"), "{} in threads: {text}", case.name);
        assert!(became("ok", case.name, "python-asyncio"), "{} in coroutines: {text}", case.name);
    }
    assert!(became("not run", "lost-update", "python-process"), "{text}");
    assert!(text.contains("processes have none in common"), "{text}");
}

#[test]
fn updates_are_lost_where_a_task_gives_way_between_reading_and_writing() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("there is no python3 here: nothing to test");
        return;
    }
    let folder = Folder::new();
    let plan = PLAN.replace("workload = \"sleep\"", "workload = \"lost-update\"");
    let params = "params = { tasks = 4, updates = 3, pause_us = 0, lock = false }";
    let plan =
        plan.replace("params = { wait_us = 1_000, tasks = 3 }", params).replace("python-sequential", "python-asyncio");
    let plan = folder.plan(&plan).display().to_string();
    let output = regatta(&folder, &["run", "--plan", &plan, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    for sample in folder.results().samples {
        // All coroutines of a loop read before one of them writes. A task alone loses nothing.
        let lost = if sample.cell.runner == "python-asyncio" { 9.0 } else { 0.0 };
        assert_eq!((sample.figures["operations"], sample.figures["lost_updates"]), (12.0, lost), "{sample:?}");
    }
}

/// Fills a folder with modules and a program that Python or a shell would find there, all of which leave a mark when they are executed.
/// Gives the path of the mark.
fn set_trap(folder: &Folder) -> PathBuf {
    let mark = folder.path().join("mark");
    let trap = format!("open({:?}, 'a').write(__name__ + chr(10))\n", mark.display().to_string());
    let modules = ["json", "platform", "sitecustomize", "usercustomize", "ctypes", "multiprocessing", "gevent", "cell"];
    for module in modules {
        std::fs::write(folder.path().join(format!("{module}.py")), &trap).expect("a file");
    }
    std::fs::create_dir(folder.path().join("regatta_cell")).expect("a folder");
    std::fs::write(folder.path().join("regatta_cell/__init__.py"), &trap).expect("a file");
    let program = folder.path().join("python3");
    std::fs::write(&program, format!("#!/bin/sh\necho program >> {}\n", mark.display())).expect("a file");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
    mark
}

#[test]
fn nothing_of_the_current_directory_or_of_pythons_variables_is_executed() {
    let verify = ["verify", "--workload", "sleep", "--runner", "cpython"];
    for args in [&["list"][..], &verify] {
        let folder = Folder::new();
        let mark = set_trap(&folder);
        let search = std::env::var("PATH").unwrap_or_default();
        let output = Command::new(REGATTA)
            .args(args)
            .current_dir(folder.path())
            .env("PATH", format!(".::{search}"))
            .env("PYTHONPATH", folder.path())
            .env("PYTHONSTARTUP", folder.path().join("json.py"))
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
        let executed = std::fs::read_to_string(&mark).unwrap_or_default();
        assert_eq!(executed, "", "{args:?} executed these");
        if Command::new("python3").arg("--version").output().is_ok() {
            assert!(said(&output).0.contains("python-process-pool"), "{:?}", said(&output));
        }
    }
}

#[test]
fn a_killed_driver_leaves_no_process_and_no_file_of_python_behind() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("there is no python3 here: nothing to test");
        return;
    }
    let folder = Folder::new();
    // Runs that would go on for long after the driver, in cells and in worker processes.
    let plan = r#"
rounds = 12
noise_arm = false
reference = false
timeout = "10m"
[[group]]
workload = "sleep"
params = { wait_us = 300_000_000, tasks = 2 }
runners = ["python-process"]
"#;
    let mut run = start(&folder, plan);
    // The cell, and the processes of its run.
    let left = wait_until("the cell and its workers", || {
        let python = descendants(run.id(), "cell.py");
        (python.len() >= 3).then_some(python)
    });
    let files = || std::fs::read_dir(folder.temporary()).expect("a folder").count();
    assert!(files() > 0, "the script is there");
    signal(run.id(), Signal::KILL);
    run.wait().expect("it ends");
    wait_until("no file is left behind", || (files() == 0).then_some(()));
    wait_until("no process is left behind", || {
        let lives = |process: &u32| std::path::Path::new(&format!("/proc/{process}")).exists();
        (!left.iter().any(lives)).then_some(())
    });
}
