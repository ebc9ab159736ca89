//! What a cell says to the load generator, and what it answers: JSON, one object a line.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use regatta_runners::serving::Transport;
use regatta_workloads::serving::Load;
use serde::{Deserialize, Serialize};

/// What a cell says when connections may be closed.
pub(crate) const RELEASE: &str = "release\n";

/// What is to be sent, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) server: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) load: Load,
    /// Whether connections stay open, after the last reply, until the cell says so.
    pub(crate) hold: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// All replies have come, and all connections are still open.
    Held,
    /// All replies have come.
    Done(Box<Measured>),
    /// What was measured is not the server's doing, and so means nothing.
    Void { message: String },
    /// A reply was not what it must be.
    Wrong { message: String },
    /// The server did not answer, or cannot be reached.
    Failed { message: String },
}

/// What was measured, with a certificate that it means something.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) tasks: u64,
    pub(crate) checksum: u64,
    /// How long each reply took, as records have latencies.
    pub(crate) replies: String,
    /// Further figures by name.
    pub(crate) figures: BTreeMap<String, f64>,
}
