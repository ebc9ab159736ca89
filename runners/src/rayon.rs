//! `rayon`: work stealing.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use regatta_workloads::{Tally, Workload};

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out, catch, share};
use crate::{Blocking, Crew, Error, Outcome, Parallelism, Runner, Settings, Std};

/// A parallel iterator over the tasks on a pool of W threads that steal work from each other.
#[derive(Debug)]
pub struct Rayon;

impl Runner for Rayon {
    const NAME: &'static str = "rayon";
    const ABOUT: &'static str = "a parallel iterator on W threads that steal work from each other (rayon)";
    const PARALLELISM: Parallelism = Parallelism::Workers;

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(settings.workers)
            .build()
            .map_err(|error| Error::Unavailable(format!("cannot build the pool of rayon: {error}")))?;
        // Each worker has a part in this, so they are up when it comes back.
        pool.broadcast(|_| ());
        Ok(move || {
            let (crew, shared) = (Crew::new(), share(&*workload, &Std)?);
            // Kept beside the sums, which then stay in registers: a sum that may be an error costs several times an empty task.
            let failure = Mutex::new(None);
            let step = |mut tally: Tally, index| {
                if tally.tasks == 0 {
                    crew.mark();
                }
                match carry_out(&*workload, &Blocking, &shared, index) {
                    Ok(result) => tally.add(index, result),
                    Err(error) => *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
                }
                tally
            };
            let work = || {
                let sums = (0..workload.tasks()).into_par_iter().fold(Tally::default, step);
                Ok(sums.reduce(Tally::default, Tally::merge))
            };
            let tally = catch(|| pool.install(work))?;
            if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
                return Err(error);
            }
            Outcome::new(tally, &crew).with(&shared, &*workload)
        })
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::rayon(workload, settings.workers, desk)
    }
}
