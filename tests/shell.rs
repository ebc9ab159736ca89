//! The program in a shell: narrow, dumb and ASCII terminals, closed pipes, JSON, quiet and verbose, completions and manual pages.

mod common;

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use common::{Folder, REGATTA, command, regatta, said};
use nix::pty::{Winsize, openpty};
use regatta_reports::text::width;
use serde_json::Value;

/// A run of a moment.
const RUN: [&str; 8] = ["run", "--plan", "quick", "-w", "empty", "-r", "sequential,thread", "-n"];

/// Measures for a moment into a folder of this name.
fn run(folder: &Folder, name: &str) {
    let output = regatta(folder, &[&RUN[..], &["2", "-o", name]].concat());
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
}

/// What the program writes to a terminal of so many columns, with this environment.
fn on_terminal(folder: &Folder, args: &[&str], columns: u16, environment: &[(&str, &str)]) -> String {
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let ends = openpty(&size, None).expect("a terminal");
    let stream = |end: &OwnedFd| Stdio::from(end.try_clone().expect("a second descriptor"));
    let mut command = command(folder, args);
    command.env("TERM", "xterm").env_remove("NO_COLOR").envs(environment.iter().copied());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stream(&ends.slave))
        .stderr(stream(&ends.slave))
        .spawn()
        .expect("the program starts");
    drop((command, ends.slave));
    let mut shown = Vec::new();
    let mut terminal = File::from(ends.master);
    let mut chunk = [0; 4096];
    // Once the program has ended, reading a terminal is an error.
    while let Ok(length @ 1..) = terminal.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..length]);
    }
    let status = child.wait().expect("it ends");
    let shown = String::from_utf8(shown).expect("UTF-8");
    assert_eq!(status.code(), Some(0), "{shown}");
    shown
}

/// The lines of a text for a terminal, without commands to it.
fn lines(shown: &str) -> Vec<String> {
    let plain = anstream::adapter::strip_str(shown).to_string();
    plain.split(['\n', '\r']).map(str::to_owned).collect()
}

/// Checks that the page on records names the keys of a document.
fn documented(document: &Value) {
    const RECORDS: &str = include_str!("../docs/RECORDS.md");
    let (_, text) = RECORDS.split_once("## `--json`").expect("a section");
    for key in document.as_object().expect("an object").keys() {
        assert!(text.contains(&format!("`{key}`")), "docs/RECORDS.md does not name `{key}`");
    }
}

fn parsed(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

#[test]
fn tables_of_narrow_terminals_fit_and_name_what_they_drop() {
    let folder = Folder::new();
    run(&folder, "one");
    run(&folder, "two");
    for columns in [40, 60] {
        for args in [&["report", "one", "--tables"][..], &["compare", "one", "two"]] {
            let shown = on_terminal(&folder, args, columns, &[]);
            let lines = lines(&shown);
            let is_of_table =
                |line: &&String| ["sequential", "thread", "─", "few empty"].iter().any(|s| line.starts_with(s));
            let rows = || lines.iter().filter(is_of_table).filter(|line| !line.contains(": "));
            assert!(rows().count() > 2, "{args:?}: {shown}");
            let longest = rows().map(|line| width(line)).max().unwrap_or(0);
            assert!(longest <= usize::from(columns), "{longest} columns of {columns}: {shown}");
            assert!(shown.contains("Too narrow for: "), "{args:?} at {columns}: {shown}");
        }
    }
}

#[test]
fn progress_fits_its_line_and_goes_where_there_is_a_terminal() {
    let folder = Folder::new();
    let plan = folder.plan(common::SLOW).display().to_string();
    for columns in [40, 100] {
        let out = columns.to_string();
        let shown = on_terminal(&folder, &["run", "--plan", &plan, "-n", "3", "-o", &out], columns, &[]);
        let lines = lines(&shown);
        let progress: Vec<&String> = lines.iter().filter(|line| line.ends_with(" left")).collect();
        assert!(progress.iter().any(|line| line.starts_with("sleep, ")), "{shown}");
        assert!(progress.iter().all(|line| width(line) <= usize::from(columns)), "{columns}: {progress:?}");
    }
}

#[test]
fn a_dumb_terminal_gets_no_commands() {
    let folder = Folder::new();
    let shown = on_terminal(&folder, &[&RUN[..], &["2", "-o", "out"]].concat(), 80, &[("TERM", "dumb")]);
    assert!(shown.contains("sequential") && !shown.contains('\u{1b}'), "{shown}");
    let coloured = on_terminal(&folder, &["report", "out"], 80, &[]);
    assert!(coloured.contains('\u{1b}'), "{coloured}");
}

#[test]
fn a_locale_of_ascii_gets_ascii_and_a_document_is_unicode_all_the_same() {
    let folder = Folder::new();
    run(&folder, "out");
    for args in [&["report", "out", "--tables"][..], &["list"], &["explain"], &["compare", "out", "out"]] {
        let shown = command(&folder, args).env("LC_ALL", "C").output().expect("the program starts");
        assert_eq!(shown.status.code(), Some(0));
        assert!(shown.stdout.is_ascii() && shown.stderr.is_ascii(), "{args:?}: {:?}", said(&shown));
    }
    let shown = on_terminal(&folder, &[&RUN[..], &["2", "-o", "other"]].concat(), 100, &[("LC_ALL", "POSIX")]);
    assert!(shown.is_ascii() && shown.contains("sequential"), "{shown}");
    let page = fs::read_to_string(folder.path().join("other/summary.md")).expect("a summary");
    assert!(!page.is_ascii(), "files do not depend on the terminal");
}

#[test]
fn a_reader_that_has_seen_enough_ends_nothing() {
    let folder = Folder::new();
    let shell = |script: &str| {
        let script = format!("set -o pipefail; {script}").replace("regatta", REGATTA);
        Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().expect("a shell")
    };
    for script in [
        "regatta list | head -1",
        "regatta baselines | head -1",
        "regatta completions zsh | head -1",
        "regatta list --json | head -c 1",
    ] {
        let output = shell(script);
        let (text, complaint) = said(&output);
        assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""), "{script}: {text}");
        assert!(!text.is_empty());
    }
    // Both streams are closed long before the run has anything to say.
    let output = shell(&format!("regatta {} 2 -o out 2>&1 | true", RUN.join(" ")));
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(folder.path().join("out/index.html").exists(), "the report is written all the same");
}

