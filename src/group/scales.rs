//! How much each family of a group does.

use std::collections::BTreeMap;
use std::time::Duration;

use super::work::{Work, resolve};
use crate::catalogue::{Catalogue, check_family, suggestion, unknown};
use crate::plan::{PlanError, PlannedGroup};

/// The work of a group, and that of families with a scale of their own.
pub(super) struct Scales<'p> {
    planned: &'p PlannedGroup,
    /// What a family does that has no scale of its own.
    pub(super) of_group: Work,
    /// By the names under which the plan has them.
    own: BTreeMap<&'p str, Work>,
}

impl<'p> Scales<'p> {
    /// Resolves all scales of a group whose cells have at most so many workers.
    pub(super) fn resolve(
        planned: &'p PlannedGroup,
        hot: Duration,
        catalogue: &dyn Catalogue,
        workers: u64,
    ) -> Result<Self, PlanError> {
        let name = &planned.workload;
        let names: Vec<_> = catalogue.workloads().iter().map(|card| card.name).collect();
        if !names.contains(&name.as_str()) {
            return Err(PlanError::Impossible(unknown("workload", name, names)));
        }
        let hot = planned.hot.unwrap_or(hot);
        let work = |resolved, hot| Work { workload: name.clone(), resolved, hot };
        let of_group = work(resolve(name, &planned.params, catalogue, workers)?, hot);
        let mut own = BTreeMap::new();
        for (family, scale) in &planned.scale {
            let impossible = |why: String| PlanError::Impossible(format!("scale of `{family}` in `{name}`: {why}"));
            check_family(family, &catalogue.runners()).map_err(impossible)?;
            let known: Vec<&str> = of_group.resolved.params.keys().map(String::as_str).collect();
            if let Some(unknown) = scale.params.keys().find(|param| !known.contains(&param.as_str())) {
                let (suggestion, known) = (suggestion(unknown, known.iter().copied()), known.join("`, `"));
                return Err(impossible(format!("there is no parameter `{unknown}`{suggestion}; there are `{known}`")));
            }
            let resolved = resolve(name, &planned.params_of(family), catalogue, workers);
            let resolved = resolved.map_err(|error| impossible(error.to_string()))?;
            if resolved.service != of_group.resolved.service {
                return Err(impossible(
                    "it needs another server than the rest of the group, which has one for all: give it a group of its own"
                        .to_owned(),
                ));
            }
            own.insert(family.as_str(), work(resolved, scale.hot.unwrap_or(hot)));
        }
        Ok(Self { planned, of_group, own })
    }

