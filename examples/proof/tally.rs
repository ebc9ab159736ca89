//! What all comparisons show: as text, and as the tables of docs/RESULTS.md.

use std::fmt::Write;

use clap::ValueEnum;

use crate::record::{Mode, Trial};

/// Writes what all comparisons of a length show, as text.
pub fn summary(trials: &[Trial], seconds: u32) -> String {
    let mut text = format!("{seconds} s for each build; shares with their 95 % intervals\n");
    for (mode, slowdown) in all() {
        let of: Vec<&Trial> = trials
            .iter()
            .filter(|trial| trial.mode == mode && trial.slowdown == slowdown && trial.seconds == seconds)
            .collect();
        let (affected, others): (Vec<&Trial>, Vec<&Trial>) = of.into_iter().partition(|trial| trial.is_affected());
        let is_claim: fn(&Trial) -> bool = Trial::is_claim;
        for (trials, is, what) in [
            (&affected, Trial::is_found as fn(&Trial) -> bool, format!("+{slowdown} % found")),
            (
                &others,
                is_claim,
                if mode.is_of_one_workload() { format!("+{slowdown} % elsewhere") } else { "false".to_owned() },
            ),
        ] {
            if trials.is_empty() {
                continue;
            }
            let by = |is: fn(&Trial) -> bool| trials.iter().filter(|trial| is(trial)).count();
            let _ = writeln!(
                text,
                "{:<13} {what:<16} {:<32} undecided {:<4} by wall {:<4} by CPU {:<4} scatter: wall {:.2} %, CPU {:.2} %; raw {:.2} %, {:.2} %",
                mode.name(),
                share(by(is), trials.len()),
                by(|trial| !trial.is_claim() && trial.outcome != "no difference"),
                by(|trial| trial.by_wall),
                by(|trial| trial.by_cpu),
                scatter(trials, |trial| trial.wall[0]),
                scatter(trials, |trial| trial.cpu[0]),
                scatter(trials, |trial| trial.raw[0]),
                scatter(trials, |trial| trial.raw[1]),
            );
        }
    }
    text
}

/// Writes the tables of docs/RESULTS.md, one for each length of comparisons that a record holds.
pub fn tables(trials: &[Trial]) -> String {
    let mut lengths: Vec<u32> = trials.iter().map(|trial| trial.seconds).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let kinds = [
        ("injected everywhere", vec![Mode::Live, Mode::Separate, Mode::Criterion]),
        ("injected into one of three workloads", vec![Mode::WorkloadLive, Mode::Workload]),
    ];
    let mut text = String::new();
    for (seconds, (title, modes)) in lengths.iter().flat_map(|seconds| kinds.iter().map(|kind| (*seconds, kind))) {
        let of = |mode: Mode, is: &dyn Fn(&&Trial) -> bool| -> Vec<Trial> {
            let of_mode = trials.iter().filter(|trial| trial.mode == mode && trial.seconds == seconds);
            of_mode.filter(|trial| is(trial)).cloned().collect()
        };
        if modes.iter().all(|mode| of(*mode, &|_| true).is_empty()) {
            continue;
        }
        let modes = modes.iter().filter(|mode| **mode != Mode::Criterion || !of(**mode, &|_| true).is_empty());
        let modes: Vec<Mode> = modes.copied().collect();
        let names = modes.iter().map(|mode| match mode {
            Mode::Live | Mode::WorkloadLive => "live",
            Mode::Separate | Mode::Workload => "separate runs",
            Mode::Criterion => "criterion's own",
        });
        let names = names.collect::<Vec<_>>().join(" | ");
        let _ =
            writeln!(text, "{seconds} s for each build:\n\n| {title} | {names} |\n|---|{}", "---|".repeat(modes.len()));
        let mut line = |what: &str, is_of: &dyn Fn(&&Trial) -> bool, counts: fn(&Trial) -> bool| {
            let cells = modes.iter().map(|mode| {
                let trials = of(*mode, is_of);
                share(trials.iter().filter(|trial| counts(trial)).count(), trials.len())
            });
            let cells: Vec<String> = cells.collect();
            if cells.iter().any(|cell| cell != NONE) {
                let _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
            }
        };
        for slowdown in [1, 2, 5, 10] {
            let is_of = |trial: &&Trial| trial.slowdown == slowdown && trial.is_affected();
            line(&format!("{slowdown} %: found"), &is_of, Trial::is_found);
        }
        line("nothing: claimed all the same", &|trial| !trial.is_affected(), Trial::is_claim);
        // Criterion has no such outcome.
        line(
            "nothing: said to be undecided",
            &|trial| !trial.is_affected() && trial.mode != Mode::Criterion,
            |trial| !trial.is_claim() && trial.outcome != "no difference",
        );
        text.push('\n');
    }
    text
}

