//! The suite as a workload: its cases, what their tasks share, and what went wrong.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use regatta_workloads::{Asks, Context, Error, Findings, Kind, Mutex, Primitives, Shared, Variant, Workload};
use serde::{Deserialize, Serialize};

use crate::{channels, locks, signals};

/// Tasks of each case: more than there are workers.
pub const TASKS: u64 = 6;
/// Permits of the semaphore that tasks give back.
pub const PERMITS: usize = 2;
/// Room of the channel.
pub const CAPACITY: usize = 3;
/// A time limit that is reached, for nothing else ends the wait. It is less than what a timer of milliseconds can tell.
pub const SHORT: Duration = Duration::from_micros(300);
/// A time limit that is often reached while something else ends the wait.
pub const TINY: Duration = Duration::from_micros(20);
/// A time limit that is never reached.
pub const LONG: Duration = Duration::from_secs(3600);

/// What is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Case {
    #[default]
    OneHoldsTheLock,
    TryLockDoesNotWait,
    ReadersShareAndWritersDoNot,
    CondvarWakesAll,
    CondvarLosesNoWakeUp,
    CondvarTimesOut,
    SemaphoreKeepsItsPermits,
    SemaphoreHandsOver,
    SemaphoreTimesOut,
    EventReleasesAll,
    BarrierKeepsPhases,
    ChannelKeepsOrder,
    ChannelIsBounded,
    ChannelLosesNothing,
}

impl Case {
    pub const ALL: [Self; 14] = [
        Self::OneHoldsTheLock,
        Self::TryLockDoesNotWait,
        Self::ReadersShareAndWritersDoNot,
        Self::CondvarWakesAll,
        Self::CondvarLosesNoWakeUp,
        Self::CondvarTimesOut,
        Self::SemaphoreKeepsItsPermits,
        Self::SemaphoreHandsOver,
        Self::SemaphoreTimesOut,
        Self::EventReleasesAll,
        Self::BarrierKeepsPhases,
        Self::ChannelKeepsOrder,
        Self::ChannelIsBounded,
        Self::ChannelLosesNothing,
    ];
}

/// One case on one kind of primitives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Suite {
    pub case: Case,
    pub primitives: Variant,
}

/// One primitive of each kind, and counters beside them that are no primitives.
pub struct Kit<P: Primitives> {
    pub number: P::Mutex<u64>,
    pub changed: P::Condvar,
    pub pair: P::RwLock<(u64, u64)>,
    /// Permits that whoever takes one gives back.
    pub permits: P::Semaphore,
    /// Permits that one task gives and others take; none at first.
    pub handed: P::Semaphore,
    pub begun: P::Event,
    pub happened: P::Event,
    pub together: P::Barrier,
    pub channel: P::Channel<u64>,
    /// Counters, each for what the case wants.
    pub counters: [AtomicU64; 3],
    /// How often each item was taken.
    pub seen: Vec<AtomicU64>,
    wrong: StdMutex<Vec<String>>,
}

impl<P: Primitives> Kit<P> {
    /// Notes what is wrong. The task goes on, so that others do not wait for it in vain.
    #[track_caller]
    pub fn must(&self, holds: bool, what: &str) {
        if !holds {
            let place = std::panic::Location::caller();
            self.wrong.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{place}: {what}"));
        }
    }

    /// Adds to a counter and returns it as it is then.
    pub fn count(&self, counter: usize, by: u64) -> u64 {
        self.counters[counter].fetch_add(by, Ordering::SeqCst).wrapping_add(by)
    }

    fn number_is(&self, expected: u64) -> bool {
        self.number.try_lock().is_some_and(|number| *number == expected)
    }
}

