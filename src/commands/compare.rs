//! `regatta compare`: what changed between two runs or two builds beyond noise.

use anyhow::bail;
use regatta_reports::compare::Comparison;

use super::args::CompareArgs;
use super::comparison::show;
use super::live;
use crate::baselines;
use crate::catalogue::Catalogue;
use crate::exit::Exit;

/// Compares what `args` name.
pub(crate) fn compare(catalogue: &dyn Catalogue, args: &CompareArgs) -> anyhow::Result<Exit> {
    if args.show.open && args.show.html.is_none() && !args.live {
        bail!("--open shows the page that --html writes: add `--html FILE`");
    }
    match (&args.new, args.live) {
        (Some(new), true) => live::live(catalogue, args, &args.base, new),
        (Some(new), false) => {
            let (base, new) = (baselines::read_named(&args.base)?, baselines::read_named(new)?);
            show(&args.show.judged(Comparison::of_runs(&base, &new)), &args.show)
        }
        (None, true) => bail!("--live compares two programs: `regatta compare --live OLD_BINARY NEW_BINARY`"),
        (None, false) => match Comparison::of_live(&baselines::read_named(&args.base)?) {
            Some(comparison) => show(&args.show.judged(comparison), &args.show),
            None => bail!(
                "{} is a run of one build; name a second run to compare it with: `regatta compare BASE NEW`",
                args.base.display()
            ),
        },
    }
}
