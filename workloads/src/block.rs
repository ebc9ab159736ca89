//! `block`: n waits of the same length that block the thread without telling the model.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Waits in a call that knows nothing of the model and blocks its thread.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Block {
    /// Length of each wait, microseconds.
    pub wait_us: u64,
    /// Number of waits, one a task.
    pub tasks: u64,
}

impl Default for Block {
    fn default() -> Self {
        Self { wait_us: 10_000, tasks: 10 }
    }
}

impl Workload for Block {
    const NAME: &'static str = "block";
    const KIND: Kind = Kind::Io;
    const ABOUT: &'static str = "waits in a call that blocks the thread without telling the model";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("wait_us", "us", "length of each wait"),
        Parameter::new("tasks", "", "number of waits, one a task"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        if self.wait_us == 0 { Err("`wait_us` must be at least 1, or nothing waits".to_owned()) } else { Ok(()) }
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        cx.block(self.wait()).await;
        Ok(index)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        0..self.tasks
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.wait_us)
    }
}
