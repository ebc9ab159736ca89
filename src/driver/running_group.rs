//! A group, or the points of a sweep, while carried out: the cells, their server, and the rounds in which they run.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use rand::seq::SliceRandom;
use regatta_reports::record::{CellId, FailureKind, Sample, arms};

use super::pace::Costs;
use super::precision::Precision;
use super::running_cell::RunningCell;
use super::sample::{failure, least, left_out, run_once};
use super::warming::Warming;
use super::wrong_answer::WrongAnswers;
use super::{Cell, CellError, Run, Server, Stop};
use crate::durations;
use crate::group::{Precise, ReadyGroup};
use crate::plan::Quota;
use crate::protocol::Start;

/// Void runs of a cell without a sample after which it is given up.
const MOST_VOIDS: u32 = 8;

/// How often a group's server may die before the group is given up.
const SERVER_LIVES: u32 = 3;

/// A group while it is carried out, or all the points of a sweep, which share their rounds.
pub(super) struct RunningGroup<'g> {
    /// One or more.
    points: &'g [ReadyGroup],
    /// Place of the first one among the groups of the run.
    place: usize,
    /// In the order of the points, and of the cells of each.
    pub(super) cells: Vec<RunningCell<'g>>,
    /// None where its workload needs none, and between the visits to a group.
    server: Option<Box<dyn Server>>,
    server_deaths: u32,
    /// Processes of each cell that were begun.
    processes: u32,
    precision: Precision,
    wrong: WrongAnswers,
    /// What it took when it was left.
    pub(super) costs: Costs,
}

impl<'g> RunningGroup<'g> {
    /// Makes ready the points of a sweep, or a group alone, of which the first has this place among the groups of the run.
    pub(super) fn new(points: &'g [ReadyGroup], place: usize) -> Self {
        let of_point = |group: &'g ReadyGroup| group.cells.iter().map(move |ready| RunningCell::new(group, ready));
        Self {
            points,
            place,
            cells: points.iter().flat_map(of_point).collect(),
            server: None,
            server_deaths: 0,
            processes: 0,
            precision: Precision::new(precisions(points)),
            wrong: WrongAnswers::default(),
            costs: Costs::default(),
        }
    }

