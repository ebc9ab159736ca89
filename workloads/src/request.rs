//! `request`: each task computes for a while and waits for a while, as a service does for each request.
//!
//! How much computing a time is differs between machines and languages, so the harness measures it before a run.
//! Computing is a number of equal pieces, and a task's result is that of a piece. So answers do not depend on what was measured.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::burn::{burn, foretold};
use crate::latencies::Latencies;
use crate::{Context, Error, Kind, Parameter, Primitives, Sizing, Workload};

/// Steps of the burn in a piece: about 10 ns of native code, and some microseconds of an interpreter.
const PIECE: u64 = 8;
/// Pieces between two checkpoints: about a microsecond.
const STRIDE: u64 = 64;
/// Pieces in a millisecond where nobody has measured it.
const GUESS: u64 = 100_000;
/// Longest time of computing or waiting of a task, microseconds.
const LONGEST_US: u64 = 1_000_000_000;
/// Name of the latencies, with their unit.
const TASK: &str = "task_ns";

/// Computes and waits, in turn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// For how long each request computes, microseconds.
    pub cpu_us: u64,
    /// For how long each request waits, microseconds.
    pub wait_us: u64,
    /// Number of requests, one a task.
    pub requests: u64,
    /// In how many turns of computing and waiting.
    pub steps: u64,
    /// Pieces of computing in a millisecond. The harness measures it, so it is no parameter. 0 until then.
    #[serde(skip_serializing_if = "is_zero")]
    pieces_per_ms: u64,
    /// How long each request took from its start.
    #[serde(skip)]
    latencies: Latencies,
}

impl Default for Request {
    fn default() -> Self {
        let latencies = Latencies::default();
        Self { cpu_us: 200, wait_us: 5_000, requests: 128, steps: 1, pieces_per_ms: 0, latencies }
    }
}

impl Request {
    /// Returns the number of pieces of a turn, at least one.
    fn pieces(&self, turn: u64) -> u64 {
        let per_ms = if self.pieces_per_ms == 0 { GUESS } else { self.pieces_per_ms };
        part(self.cpu_us.saturating_mul(per_ms) / 1_000, turn, self.steps).max(1)
    }

    /// Returns the wait of a turn.
    fn wait_of(&self, turn: u64) -> Duration {
        Duration::from_micros(part(self.wait_us, turn, self.steps))
    }
}

impl Workload for Request {
    const NAME: &'static str = "request";
    const KIND: Kind = Kind::Service;
    const ABOUT: &'static str = "computes and waits in each task, as a service does for each request";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("cpu_us", "us", "for how long each request computes, as measured on one core before the run"),
        Parameter::new("wait_us", "us", "for how long each request waits"),
        Parameter::new("requests", "", "number of requests, one a task"),
        Parameter::new("steps", "", "turns of computing and waiting that a request takes"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        if self.steps == 0 {
            return Err("`steps` must be at least 1, or nothing is done".to_owned());
        }
        match [("cpu_us", self.cpu_us), ("wait_us", self.wait_us)].iter().find(|(_, us)| *us > LONGEST_US) {
            Some((name, _)) => Err(format!("`{name}` may be at most {LONGEST_US}")),
            None => Ok(()),
        }
    }

    fn tasks(&self) -> u64 {
        self.requests
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let begin = self.latencies.begin();
        let mut result = 0;
        for turn in 0..self.steps {
            result = compute(cx, index, self.pieces(turn))?;
            let wait = self.wait_of(turn);
            if !wait.is_zero() {
                cx.sleep(wait).await;
            }
        }
        self.latencies.end(index, begin);
        Ok(result)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.requests).map(|index| foretold(index, PIECE))
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.wait_us)
    }

    fn computing(&self) -> Option<Duration> {
        Some(Duration::from_micros(self.cpu_us))
    }

    fn sizing(&self) -> Option<Sizing<Self>> {
        let probe = Self { cpu_us: 1_000, wait_us: 0, requests: 1, steps: 1, ..Self::default() };
        Some(Sizing { field: "pieces_per_ms", probe })
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.latencies = Latencies::new(self.requests, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.latencies.named(TASK)
    }

    fn begin(&self) {
        self.latencies.clear();
    }
}

/// Carries out so many pieces and returns the result of one. All must give the same.
#[inline(never)]
fn compute<C: Context>(cx: &C, index: u64, pieces: u64) -> Result<u64, Error> {
    let first = burn(index, PIECE);
    let (mut left, mut difference) = (pieces - 1, 0);
    while left > 0 {
        cx.checkpoint();
        let stride = left.min(STRIDE);
        for _ in 0..stride {
            difference |= burn(index, PIECE) ^ first;
        }
        left -= stride;
    }
    if difference == 0 { Ok(first) } else { Err(Error::Wrong("a piece of computing gave another result".to_owned())) }
}

/// Returns the part of a whole that falls to a turn, so that all turns together are the whole.
fn part(whole: u64, turn: u64, turns: u64) -> u64 {
    let up_to = |turn: u64| u128::from(whole) * u128::from(turn) / u128::from(turns.max(1));
    u64::try_from(up_to(turn + 1) - up_to(turn)).unwrap_or(u64::MAX)
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_add_up_to_the_whole() {
        let request = Request { cpu_us: 200, wait_us: 5_003, steps: 7, pieces_per_ms: 99_991, ..Request::default() };
        assert_eq!((0..7).map(|turn| request.pieces(turn)).sum::<u64>(), 200 * 99_991 / 1_000);
        assert_eq!((0..7).map(|turn| request.wait_of(turn)).sum::<Duration>(), request.wait());
        assert_eq!(Request { cpu_us: 0, ..request }.pieces(0), 1, "a task has a result");
    }

    #[test]
    fn answers_do_not_depend_on_what_was_measured() {
        let fast = Request { pieces_per_ms: 123_456, ..Request::default() };
        assert!(fast.expected().eq(Request::default().expected()));
        assert!(fast.expected().eq((0..128).map(|index| burn(index, PIECE))));
    }

    #[test]
    fn what_the_harness_sets_is_no_parameter() {
        let names = |request: &Request| serde_json::to_value(request).map(|value| value.to_string());
        assert!(!names(&Request::default()).expect("JSON").contains("pieces_per_ms"));
        let told: Request = serde_json::from_str("{\"pieces_per_ms\":7}").expect("a request");
        assert_eq!((told.pieces_per_ms, told.cpu_us), (7, 200));
    }
}
