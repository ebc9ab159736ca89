//! A set of claims: parsed, joined, judged.

use serde::Deserialize;

use super::claim::Claim;
use super::verdict::{self, Verdict};
use crate::figures::Summary;
use crate::text::plain;

/// The claims that are judged without being asked for.
const BUILT_IN: [(&str, &str); 5] = [
    ("built_in.toml", include_str!("built_in.toml")),
    ("coordination.toml", include_str!("coordination.toml")),
    ("languages.toml", include_str!("languages.toml")),
    ("faults.toml", include_str!("faults.toml")),
    ("servers.toml", include_str!("servers.toml")),
];

/// A set of claims. No two have the same id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claims {
    claims: Vec<Claim>,
}

/// Why a text is no set of claims.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// It is not TOML, or not of the shape of claims. The message names the line.
    #[error("{name} is not a file of claims{place}: {cause}")]
    Toml {
        /// What the text is called.
        name: String,
        /// In which claim, if in one.
        place: String,
        /// What is wrong, and where.
        cause: Box<toml::de::Error>,
    },
    /// A claim contradicts itself.
    #[error("{name}, claim `{id}`: {why}")]
    Invalid {
        /// What the text is called.
        name: String,
        /// The claim.
        id: String,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// Two claims have the same id.
    #[error("there are two claims `{0}`: each needs an id of its own")]
    Duplicate(String),
}

/// A file of claims.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    claim: Vec<Claim>,
}

impl Claims {
    /// Returns the built-in claims.
    ///
    /// # Panics
    /// Never: a test parses them.
    pub fn built_in() -> Self {
        let mut all = Self::default();
        for (name, text) in BUILT_IN {
            all.extend(Self::parse(name, text).expect("a test parses the built-in claims")).expect("so it does");
        }
        all
    }

    /// Returns the claims of a TOML text; `name` is what error messages call it.
    ///
    /// # Errors
    /// If the text is not TOML, has a field or a statistic that there is not, or a claim is invalid.
    pub fn parse(name: &str, text: &str) -> Result<Self, ClaimError> {
        let file: File = toml::from_str(text).map_err(|cause| {
            let place = cause.span().map(|span| place(text, span.start)).unwrap_or_default();
            ClaimError::Toml { name: name.to_owned(), place, cause: cause.into() }
        })?;
        let mut claims = Self::default();
        for claim in file.claim {
            if let Err(why) = claim.check() {
                return Err(ClaimError::Invalid { name: name.to_owned(), id: claim.id, why });
            }
            claims.push(claim)?;
        }
        Ok(claims)
    }

    /// Adds the claims of another set.
    ///
    /// # Errors
    /// If both have a claim of the same id; the set is unchanged then.
    pub fn extend(&mut self, more: Self) -> Result<(), ClaimError> {
        let mut all = self.clone();
        more.claims.into_iter().try_for_each(|claim| all.push(claim))?;
        *self = all;
        Ok(())
    }

    /// Returns a set of the claim of this id alone; none if there is no such claim.
    pub fn only(&self, id: &str) -> Option<Self> {
        let claim = self.claims.iter().find(|claim| claim.id == id)?;
        Some(Self { claims: vec![claim.clone()] })
    }

    /// Returns the claims in the order in which they are judged.
    pub fn iter(&self) -> std::slice::Iter<'_, Claim> {
        self.claims.iter()
    }

    /// Returns the verdict on each claim for each family of runners that it is judged for. A run without sweeps is not asked about curves, and
    /// one without the work of a plan, or without all of its languages, not about claims of that plan. One of nothing else is asked about nothing else.
    pub fn judge(&self, summary: &Summary) -> Vec<Verdict> {
        self.judge_those(summary, |_| true)
    }

    /// Returns the verdicts as [`Claims::judge`], but only on the claims that are wanted.
    pub fn judge_those(&self, summary: &Summary, is_wanted: impl Fn(&Claim) -> bool) -> Vec<Verdict> {
        let swept = || summary.sweeps.iter().flat_map(|sweep| &sweep.groups).map(|place| &summary.groups[*place]);
        let has_trials = !summary.trials.is_empty();
        let has_others =
            (summary.groups.is_empty() && !has_trials) || summary.unswept().any(|group| !group.has_plan_of_its_own());
        let has_curves_of_others = swept().any(|group| !group.has_plan_of_its_own());
        let runners = &summary.run.runners;
        let has = |family: &String| runners.values().any(|info| info.is_of_family(family));
        let has_family = |claim: &Claim| runners.is_empty() || claim.families.iter().any(has);
        let can_be_told = |claim: &Claim| match &claim.plan {
            _ if claim.is_about_trials() => has_trials,
            Some(_) if claim.is_about_curves() => {
                has_family(claim) && swept().any(|group| claim.is_about(&group.workload))
            }
            Some(_) => has_family(claim) && summary.unswept().any(|group| claim.is_about(&group.workload)),
            None if claim.is_about_curves() => has_curves_of_others,
            None => has_others,
        };
        let wanted = self.claims.iter().filter(|claim| can_be_told(claim) && is_wanted(claim));
        wanted.flat_map(|claim| verdict::judge(claim, summary)).collect()
    }

    fn push(&mut self, claim: Claim) -> Result<(), ClaimError> {
        if self.claims.iter().any(|other| other.id == claim.id) {
            return Err(ClaimError::Duplicate(claim.id));
        }
        self.claims.push(claim);
        Ok(())
    }
}

/// Says which claim of a text a place is in, if its id is written above the place.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).and_then(|before| before.rsplit("[[claim]]").next()).unwrap_or_default();
    let id = before.lines().find_map(|line| line.trim().strip_prefix("id")?.trim_start().strip_prefix('='));
    id.map(|id| format!(", in claim {}", plain(id.trim()).replace('"', "`"))).unwrap_or_default()
}

impl<'a> IntoIterator for &'a Claims {
    type Item = &'a Claim;
    type IntoIter = std::slice::Iter<'a, Claim>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
