//! How many rounds there is time for.

use std::time::{Duration, Instant};

use crate::plan::{Plan, Quota, RoundsFor};

/// Fewest rounds that have an interval.
const FEWEST_TO_LOOK: u32 = 6;
/// How often a cell runs while it counts events, after its warm-up.
pub(super) const COUNTING_RUNS: u32 = 3;

/// Tells how much time has passed since the run began; a test hands in another one.
pub trait Clock {
    /// Returns the time since the run began.
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
/// The budget is a promise: nothing begins that is not expected to end within it. Groups share what is left of it evenly, and each point of
/// a sweep counts as a group. So time that one does not need, because its ratios are known well enough, goes to those after it. A group whose share is up goes on until it has
/// the least rounds, for fewer are worth nothing, and those after it get less. Profiles come last, in time that was set aside for them.
///
/// Where rounds are for verdicts, groups share but half of the budget at first. The rest is for visits to those that need more.
///
/// Within a group every cell gets the same number of rounds, for a round is either done whole or not begun.
///
/// Whoever stops as soon as an interval is narrow has often only been lucky: of such 95 % intervals 91 to 93 % hold the truth. So the
/// first process looks at few moments, each at twice the rounds of the one before, and settles then how many rounds there will be; the
/// rounds after that have no say, nor have the other processes (C. Stein, "A two-sample test for a linear hypothesis whose power is
/// independent of the variance", Annals of Mathematical Statistics 16, 1945). A test finds the coverage by simulation.
pub(crate) struct Pace<'a> {
    plan: &'a Plan,
    clock: &'a dyn Clock,
    /// Points of all groups: 1 each, or more of one along an axis.
    points: usize,
    /// Points of the groups begun, the present one included.
    begun: usize,
    /// Points of the present group.
    present: usize,
    /// What the present group gets at any rate.
    quota: Quota,
    group_start: Duration,
    /// When the present group should be done; none without a budget.
    group_end: Option<Duration>,
    /// When the present process should be done; none without a budget.
    process_end: Option<Duration>,
    /// Processes begun in the present group.
    processes: u32,
    process_start: Duration,
    /// Counted rounds of the present process.
    rounds: u32,
    round_start: Duration,
    /// Most counted rounds of the present process.
    most: u32,
    /// What the present group takes.
    costs: Costs,
    /// Rounds of the first process at which it looks next.
    next_look: u32,
    /// Rounds of each process, once settled.
    settled: Option<u32>,
    /// Time set aside for the profiles of the groups that are done.
    profiles: Duration,
}

/// What a group takes, as measured.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Costs {
    /// Time for which the cells of a round run uncounted.
    heat: Duration,
    /// Time to start the cells of the first process and to warm them up.
    start: Duration,
    /// Time of the next round, going by the last one.
    next_round: Option<Duration>,
    /// Counted rounds so far.
    rounds: u32,
}

impl Costs {
    /// Returns about how long it takes to start one of so many cells and to run it once.
    pub(crate) fn each(self, cells: usize) -> Duration {
        self.start / u32::try_from(cells).unwrap_or(u32::MAX).max(1)
    }

    /// Returns about how long it takes one of so many cells to count events, in a process of its own.
    pub(crate) fn counting(self, cells: usize) -> Duration {
        let runs = self.next_round.unwrap_or_default() * COUNTING_RUNS;
        self.each(cells) + runs / u32::try_from(cells).unwrap_or(u32::MAX).max(1)
    }

    /// Returns the counted rounds so far.
    pub(crate) fn rounds(self) -> u32 {
        self.rounds
    }

    /// Returns about what so many of all its cells take.
    pub(crate) fn of_some(self, some: usize, all: usize) -> Self {
        let part = |time: Duration| time.mul_f64(some as f64 / all.max(1) as f64);
        Self { start: part(self.start), next_round: self.next_round.map(part), ..self }
    }

    /// Returns what it takes as it did before, with the rounds of a visit.
    pub(crate) fn after(self, visit: Self) -> Self {
        Self { rounds: visit.rounds, ..self }
    }
}

impl<'a> Pace<'a> {
    pub(crate) fn new(plan: &'a Plan, clock: &'a dyn Clock, points: usize) -> Self {
        let zero = Duration::ZERO;
        Self {
            plan,
            clock,
            points,
            begun: 0,
            present: 0,
            quota: Quota { least: plan.least_rounds, processes: plan.processes },
            group_start: zero,
            group_end: None,
            process_end: None,
            processes: 0,
            process_start: zero,
            rounds: 0,
            most: 0,
            round_start: zero,
            costs: Costs::default(),
            next_look: 0,
            settled: None,
            profiles: zero,
        }
    }

