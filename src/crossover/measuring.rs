//! Measures places of an axis: fresh processes, rounds in random order, answers verified, samples written as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use regatta_reports::record::{Record, Sample};
use regatta_workloads::Service;

use super::axis::Axis;
use crate::catalogue::Catalogue;
use crate::cell_error::CellError;
use crate::driver::{Cell, Launch, Server, Sink, Watch, failure, run_once, start};
use crate::group::ReadyGroup;
use crate::plan::{Plan, PlanError};

/// Why measuring ends before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Somebody asked for the end.
    #[error("the run was stopped")]
    Interrupted,
    /// A record cannot be written.
    #[error(transparent)]
    Unwritable(#[from] io::Error),
    /// A place cannot be had after all.
    #[error(transparent)]
    Impossible(#[from] PlanError),
}

/// A cell by its places: that of its group, and its own in the group.
type CellPlace = (usize, usize);

/// The cells of a place of the axis.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: CellPlace,
    second: CellPlace,
}

/// What measures, and what it has measured with so far.
pub(crate) struct Measuring<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) axis: &'a Axis,
    pub(crate) catalogue: &'a dyn Catalogue,
    pub(crate) cores: u64,
    pub(crate) launch: &'a dyn Launch,
    pub(crate) random: ChaCha8Rng,
    /// The groups of the plan, those that were added included.
    pub(crate) groups: Vec<ReadyGroup>,
    /// By place of the axis, its cells.
    pairs: BTreeMap<u64, Pair>,
    servers: Vec<(Service, Box<dyn Server>)>,
    /// Cells that have failed or could not run.
    retired: BTreeSet<CellPlace>,
    pub(crate) failed: u64,
    process: u32,
    round: u32,
}

/// A cell while it is running.
struct Running {
    place: CellPlace,
    cell: Box<dyn Cell>,
}

/// What a visit has brought.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// The number of its processes.
    pub(crate) process: u32,
    /// By place, `ln(first / second)` of each round; none of a place whose cells failed.
    pub(crate) logarithms: BTreeMap<u64, Option<Vec<f64>>>,
    /// By place, the time that a round took.
    pub(crate) costs: BTreeMap<u64, Duration>,
    /// Time to start all cells.
    pub(crate) start: Duration,
}

impl<'a> Measuring<'a> {
    /// Makes the places of a survey ready. None is started.
    ///
    /// # Errors
    /// If one of them cannot be.
    pub(crate) fn prepare(
        plan: &'a Plan,
        axis: &'a Axis,
        catalogue: &'a dyn Catalogue,
        cores: u64,
        launch: &'a dyn Launch,
        random: ChaCha8Rng,
        places: &[u64],
    ) -> Result<Self, PlanError> {
        let groups = if axis.is_of_cells() { vec![places] } else { places.chunks(1).collect() };
        let groups = groups.into_iter().map(|places| plan.ready_group(&axis.group(places, true), catalogue, cores));
        let mut measuring = Self {
            plan,
            axis,
            catalogue,
            cores,
            launch,
            random,
            groups: groups.collect::<Result<_, _>>()?,
            pairs: BTreeMap::new(),
            servers: Vec::new(),
            retired: BTreeSet::new(),
            failed: 0,
            process: 0,
            round: 0,
        };
        for (number, &place) in places.iter().enumerate() {
            let group = if axis.is_of_cells() { 0 } else { number };
            measuring.pair(place, group)?;
        }
        Ok(measuring)
    }

    /// Remembers which cells of a group are those of a place.
    fn pair(&mut self, place: u64, group: usize) -> Result<(), PlanError> {
        let ready = &self.groups[group];
        let sweep = ready.group.sweep.clone().unwrap_or_default();
        let cards = self.catalogue.runners();
        let cell = |name: &String| {
            let card = cards.iter().find(|card| card.name == *name)?;
            let is_wide = |workers: u64| {
                !self.axis.is_of_cells() || workers == card.parallelism.workers(place, ready.group.tasks)
            };
            ready.cells.iter().position(|cell| cell.id.runner == *name && is_wide(cell.id.workers))
        };
        let cells: Option<Vec<usize>> = sweep.between.iter().map(cell).collect();
        let Some([first, second]) = cells.as_deref() else {
            return Err(PlanError::Impossible(format!("the two have no cells at {place}: choose another range")));
        };
        self.pairs.insert(place, Pair { first: (group, *first), second: (group, *second) });
        Ok(())
    }

