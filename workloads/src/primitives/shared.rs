//! What the tasks of one run share.

use std::collections::BTreeMap;

use crate::Error;

/// What the tasks of one run of a workload share. It is made before the first task begins, and looked at after the last one has ended.
///
/// Most workloads share nothing: `()`.
pub trait Shared<W, P>: Send + Sync + Sized + 'static {
    /// Makes what the tasks of a run share.
    ///
    /// # Errors
    /// If the world lacks what the workload asks for: [`Error::Unavailable`].
    fn new(workload: &W, primitives: &P) -> Result<Self, Error>;

    /// Checks what the tasks left behind, and says what was found.
    ///
    /// # Errors
    /// If what must always hold does not: [`Error::Wrong`].
    fn conclude(&self, workload: &W) -> Result<Findings, Error>;
}

impl<W, P> Shared<W, P> for () {
    fn new(_: &W, _: &P) -> Result<Self, Error> {
        Ok(())
    }

    fn conclude(&self, _: &W) -> Result<Findings, Error> {
        Ok(Findings::default())
    }
}

/// What was found in a run beside the results of its tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Figures by name; the name ends in the unit (`lost_updates`, `jain_index`). `operations` is how many were carried out.
    pub figures: BTreeMap<String, f64>,
}

impl Findings {
    /// Begins with how many operations were carried out.
    pub fn with_operations(operations: u64) -> Self {
        Self::default().figure("operations", operations as f64)
    }

    /// Adds a figure.
    #[must_use]
    pub fn figure(mut self, name: &str, figure: f64) -> Self {
        self.figures.insert(name.to_owned(), figure);
        self
    }
}
