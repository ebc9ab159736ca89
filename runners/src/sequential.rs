//! `sequential`: one task after the other on one thread.

use std::sync::Arc;

use regatta_workloads::Workload;

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out_all, catch, share};
use crate::{Blocking, Crew, Error, Outcome, Parallelism, Runner, Settings, Std};

/// One task after the other on one thread: what all others are compared with.
#[derive(Debug)]
pub struct Sequential;

impl Runner for Sequential {
    const NAME: &'static str = "sequential";
    const ABOUT: &'static str = "one task after the other on one thread";
    const PARALLELISM: Parallelism = Parallelism::One;

    fn start<W: Workload>(
        workload: Arc<W>,
        _settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        Ok(move || {
            let (crew, shared) = (Crew::new(), share(&*workload, &Std)?);
            let tally = catch(|| carry_out_all(&*workload, &Blocking, &shared, &crew, 0..workload.tasks()))?;
            Outcome::new(tally, &crew).with(&shared, &*workload)
        })
    }

    fn attempt<W: Workload>(workload: Arc<W>, _settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::sequential(workload, desk))
    }
}
