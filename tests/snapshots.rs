//! What the program says of itself, held by snapshots: the help of every command, and what `list` shows without a Python.
//!
//! If a change is meant, the `.snap.new` beside a snapshot takes its place (`cargo insta accept` does that).

mod common;

use std::process::Command;

use common::{Folder, REGATTA, said};

/// What the program prints with these arguments, on a machine without an interpreter, 100 columns wide.
fn printed(args: &[&str]) -> String {
    let folder = Folder::new();
    let mut command = Command::new(REGATTA);
    command.args(args).current_dir(folder.path()).env("PATH", folder.path()).env("COLUMNS", "100").env("NO_COLOR", "1");
    command.env("LC_ALL", "C.UTF-8");
    let output = command.output().expect("the program starts");
    let (text, complaint) = said(&output);
    assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""), "{args:?}");
    text
}

/// Holds a text against its snapshot.
fn hold(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn help_of_every_command() {
    let help = printed(&["--help"]);
    hold("help", &help);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A line that is indented further goes on with the sentence of the one above.
    let entries = commands.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = entries.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let mut count = 0;
    for name in names {
        hold(&format!("help-{name}"), &printed(&[name, "--help"]));
        count += 1;
    }
    assert!(count >= 6, "{help}");
}

#[test]
fn list() {
    let text = printed(&["list"]);
    // What the kernel lets the recorder read depends on the machine.
    let (fixed, recorder) = text.rsplit_once("CPU time per core").expect("the last line");
    assert!(!recorder.trim().is_empty());
    hold("list", fixed);
}
