//! `convoy`: the latency of one task's round trips beside tasks that compute.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::echo::ROUND_TRIP;
use crate::latencies::Latencies;
use crate::{Context, Echo, Error, Kind, Parameter, Primitives, Service, Workload};

/// Steps of computing between two looks at whether the round trips are done.
const STRIDE: u64 = 256;

/// Time between two looks at whether all others have begun to compute.
const GLANCE: Duration = Duration::from_micros(200);

/// Task 0 makes round trips to the echo server. All others compute until it is done. With `beside` 0, it is alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Convoy {
    /// Tasks that compute beside it.
    pub beside: u64,
    /// Round trips, one after the other on one connection.
    pub round_trips: u64,
    /// Length of each request and of its reply, bytes, the closing line feed included.
    pub bytes: usize,
    /// How long the server waits before each reply, microseconds: longer than a switch interval by default.
    /// A request and its reply are two calls that let go of the lock, and each may find it taken afterwards.
    /// What the request loses so is over before the reply comes, and each round trip waits for the lock once.
    /// With a shorter delay it waits once or twice, as chance has it.
    pub delay_us: u64,
    /// Where the server listens. The harness sets it, so it is no parameter.
    #[serde(skip)]
    server: Option<SocketAddr>,
    /// How long each round trip took.
    #[serde(skip)]
    latencies: Latencies,
    #[serde(skip)]
    shared: Arc<Shared>,
}

/// What the tasks of a run share.
#[derive(Debug, Default)]
struct Shared {
    /// Tasks that compute and have begun to.
    computing: AtomicU64,
    /// Task 0 has come to its end, well or not.
    done: AtomicBool,
}

/// Says that task 0 is done, however it ends, so that the others do not compute for ever.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Default for Convoy {
    fn default() -> Self {
        let (latencies, shared) = (Latencies::default(), Arc::default());
        Self { beside: 1, round_trips: 30, bytes: 32, delay_us: 7_000, server: None, latencies, shared }
    }
}

impl Convoy {
    /// Returns the workload `echo` that makes the same round trips on its first connection.
    fn echo(&self) -> Echo {
        let Self { round_trips, bytes, delay_us, server, .. } = *self;
        Echo { connections: 1, round_trips, bytes, delay_us, server, latencies: Latencies::default() }
    }

    async fn talk<C: Context>(&self, cx: &C) -> Result<u64, Error> {
        let _done = Done(&self.shared.done);
        let server = self.server.ok_or_else(|| Error::Wrong("the harness named no server".to_owned()))?;
        // Round trips made before the others are at work would be those of a task alone.
        while self.shared.computing.load(Ordering::Acquire) < self.beside {
            cx.sleep(GLANCE).await;
        }
        let mut stream = cx.connect(server).await?;
        let (mut request, mut reply) = (vec![0; self.bytes], vec![0; self.bytes]);
        let mut sum = 0;
        for trip in 0..self.round_trips {
            Echo::fill(&mut request, 0, trip);
            let begin = self.latencies.begin();
            sum += Echo::round_trip(&mut stream, &request, &mut reply).await?;
            self.latencies.end(trip, begin);
        }
        Ok(sum)
    }

    fn compute<C: Context>(&self, cx: &C) {
        self.shared.computing.fetch_add(1, Ordering::Release);
        while !self.shared.done.load(Ordering::Acquire) {
            cx.checkpoint();
            for step in 0..STRIDE {
                std::hint::black_box(step);
            }
        }
    }
}

impl Workload for Convoy {
    const NAME: &'static str = "convoy";
    const KIND: Kind = Kind::Mixed;
    const ABOUT: &'static str = "times TCP round trips of one task beside tasks that compute";
    const SHARES_MEMORY: bool = true;
    const GIVES_WAY: bool = false;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("beside", "", "tasks that compute beside the one that waits"),
        Parameter::new("round_trips", "", "round trips of the one that waits"),
        Parameter::new("bytes", "bytes", "length of each request and of its reply"),
        Parameter::new("delay_us", "us", "how long the server waits before each reply"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        self.echo().validate()
    }

    fn tasks(&self) -> u64 {
        1 + self.beside
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        if index == 0 {
            return self.talk(cx).await;
        }
        self.compute(cx);
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        let talk: Vec<u64> = self.echo().expected().collect();
        talk.into_iter().chain(1..=self.beside)
    }

    fn descriptors(&self) -> u64 {
        1
    }

    fn service(&self) -> Option<Service> {
        Some(Service::Echo { delay: Duration::from_micros(self.delay_us) })
    }

    fn at_once(&self) -> u64 {
        self.tasks()
    }

    fn attach(&mut self, server: SocketAddr) {
        self.server = Some(server);
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.latencies = Latencies::new(self.round_trips, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.latencies.named(ROUND_TRIP)
    }

    fn begin(&self) {
        self.shared.done.store(false, Ordering::Release);
        self.shared.computing.store(0, Ordering::Release);
        self.latencies.clear();
    }
}
