//! `ping-pong`: two tasks hand over to each other, in strict order.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, wrong};
use crate::{
    Asks, Context, Error, Findings, Kind, Latencies, Parameter, Primitives, Semaphore, Shared, Variant, Workload,
};

/// Name of the times from where a task lets the other go on to where that goes on.
const HANDOVER: &str = "handover_ns";

/// Hands over from one task to another and back: a1 b1 a2 b2 and so on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PingPong {
    /// How often it goes to and fro.
    pub round_trips: u64,
    /// Whose semaphores.
    pub primitives: Variant,
    /// How long each hand-over took.
    #[serde(skip)]
    handovers: Latencies,
}

impl Default for PingPong {
    fn default() -> Self {
        Self { round_trips: 100, primitives: Variant::Native, handovers: Latencies::default() }
    }
}

/// Whose turn it is.
pub struct Table<P: Primitives> {
    /// Lets each of the two go on.
    may_go: [P::Semaphore; 2],
    /// Turns that were taken. Read and written in two steps: whoever has the turn is alone.
    turns: AtomicU64,
    /// Turns that somebody took whose turn it was not.
    out_of_order: AtomicU64,
    /// When the last turn ended, by the clock of the harness.
    since: AtomicU64,
}

impl<P: Primitives> Shared<PingPong, P> for Table<P> {
    fn new(_workload: &PingPong, primitives: &P) -> Result<Self, Error> {
        let may_go = [primitives.semaphore(1), primitives.semaphore(0)];
        Ok(Self { may_go, turns: AtomicU64::new(0), out_of_order: AtomicU64::new(0), since: AtomicU64::new(0) })
    }

    fn conclude(&self, workload: &PingPong) -> Result<Findings, Error> {
        let (turns, out_of_order) = (self.turns.load(Ordering::Relaxed), self.out_of_order.load(Ordering::Relaxed));
        let all = 2 * workload.round_trips;
        if turns != all || out_of_order != 0 {
            return wrong(format!(
                "{turns} turns were taken, {all} are expected, and {out_of_order} were out of order"
            ));
        }
        Ok(Findings::with_operations(all))
    }
}

impl Asks for PingPong {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for PingPong {
    const NAME: &'static str = "ping-pong";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "hands over from one of two tasks to the other and back";
    const HOLDS: &'static str = "the two take turns in strict order";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new("round_trips", "", "how often it goes to and fro"), Variant::PARAMETER];

    type Shared<P: Primitives> = Table<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("round_trips", self.round_trips)])
    }

    fn tasks(&self) -> u64 {
        2
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Table<C::Primitives>, index: u64) -> Result<u64, Error> {
        let [first, second] = &shared.may_go;
        let (mine, others) = if index == 0 { (first, second) } else { (second, first) };
        for trip in 0..self.round_trips {
            cx.checkpoint();
            mine.acquire().await;
            let turn = 2 * trip + index;
            // Nobody hands over to the first turn.
            let since = self.handovers.are_noted().then(|| shared.since.load(Ordering::Relaxed)).filter(|_| turn > 0);
            self.handovers.end(turn, since);
            if shared.turns.load(Ordering::Relaxed) != turn {
                shared.out_of_order.fetch_add(1, Ordering::Relaxed);
            }
            shared.turns.store(turn + 1, Ordering::Relaxed);
            if let Some(now) = self.handovers.begin() {
                shared.since.store(now, Ordering::Relaxed);
            }
            others.release().await;
        }
        Ok(self.round_trips)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [self.round_trips; 2].into_iter()
    }

    fn at_once(&self) -> u64 {
        2
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.handovers = Latencies::new(2 * self.round_trips, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.handovers.named(HANDOVER)
    }

    fn begin(&self) {
        self.handovers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn each_turn_but_the_first_is_handed_over() {
        let figures = run_rightly(&PingPong { round_trips: 7, ..PingPong::default() }).figures;
        assert_eq!((figures["operations"], figures[HANDOVER]), (14.0, 13.0));
    }

    #[test]
    fn a_turn_out_of_order_is_wrong_and_so_is_one_too_few() {
        let workload = PingPong { round_trips: 2, ..PingPong::default() };
        for (turns, out_of_order) in [(4, 1), (3, 0)] {
            let shared = share(&workload);
            shared.turns.store(turns, Ordering::Relaxed);
            shared.out_of_order.store(out_of_order, Ordering::Relaxed);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
    }
}
