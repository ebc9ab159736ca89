//! `traffic-light`: cars wait for one event, and connectors try again and again with a timeout.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, in_a_row, wrong};
use crate::{Asks, Context, Error, Event, Findings, Kind, Latencies, Parameter, Primitives, Shared, Variant, Workload};

/// Name of the times from where the light is set to where a car goes on.
const SET_TO_RUN: &str = "set_to_run_ns";

/// Lets cars wait for a light, which task 0 sets for all of them at once.
///
/// Beside them, connectors wait for another event with a timeout, and give up after some tries. The light sets that event first of all,
/// or nobody ever does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficLight {
    /// Number of cars, one a task.
    pub cars: u64,
    /// How long the light is red, microseconds.
    pub red_us: u64,
    /// Number of connectors, one a task.
    pub connectors: u64,
    /// How often a connector tries.
    pub tries: u64,
    /// How long a connector waits in each try, microseconds.
    pub timeout_us: u64,
    /// Whether connectors get what they wait for.
    pub connects: bool,
    /// Whose events.
    pub primitives: Variant,
    /// How long after the light was set each car went on.
    #[serde(skip)]
    starts: Latencies,
}

impl Default for TrafficLight {
    fn default() -> Self {
        let (primitives, starts) = (Variant::Native, Latencies::default());
        Self { cars: 10, red_us: 5_000, connectors: 0, tries: 3, timeout_us: 2_000, connects: true, primitives, starts }
    }
}

/// The two events, and what came of them.
pub struct Crossing<P: Primitives> {
    green: P::Event,
    connected: P::Event,
    /// The light has begun.
    is_lit: AtomicBool,
    /// The light is about to be set.
    may_go: AtomicBool,
    /// When it was set, by the clock of the harness.
    since: AtomicU64,
    released: AtomicU64,
    /// Cars that went on before.
    ran_the_red: AtomicU64,
    gave_up: AtomicU64,
}

impl<P: Primitives> Shared<TrafficLight, P> for Crossing<P> {
    fn new(_workload: &TrafficLight, primitives: &P) -> Result<Self, Error> {
        Ok(Self {
            green: primitives.event(),
            connected: primitives.event(),
            is_lit: AtomicBool::new(false),
            may_go: AtomicBool::new(false),
            since: AtomicU64::new(0),
            released: AtomicU64::new(0),
            ran_the_red: AtomicU64::new(0),
            gave_up: AtomicU64::new(0),
        })
    }

    fn conclude(&self, workload: &TrafficLight) -> Result<Findings, Error> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (released, ran_the_red, gave_up) = (count(&self.released), count(&self.ran_the_red), count(&self.gave_up));
        if released != workload.cars || ran_the_red != 0 {
            let cars = workload.cars;
            return wrong(format!(
                "{released} of {cars} cars went on, and {ran_the_red} of them before the light was set"
            ));
        }
        let expected = if workload.connects { 0 } else { workload.connectors };
        if gave_up != expected {
            return wrong(format!("{gave_up} of {} connectors gave up, {expected} are expected", workload.connectors));
        }
        let findings = Findings::with_operations(workload.cars + workload.connectors);
        Ok(findings.figure("released", released as f64).figure("gave_up", gave_up as f64))
    }
}

impl TrafficLight {
    async fn light<C: Context>(&self, cx: &C, crossing: &Crossing<C::Primitives>) {
        if self.connects {
            crossing.connected.set().await;
        }
        crossing.is_lit.store(true, Ordering::Release);
        cx.sleep(Duration::from_micros(self.red_us)).await;
        crossing.may_go.store(true, Ordering::Relaxed);
        crossing.since.store(self.starts.begin().unwrap_or(0), Ordering::Relaxed);
        crossing.green.set().await;
    }

