//! `regatta compare`: what changed between two runs or two builds beyond noise.

use std::io::Write;

use anyhow::bail;
use regatta_reports::compare::Comparison;
use regatta_reports::documents::json;

use super::args::CompareArgs;
use super::comparison::show;
use super::live;
use crate::baselines;
use crate::catalogue::Catalogue;
use crate::exit::Exit;
use crate::terminal::Screen;
use crate::verbosity::Verbosity;

/// Compares what `args` name.
pub(crate) fn compare(catalogue: &dyn Catalogue, args: &CompareArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    if args.show.open && args.show.html.is_none() && !args.live {
        bail!("--open shows the page that --html writes: add `--html FILE`");
    }
    args.show.check(args.json)?;
    match (&args.new, args.live) {
        (Some(new), true) => live::live(catalogue, args, verbosity, &args.base, new),
        (Some(new), false) => {
            let (base, new) = (baselines::read_named(&args.base)?, baselines::read_named(new)?);
            show_recorded(Comparison::of_runs(&base, &new), args, verbosity)
        }
        (None, true) => bail!("--live compares two programs: `regatta compare --live OLD_BINARY NEW_BINARY`"),
        (None, false) => match Comparison::of_live(&baselines::read_named(&args.base)?) {
            Some(comparison) => show_recorded(comparison, args, verbosity),
            None => bail!(
                "{} is a run of one build; name a second run to compare it with: `regatta compare BASE NEW`",
                args.base.display()
            ),
        },
    }
}

/// Shows a comparison of records, by the threshold that was asked for.
fn show_recorded(comparison: Comparison, args: &CompareArgs, verbosity: Verbosity) -> anyhow::Result<Exit> {
    let comparison = args.show.judged(comparison);
    let exit = show(&comparison, &args.show, &mut verbosity.screen(args.json))?;
    if args.json {
        writeln!(Screen::document(), "{}", json::comparison(&comparison))?;
    }
    Ok(exit)
}
