//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::catalogue::Catalogue;
use crate::commands::{
    self, CompareArgs, CrossoverArgs, ExplainArgs, ListArgs, ProfileArgs, ReportArgs, RunArgs, VerifyArgs,
};
use crate::environment;
use crate::exit::Exit;
use crate::shell;
use crate::terminal::say;
use crate::verbosity::Verbosity;

const EXAMPLES: &str = "\
Examples:
  regatta                                          the default plan: 90 seconds on 2 cores, then the answer, verdicts and report
  regatta run --plan quick                         a first look, 15 seconds
  regatta run --workload primes --workers 1,2,4    one workload, three widths
  regatta run -w sleep -r thread,green,async -n 20    the same flags, short
  regatta run --workload request --param cpu_us=200 --param wait_us=5000    which model for a service like this?
  regatta verify                                   every answer checked, nothing timed
  regatta report                                   the report of the latest run once more, from its records
  regatta report laptop/ server/ --open            machines or commits side by side, in the browser
  regatta run --plan quick --fail-on claim=io-one-thread    a gate: exit 1 if that claim fails
  regatta compare --live old/regatta new/regatta --workload primes --fail-on regression,undecided --threshold 3%
  regatta profile --workload primes --runner rayon,scoped    who does what when, with a trace for Perfetto
  regatta explain gil-convoy                       one claim: what its tasks do, the verdict, and why
  regatta crossover -w counting --axis from --between sequential,rayon    from which grain on does rayon pay?

Exit codes: 0 all well, 1 what --fail-on names, 2 bad usage or input, 3 finished but some cells failed, 128 + n ended by signal n.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  regatta compare base/ new/                                   two runs; what changed beyond noise
  regatta compare main new/ --fail-on regression               exit 1 if a cell is worse than in the run kept as `main`
  regatta compare base/ new/ --fail-on regression,undecided --threshold 3%
                                                               exit 1, too, where a change of 3 % could have gone unseen
  regatta compare --live old/regatta new/regatta --plan default --budget 5m --markdown comment.md
  regatta compare regatta-report/latest                        a live comparison once more, from its records

A cell is slower or faster (or needs more or less CPU) beyond noise; or there is no difference of the threshold or more; or it is
undecided, with the change that would have been seen.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  regatta explain                                  all claims, by the kind of work
  regatta explain gil-convoy                       seconds: the lanes, the figures, the verdict, and why
  regatta explain cpu-gil-threads --open           the same run as a page, too
  regatta explain grain                            a curve: the figures along its axis, the verdict, and why
  regatta explain my-claim --claims own.toml       a claim of your own
  regatta explain gil-convoy --python python3.14t  beside a free-threaded CPython";

const CROSSOVER_EXAMPLES: &str = "\
Examples:
  regatta crossover --workload counting --axis from --between sequential,rayon       from which grain on does rayon pay?
  regatta crossover -w sleep --axis tasks --between thread,async --from 1..10000     from how many waits on do coroutines win?
  regatta crossover -w counting --axis from --between thread-pool,process-pool       threads or processes, by grain
  regatta crossover -w echo --axis connections --between python-thread,python-asyncio --budget 60s
  regatta crossover -w primes --axis workers --between sequential,rayon              which size of a pool beats plain code?

A survey of the whole range finds how often the lead changes, and bisection finds where, with fresh processes and in paired rounds. The
answer has an interval of 95 %. docs/SCALING.md says how.";

/// Runs one and the same work under every concurrency model, watches every core, and says what holds on this machine.
#[derive(Debug, Parser)]
#[command(name = "regatta", version = environment::version(), after_help = EXAMPLES, styles = styles())]
struct Cli {
    #[command(flatten)]
    verbosity: Verbosity,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure, print the tables and write a report.
    Run(RunArgs),
    /// Show workloads, runners and plans, and whether they can run here; or the parameters of a workload.
    List(ListArgs),
    /// Run every workload under every runner once and check the answers; nothing is timed.
    Verify(VerifyArgs),
    /// Write the report of a run once more, from its records; or, of several runs, one that sets them side by side.
    Report(ReportArgs),
    /// Show what changed between two runs, or, with --live, between two builds in the same rounds.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Find where one runner overtakes another along an axis: the grain of tasks, their number, the size of a pool.
    #[command(after_help = CROSSOVER_EXAMPLES)]
    Crossover(CrossoverArgs),
    /// List the runs that are kept under a name: when, by which commit, plan and machine each was measured.
    Baselines,
    /// Show which worker does what when: a timeline of the cores, a lane for each worker, a trace for Perfetto.
    Profile(ProfileArgs),
    /// Explain a claim by a run of just what it needs: who says so, what the tasks do, the verdict and why. Without one, list them.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Print completions for a shell, for example `regatta completions bash > ~/.local/share/bash-completion/completions/regatta`.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write manual pages to a folder; without one, print the page of regatta itself: `regatta man | man -l -`.
    Man {
        /// The folder, for example ~/.local/share/man/man1.
        dir: Option<PathBuf>,
    },
}

fn styles() -> Styles {
    Styles::styled().header(AnsiColor::Green.on_default().bold()).usage(AnsiColor::Green.on_default().bold())
}

/// Reads the command line and does what it says.
pub(crate) fn main(catalogue: &dyn Catalogue) -> ExitCode {
    let Cli { command, verbosity } = Cli::parse();
    let done = match command {
        None => commands::run(catalogue, &RunArgs { plan: "default".to_owned(), ..RunArgs::default() }, verbosity),
        Some(Command::Run(args)) => commands::run(catalogue, &args, verbosity),
        Some(Command::List(args)) => commands::list(catalogue, &args),
        Some(Command::Verify(args)) => commands::verify(catalogue, &args, verbosity),
        Some(Command::Report(args)) => commands::report(catalogue, &args, verbosity),
        Some(Command::Compare(args)) => commands::compare(catalogue, &args, verbosity),
        Some(Command::Crossover(args)) => commands::crossover(catalogue, &args, verbosity),
        Some(Command::Baselines) => commands::baselines(),
        Some(Command::Profile(args)) => commands::profile(catalogue, &args, verbosity),
        Some(Command::Explain(args)) => commands::explain(catalogue, &args, verbosity),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Man { dir }) => shell::man(Cli::command(), dir.as_deref()).map(|()| Exit::Well),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            if verbosity.verbose {
                say(format_args!("{error:?}"));
            } else {
                say(format_args!("{error:#}"));
            }
            Exit::Bad.into()
        }
    }
}

fn completions(shell: Shell) -> anyhow::Result<Exit> {
    Ok(shell::completions(Cli::command(), shell).map(|()| Exit::Well)?)
}
