//! What tasks coordinate with: each world brings its own, behind one small surface.

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::DerefMut;

use crate::{Error, Workload};

/// The primitives of a world. What waits in them waits the way the world waits.
pub trait Primitives: Clone + Send + Sync + 'static {
    /// A lock around a value.
    type Mutex<T: Send + 'static>: Mutex<T>;

    /// Makes a lock around a value.
    fn mutex<T: Send + 'static>(&self, value: T) -> Self::Mutex<T>;
}

/// A lock around a value: one task at a time holds it.
pub trait Mutex<T: Send + 'static>: Send + Sync + 'static {
    /// Holds the lock, and lets go when it is dropped.
    type Guard<'a>: DerefMut<Target = T> + Send
    where
        Self: 'a;

    /// Waits until no other task holds the lock, and takes it.
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send;

    /// Takes the lock if no task holds it.
    fn try_lock(&self) -> Option<Self::Guard<'_>>;
}

/// What the tasks of one run of a workload share. It is made before the first task begins, and looked at after the last one has ended.
///
/// Most workloads share nothing: `()`.
pub trait Shared<W, P>: Send + Sync + Sized + 'static {
    /// Makes what the tasks of a run share.
    fn new(workload: &W, primitives: &P) -> Self;

    /// Checks what the tasks left behind. Returns figures of it by name, the unit at the end.
    ///
    /// # Errors
    /// If what must always hold does not.
    fn conclude(&self, workload: &W) -> Result<BTreeMap<String, f64>, Error>;
}

impl<W: Workload, P: Primitives> Shared<W, P> for () {
    fn new(_: &W, _: &P) -> Self {}

    fn conclude(&self, _: &W) -> Result<BTreeMap<String, f64>, Error> {
        Ok(BTreeMap::new())
    }
}
