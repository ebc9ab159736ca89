//! CPython cells: the interpreters to measure, and how each of them becomes a cell.
//!
//! - `script`: what an interpreter runs.

mod script;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use regatta_reports::text::plain;
use regatta_runners::Parallelism;
use serde::Deserialize;

use self::script::Script;
use crate::catalogue::cpython::{FAMILY, GEVENT, GEVENT_SERVER, OPTIONS, PythonRunner, RUNNERS, SERVERS, is_runner};
use crate::catalogue::{External, ExternalServer, RunnerCard};
use crate::cell_error::CellError;
use crate::interrupt::Interrupt;
use crate::protocol::ServerProgram;
use crate::subprocess::{Subprocess, on_search_path};

/// The flags of every interpreter: isolated (neither the current directory nor `PYTHON*` variables are on the module path, here and in
/// worker processes), and unbuffered.
const FLAGS: [&str; 2] = ["-I", "-u"];

/// The flag by which an interpreter does not look for packages: those of its installation, and what they have run at every start.
const NO_PACKAGES: &str = "-S";

/// How long an interpreter may take to say what it is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);

/// What an interpreter says of itself.
#[derive(Debug, Clone, Deserialize)]
struct About {
    name: String,
    version: String,
    gil: bool,
    gevent: bool,
    /// The interpreter's own file. What was named may be a script that looks for it at each start, which costs as much as a start.
    #[serde(default)]
    program: Option<PathBuf>,
}

/// An interpreter, and what it says of itself.
#[derive(Debug)]
struct Interpreter {
    program: PathBuf,
    /// Empty for the first one, `@` and its version for the others.
    suffix: String,
    about: About,
}

/// Why there are no interpreters to measure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InterpreterError {
    /// What they would run cannot be written.
    #[error("cannot prepare CPython's cells: {0}")]
    Script(#[from] io::Error),
    /// Some that were named are no use: why, for each.
    #[error(
        "{} cannot be used, and nothing was measured:\n  {}\nEach was started as `PATH {} cell.py about`, to say which Python it is. \
         Name a CPython 3 by its path (`command -v python3` shows one), or leave out --python",
        if .0.len() == 1 { "an interpreter of --python".to_owned() } else { format!("{} interpreters of --python", .0.len()) },
        .0.join("\n  "),
        FLAGS.join(" ")
    )]
    Unusable(Vec<String>),
}

/// The interpreters to measure.
#[derive(Debug)]
pub(crate) struct Interpreters {
    list: Vec<Interpreter>,
    script: Script,
}

impl Interpreters {
    /// Asks the interpreters of these paths what they are; without any, the `python3` of the search path.
    ///
    /// # Errors
    /// If one that was named is no Python that works here, or their script cannot be written.
    pub(crate) fn find(paths: &[PathBuf], interrupt: &Interrupt) -> Result<Self, InterpreterError> {
        let mut found = Self { list: Vec::new(), script: Script::write()? };
        let search = std::env::var_os("PATH").unwrap_or_default();
        let named = if paths.is_empty() { &[PathBuf::from("python3")][..] } else { paths };
        let mut refused = Vec::new();
        for name in named {
            let program = on_search_path(name, &search).unwrap_or_else(|| name.clone());
            match found.probe(&program, interrupt) {
                Ok(about) => found.add(program, about),
                Err(why) => refused.push(format!("{}: {why}", plain(&program.display().to_string()))),
            }
        }
        // That the search path has none is no mistake of anyone, and a run that is to end has its own reason.
        if paths.is_empty() || refused.is_empty() || interrupt.is_set() {
            Ok(found)
        } else {
            Err(InterpreterError::Unusable(refused))
        }
    }

    fn add(&mut self, program: PathBuf, about: About) {
        let mut suffix = if self.list.is_empty() { String::new() } else { format!("@{}", about.version) };
        while self.list.iter().any(|other| other.suffix == suffix) {
            suffix.push('+');
        }
        let own = about.program.clone().filter(|own| own.is_absolute() && own.is_file());
        self.list.push(Interpreter { program: own.unwrap_or(program), suffix, about });
    }

    /// Returns the arguments by which an interpreter runs the script.
    fn args(&self) -> Vec<String> {
        let script = self.script.path().display().to_string();
        FLAGS.map(str::to_owned).into_iter().chain([script]).collect()
    }

    /// Returns the arguments that make an interpreter a cell of `runner`. With the name it imports what the runner needs before it
    /// listens. Only gevent is a package: all others start without looking for packages, which can take most of a start.
    fn cell_args(&self, runner: &str) -> Vec<String> {
        let no_packages = (runner != GEVENT).then(|| NO_PACKAGES.to_owned());
        no_packages.into_iter().chain(self.args()).chain([runner.to_owned()]).collect()
    }

