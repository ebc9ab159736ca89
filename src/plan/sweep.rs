//! A group along an axis: what is varied, in a plan and by `--sweep`.

use std::str::FromStr;

use regatta_reports::record::{AxisOf, Parameters, Sweep};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{PlanError, PlannedGroup, Values, Variant, Workers};
use crate::catalogue::{Catalogue, selects, suggestion};

/// The axis that is no parameter and no option.
const WORKERS: &str = "workers";

/// What a group varies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSweep {
    /// `workers`, a parameter of the workload, or an option of runners.
    pub axis: String,
    /// Its values. A scale may have others for its family, as many.
    pub values: Values,
    /// Whether numbers per worker are those of the workers at each point, so that the work grows along the axis.
    #[serde(default)]
    pub grows: bool,
}

impl FromStr for PlannedSweep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=').map(|(axis, values)| (axis.trim(), values)) {
            Some((axis, values)) if !axis.is_empty() => {
                Ok(Self { axis: axis.to_owned(), values: values.parse()?, grows: false })
            }
            _ => Err("an axis and its values are expected, for example workers=1,2,4 or from=1e3..1e7/12".to_owned()),
        }
    }
}

impl PlannedSweep {
    /// Returns what its axis belongs to in a group; none if the group has no such axis.
    fn axis_of(&self, group: &PlannedGroup, catalogue: &dyn Catalogue) -> Result<Option<AxisOf>, String> {
        if self.axis == WORKERS {
            return Ok(Some(AxisOf::Workers));
        }
        if catalogue.resolve(&group.workload, &Map::new())?.params.contains_key(&self.axis) {
            return Ok(Some(AxisOf::Parameter));
        }
        let cards = catalogue.runners();
        let mut chosen = cards.iter().filter(|card| selects(&group.runners, card));
        Ok(chosen.any(|card| card.has_option(&self.axis)).then_some(AxisOf::Option))
    }

    /// Says that a group has no such axis, which one may be meant, and which it has.
    fn unknown(&self, group: &PlannedGroup, catalogue: &dyn Catalogue) -> String {
        let params = catalogue.resolve(&group.workload, &Map::new()).map(|work| work.params).unwrap_or_default();
        let cards = catalogue.runners();
        let options = cards.iter().filter(|card| selects(&group.runners, card)).flat_map(|card| &card.options);
        let mut known = vec![WORKERS];
        known.extend(params.iter().filter(|(_, value)| value.is_number()).map(|(name, _)| name.as_str()));
        known.extend(options.map(String::as_str));
        known.dedup();
        let (axis, meant) = (&self.axis, suggestion(&self.axis, known.iter().copied()));
        format!("`{}` has no axis `{axis}`{meant}; there are `{}`", group.workload, known.join("`, `"))
    }
}

/// Varies an axis in all groups that have it, and leaves out the others. Returns a sentence about those, if there are any.
///
/// # Errors
/// If no group has the axis.
pub(super) fn vary(
    groups: &mut Vec<PlannedGroup>,
    sweep: &PlannedSweep,
    catalogue: &dyn Catalogue,
) -> Result<Option<String>, String> {
    let mut left_out = Vec::new();
    let mut varied: Vec<PlannedGroup> = Vec::new();
    let mut unknown = None;
    for mut group in std::mem::take(groups) {
        if sweep.axis_of(&group, catalogue)?.is_none() {
            unknown.get_or_insert_with(|| sweep.unknown(&group, catalogue));
            left_out.push(group.name());
            continue;
        }
        group.params.remove(&sweep.axis);
        group.scale.values_mut().for_each(|scale| drop(scale.params.remove(&sweep.axis)));
        group.variants.retain(|variant| !variant.options.contains_key(&sweep.axis));
        group.sweep = Some(sweep.clone());
        varied.push(group);
    }
    super::params::merge(&mut varied);
    if let Some(unknown) = unknown.filter(|_| varied.is_empty()) {
        return Err(unknown);
    }
    for group in &mut varied {
        group.title = format!("{} by {}", group.name(), sweep.axis);
    }
    *groups = varied;
    let what = || format!("`{}` is no axis of: {}", sweep.axis, left_out.join(", "));
    Ok((!left_out.is_empty()).then(what))
}

