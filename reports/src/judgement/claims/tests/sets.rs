//! Families, conditions and sets of claims; what is no claim.

use super::*;

#[test]
fn each_family_is_judged_by_itself_and_only_where_the_claim_is_about_it() {
    let mut made = Made::new();
    for (runner, wall) in [
        ("sequential", 100.0),
        ("thread", 50.0),
        ("gil-thread", 99.0),
        ("python-sequential", 400.0),
        ("python-thread", 410.0),
        ("free-thread", 60.0),
    ] {
        made = made.with("work", 1, runner, 2, around(wall, 20));
    }
    let condition = SPEED_UP.replace("thread-pool", "thread") + "at-most = 1.2";
    let outcomes = |head: &str| -> Vec<(String, Outcome)> {
        let verdicts = made.judge(&one(head, &condition));
        verdicts.iter().map(|verdict| (verdict.family.clone(), verdict.outcome())).collect()
    };
    let all = "families = [\"native\", \"gil\", \"cpython\"]";
    assert_eq!(
        outcomes(all),
        [
            ("native".to_owned(), Outcome::Fails),
            ("gil".to_owned(), Outcome::Holds),
            ("cpython".to_owned(), Outcome::Holds),
            ("cpython@free".to_owned(), Outcome::Fails)
        ]
    );
    assert_eq!(
        outcomes(&format!("{all}\ngil = true")),
        [("gil".to_owned(), Outcome::Holds), ("cpython".to_owned(), Outcome::Holds)]
    );
    let free = outcomes(&format!("{all}\ngil = false"));
    assert_eq!(free, [("native".to_owned(), Outcome::Fails), ("cpython@free".to_owned(), Outcome::Fails)]);
    assert_eq!(outcomes("families = [\"jvm\"]"), [("jvm".to_owned(), Outcome::NotRun)]);
}

#[test]
fn the_worst_condition_decides_and_the_verdict_names_it() {
    let holds = format!("{SPEED_UP}at-least = 1.8\n");
    let fails = format!("{SPEED_UP}at-least = 3\n");
    let not_run = SPEED_UP.replace("\"work\"", "\"play\"") + "at-least = 1\n";
    let undecided = format!("{SPEED_UP}at-least = 2\n");
    let made = || {
        let mut walls = around(50.0, 20);
        walls.reverse();
        pool(walls)
    };
    for (conditions, outcome, effect_known) in [
        (vec![&holds, &holds], Outcome::Holds, true),
        (vec![&holds, &undecided], Outcome::Undecided, true),
        (vec![&undecided, &not_run, &holds], Outcome::NotRun, false),
        (vec![&not_run, &fails, &undecided], Outcome::Fails, true),
    ] {
        let text: String = conditions.into_iter().map(String::as_str).collect();
        let verdict = made().judge(&one("families = [\"native\"]", &text)).remove(0);
        assert_eq!((verdict.outcome(), verdict.judgement.effect.is_some()), (outcome, effect_known));
    }
    let both = made().judge(&one("families = [\"native\"]", &format!("{holds}{holds}"))).remove(0);
    assert!(both.judgement.why.ends_with("; 1 other condition holds too"), "{}", both.judgement.why);
}

#[test]
fn of_several_models_those_that_were_measured_are_judged_and_the_others_noted() {
    let condition =
        SPEED_UP.replace("\"thread-pool\"", "\"thread\", \"thread-pool\", \"carrier-pigeon\"") + "at-least = 1.5";
    let claims = one("families = [\"native\"]", &condition);
    let made = pool(around(50.0, 20)).failing("thread", FailureKind::Limit, "too many threads");
    let verdict = made.judge(&claims).remove(0);
    assert_eq!((verdict.outcome(), verdict.conditions.len()), (Outcome::Holds, 1));
    assert_eq!(verdict.notes, ["thread in work (limit): too many threads"]);
    let both = pool(around(50.0, 20)).with("work", 1, "thread", 10, around(90.0, 20)).judge(&claims).remove(0);
    assert_eq!(both.outcome(), Outcome::Fails, "{}", both.judgement.why);
    assert!(both.judgement.why.starts_with("thread is "), "{}", both.judgement.why);
}