    /// Returns the work of the group, and then that of each scale.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Work> {
        [&self.of_group].into_iter().chain(self.own.values())
    }

    /// Returns the work of a family.
    pub(super) fn of_family(&self, family: &str) -> &Work {
        self.planned.scale_of(family).and_then(|(name, _)| self.own.get(name)).unwrap_or(&self.of_group)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;
    use crate::Course;
    use crate::catalogue::{Resolved, RunnerCard, WorkloadCard};
    use crate::group::ReadyCell;
    use crate::plan::Plan;

    /// Runner, length, tasks, workers and uncounted time of a cell.
    type Seen = (String, u64, u64, u64, Duration);

    /// Returns the cells of the only group of a plan as they would run.
    fn scaled(group: &str) -> Result<Vec<Seen>, PlanError> {
        let text = format!("rounds = 1\nnoise_arm = false\nreference = false\n[[group]]\nworkload = 'primes'\n{group}");
        let ready = Plan::parse("test", &text)?.ready(&Python(Course::standard()), 2)?.remove(0);
        let cell = |cell: &ReadyCell| {
            let Resolved { params, tasks, .. } = &cell.work.resolved;
            let length = params["length"].as_u64().expect("a number");
            (cell.id.runner.clone(), length, *tasks, cell.id.workers, cell.work.hot)
        };
        Ok(ready.cells.iter().map(cell).collect())
    }

    /// The runners of this program as if some of them were those of two interpreters.
    struct Python<C>(C);

    impl<C: Catalogue> Catalogue for Python<C> {
        fn workloads(&self) -> Vec<WorkloadCard> {
            self.0.workloads()
        }

        fn runners(&self) -> Vec<RunnerCard> {
            let mut cards = self.0.runners();
            for (runner, family) in [("gil-thread", "cpython"), ("gil-thread-pool", "cpython@3.14")] {
                let card = cards.iter_mut().find(|card| card.name == runner).expect(runner);
                (card.family, card.baseline) = (family.to_owned(), runner.to_owned());
            }
            cards
        }

        fn resolve(&self, name: &str, params: &Map<String, Value>) -> Result<Resolved, String> {
            self.0.resolve(name, params)
        }
    }

    #[test]
    fn a_family_runs_at_its_own_scale() {
        let group = "hot = '5ms'\nparams = { length = 800, tasks = 8 }\nrunners = ['thread', 'gil-thread', 'gil-thread-pool']\n";
        let ms = Duration::from_millis;
        let native = ("thread".to_owned(), 800, 8, 8, ms(5));
        let both = "scale = { cpython = { length = '30 per worker', hot = '0s' } }";
        assert_eq!(
            scaled(&format!("{group}{both}")).expect("a plan"),
            [
                native.clone(),
                ("gil-thread".to_owned(), 60, 8, 8, ms(0)),
                ("gil-thread-pool".to_owned(), 60, 8, 2, ms(0))
            ],
            "what is of CPython is of every CPython"
        );
        let each = "scale = { cpython = { tasks = 4 }, 'cpython@3.14' = { length = 100 } }";
        assert_eq!(
            scaled(&format!("{group}{each}")).expect("a plan"),
            [native, ("gil-thread".to_owned(), 800, 4, 4, ms(5)), ("gil-thread-pool".to_owned(), 100, 8, 2, ms(5))],
            "the nearest name counts, and what is not named is the group's"
        );
    }

    #[test]
    fn records_have_the_scales_of_the_families_that_run() {
        let text = "rounds = 1\n[[group]]\ntitle = ' primes '\nworkload = 'primes'\nparams = { length = 800, tasks = 8 }\n\
                    runners = ['thread', 'gil-thread']\nscale = { cpython = { tasks = 4 }, gil = { tasks = 8 } }";
        let plan = Plan::parse("test", text).expect("a plan");
        let ready = plan.ready(&Python(Course::standard()), 2).expect("ready").remove(0);
        let group = &ready.group;
        assert_eq!((&*group.title, group.tasks), ("primes", 8));
        assert_eq!(group.scale.keys().collect::<Vec<_>>(), ["cpython"]);
        let scale = group.scale_of("cpython");
        assert_eq!((scale.tasks, &scale.params["length"], &scale.params["tasks"]), (4, &800.into(), &4.into()));
        assert_eq!(group.scale_of("native").params, group.params);
    }

    #[test]
    fn scales_that_cannot_be_are_refused_with_what_may_be_meant() {
        let message = |scale: &str| scaled(&format!("scale = {{ {scale} }}")).expect_err(scale).to_string();
        let known = "there are `native`, `gil`, `cpython`, `go`, `java`, `node`, `ruby`";
        assert_eq!(
            message("cypthon = { tasks = 4 }"),
            format!("scale of `cypthon` in `primes`: there is no family `cypthon` (did you mean `cpython`?); {known}")
        );
        assert!(message("'gil@3' = { tasks = 4 }").contains("there is no family `gil@3`"));
        let unknown = message("cpython = { lenght = 4 }");
        assert!(unknown.contains("there is no parameter `lenght` (did you mean `length`?); there are `"), "{unknown}");
        assert!(
            message("cpython = { tasks = 0 }")
                .contains("scale of `cpython` in `primes`: workload `primes`: with `tasks` = 0")
        );
        assert!(message("cpython = { hot = 'soon' }").contains("soon"));
        assert!(message("cpython = { hot = '31s' }").contains("`hot` of 31s is longer"));
        let text = "rounds = 1\n[[group]]\nworkload = 'primes'\nscale = { gil = { length = 9 } }";
        let gil = Plan::parse("test", text).expect("a plan").ready(&Course::standard(), 2).expect_err("two scales");
        let gil = gil.to_string();
        assert!(gil.contains("is compared with sequential, so both need the same parameters"), "{gil}");
    }

    #[test]
    fn groups_that_could_not_be_told_apart_are_refused() {
        let refused = |groups: &str| {
            let plan = Plan::parse("test", &format!("rounds = 1\n{groups}")).expect("a plan");
            plan.ready(&Python(Course::standard()), 2).expect_err(groups).to_string()
        };
        let group = |more: &str| format!("[[group]]\nworkload = 'empty'\n{more}\n");
        let scaled = group("scale = { cpython = { tasks = 9 } }");
        assert!(refused(&format!("{}{scaled}", group(""))).contains("the same parameters and different `scale`"));
        let titled = |workload: &str| format!("[[group]]\nworkload = '{workload}'\ntitle = 'nothing'\n");
        assert!(
            refused(&format!("{}{}", titled("empty"), titled("sleep"))).contains("two groups have the title `nothing`")
        );
    }

    #[test]
    fn families_share_the_server_of_their_group() {
        let text = "rounds = 1\n[[group]]\nworkload = 'echo'\nscale = { cpython = { delay_us = 9 } }";
        let refused =
            Plan::parse("test", text).expect("a plan").ready(&Course::standard(), 2).expect_err("two servers");
        assert!(refused.to_string().contains("give it a group of its own"), "{refused}");
    }
}
