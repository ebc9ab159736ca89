//! `semaphore`: many users share a few permits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parts::{WAIT, check_counts, in_a_row, pause, wrong};
use crate::{
    Asks, Context, Error, Findings, Kind, Latencies, Parameter, Primitives, Semaphore, Shared, Variant, Workload,
};

/// Lets a few of many users in at a time, as a pool of connections does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Semaphores {
    /// Number of users, one a task.
    pub users: u64,
    /// How many may be inside at once.
    pub permits: u64,
    /// How often each user enters.
    pub entries: u64,
    /// How long a user stays inside, microseconds; 0 gives way instead.
    pub hold_us: u64,
    /// Whose semaphore.
    pub primitives: Variant,
    /// How long each entry waited for a permit.
    #[serde(skip)]
    waits: Latencies,
}

impl Default for Semaphores {
    fn default() -> Self {
        let (primitives, waits) = (Variant::Native, Latencies::default());
        Self { users: 13, permits: 5, entries: 10, hold_us: 100, primitives, waits }
    }
}

/// The semaphore, and who is inside.
pub struct Room<P: Primitives> {
    permits: P::Semaphore,
    inside: AtomicU64,
    most: AtomicU64,
}

impl<P: Primitives> Shared<Semaphores, P> for Room<P> {
    fn new(workload: &Semaphores, primitives: &P) -> Result<Self, Error> {
        let permits = primitives.semaphore(workload.permits as usize);
        Ok(Self { permits, inside: AtomicU64::new(0), most: AtomicU64::new(0) })
    }

    fn conclude(&self, workload: &Semaphores) -> Result<Findings, Error> {
        let (inside, most) = (self.inside.load(Ordering::Relaxed), self.most.load(Ordering::Relaxed));
        if inside != 0 {
            return wrong(format!("{inside} users stayed inside"));
        }
        if most > workload.permits {
            return wrong(format!("{most} users were inside at once, and there are {} permits", workload.permits));
        }
        let entries = workload.users * workload.entries;
        Ok(Findings::with_operations(entries).figure("most_inside", most as f64))
    }
}

impl Asks for Semaphores {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Semaphores {
    const NAME: &'static str = "semaphore";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "lets a few of many users in at a time";
    const HOLDS: &'static str = "never more tasks are inside than there are permits";
    const SHARES_MEMORY: bool = true;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("users", "", "number of users, one a task"),
        Parameter::new("permits", "", "how many may be inside at once"),
        Parameter::new("entries", "", "how often each user enters"),
        Parameter::new("hold_us", "us", "how long a user stays inside; 0 gives way instead"),
        Variant::PARAMETER,
    ];

    type Shared<P: Primitives> = Room<P>;

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("users", self.users), ("entries", self.entries)])?;
        check_counts(&[("permits", self.permits)])
    }

    fn tasks(&self) -> u64 {
        self.users
    }

    async fn task<C: Context>(&self, cx: &C, shared: &Room<C::Primitives>, index: u64) -> Result<u64, Error> {
        for entry in 0..self.entries {
            cx.checkpoint();
            let begin = self.waits.begin();
            shared.permits.acquire().await;
            self.waits.end(index * self.entries + entry, begin);
            let inside = shared.inside.fetch_add(1, Ordering::Relaxed) + 1;
            shared.most.fetch_max(inside, Ordering::Relaxed);
            pause(cx, self.hold_us).await;
            shared.inside.fetch_sub(1, Ordering::Relaxed);
            shared.permits.release().await;
        }
        Ok(self.entries)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.users).map(|_| self.entries)
    }

    fn wait(&self) -> Duration {
        let of_a_permit = (self.users * self.entries).div_ceil(self.permits.max(1));
        in_a_row(self.hold_us, of_a_permit.max(self.entries))
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.waits = Latencies::new(self.users * self.entries, now);
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
    fn all_permits_are_used_and_no_more() {
        let figures = run_rightly(&Semaphores::default()).figures;
        assert_eq!((figures["operations"], figures["most_inside"], figures[WAIT]), (130.0, 5.0, 130.0));
    }

    #[test]
    fn no_model_ends_before_the_permits_allow() {
        let wait = |users, permits| Semaphores { users, permits, entries: 2, ..Semaphores::default() }.wait();
        assert_eq!(wait(13, 5), Duration::from_micros(600));
        assert_eq!(wait(1, 5), Duration::from_micros(200));
    }

    #[test]
    fn one_user_too_many_is_wrong_and_so_is_one_who_stays() {
        let workload = Semaphores::default();
        for (inside, most, what) in [(0, 6, "6 users were inside at once, and there are 5 permits"), (1, 5, "1 users")]
        {
            let shared = share(&workload);
            shared.inside.store(inside, Ordering::Relaxed);
            shared.most.store(most, Ordering::Relaxed);
            assert!(shared.conclude(&workload).expect_err("wrong").to_string().starts_with(what));
        }
    }
}