#[test]
fn broken_claims_are_refused_with_line_or_reason() {
    let valid = format!(
        "[[claim]]\nid = \"a\"\nstatement = \"S.\"\nwhy = \"W.\"\nfamilies = [\"native\"]\n{SPEED_UP}at-least = 1\n"
    );
    assert!(Claims::parse("my.toml", &valid).is_ok());
    let message = |text: &str| Claims::parse("my.toml", text).expect_err("must be refused").to_string();
    for (from, to, wanted) in [
        ("why =", "wye =", "unknown field `wye`"),
        ("why =", "wye =", "line 4"),
        ("\"speed-up\"", "\"speed-down\"", "unknown variant `speed-down`"),
        ("\"speed-up\"", "\"speed-down\"", "line 7"),
        ("\"speed-up\"", "\"speed-down\"", "in claim `a`"),
        ("at-least = 1", "at-least = \"1\"", "line 9"),
        ("at-least = 1", "at-leats = 1", "unknown field `at-leats`"),
        ("models =", "params = { x = { at-leats = 1 } }, models =", "unknown field `at-leats`"),
        ("families = [\"native\"]\n", "", "missing field `families`"),
        ("id = \"a\"", "id = \"<b>\"", "an id has small letters"),
        ("at-least = 1", "", "neither `at-least` nor `at-most`"),
        ("at-least = 1", "at-least = nan", "a bound must be finite"),
        ("at-least = 1", "at-least = 0", "must be above 0"),
        ("at-least = 1", "at-least = 2\nat-most = 1", "its bounds contradict"),
        ("at-least = 1", "at-least = 1\nformula = \"batches\"", "`over-formula` needs a `formula`"),
        ("at-least = 1", "at-least = 1\nquantile = \"p50\"", "statistics of latency need"),
        ("\"speed-up\"", "\"cost\"", "needs a `to`"),
        ("\"speed-up\"", "\"effective-cores\"\nto = { model = \"x\" }", "has no `to`"),
        ("\"speed-up\"", "\"efficiency\"\nper = [\"tasks\"]", "only `speed-up`, `cost`, `cpu-cost`,"),
        ("\"speed-up\"", "\"speed-up\"\nswitches = 1", "only `cpu-cost` asks for `switches`"),
        ("at-least = 1", "at-least = 1\nfolk = \"5\"", "unknown field `folk`"),
        ("statistic", "families = [\"gil\"]\nstatistic", "`gil` is not among the claim's families"),
    ] {
        let message = message(&valid.replacen(from, to, 1));
        assert!(message.contains(wanted) && message.contains("my.toml"), "{from} -> {to}: {message}");
    }
    assert!(message(&format!("{valid}{valid}")).contains("two claims `a`"));
    assert!(message("[[claim]").contains("line 1"));
    assert!(
        message(&valid.replace("at-least = 0", "").replace(SPEED_UP, "").replace("at-least = 1\n", "condition = []\n"))
            .contains("could not fail")
    );
}

#[test]
fn names_that_nothing_has_are_found_with_their_claim() {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut known =
        Names { workloads: set(&["work"]), models: set(&["sequential", "thread-pool"]), families: set(&["native"]) };
    let head = "families = [\"native\", \"cpython\", \"nativ\"]";
    let condition = SPEED_UP.replace("\"thread-pool\"", "\"thread-pool\", \"thread-pol\"")
        + "to = { model = \"sequentiel\", workload = \"wok\" }\nat-least = 1";
    let unknown = one(head, &condition).unknown(&known);
    let found: Vec<(&str, &str)> = unknown.iter().map(|unknown| (unknown.what, unknown.name.as_str())).collect();
    assert_eq!(found, [("family", "nativ"), ("workload", "wok"), ("model", "thread-pol"), ("model", "sequentiel")]);
    assert!(unknown.iter().all(|unknown| unknown.claim == "a"));
    let mut run = crate::records::schema::Run::default();
    let info = |family: &str, model: &str| RunnerInfo {
        family: family.to_owned(),
        model: model.to_owned(),
        ..RunnerInfo::default()
    };
    run.runners.insert("mine".to_owned(), info("nativ@1", "thread-pol"));
    run.runners.insert("other".to_owned(), info("native", "sequentiel"));
    run.workloads.insert("wok".to_owned(), crate::records::schema::WorkloadInfo::default());
    known.add_run(&run);
    assert_eq!(one(head, &condition).unknown(&known), []);
}

#[test]
fn sets_of_claims_join_unless_an_id_is_there_twice() {
    let mut claims = Claims::built_in();
    let count = claims.iter().count();
    let more = one("families = [\"native\"]", &format!("{SPEED_UP}at-least = 1"));
    claims.extend(more.clone()).expect("a new id");
    assert_eq!(claims.iter().count(), count + 1);
    let before = claims.clone();
    assert!(matches!(claims.extend(more), Err(ClaimError::Duplicate(id)) if id == "a"));
    assert_eq!(claims, before);
}

#[test]
fn the_built_in_claims_are_those_of_the_first_stage() {
    let claims = Claims::built_in();
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    for id in [
        "cpu-gil-threads",
        "cpu-processes",
        "cpu-threads-free",
        "cpu-coroutines",
        "switch-costs",
        "io-threads-gil",
        "io-one-thread",
        "io-pool-bound",
        "blocking-stalls",
        "gil-convoy",
        "no-convoy-without-gil",
        "spawn-cost",
        "pool-amortises",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
}
