//! Server models as cells: right answers, void samples, and nothing left behind.

mod common;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use common::{Folder, REGATTA, descendants, first_sample, regatta, said, signal, start, wait_until};
use regatta_reports::record::FailureKind;
use rustix::process::Signal;

/// A group of all kinds of servers. Handlers wait, so that the load generator has little to do.
const GROUP: &str = r#"
noise_arm = false
reference = false
[[group]]
workload = "serve"
params = { connections = 12, requests = 3, wait_us = 2_000 }
workers = [2]
"#;

fn plan(rounds: u32, runners: &str) -> String {
    format!("rounds = {rounds}\n{GROUP}runners = [{runners}]\n")
}

#[test]
fn every_model_is_a_cell_like_all_others() {
    let folder = Folder::new();
    let list = String::from_utf8(regatta(&folder, &["list", "--json"]).stdout).expect("JSON");
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let native = |runner: &&serde_json::Value| runner["is_server"] == true && runner["family"] == "native";
    let names: Vec<&str> = list["runners"]
        .as_array()
        .expect("runners")
        .iter()
        .filter(native)
        .filter_map(|of| of["name"].as_str())
        .collect();
    assert!(names.len() >= 16, "{names:?}");
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    let path = folder.plan(&plan(6, &quoted.join(", "))).display().to_string();
    let output = regatta(&folder, &["run", "--plan", &path, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    // On a busy machine some samples are void. What they are not is wrong.
    let strange: Vec<_> = results.failures.iter().filter(|failure| !failure.kind.is_not_run()).collect();
    assert!(strange.is_empty(), "{strange:?}");
    for name in names {
        let of_model = || results.samples.iter().filter(|sample| sample.cell.runner == name);
        let not_run = results.failures.iter().find(|failure| failure.cell.runner == name);
        assert!(of_model().count() > 0 || not_run.is_some(), "{name} has no record");
        for sample in of_model() {
            assert_eq!(sample.tasks, 36, "{name}");
            assert!(sample.figures["replies_per_s"] > 0.0 && sample.histograms.contains_key("reply_ns"), "{sample:?}");
            assert!(sample.server_cpu_ns.is_some() && sample.cpu_ns > 0, "{sample:?}");
        }
    }
}

#[test]
fn what_cannot_be_served_is_not_run_and_says_why() {
    let folder = Folder::new();
    let text = plan(1, "'select-server', 'epoll-server'").replace("connections = 12", "connections = 1_020");
    let path = folder.plan(&text).display().to_string();
    let output = regatta(&folder, &["run", "--plan", &path, "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let failures = folder.results().failures;
    let select = failures.iter().find(|failure| failure.cell.runner == "select-server").expect("a record");
    assert!(select.kind == FailureKind::Limit && select.message.contains("at most 1008 connections"), "{select:?}");
    let output = regatta(&folder, &["run", "-w", "counting", "-r", "epoll-server", "--out", "none"]);
    assert_eq!(output.status.code(), Some(2), "a server model carries out no tasks: {:?}", said(&output));
}

#[test]
fn a_server_of_ones_own_is_one_command() {
    let folder = Folder::new();
    let script = folder.path().join("server");
    // It prints its port alone, and knows nothing of Regatta.
    let text = "#!/usr/bin/env python3\n\
        import socketserver\n\
        class Handler(socketserver.StreamRequestHandler):\n\
        \x20   def handle(self):\n\
        \x20       for line in self.rfile:\n\
        \x20           self.wfile.write(line.upper() if b'spoil' not in self.server.mode else line)\n\
        class Server(socketserver.ThreadingTCPServer):\n\
        \x20   request_queue_size = 1000\n\
        \x20   daemon_threads = True\n\
        import sys\n\
        with Server(('127.0.0.1', 0), Handler) as server:\n\
        \x20   server.mode = sys.argv[1].encode()\n\
        \x20   print(server.server_address[1], flush=True)\n\
        \x20   server.serve_forever()\n";
    std::fs::File::create(&script).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
    let [good, bad] = ["well", "spoil"].map(|mode| format!("{mode}={} {mode}", script.display()));
    let text = "rounds = 5\nnoise_arm = false\nreference = false\n[[group]]\nworkload = 'serve'\n\
        params = { connections = 3, requests = 2 }\nrunners = ['well', 'spoil']\n";
    let path = folder.plan(text).display().to_string();
    let output = regatta(&folder, &["run", "--plan", &path, "--out", "out", "--server", &good, "--server", &bad]);
    assert_eq!(output.status.code(), Some(3), "one of them is wrong: {:?}", said(&output));
    let results = folder.results();
    assert!(results.samples.iter().all(|sample| sample.cell.runner == "well"), "{:?}", results.samples);
    let spoil = results.failures.iter().find(|failure| failure.cell.runner == "spoil").expect("a record");
    assert!(spoil.kind == FailureKind::WrongAnswer && spoil.message.contains("byte 0 of the reply"), "{spoil:?}");
}

/// A plan that takes a while: each run rests.
fn slow() -> String {
    plan(12, "'epoll-server', 'prefork-server', 'process-server', 'async-server'")
        .replace("wait_us = 2_000", "rest_ms = 100")
        .replace("connections = 12", "connections = 2")
}

#[test]
fn ctrl_c_leaves_nothing() {
    let folder = Folder::new();
    let mut run = start(&folder, &slow());
    first_sample(&folder);
    let all =
        [descendants(run.id(), "__model"), descendants(run.id(), "__server"), descendants(run.id(), "__cell")].concat();
    assert!(all.len() >= 5, "{all:?}");
    signal(run.id(), Signal::INT);
    assert_eq!(run.wait().expect("a child").code(), Some(130));
    wait_until("their end", || all.iter().all(|process| is_gone(*process)).then_some(()));
}

#[test]
fn a_generator_that_is_killed_is_replaced() {
    let folder = Folder::new();
    let mut run = start(&folder, &slow());
    first_sample(&folder);
    let generator = descendants(run.id(), "__server");
    signal(generator[0], Signal::KILL);
    let status = run.wait().expect("a child");
    assert_eq!(status.code(), Some(3), "the run goes on and says that something failed");
    let results = folder.results();
    assert!(
        results.failures.iter().any(|failure| failure.message.contains("server had ended")),
        "{:?}",
        results.failures
    );
    assert!(results.is_complete());
}

fn is_gone(process: u32) -> bool {
    // A zombie has ended, too.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ")
}

#[test]
fn the_load_generator_ends_with_its_standard_input() {
    let mut generator = Command::new(REGATTA)
        .args(["__server", "load", "0"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("a process");
    drop(generator.stdin.take());
    let status = wait_until("its end", || generator.try_wait().expect("a child of ours"));
    assert!(status.success(), "{status}");
}
