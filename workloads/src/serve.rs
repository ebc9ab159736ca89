//! `serve`: the server is what is compared, under a load generator that is always the same.
//!
//! Its runners are server models. A task is a request, and its body is what a server does for one: the harness uses it to find out how
//! much computing a time is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::serving::{LONGEST_LINE, Load, Serving, Terms};
use crate::{Context, Echo, Error, Kind, Parameter, Primitives, Service, Sizing, Workload};

/// Pieces of computing in a millisecond where nobody has measured it.
const GUESS: u64 = 100_000;
/// Longest time of computing or waiting for a request, microseconds.
const LONGEST_US: u64 = 10_000_000;
/// Most connections, and most requests of one.
const MOST: u64 = 1_000_000;
/// Longest time that connections rest, and longest patience, milliseconds.
const LONGEST_MS: u64 = 60_000;

/// Answers requests over connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Serve {
    /// Connections that send requests.
    pub connections: u64,
    /// Requests on each of them.
    pub requests: u64,
    /// Length of each request and of its reply, bytes, the line feed included.
    pub bytes: usize,
    /// Connections that are opened first and send nothing.
    pub idle: u64,
    /// Requests a second over all connections; 0 for each connection to send when it has its reply.
    pub rate: u64,
    /// For how long the server computes for each request, microseconds.
    pub cpu_us: u64,
    /// For how long the server waits for each request, microseconds.
    pub wait_us: u64,
    /// How long all connections stay open after the last reply and send nothing, milliseconds.
    pub rest_ms: u64,
    /// How long the server bears a connection that sends nothing, or takes for a line, milliseconds.
    pub patience_ms: u64,
    /// Pieces of computing in a millisecond. The harness measures it, so it is no parameter. 0 until then.
    #[serde(skip_serializing_if = "is_zero")]
    pieces_per_ms: u64,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            connections: 10,
            requests: 100,
            bytes: 64,
            idle: 0,
            rate: 0,
            cpu_us: 0,
            wait_us: 0,
            rest_ms: 0,
            patience_ms: 10_000,
            pieces_per_ms: 0,
        }
    }
}

impl Serve {
    fn terms(&self) -> Terms {
        let per_ms = if self.pieces_per_ms == 0 { GUESS } else { self.pieces_per_ms };
        let pieces = self.cpu_us.saturating_mul(per_ms) / 1_000;
        Terms { wait_us: self.wait_us, pieces, patience_ms: self.patience_ms }
    }

    fn load(&self) -> Load {
        let &Self { connections, requests, bytes, idle, rate, rest_ms, .. } = self;
        Load { connections, requests, bytes, idle, rate, rest_ms }
    }
}

impl Workload for Serve {
    const NAME: &'static str = "serve";
    const KIND: Kind = Kind::Serving;
    const ABOUT: &'static str =
        "answers the requests of a load generator in another process: its runners are server models";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("connections", "", "connections that send requests"),
        Parameter::new("requests", "", "requests on each of them"),
        Parameter::new("bytes", "bytes", "length of each request and of its reply"),
        Parameter::new("idle", "", "connections that are opened first and send nothing"),
        Parameter::new("rate", "", "requests a second over all connections; 0: each sends when it has its reply"),
        Parameter::new("cpu_us", "us", "for how long the server computes for each request"),
        Parameter::new("wait_us", "us", "for how long the server waits for each request"),
        Parameter::new("rest_ms", "ms", "how long connections stay open after the last reply, and send nothing"),
        Parameter::new(
            "patience_ms",
            "ms",
            "how long a connection may send nothing, or take for a line, before it is closed",
        ),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        let within = |name: &str, value: u64, most: u64| {
            if value <= most { Ok(()) } else { Err(format!("`{name}` may be at most {most}")) }
        };
        if self.requests == 0 {
            return Err("`requests` must be at least 1, or nothing is asked".to_owned());
        }
        within("connections", self.connections, MOST)?;
        within("requests", self.requests, MOST)?;
        within("idle", self.idle, MOST)?;
        within("rate", self.rate, 100 * MOST)?;
        within("cpu_us", self.cpu_us, LONGEST_US)?;
        within("wait_us", self.wait_us, LONGEST_US)?;
        within("rest_ms", self.rest_ms, LONGEST_MS)?;
        within("patience_ms", self.patience_ms, LONGEST_MS)?;
        match (self.bytes, self.patience_ms) {
            (0, _) => Err("`bytes` must be at least 1, for a request ends with a line feed".to_owned()),
            (_, 0) => Err("`patience_ms` must be at least 1, or no line could come in time".to_owned()),
            (1..=LONGEST_LINE, _) => Ok(()),
            _ => Err(format!("`bytes` may be at most {LONGEST_LINE}")),
        }
    }

    fn tasks(&self) -> u64 {
        self.load().tasks()
    }

    /// Does what a server does for a request, without a server.
    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let mut line = vec![0; self.bytes];
        Load::fill(&mut line, index / self.requests, index % self.requests);
        self.terms().answer(&mut line);
        if self.wait_us > 0 {
            cx.sleep(Duration::from_micros(self.wait_us)).await;
        }
        Ok(line.iter().map(|byte| u64::from(*byte)).sum())
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        // One trip after the other of each connection, where `Echo` has the sum of all trips of a connection.
        let (bytes, requests) = (self.bytes, self.requests);
        let of = move |first: u64| Echo::sum_of_reply(bytes, first % 26);
        (0..self.connections).flat_map(move |index| (0..requests).map(move |trip| of(index + trip)))
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.wait_us).max(Duration::from_millis(self.rest_ms))
    }

    fn sizing(&self) -> Option<Sizing<Self>> {
        let probe = Self { connections: 1, requests: 1, cpu_us: 1_000, ..Self::default() };
        (self.cpu_us > 0).then_some(Sizing { field: "pieces_per_ms", probe })
    }

    fn service(&self) -> Option<Service> {
        Some(Service::Load)
    }

    fn serving(&self) -> Option<Serving> {
        Some(Serving { terms: self.terms(), load: self.load() })
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oracle_has_the_sums_of_replies() {
        let serve = Serve { connections: 3, requests: 30, bytes: 57, ..Serve::default() };
        let sums = (0..3).flat_map(|index| (0..30).map(move |trip| (index, trip))).map(|(index, trip)| {
            let mut line = vec![0; 57];
            Load::fill(&mut line, index, trip);
            serve.terms().answer(&mut line);
            line.into_iter().map(u64::from).sum()
        });
        assert!(serve.expected().eq(sums.collect::<Vec<u64>>()));
    }

    #[test]
    fn computing_is_as_long_as_it_was_measured_to_be() {
        let of = |cpu_us, pieces_per_ms| Serve { cpu_us, pieces_per_ms, ..Serve::default() }.terms().pieces;
        assert_eq!((of(0, 5), of(2_000, 70), of(10, 0)), (0, 140, 1_000));
    }
}
