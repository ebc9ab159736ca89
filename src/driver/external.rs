//! Programs in other languages as cells: how one is started, and what is counted of it from its first instruction on.

use std::process::Command;

use crate::catalogue::External;
use crate::recorder::Outside;
use crate::subprocess::Subprocess;

/// Where a shell is, which holds a program back until its counters are open.
const SHELL: &str = "/bin/sh";
/// What it does: it waits for a line, and becomes the program of its arguments.
const HOLD_BACK: &str = "read -r line; exec \"$@\"";

/// Returns what starts the program. If it is watched, a shell becomes it once the counters are open: a runtime has threads before it is
/// spoken to, and those that exist already would not be counted.
pub(crate) fn command(external: &External) -> Command {
    let mut command = if external.is_watched {
        let mut command = Command::new(SHELL);
        command.args(["-c", HOLD_BACK, SHELL]).arg(&external.program);
        command
    } else {
        Command::new(&external.program)
    };
    command.args(&external.args).envs(external.variables.iter().cloned());
    command
}

/// Opens the counters of a program that is watched, and lets it begin. Returns none if it takes its own figures.
pub(crate) fn watch(external: &External, process: &mut Subprocess) -> Option<Outside> {
    let outside = process.process().filter(|_| external.is_watched).map(Outside::open)?;
    process.send("");
    Some(outside)
}
