//! What a server is asked for: what it does with a line, and what a load generator sends to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::burn::{burn, foretold};

/// Longest line that a server takes, bytes, the line feed included. A client that sends more is no client.
pub const LONGEST_LINE: usize = 1 << 16;
/// Longest datagram that a server takes, bytes.
pub const LONGEST_DATAGRAM: usize = 1 << 13;
/// Steps of the burn in a piece of computing: about 10 ns.
pub(crate) const PIECE: u64 = 8;

/// Work of a server, and the load under which it does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// What the server does.
    pub terms: Terms,
    /// What the load generator does.
    pub load: Load,
}

/// What a server does with each line, and what it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How long it waits before each answer, microseconds.
    pub wait_us: u64,
    /// Pieces of computing before each answer.
    pub pieces: u64,
    /// How long a connection may take for a line, or say nothing, before it is closed, milliseconds.
    pub patience_ms: u64,
}

impl Terms {
    /// Returns how long the server waits before each answer.
    pub fn wait(self) -> Duration {
        Duration::from_micros(self.wait_us)
    }

    /// Returns how long a connection may take for a line, or say nothing.
    pub fn patience(self) -> Duration {
        Duration::from_millis(self.patience_ms)
    }

    /// Computes as much as an answer takes, and makes the line its answer: the same in upper case.
    pub fn answer(self, line: &mut [u8]) {
        line.make_ascii_uppercase();
        // Each piece gives the same. One that does not would show as a wrong answer.
        let wanted = if self.pieces == 0 { 0 } else { foretold(0, PIECE) };
        if (0..self.pieces).fold(0, |differs, _| differs | (burn(0, PIECE) ^ wanted)) != 0 {
            line.fill(0);
        }
    }
}

/// What a load generator sends to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Connections that send requests.
    pub connections: u64,
    /// Requests on each of them.
    pub requests: u64,
    /// Length of a request and of its reply, bytes, the line feed included.
    pub bytes: usize,
    /// Connections that are opened first and send nothing.
    pub idle: u64,
    /// Requests a second, over all connections, each at a time of its own; 0 if each connection sends when it has its reply.
    pub rate: u64,
    /// How long all connections stay open after the last reply and send nothing, milliseconds.
    pub rest_ms: u64,
}

impl Load {
    /// Returns the number of requests.
    pub fn tasks(self) -> u64 {
        self.connections.saturating_mul(self.requests)
    }

    /// Returns the number of connections, those that send nothing included.
    pub fn all_connections(self) -> u64 {
        self.connections.saturating_add(self.idle)
    }

    /// Writes request number `trip` of connection `index` into `request`: letters in a turning order, a line feed last.
    pub fn fill(request: &mut [u8], index: u64, trip: u64) {
        crate::Echo::fill(request, index, trip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_in_upper_case_however_much_is_computed() {
        for pieces in [0, 1, 1_000] {
            let mut line = *b"what now?\n";
            Terms { wait_us: 0, pieces, patience_ms: 1 }.answer(&mut line);
            assert_eq!(&line, b"WHAT NOW?\n");
        }
    }
}
