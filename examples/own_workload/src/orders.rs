//! `orders`: each task adds up the lines of an order, then waits for its payment.

use std::hint::black_box;
use std::time::Duration;

use regatta::prelude::*;

/// The parameters. A plan or `--param` may set some of them; the others have their defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(crate = "regatta::serde", default, deny_unknown_fields)]
pub struct Orders {
    /// Number of orders, one a task.
    pub orders: u64,
    /// Lines of each order.
    pub lines: u64,
    /// How long each payment takes, microseconds.
    pub payment_us: u64,
    /// How long each order saw its payment take. It is no parameter.
    #[serde(skip)]
    payments: Latencies,
}

impl Default for Orders {
    fn default() -> Self {
        Self { orders: 50, lines: 50_000, payment_us: 2_000, payments: Latencies::default() }
    }
}

impl Workload for Orders {
    const NAME: &'static str = "orders";
    const KIND: Kind = Kind::Service;
    const ABOUT: &'static str = "adds up the lines of an order, then waits for its payment";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("orders", "", "number of orders, one a task"),
        Parameter::new("lines", "", "lines of each order"),
        Parameter::new("payment_us", "us", "how long each payment takes"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        match self.lines {
            0 => Err("`lines` must be at least 1, or there is nothing to add up".to_owned()),
            1..=1_000_000_000 => Ok(()),
            _ => Err("`lines` may be at most 1000000000".to_owned()),
        }
    }

    fn tasks(&self) -> u64 {
        self.orders
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, TaskError> {
        let sum = sum(cx, index, self.lines);
        let begin = self.payments.begin();
        cx.sleep(self.wait()).await;
        self.payments.end(index, begin);
        Ok(sum)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        // By another route than the tasks take: the numbers of an order's lines are an arithmetic series.
        let series = self.lines * (self.lines - 1) / 2;
        (0..self.orders).map(move |order| order * self.lines + series)
    }

    fn wait(&self) -> Duration {
        Duration::from_micros(self.payment_us)
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.payments = Latencies::new(self.orders, now);
    }

    fn begin(&self) {
        self.payments.clear();
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.payments.named("payment_ns")
    }
}

/// Adds up an order line by line. It computes in a function of its own, so that its variables stay in registers.
fn sum<C: Context>(cx: &C, order: u64, lines: u64) -> u64 {
    let mut sum = 0;
    for line in 0..lines {
        if line % 1_000 == 0 {
            cx.checkpoint();
        }
        sum += black_box(order + line);
    }
    sum
}
