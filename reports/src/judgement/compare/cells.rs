//! Matches the cells of two builds, and compares the figures of those that both have.

use std::collections::{BTreeMap, HashMap};

use super::change::{self, Effects};
use super::compared::{Compared, Conclusion};
use super::counted::{self, Counted};
use super::difference::Difference;
use super::lost::{Lost, failure_of};
use super::samples::{
    CPU, Cells, Figure, OtherLoad, Samples, WALL, answers_differ, by_cell, drift, has_copies, is_same_burn, key_of,
    logs, noise, ratios, references,
};
use crate::figures::{GroupSummary, Row, Summary};
use crate::records::Results;
use crate::records::schema::{CellId, Profile, Run, arms};
use crate::statistics::effect::{self, Effect};
use crate::statistics::median;

/// Separate runs differ by more than what can be seen within them (memory layout, heat): a factor below this is never claimed.
const BETWEEN_RUNS: f64 = 1.005;
/// Outside load by which two runs may differ, in cores, before their wall times are no longer compared.
const OTHER_LOAD_CORES: f64 = 0.25;
/// Share of the cores that others may keep busy in a run before its wall times are no longer compared with those of another run: how long
/// one waits for a core then depends on how many wait for it, which no load shows.
const BUSY: f64 = 0.5;
/// What share of the cores others kept busy changes CPU times by at most so much of that share: they use the same caches, and the
/// sibling threads of the same cores. (Seen: 7 % of a walk through memory where others kept three quarters busy.)
const SHARED: f64 = 0.1;

/// What came of matching two builds.
#[derive(Default)]
pub(super) struct Matched {
    pub(super) compared: Vec<Compared>,
    /// What the kernel counted of them.
    pub(super) counted: Vec<Counted>,
    /// The cells that the new one has lost.
    pub(super) lost: Vec<Lost>,
    /// The others that cannot be compared, with the reason.
    pub(super) unmatched: Vec<String>,
    pub(super) differences: Vec<Difference>,
    /// How much longer the reference burn took in the new run.
    pub(super) drift: Option<f64>,
    /// Whether a group has no second copy of a cell in either.
    pub(super) lacks_copies: bool,
    /// Whether both have a reference burn that cannot be relied on.
    pub(super) has_unfit_burn: bool,
}

/// A cell that both have, before it is judged.
struct Candidate {
    compared: Compared,
    wall: Effects,
    cpu: Option<Effects>,
    counted: Vec<counted::Candidate>,
}

