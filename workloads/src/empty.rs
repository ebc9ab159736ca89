//! `empty`: tasks that only return their index: what creation and dispatch cost.

use std::hint::black_box;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Does nothing, many times.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Empty {
    /// Number of tasks.
    pub tasks: u64,
}

impl Default for Empty {
    fn default() -> Self {
        Self { tasks: 5_000 }
    }
}

impl Workload for Empty {
    const NAME: &'static str = "empty";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "returns its index: what it costs to create and dispatch a task";
    const PARAMETERS: &'static [Parameter] = &[Parameter::new("tasks", "", "number of tasks")];

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        // Else the compiler adds up the results of a loop by formula, and runs no task at all.
        Ok(black_box(index))
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        0..self.tasks
    }
}
