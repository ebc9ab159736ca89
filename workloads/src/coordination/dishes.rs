//! `dishes`: one task washes, one dries, one puts away.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, wrong};
use crate::{Asks, Context, Error, Findings, Kind, Latencies, Parameter, Primitives, Queue, Shared, Variant, Workload};

/// Hands dishes down a line of three tasks, with a rack between each and the next. Every task keeps the order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dishes {
    /// Number of dishes.
    pub dishes: u64,
    /// Room of each rack.
    pub capacity: u64,
    /// Whose channels.
    pub primitives: Variant,
    /// How long each dish was on its way to the next task.
    #[serde(skip)]
    waits: Latencies,
}

impl Default for Dishes {
    fn default() -> Self {
        Self { dishes: 100, capacity: 4, primitives: Variant::Native, waits: Latencies::default() }
    }
}

/// A dish between two tasks.
struct Dish {
    number: u64,
    /// When the task before had it ready.
    since: Option<u64>,
}

/// The racks, and how the dishes came out of them.
pub struct Kitchen<P: Primitives> {
    washed: P::Channel<Dish>,
    dried: P::Channel<Dish>,
    out_of_order: AtomicU64,
    put_away: AtomicU64,
}

impl<P: Primitives> Shared<Dishes, P> for Kitchen<P> {
    fn new(workload: &Dishes, primitives: &P) -> Result<Self, Error> {
        let [washed, dried] = [(); 2].map(|()| primitives.channel(workload.capacity as usize));
        Ok(Self { washed, dried, out_of_order: AtomicU64::new(0), put_away: AtomicU64::new(0) })
    }

    fn conclude(&self, workload: &Dishes) -> Result<Findings, Error> {
        let (out_of_order, put_away) =
            (self.out_of_order.load(Ordering::Relaxed), self.put_away.load(Ordering::Relaxed));
        if out_of_order != 0 || put_away != workload.dishes {
            let dishes = workload.dishes;
            return wrong(format!("{put_away} of {dishes} dishes were put away, and {out_of_order} came out of order"));
        }
        Ok(Findings::with_operations(workload.dishes))
    }
}

impl Dishes {
    fn dish(&self, number: u64) -> Dish {
        Dish { number, since: self.waits.begin() }
    }

    /// Looks at a dish that comes out of a rack.
    fn look<P: Primitives>(&self, kitchen: &Kitchen<P>, dish: &Dish, number: u64, rack: u64) {
        self.waits.end(rack * self.dishes + dish.number, dish.since);
        if dish.number != number {
            kitchen.out_of_order.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Asks for Dishes {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Dishes {
    const NAME: &'static str = "dishes";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "washes, dries and puts away in three tasks, in order, with a channel between each";
    const HOLDS: &'static str = "each stage gets the dishes in order, and none is lost";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("dishes", "", "number of dishes"),
        Parameter::new("capacity", "", "room of each channel"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Kitchen<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("dishes", self.dishes)])?;
        check_counts(&[("capacity", self.capacity)])
    }

    fn tasks(&self) -> u64 {
        3
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Kitchen<C::Primitives>, index: u64) -> Result<u64, Error> {
        let mut done = 0;
        for number in 0..self.dishes {
            cx.checkpoint();
            match index {
                0 => shared.washed.put(self.dish(number)).await,
                1 => {
                    let dish = shared.washed.take().await;
                    self.look(shared, &dish, number, 0);
                    shared.dried.put(self.dish(dish.number)).await;
                }
                _ => {
                    let dish = shared.dried.take().await;
                    self.look(shared, &dish, number, 1);
                    shared.put_away.fetch_add(1, Ordering::Relaxed);
                }
            }
            done += 1;
        }
        Ok(done)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        [self.dishes; 3].into_iter()
    }

    fn at_once(&self) -> u64 {
        3
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(2 * self.dishes, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.waits.named(WAIT)
    }

    fn begin(&self) {
        self.waits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run_rightly, share};
    use super::*;

    #[test]
    fn every_dish_is_put_away() {
        let figures = run_rightly(&Dishes { dishes: 30, capacity: 2, ..Dishes::default() }).figures;
        assert_eq!((figures["operations"], figures[WAIT]), (30.0, 60.0));
    }

    #[test]
    fn a_dish_that_is_lost_is_wrong_and_so_is_one_out_of_order() {
        let workload = Dishes::default();
        for (put_away, out_of_order) in [(99, 0), (100, 1)] {
            let shared = share(&workload);
            shared.put_away.store(put_away, Ordering::Relaxed);
            shared.out_of_order.store(out_of_order, Ordering::Relaxed);
            assert!(matches!(shared.conclude(&workload), Err(Error::Wrong(_))));
        }
        let shared = share(&workload);
        workload.look(&shared, &workload.dish(2), 1, 0);
        assert_eq!(shared.out_of_order.into_inner(), 1);
    }
}
