//! A workload whose tasks are watched.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use regatta_workloads::{Context, Error, Findings, Kind, Parameter, Primitives, Service, Shared, Sizing, Workload};
use serde::{Deserialize, Serialize};

use super::task::enter;
use super::{Watched, WatchedContext};
use crate::WaitsFor;

/// A workload whose tasks note in a graph what they hold and what they wait for. In records and plans it is the workload itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WatchedWorkload<W> {
    inner: W,
    #[serde(skip)]
    graph: WaitsFor,
}

impl<W> WatchedWorkload<W> {
    /// Wraps a workload, so that each run begins with an empty `graph` and fills it.
    pub fn new(inner: W, graph: WaitsFor) -> Self {
        Self { inner, graph }
    }
}

/// What the tasks of a watched workload share.
#[derive(Debug)]
pub struct WatchedShared<W: Workload, P: Primitives>(W::Shared<Watched<P>>);

impl<W: Workload, P: Primitives> Shared<WatchedWorkload<W>, P> for WatchedShared<W, P> {
    fn new(workload: &WatchedWorkload<W>, primitives: &P) -> Result<Self, Error> {
        workload.graph.clear();
        let primitives = Watched::new(primitives.clone(), workload.graph.clone());
        W::Shared::new(&workload.inner, &primitives).map(Self)
    }

    fn conclude(&self, workload: &WatchedWorkload<W>) -> Result<Findings, Error> {
        self.0.conclude(&workload.inner)
    }
}

impl<W: Workload> Workload for WatchedWorkload<W> {
    const NAME: &'static str = W::NAME;
    const KIND: Kind = W::KIND;
    const ABOUT: &'static str = W::ABOUT;
    const HOLDS: &'static str = W::HOLDS;
    const SHARES_MEMORY: bool = W::SHARES_MEMORY;
    const GIVES_WAY: bool = W::GIVES_WAY;
    const PARAMETERS: &'static [Parameter] = W::PARAMETERS;

    type Shared<P: Primitives> = WatchedShared<W, P>;

    fn validate(&self) -> Result<(), String> {
        self.inner.validate()
    }

    fn tasks(&self) -> u64 {
        self.inner.tasks()
    }

    async fn task<C: Context>(
        &self,
        cx: &C,
        WatchedShared(shared): &WatchedShared<W, C::Primitives>,
        index: u64,
    ) -> Result<u64, Error> {
        let cx = WatchedContext::new(cx.clone(), self.graph.clone());
        enter(Some(index));
        let result = self.inner.task(&cx, shared, index).await;
        enter(None);
        result
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        self.inner.expected()
    }

    fn wait(&self) -> Duration {
        self.inner.wait()
    }

    fn computing(&self) -> Option<Duration> {
        self.inner.computing()
    }

    fn sizing(&self) -> Option<Sizing<Self>> {
        let Sizing { field, probe } = self.inner.sizing()?;
        Some(Sizing { field, probe: Self::new(probe, self.graph.clone()) })
    }

    fn descriptors(&self) -> u64 {
        self.inner.descriptors()
    }

    fn service(&self) -> Option<Service> {
        self.inner.service()
    }

    fn at_once(&self) -> u64 {
        self.inner.at_once()
    }

    fn attach(&mut self, server: SocketAddr) {
        self.inner.attach(server);
    }

    fn attach_folder(&mut self, folder: &Path) {
        self.inner.attach_folder(folder);
    }

    fn audit(&self) -> Result<(), Error> {
        self.inner.audit()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.inner.attach_clock(now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.inner.latencies()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.inner.figures()
    }

    fn begin(&self) {
        self.inner.begin();
    }
}
