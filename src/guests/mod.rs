//! Programs in other languages that are cells: which there are, what each says of itself, and how it is started.
//!
//! - `bundled`: the cells that come along, built on first use.
//! - `command`: a name and a command, as flags and plans have them.
//! - `guest`: a program that has said what it is.
//! - `hello`: what is right and wrong in what it says.

mod bundled;
mod command;
mod guest;
mod hello;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use regatta_reports::text::plain;
use serde_json::{Map, Value};

pub(crate) use self::command::NamedCell;
pub(crate) use self::guest::Guest;
use crate::catalogue::languages::{LANGUAGES, language_of};
use crate::catalogue::{Catalogue, External, ExternalServer, Resolved, RunnerCard, WorkloadCard};
use crate::cpython::{InterpreterError, Interpreters};
use crate::interrupt::Interrupt;
use crate::plan::{Plan, PlanError};

/// Which programs are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Python interpreters; the one of the search path if empty.
    pub(crate) pythons: Vec<PathBuf>,
    /// Programs that a flag or a plan names.
    pub(crate) cells: Vec<NamedCell>,
    /// Languages whose cells come along.
    pub(crate) languages: BTreeSet<&'static str>,
    /// Cores that each runtime may use.
    pub(crate) cores: u64,
}

impl Wanted {
    /// Returns what flags ask for.
    pub(crate) fn by_flags(pythons: &[PathBuf], cells: &[NamedCell], cores: u64) -> Self {
        let (languages, cells): (Vec<_>, Vec<_>) = cells.iter().cloned().partition(NamedCell::comes_along);
        let languages = languages.iter().filter_map(|cell| language_of(&cell.name)).collect();
        Self { pythons: pythons.to_vec(), cells, languages, cores }
    }

    /// Returns the same with the languages to which these runners or families belong.
    pub(crate) fn with_runners<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.languages.extend(names.into_iter().filter_map(language_of));
        self
    }

    /// Returns the same with the programs that a plan names, where no flag has one of the same name, and with the languages of its runners,
    /// or, of those, with the languages of the runners that a flag names.
    ///
    /// # Errors
    /// If one of them has no name or no command: in words.
    pub(crate) fn with_plan(mut self, plan: &Plan, runners: &[String]) -> Result<Self, PlanError> {
        self = match runners {
            [] => self.with_runners(plan.runners()),
            runners => self.with_runners(runners.iter().map(String::as_str)),
        };
        for (name, command) in &plan.cells {
            let cell = NamedCell::new(name, command).map_err(|why| PlanError::Impossible(format!("[cells]: {why}")))?;
            if self.cells.iter().all(|known| known.name != cell.name) {
                self.cells.push(cell);
            }
        }
        Ok(self)
    }
}

/// Why programs that were named cannot be cells.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GuestError {
    /// Of Python.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// Why, for each.
    #[error(
        "{} cannot be used, and nothing was measured:\n  {}\nEach was asked `{{\"do\":\"hello\"}}`; `regatta verify --cell NAME=COMMAND` \
         says what a program lacks, and docs/PROTOCOL.md what a cell is",
        if .0.len() == 1 { "a cell".to_owned() } else { format!("{} cells", .0.len()) },
        .0.join("\n  ")
    )]
    Unusable(Vec<String>),
}

/// The programs that take part beside this one.
#[derive(Debug)]
pub(crate) struct Guests {
    interpreters: Interpreters,
    list: Vec<Guest>,
    /// Languages that cannot take part, with the reason.
    absent: BTreeMap<String, String>,
}

impl Guests {
    /// Asks the programs what they are.
    ///
    /// # Errors
    /// If one that was named is no cell, or two have the same name.
    pub(crate) fn find(wanted: &Wanted, inner: &dyn Catalogue, interrupt: &Interrupt) -> Result<Self, GuestError> {
        let interpreters = Interpreters::find(&wanted.pythons, interrupt)?;
        let mut found = Self { interpreters, list: Vec::new(), absent: BTreeMap::new() };
        let mut refused = Vec::new();
        for cell in &wanted.cells {
            let guest = Guest::ask(cell, wanted.cores, interrupt).and_then(|guest| found.check_new(guest, inner));
            match guest {
                Ok(guest) => found.list.push(guest),
                Err(why) => refused.push(format!("{}: {}", plain(&cell.name), plain(&why))),
            }
        }
        // One that a flag or a plan names takes the place of the one that comes along.
        let is_named = |language: &&&str| wanted.cells.iter().any(|cell| cell.name == ***language);
        for &language in wanted.languages.iter().filter(|language| !is_named(language)) {
            let guest = bundled::prepare(language, wanted.cores, interrupt)
                .and_then(|cell| Guest::ask(&cell, wanted.cores, interrupt))
                .and_then(|guest| found.check_new(guest, inner));
            match guest {
                Ok(guest) => found.list.push(guest),
                Err(why) => drop(found.absent.insert(language.to_owned(), why)),
            }
        }
        if refused.is_empty() || interrupt.is_set() { Ok(found) } else { Err(GuestError::Unusable(refused)) }
    }

    /// Refuses a guest one of whose runners has the name of another one.
    fn check_new(&self, guest: Guest, inner: &dyn Catalogue) -> Result<Guest, String> {
        let mut known = inner.runners();
        known.extend(self.cards());
        match guest.cards().into_iter().find(|card| known.iter().any(|other| other.name == card.name)) {
            Some(card) => Err(format!("there is a runner `{}` already: give the cell another name", card.name)),
            None => Ok(guest),
        }
    }

    /// Returns the programs that flags and the plan name.
    pub(crate) fn list(&self) -> &[Guest] {
        &self.list
    }

    /// Returns the languages that cannot take part, with the reason.
    pub(crate) fn absent(&self) -> impl Iterator<Item = (&str, &str)> {
        self.absent.iter().map(|(language, why)| (language.as_str(), why.as_str()))
    }

    /// Returns whether there is a Python.
    pub(crate) fn has_python(&self) -> bool {
        !self.interpreters.is_empty()
    }

    /// Returns how to start the cell of each of their runners.
    pub(crate) fn externals(&self) -> Vec<External> {
        let mut externals = self.interpreters.externals();
        externals.extend(self.list.iter().flat_map(Guest::externals));
        externals
    }

    /// Returns how to start the servers that they have.
    pub(crate) fn servers(&self) -> Vec<ExternalServer> {
        self.interpreters.servers()
    }

    fn cards(&self) -> Vec<RunnerCard> {
        let mut cards = self.interpreters.cards();
        cards.extend(self.list.iter().flat_map(Guest::cards));
        cards
    }
}

/// Returns the languages whose cells come along, each with what it lacks here, as far as that is known before its cell is built.
pub(crate) fn languages() -> impl Iterator<Item = (&'static str, Option<String>)> {
    LANGUAGES.into_iter().map(|language| (language, bundled::lacks(language)))
}

/// A catalogue with the runners of other programs besides its own.
pub(crate) struct WithGuests<'a> {
    pub(crate) inner: &'a dyn Catalogue,
    pub(crate) guests: &'a Guests,
}

impl Catalogue for WithGuests<'_> {
    fn workloads(&self) -> Vec<WorkloadCard> {
        self.inner.workloads()
    }

    fn runners(&self) -> Vec<RunnerCard> {
        let mut cards = self.inner.runners();
        cards.extend(self.guests.cards());
        cards
    }

    fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String> {
        self.inner.resolve(name, params)
    }

    fn missing(&self, runner: &str) -> Option<String> {
        self.guests.interpreters.missing(runner).or_else(|| self.guests.absent.get(language_of(runner)?).cloned())
    }
}
