//! How much parallel speed a machine, a number of workers and a number of tasks allow: what efficiency is judged against.

use crate::records::schema::Capacity;
use crate::statistics::median;

/// What a machine gives at most to tasks that compute.
#[derive(Debug, Clone, PartialEq)]
pub struct Ceiling {
    /// Cores that the run could use, by affinity and quota; at least 1 where it is an integer.
    usable: f64,
    /// Number of burns at once and the speed that they had together, ascending; empty if it was not measured.
    points: Vec<(f64, f64)>,
    /// Cores that others took while it was measured, if so many that it is not believed.
    disturbed_by: Option<f64>,
}

impl Ceiling {
    /// Returns the ceiling of a run that could use so many cores, with its capacity record if it has one. What was measured while others
    /// used the cores says nothing of them, so it is taken for not measured.
    pub fn new(usable: f64, capacity: Option<&Capacity>) -> Self {
        let disturbed_by =
            capacity.filter(|capacity| capacity.is_disturbed()).and_then(|capacity| capacity.outside_cores);
        let capacity = capacity.filter(|_| disturbed_by.is_none());
        let points = capacity.into_iter().flat_map(|capacity| &capacity.points);
        let points = points.filter_map(|point| Some((point.burns as f64, median(&point.speeds)?)));
        let mut points: Vec<(f64, f64)> = points.filter(|(burns, speed)| *burns >= 1.0 && *speed > 0.0).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by_key(|(burns, _)| *burns);
        Self { usable, points, disturbed_by }
    }

    /// Returns the cores that the run could use.
    pub fn usable(&self) -> f64 {
        self.usable
    }

    /// Returns how many cores others took while it was measured, if so many that it is not believed.
    pub fn disturbed_by(&self) -> Option<f64> {
        self.disturbed_by
    }

    /// Returns whether it was measured, rather than taken for the number of usable cores.
    pub fn is_measured(&self) -> bool {
        self.points.iter().any(|(burns, _)| *burns > 1.0)
    }

    /// Returns the measured points with more than one burn at once: their number and the speed that they had together, ascending.
    pub fn measured(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().filter(|(burns, _)| *burns > 1.0).map(|(burns, speed)| (*burns, speed.min(*burns)))
    }

    /// Returns the speed of so many threads that compute at once, in units of one: between two measured points on the line that joins
    /// them, and never more than one a thread or than the usable cores.
    pub fn of_threads(&self, threads: f64) -> f64 {
        let ideal = threads.min(self.usable).max(1.0);
        let Some(above) = self.points.iter().position(|(burns, _)| *burns >= ideal) else {
            return self.points.last().map_or(ideal, |(_, speed)| speed.min(ideal));
        };
        let (burns, speed) = self.points[above];
        let (lower_burns, lower_speed) = if above == 0 { (0.0, 0.0) } else { self.points[above - 1] };
        let share = (ideal - lower_burns) / (burns - lower_burns);
        (lower_speed + share * (speed - lower_speed)).min(ideal)
    }

    /// Returns the greatest speed-up that `workers` can have over one with `tasks` equal tasks, which they take up batch by batch: the last
    /// batch may leave workers without work.
    pub fn speed_up(&self, tasks: u64, workers: u64) -> f64 {
        let (tasks, workers) = (tasks.max(1), workers.max(1));
        let (batches, rest) = (tasks / workers, tasks % workers);
        // In units of the time of a task that runs alone.
        let batch = |at_once: u64| at_once as f64 / self.of_threads(at_once as f64);
        let last = if rest == 0 { 0.0 } else { batch(rest) };
        tasks as f64 / (batches as f64 * batch(workers) + last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::schema::CapacityPoint;

    fn capacity(points: &[(u64, f64)]) -> Capacity {
        let points = points.iter().map(|(burns, speed)| CapacityPoint { burns: *burns, speeds: vec![*speed] });
        Capacity { points: points.collect(), outside_cores: None }
    }

    #[test]
    fn tasks_are_taken_up_in_batches() {
        let ceiling = Ceiling::new(24.0, None);
        assert_eq!(ceiling.speed_up(32, 24), 16.0);
        assert_eq!(ceiling.speed_up(48, 24), 24.0);
        assert_eq!(ceiling.speed_up(3, 24), 3.0);
        assert_eq!(ceiling.speed_up(64, 1), 1.0);
        assert_eq!(ceiling.speed_up(0, 0), 1.0);
        assert!(!ceiling.is_measured());
    }

    #[test]
    fn more_workers_than_cores_share_them() {
        let ceiling = Ceiling::new(2.0, None);
        assert_eq!(ceiling.speed_up(64, 64), 2.0);
        assert_eq!(ceiling.speed_up(64, 8), 2.0);
        assert_eq!(Ceiling::new(1.5, None).speed_up(64, 2), 1.5);
    }

    #[test]
    fn the_measured_capacity_bounds_it() {
        let ceiling = Ceiling::new(8.0, Some(&capacity(&[(1, 1.0), (2, 1.94), (4, 3.6), (8, 4.8)])));
        assert!(ceiling.is_measured());
        assert_eq!(ceiling.measured().collect::<Vec<_>>(), [(2.0, 1.94), (4.0, 3.6), (8.0, 4.8)]);
        let disturbed = |cores| Capacity { outside_cores: Some(cores), ..capacity(&[(1, 1.0), (2, 1.12)]) };
        let of_two = |cores| Ceiling::new(2.0, Some(&disturbed(cores))).speed_up(4, 2);
        assert_eq!((of_two(0.02), of_two(0.9)), (1.12, 2.0), "what others took is no lack of cores");
        assert_eq!(ceiling.of_threads(2.0), 1.94);
        assert!((ceiling.of_threads(6.0) - 4.2).abs() < 1e-12);
        assert_eq!(ceiling.of_threads(100.0), 4.8);
        assert!((ceiling.speed_up(64, 8) - 4.8).abs() < 1e-12);
        assert_eq!(Ceiling::new(8.0, Some(&capacity(&[(1, 1.0), (2, 2.2)]))).of_threads(2.0), 2.0);
    }
}