    /// Returns the first point: what is the same in all of them.
    fn first(&self) -> &'g ReadyGroup {
        &self.points[0]
    }

    /// Returns what it gets, whatever its share of the budget.
    fn quota(&self, run: &Run<'_>) -> Quota {
        run.driver.plan.quota(self.first().own_quota)
    }

    /// Returns the places of its points among the groups of the run.
    pub(super) fn places(&self) -> Range<usize> {
        self.place..self.place + self.points.len()
    }

    /// Has the rounds that the plan gives it.
    pub(super) fn have_rounds(&mut self, run: &mut Run<'_>) -> Result<(), Stop> {
        run.driver.watch.group(self.first());
        for point in self.points {
            for (runner, reason) in &point.group.skipped {
                run.write_failure(left_out(point, runner, reason))?;
            }
        }
        let (quota, points) = (self.quota(run), self.points.iter().map(ReadyGroup::points).sum());
        run.pace.begin_group(quota, self.heat(), points);
        if self.first().watch {
            self.look_for_deadlocks(run)?;
        }
        for _ in 0..quota.processes {
            if run.pace.has_time_for_a_process() {
                self.have_process(run)?;
            }
        }
        let profiled = self.to_profile().filter(|cell| run.driver.launch.can_profile(&cell.id().runner)).count();
        self.costs = run.pace.end_group(profiled, self.cells.len());
        self.server = None;
        Ok(())
    }

    /// Watches the tasks of its cells, which have no rounds then. A cell that is not seen to get stuck has a remark.
    fn look_for_deadlocks(&mut self, run: &mut Run<'_>) -> Result<(), Stop> {
        for cell in &mut self.cells {
            run.check_interrupt()?;
            if run.pace.is_spent() {
                break;
            }
            run.driver.watch.cell(cell.id(), None, 0);
            cell.retired = true;
            if run.look_for_deadlock(cell)?.is_none() {
                let (name, runner) = (cell.group.name(), &cell.id().runner);
                run.totals.remarks.push(format!("No deadlock was seen in {name} under {runner}"));
            }
        }
        Ok(())
    }

    /// Has the rounds of one more process of some cells, as one of so many visits that are left, if there is time for them. They are those
    /// of all points.
    pub(super) fn have_more_rounds(
        &mut self,
        run: &mut Run<'_>,
        cells: &BTreeSet<CellId>,
        visits_left: u32,
    ) -> Result<(), Stop> {
        self.cells.iter_mut().for_each(|cell| cell.resting = !cell.goes_with(cells));
        let awake = self.cells.iter().filter(|cell| !cell.resting).count();
        run.pace.resume_group(self.quota(run), self.costs.of_some(awake, self.cells.len()), visits_left);
        if !run.pace.has_time_for_a_visit() {
            return Ok(());
        }
        run.driver.watch.group(self.first());
        self.have_process(run)?;
        self.costs = self.costs.after(run.pace.costs());
        self.server = None;
        Ok(())
    }

    /// Returns the cells that are worth a profile.
    pub(super) fn to_profile(&self) -> impl Iterator<Item = &RunningCell<'g>> {
        self.cells.iter().filter(|cell| !cell.retired && cell.has_samples && cell.id().arm.is_empty())
    }

    /// Starts a fresh process for each cell, and has the rounds that there is time for.
    fn have_process(&mut self, run: &mut Run<'_>) -> Result<(), Stop> {
        let process = self.processes;
        self.processes += 1;
        if self.cells.iter().all(|cell| cell.retired) {
            return Ok(());
        }
        if self.server.is_none() {
            self.start_server(run, 0)?;
        }
        run.pace.begin_process(process);
        if !run.pace.is_spent() {
            self.start_cells(run)?;
        }
        if run.driver.warm_up {
            (0..self.cells.len()).try_for_each(|place| self.warm_cell(run, place))?;
        }
        let mut warm_up = run.driver.warm_up && self.cells.iter().any(|cell| cell.warms_up_in(process));
        while self.cells.iter().any(RunningCell::counts)
            && ((warm_up && !run.pace.is_spent()) || run.pace.has_time_for_a_round(|| self.precision.widest()))
        {
            let round = run.pace.costs().rounds();
            self.have_round(run, (!warm_up).then_some(round))?;
            run.pace.end_round(!warm_up);
            warm_up = false;
        }
        self.end_cells();
        Ok(())
    }

    /// Ends all cells. All are told before the first is waited for: an interpreter takes as long to end as a round of others.
    fn end_cells(&mut self) {
        self.cells.iter_mut().filter_map(|cell| cell.cell.as_mut()).for_each(|cell| cell.dismiss());
        self.cells.iter_mut().for_each(|cell| cell.cell = None);
    }

    /// Has each cell run once, in random order; without a number the round is the warm-up.
    fn have_round(&mut self, run: &mut Run<'_>, round: Option<u32>) -> Result<(), Stop> {
        let mut places: Vec<usize> = (0..self.cells.len()).collect();
        places.shuffle(&mut run.random);
        if round.is_none() {
            places.retain(|&place| self.cells[place].warms_up_in(self.process()));
        }
        for (order, &place) in (0..).zip(&places) {
            run.driver.watch.cell(self.cells[place].id(), round, run.pace.rounds_expected());
            run.driver.watch.progress(run.pace.share_done());
            if round.is_some() && self.cells[place].counts() {
                self.heat_cell(run, place)?;
            }
            self.run_cell(run, place, round, order)?;
        }
        Ok(())
    }

    /// Returns the time for which its cells run uncounted in each round.
    fn heat(&self) -> Duration {
        self.cells.iter().map(|cell| cell.ready.work.hot).sum()
    }

    /// Has one cell run uncounted for as long as the plan says: at least once, unless it says not at all.
    fn heat_cell(&mut self, run: &mut Run<'_>, place: usize) -> Result<(), Stop> {
        let (time, begin) = (self.cells[place].ready.work.hot, run.driver.clock.elapsed());
        while run.driver.clock.elapsed().saturating_sub(begin) < time && self.cells[place].cell.is_some() {
            self.run_cell(run, place, None, 0)?;
        }
        Ok(())
    }

    /// Has a cell that compiles as it goes run uncounted until its times stop falling.
    fn warm_cell(&mut self, run: &mut Run<'_>, place: usize) -> Result<(), Stop> {
        self.cells[place].warming = None;
        if !run.driver.launch.warms_up(&self.cells[place].id().runner) {
            return Ok(());
        }
        let mut warming = Warming::default();
        while !warming.is_over() && !run.pace.is_spent() {
            let Some(sample) = self.once(run, place, None)? else { return Ok(()) };
            warming.add(sample.wall_ns);
        }
        self.cells[place].warming = Some(warming);
        Ok(())
    }

    /// Has one cell run once, and writes what comes of it if it is of a round.
    fn run_cell(&mut self, run: &mut Run<'_>, place: usize, round: Option<u32>, order: u32) -> Result<(), Stop> {
        let Some(mut sample) = self.once(run, place, round)? else { return Ok(()) };
        let Some(round) = round else { return Ok(()) };
        (sample.process, sample.round, sample.order) = (self.process(), round, order);
        if let Some(warming) = &self.cells[place].warming {
            warming.note(&mut sample);
        }
        self.precision.add(place, sample.process, round, sample.wall_ns);
        self.cells[place].has_samples = true;
        run.write_sample(sample)
    }

    /// Has one cell run once. Returns its sample; none if there is no cell, or it failed, which is then recorded.
    fn once(&mut self, run: &mut Run<'_>, place: usize, round: Option<u32>) -> Result<Option<Sample>, Stop> {
        run.check_interrupt()?;
        let RunningCell { group, ready, cell: Some(cell), .. } = &mut self.cells[place] else { return Ok(None) };
        let timeout = run.driver.plan.timeout;
        let launch = run.driver.launch;
        let mut once = || run_once(launch, cell.as_mut(), self.server.as_deref(), group, ready, timeout);
        match if ready.id.arm == arms::REFERENCE { least(once) } else { once() } {
            Ok(sample) => Ok(Some(sample)),
            Err(CellError::Interrupted) => Err(Stop::Interrupted),
            Err(CellError::Failed { kind: FailureKind::Void, message }) => {
                self.void(run, place, round, message).map(|()| None)
            }
            Err(CellError::Failed { kind, message }) => {
                if kind == FailureKind::WrongAnswer {
                    let runner = &self.cells[place].id().runner;
                    self.wrong.add(&message, runner);
                }
                self.fail(run, place, round, kind, message).map(|()| None)
            }
        }
    }

    /// Records a run that means nothing. The cell goes on, but not for ever if all its runs are void.
    fn void(&mut self, run: &mut Run<'_>, place: usize, round: Option<u32>, message: String) -> Result<(), Stop> {
        let process = self.process();
        let cell = &mut self.cells[place];
        cell.voids += 1;
        let gives_up = !cell.has_samples && cell.voids >= MOST_VOIDS;
        if gives_up {
            (cell.cell, cell.retired) = (None, true);
        }
        if round.is_some() || gives_up {
            cell.void.clone_from(&message);
            run.write_failure(failure(cell.group, cell.ready, process, round, FailureKind::Void, message))?;
        }
        Ok(())
    }

    /// Returns the number of the present process, from 0.
    fn process(&self) -> u32 {
        self.processes.saturating_sub(1)
    }

    /// Starts its server if it has one; without it, its cells cannot run.
    fn start_server(&mut self, run: &mut Run<'_>, port: u16) -> Result<(), Stop> {
        let Some(service) = self.first().service() else { return Ok(()) };
        match run.driver.launch.server(service, port) {
            Ok(server) => {
                self.cells.iter_mut().for_each(|cell| cell.start.server = Some(server.address()));
                self.server = Some(server);
                Ok(())
            }
            Err(CellError::Interrupted) => Err(Stop::Interrupted),
            Err(CellError::Failed { kind, message }) => {
                self.server = None;
                self.retire_all(run, None, kind, &message)
            }
        }
    }

    /// Starts all cells that have not failed: their programs load side by side.
    fn start_cells(&mut self, run: &mut Run<'_>) -> Result<(), Stop> {
        run.check_interrupt()?;
        for place in 0..self.cells.len() {
            self.cells[place].retired |= self.is_copy_of_retired(place);
        }
        let takes_part = |cell: &RunningCell<'_>| !cell.retired && !cell.resting;
        let places: Vec<usize> = (0..self.cells.len()).filter(|&place| takes_part(&self.cells[place])).collect();
        let starts: Vec<Start> = places.iter().map(|&place| self.cells[place].start.clone()).collect();
        let started = run.driver.launch.cells(&starts, run.driver.plan.timeout);
        places.into_iter().zip(started).try_for_each(|(place, started)| self.take(run, place, started))
    }

    fn start_cell(&mut self, run: &mut Run<'_>, place: usize) -> Result<(), Stop> {
        if self.cells[place].retired {
            return Ok(());
        }
        run.check_interrupt()?;
        let started = run.driver.launch.cell(&self.cells[place].start, run.driver.plan.timeout);
        self.take(run, place, started)
    }

    fn is_copy_of_retired(&self, place: usize) -> bool {
        self.cells.iter().any(|other| other.retired && self.cells[place].is_copy_of(other))
    }

    /// Takes a cell that was started, or retires the one that could not be.
    fn take(&mut self, run: &mut Run<'_>, place: usize, started: Result<Box<dyn Cell>, CellError>) -> Result<(), Stop> {
        match started {
            Ok(cell) => self.cells[place].cell = Some(cell),
            Err(CellError::Interrupted) => return Err(Stop::Interrupted),
            // What keeps a cell from running keeps its copy from it too, and is said once.
            Err(_) if self.is_copy_of_retired(place) => self.cells[place].retired = true,
            Err(CellError::Failed { kind, message }) => self.retire(run, place, None, kind, message)?,
        }
        Ok(())
    }

    /// Records the failure of a cell. If the server's death was the cause, both start anew; else the cell is done with.
    fn fail(
        &mut self,
        run: &mut Run<'_>,
        place: usize,
        round: Option<u32>,
        kind: FailureKind,
        message: String,
    ) -> Result<(), Stop> {
        let died = self.server.as_mut().and_then(|server| Some((server.ended()?, server.address().port())));
        let Some((how, port)) = died else { return self.retire(run, place, round, kind, message) };
        self.server_deaths += 1;
        let message = format!("the workload's server had ended ({how}), and the cell said: {message}");
        if self.server_deaths >= SERVER_LIVES {
            return self.retire_all(run, round, kind, &message);
        }
        let RunningCell { group, ready, .. } = self.cells[place];
        run.write_failure(failure(group, ready, self.process(), round, kind, message))?;
        self.cells[place].cell = None;
        self.start_server(run, port)?;
        self.start_cell(run, place)
    }

    fn retire(
        &mut self,
        run: &mut Run<'_>,
        place: usize,
        round: Option<u32>,
        kind: FailureKind,
        message: String,
    ) -> Result<(), Stop> {
        let process = self.process();
        let cell = &mut self.cells[place];
        // A hung cell would take its cores from the pass that looks for the reason.
        (cell.cell, cell.retired) = (None, true);
        let may_deadlock = kind == FailureKind::Timeout && cell.ready.work.resolved.shares_memory;
        let circle = if may_deadlock { run.look_for_deadlock(cell)? } else { None };
        let (kind, message) = match circle {
            Some(circle) => {
                let how = "seen when it was run again and watched, for the cell gave no answer in time";
                (FailureKind::Deadlock, format!("{circle} ({how})"))
            }
            None => (kind, message),
        };
        run.write_failure(failure(cell.group, cell.ready, process, round, kind, message))
    }

    fn retire_all(
        &mut self,
        run: &mut Run<'_>,
        round: Option<u32>,
        kind: FailureKind,
        message: &str,
    ) -> Result<(), Stop> {
        for place in 0..self.cells.len() {
            if !self.cells[place].retired {
                self.retire(run, place, round, kind, message.to_owned())?;
            }
        }
        Ok(())
    }

    /// Returns whether a cell of its workload has answered as its oracle does.
    fn has_right_answers(&self) -> bool {
        self.cells.iter().any(|cell| cell.has_samples && cell.id().arm != arms::REFERENCE)
    }

    /// Notes it if all its runners agree with each other and not with the oracle.
    pub(super) fn say_who_is_alone(&self, run: &mut Run<'_>) {
        run.totals.remarks.extend(self.wrong.consensus(self.first()).filter(|_| !self.has_right_answers()));
    }

    /// Notes how many runs meant nothing, and why the last of them did.
    pub(super) fn say_what_was_void(&self, run: &mut Run<'_>) {
        let with_voids: Vec<_> = self.cells.iter().filter(|cell| !cell.void.is_empty()).collect();
        let Some(last) = with_voids.last() else { return };
        let runs: u32 = with_voids.iter().map(|cell| cell.voids).sum();
        let runners: BTreeSet<&str> = with_voids.iter().map(|cell| &*cell.id().runner).collect();
        let runners = runners.into_iter().collect::<Vec<_>>().join(", ");
        let (name, reason) = (self.first().name(), &last.void);
        let sentence =
            format!("{name}: {runs} runs of {runners} are void and count for nothing; of one of them, {reason}");
        run.totals.remarks.push(sentence);
    }

    /// Records the cells that the budget had no time for, and notes a group that had fewer rounds than it should.
    pub(super) fn say_what_was_cut(&self, run: &mut Run<'_>) -> Result<(), Stop> {
        let plan = run.driver.plan;
        let Some(((had, least), budget)) = run.pace.rounds_cut(self.quota(run), self.costs).zip(plan.budget) else {
            return Ok(());
        };
        let budget = format!("the budget of {}", durations::format(budget));
        for cell in self.cells.iter().filter(|cell| !cell.retired && !cell.has_samples && cell.id().arm.is_empty()) {
            let message =
                format!("left out: {budget} was spent; a larger --budget, or fewer --workload, leaves time for it");
            let kind = FailureKind::Unavailable;
            run.write_failure(failure(cell.group, cell.ready, self.process(), None, kind, message))?;
        }
        if had > 0 {
            let name = self.first().name();
            let sentence = format!("{name} had {had} rounds where {least} are the least: {budget} was spent");
            run.totals.remarks.push(sentence);
        }
        Ok(())
    }
}

/// Returns by what each cell is judged; places are those among the cells of all points.
fn precisions(points: &[ReadyGroup]) -> Vec<Precise> {
    let mut found = Vec::new();
    for point in points {
        let before = found.len();
        found.extend(point.cells.iter().map(|cell| match cell.precision {
            Precise::SpeedUp(place) => Precise::SpeedUp(before + place),
            other => other,
        }));
    }
    found
}
