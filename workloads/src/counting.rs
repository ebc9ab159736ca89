//! `counting`: counts down from n.

use std::hint::black_box;

use serde::{Deserialize, Serialize};

use crate::{Context, Error, Kind, Parameter, Primitives, Workload};

/// Steps between two checkpoints: about a microsecond of work.
const STRIDE: u64 = 1024;

/// Counts down from n to 0, one by one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counting {
    /// Where each task starts.
    pub from: u64,
    /// Number of tasks.
    pub tasks: u64,
}

impl Default for Counting {
    fn default() -> Self {
        Self { from: 5_000_000, tasks: 32 }
    }
}

impl Workload for Counting {
    const NAME: &'static str = "counting";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "counts down from n to 0, one by one";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("from", "", "where each task starts to count down"),
        Parameter::new("tasks", "", "number of tasks"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        if self.from == 0 { Err("`from` must be at least 1, or there is nothing to count".to_owned()) } else { Ok(()) }
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), _index: u64) -> Result<u64, Error> {
        let mut left = self.from;
        let mut steps = 0;
        while left > 0 {
            cx.checkpoint();
            let stop = left.saturating_sub(STRIDE);
            while left > stop {
                left = black_box(left - 1);
                steps += 1;
            }
        }
        Ok(steps)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| self.from)
    }
}
