//! The laws of scaling of a sweep of workers: a sentence where there is none to tell, and tables.

use std::collections::BTreeSet;

use crate::figures::{Summary, Sweep};
use crate::judgement::laws::{LineLaw, SweepLaws, Unfitted};
use crate::statistics::Estimate;
use crate::statistics::laws::{FEWEST_POINTS, Fit, Growth, Law, Refusal, Trend};
use crate::text::{plain, units};

/// What is shown of the laws of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct LawsView {
    /// What cannot be told, and what the tables mean.
    pub sentences: Vec<String>,
    /// The laws, if one was fitted, and the serial shares, if any was measured.
    pub tables: Vec<Table>,
}

/// A table whose lines are runners.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is of.
    pub title: String,
    /// What its columns are, after that of the runners.
    pub headings: Vec<String>,
    /// The lines of the sweep that are in it, by their places, each with a text for each heading.
    pub lines: Vec<(usize, Vec<String>)>,
}

impl LawsView {
    /// Returns what is shown of the laws of a sweep; none where nobody's workers are varied.
    pub fn from_laws(summary: &Summary, laws: &SweepLaws) -> Option<Self> {
        let sweep = &summary.sweeps[laws.sweep];
        let tables = [fits(laws), shares(sweep, laws)].into_iter().flatten().collect();
        let sentences = unfitted(sweep, laws).into_iter().chain(readings(laws)).collect();
        (!laws.lines.is_empty()).then_some(Self { sentences, tables })
    }
}

/// Returns the name of a law.
pub fn name(law: Law) -> &'static str {
    match law {
        Law::Linear => "linear",
        Law::Amdahl => "Amdahl",
        Law::Universal => "universal scalability",
        Law::Gustafson => "Gustafson",
    }
}

/// Returns the table of the laws that were fitted.
fn fits(laws: &SweepLaws) -> Option<Table> {
    let mut headings = vec!["law", "serial share"];
    if laws.growth == Growth::Fixed {
        headings.extend(["cost of a pair", "fastest with"]);
    }
    headings.push("points off by up to");
    let fields = |fit: &Fit| {
        let names: Vec<&str> = [fit.law].into_iter().chain(fit.rivals()).map(name).collect();
        let mut fields = vec![names.join(", or "), share(&fit.serial)];
        if let Some(crosstalk) = &fit.crosstalk {
            fields.extend([share(crosstalk), peak(fit)]);
        }
        fields.push(format!("{:.1} %", 100.0 * fit.misfit));
        fields
    };
    let lines = laws.lines.iter().filter_map(|line| Some((line.line, fields(line.fit.as_ref().ok()?))));
    let lines: Vec<(usize, Vec<String>)> = lines.collect();
    let title = format!("Law up to {}", cores(laws.cores?));
    let headings = headings.into_iter().map(str::to_owned).collect();
    (!lines.is_empty()).then_some(Table { title, headings, lines })
}

/// Returns the table of the serial share at each number of workers.
fn shares(sweep: &Sweep, laws: &SweepLaws) -> Option<Table> {
    let workers: BTreeSet<u64> =
        laws.lines.iter().flat_map(|line| &line.shares).map(|share| share.workers as u64).collect();
    let field = |line: &LineLaw, workers: u64| {
        let point = line.shares.iter().find(|share| share.workers as u64 == workers);
        point.map_or_else(
            || units::NONE.to_owned(),
            |point| format!("{}: {}", units::ratio(point.speed_up.value), share(&point.share)),
        )
    };
    let has_trend = workers.len() > 1;
    let line = |line: &LineLaw| {
        let fields = workers.iter().map(|workers| field(line, *workers));
        (line.line, has_trend.then(|| trend(line)).into_iter().chain(fields).collect())
    };
    let titled = match laws.growth {
        Growth::Fixed => "Speed-up over one worker, and the serial share that it stands for (Karp and Flatt)",
        Growth::WithWorkers => "Speed-up over one worker, and the serial share of the time that it stands for",
    };
    let headings = workers.iter().map(|workers| sweep.unit.words(*workers as f64));
    (!workers.is_empty()).then(|| Table {
        title: titled.to_owned(),
        headings: has_trend.then(|| "share from first to last".to_owned()).into_iter().chain(headings).collect(),
        lines: laws.lines.iter().filter(|line| !line.shares.is_empty()).map(line).collect(),
    })
}

/// Says what becomes of the serial share with more workers.
fn trend(line: &LineLaw) -> String {
    match line.trend {
        None => units::NONE.to_owned(),
        Some((Trend::Constant, _)) => "no change seen".to_owned(),
        Some((Trend::Rising, change)) => format!("rises by {}", points(&change)),
        Some((Trend::Falling, change)) => format!("falls by {}", points(&negative(change))),
    }
}

/// Formats the difference of two shares with its interval: `3.1 points [2.0, 4.2]`.
fn points(change: &Estimate) -> String {
    share(change).replacen('%', "points", 1)
}

fn negative(change: Estimate) -> Estimate {
    Estimate { value: -change.value, low: -change.high, high: -change.low, ..change }
}

