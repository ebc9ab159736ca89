//! The cells of a group: one for each runner, its options and workers, and copies of some of them.

use regatta_reports::record::{AxisOf, CellId, Parameters, arms};
use regatta_reports::records::baseline_place;
use regatta_runners::Parallelism;

use super::scales::Scales;
use super::work::{REFERENCE_RUNNER, Work};
use crate::catalogue::{RunnerCard, selects};
use crate::plan::{PlanError, PlannedGroup, Variant};
use crate::pools;

/// A cell that is ready to be started.
#[derive(Debug, Clone)]
pub struct ReadyCell {
    /// As it stands in the records.
    pub id: CellId,
    /// The options of its runner.
    pub options: Parameters,
    /// What it carries out: the workload at the scale of its family, or the reference burn.
    pub work: Work,
    /// Pieces of computing in a millisecond, of work that is sized by time; none until it is measured.
    pub pieces_per_ms: Option<u64>,
    /// Whose precision counts when the group is asked whether it is known well enough.
    pub precision: Precise,
}

/// By which figure of a cell the precision of its group is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precise {
    /// By none: others are compared with it.
    Nothing,
    /// By its wall time: it is compared with no other.
    Wall,
    /// By its speed-up over the cell at this place of the group.
    SpeedUp(usize),
}

impl ReadyCell {
    /// Returns the cell that carries out the reference burn.
    pub(super) fn of_reference(work: Work) -> Self {
        let (runner, arm) = (REFERENCE_RUNNER.to_owned(), arms::REFERENCE.to_owned());
        let id = CellId { runner, workers: 1, arm, ..CellId::default() };
        Self { id, options: Parameters::new(), work, pieces_per_ms: None, precision: Precise::Nothing }
    }
}

/// Returns the cells of some runners, with these numbers of workers. Without any there is one for each core, and pools have larger sizes
/// besides where tasks wait.
pub(super) fn cells(
    planned: &PlannedGroup,
    scales: &Scales<'_>,
    runners: &[&RunnerCard],
    counts: &[u64],
    cores: u64,
) -> Vec<ReadyCell> {
    let mut cells: Vec<ReadyCell> = Vec::new();
    for card in runners {
        let work = scales.of_family(&card.family);
        let variants = planned.variants.iter().filter(|variant| variant.runner == card.name);
        let plain = (!is_varied(planned, card)).then(Parameters::new);
        let variants: Vec<_> = plain.into_iter().chain(variants.map(|variant| variant.options.clone())).collect();
        let sizes = if counts.is_empty() { pools::sizes(card, &work.resolved, cores) } else { Vec::new() };
        let counts: Vec<u64> = if counts.is_empty() { [vec![cores], sizes].concat() } else { counts.to_vec() };
        for (&count, options) in counts.iter().flat_map(|count| variants.iter().map(move |options| (count, options))) {
            let workers = card.parallelism.workers(count, work.resolved.units());
            let pairs: Vec<_> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let id = CellId { runner: card.name.clone(), options: pairs.join(","), workers, ..CellId::default() };
            if cells.iter().all(|other| other.id != id) {
                let (options, work) = (options.clone(), work.clone());
                cells.push(ReadyCell { id, options, work, pieces_per_ms: None, precision: Precise::Wall });
            }
        }
    }
    cells
}

/// Returns whether an option of a runner is varied, so that its default is one of the values or none of interest.
fn is_varied(planned: &PlannedGroup, card: &RunnerCard) -> bool {
    let sweep = planned.point.as_ref().filter(|sweep| sweep.of == AxisOf::Option);
    sweep.is_some_and(|sweep| card.has_option(&sweep.axis))
}

