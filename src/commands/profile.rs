//! `regatta profile`: which worker does what when, as pictures in the report and as traces for Perfetto.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;
use regatta_reports::Results;
use regatta_reports::record::Profile;

use super::args::{ProfileArgs, RunArgs};
use super::run::{Setup, carry_out};
use crate::catalogue::Catalogue;
use crate::exit::Exit;
use crate::profile::trace;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Profiles what `args` name, after a few rounds that show how long it takes without being watched.
pub(crate) fn profile(catalogue: &dyn Catalogue, args: &ProfileArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let run = RunArgs {
        plan: args.plan.clone(),
        workload: args.workload.clone(),
        param: args.param.clone(),
        runner: args.runner.clone(),
        workers: args.workers.clone(),
        rounds: Some(3),
        out: args.out.clone(),
        ..RunArgs::default()
    };
    let (exit, folder) = carry_out(catalogue, &run, verbosity, |Setup { plan, .. }| {
        plan.profile = true;
        plan.spread(1);
        (plan.noise_arm, plan.reference) = (false, false);
        Ok(())
    })?;
    let mut out = Screen::output();
    let profiles = Results::read(&folder)?.profiles;
    if profiles.is_empty() {
        writeln!(out, "None of these cells can be profiled: CPython's cannot, and failed ones have nothing to show.")?;
    }
    for (number, profile) in profiles.iter().enumerate() {
        let path = folder.join(format!("trace-{number}-{}-{}.json", profile.workload, profile.cell.runner));
        let unwritable = || format!("cannot write {}", path.display());
        let mut file = BufWriter::new(File::create(&path).with_context(unwritable)?);
        serde_json::to_writer(&mut file, &trace(profile)).with_context(unwritable)?;
        file.flush().with_context(unwritable)?;
        writeln!(out, "{}", sentence(profile))?;
        writeln!(out, "  trace: {} (open it in https://ui.perfetto.dev or chrome://tracing)", path.display())?;
    }
    Ok(exit)
}

/// Returns the profile in one sentence.
fn sentence(profile: &Profile) -> String {
    let workers = profile.segments.iter().map(|segment| segment.worker + 1).max().unwrap_or(0);
    let working: u64 = profile.segments.iter().map(|segment| segment.end_ns - segment.start_ns).sum();
    let share = working as f64 / profile.wall_ns.max(1) as f64;
    format!(
        "{} under {}: {workers} workers, on average {share:.2} of them at work, {} segments in {:.1} ms",
        profile.workload,
        profile.cell.runner,
        profile.segments.len(),
        profile.wall_ns as f64 / 1e6,
    )
}