    /// Makes a place ready that the search has chosen, and writes down what that adds to the plan.
    fn add(&mut self, place: u64, sink: &mut dyn Sink) -> Result<(), Stop> {
        let places: Vec<u64> =
            if self.axis.is_of_cells() { self.pairs.keys().copied().chain([place]).collect() } else { vec![place] };
        let mut ready = self.plan.ready_group(&self.axis.group(&places, false), self.catalogue, self.cores)?;
        let known = || self.groups.iter().flat_map(|group| &group.cells);
        for cell in &mut ready.cells {
            // What a millisecond of computing is was measured once, before the run.
            cell.pieces_per_ms =
                known().find(|other| other.id.runner == cell.id.runner).and_then(|other| other.pieces_per_ms);
        }
        if let Some(first) = self.groups.first() {
            ready.group.pieces_per_ms.clone_from(&first.group.pieces_per_ms);
        }
        sink.write(&Record::Group(Box::new(ready.group.clone())))?;
        self.groups.push(ready);
        Ok(self.pair(place, self.groups.len() - 1)?)
    }

    /// Measures some places in the same rounds, each cell in a fresh process. Places that are not there yet are added to the plan.
    pub(crate) fn visit(
        &mut self,
        places: &[u64],
        rounds: u32,
        watch: &mut dyn Watch,
        sink: &mut dyn Sink,
    ) -> Result<Visit, Stop> {
        for place in places {
            if !self.pairs.contains_key(place) {
                self.add(*place, sink)?;
            }
        }
        let begin = Instant::now();
        let mut running = self.start_cells(places, sink)?;
        let (process, start) = (self.process, begin.elapsed());
        self.process += 1;
        // By cell, the wall time and the time that it took with all that belongs to it, of each round.
        let mut walls: BTreeMap<CellPlace, BTreeMap<u32, f64>> = BTreeMap::new();
        let mut costs: BTreeMap<CellPlace, Duration> = BTreeMap::new();
        for round in 0..=rounds {
            let is_counted = round > 0;
            running.shuffle(&mut self.random);
            for (order, place) in (0..).zip(running.iter().map(|cell| cell.place).collect::<Vec<_>>()) {
                let ready = &self.groups[place.0];
                watch.group(ready);
                watch.cell(&ready.cells[place.1].id, is_counted.then_some(self.round), self.round + 1);
                let begin = Instant::now();
                let Some(sample) = self.run_cell(&mut running, place, is_counted, sink)? else { continue };
                costs.insert(place, begin.elapsed());
                if is_counted {
                    walls.entry(place).or_default().insert(self.round, sample.wall_ns as f64);
                    let sample = Sample { process, round: self.round, order, ..sample };
                    sink.write(&Record::Sample(Box::new(sample)))?;
                }
            }
            self.round += u32::from(is_counted);
        }
        running.iter_mut().for_each(|running| running.cell.dismiss());
        let logarithms = places.iter().map(|place| (*place, self.logarithms(*place, &walls))).collect();
        let cost = |place: &u64| self.cells_of(*place).filter_map(|cell| costs.get(&cell)).sum();
        Ok(Visit { process, logarithms, costs: places.iter().map(|place| (*place, cost(place))).collect(), start })
    }

    /// Returns `ln(first / second)` of the rounds that both cells of a place have; none if one of them failed.
    fn logarithms(&self, place: u64, walls: &BTreeMap<CellPlace, BTreeMap<u32, f64>>) -> Option<Vec<f64>> {
        let Pair { first, second } = self.pairs.get(&place)?;
        if self.retired.contains(first) || self.retired.contains(second) {
            return None;
        }
        let (first, second) = (walls.get(first)?, walls.get(second)?);
        Some(first.iter().filter_map(|(round, wall)| Some((wall / second.get(round)?).ln())).collect())
    }

