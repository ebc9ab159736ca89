//! Criterion's own comparison of the same code with itself, for reference.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use criterion::Criterion;

use crate::builds::command;
use crate::record::{Mode, Trial};
use crate::work::carry_out;

/// Steps of an iteration of criterion's: a fraction of a millisecond, as it likes them.
const STEPS_FOR_CRITERION: u64 = 100_000;

/// Has criterion compare the burn with itself: a measurement with the one before, each as long as that of one build.
pub fn by_criterion(folder: &Path, seconds: u32) -> Result<Trial, Box<dyn Error>> {
    let measure = || -> Result<String, Box<dyn Error>> {
        let mut command = command(&std::env::current_exe()?);
        let output = command.arg("--criterion").arg(folder).args(["--seconds", &seconds.to_string()]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    if !folder.exists() {
        measure()?;
    }
    let said = measure()?;
    let verdicts = [
        ("Performance has regressed", "slower"),
        ("Performance has improved", "faster"),
        ("Change within noise threshold", "no difference"),
        ("No change in performance detected", "no difference"),
    ];
    let verdict = verdicts.iter().find(|(words, _)| said.contains(words));
    let (_, outcome) = verdict.ok_or_else(|| format!("criterion compared nothing: {said}"))?;
    let change: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("burn/change/estimates.json"))?)?;
    let median = &change["median"];
    let factor = |of: &serde_json::Value| 1.0 + of.as_f64().unwrap_or(f64::NAN);
    let interval = &median["confidence_interval"];
    let wall = [&median["point_estimate"], &interval["lower_bound"], &interval["upper_bound"]].map(factor);
    let is_claim = *outcome != "no difference";
    Ok(Trial {
        mode: Mode::Criterion,
        slowdown: 0,
        trial: 0,
        slowed: String::new(),
        workload: String::new(),
        cell: "burn".to_owned(),
        outcome: (*outcome).to_owned(),
        wall,
        cpu: [1.0; 3],
        raw: [wall[0], 1.0],
        floor: [1.0; 2],
        by_wall: is_claim,
        by_cpu: false,
        seconds,
    })
}

/// Makes a measurement by criterion, with its default shares of warm-up and measurement.
pub fn criterion_once(folder: &Path, seconds: u32) {
    let eighth = Duration::from_secs(seconds.into()) / 8;
    let criterion = Criterion::default().output_directory(folder).without_plots();
    let mut criterion = criterion.warm_up_time(3 * eighth).measurement_time(5 * eighth);
    criterion.bench_function("burn", |bencher| bencher.iter(|| carry_out(0, STEPS_FOR_CRITERION)));
}