/// Refuses variants of runners that the group does not have, and options that the runner does not have.
pub(super) fn check_variants(planned: &PlannedGroup, runners: &[RunnerCard]) -> Result<(), PlanError> {
    for Variant { runner, options } in &planned.variants {
        let impossible = |why: String| Err(PlanError::Impossible(format!("variant of `{runner}`: {why}")));
        let Some(card) = runners.iter().find(|card| card.name == *runner) else { continue };
        if !selects(&planned.runners, card) {
            return impossible(format!("the group of `{}` does not have this runner", planned.workload));
        }
        if let Some(name) = options.keys().find(|name| !card.has_option(name)) {
            let known: Vec<_> = card.options.iter().map(|option| format!("`{option}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return impossible(format!("there is no option `{name}`; it has {known}"));
        }
    }
    Ok(())
}

/// Returns the places of the cells that get a second copy, by which identical cells show how far they differ: of each family its
/// baseline, or its first cell where the baseline is in no cell, and the widest cell of its first runner with several workers.
///
/// A cell alone is compared with nothing, so it has no copy.
pub(super) fn copied(cells: &[ReadyCell], runners: &[RunnerCard]) -> Vec<usize> {
    let card = |cell: &CellId| runners.iter().find(|card| card.name == cell.runner);
    let plain: Vec<(usize, &CellId, &RunnerCard)> = cells
        .iter()
        .map(|cell| &cell.id)
        .enumerate()
        .filter(|(_, cell)| cell.arm.is_empty() && cell.options.is_empty())
        .filter_map(|(place, cell)| Some((place, cell, card(cell)?)))
        .collect();
    let mut families: Vec<&str> = plain.iter().map(|(.., card)| &*card.family).collect();
    families.dedup();
    let mut copied = Vec::new();
    for family in families.iter().filter(|_| cells.len() > 1) {
        let of_family = || plain.iter().filter(|(.., card)| card.family == *family);
        let Some(&(first, _, card)) = of_family().next() else { continue };
        let baselines = plain.iter().filter(|(_, cell, _)| cell.runner == card.baseline);
        copied.push(baselines.min_by_key(|(_, cell, _)| cell.workers).map_or(first, |(place, ..)| *place));
        let with =
            |parallelism| of_family().find(move |(_, cell, card)| card.parallelism == parallelism && cell.workers > 1);
        if let Some((_, cell, _)) = with(Parallelism::Workers).or_else(|| with(Parallelism::PerTask)) {
            let of_runner = of_family().filter(|(_, other, _)| other.runner == cell.runner);
            copied.extend(of_runner.max_by_key(|(_, other, _)| other.workers).map(|(place, ..)| *place));
        }
    }
    copied.sort_unstable();
    copied.dedup();
    copied
}

/// Notes what each cell is compared with: the narrowest default cell of its baseline runner. A baseline has no ratio of its own.
///
/// # Errors
/// If that is of a family with other parameters.
pub(super) fn compare(cells: &mut [ReadyCell], runners: &[RunnerCard]) -> Result<(), PlanError> {
    let ids: Vec<CellId> = cells.iter().map(|cell| cell.id.clone()).collect();
    let baseline_of = |id: &CellId| {
        let card = runners.iter().find(|card| card.name == id.runner)?;
        baseline_place(&card.baseline, &ids)
    };
    let found: Vec<_> = cells.iter().map(|cell| baseline_of(&cell.id)).collect();
    for (cell, baseline) in cells.iter().zip(&found) {
        let Some(baseline) = baseline.map(|place| &cells[place]) else { continue };
        if baseline.work.resolved.params != cell.work.resolved.params {
            return Err(PlanError::Impossible(format!(
                "scale in `{}`: {} is compared with {}, so both need the same parameters: give the families of both the same scale",
                cell.work.workload, cell.id.runner, baseline.id.runner
            )));
        }
    }
    for (place, (cell, baseline)) in cells.iter_mut().zip(found).enumerate() {
        cell.precision = match baseline {
            None => Precise::Wall,
            Some(baseline) if baseline == place => Precise::Nothing,
            Some(baseline) => Precise::SpeedUp(baseline),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use regatta_workloads::{Burn, Workload};

    use super::*;
    use crate::Course;
    use crate::catalogue::Catalogue;
    use crate::plan::Plan;

    #[test]
    fn families_and_variants_become_cells() {
        let text = "rounds = 1\nworkers = [1, 2]\n[[group]]\nworkload = 'counting'\nrunners = ['gil', 'sequential']\n\
                    [[group.variant]]\nrunner = 'gil-thread-pool'\noptions = { switch_interval_us = 100 }\n";
        let ready = Plan::parse("test", text).and_then(|plan| plan.ready(&Course::standard(), 2)).expect("a plan");
        let cells: Vec<_> =
            ready[0].group.cells.iter().map(|cell| (&*cell.runner, cell.workers, &*cell.options)).collect();
        let varied = "switch_interval_us=100";
        assert_eq!(
            cells,
            [
                ("sequential", 1, ""),
                ("gil-thread", 32, ""),
                ("gil-thread-pool", 1, ""),
                ("gil-thread-pool", 1, varied),
                ("gil-thread-pool", 2, ""),
                ("gil-thread-pool", 2, varied),
                ("sequential", 1, ""),
                ("gil-thread-pool", 2, ""),
                ("sequential", 1, "")
            ]
        );
        let arms: Vec<_> = ready[0].group.cells.iter().rev().take(4).map(|cell| &*cell.arm).collect();
        assert_eq!(arms, [arms::REFERENCE, arms::AA, arms::AA, ""]);
        let burn = ready[0].reference().map(|reference| (&*reference.workload, reference.resolved.tasks));
        assert_eq!(burn, Some(("reference-burn", 1)), "no workload of a list, so that no build changes it");
        assert!(Course::standard().workloads().iter().all(|card| card.name != Burn::NAME), "and none lists it");
    }

    fn copies(group: &str) -> Vec<String> {
        let text = format!("rounds = 1\nreference = false\nworkers = [1, 2]\n[[group]]\nworkload = 'sleep'\n{group}");
        let ready = Plan::parse("test", &text).and_then(|plan| plan.ready(&Course::standard(), 2)).expect("a plan");
        let copies = ready[0].group.cells.iter().filter(|cell| cell.arm == arms::AA);
        copies.map(|cell| format!("{} {}", cell.runner, cell.workers)).collect()
    }

    #[test]
    fn each_family_has_copies_of_its_baseline_and_of_a_parallel_cell() {
        assert_eq!(copies("runners = ['native', 'gil']"), ["sequential 1", "process-pool 2", "gil-thread-pool 2"]);
        assert_eq!(
            copies("runners = ['thread', 'gil-thread']"),
            ["thread 20", "gil-thread 20"],
            "no baseline, no pool"
        );
        assert_eq!(copies("runners = ['async-single', 'thread', 'green']"), ["thread 20", "green 2"]);
        assert_eq!(copies("runners = ['async-single', 'sequential']"), ["sequential 1"]);
        assert_eq!(copies("runners = ['sequential']"), [""; 0], "a cell alone is compared with nothing");
    }

    fn refused(group: &str) -> String {
        let text = format!("rounds = 1\n[[group]]\n{group}");
        let ready = Plan::parse("test", &text).and_then(|plan| plan.ready(&Course::standard(), 2));
        ready.expect_err(group).to_string()
    }

    #[test]
    fn options_that_a_runner_does_not_have_are_refused() {
        let variant = |runner: &str, option: &str| {
            refused(&format!(
                "workload = 'empty'\nrunners = ['native', 'gil-thread']\n[[group.variant]]\nrunner = '{runner}'\noptions = {{ {option} = 1 }}\n"
            ))
        };
        assert_eq!(variant("rayon", "stack"), "variant of `rayon`: there is no option `stack`; it has none");
        assert!(variant("gil-thread", "interval").ends_with("no option `interval`; it has `switch_interval_us`"));
        assert!(
            variant("gil-thread-pool", "switch_interval_us").contains("the group of `empty` does not have this runner")
        );
    }
}
