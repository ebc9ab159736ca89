//! Worker processes of the cell of a trial: their tasks write into its ledger.

use std::path::Path;

use regatta_workloads::{Card, Fault, Selected, UnknownWorkload, Visitor, Workload, Workloads};
use serde_json::Value;

use super::ledger::{LEDGER, Ledger};

/// The workload of trials alone, with the ledger that the environment names.
pub(crate) struct Faults;

impl Workloads for Faults {
    fn cards() -> Vec<Card> {
        <(Fault, ())>::cards()
    }

    fn visit<V: Visitor>(selected: &Selected<'_>, visitor: V) -> Result<V::Output, UnknownWorkload> {
        let wrong = |message: String| UnknownWorkload::Params { name: Fault::NAME.to_owned(), message };
        let mut workload: Fault =
            serde_json::from_value(Value::Object(selected.params.clone())).map_err(|error| wrong(error.to_string()))?;
        let path = std::env::var_os(LEDGER).ok_or_else(|| wrong(format!("{LEDGER} is not set")))?;
        Ledger::open_own(Path::new(&path)).map_err(|error| wrong(error.to_string()))?;
        workload.attach_witness(Ledger::witness());
        Ok(visitor.visit(workload))
    }
}
