//! The points of a sweep share their rounds.

use regatta_reports::record::{AxisOf, Sweep};

use super::*;

/// Makes two points of a sweep, and a group that is none.
fn groups() -> [ReadyGroup; 3] {
    let sweep =
        Sweep { title: "by size".to_owned(), axis: "size".to_owned(), of: AxisOf::Parameter, ..Sweep::default() };
    let point = |size: u64| {
        let mut point = group(&["a", "b"], true);
        point.group.sweep = Some(sweep.clone());
        point.group.params.insert("size".to_owned(), size.into());
        for cell in &mut point.cells {
            cell.work.resolved.params.clone_from(&point.group.params);
        }
        point
    };
    [point(1), point(2), group(&["c"], false)]
}

#[test]
fn the_points_of_a_sweep_share_rounds_and_a_server() {
    let plan = plan("rounds = 4\nprocesses = 2");
    let world = world(&[("a", WELL), ("b", WELL), ("c", WELL)]);
    let (totals, records) = drive(&world, &plan, &groups(), 7);
    assert_eq!((totals.samples, totals.failed), (20, 0));
    let samples = samples(&records);
    for round in 0..4 {
        let of_round = samples[..16].iter().filter(|sample| sample.round == round);
        let mut found: Vec<_> =
            of_round.map(|sample| (sample.params.get("size").cloned(), &*sample.cell.runner)).collect();
        found.sort_by_key(|(size, runner)| (size.as_ref().and_then(serde_json::Value::as_u64), *runner));
        let (one, two) = (Some(1.into()), Some(2.into()));
        assert_eq!(found, [(one.clone(), "a"), (one, "b"), (two.clone(), "a"), (two, "b")], "round {round}");
    }
    let is_mixed = samples[..16].windows(2).filter(|pair| pair[0].params != pair[1].params).count() > 4;
    assert!(is_mixed, "in random order through all points");
    assert!(samples[16..].iter().all(|sample| sample.cell.runner == "c"));
}

#[test]
fn a_cell_that_fails_at_one_point_runs_on_at_the_others() {
    let plan = plan("rounds = 2");
    let mut groups = groups();
    groups[0].cells[0].id.runner = "broken".to_owned();
    groups[0].write_down_cells();
    let broken: Script = |_| Err(CellError::failed(FailureKind::Crash, "gone"));
    let (totals, records) = drive(&world(&[("a", WELL), ("b", WELL), ("broken", broken)]), &plan, &groups[..2], 7);
    assert_eq!((totals.samples, totals.failed), (6, 1));
    assert_eq!(failures(&records)[0].params["size"], 1);
}