impl<P: Primitives> Shared<Suite, P> for Kit<P> {
    fn new(_: &Suite, primitives: &P) -> Result<Self, Error> {
        Ok(Self {
            number: primitives.mutex(0),
            changed: primitives.condvar(),
            pair: primitives.rwlock((0, 0)),
            permits: primitives.semaphore(PERMITS),
            handed: primitives.semaphore(0),
            begun: primitives.event(),
            happened: primitives.event(),
            together: primitives.barrier(TASKS as usize),
            channel: primitives.channel(CAPACITY),
            counters: Default::default(),
            seen: (0..channels::ITEMS).map(|_| AtomicU64::new(0)).collect(),
            wrong: StdMutex::default(),
        })
    }

    fn conclude(&self, suite: &Suite) -> Result<Findings, Error> {
        let counters = self.counters.each_ref().map(|counter| counter.load(Ordering::SeqCst));
        match suite.case {
            Case::OneHoldsTheLock => self.must(self.number_is(TASKS * locks::ROUNDS), "an update was lost"),
            Case::CondvarWakesAll => self.must(self.number_is(TASKS * locks::ROUNDS), "a turn is missing"),
            Case::CondvarLosesNoWakeUp => self.must(self.number_is(0), "a token is left"),
            Case::CondvarTimesOut => self.must(self.number_is(TASKS), "an update was lost"),
            Case::SemaphoreKeepsItsPermits | Case::SemaphoreTimesOut => {
                self.must(counters[1] <= PERMITS as u64, &format!("{} were inside at once", counters[1]));
            }
            Case::BarrierKeepsPhases => {
                self.must(counters[1] == signals::PHASES, &format!("{} leaders", counters[1]));
            }
            Case::ChannelLosesNothing => {
                let once = self.seen.iter().all(|seen| seen.load(Ordering::SeqCst) == 1);
                self.must(once, "an item was lost, or came twice");
            }
            _ => {}
        }
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.is_empty() { Ok(Findings::default()) } else { Err(Error::Wrong(wrong.join("\n"))) }
    }
}

impl Asks for Suite {
    fn primitives(&self) -> Variant {
        self.primitives
    }
}

impl Workload for Suite {
    const NAME: &'static str = "suite";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "shows that primitives do what they must";
    const SHARES_MEMORY: bool = true;

    type Shared<P: Primitives> = Kit<P>;

    fn tasks(&self) -> u64 {
        TASKS
    }

    fn at_once(&self) -> u64 {
        TASKS
    }

    async fn task<C: Context>(&self, cx: &C, kit: &Kit<C::Primitives>, index: u64) -> Result<u64, Error> {
        match self.case {
            Case::OneHoldsTheLock => locks::one_holds_the_lock(cx, kit).await,
            Case::TryLockDoesNotWait => locks::try_lock_does_not_wait(kit, index).await,
            Case::ReadersShareAndWritersDoNot => locks::readers_share_and_writers_do_not(cx, kit).await,
            Case::CondvarWakesAll => locks::condvar_wakes_all(kit, index).await,
            Case::CondvarLosesNoWakeUp => locks::condvar_loses_no_wake_up(cx, kit, index).await,
            Case::CondvarTimesOut => locks::condvar_times_out(kit).await,
            Case::SemaphoreKeepsItsPermits => signals::semaphore_keeps_its_permits(cx, kit, index).await,
            Case::SemaphoreHandsOver => signals::semaphore_hands_over(cx, kit, index).await,
            Case::SemaphoreTimesOut => signals::semaphore_times_out(cx, kit, index).await,
            Case::EventReleasesAll => signals::event_releases_all(kit, index).await,
            Case::BarrierKeepsPhases => signals::barrier_keeps_phases(kit).await,
            Case::ChannelKeepsOrder => channels::channel_keeps_order(kit, index).await,
            Case::ChannelIsBounded => channels::channel_is_bounded(kit, index).await,
            Case::ChannelLosesNothing => channels::channel_loses_nothing(cx, kit, index).await,
        }
        Ok(0)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..TASKS).map(|_| 0)
    }
}
