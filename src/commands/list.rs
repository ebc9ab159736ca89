//! `regatta list`: what there is, and whether it can run here.

use std::io::{self, Write};

use anyhow::bail;
use regatta_reports::Claims;
use regatta_reports::claims::Claim;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::args::ListArgs;
use crate::catalogue::{Catalogue, RunnerCard, WorkloadCard, unknown};
use crate::environment;
use crate::exit::Exit;
use crate::guests::{Guests, NamedCell, Wanted, WithGuests, languages};
use crate::interrupt::Interrupt;
use crate::plan::{BUILT_IN, Plan};
use crate::recorder::Recorder;
use crate::terminal::Screen;

/// Runners whose absence is told by its reason.
const OFTEN_MISSING: [&str; 2] = ["python-sequential", "python-gevent"];

/// All that there is.
#[derive(Serialize)]
struct Listing {
    workloads: Vec<ListedWorkload>,
    runners: Vec<ListedRunner>,
    missing: Vec<Missing>,
    languages: Vec<ListedLanguage>,
    plans: Vec<ListedPlan>,
    claims: Vec<ListedClaim>,
    /// Where the recorder reads the CPU time of each core.
    cpu_time_per_core: String,
}

#[derive(Serialize)]
struct ListedWorkload {
    name: String,
    kind: String,
    about: String,
    parameters: Vec<ListedParameter>,
}

#[derive(Serialize)]
struct ListedParameter {
    name: String,
    default: Value,
    unit: String,
    about: String,
}

#[derive(Serialize)]
struct ListedRunner {
    name: String,
    family: String,
    model: String,
    gil: bool,
    /// Whether it is a server model.
    is_server: bool,
    about: String,
}

/// A runner that cannot run here.
#[derive(Serialize)]
struct Missing {
    name: String,
    reason: String,
}

/// A language whose cell comes along.
#[derive(Serialize)]
struct ListedLanguage {
    name: String,
    /// Why it cannot take part here; none if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<String>,
}

#[derive(Serialize)]
struct ListedPlan {
    name: String,
    about: String,
}

#[derive(Serialize)]
struct ListedClaim {
    id: String,
    statement: String,
}

/// Prints what `args` ask for: the parameters of a workload, or all there is.
pub(crate) fn list(catalogue: &dyn Catalogue, args: &ListArgs) -> anyhow::Result<Exit> {
    match &args.workload {
        Some(name) => {
            let cards = catalogue.workloads();
            let Some(card) = cards.iter().find(|card| card.name == name) else {
                bail!(unknown("workload", name, cards.iter().map(|card| card.name)));
            };
            let workload = ListedWorkload::new(card, catalogue)?;
            print(&workload, args.json, |screen| workload.write(screen))
        }
        None => {
            let listing = Listing::new(catalogue, &args.cell)?;
            print(&listing, args.json, |screen| listing.write(screen))
        }
    }
}

/// Prints something for programs or for people.
fn print(
    listed: &impl Serialize,
    is_json: bool,
    write: impl FnOnce(&mut Screen) -> io::Result<()>,
) -> anyhow::Result<Exit> {
    if is_json {
        writeln!(Screen::document(), "{}", json!(listed))?;
    } else {
        write(&mut Screen::output())?;
    }
    Ok(Exit::Well)
}

impl ListedWorkload {
    fn new(card: &WorkloadCard, catalogue: &dyn Catalogue) -> anyhow::Result<Self> {
        let defaults = catalogue.resolve(card.name, &Map::new()).map_err(anyhow::Error::msg)?.params;
        let described = card.parameters.iter().map(|parameter| parameter.name);
        let rest =
            defaults.keys().map(String::as_str).filter(|name| !described.clone().any(|described| described == *name));
        let parameter = |name: &str| {
            let described = card.parameters.iter().find(|parameter| parameter.name == name);
            let (unit, about) = described.map_or(("", ""), |parameter| (parameter.unit, parameter.about));
            ListedParameter {
                name: name.to_owned(),
                default: defaults.get(name).cloned().unwrap_or_default(),
                unit: unit.to_owned(),
                about: about.to_owned(),
            }
        };
        Ok(Self {
            name: card.name.to_owned(),
            kind: card.kind.to_owned(),
            about: card.about.to_owned(),
            parameters: described.clone().chain(rest).map(parameter).collect(),
        })
    }