/// What stands where nothing was tried.
const NONE: &str = "–";

/// Lists all modes with all that they inject.
pub fn all() -> impl Iterator<Item = (Mode, u32)> {
    Mode::value_variants().iter().flat_map(|mode| mode.slowdowns().iter().map(|slowdown| (*mode, *slowdown)))
}

/// Formats a share with its interval.
pub fn share(count: usize, of: usize) -> String {
    if of == 0 {
        return NONE.to_owned();
    }
    let (low, high) = wilson(count, of);
    let percent = 100.0 * count as f64 / of as f64;
    format!("{count} of {of} = {percent:.1} % [{:.1}, {:.1}]", 100.0 * low, 100.0 * high)
}

/// Computes the standard deviation of a factor over the trials, percent.
fn scatter(trials: &[&Trial], factor: fn(&Trial) -> f64) -> f64 {
    let values: Vec<f64> = trials.iter().map(|trial| factor(trial).ln()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    100.0 * (squares / (values.len() as f64 - 1.0).max(1.0)).sqrt()
}

/// Computes the 95 % interval of a share: E. B. Wilson, Journal of the American Statistical Association 22, 1927.
fn wilson(count: usize, of: usize) -> (f64, f64) {
    let (n, z) = (of as f64, 1.96_f64);
    let share = count as f64 / n;
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a comparison of three workloads under one runner, of which one differs, with the outcome of each.
    fn comparison(slowed: &str, outcomes: [(&str, &str); 3]) -> Vec<Trial> {
        let trial = |(workload, outcome): (&str, &str)| Trial {
            mode: Mode::Workload,
            slowdown: 10,
            trial: 0,
            slowed: slowed.to_owned(),
            workload: workload.to_owned(),
            cell: "rayon".to_owned(),
            outcome: outcome.to_owned(),
            wall: [1.0; 3],
            cpu: [1.0; 3],
            raw: [1.0; 2],
            floor: [1.0; 2],
            by_wall: false,
            by_cpu: false,
            seconds: 60,
        };
        outcomes.map(trial).to_vec()
    }

    #[test]
    fn affected_cells_are_counted_apart_from_the_others() {
        let mut trials = comparison("mix", [("burn", "no difference"), ("mix", "slower"), ("walk", "faster")]);
        trials.extend(comparison("walk", [("burn", "undecided"), ("mix", "no difference"), ("walk", "more CPU")]));
        let table = tables(&trials);
        for line in [
            "| injected into one of three workloads | live | separate runs |",
            "| 10 %: found | – | 2 of 2 = 100.0 % [34.2, 100.0] |",
            "| nothing: claimed all the same | – | 1 of 4 = 25.0 % [4.6, 69.9] |",
            "| nothing: said to be undecided | – | 1 of 4 = 25.0 % [4.6, 69.9] |",
        ] {
            assert!(table.contains(line), "{line}:\n{table}");
        }
        assert!(
            !table.contains("5 %: found") && !table.contains("everywhere"),
            "nothing of what was not tried: {table}"
        );
        assert!(summary(&trials, 60).contains("workload      +10 % elsewhere  1 of 4"), "{}", summary(&trials, 60));
    }

    #[test]
    fn records_of_older_versions_are_read() {
        let line = r#"{"mode":"live","slowdown":2,"cell":"sequential","outcome":"slower","wall":[1.02,1.01,1.03],
            "cpu":[1.02,1.01,1.03],"raw":[1.02,1.02],"floor":[1.0,1.0],"by_wall":true,"by_cpu":true,"seconds":4}"#;
        let trial: Trial = serde_json::from_str(line).expect("a trial");
        assert!(trial.is_affected() && trial.is_found());
        let by_criterion = Trial { mode: Mode::Criterion, slowdown: 0, ..trial.clone() };
        let table = tables(&[trial, by_criterion]);
        for line in [
            "| injected everywhere | live | separate runs | criterion's own |\n|---|---|---|---|",
            "| 2 %: found | 1 of 1 = 100.0 % [20.7, 100.0] | – | – |",
            "| nothing: claimed all the same | – | – | 1 of 1",
        ] {
            assert!(table.contains(line), "{line}:\n{table}");
        }
        assert!(!table.contains("undecided"), "criterion says no such thing: {table}");
    }
}