    async fn drive<P: Primitives>(&self, crossing: &Crossing<P>, car: u64) {
        let waits = !crossing.green.is_set();
        crossing.green.wait().await;
        // A car that came later has waited for nothing.
        let since = (waits && self.starts.are_noted()).then(|| crossing.since.load(Ordering::Relaxed));
        self.starts.end(car, since);
        crossing.released.fetch_add(1, Ordering::Relaxed);
        crossing.ran_the_red.fetch_add(u64::from(!crossing.may_go.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    /// Returns the number of tries.
    async fn connect<P: Primitives>(&self, crossing: &Crossing<P>) -> u64 {
        let timeout = Duration::from_micros(self.timeout_us);
        let mut tries = 0;
        while tries < self.tries {
            // A try before the light has begun does not count: it is no fault of the event, and a matter of luck.
            let counts = !self.connects || crossing.is_lit.load(Ordering::Acquire);
            let connected = crossing.connected.wait_for(timeout).await;
            tries += u64::from(counts || connected);
            if connected {
                return tries;
            }
        }
        crossing.gave_up.fetch_add(1, Ordering::Relaxed);
        tries
    }
}

impl Asks for TrafficLight {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for TrafficLight {
    const NAME: &'static str = "traffic-light";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "lets many tasks wait for one event, and others try with a timeout";
    const HOLDS: &'static str =
        "all cars leave after the light has turned, and who gives up has tried as often as it should";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("cars", "", "tasks that wait for the light"),
        Parameter::new("red_us", "us", "how long the light is red"),
        Parameter::new("connectors", "", "tasks that wait for another event with a timeout"),
        Parameter::new("tries", "", "how often a connector tries"),
        Parameter::new("timeout_us", "us", "how long a connector waits in each try"),
        Parameter::new("connects", "", "whether connectors get what they wait for"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Crossing<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tries", self.tries), ("timeout_us", self.timeout_us)])?;
        match self.cars.checked_add(self.connectors) {
            Some(0) => Err("`cars` and `connectors` must not both be 0, or nobody waits".to_owned()),
            Some(waiting) if waiting <= u64::from(u32::MAX) => Ok(()),
            _ => Err(format!("`cars` and `connectors` together may be at most {}", u32::MAX)),
        }
    }

    fn tasks(&self) -> u64 {
        1 + self.cars + self.connectors
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Crossing<C::Primitives>, index: u64) -> Result<u64, Error> {
        cx.checkpoint();
        Ok(match index {
            0 => {
                self.light(cx, shared).await;
                0
            }
            car if car <= self.cars => {
                self.drive(shared, car - 1).await;
                1
            }
            _ => self.connect(shared).await,
        })
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let tries = if self.connects { 1 } else { self.tries };
        let of_task = move |index| match index {
            0 => 0,
            car if car <= self.cars => 1,
            _ => tries,
        };
        (0..self.tasks()).map(of_task)
    }

    fn wait(&self) -> Duration {
        let giving_up = if self.connects || self.connectors == 0 { 0 } else { self.tries };
        Duration::from_micros(self.red_us).max(in_a_row(self.timeout_us, giving_up))
    }

    fn at_once(&self) -> u64 {
        self.tasks()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.starts = Latencies::new(self.cars, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.starts.named(SET_TO_RUN)
    }

    fn begin(&self) {
        self.starts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn all_cars_go_on_and_connectors_connect_or_give_up() {
        for (connects, gave_up) in [(true, 0.0), (false, 2.0)] {
            let figures = run_rightly(&TrafficLight { connectors: 2, connects, ..TrafficLight::default() }).figures;
            let found = ["operations", "released", "gave_up", SET_TO_RUN].map(|name| figures[name]);
            assert_eq!(found, [12.0, 10.0, gave_up, 10.0]);
        }
    }

    #[test]
    fn giving_up_takes_as_long_as_its_tries() {
        let light = TrafficLight { connects: false, ..TrafficLight::default() };
        assert_eq!(light.wait(), Duration::from_micros(5_000), "nobody tries");
        assert_eq!(TrafficLight { connectors: 1, ..light }.wait(), Duration::from_micros(6_000));
    }

    #[test]
    fn a_car_that_stays_or_goes_too_early_is_wrong_and_so_is_who_gives_up() {
        let workload = TrafficLight { cars: 3, connectors: 1, ..TrafficLight::default() };
        for (released, ran_the_red, gave_up) in [(2, 0, 0), (3, 1, 0), (3, 0, 1)] {
            let shared = share(&workload);
            shared.released.store(released, Ordering::Relaxed);
            shared.ran_the_red.store(ran_the_red, Ordering::Relaxed);
            shared.gave_up.store(gave_up, Ordering::Relaxed);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
    }

    #[test]
    fn nobody_who_waits_is_refused() {
        let nobody = TrafficLight { cars: 0, ..TrafficLight::default() };
        assert!(nobody.validate().expect_err("nobody waits").contains("nobody waits"));
        assert!(TrafficLight { connectors: 1, ..nobody }.validate().is_ok());
    }
}