    /// Prints its parameters: name, default, unit, meaning.
    fn write(&self, out: &mut Screen) -> io::Result<()> {
        writeln!(out, "{}: {}\n\nParameters (--param NAME=VALUE)", self.name, self.about)?;
        for ListedParameter { name, default, unit, about } in &self.parameters {
            let default = match default {
                Value::Null => "none".to_owned(),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            writeln!(out, "{}", format!("  {name:<14} {default:>8} {unit:<6} {about}").trim_end())?;
        }
        Ok(())
    }
}

impl Listing {
    fn new(catalogue: &dyn Catalogue, cells: &[NamedCell]) -> anyhow::Result<Self> {
        let cores = environment::cores(&environment::machine());
        let guests = Guests::find(&Wanted::by_flags(&[], cells, cores), catalogue, &Interrupt::default())?;
        let catalogue: &dyn Catalogue = &WithGuests { inner: catalogue, guests: &guests };
        let cards = catalogue.runners();
        let missing = |name: &&str| {
            let reason = catalogue.missing(name).filter(|_| !cards.iter().any(|card| card.name == **name))?;
            Some(Missing { name: (*name).to_owned(), reason })
        };
        let plan = |(name, text): &(&str, &str)| {
            Plan::parse(name, text).map(|plan| ListedPlan { name: (*name).to_owned(), about: plan.about })
        };
        let runner = |card: &RunnerCard| ListedRunner {
            name: card.name.clone(),
            family: card.family.clone(),
            model: card.model.clone(),
            gil: card.gil,
            is_server: card.is_server,
            about: card.about.clone(),
        };
        let claim = |claim: &Claim| ListedClaim { id: claim.id.clone(), statement: claim.statement.clone() };
        let workloads = catalogue.workloads();
        Ok(Self {
            workloads: workloads.iter().map(|card| ListedWorkload::new(card, catalogue)).collect::<Result<_, _>>()?,
            runners: cards.iter().map(runner).collect(),
            missing: OFTEN_MISSING.iter().filter_map(missing).collect(),
            languages: languages().map(|(name, lacks)| ListedLanguage { name: name.to_owned(), lacks }).collect(),
            plans: BUILT_IN.iter().map(plan).collect::<Result<_, _>>()?,
            claims: Claims::built_in().iter().map(claim).collect(),
            cpu_time_per_core: Recorder::open().per_core_source().to_string(),
        })
    }

    /// Prints workloads, runners, plans, claims and the recorder's sources.
    fn write(&self, out: &mut Screen) -> io::Result<()> {
        writeln!(out, "Workloads")?;
        for card in &self.workloads {
            writeln!(out, "  {:<22} {:<9} {}", card.name, card.kind, card.about)?;
        }
        for (title, is_server) in [("Runners", false), ("Server models, the runners of serve", true)] {
            writeln!(out, "\n{title}")?;
            for card in self.runners.iter().filter(|card| card.is_server == is_server) {
                writeln!(out, "  {:<22} {}", card.name, card.about)?;
            }
        }
        for Missing { name, reason } in &self.missing {
            writeln!(out, "  {name:<22} cannot run here: {reason}")?;
        }
        writeln!(out, "\nLanguages (--cell NAME, or --plan languages)")?;
        for ListedLanguage { name, lacks } in &self.languages {
            match lacks {
                Some(reason) => writeln!(out, "  {name:<22} cannot run here: {reason}")?,
                None => writeln!(out, "  {name:<22} comes along, and is built on first use")?,
            }
        }
        writeln!(out, "\nPlans (--plan)")?;
        for plan in &self.plans {
            writeln!(out, "  {:<22} {}", plan.name, plan.about)?;
        }
        writeln!(out, "\nClaims")?;
        for claim in &self.claims {
            writeln!(out, "  {:<22} {}", claim.id, claim.statement)?;
        }
        writeln!(out, "\nRecorder\n  {:<22} {}", "CPU time per core", self.cpu_time_per_core)
    }
}