/// Says what the shares mean, where they do not stay the same.
fn readings(laws: &SweepLaws) -> Vec<String> {
    let has = |wanted| laws.lines.iter().any(|line| line.trend.is_some_and(|(trend, _)| trend == wanted));
    let is_beyond = laws
        .lines
        .iter()
        .flat_map(|line| &line.shares)
        .any(|point| point.share.is_interval() && point.share.high < 0.0);
    let mut readings = Vec::new();
    if has(Trend::Rising) {
        readings
            .push("A share that rises with the workers is overhead that grows with them, not serial work.".to_owned());
    }
    if has(Trend::Falling) {
        readings.push("A share that falls is a cost that more workers share.".to_owned());
    }
    if is_beyond {
        readings.push("A share below zero is a speed-up beyond linear, as more cache can bring.".to_owned());
    }
    readings
}

/// Says why there are lines without a law, a sentence a reason.
fn unfitted(sweep: &Sweep, laws: &SweepLaws) -> Vec<String> {
    let mut reasons: Vec<(Unfitted, Vec<String>)> = Vec::new();
    for line in &laws.lines {
        let Err(reason) = line.fit else { continue };
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, labels)) => labels.push(label(sweep, line)),
            None => reasons.push((reason, vec![label(sweep, line)])),
        }
    }
    let sentence = |(reason, labels): (Unfitted, Vec<String>)| {
        let who = if labels.len() == laws.lines.len() { String::new() } else { format!("{}: ", labels.join(", ")) };
        format!("{who}{}", why(reason, laws.cores))
    };
    reasons.into_iter().map(sentence).collect()
}

/// Says why no law was fitted.
fn why(reason: Unfitted, usable: Option<f64>) -> String {
    let fewest = FEWEST_POINTS;
    match (reason, usable) {
        (Unfitted::Waits, _) => "No law is fitted to tasks that wait: the cores do not bound them.".to_owned(),
        (Unfitted::Refused(Refusal::Points(_)), Some(usable)) if usable < fewest as f64 => format!(
            "{} cannot tell which law holds: it takes {fewest} points up to the cores, and beyond them another regime begins.",
            spelled(usable)
        ),
        (Unfitted::Refused(Refusal::Points(points)), Some(usable)) => {
            format!("{points} points up to {} cannot tell which law holds: it takes {fewest}.", cores(usable))
        }
        (Unfitted::Refused(Refusal::Processes), _) => {
            "No law is fitted: no process measured every number of workers.".to_owned()
        }
        (Unfitted::Refused(Refusal::OneProcess), _) => {
            "So few points of one process cannot tell which law holds: it takes two processes, or six points."
                .to_owned()
        }
        (Unfitted::UnknownCores | Unfitted::Refused(Refusal::Points(_)), _) => {
            "No law is fitted: the records do not say how many cores there were.".to_owned()
        }
    }
}

/// Says where the law is fastest, as far as it speaks of it.
fn peak(fit: &Fit) -> String {
    let Some(peak) = fit.peak else { return "no peak seen".to_owned() };
    let most = fit.farthest();
    let end = |workers: f64| if workers > most { format!("over {most}") } else { units::number(workers) };
    match peak {
        _ if peak.value > most && peak.low > most => format!("over {most}, beyond what was measured"),
        _ if !peak.is_interval() => end(peak.value),
        _ => format!("{} [{}, {}]", end(peak.value), end(peak.low), end(peak.high)),
    }
}

/// Formats a share with its interval, in as many decimals as that is worth: `4.9 % [4.2, 5.6]`.
fn share(estimate: &Estimate) -> String {
    let half = 50.0 * (estimate.high - estimate.low);
    let places = if half >= 10.0 { 0 } else { (-half.max(1e-3).log10().floor()).clamp(1.0, 3.0) as usize };
    // Adding zero takes the sign of "-0.0" away.
    let rounded = |share: f64| (share * 10_f64.powi(places as i32 + 2)).round() / 10_f64.powi(places as i32) + 0.0;
    let text = |share: f64| if share == 0.0 { "0".to_owned() } else { format!("{:.places$}", rounded(share)) };
    let value = text(estimate.value);
    match estimate {
        Estimate { low, high, .. } if estimate.is_interval() => format!("{value} % [{}, {}]", text(*low), text(*high)),
        Estimate { low, high, .. } if low < high => format!("{value} % min–max {}–{}", text(*low), text(*high)),
        _ => format!("{value} %"),
    }
}

fn label(sweep: &Sweep, line: &LineLaw) -> String {
    plain(&sweep.lines[line.line].label)
}

fn cores(usable: f64) -> String {
    let number = units::without_zeros(&units::number(usable));
    if usable == 1.0 { "1 core".to_owned() } else { format!("{number} cores") }
}

/// Returns a number of cores at the beginning of a sentence.
fn spelled(usable: f64) -> String {
    match usable {
        1.0 => "One core".to_owned(),
        2.0 => "Two cores".to_owned(),
        3.0 => "Three cores".to_owned(),
        _ => cores(usable),
    }
}
