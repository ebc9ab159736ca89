//! `sleep`: n waits of the same length, waited the way the model waits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Waits, the way the model waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sleep {
    /// Length of each wait, microseconds.
    pub wait_us: u64,
    /// Number of waits, one a task.
    pub tasks: u64,
}

impl Default for Sleep {
    fn default() -> Self {
        Self { wait_us: 20_000, tasks: 20 }
    }
}

impl Workload for Sleep {
    const NAME: &'static str = "sleep";
    const KIND: Kind = Kind::Io;
    const ABOUT: &'static str = "waits for a while, the way the model waits";
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

    #[allow(clippy::manual_async_fn, reason = "an `async fn` keeps its index twice, and is larger than a task by hand")]
    fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> impl Future<Output = Result<u64, Error>> + Send {
        async move {
            cx.sleep(self.wait()).await;
            Ok(index)
        }
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        0..self.tasks
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.wait_us)
    }
}
