//! Attempts of models whose workers are threads that block.

use std::sync::Arc;

use crossbeam::channel::unbounded;
use regatta_workloads::Workload;

use super::looked_at::share_at;
use crate::desk::{Attempt, Desk};
use crate::task::{carry_out, catch};
use crate::worlds::World;
use crate::{Blocking, Error};

/// What one task of an attempt takes.
type Task<W, C> = (Arc<W>, C, Arc<<W as Workload>::Shared<<C as regatta_workloads::Context>::Primitives>>);

/// Carries out a task in its world. A panic becomes an error, as joining a thread makes of it.
fn fate<W: Workload, C: World>((workload, world, shared): &Task<W, C>, index: u64) -> Result<u64, Error> {
    catch(|| world.enter(|| carry_out(&**workload, world, shared, index)))
}

/// Returns the attempt of one task after the other on the caller's thread.
pub(crate) fn sequential<W: Workload>(workload: Arc<W>, desk: Arc<dyn Desk>) -> Attempt {
    Box::new(move || {
        let shared = share_at(&*desk, &workload, &crate::Std)?;
        catch(|| {
            for index in 0..workload.tasks() {
                desk.told(index, Ok(carry_out(&*workload, &Blocking, &shared, index)?));
            }
            Ok(())
        })
    })
}

/// Returns the attempt of scoped threads with an equal share of the tasks each: a loop on each thread, which ends as its task does.
pub(crate) fn scoped<W: Workload>(workload: Arc<W>, workers: usize, desk: Arc<dyn Desk>) -> Attempt {
    Box::new(move || {
        let shared = share_at(&*desk, &workload, &crate::Std)?;
        let (tasks, shares) = (workload.tasks(), (workers as u64).min(workload.tasks()).max(1));
        let bound = |share: u64| tasks * share / shares;
        let work = |share| {
            catch(|| {
                for index in bound(share)..bound(share + 1) {
                    desk.told(index, Ok(carry_out(&*workload, &Blocking, &shared, index)?));
                }
                Ok(())
            })
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..shares).map(|share| scope.spawn(move || work(share))).collect();
            let parts =
                threads.into_iter().map(|thread| thread.join().unwrap_or_else(|payload| Err(Error::panic(&*payload))));
            parts.fold(Ok(()), Result::and)
        })
    })
}

/// Returns the attempt of a thread for each task, which sends its result back.
pub(crate) fn thread_each<W: Workload, C: World>(workload: Arc<W>, world: C, desk: Arc<dyn Desk>) -> Attempt {
    Box::new(move || {
        let shared = share_at(&*desk, &workload, &world.primitives())?;
        for index in 0..workload.tasks() {
            let task = (Arc::clone(&workload), world.clone(), Arc::clone(&shared));
            let desk = Arc::clone(&desk);
            let thread = std::thread::Builder::new().spawn(move || desk.told(index, fate(&task, index)));
            thread.map_err(Error::system("create a thread"))?;
        }
        Ok(())
    })
}

/// Starts a pool of threads that take tasks from a channel, and returns its attempt.
///
/// # Errors
/// If a thread cannot be created.
pub(crate) fn thread_pool<W: Workload, C: World>(
    workload: Arc<W>,
    world: C,
    workers: usize,
    desk: Arc<dyn Desk>,
) -> Result<Attempt, Error> {
    let (give, take) = unbounded::<(u64, Task<W, C>)>();
    for _ in 0..workers {
        let (take, desk) = (take.clone(), Arc::clone(&desk));
        let serve = move || take.iter().for_each(|(index, task)| desk.told(index, fate(&task, index)));
        std::thread::Builder::new().spawn(serve).map_err(Error::system("create a thread"))?;
    }
    Ok(Box::new(move || {
        let shared = share_at(&*desk, &workload, &world.primitives())?;
        for index in 0..workload.tasks() {
            let task = (Arc::clone(&workload), world.clone(), Arc::clone(&shared));
            give.send((index, task)).map_err(|_| Error::Lost("the threads of the pool have ended".to_owned()))?;
        }
        Ok(())
    }))
}
