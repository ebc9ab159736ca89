//! The attempt of work stealing.

use std::sync::Arc;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use regatta_workloads::Workload;

use super::looked_at::share_at;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out, catch};
use crate::{Blocking, Error, Std};

/// Starts a pool of rayon and returns the attempt of a parallel iterator over the tasks.
///
/// # Errors
/// If the pool cannot be built.
pub(crate) fn rayon<W: Workload>(workload: Arc<W>, workers: usize, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(workers)
        .build()
        .map_err(|error| Error::Unavailable(format!("cannot build the pool of rayon: {error}")))?;
    Ok(Box::new(move || {
        let shared = share_at(&*desk, &workload, &Std)?;
        let step = |index| {
            desk.told(index, Ok(carry_out(&*workload, &Blocking, &shared, index)?));
            Ok(())
        };
        catch(|| pool.install(|| (0..workload.tasks()).into_par_iter().try_for_each(step)))
    }))
}
