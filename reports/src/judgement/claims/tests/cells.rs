//! Which cells are judged: those that are missing, failed, or not meant.

use super::*;

#[test]
fn missing_cells_are_not_run_with_the_reason() {
    let condition = format!("{SPEED_UP}at-least = 1.8");
    let came_to = |outcome: Outcome, made: Made| {
        let judgement = made.verdict(&condition);
        assert_eq!((judgement.verdict, judgement.effect), (outcome, None));
        judgement.why
    };
    let reason = |made: Made| came_to(Outcome::NotRun, made);
    assert_eq!(reason(Made::new()), "the plan has no group of work");
    let only_baseline = || Made::new().with("work", 1, "sequential", 1, around(100.0, 20));
    assert!(
        reason(only_baseline()).contains("no runner of the model thread-pool of the family native for group of work")
    );
    let mut skipped = only_baseline();
    skipped.group("work", 1).skipped.insert("thread-pool".to_owned(), "it would take hours".to_owned());
    assert_eq!(reason(skipped), "thread-pool was left out: it would take hours");
    let limited = only_baseline().failing("thread-pool", FailureKind::Limit, "too many threads");
    assert_eq!(reason(limited), "thread-pool in work (limit): too many threads");
    let failed = only_baseline().failing("thread-pool", FailureKind::Crash, "killed by signal 11");
    let undecided = |made: Made| came_to(Outcome::Undecided, made);
    assert_eq!(undecided(failed), "thread-pool in work (crash): killed by signal 11; what failed is no evidence");
    assert_eq!(
        reason(only_baseline().with("work", 1, "thread-pool", 2, Vec::new())),
        "thread-pool in work was not reached"
    );
    let no_baseline = Made::new().with("work", 1, "thread-pool", 2, around(50.0, 20));
    assert_eq!(reason(no_baseline), "work has no cell of sequential, its baseline");
}

#[test]
fn a_cell_that_failed_late_is_no_evidence_but_does_not_hide_what_fails() {
    let mut made = pool(around(50.0, 20));
    let sample = made.0.samples.last().cloned().expect("samples");
    let Sample { workload, params, cell, .. } = sample;
    let message = "ended by signal 9".to_owned();
    made.0.failures.push(Failure { workload, params, cell, message, round: Some(20), ..Failure::default() });
    let judgement = made.verdict(&format!("{SPEED_UP}at-least = 1.8"));
    assert_eq!(judgement.verdict, Outcome::Undecided, "{}", judgement.why);
    assert!(judgement.why.contains("thread-pool in work (crash): ended by signal 9"), "{}", judgement.why);

    let made = made.with("work", 1, "thread", 10, around(90.0, 20));
    let condition = |bound| SPEED_UP.replace("\"thread-pool\"", "\"thread-pool\", \"thread\"") + bound;
    let judge = |bound| made.judge(&one("families = [\"native\"]", &condition(bound))).remove(0);
    let holds_by_the_other = judge("at-least = 1");
    assert_eq!(holds_by_the_other.outcome(), Outcome::Undecided, "{}", holds_by_the_other.judgement.why);
    let fails = judge("at-least = 1.8");
    assert_eq!(fails.outcome(), Outcome::Fails, "{}", fails.judgement.why);
    assert!(fails.notes[0].contains("ended by signal 9"), "{:?}", fails.notes);
    // Nor does what was not run hide it.
    let not_run = SPEED_UP.replace("\"work\"", "\"play\"") + "at-least = 1\n";
    let both =
        made.judge(&one("families = [\"native\"]", &format!("{not_run}{}", condition("at-least = 1")))).remove(0);
    assert!(both.outcome() == Outcome::Undecided && both.judgement.why.contains("signal 9"), "{}", both.judgement.why);
}

#[test]
fn one_process_promises_no_coverage_and_says_so() {
    let condition = format!("{SPEED_UP}at-least = 1.8");
    let one = pool(around(50.0, 20)).verdict(&condition);
    assert_eq!((one.verdict, one.coverage), (Outcome::Holds, None));
    assert!(one.why.contains("it rests on one process of each cell"), "{}", one.why);
    let mut made = pool(around(50.0, 20));
    made.0.samples.iter_mut().for_each(|sample| sample.process = sample.round / 7);
    let three = made.verdict(&condition);
    assert!(three.coverage.is_some_and(|coverage| coverage >= 0.95) && !three.why.contains("one process"), "{three:?}");
}

#[test]
fn the_number_of_workers_is_the_most_unless_named() {
    let made = || pool(around(50.0, 20)).with("work", 1, "thread-pool", 4, around(25.0, 20));
    assert_eq!(made().verdict(&format!("{SPEED_UP}at-least = 3")).verdict, Outcome::Holds);
    // 10 tasks for 4 workers are fewer than 4 each, for 2 they are 5.
    let batches = SPEED_UP.replace("] }", "], batches = { at-least = 4 } }") + "at-most = 3";
    assert_eq!(made().verdict(&batches).verdict, Outcome::Holds);
    let more = batches.replace("= 4 }", "= 6 }");
    let more = made().verdict(&more);
    assert_eq!(more.why, "thread-pool ×4 in work has 10 tasks for 4 workers, and it takes tasks for each worker >= 6");
    let named = SPEED_UP.replace("] }", "], workers = 2 }") + "at-most = 3";
    assert_eq!(made().verdict(&named).verdict, Outcome::Holds);
}

#[test]
fn options_and_second_arms_are_not_taken_for_the_cell() {
    let sweep = CellId { runner: "thread-pool".to_owned(), options: "x=1".to_owned(), workers: 9, ..CellId::default() };
    let made = pool(around(50.0, 20)).cell("work", 1, sweep, around(5.0, 20));
    assert_eq!(made.verdict(&format!("{SPEED_UP}at-most = 3")).verdict, Outcome::Holds);
}
