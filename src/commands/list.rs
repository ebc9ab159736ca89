//! `regatta list`: what there is, and whether it can run here.

use std::io::{self, Write};

use anyhow::bail;
use regatta_reports::Claims;
use serde_json::{Map, Value};

use super::args::ListArgs;
use crate::catalogue::{Catalogue, unknown};
use crate::cpython::{Interpreters, WithPython};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::plan::{BUILT_IN, Plan};
use crate::recorder::Recorder;

/// Prints what `args` ask for: the parameters of a workload, or all there is.
pub(crate) fn list(catalogue: &dyn Catalogue, args: &ListArgs) -> anyhow::Result<Exit> {
    match &args.workload {
        Some(workload) => list_parameters(catalogue, workload),
        None => list_all(catalogue),
    }
}

/// Prints the parameters of a workload: name, default, unit, meaning.
fn list_parameters(catalogue: &dyn Catalogue, workload: &str) -> anyhow::Result<Exit> {
    let cards = catalogue.workloads();
    let Some(card) = cards.iter().find(|card| card.name == workload) else {
        bail!(unknown("workload", workload, cards.iter().map(|card| card.name)));
    };
    let defaults = catalogue.resolve(workload, &Map::new()).map_err(anyhow::Error::msg)?.params;
    let described = card.parameters.iter().map(|parameter| parameter.name);
    let rest =
        defaults.keys().map(String::as_str).filter(|name| !described.clone().any(|described| described == *name));
    let mut out = io::stdout().lock();
    writeln!(out, "{workload}: {}\n\nParameters (--param NAME=VALUE)", card.about)?;
    for name in described.clone().chain(rest) {
        let default = match defaults.get(name) {
            None | Some(Value::Null) => "none".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        let (unit, about) = card
            .parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map_or(("", ""), |parameter| (parameter.unit, parameter.about));
        writeln!(out, "{}", format!("  {name:<14} {default:>8} {unit:<6} {about}").trim_end())?;
    }
    Ok(Exit::Well)
}

/// Prints workloads, runners, plans, claims and the recorder's sources.
fn list_all(catalogue: &dyn Catalogue) -> anyhow::Result<Exit> {
    let interpreters = Interpreters::find(&[], &Interrupt::default())?;
    let catalogue: &dyn Catalogue = &WithPython { inner: catalogue, interpreters: &interpreters };
    let mut out = io::stdout().lock();
    writeln!(out, "Workloads")?;
    for card in catalogue.workloads() {
        writeln!(out, "  {:<22} {:<9} {}", card.name, card.kind, card.about)?;
    }
    writeln!(out, "\nRunners")?;
    for card in catalogue.runners() {
        writeln!(out, "  {:<22} {}", card.name, card.about)?;
    }
    for name in ["python-sequential", "python-gevent"] {
        if let Some(reason) =
            catalogue.missing(name).filter(|_| !catalogue.runners().iter().any(|card| card.name == name))
        {
            writeln!(out, "  {name:<22} cannot run here: {reason}")?;
        }
    }
    writeln!(out, "\nPlans (--plan)")?;
    for (name, text) in BUILT_IN {
        writeln!(out, "  {name:<22} {}", Plan::parse(name, text)?.about)?;
    }
    writeln!(out, "\nClaims")?;
    for claim in &Claims::built_in() {
        writeln!(out, "  {:<22} {}", claim.id, claim.statement)?;
    }
    writeln!(out, "\nRecorder")?;
    let per_core = Recorder::open().per_core_source();
    writeln!(out, "  {:<22} {per_core}", "CPU time per core")?;
    Ok(Exit::Well)
}
