//! How long a bench target takes, and what it says before it begins.

use std::io::{self, Write};
use std::time::Duration;

use jiff::fmt::friendly::SpanPrinter;
use regatta::Plan;

use crate::args::{Args, Mode};

/// Warm-up of each cell, unless `--warm-up-time` says otherwise.
pub(crate) const WARM_UP: Duration = Duration::from_millis(300);
/// Most time that a cell is measured for, unless `--measurement-time` says otherwise.
const MEASUREMENT: Duration = Duration::from_secs(1);
/// Least time that a cell is measured for, however little the plan's budget leaves it.
const LEAST_MEASUREMENT: Duration = Duration::from_millis(200);
/// What a cell takes beside warm-up and measurement: its start, criterion's analysis and its charts.
const AROUND: Duration = Duration::from_millis(500);

/// What to make of criterion's comparisons.
const CAUTION: &str = "\
Where criterion says `improved` or `regressed`, it compares this block of time with an earlier one, and on a machine that is shared
or changes its clock, identical code differs as well. Before you believe it, use `regatta compare`, or `regatta run`, which
measures what it compares in turns.";

/// How long the target may take.
pub(crate) struct Time {
    cells: usize,
    /// That of each cell, unless a flag says otherwise.
    pub(crate) measurement: Duration,
    /// About that of all cells, whatever flags say.
    whole: Duration,
}

impl Time {
    /// Shares the budget of `plan` among so many cells.
    pub(crate) fn of(plan: &Plan, args: &Args, cells: usize) -> Self {
        let count = u32::try_from(cells).unwrap_or(u32::MAX);
        // Criterion doubles the runs of its warm-up until the time is over, so it may take twice as long.
        let around = AROUND + 2 * args.warm_up().unwrap_or(WARM_UP);
        let share = plan.budget.map_or(Duration::MAX, |budget| budget / count.max(1));
        let measurement = share.saturating_sub(around).clamp(LEAST_MEASUREMENT, MEASUREMENT);
        let each = args.profile_time().unwrap_or(around + args.measurement().unwrap_or(measurement));
        Self { cells, measurement, whole: each.saturating_mul(count) }
    }

    /// Says what is to come.
    pub(crate) fn announce(&self, name: &str, args: &Args) {
        if !matches!(args.mode(), Mode::Measure | Mode::Profile) || args.is_quiet() {
            return;
        }
        let whole = Duration::from_secs(self.whole.as_secs().max(1));
        let whole = SpanPrinter::new().unsigned_duration_to_string(&whole);
        let plural = if self.cells == 1 { "cell" } else { "cells" };
        let mut terminal = io::stderr().lock();
        // Nobody to read it is no reason to stop.
        let _ = writeln!(terminal, "{name}: {} {plural}, about {whole}, longer where one run takes long", self.cells);
        if args.mode() == Mode::Measure {
            let _ = writeln!(terminal, "{CAUTION}");
        }
    }
}
