//! What a server model consists of.

use std::io;

use serde::{Deserialize, Serialize};

use super::Job;
use crate::{Error, Limits, Need, Parallelism};

/// How clients reach a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// By connections.
    Tcp,
    /// By datagrams, each with one line.
    Udp,
}

/// One way to carry connections.
#[derive(Debug, Clone, Copy)]
pub struct ServerModel {
    /// Its name in plans, flags and records.
    pub name: &'static str,
    /// How it does the work, in one sentence.
    pub about: &'static str,
    /// What bounds its parallelism. A worker of its own for each task is one for each connection here.
    pub parallelism: Parallelism,
    /// Whether its workers are processes.
    pub processes: bool,
    /// How clients reach it.
    pub transport: Transport,
    /// Whether it serves all connections at once. One that does not serves the next when it is done with one.
    pub serves_all: bool,
    /// Most connections that it can have.
    pub most_connections: u64,
    /// What it takes from the machine for a number of connections, beside descriptors.
    pub need: fn(u64) -> Need,
    /// Says why it cannot run here, if it cannot.
    pub available: fn() -> Result<(), String>,
    /// Serves until the process ends. Calls [`Job::announce`] once it listens.
    pub serve: fn(&Job) -> io::Result<()>,
}

impl ServerModel {
    /// One thread that serves all connections: what most fields are where a model does not say.
    pub const LOOP: Self = Self {
        name: "",
        about: "",
        parallelism: Parallelism::One,
        processes: false,
        transport: Transport::Tcp,
        serves_all: true,
        most_connections: u64::MAX,
        need: Need::futures,
        available: || Ok(()),
        serve: |_| Ok(()),
    };

    /// Checks that it can run here, and that the machine's limits carry so many connections.
    ///
    /// # Errors
    /// With the reason and the remedy if not.
    pub fn fits(&self, connections: u64) -> Result<(), Error> {
        (self.available)().map_err(Error::Unavailable)?;
        if connections > self.most_connections {
            return Err(Error::Limit {
                what: format!(
                    "{} carries at most {} connections, and there are {connections}",
                    self.name, self.most_connections
                ),
                remedy: "use fewer connections, or a model without that limit, for example epoll-server".to_owned(),
            });
        }
        let limits = Limits::read();
        limits.check(&(self.need)(connections).descriptors(connections))
    }
}
