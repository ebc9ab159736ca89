//! Which primitives a workload asks of its world: its own, those that are the same everywhere, or those of another crate.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Findings, Kind, Parameter, Primitives, Service, Shared, Sizing, Workload};

/// Which primitives a workload asks of its world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Those that the world brings.
    #[default]
    Native,
    /// One implementation for every world. The difference to the native ones splits their price into algorithm and wake-up.
    Portable,
    /// Those of `parking_lot`, where a thread may block.
    ParkingLot,
}

impl Variant {
    /// The parameter of a workload that has variants.
    pub const PARAMETER: Parameter =
        Parameter::new("primitives", "", "whose locks and queues: native, portable or parking-lot");
}

/// A workload that says which primitives it asks for.
pub trait Asks: Workload {
    /// Returns which primitives it asks for.
    fn primitives(&self) -> Variant;
}

/// A workload on the primitives that it asks for. In records and plans it is the workload itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Varied<W>(pub W);

/// What the tasks of a [`Varied`] workload share, made of the primitives that it asks for.
#[derive(Debug)]
pub enum VariedShared<W: Workload, P: Primitives> {
    /// Of those of the world.
    Native(W::Shared<P>),
    /// Of those that are the same everywhere.
    Portable(W::Shared<P::Portable>),
    /// Of those of `parking_lot`.
    ParkingLot(W::Shared<P::ParkingLot>),
}

impl<W: Asks, P: Primitives> Shared<Varied<W>, P> for VariedShared<W, P> {
    fn new(Varied(workload): &Varied<W>, primitives: &P) -> Result<Self, Error> {
        Ok(match workload.primitives() {
            Variant::Native => Self::Native(W::Shared::new(workload, primitives)?),
            Variant::Portable => Self::Portable(W::Shared::new(workload, &primitives.portable())?),
            Variant::ParkingLot => match primitives.parking_lot() {
                Some(primitives) => Self::ParkingLot(W::Shared::new(workload, &primitives)?),
                None => {
                    let why = "the locks of parking_lot block their thread, and a task of this world may not";
                    return Err(Error::Unavailable(why.to_owned()));
                }
            },
        })
    }

    fn conclude(&self, Varied(workload): &Varied<W>) -> Result<Findings, Error> {
        match self {
            Self::Native(shared) => shared.conclude(workload),
            Self::Portable(shared) => shared.conclude(workload),
            Self::ParkingLot(shared) => shared.conclude(workload),
        }
    }
}

impl<W: Asks> Workload for Varied<W> {
    const NAME: &'static str = W::NAME;
    const KIND: Kind = W::KIND;
    const ABOUT: &'static str = W::ABOUT;
    const HOLDS: &'static str = W::HOLDS;
    const SHARES_MEMORY: bool = W::SHARES_MEMORY;
    const GIVES_WAY: bool = W::GIVES_WAY;
    const PARAMETERS: &'static [Parameter] = W::PARAMETERS;

    type Shared<P: Primitives> = VariedShared<W, P>;

    fn validate(&self) -> Result<(), String> {
        self.0.validate()
    }

    fn tasks(&self) -> u64 {
        self.0.tasks()
    }

    async fn task<C: Context>(
        &self,
        cx: &C,
        shared: &VariedShared<W, C::Primitives>,
        index: u64,
    ) -> Result<u64, Error> {
        match shared {
            VariedShared::Native(shared) => self.0.task(cx, shared, index).await,
            VariedShared::Portable(shared) => {
                let primitives = cx.primitives().portable();
                self.0.task(&OnVariant { cx: cx.clone(), primitives }, shared, index).await
            }
            VariedShared::ParkingLot(shared) => match cx.primitives().parking_lot() {
                Some(primitives) => self.0.task(&OnVariant { cx: cx.clone(), primitives }, shared, index).await,
                None => Err(Error::Unavailable("this world has no locks of parking_lot".to_owned())),
            },
        }
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        self.0.expected()
    }

    fn wait(&self) -> Duration {
        self.0.wait()
    }

    fn computing(&self) -> Option<Duration> {
        self.0.computing()
    }

    fn sizing(&self) -> Option<Sizing<Self>> {
        self.0.sizing().map(|Sizing { field, probe }| Sizing { field, probe: Self(probe) })
    }

    fn descriptors(&self) -> u64 {
        self.0.descriptors()
    }

    fn service(&self) -> Option<Service> {
        self.0.service()
    }

    fn at_once(&self) -> u64 {
        self.0.at_once()
    }

    fn attach(&mut self, server: SocketAddr) {
        self.0.attach(server);
    }

    fn attach_folder(&mut self, folder: &Path) {
        self.0.attach_folder(folder);
    }

    fn audit(&self) -> Result<(), Error> {
        self.0.audit()
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.0.attach_clock(now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.0.latencies()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.0.figures()
    }

    fn turns(&self) -> Vec<Vec<u32>> {
        self.0.turns()
    }

    fn begin(&self) {
        self.0.begin();
    }
}

/// A world with other primitives than its own.
#[derive(Debug, Clone)]
pub struct OnVariant<C, P> {
    cx: C,
    primitives: P,
}

impl<C: Context, P: Primitives> Context for OnVariant<C, P> {
    type Stream = C::Stream;

    type Primitives = P;

    fn primitives(&self) -> P {
        self.primitives.clone()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.cx.sleep(duration)
    }

    fn block(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.cx.block(duration)
    }

    fn connect(&self, to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send {
        self.cx.connect(to)
    }

    fn yield_now(&self) -> impl Future<Output = ()> + Send {
        self.cx.yield_now()
    }

    #[inline]
    fn checkpoint(&self) {
        self.cx.checkpoint();
    }

    #[inline]
    fn lock_is_wanted(&self) -> bool {
        self.cx.lock_is_wanted()
    }
}
