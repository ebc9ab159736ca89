//! `echo`: TCP round trips against an upper-casing server in a process of its own.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::latencies::Latencies;
use crate::{Context, Error, Kind, Parameter, Primitives, Service, Stream, Workload};

/// Name of the latencies of round trips, with their unit.
pub(crate) const ROUND_TRIP: &str = "round_trip_ns";

/// Opens a connection and makes round trips on it, one after the other. Compares each reply byte by byte.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Echo {
    /// Number of connections, one a task.
    pub connections: u64,
    /// Round trips on each connection.
    pub round_trips: u64,
    /// Length of each request and of its reply, bytes, the closing line feed included.
    pub bytes: usize,
    /// How long the server waits before each reply, microseconds.
    pub delay_us: u64,
    /// Where the server listens. The harness sets it, so it is no parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<SocketAddr>,
    /// How long each round trip took.
    #[serde(skip)]
    pub(crate) latencies: Latencies,
}

impl Default for Echo {
    fn default() -> Self {
        let latencies = Latencies::default();
        Self { connections: 20, round_trips: 4, bytes: 256, delay_us: 4_000, server: None, latencies }
    }
}

impl Echo {
    /// Writes request number `trip` of connection `index` into `request`: letters in a turning order, a line feed last.
    pub(crate) fn fill(request: &mut [u8], index: u64, trip: u64) {
        let first = index.wrapping_add(trip) % 26;
        for (letter, turn) in request.iter_mut().zip(first..) {
            *letter = b'a' + (turn % 26) as u8;
        }
        if let Some(last) = request.last_mut() {
            *last = b'\n';
        }
    }

    /// Returns the sum of the bytes of a reply whose first letter is this one of the alphabet, from 0, by counting whole alphabets.
    pub(crate) fn sum_of_reply(bytes: usize, first: u64) -> u64 {
        let alphabet: u64 = (b'A'..=b'Z').map(u64::from).sum();
        let letters = bytes as u64 - 1;
        let rest: u64 = (0..letters % 26).map(|turn| u64::from(b'A') + (first + turn) % 26).sum();
        letters / 26 * alphabet + rest + u64::from(b'\n')
    }

    /// Makes one round trip and returns the sum of the reply's bytes.
    pub(crate) async fn round_trip<S: Stream>(stream: &mut S, request: &[u8], reply: &mut [u8]) -> Result<u64, Error> {
        stream.write_all(request).await?;
        stream.read_exact(reply).await?;
        let mut sum = 0;
        for (position, (&sent, &received)) in request.iter().zip(&*reply).enumerate() {
            if received != sent.to_ascii_uppercase() {
                return Err(Error::Wrong(format!("byte {position} of the reply to {sent:#04x} is {received:#04x}")));
            }
            sum += u64::from(received);
        }
        Ok(sum)
    }
}

impl Workload for Echo {
    const NAME: &'static str = "echo";
    const KIND: Kind = Kind::Io;
    const ABOUT: &'static str = "makes TCP round trips to an upper-casing server in another process";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("connections", "", "number of connections, one a task"),
        Parameter::new("round_trips", "", "round trips on each connection, one after the other"),
        Parameter::new("bytes", "bytes", "length of each request and of its reply"),
        Parameter::new("delay_us", "us", "how long the server waits before each reply"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        if self.round_trips == 0 {
            return Err("`round_trips` must be at least 1, or nothing is asked".to_owned());
        }
        if self.delay_us.checked_mul(self.round_trips).is_none() {
            return Err("`delay_us` times `round_trips` is beyond 2^64".to_owned());
        }
        match self.bytes {
            0 => Err("`bytes` must be at least 1, for a request ends with a line feed".to_owned()),
            1..=1_048_576 => Ok(()),
            _ => Err("`bytes` may be at most 1048576".to_owned()),
        }
    }

    fn tasks(&self) -> u64 {
        self.connections
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let server = self.server.ok_or_else(|| Error::Wrong("the harness named no server".to_owned()))?;
        let mut stream = cx.connect(server).await?;
        let mut request = vec![0; self.bytes];
        let mut reply = vec![0; self.bytes];
        let mut sum = 0;
        for trip in 0..self.round_trips {
            Self::fill(&mut request, index, trip);
            let begin = self.latencies.begin();
            sum += Self::round_trip(&mut stream, &request, &mut reply).await?;
            self.latencies.end(index.saturating_mul(self.round_trips).saturating_add(trip), begin);
        }
        Ok(sum)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let line = |first: u64| Self::sum_of_reply(self.bytes, first % 26);
        (0..self.connections).map(move |index| (0..self.round_trips).map(|trip| line(index + trip)).sum())
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.delay_us * self.round_trips)
    }

    fn descriptors(&self) -> u64 {
        1
    }

    fn service(&self) -> Option<Service> {
        Some(Service::Echo { delay: Duration::from_micros(self.delay_us) })
    }

    fn attach(&mut self, server: SocketAddr) {
        self.server = Some(server);
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.latencies = Latencies::new(self.connections.saturating_mul(self.round_trips), now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.latencies.named(ROUND_TRIP)
    }

    fn begin(&self) {
        self.latencies.clear();
    }
}