/// Returns the groups that a group stands for: itself, or one for each point of its sweep where the work differs from point to point.
///
/// # Errors
/// If there is no such axis, or its values do not fit.
pub(crate) fn points(
    group: &PlannedGroup,
    catalogue: &dyn Catalogue,
    cores: u64,
) -> Result<Vec<PlannedGroup>, PlanError> {
    let Some(sweep) = &group.sweep else { return Ok(vec![group.clone()]) };
    let impossible = |why: String| PlanError::Impossible(format!("sweep of `{}`: {why}", group.workload));
    let unknown = || impossible(sweep.unknown(group, catalogue));
    let of = sweep.axis_of(group, catalogue).map_err(PlanError::Impossible)?.ok_or_else(unknown)?;
    let values = sweep.values.resolve(cores).map_err(impossible)?;
    let title = if group.title.is_empty() {
        format!("{} by {}", group.name(), sweep.axis)
    } else {
        group.title.trim().to_owned()
    };
    let point = Some(Sweep { title, axis: sweep.axis.clone(), of, between: Vec::new() });
    let plain = PlannedGroup { title: String::new(), sweep: None, point, ..group.clone() };
    if sweep.grows && of != AxisOf::Workers {
        return Err(impossible("`grows` is about workers: the work grows along no other axis".to_owned()));
    }
    Ok(match of {
        AxisOf::Workers if sweep.grows => {
            let with = |&value: &u64| PlannedGroup { workers: vec![Workers::Number(value)], ..plain.clone() };
            values.iter().map(with).collect()
        }
        AxisOf::Workers => {
            let workers = values.into_iter().map(Workers::Number).collect();
            vec![PlannedGroup { workers, ..plain }]
        }
        AxisOf::Option => {
            let cards = catalogue.runners();
            let has =
                |card: &&crate::catalogue::RunnerCard| selects(&group.runners, card) && card.has_option(&sweep.axis);
            let options = |value: &u64| Parameters::from_iter([(sweep.axis.clone(), Value::from(*value))]);
            let of_runner = |runner: &String| {
                values
                    .iter()
                    .map(|value| Variant { runner: runner.clone(), options: options(value) })
                    .collect::<Vec<_>>()
            };
            let variants = cards.iter().filter(has).flat_map(|card| of_runner(&card.name)).collect();
            vec![PlannedGroup { variants, ..plain }]
        }
        AxisOf::Parameter => along_parameter(&plain, sweep, &values, cores).map_err(impossible)?,
    })
}

