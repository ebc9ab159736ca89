//! Which groups of a plan a claim rests on.

use super::claim::{Claim, Condition, Constraint, Formula, Selector};
use super::formula::NOTHING;
use crate::records::schema::Parameters;

impl Claim {
    /// Returns whether a group of this workload with these parameters, in a sweep along this axis or in none, may be evidence of it, for
    /// whatever family.
    pub fn rests_on(&self, workload: &str, params: &Parameters, axis: Option<&str>) -> bool {
        let conditions = self.conditions.iter().filter(|condition| condition.of.along.as_deref() == axis);
        conditions.into_iter().any(|condition| condition.rests_on(workload, params))
    }
}

impl Condition {
    fn rests_on(&self, workload: &str, params: &Parameters) -> bool {
        let Selector { workload: own, params: wanted, .. } = &self.of;
        let is_reference = self.to.as_ref().is_some_and(|to| {
            let is_elsewhere = to.workload.is_some() || !to.params.is_empty();
            let named = to.workload.as_ref().unwrap_or(own);
            is_elsewhere && named == workload && are_allowed(&to.params, params)
        });
        let is_handed_out = self.formula == Some(Formula::BatchesHandedOut) && workload == NOTHING;
        is_reference || is_handed_out || (own == workload && are_allowed(wanted, params))
    }
}

fn are_allowed<'a>(wanted: impl IntoIterator<Item = (&'a String, &'a Constraint)>, params: &Parameters) -> bool {
    let mut wanted = wanted.into_iter();
    wanted.all(|(name, constraint)| params.get(name).is_some_and(|value| constraint.allows(value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::claims::Claims;
    use crate::records::schema::Parameters;

    #[test]
    fn a_claim_rests_on_all_groups_that_its_conditions_name() {
        let claims = Claims::built_in();
        let rests = |id: &str, workload: &str, params: &[(&str, u64)]| {
            let params = params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            let claim = claims.iter().find(|claim| claim.id == id).expect("a built-in claim");
            claim.rests_on(workload, &params, None)
        };
        assert!(rests("cpu-processes", "primes", &[]) && rests("cpu-processes", "counting", &[]));
        assert!(!rests("cpu-processes", "sleep", &[("tasks", 100)]));
        assert!(
            rests("io-one-thread", "sleep", &[("tasks", 100)]) && !rests("io-one-thread", "sleep", &[("tasks", 8)])
        );
        assert!(rests("gil-convoy", "convoy", &[("beside", 1)]), "what it is of");
        assert!(rests("gil-convoy", "convoy", &[("beside", 0)]), "and what that is compared with");
        assert!(rests("io-pool-bound", "empty", &[]), "what it costs to hand out");
        let grain = claims.iter().find(|claim| claim.id == "grain").expect("a built-in claim");
        let rests = |axis| grain.rests_on("counting", &Parameters::new(), axis);
        assert!(rests(Some("from")) && !rests(Some("tasks")) && !rests(None), "sweeps along its axis");
    }
}
