//! How many rounds there is time for.

use std::time::{Duration, Instant};

use crate::plan::Plan;

/// Tells how much time has passed since the run began; a test hands in another one.
pub trait Clock {
    /// Time since the run began.
    fn elapsed(&self) -> Duration;
}

/// The clock on the wall.
impl Clock for Instant {
    fn elapsed(&self) -> Duration {
        self.elapsed()
    }
}

/// Divides the budget among groups and processes, and says whether one more round fits.
///
/// Groups share what is left of the budget evenly, so time that one does not need, because its ratios are known well enough, goes to those after it. Within a group every cell
/// gets the same number of rounds, for a round is either done whole or not begun.
pub(crate) struct Pace<'a> {
    plan: &'a Plan,
    clock: &'a dyn Clock,
    groups: usize,
    /// Groups begun, the present one included.
    begun: usize,
    group_start: Duration,
    /// When the present group should be done; none without a budget.
    group_end: Option<Duration>,
    /// When the present process should be done; none without a budget.
    process_end: Option<Duration>,
    /// Processes begun in the present group.
    processes: u32,
    /// Counted rounds of the present process.
    rounds: u32,
    /// Counted rounds of the present group.
    group_rounds: u32,
    round_start: Duration,
    /// How long the last round took, counted or not.
    last_round: Option<Duration>,
}

impl<'a> Pace<'a> {
    pub(crate) fn new(plan: &'a Plan, clock: &'a dyn Clock, groups: usize) -> Self {
        let zero = Duration::ZERO;
        Self {
            plan,
            clock,
            groups,
            begun: 0,
            group_start: zero,
            group_end: None,
            process_end: None,
            processes: 0,
            rounds: 0,
            group_rounds: 0,
            round_start: zero,
            last_round: None,
        }
    }

    pub(crate) fn begin_group(&mut self) {
        let now = self.clock.elapsed();
        let groups_left = u32::try_from(self.groups - self.begun).unwrap_or(u32::MAX).max(1);
        self.begun += 1;
        self.group_start = now;
        self.group_end = self.plan.budget.map(|budget| now + budget.saturating_sub(now) / groups_left);
        (self.processes, self.group_rounds, self.last_round) = (0, 0, None);
    }

    pub(crate) fn begin_process(&mut self, process: u32) {
        let now = self.clock.elapsed();
        self.processes = process + 1;
        let processes_left = self.plan.processes - process;
        self.process_end = self.group_end.map(|end| now + end.saturating_sub(now) / processes_left.max(1));
        self.rounds = 0;
        self.round_start = now;
    }

    /// Whether the present process should do one more round, given how well the widest ratio of the group is known.
    ///
    /// With a budget it need not if, at the present rate, the ratios will be as tight as the target says when all processes are
    /// done: an interval narrows with the square root of the number of rounds.
    pub(crate) fn has_time_for_a_round(&mut self, widest: impl FnOnce() -> f64) -> bool {
        let now = self.clock.elapsed();
        self.round_start = now;
        if self.rounds >= share(self.plan.rounds, self.plan.processes, self.processes - 1) {
            return false;
        }
        if self.rounds < share(self.plan.least_rounds, self.plan.processes, self.processes - 1).max(1) {
            return true;
        }
        let done = f64::from(self.processes) / f64::from(self.plan.processes);
        if self.plan.budget.is_some() && self.plan.target > 0.0 && widest() * done.sqrt() <= self.plan.target {
            return false;
        }
        self.process_end.is_none_or(|end| now + self.last_round.unwrap_or_default() <= end)
    }

    /// A round is done; one that is not counted was the warm-up.
    pub(crate) fn end_round(&mut self, counted: bool) {
        let now = self.clock.elapsed();
        self.last_round = Some(now.saturating_sub(self.round_start));
        self.round_start = now;
        self.rounds += u32::from(counted);
        self.group_rounds += u32::from(counted);
    }

    /// How many rounds the present group will have had at its end, as far as can be told now.
    pub(crate) fn rounds_expected(&self) -> u32 {
        let most = self.plan.rounds;
        let Some((end, round)) = self.group_end.zip(self.last_round.filter(|round| !round.is_zero())) else {
            return most;
        };
        let left = end.saturating_sub(self.clock.elapsed()).as_secs_f64() / round.as_secs_f64();
        (self.group_rounds + left as u32 + 1).clamp(self.plan.least_rounds.min(most), most)
    }

    /// How much of the whole run is done, from 0 to 1, as far as can be told now.
    pub(crate) fn share_done(&self) -> f64 {
        let now = self.clock.elapsed();
        let within = match self.group_end {
            Some(end) if end > self.group_start => {
                now.saturating_sub(self.group_start).as_secs_f64() / (end - self.group_start).as_secs_f64()
            }
            _ => f64::from(self.group_rounds) / f64::from(self.plan.rounds),
        };
        match self.plan.budget {
            Some(budget) => (now.as_secs_f64() / budget.as_secs_f64().max(f64::MIN_POSITIVE)).min(1.0),
            None => ((self.begun.saturating_sub(1)) as f64 + within.min(1.0)) / self.groups.max(1) as f64,
        }
    }
}

/// What part number `part` of `parts` gets of `whole`, so that the parts add up.
fn share(whole: u32, parts: u32, part: u32) -> u32 {
    whole / parts + u32::from(part < whole % parts)
}