/// Returns a group for each value of a parameter.
fn along_parameter(
    plain: &PlannedGroup,
    sweep: &PlannedSweep,
    values: &[u64],
    cores: u64,
) -> Result<Vec<PlannedGroup>, String> {
    let axis = &sweep.axis;
    if plain.params.contains_key(axis) {
        return Err(format!("`{axis}` is varied, so it cannot be among the parameters too"));
    }
    let mut groups: Vec<PlannedGroup> = values
        .iter()
        .map(|&value| {
            let mut group = plain.clone();
            group.params.insert(axis.clone(), value.into());
            group
        })
        .collect();
    for (family, scale) in plain.scale.iter().filter(|(_, scale)| scale.params.contains_key(axis)) {
        let of_family =
            Values::deserialize(&scale.params[axis]).map_err(|error| format!("scale of `{family}`: {error}"))?;
        let of_family = of_family.resolve(cores)?;
        if of_family.len() != values.len() {
            let (own, all) = (of_family.len(), values.len());
            return Err(format!("the scale of `{family}` has {own} values of `{axis}` where there are {all}"));
        }
        for (group, value) in groups.iter_mut().zip(of_family) {
            group.scale.get_mut(family).map(|scale| scale.params.insert(axis.clone(), value.into()));
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use regatta_reports::record::Group;

    use super::*;
    use crate::Course;
    use crate::plan::{Overrides, Plan};

    fn ready(group: &str) -> Result<Vec<Group>, PlanError> {
        let text = format!("rounds = 1\nnoise_arm = false\nreference = false\n[[group]]\n{group}");
        let ready = Plan::parse("test", &text)?.ready(&Course::standard(), 2)?;
        Ok(ready.into_iter().map(|ready| ready.group).collect())
    }

    fn cells(group: &Group) -> Vec<String> {
        group
            .cells
            .iter()
            .map(|cell| format!("{} {} {}", cell.runner, cell.workers, cell.options).trim().to_owned())
            .collect()
    }

    fn swept(axis: &str, of: AxisOf, title: &str) -> Option<Sweep> {
        Some(Sweep { title: title.to_owned(), axis: axis.to_owned(), of, between: Vec::new() })
    }

    #[test]
    fn each_value_of_a_parameter_is_a_group() {
        let groups = ready(
            "title = 'counting by grain'\nworkload = 'counting'\nrunners = ['sequential', 'gil-thread']\n\
             sweep = { axis = 'from', values = '1e2..1e4/3' }\nscale = { gil = { from = [1, 2, 3] } }\nparams = { tasks = 3 }",
        );
        let groups = groups.err().map_or_else(String::new, |error| error.to_string());
        assert!(groups.contains("is compared with sequential, so both need the same parameters"), "{groups}");
        let groups = ready(
            "title = 'counting by grain'\nworkload = 'counting'\nrunners = ['sequential', 'thread-pool']\n\
             sweep = { axis = 'from', values = '1e2..1e4/3' }\nparams = { tasks = 3 }",
        )
        .expect("a sweep");
        let values: Vec<_> =
            groups.iter().map(|group| (group.params["from"].as_u64(), group.tasks, &*group.title)).collect();
        assert_eq!(values, [(Some(100), 3, ""), (Some(1_000), 3, ""), (Some(10_000), 3, "")]);
        let sweep = swept("from", AxisOf::Parameter, "counting by grain");
        assert!(groups.iter().all(|group| group.sweep == sweep && cells(group) == ["sequential 1", "thread-pool 2"]));
    }

    #[test]
    fn a_family_has_values_of_its_own() {
        let native = |values: &str| {
            format!(
                "workload = 'counting'\nrunners = ['thread', 'gil-thread']\nparams = {{ tasks = 3 }}\n\
                 sweep = {{ axis = 'from', values = [100, 1000] }}\nscale = {{ gil = {{ from = {values} }} }}"
            )
        };
        let groups = ready(&native("'1..10/2'")).expect("a sweep");
        let of_gil: Vec<_> = groups.iter().map(|group| group.scale_of("gil").params["from"].as_u64()).collect();
        assert_eq!(of_gil, [Some(1), Some(10)]);
        assert_eq!(groups[0].sweep, swept("from", AxisOf::Parameter, "counting (tasks = 3) by from"));
        let message = ready(&native("[1, 2, 3]")).expect_err("three where there are two").to_string();
        assert_eq!(message, "sweep of `counting`: the scale of `gil` has 3 values of `from` where there are 2");
    }

    #[test]
    fn workers_and_options_vary_within_a_group() {
        let groups = ready(
            "workload = 'primes'\nrunners = ['sequential', 'thread', 'thread-pool']\nparams = { tasks = '4 per worker', length = 9 }\n\
             sweep = { axis = 'workers', values = '1..4 per core' }",
        )
        .expect("a sweep");
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].tasks, 8, "workers beyond the cores add no work");
        let found = cells(&groups[0]);
        assert_eq!(
            found,
            ["sequential 1", "thread 8", "thread-pool 1", "thread-pool 2", "thread-pool 4", "thread-pool 8"],
            "those with a number of workers"
        );
        let grows = ready(
            "workload = 'primes'\nrunners = ['sequential', 'thread-pool']\nparams = { tasks = '4 per worker', length = 9 }\n\
             sweep = { axis = 'workers', values = [1, 2, 8], grows = true }",
        )
        .expect("a sweep");
        let found: Vec<_> = grows.iter().map(|group| (group.tasks, cells(group)[1].clone())).collect();
        let pool = |workers: u64| format!("thread-pool {workers}");
        assert_eq!(found, [(4, pool(1)), (8, pool(2)), (32, pool(8))]);
        let options = ready(
            "workload = 'convoy'\nrunners = ['thread', 'gil-thread']\nsweep = { axis = 'switch_interval_us', values = [500, 5000] }",
        )
        .expect("a sweep");
        assert_eq!(options[0].sweep, swept("switch_interval_us", AxisOf::Option, "convoy by switch_interval_us"));
        let found: Vec<_> = options[0].cells.iter().map(|cell| (&*cell.runner, &*cell.options)).collect();
        let gil = |value: &'static str| ("gil-thread", value);
        assert_eq!(found, [("thread", ""), gil("switch_interval_us=500"), gil("switch_interval_us=5000")]);
    }

    #[test]
    fn what_cannot_be_varied_is_refused_with_what_may_be_meant() {
        let refused = |group: &str| ready(group).expect_err(group).to_string();
        let unknown = refused("workload = 'counting'\nsweep = { axis = 'form', values = [1] }");
        assert!(
            unknown.contains("`counting` has no axis `form` (did you mean `from`?); there are `workers`, `from`"),
            "{unknown}"
        );
        let twice = refused("workload = 'counting'\nparams = { from = 7 }\nsweep = { axis = 'from', values = [1] }");
        assert!(twice.contains("`from` is varied, so it cannot be among the parameters too"), "{twice}");
        let grows = refused("workload = 'counting'\nsweep = { axis = 'from', values = [1], grows = true }");
        assert!(grows.contains("`grows` is about workers"), "{grows}");
        let server = refused("workload = 'echo'\nsweep = { axis = 'delay_us', values = [1, 2] }");
        assert!(server.contains("the server differs from point to point"), "{server}");
        let zero = refused("workload = 'counting'\nsweep = { axis = 'workers', values = [0, 2] }");
        assert!(zero.contains("0 workers can do no work"), "{zero}");
        let values = refused("workload = 'counting'\nsweep = { axis = 'from', values = 'many' }");
        assert!(values.contains("`many` is no value of an axis"), "{values}");
        let two = "workload = 'counting'\nsweep = { axis = 'from', values = [1, 2] }\n[[group]]\nworkload = 'counting'\nparams = { from = 2 }";
        assert!(refused(two).contains("the same parameters and different sweeps"), "{}", refused(two));
    }

    #[test]
    fn the_command_line_varies_what_groups_have_and_says_what_is_left_out() {
        let swept = |workloads: &[&str], sweep: &str| {
            let mut plan = Plan::load("default").expect("a plan");
            let workloads = workloads.iter().map(|name| (*name).to_owned()).collect();
            let sweep = Some(sweep.parse()?);
            plan.apply(&Overrides { workloads, sweep, ..Overrides::default() }, &Course::standard())
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(plan)
        };
        let plan = swept(&["counting", "sleep"], "from=1e3..1e5/3").expect("an axis of one");
        let groups: Vec<_> =
            plan.groups.iter().map(|group| (&*group.workload, group.title.contains(" by from"))).collect();
        assert!(!groups.is_empty() && groups.iter().all(|group| *group == ("counting", true)), "{groups:?}");
        assert!(plan.left_out[0].starts_with("`from` is no axis of: "), "{:?}", plan.left_out);
        assert!(plan.groups.iter().all(|group| !group.params.contains_key("from")));
        let message = swept(&["sleep"], "workres=1,2").expect_err("no axis");
        assert!(message.contains("(did you mean `workers`?)"), "{message}");
        let all = swept(&[], "workers=1,2").expect("every workload has workers");
        assert!(all.left_out.is_empty() && all.ready(&Course::standard(), 2).is_ok());
        assert!("workers".parse::<PlannedSweep>().expect_err("no values").contains("for example workers=1,2,4"));
    }
}
