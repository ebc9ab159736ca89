//! `rayon`: work stealing.

use std::sync::Arc;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use regatta_workloads::{Tally, Workload};

use crate::blocking::{carry_out, catch};
use crate::{Blocking, Crew, Error, Outcome, Parallelism, Runner, Settings};

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
        Ok(move || {
            let crew = Crew::new();
            let step = |mut tally: Tally, index| {
                if tally.tasks == 0 {
                    crew.mark();
                }
                tally.add(index, carry_out(&*workload, &Blocking, index)?);
                Ok(tally)
            };
            let work = || {
                (0..workload.tasks())
                    .into_par_iter()
                    .try_fold(Tally::default, step)
                    .try_reduce(Tally::default, |left, right| Ok(left.merge(right)))
            };
            let tally = catch(|| pool.install(work))?;
            Ok(Outcome::new(tally, &crew))
        })
    }
}