    /// Asks a program whether it is a Python, and which.
    fn probe(&self, program: &Path, interrupt: &Interrupt) -> Result<About, String> {
        if program.components().count() < 2 {
            return Err("there is no program of this name in the search path".to_owned());
        }
        let mut command = Command::new(program);
        command.args(self.args()).arg("about");
        let heard = Subprocess::spawn("interpreter", &mut command, interrupt.clone())
            .and_then(|mut process| process.receive(PROBE_TIMEOUT));
        match heard {
            Ok(line) => serde_json::from_str(&line).map_err(|_| {
                let shown: String = line.trim().chars().take(80).collect();
                format!("asked for its version it says `{}`", plain(&shown))
            }),
            Err(CellError::Failed { message, .. }) => Err(message),
            Err(CellError::Interrupted) => Err("the run was stopped".to_owned()),
        }
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns how to start the cell of each of their runners.
    pub(crate) fn externals(&self) -> Vec<External> {
        let cells = |interpreter: &Interpreter| {
            let cell = |PythonRunner { name, .. }: &PythonRunner| External {
                name: format!("{name}{}", interpreter.suffix),
                runner: (*name).to_owned(),
                program: interpreter.program.clone(),
                args: self.cell_args(name),
                ..External::default()
            };
            RUNNERS.iter().map(cell).collect::<Vec<_>>()
        };
        self.list.iter().flat_map(cells).collect()
    }

    /// Returns how to start each of their servers.
    pub(crate) fn servers(&self) -> Vec<ExternalServer> {
        let script = self.script.server().display().to_string();
        let servers = |interpreter: &Interpreter| {
            let server = |(server, serves_all): &(PythonRunner, bool)| {
                let no_packages = (server.name != GEVENT_SERVER).then(|| NO_PACKAGES.to_owned());
                let args = no_packages.into_iter().chain(FLAGS.map(str::to_owned));
                let args = args.chain([script.clone(), server.name.to_owned()]).collect();
                let program = interpreter.program.clone();
                ExternalServer {
                    name: format!("{}{}", server.name, interpreter.suffix),
                    program: ServerProgram { program, args, serves_all: *serves_all },
                }
            };
            SERVERS.iter().map(server).collect::<Vec<_>>()
        };
        self.list.iter().flat_map(servers).collect()
    }

    /// Returns what their runners are.
    pub(crate) fn cards(&self) -> Vec<RunnerCard> {
        self.list.iter().flat_map(Interpreter::cards).collect()
    }

    /// Returns why they have no runner or family of this name; none if it is not one of Python's.
    pub(crate) fn missing(&self, runner: &str) -> Option<String> {
        let plain = runner.split('@').next().unwrap_or(runner);
        match self.list.first() {
            _ if !is_runner(runner) && plain != FAMILY => None,
            None => Some("no python3 was found; name one with `--python PATH`".to_owned()),
            Some(Interpreter { program, .. }) if [GEVENT, GEVENT_SERVER].contains(&plain) => {
                let program = program.display();
                Some(format!(
                    "gevent cannot be imported by {program}; install it with `{program} -m pip install gevent`"
                ))
            }
            Some(_) => Some("there is no interpreter of this name; name it with `--python PATH`".to_owned()),
        }
    }
}

impl Interpreter {
    fn cards(&self) -> Vec<RunnerCard> {
        let card = |runner: &PythonRunner| RunnerCard {
            name: format!("{}{}", runner.name, self.suffix),
            about: runner.about.to_owned(),
            family: format!("{FAMILY}{}", self.suffix),
            model: runner.model.to_owned(),
            gil: self.about.gil,
            baseline: format!("python-sequential{}", self.suffix),
            computes_as: format!("python-sequential{}", self.suffix),
            is_server: false,
            parallelism: runner.parallelism,
            processes: runner.processes,
            waits_in_workers: runner.parallelism == Parallelism::Workers,
            options: OPTIONS.iter().map(|name| (*name).to_owned()).collect(),
            workloads: None,
            version: self.about.sentence(),
        };
        let server = |server: &PythonRunner| RunnerCard {
            baseline: format!("python-socketserver{}", self.suffix),
            is_server: true,
            waits_in_workers: false,
            options: Vec::new(),
            ..card(server)
        };
        let lacks = |runner: &&PythonRunner| [GEVENT, GEVENT_SERVER].contains(&runner.name) && !self.about.gevent;
        let servers = SERVERS.iter().map(|(server, _)| server).filter(|server| !lacks(server)).map(server);
        RUNNERS.iter().filter(|runner| !lacks(runner)).map(card).chain(servers).collect()
    }
}

impl About {
    fn sentence(&self) -> String {
        format!("{} {}, GIL {}", self.name, self.version, if self.gil { "enabled" } else { "disabled" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_are_no_python_are_named_with_the_reason() {
        let paths = ["/bin/echo", "/no/such/python", "/bin/false", "no-such-python"].map(PathBuf::from);
        let refused =
            Interpreters::find(&paths, &Interrupt::default()).expect_err("none of them is a Python").to_string();
        let lines: Vec<&str> = refused.lines().collect();
        assert!(lines[0].starts_with("4 interpreters of --python cannot be used"), "{refused}");
        let reasons = ["it says", "No such file", "ended before", "search path"];
        for ((path, why), line) in paths.iter().zip(reasons).zip(&lines[1..]) {
            assert!(line.trim_start().starts_with(&format!("{}: ", path.display())) && line.contains(why), "{line}");
        }
        assert!(lines[5].contains("about") && lines[5].contains("leave out --python"), "{refused}");
    }
}