/// Two runs, before their cells are matched.
struct Runs<'a> {
    runs: [&'a Run; 2],
    profiles: [&'a [Profile]; 2],
    cells: [Cells<'a>; 2],
    /// Whether both have the same reference burn and no build changes it.
    is_burn_fixed: bool,
    cores: f64,
}

/// Compares two runs.
pub(super) fn of_runs(base: &Results, new: &Results) -> Matched {
    let summaries = [Summary::from_results(base), Summary::from_results(new)];
    let runs = Runs {
        runs: [&base.run, &new.run],
        profiles: [&base.profiles, &new.profiles],
        cells: [by_cell(base), by_cell(new)],
        is_burn_fixed: is_fixed(&base.run) && base.run.reference == new.run.reference,
        cores: summaries[0].usable_cores.unwrap_or(1.0),
    };
    let groups = summaries.each_ref().map(|summary| {
        summary.groups.iter().map(|group| (key_of(group), group)).collect::<HashMap<String, &GroupSummary>>()
    });
    let (mut matched, mut candidates) = (Matched::default(), Vec::new());
    for group in &summaries[0].groups {
        let key = key_of(group);
        let other = groups[1].get(&key).copied();
        for row in group.main_rows() {
            let cell = (key.clone(), row.cell.clone());
            let failure = |group| failure_of(group, &row.cell, &["", arms::AA]);
            if let Some(failure) = other.and_then(failure) {
                matched.lost.push(Lost::failed(group, &row.label, failure));
            } else if failure(group).is_some() {
                matched.unmatched.push(format!("{}: {} (failed in the base)", group.title, row.label));
            } else if let Some(base) = runs.cells[0].get(&cell) {
                let Some(new) = runs.cells[1].get(&cell) else {
                    matched.lost.push(Lost::gone(group, row, &row.label, other));
                    continue;
                };
                if answers_differ(base, new) {
                    let (group, label) = (&group.title, &row.label);
                    matched.differences.push(Difference::fatal(format!(
                        "The answers of {group} under {label} differ between the runs: they are not the same work."
                    )));
                }
                matched.lacks_copies |= !runs.cells.iter().any(|cells| has_copies(cells, &key));
                candidates.extend(runs.candidate(group, row, [base, new]));
            }
        }
    }
    for group in &summaries[1].groups {
        let key = key_of(group);
        let base = groups[0].get(&key);
        for row in group.main_rows() {
            let is_in_base = base.is_some_and(|base| base.main_rows().any(|other| other.cell == row.cell));
            let cell = (key.clone(), row.cell.clone());
            match failure_of(group, &row.cell, &["", arms::AA]) {
                Some(failure) if !is_in_base => matched.lost.push(Lost::failed(group, &row.label, failure)),
                None if runs.cells[1].contains_key(&cell) && !runs.cells[0].contains_key(&cell) => {
                    matched.unmatched.push(format!("{}: {} (new only)", group.title, row.label));
                }
                _ => {}
            }
        }
    }
    let burns = runs.cells.each_ref().map(|cells| cells.keys().any(|(_, cell)| cell.arm == arms::REFERENCE));
    matched.has_unfit_burn = !runs.is_burn_fixed && burns == [true; 2];
    matched.drift = runs.is_burn_fixed.then(|| drift(&runs.cells)).flatten();
    (matched.compared, matched.counted) = judged(candidates);
    matched
}

/// Returns whether the reference burn of a run is one that no build changes. Older records do not say.
fn is_fixed(run: &Run) -> bool {
    !run.reference.is_empty() && run.reference != "build"
}

impl Runs<'_> {
    fn candidate(&self, group: &GroupSummary, row: &Row, sides: [&Samples<'_>; 2]) -> Option<Candidate> {
        let key = key_of(group);
        let burns = self.cells.each_ref().map(|cells| references(cells, &key));
        let is_fit = |(base, new): &(&Samples<'_>, &Samples<'_>)| {
            self.is_burn_fixed && group.is_cpu_bound() && is_same_burn(base, new)
        };
        let burns = burns[0].zip(burns[1]).filter(is_fit);
        let effects = |figure: Figure, least: f64| -> Option<Effects> {
            let raw = Effect::unpaired(&logs(sides[0], figure), &logs(sides[1], figure))?;
            let relative = burns.and_then(|(base, new)| {
                Effect::unpaired(&ratios(base, sides[0], figure), &ratios(new, sides[1], figure))
            });
            let noises = [0, 1].map(|side| noise(&self.cells[side], self.runs[side], group, row, "", figure));
            let floor = noises.into_iter().flatten().fold(least, f64::max);
            Some(Effects { judged: relative.unwrap_or(raw), raw, is_relative: relative.is_some(), floor })
        };
        let load = OtherLoad::while_group_ran(&key, &self.cells);
        let shared = 1.0 + SHARED * load.most / self.cores;
        let cpu = group.is_cpu_bound().then(|| effects(CPU, shared.max(BETWEEN_RUNS))).flatten();
        let wall = effects(WALL, load.explains(self.cores).max(BETWEEN_RUNS))?;
        let counted_noise = |figure: Figure| {
            let noises = [0, 1].map(|side| noise(&self.cells[side], self.runs[side], group, row, "", figure));
            noises.into_iter().flatten().reduce(f64::max)
        };
        let mut candidate = candidate(group, row, sides, wall, cpu);
        candidate.counted = counted::of_samples(group, row, &row.label, sides, false, counted_noise);
        candidate.counted.extend(counted::of_profiles(group, row, self.profiles));
        candidate.compared.load = load;
        candidate.compared.is_wall_judged = load.shift.abs() <= OTHER_LOAD_CORES && load.most <= BUSY * self.cores;
        Some(candidate)
    }
}

/// Compares the two builds of one run.
pub(super) fn of_live(results: &Results) -> Matched {
    let cells = by_cell(results);
    let summary = Summary::from_results(results);
    let (mut matched, mut candidates) = (Matched::default(), Vec::new());
    for group in &summary.groups {
        let key = key_of(group);
        for row in group.rows.iter().filter(|row| row.cell.arm == arms::NEW) {
            let of_arm = |arm: &str| cells.get(&(key.clone(), CellId { arm: arm.to_owned(), ..row.cell.clone() }));
            let label = label_of_live(row);
            if let Some(failure) = failure_of(group, &row.cell, &[arms::NEW]) {
                matched.lost.push(Lost::failed(group, &label, failure));
            } else if failure_of(group, &row.cell, &[arms::OLD, arms::AA]).is_some() {
                matched.unmatched.push(format!("{}: {label} (failed in the old build)", group.title));
            } else if let Some(old) = of_arm(arms::OLD) {
                let Some(new) = of_arm(arms::NEW) else {
                    matched.lost.push(Lost::gone(group, row, &label, Some(group)));
                    continue;
                };
                matched.lacks_copies |= !has_copies(&cells, &key);
                let effects = |figure: Figure| {
                    let effect = Effect::paired(&ratios(old, new, figure))?;
                    let floor = noise(&cells, &results.run, group, row, arms::OLD, figure).unwrap_or(1.0);
                    Some(Effects { judged: effect, raw: effect, is_relative: false, floor })
                };
                let cpu = group.is_cpu_bound().then(|| effects(CPU)).flatten();
                let counted_noise = |figure: Figure| noise(&cells, &results.run, group, row, arms::OLD, figure);
                candidates.extend(effects(WALL).map(|wall| {
                    let counted = counted::of_samples(group, row, &label, [old, new], true, counted_noise);
                    Candidate { counted, ..candidate(group, row, [old, new], wall, cpu) }
                }));
            }
        }
    }
    (matched.compared, matched.counted) = judged(candidates);
    matched
}

/// Returns the name of a cell without its build.
fn label_of_live(row: &Row) -> String {
    row.label.replace(&format!(" ({})", arms::NEW), "")
}

fn candidate(
    group: &GroupSummary,
    row: &Row,
    sides: [&Samples<'_>; 2],
    wall: Effects,
    cpu: Option<Effects>,
) -> Candidate {
    let [base_ns, new_ns] = sides.map(|samples| {
        let walls: Vec<f64> = samples.values().map(|sample| sample.wall_ns as f64).collect();
        median(&walls).unwrap_or(0.0)
    });
    let processes = sides.map(|samples| {
        let mut processes: Vec<u32> = samples.keys().map(|(process, _)| *process).collect();
        processes.dedup();
        processes.len()
    });
    let compared = Compared {
        group: group.title.clone(),
        label: label_of_live(row),
        base_ns,
        new_ns,
        wall: wall.change(),
        cpu: cpu.map(|effects| effects.change()),
        load: OtherLoad::default(),
        is_wall_judged: true,
        processes,
        samples: sides.map(BTreeMap::len),
        conclusion: Conclusion::Unjudged,
        is_slight: false,
    };
    Candidate { compared, wall, cpu, counted: Vec::new() }
}

/// Judges all times together, and all counts. What is said of the cells comes after that, for it depends on what matters.
fn judged(mut candidates: Vec<Candidate>) -> (Vec<Compared>, Vec<Counted>) {
    let counted = candidates.iter_mut().flat_map(|candidate| std::mem::take(&mut candidate.counted)).collect();
    let sides: [fn(&mut Effects) -> &mut Effect; 2] = [|effects| &mut effects.judged, |effects| &mut effects.raw];
    for side in sides {
        effect::steady(&mut candidates.iter_mut().map(|candidate| side(&mut candidate.wall)).collect::<Vec<_>>());
        let cpu = candidates.iter_mut().filter_map(|candidate| candidate.cpu.as_mut());
        effect::steady(&mut cpu.map(side).collect::<Vec<_>>());
    }
    let figures = candidates.iter().flat_map(|candidate| [Some(candidate.wall), candidate.cpu]).flatten();
    let mut changes = change::judge(&figures.collect::<Vec<Effects>>()).into_iter();
    let each = candidates.into_iter().map(|Candidate { mut compared, cpu, .. }| {
        compared.wall = changes.next().unwrap_or(compared.wall);
        compared.cpu = cpu.and_then(|_| changes.next());
        compared
    });
    (each.collect(), counted::judged(counted))
}