    /// Returns the cells of a place: the two, and what others its group has of it.
    fn cells_of(&self, place: u64) -> impl Iterator<Item = CellPlace> {
        let pair = self.pairs.get(&place).copied();
        let others = pair
            .filter(|_| !self.axis.is_of_cells())
            .map(|pair| (0..self.groups[pair.first.0].cells.len()).map(move |cell| (pair.first.0, cell)));
        let pair = pair.filter(|_| self.axis.is_of_cells()).map(|pair| [pair.first, pair.second]);
        others.into_iter().flatten().chain(pair.into_iter().flatten())
    }

    /// Starts fresh processes for all cells of some places that have not failed, and before them their servers.
    fn start_cells(&mut self, places: &[u64], sink: &mut dyn Sink) -> Result<Vec<Running>, Stop> {
        self.check_interrupt()?;
        let cells: BTreeSet<CellPlace> = places.iter().flat_map(|place| self.cells_of(*place)).collect();
        let mut starts = Vec::new();
        for place in cells.into_iter().filter(|place| !self.retired.contains(place)).collect::<Vec<_>>() {
            match self.server(place) {
                Ok(server) => {
                    let mut start = start(&self.groups[place.0].cells[place.1]);
                    start.server = server;
                    starts.push((place, start));
                }
                Err(error) => self.retire(place, None, error, sink)?,
            }
        }
        let told: Vec<_> = starts.iter().map(|(_, start)| start.clone()).collect();
        let started = self.launch.cells(&told, self.plan.timeout);
        let mut running = Vec::new();
        for ((place, _), started) in starts.into_iter().zip(started) {
            match started {
                Ok(cell) => running.push(Running { place, cell }),
                Err(error) => self.retire(place, None, error, sink)?,
            }
        }
        Ok(running)
    }

    /// Returns where the server of a cell listens, and starts it if it is not there; none if it needs none.
    fn server(&mut self, (group, _): CellPlace) -> Result<Option<std::net::SocketAddr>, CellError> {
        let Some(service) = self.groups[group].service() else { return Ok(None) };
        if let Some((_, server)) = self.servers.iter().find(|(other, _)| *other == service) {
            return Ok(Some(server.address()));
        }
        let server = self.launch.server(service, 0)?;
        let address = server.address();
        self.servers.push((service, server));
        Ok(Some(address))
    }

    /// Has a cell run once, after it ran uncounted for as long as the plan says. A cell that fails is done with.
    fn run_cell(
        &mut self,
        running: &mut Vec<Running>,
        place: CellPlace,
        is_counted: bool,
        sink: &mut dyn Sink,
    ) -> Result<Option<Sample>, Stop> {
        self.check_interrupt()?;
        let Some(at) = running.iter().position(|cell| cell.place == place) else { return Ok(None) };
        let (ready, begin) = (&self.groups[place.0], Instant::now());
        let cell = &ready.cells[place.1];
        let service = ready.service();
        let server = self.servers.iter().find(|(other, _)| Some(*other) == service).map(|(_, server)| &**server);
        let mut once = || run_once(self.launch, running[at].cell.as_mut(), server, ready, cell, self.plan.timeout);
        let hot = if is_counted { cell.work.hot } else { Duration::ZERO };
        let mut done = once();
        let mut is_hot = hot.is_zero();
        while done.is_ok() && !is_hot {
            is_hot = begin.elapsed() >= hot;
            done = once();
        }
        match done {
            Ok(sample) => Ok(Some(sample)),
            Err(error) => {
                running.remove(at);
                self.retire(place, is_counted.then_some(self.round), error, sink)?;
                Ok(None)
            }
        }
    }

    /// Writes down why a cell gave no time, and has done with it.
    fn retire(
        &mut self,
        place: CellPlace,
        round: Option<u32>,
        error: CellError,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        let CellError::Failed { kind, message } = error else { return Err(Stop::Interrupted) };
        self.retired.insert(place);
        // It may be the server that has died: the next visit starts one anew.
        self.servers.retain_mut(|(_, server)| server.ended().is_none());
        self.failed += u64::from(!kind.is_not_run());
        let ready = &self.groups[place.0];
        let record = failure(ready, &ready.cells[place.1], self.process, round, kind, message);
        Ok(sink.write(&Record::Error(record))?)
    }

    fn check_interrupt(&self) -> Result<(), Stop> {
        if self.launch.interrupted() { Err(Stop::Interrupted) } else { Ok(()) }
    }
}
