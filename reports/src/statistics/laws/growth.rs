//! The laws that may hold, and the terms that each is linear in.

/// A law of scaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// N workers are N times as fast.
    Linear,
    /// A share of a fixed amount of work is serial.
    Amdahl,
    /// The universal scalability law: besides, each pair of workers costs something.
    Universal,
    /// A share of the time is serial, whatever amount of work the workers add.
    Gustafson,
}

/// How the work depends on the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// It is the same for any number.
    Fixed,
    /// It is in proportion to their number.
    WithWorkers,
}

impl Growth {
    /// Returns the laws that may hold, each with one term more than the one before.
    pub(super) fn laws(self) -> &'static [Law] {
        match self {
            Self::Fixed => &[Law::Linear, Law::Amdahl, Law::Universal],
            Self::WithWorkers => &[Law::Linear, Law::Gustafson],
        }
    }

    /// Returns what is linear in the terms: the cost of the fixed work in times of a worker, or else the throughput.
    pub(super) fn figure(self, workers: f64, time: f64) -> f64 {
        match self {
            Self::Fixed => workers * time,
            Self::WithWorkers => workers / time,
        }
    }

    /// Returns the terms for so many workers.
    pub(super) fn terms(self, workers: f64) -> [f64; 3] {
        match self {
            Self::Fixed => [1.0, workers - 1.0, workers * (workers - 1.0)],
            Self::WithWorkers => [workers, 1.0, 0.0],
        }
    }

    /// Returns the serial share as a ratio: its two parts.
    pub(super) fn serial(self, [first, second, _]: [f64; 3]) -> (f64, f64) {
        match self {
            Self::Fixed => (second, first),
            Self::WithWorkers => (second, first + second),
        }
    }
}
