//! What a workload is to do: its parameters filled in, and what its oracle says.

use std::cmp::Ordering;

use regatta_reports::record::Parameters;
use regatta_runners::panics;
use regatta_workloads::{Kind, Tally, Visitor, Workload, expected_tally};
use serde_json::Value;

use crate::catalogue::{ReadySizing, Resolved};

/// Fills in the parameters of a workload and asks its oracle.
pub(crate) struct Resolve;

impl Visitor for Resolve {
    /// The workload, or what is wrong with it.
    type Output = Result<Resolved, String>;

    fn visit<W: Workload>(self, workload: W) -> Self::Output {
        let sizing = workload.sizing();
        Ok(Resolved {
            params: parameters(&workload),
            tasks: workload.tasks(),
            expected: expected(&workload)?,
            wait: workload.wait(),
            computing: workload.computing(),
            sizing: sizing.map(|sizing| ReadySizing { field: sizing.field, probe: parameters(&sizing.probe) }),
            service: workload.service(),
            serving: workload.serving(),
            shares_memory: W::SHARES_MEMORY,
            only_computes: W::KIND == Kind::Cpu,
        })
    }
}

/// Asks the oracle.
///
/// # Errors
/// If it panics, or has not as many results as there are tasks.
fn expected<W: Workload>(workload: &W) -> Result<Tally, String> {
    let tasks = workload.tasks();
    let most = usize::try_from(tasks).unwrap_or(usize::MAX).saturating_add(1);
    let expected = panics::caught(|| expected_tally(workload.expected().take(most)))
        .map_err(|panic| format!("`expected` panicked: {panic}"))?;
    match expected.tasks.cmp(&tasks) {
        Ordering::Equal => Ok(expected),
        Ordering::Less => Err(format!("`expected` has {} results, and there are {tasks} tasks", expected.tasks)),
        Ordering::Greater => Err(format!("`expected` has more results than there are tasks, which are {tasks}")),
    }
}

/// Returns all parameters of a workload by name, defaults filled in.
fn parameters<W: Workload>(workload: &W) -> Parameters {
    match serde_json::to_value(workload) {
        Ok(Value::Object(params)) => params.into_iter().collect(),
        _ => Parameters::default(),
    }
}