    /// Returns what is left of a budget now, without the time that is set aside for profiles.
    fn left_of(&self, budget: Duration, now: Duration) -> Duration {
        budget.saturating_sub(now).saturating_sub(self.profiles)
    }

    /// Returns whether what takes so long still fits into the budget.
    pub(crate) fn fits(&self, time: Duration) -> bool {
        self.plan.budget.is_none_or(|budget| self.clock.elapsed() + time <= budget)
    }

    /// Returns whether the budget is spent, so that nothing new begins.
    pub(crate) fn is_spent(&self) -> bool {
        self.plan.budget.is_some_and(|budget| self.clock.elapsed() >= budget)
    }

    /// Begins a group of so many points, whose cells run uncounted for so long in each round.
    pub(crate) fn begin_group(&mut self, quota: Quota, heat: Duration, points: usize) {
        self.quota = quota;
        let now = self.clock.elapsed();
        let points_left = self.points.saturating_sub(self.begun).max(points).max(1);
        (self.begun, self.present) = (self.begun + points, points);
        let part = points as f64 / points_left as f64;
        self.group_start = now;
        let for_this_visit = |budget: Duration| match self.plan.rounds_for {
            RoundsFor::Ratios => budget,
            RoundsFor::Verdicts => budget / 2,
        };
        self.group_end = self.plan.budget.map(|budget| now + self.left_of(for_this_visit(budget), now).mul_f64(part));
        (self.processes, self.settled) = (0, None);
        self.costs = Costs { heat, ..Costs::default() };
        self.next_look = share(quota.least, quota.processes, 0).max(FEWEST_TO_LOOK);
    }

    /// Sets time aside for the profiles of so many cells of the present group, which is done and has so many in all. Returns what it took.
    pub(crate) fn end_group(&mut self, profiled: usize, cells: usize) -> Costs {
        if self.plan.profile && self.costs.rounds > 0 {
            let each = self.costs.each(cells) + self.counting(self.costs, cells);
            self.profiles += each.saturating_mul(u32::try_from(profiled).unwrap_or(u32::MAX));
        }
        self.costs
    }

    /// Returns about how long it takes to count the events of one of so many cells; nothing where rounds are for verdicts, which get all
    /// time that there is.
    pub(crate) fn counting(&self, costs: Costs, cells: usize) -> Duration {
        if self.plan.rounds_for == RoundsFor::Ratios { costs.counting(cells) } else { Duration::ZERO }
    }

    /// Returns what the present group took so far.
    pub(crate) fn costs(&self) -> Costs {
        self.costs
    }

    /// Comes back to a group that took so much before, for one of so many visits that are left.
    pub(crate) fn resume_group(&mut self, quota: Quota, costs: Costs, visits_left: u32) {
        self.quota = quota;
        let now = self.clock.elapsed();
        self.costs = costs;
        self.group_start = now;
        self.group_end = self.plan.budget.map(|budget| now + self.left_of(budget, now) / visits_left.max(1));
    }

    /// Returns whether the present group can begin a visit that ends in time.
    pub(crate) fn has_time_for_a_visit(&self) -> bool {
        let needed = self.costs.start + self.costs.next_round.unwrap_or_default();
        let has_rounds_left = self.costs.rounds < self.plan.rounds;
        has_rounds_left
            && self.has_time_for_a_process()
            && self.group_end.is_none_or(|end| self.clock.elapsed() + needed <= end)
    }

    /// Returns whether there is time to start the cells once more and to have a round of them.
    pub(crate) fn has_time_for_a_process(&self) -> bool {
        !self.is_spent() && self.fits(self.costs.start + self.costs.next_round.unwrap_or_default())
    }

    /// Begins a process of the present group. Of several, a later one has as many rounds as the first ones had, or fewer by one.
    pub(crate) fn begin_process(&mut self, process: u32) {
        (self.processes, self.rounds) = (process + 1, 0);
        let rounds_left = self.plan.rounds.saturating_sub(self.costs.rounds);
        self.most = share(self.plan.rounds, self.quota.processes, process).min(rounds_left);
        self.process_start = self.clock.elapsed();
        self.round_start = self.process_start;
        self.share_with_processes();
    }

    fn share_with_processes(&mut self) {
        let processes_left = (self.quota.processes + 1).saturating_sub(self.processes).max(1);
        let is_first_visit = self.processes <= self.quota.processes;
        let all = || self.costs.each(1) + self.counting(self.costs, 1);
        let profiles = if self.plan.profile && is_first_visit { all() } else { Duration::ZERO };
        let end = |end: Duration| {
            self.process_start + end.saturating_sub(profiles).saturating_sub(self.process_start) / processes_left
        };
        self.process_end = self.group_end.map(end);
    }