#[test]
fn json_is_one_document_and_all_else_is_on_standard_error() {
    let folder = Folder::new();
    run(&folder, "base");
    let measured = regatta(&folder, &[&RUN[..], &["2", "-o", "out", "--json"]].concat());
    let document = parsed(&measured.stdout);
    assert_eq!((measured.status.code(), &document["page"]), (Some(0), &Value::from("out/index.html")));
    assert!(said(&measured).1.contains("Report: out/index.html"), "{:?}", said(&measured));
    let rows = document["summary"]["groups"][0]["rows"].as_array().expect("the cells");
    assert!(rows.iter().all(|row| row["wall"]["value"].as_f64() > Some(0.0)), "{document}");
    let verdicts = fs::read(folder.path().join("out/verdicts.json")).expect("verdicts");
    assert_eq!(document["verdicts"], parsed(&verdicts), "as in the file");

    let again = regatta(&folder, &["report", "out", "--json", "--quiet"]);
    assert_eq!((again.status.code(), said(&again).1.as_str()), (Some(0), ""));
    assert_eq!(parsed(&again.stdout)["summary"], document["summary"]);
    let both = parsed(&regatta(&folder, &["report", "base", "out", "--json"]).stdout);
    assert_eq!(both["runs"][1]["folder"], "out");
    let comparison = parsed(&regatta(&folder, &["compare", "base", "out", "--json"]).stdout);
    assert_eq!(comparison["cells"].as_array().map(Vec::len), Some(2), "{comparison}");
    assert!(comparison["counts"]["slower"].is_u64() && comparison["headline"].is_string(), "{comparison}");
    assert!(comparison["cells"][0]["conclusion"]["outcome"].is_string(), "{comparison}");
    let list = parsed(&regatta(&folder, &["list", "--json"]).stdout);
    let workload = parsed(&regatta(&folder, &["list", "empty", "--json"]).stdout);
    [&document, &both, &comparison, &list, &workload].into_iter().for_each(documented);
    assert!(list["workloads"].as_array().is_some_and(|workloads| workloads.contains(&workload)), "{list}");
}

#[test]
fn quiet_prints_the_answer_and_nothing_else() {
    let folder = Folder::new();
    let output = regatta(&folder, &[&RUN[..], &["2", "--quiet"]].concat());
    let (text, lines) = said(&output);
    assert_eq!((output.status.code(), lines.as_str()), (Some(0), ""));
    assert!(text.contains("\nsequential ") && !text.contains("Report: ") && !text.contains("Claims"), "{text}");
    let refused = regatta(&folder, &["run", "-q", "-w", "prims"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).1.contains("did you mean `primes`?"), "errors stay");
    assert_eq!(regatta(&folder, &["report", "-q"]).stdout, output.stdout, "the latest, where no folder is named");
}

