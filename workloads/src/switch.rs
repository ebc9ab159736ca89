//! `switch`: yields k times a task. With k = 0 it is the plain loop to compare with.

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Gives way to the other tasks, again and again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switch {
    /// How often each task gives way.
    pub yields: u64,
    /// Number of tasks.
    pub tasks: u64,
}

impl Default for Switch {
    fn default() -> Self {
        Self { yields: 2_000, tasks: 16 }
    }
}

impl Workload for Switch {
    const NAME: &'static str = "switch";
    const KIND: Kind = Kind::Switching;
    const ABOUT: &'static str = "gives way to the other tasks again and again, and does nothing else";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("yields", "", "how often each task gives way"),
        Parameter::new("tasks", "", "number of tasks"),
    ];

    type Shared<P: Primitives> = ();

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), _index: u64) -> Result<u64, Error> {
        let mut yielded = 0;
        for _ in 0..self.yields {
            cx.checkpoint();
            cx.yield_now().await;
            yielded += 1;
        }
        Ok(yielded)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.yields)
    }
}
