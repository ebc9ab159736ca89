//! What the tasks of an attempt share, left where it can be looked at.

use std::sync::Arc;

use regatta_workloads::{Primitives, Shared, WRITES, Workload};

use crate::desk::Desk;
use crate::task::share;
use crate::{Error, Std};

/// Leaves a way to look at the caller's own copy of what tasks share, which workers that are processes never see. The locks in it are
/// nobody's, so they are not told of.
///
/// # Errors
/// If the world lacks what the workload asks for.
pub(super) fn copy_at<W: Workload>(desk: &dyn Desk, workload: &Arc<W>) -> Result<(), Error> {
    let (copy, workload) = (share(&**workload, &Std)?, Arc::clone(workload));
    desk.can_look(Box::new(move || {
        let mut found = copy.conclude(&workload).ok()?;
        found.figures.retain(|name, _| name == WRITES);
        Some(found)
    }));
    Ok(())
}

/// Makes what the tasks of one attempt share, and leaves a way to look at it.
///
/// # Errors
/// If the world lacks what the workload asks for.
pub(super) fn share_at<W: Workload, P: Primitives>(
    desk: &dyn Desk,
    workload: &Arc<W>,
    primitives: &P,
) -> Result<Arc<W::Shared<P>>, Error> {
    let shared = Arc::new(share(&**workload, primitives)?);
    let (seen, workload) = (Arc::clone(&shared), Arc::clone(workload));
    desk.can_look(Box::new(move || seen.conclude(&workload).ok()));
    Ok(shared)
}