#[test]
fn messages_of_failed_cells_are_a_line_and_whole_where_more_is_wanted() {
    let folder = Folder::new();
    run(&folder, "out");
    let path = folder.path().join("out/results.jsonl");
    let text = fs::read_to_string(&path).expect("records");
    let sample = text.lines().find(|line| line.contains("\"runner\":\"thread\"") && line.contains("\"sample\""));
    let mut failure = parsed(sample.expect("a sample").as_bytes());
    failure["type"] = "error".into();
    failure["kind"] = "crash".into();
    failure["message"] =
        "it ended; its last words:\nthread 'main' panicked at a.rs:1:2:\nb\u{fffd}oom\nstack backtrace:\n   \
                          0: a::inner\n             at ./a.rs:1:2\nnote: run with `RUST_BACKTRACE=1`\n"
            .into();
    fs::write(&path, format!("{text}{failure}\n")).expect("written");
    let output = regatta(&folder, &["report", "out"]);
    let (text, _) = said(&output);
    assert!(text.contains("it ended; its last words: thread 'main' panicked at a.rs:1:2: boom\n"), "{text}");
    let output = regatta(&folder, &["report", "out", "-v"]);
    let (_, whole) = said(&output);
    assert!(whole.contains("\n  stack backtrace:\n     0: a::inner\n") && !whole.contains('\u{fffd}'), "{whole}");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named_with_a_remedy() {
    let folder = Folder::new();
    let refused = |args: &[&str], words: &[&str]| {
        let output = regatta(&folder, args);
        let (_, complaint) = said(&output);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(words.iter().all(|words| complaint.contains(words)) && complaint.lines().count() == 1, "{complaint}");
    };
    // Nobody can make a folder there, whoever it is.
    refused(&[&RUN[..], &["2", "-o", "/proc/regatta"]].concat(), &["cannot write to /proc/regatta", "--out"]);
    refused(&["man", "/proc/regatta"], &["cannot write the manual to /proc/regatta"]);
    run(&folder, "out");
    let only_read = |is_so: bool| {
        let mode = if is_so { 0o555 } else { 0o755 };
        for path in [folder.path().join("out"), folder.path().to_owned()] {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("an own folder");
        }
    };
    only_read(true);
    // Whoever runs as root writes wherever it likes.
    if File::create(folder.path().join("probe")).is_err() {
        refused(&[&RUN[..], &["2"]].concat(), &["cannot write to regatta-report/", "--out"]);
        refused(&["report", "out"], &["the records are safe", "cannot be written to out"]);
    }
    only_read(false);
}

#[test]
fn shells_and_man_know_the_command_line() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let (script, complaint) = said(&regatta(&folder, &["completions", shell]));
        assert!(script.contains("workload") && script.contains("explain"), "{shell}: {complaint}");
    }
    let (page, _) = said(&regatta(&folder, &["man"]));
    assert!(page.contains(".TH regatta"), "{page}");
    assert_eq!(regatta(&folder, &["man", "pages"]).status.code(), Some(0));
    for page in ["regatta.1", "regatta-run.1", "regatta-compare.1"] {
        assert!(folder.path().join("pages").join(page).exists(), "{page}");
    }
}

#[test]
fn the_version_says_which_build_it_is() {
    let folder = Folder::new();
    let (version, _) = said(&regatta(&folder, &["--version"]));
    let build = if cfg!(debug_assertions) { "debug)\n" } else { "release)\n" };
    assert!(version.starts_with(concat!("regatta ", env!("CARGO_PKG_VERSION"), " (")), "{version}");
    assert!(version.ends_with(build), "{version}");
}

#[test]
fn as_many_workers_as_cores() {
    let folder = Folder::new();
    let output = regatta(
        &folder,
        &[&RUN[..5], &["-r", "thread-pool", "-n", "1", "--workers", "1,cores", "-o", "out"]].concat()[..],
    );
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    let results = folder.results();
    let cores = results.run.machine.usable_cores;
    let workers = results.run.plan.groups[0].cells.iter().map(|cell| cell.workers);
    assert!(workers.clone().all(|workers| workers == 1 || workers <= cores), "{:?}", workers.collect::<Vec<_>>());
}
