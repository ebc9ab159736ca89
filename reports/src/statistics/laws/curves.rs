//! The curves that processes measured: what laws are fitted to.

use std::collections::BTreeMap;

use crate::statistics::median;

/// Fewest points that a law is fitted to: it has up to three terms, and one point more shows if it holds.
pub const FEWEST_POINTS: usize = 4;
/// Fewest values without which not even the law with most terms has a corrected criterion of Akaike's. The level of a process is none.
const FEWEST_VALUES: usize = 5;

/// The times of one kind of work with several numbers of workers, a curve for each process.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// Numbers of workers, ascending; at least [`FEWEST_POINTS`].
    workers: Vec<f64>,
    /// The times of each process, all above zero, in the order of `workers`; at least one process.
    times: Vec<Vec<f64>>,
    /// Number of times that they are the medians of.
    count: usize,
}

/// Why there is nothing to fit a law to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// So many points, fewer than [`FEWEST_POINTS`].
    Points(usize),
    /// No process measured every point.
    Processes,
    /// The only process that measured every point had too few of them to choose between laws.
    OneProcess,
}

impl Curves {
    /// Takes the times `(process, time)` of each number of workers, and of each process their medians. Processes that lack a point are left
    /// out.
    ///
    /// # Errors
    /// With fewer than [`FEWEST_POINTS`] numbers of workers, without a process that measured all of them, or with a single one that measured
    /// fewer than 6.
    pub fn new(points: &[(f64, Vec<(u32, f64)>)]) -> Result<Self, Refusal> {
        let mut points: Vec<&(f64, Vec<(u32, f64)>)> =
            points.iter().filter(|(workers, times)| *workers >= 1.0 && times.iter().any(is_time)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by_key(|(workers, _)| *workers);
        if points.len() < FEWEST_POINTS {
            return Err(Refusal::Points(points.len()));
        }
        let mut of_process: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (place, (_, times)) in points.iter().enumerate() {
            for (process, time) in medians(times) {
                let times = of_process.entry(process).or_default();
                // Who lacks an earlier point stays too short for good.
                if times.len() == place {
                    times.push(time);
                }
            }
        }
        of_process.retain(|_, times| times.len() == points.len());
        if of_process.is_empty() {
            return Err(Refusal::Processes);
        }
        if of_process.len() * (points.len() - 1) < FEWEST_VALUES {
            return Err(Refusal::OneProcess);
        }
        let is_complete = |sample: &&(u32, f64)| is_time(sample) && of_process.contains_key(&sample.0);
        Ok(Self {
            workers: points.iter().map(|(workers, _)| *workers).collect(),
            count: points.iter().map(|(_, times)| times.iter().filter(is_complete).count()).sum(),
            times: of_process.into_values().collect(),
        })
    }

    /// Returns the numbers of workers, ascending.
    pub fn workers(&self) -> &[f64] {
        &self.workers
    }

    /// Returns the times of each process, in the order of the workers.
    pub fn times(&self) -> &[Vec<f64>] {
        &self.times
    }

    /// Returns how many times they are the medians of.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the curves of some of the processes, by their places. One may be named more than once, as resampling does.
    ///
    /// # Panics
    /// If there is no such process.
    #[must_use]
    pub fn of_processes(&self, places: &[usize]) -> Self {
        Self { times: places.iter().map(|place| self.times[*place].clone()).collect(), ..self.clone() }
    }
}

fn is_time((_, time): &(u32, f64)) -> bool {
    time.is_finite() && *time > 0.0
}

/// Returns the median of each process.
fn medians(times: &[(u32, f64)]) -> BTreeMap<u32, f64> {
    let mut of_process: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (process, time) in times.iter().filter(|time| is_time(time)) {
        of_process.entry(*process).or_default().push(*time);
    }
    of_process.into_iter().filter_map(|(process, times)| Some((process, median(&times)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_that_lack_a_point_are_left_out() {
        let mut points: Vec<(f64, Vec<(u32, f64)>)> =
            [4.0, 1.0, 3.0, 2.0].map(|workers| (workers, vec![(0, 8.0 / workers), (1, 9.0 / workers)])).to_vec();
        points[1].1.extend([(0, 12.0), (0, 10.0), (1, f64::NAN)]);
        points.iter_mut().for_each(|(_, times)| times.push((2, 5.0)));
        points[2].1.retain(|(process, _)| *process != 1);
        let curves = Curves::new(&points).expect("four points of processes 0 and 2");
        assert_eq!(curves.workers(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(curves.times(), [vec![10.0, 4.0, 8.0 / 3.0, 2.0], vec![5.0; 4]]);
        assert_eq!(curves.count(), 10);
        points[2].1.retain(|(process, _)| *process == 0);
        assert_eq!(Curves::new(&points), Err(Refusal::OneProcess));
        points[2].1 = vec![(7, 1.0)];
        assert_eq!(Curves::new(&points), Err(Refusal::Processes));
    }

    #[test]
    fn three_points_are_refused() {
        let mut points: Vec<(f64, Vec<(u32, f64)>)> =
            [1.0, 2.0, 3.0].map(|workers| (workers, vec![(0, 1.0), (1, 1.0)])).to_vec();
        assert_eq!(Curves::new(&points), Err(Refusal::Points(3)));
        points.push((3.0, vec![(0, 1.0)]));
        points.push((0.0, vec![(0, 1.0)]));
        points.push((4.0, vec![(0, 0.0)]));
        assert_eq!(Curves::new(&points), Err(Refusal::Points(3)), "twice the same, no workers, no time");
        points.push((5.0, vec![(0, 1.0), (1, 1.0)]));
        assert!(Curves::new(&points).is_ok());
    }
}
