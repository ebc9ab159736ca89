//! `regatta report`: writes the report of a run from its records, or sets several runs side by side.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use regatta_reports::claims::{Names, Unknown};
use regatta_reports::documents::json;
use regatta_reports::side_by_side::{Entry, SideBySide};
use regatta_reports::text::plain;
use regatta_reports::{Claims, Results};
use regatta_workloads::{Fault, Workload};
use serde_json::Value;

use super::args::ReportArgs;
use crate::browser;
use crate::catalogue::{Catalogue, suggestion};
use crate::exit::Exit;
use crate::output::{self, RESULTS};
use crate::report::{write_failure, write_report};
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Writes the report of a run once more, or that of several side by side.
pub(crate) fn report(catalogue: &dyn Catalogue, args: &ReportArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let latest = [output::latest()];
    let dirs = if args.dirs.is_empty() { &latest[..] } else { &args.dirs };
    if args.dirs.is_empty() && !dirs[0].join(RESULTS).exists() {
        bail!("there is no run at {} yet: name the folder of one, or measure with `regatta run`", dirs[0].display());
    }
    let mut known = names_of(catalogue);
    if !args.claims.is_empty() {
        // What cannot be read is told below.
        let runs = dirs.iter().filter_map(|dir| Results::read(dir).ok());
        runs.for_each(|results| known.add_run(&results.run));
    }
    let claims = load_claims(&args.claims, &known)?;
    let mut screen = verbosity.screen(args.json);
    let (page, document) = match dirs {
        [run] => {
            let to = match &args.out {
                Some(_) => output::report(args.out.as_deref(), Timestamp::now())?,
                None => run.clone(),
            };
            let written = write_report(run, &to, &claims, verbosity.detail(args.tables), &mut screen)?;
            if verbosity.verbose {
                let failures = &written.report.results.failures;
                failures.iter().try_for_each(|failure| write_failure(failure, true, &mut Screen::errors()))?;
            }
            let document = args.json.then(|| written.document(run));
            (written.page, document)
        }
        several => {
            let (page, mut document) = side_by_side(several, args.out.as_deref(), &claims, &mut screen)?;
            document["page"] = page.display().to_string().into();
            (page, args.json.then_some(document))
        }
    };
    if let Some(document) = document {
        writeln!(Screen::document(), "{document}")?;
    }
    if args.open {
        browser::open(&page);
    }
    Ok(Exit::Well)
}

/// Sets runs side by side, and gives the page and what programs read of them.
fn side_by_side(
    runs: &[PathBuf],
    out: Option<&Path>,
    claims: &Claims,
    terminal: &mut Screen,
) -> anyhow::Result<(PathBuf, Value)> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: Vec<PathBuf> = Vec::new();
    for run in runs {
        let place = run.canonicalize().unwrap_or_else(|_| run.clone());
        if known.contains(&place) {
            bail!("{} is named twice: name each run once, or one run alone for its own report", run.display());
        }
        known.push(place);
        let results = Results::read(run).with_context(|| {
            format!("{} cannot stand beside others: name folders that hold {RESULTS}", run.display())
        })?;
        entries.push(Entry::new(entries.len(), run.clone(), results, claims));
    }
    let runs = SideBySide::from_entries(&entries)?;
    let folder = output::report(out, Timestamp::now())?;
    let page = regatta_reports::write_side_by_side(&runs, &folder)?;
    for entry in &entries {
        writeln!(
            terminal,
            "{}  {}: {}; {}; {}",
            entry.letter,
            entry.folder.display(),
            entry.machine(),
            entry.program(),
            entry.started()
        )?;
    }
    writeln!(terminal, "\n{}", runs.caution())?;
    for difference in runs.differences.iter().chain(&runs.alone) {
        writeln!(terminal, "  {difference}")?;
    }
    let groups: Vec<&str> = runs.groups.iter().map(|group| group.any.title.as_str()).collect();
    writeln!(terminal, "\n{}. In common: {}.", runs.tally(), plain(&groups.join("; ")))?;
    writeln!(terminal, "Report: {}", page.display())?;
    Ok((page, json::side_by_side(&runs)))
}

/// Returns the built-in claims and those of these files, whose names must be known.
pub(crate) fn load_claims(files: &[PathBuf], known: &Names) -> anyhow::Result<Claims> {
    let mut claims = Claims::built_in();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the claims {name}"))?;
        let own = Claims::parse(&name, &text)?;
        if let Some(unknown) = own.unknown(known).first() {
            let Unknown { claim, what, name: wrong } = unknown;
            let names = || known.of_kind(what).iter().map(String::as_str);
            let (near, all) = (suggestion(wrong, names()), names().collect::<Vec<_>>().join(", "));
            bail!("{name}, claim `{claim}`: there is no {what} `{}`{near}; there are {all}", plain(wrong));
        }
        claims.extend(own)?;
    }
    Ok(claims)
}

/// Returns the names of all that a catalogue has.
pub(crate) fn names_of(catalogue: &dyn Catalogue) -> Names {
    let runners = catalogue.runners();
    let mut names = Names {
        workloads: catalogue
            .workloads()
            .into_iter()
            .map(|card| card.name)
            .chain([Fault::NAME])
            .map(str::to_owned)
            .collect(),
        models: runners.iter().map(|card| card.model.clone()).collect(),
        ..Names::default()
    };
    runners.iter().for_each(|card| names.add_family(&card.family));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_about_what_there_is_not_is_refused_by_file_claim_and_near_name() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let known = Names {
            workloads: set(&["primes", "sleep"]),
            models: set(&["thread", "thread-pool"]),
            families: set(&["native"]),
        };
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("own.toml");
        let claim = "[[claim]]\nid = \"mine\"\nstatement = \"S.\"\nwhy = \"W.\"\nfamilies = [\"native\"]\n\
                     [[claim.condition]]\nstatistic = \"speed-up\"\n\
                     of = { workload = \"primes\", models = [\"thread-pool\"] }\nat-least = 1\n";
        let load = |text: &str| {
            std::fs::write(&file, text).expect("the file is written");
            load_claims(std::slice::from_ref(&file), &known).map_err(|error| format!("{error:#}"))
        };
        let built_in = Claims::built_in().iter().count();
        assert_eq!(load(claim).map(|claims| claims.iter().count()), Ok(built_in + 1));
        for (from, to, wanted) in [
            ("thread-pool", "thread-pol", "claim `mine`: there is no model `thread-pol` (did you mean `thread-pool`?)"),
            (
                "primes",
                "prims",
                "claim `mine`: there is no workload `prims` (did you mean `primes`?); there are primes, sleep",
            ),
            ("native", "nativ", "claim `mine`: there is no family `nativ` (did you mean `native`?)"),
            ("speed-up", "speed-down", "in claim `mine`"),
        ] {
            let message = load(&claim.replacen(from, to, 1)).expect_err("must be refused");
            assert!(message.contains(wanted) && message.contains("own.toml"), "{message}");
        }
    }
}
