//! A search for crossings while it is carried out, within a budget.

use std::collections::BTreeMap;
use std::time::Duration;

use super::measuring::{Measuring, Stop};
use super::search::Search;
use crate::driver::{Clock, Sink, Watch};
use crate::durations;

/// Fewest counted rounds of a process: the first of them may still be slow.
const LEAST_ROUNDS: u32 = 3;
/// Most counted rounds of a process: a fresh one tells more then.
const MOST_ROUNDS: u32 = 10;
/// Visits that a budget has room for: as long as each may take, if its rounds are short enough.
const VISITS: u32 = 30;
/// Of the budget the share that the survey may take, its fresh processes included.
const FOR_SURVEY: f64 = 0.7;
/// Visits of the survey after the one that tries its places out.
const SURVEY_VISITS: u32 = 3;

/// A search while it is carried out.
pub(crate) struct Hunt<'a> {
    search: Search,
    pub(crate) measuring: Measuring<'a>,
    budget: Duration,
    clock: &'a dyn Clock,
    /// By place, the time that a round takes.
    costs: BTreeMap<u64, Duration>,
    /// Time to start the cells of a place, as the last visit took it.
    start: Duration,
    /// What was asked for and cannot be had, one sentence each.
    pub(crate) remarks: Vec<String>,
}

impl<'a> Hunt<'a> {
    /// Returns a search that has not begun. The budget counts from the clock's zero.
    pub(crate) fn new(search: Search, measuring: Measuring<'a>, budget: Duration, clock: &'a dyn Clock) -> Self {
        let (costs, start, remarks) = (BTreeMap::new(), Duration::ZERO, Vec::new());
        Self { search, measuring, budget, clock, costs, start, remarks }
    }

    /// Measures until all is known well, or the budget is spent.
    ///
    /// # Errors
    /// If somebody asks for the end, or a record cannot be written. What was measured by then counts.
    pub(crate) fn carry_out(&mut self, watch: &mut dyn Watch, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.try_out(watch, sink)?;
        loop {
            let places = self.search.next();
            let Some(rounds) = self.rounds(&places) else { return Ok(()) };
            self.visit(&places, rounds, watch, sink)?;
        }
    }

    /// Has a round at each place of the survey, the least first, and leaves out those that the budget does not reach.
    fn try_out(&mut self, watch: &mut dyn Watch, sink: &mut dyn Sink) -> Result<(), Stop> {
        let places: Vec<u64> = self.search.places().collect();
        let mut needed = Duration::ZERO;
        for (number, &place) in places.iter().enumerate() {
            self.visit(&[place], 1, watch, sink)?;
            let cost = self.cost(place);
            needed += self.start + cost * (LEAST_ROUNDS + 1);
            if needed * SURVEY_VISITS > self.budget.mul_f64(FOR_SURVEY) {
                places[number..].iter().for_each(|place| self.search.leave_out(*place));
                let [cost, budget] = [cost, self.budget].map(|time| Duration::from_millis(time.as_millis() as u64));
                self.remarks.push(format!(
                    "from {place} up nothing is compared: a round of both takes {} there, and a larger --budget than {} reaches further",
                    durations::format(cost),
                    durations::format(budget)
                ));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Measures some places, and notes what it takes.
    fn visit(&mut self, places: &[u64], rounds: u32, watch: &mut dyn Watch, sink: &mut dyn Sink) -> Result<(), Stop> {
        watch.progress((self.clock.elapsed().as_secs_f64() / self.budget.as_secs_f64()).min(1.0));
        let visit = self.measuring.visit(places, rounds, watch, sink)?;
        // The first visit starts a server too, and what is loaded once: the last one tells better what the next will take.
        self.start = visit.start / u32::try_from(places.len()).unwrap_or(1).max(1);
        self.costs.extend(visit.costs);
        for (place, logarithms) in visit.logarithms {
            match logarithms {
                Some(logarithms) => self.search.note(place, visit.process, &logarithms),
                None => self.search.leave_out(place),
            }
        }
        Ok(())
    }

    /// Returns how many counted rounds the next visit has; none if there is nothing to visit, or it does not fit into the budget.
    fn rounds(&self, places: &[u64]) -> Option<u32> {
        let start = self.start * u32::try_from(places.len()).ok().filter(|places| *places > 0)?;
        let round: Duration = places.iter().map(|place| self.cost(*place)).sum();
        // One round more is the warm-up.
        let fitting = |time: Duration| {
            let rounds = time.saturating_sub(start).as_secs_f64() / round.as_secs_f64().max(1e-9);
            (rounds.min(f64::from(MOST_ROUNDS + 1)) as u32).saturating_sub(1)
        };
        let most = fitting(self.budget.saturating_sub(self.clock.elapsed()));
        let wanted = fitting(self.budget / VISITS).max(LEAST_ROUNDS);
        (most >= LEAST_ROUNDS).then(|| wanted.min(most))
    }

    /// Returns about what a round at a place takes: what it took there, or at the next place above.
    fn cost(&self, place: u64) -> Duration {
        self.costs.range(place..).next().map_or(Duration::ZERO, |(_, cost)| *cost)
    }
}
