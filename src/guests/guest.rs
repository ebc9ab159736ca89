//! A program that has said what it is.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use regatta_reports::text::plain;
use regatta_runners::Parallelism;

use super::command::NamedCell;
use super::hello::{baseline, check};
use crate::catalogue::{External, RunnerCard};
use crate::cell_error::CellError;
use crate::interrupt::Interrupt;
use crate::protocol::{Answer, Bound, Hello, HelloRunner, Request, VERSION};
use crate::recorder::Recorder;
use crate::subprocess::Subprocess;

/// How long a program may take to say what it is.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A program that has said what it is.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    /// Its name, and with an `@` its kind.
    name: String,
    program: PathBuf,
    args: Vec<String>,
    variables: Vec<(String, String)>,
    hello: Hello,
    /// Time from its start to its answer, nanoseconds.
    boot_ns: u64,
}

impl Guest {
    /// Asks a program what it is.
    ///
    /// # Errors
    /// If it is no cell: in words.
    pub(crate) fn ask(cell: &NamedCell, cores: u64, interrupt: &Interrupt) -> Result<Self, String> {
        let (program, args) = (cell.program()?, cell.command[1..].to_vec());
        let variables = variables(cores);
        let mut command = Command::new(&program);
        command.args(&args).envs(variables.clone());
        let request = Request::Hello { protocol: VERSION };
        let begin = Recorder::now_ns();
        let heard = Subprocess::spawn("cell process", &mut command, interrupt.clone()).and_then(|mut process| {
            process.send(&serde_json::to_string(&request).unwrap_or_default());
            process.receive(TIMEOUT)
        });
        let line = match heard {
            Ok(line) => line,
            Err(CellError::Failed { message, .. }) => return Err(message),
            Err(CellError::Interrupted) => return Err("the run was stopped".to_owned()),
        };
        let boot_ns = Recorder::now_ns().saturating_sub(begin);
        let shown: String = plain(line.trim()).chars().take(80).collect();
        let hello = match serde_json::from_str(&line) {
            Ok(Answer::Hello(hello)) => hello,
            Ok(Answer::Error { message, .. }) => return Err(message),
            Ok(_) => return Err(format!("it answered `hello` with `{shown}`")),
            Err(error) => {
                return Err(format!("it answered `hello` with `{shown}`, which is not of the protocol: {error}"));
            }
        };
        check(&hello)?;
        Ok(Self { name: cell.name.clone(), program, args, variables, hello, boot_ns })
    }

    /// Returns what its runners are.
    pub(crate) fn cards(&self) -> Vec<RunnerCard> {
        self.hello.runners.iter().map(|runner| self.card(runner)).collect()
    }

    fn card(&self, runner: &HelloRunner) -> RunnerCard {
        let Hello { language, version, .. } = &self.hello;
        let about = if runner.about.is_empty() { &runner.name } else { &runner.about };
        let parallelism = match runner.parallelism {
            Bound::One => Parallelism::One,
            Bound::Workers => Parallelism::Workers,
            Bound::PerTask => Parallelism::PerTask,
        };
        RunnerCard {
            name: self.own(&runner.name),
            about: format!("{} ({})", plain(about), plain(language)),
            family: match &runner.family {
                Some(family) if self.name.contains('@') => format!("{}.{family}", self.name),
                Some(family) => format!("{}@{family}", self.name),
                None => self.name.clone(),
            },
            model: runner.model.clone(),
            gil: runner.gil,
            baseline: self.own(baseline(&self.hello, runner)),
            computes_as: self.own(baseline(&self.hello, runner)),
            is_server: false,
            parallelism,
            processes: runner.processes,
            waits_in_workers: parallelism == Parallelism::Workers,
            options: runner.options.clone(),
            workloads: runner.workloads.clone(),
            version: plain(version),
        }
    }

    /// Returns how to start the cell of each of its runners.
    pub(crate) fn externals(&self) -> Vec<External> {
        let external = |runner: &HelloRunner| External {
            name: self.own(&runner.name),
            runner: runner.name.clone(),
            program: self.program.clone(),
            args: self.args.clone(),
            variables: self.variables.clone(),
            is_watched: true,
            warms_up: self.hello.warms_up,
            boot_ns: Some(self.boot_ns),
        };
        self.hello.runners.iter().map(external).collect()
    }

    /// Returns the name of a runner in plans and records: `mine-pool`, or `mine-pool@2` of `mine@2`.
    fn own(&self, runner: &str) -> String {
        match self.name.split_once('@') {
            Some((name, kind)) => format!("{name}-{runner}@{kind}"),
            None => format!("{}-{runner}", self.name),
        }
    }
}

/// Returns the variables by which runtimes are told how many cores they may use.
fn variables(cores: u64) -> Vec<(String, String)> {
    ["REGATTA_CORES", "GOMAXPROCS", "UV_THREADPOOL_SIZE"].map(|name| (name.to_owned(), cores.to_string())).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(name: &str, answer: &str) -> Result<Guest, String> {
        let command = format!("/bin/sh -c 'read line; echo \"$0\"' '{answer}'");
        Guest::ask(&NamedCell::new(name, &command).expect("a cell"), 3, &Interrupt::default())
    }

    #[test]
    fn names_begin_with_that_of_the_cell_and_end_with_its_kind() {
        let hello = r#"{"say":"hello","protocol":1,"language":"Mine","version":"mine 2","runners":[
            {"name":"plain","model":"sequential","parallelism":"one"},
            {"name":"pool","model":"thread-pool","parallelism":"workers","family":"jit","baseline":"plain"}]}"#
            .replace('\n', "");
        let names = |guest: &Guest| -> Vec<(String, String, String)> {
            guest.cards().into_iter().map(|card| (card.name, card.family, card.baseline)).collect()
        };
        let all = |text: [[&str; 3]; 2]| text.map(|[a, b, c]| (a.to_owned(), b.to_owned(), c.to_owned())).to_vec();
        let mine = ask("mine", &hello).expect("a cell");
        assert_eq!(names(&mine), all([["mine-plain", "mine", "mine-plain"], ["mine-pool", "mine@jit", "mine-plain"]]));
        let kind = ask("mine@2", &hello).expect("a cell");
        let expected = [["mine-plain@2", "mine@2", "mine-plain@2"], ["mine-pool@2", "mine@2.jit", "mine-plain@2"]];
        assert_eq!(names(&kind), all(expected));
        let external = kind.externals().remove(1);
        assert_eq!((&*external.name, &*external.runner), ("mine-pool@2", "pool"));
        assert!(external.variables.contains(&("GOMAXPROCS".to_owned(), "3".to_owned())));
    }

    #[test]
    fn what_is_no_cell_is_refused_with_what_it_said() {
        for (answer, why) in [
            ("Welcome", "answered `hello` with `Welcome`, which is not of the protocol"),
            (r#"{"say":"ready","start_ns":1}"#, "answered `hello` with"),
            (r#"{"say":"error","kind":"unavailable","message":"no luck"}"#, "no luck"),
            (r#"{"say":"hello","protocol":2,"language":"L","version":"1","runners":[]}"#, "speaks version 2"),
        ] {
            let refused = ask("mine", answer).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
        let gone = Guest::ask(&NamedCell::new("mine", "/bin/false").expect("a cell"), 1, &Interrupt::default());
        assert!(gone.expect_err("it ends").contains("ended before it answered"));
    }
}
