//! Servers of one's own: a command that says where it listens is a server model.

use std::str::FromStr;

use regatta_runners::{Family, Parallelism};
use serde_json::{Map, Value};

use super::{Catalogue, ExternalServer, Resolved, RunnerCard, WorkloadCard};
use crate::protocol::ServerProgram;

/// A name and the command that is a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnServer {
    name: String,
    /// The program and its arguments, at least one word.
    words: Vec<String>,
}

impl FromStr for OwnServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "a name and a command are expected, for example mine=\"/home/me/server --port 0\"".to_owned();
        let (name, command) = text.split_once('=').ok_or_else(expected)?;
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err("a name has small letters, digits and hyphens".to_owned());
        }
        // What depends on the current directory is not executed unless its path says so.
        if words.is_empty() { Err(expected()) } else { Ok(Self { name: name.to_owned(), words }) }
    }
}

impl OwnServer {
    /// Returns how to start it.
    pub(crate) fn external(&self) -> ExternalServer {
        let (program, args) = (self.words[0].clone().into(), self.words[1..].to_vec());
        // Nobody knows whether it serves all connections at once, so none is held open for a look at its memory.
        ExternalServer { name: self.name.clone(), program: ServerProgram { program, args, serves_all: false } }
    }

    fn card(&self) -> RunnerCard {
        RunnerCard {
            name: self.name.clone(),
            about: format!("a server of one's own: {}", self.words.join(" ")),
            family: Family::Native.name().to_owned(),
            model: self.name.clone(),
            gil: false,
            baseline: "blocking-server".to_owned(),
            computes_as: "sequential".to_owned(),
            is_server: true,
            parallelism: Parallelism::Workers,
            processes: false,
            waits_in_workers: false,
            options: Vec::new(),
            workloads: None,
            version: String::new(),
        }
    }
}

/// A catalogue with servers of one's own besides its runners.
pub(crate) struct WithServers<'a> {
    inner: &'a dyn Catalogue,
    servers: &'a [OwnServer],
}

impl<'a> WithServers<'a> {
    /// Returns the catalogue with these servers.
    ///
    /// # Errors
    /// If one has the name of something else.
    pub(crate) fn new(inner: &'a dyn Catalogue, servers: &'a [OwnServer]) -> Result<Self, String> {
        let mut known: Vec<String> = inner.runners().into_iter().map(|card| card.name).collect();
        for OwnServer { name, .. } in servers {
            if known.contains(name) {
                return Err(format!("there is a `{name}` already: give the server of --server another name"));
            }
            known.push(name.clone());
        }
        Ok(Self { inner, servers })
    }
}

impl Catalogue for WithServers<'_> {
    fn workloads(&self) -> Vec<WorkloadCard> {
        self.inner.workloads()
    }

    fn runners(&self) -> Vec<RunnerCard> {
        self.inner.runners().into_iter().chain(self.servers.iter().map(OwnServer::card)).collect()
    }

    fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String> {
        self.inner.resolve(name, params)
    }

    fn missing(&self, runner: &str) -> Option<String> {
        self.inner.missing(runner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Course;

    #[test]
    fn a_name_and_a_command_are_a_server() {
        let own: OwnServer = "mine=/bin/server --port 0".parse().expect("a server");
        let ExternalServer { name, program } = own.external();
        assert_eq!((&*name, program.program.to_str(), program.args.len()), ("mine", Some("/bin/server"), 2));
        for wrong in ["mine", "=x", "mine=", "Mine=x", "mine= "] {
            assert!(wrong.parse::<OwnServer>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_two_have_a_name() {
        let (course, own) = (Course::standard(), |text: &str| vec![text.parse::<OwnServer>().expect("a server")]);
        let servers = own("mine=x");
        let with = WithServers::new(&course, &servers).unwrap_or_else(|error| panic!("a new name: {error}"));
        assert_eq!(
            with.runners().last().map(|card| (card.name.clone(), card.is_server)),
            Some(("mine".to_owned(), true))
        );
        let taken = own("epoll-server=x");
        assert!(WithServers::new(&course, &taken).err().expect("taken").contains("`epoll-server` already"));
    }
}