    /// Returns whether the present process should do one more round. How well the widest ratio of the group is known is asked for at few moments.
    pub(crate) fn has_time_for_a_round(&mut self, widest: impl FnOnce() -> f64) -> bool {
        let now = self.clock.elapsed();
        self.round_start = now;
        let next_round = self.costs.next_round.unwrap_or_default();
        if self.rounds >= self.most || self.is_spent() || !self.fits(next_round) {
            return false;
        }
        if self.rounds < share(self.quota.least, self.quota.processes, self.processes - 1).max(1) {
            return true;
        }
        self.look(widest);
        if self.settled.is_some_and(|settled| self.rounds >= settled) {
            return false;
        }
        self.process_end.is_none_or(|end| now + next_round <= end)
    }

    /// Settles how many rounds each process needs for ratios as tight as the target says, unless that is more than twice as many as
    /// there are: an interval narrows with the square root of the number of rounds.
    fn look(&mut self, widest: impl FnOnce() -> f64) {
        let is_for_ratios = self.plan.rounds_for == RoundsFor::Ratios;
        let has_target = is_for_ratios && self.plan.budget.is_some() && self.plan.target > 0.0;
        if !has_target || self.settled.is_some() || self.processes > 1 || self.rounds < self.next_look {
            return;
        }
        let in_all = f64::from(self.rounds) * (widest() / self.plan.target).powi(2);
        let needed = (in_all / f64::from(self.quota.processes)).ceil();
        if needed <= 2.0 * f64::from(self.rounds) {
            self.settled = Some((needed as u32).max(self.rounds));
        }
        self.next_look = self.rounds.saturating_mul(2);
    }

    /// Takes the time of a round that is done. One that is not counted was the warm-up.
    pub(crate) fn end_round(&mut self, counted: bool) {
        let now = self.clock.elapsed();
        let took = now.saturating_sub(self.round_start);
        // A cell that is made hot runs once at least before it counts.
        let heated = if self.costs.heat.is_zero() { took } else { took * 2 + self.costs.heat };
        self.costs.next_round = Some(if counted { took } else { heated });
        self.round_start = now;
        if !counted && self.processes == 1 {
            self.costs.start = now.saturating_sub(self.process_start);
            self.share_with_processes();
        }
        self.rounds += u32::from(counted);
        self.costs.rounds += u32::from(counted);
    }

    /// Returns the rounds that a group had and the least that it should have had, if the budget cut some.
    pub(crate) fn rounds_cut(&self, quota: Quota, costs: Costs) -> Option<(u32, u32)> {
        let least = quota.least;
        (self.plan.budget.is_some() && costs.rounds < least).then_some((costs.rounds, least))
    }

    /// Returns how many rounds the present group will have had at its end, as far as can be told now.
    pub(crate) fn rounds_expected(&self) -> u32 {
        let most = self.plan.rounds.max(self.costs.rounds + 1);
        let Some((end, round)) = self.group_end.zip(self.costs.next_round.filter(|round| !round.is_zero())) else {
            return most;
        };
        let left = end.saturating_sub(self.clock.elapsed()).as_secs_f64() / round.as_secs_f64();
        (self.costs.rounds + left as u32 + 1).clamp(self.quota.least.min(most), most)
    }

    /// Returns how much of the whole run is done, from 0 to 1, as far as can be told now.
    pub(crate) fn share_done(&self) -> f64 {
        let now = self.clock.elapsed();
        let within = match self.group_end {
            Some(end) if end > self.group_start => {
                now.saturating_sub(self.group_start).as_secs_f64() / (end - self.group_start).as_secs_f64()
            }
            _ => f64::from(self.costs.rounds) / f64::from(self.plan.rounds),
        };
        match self.plan.budget {
            Some(budget) => (now.as_secs_f64() / budget.as_secs_f64().max(f64::MIN_POSITIVE)).min(1.0),
            None => {
                let before = self.begun.saturating_sub(self.present) as f64;
                (before + self.present as f64 * within.min(1.0)) / self.points.max(1) as f64
            }
        }
    }
}

/// Returns what part number `part` of `parts` gets of `whole`, so that the parts add up.
fn share(whole: u32, parts: u32, part: u32) -> u32 {
    whole / parts + u32::from(part < whole % parts)
}

#[cfg(test)]
mod tests;
