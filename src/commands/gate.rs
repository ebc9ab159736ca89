//! What a run is to fail on: its claims, and what its comparison with a baseline finds.

use std::collections::BTreeSet;
use std::str::FromStr;

use anyhow::bail;
use clap::ValueEnum;
use regatta_reports::{Claims, Outcome, Verdict};

use crate::catalogue::unknown;
use crate::terminal::say;

/// What a comparison is to fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A cell that is slower, and not by less than the threshold for certain, that fails, answers wrongly or is gone.
    Regression,
    /// A cell of which neither a change nor its absence could be shown, or nothing at all.
    Undecided,
}

/// What a run is to fail on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Any claim that fails.
    Claims,
    /// The claim of this id, if it fails.
    Claim(String),
    /// What a comparison may find. Undecided may be claims, too.
    Found(FailOn),
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "claim" => Ok(Self::Claims),
            Some(("claim", id)) if !id.is_empty() => Ok(Self::Claim(id.to_owned())),
            _ => FailOn::from_str(text, false)
                .map(Self::Found)
                .map_err(|_| "it is none of claim, claim=ID, regression, undecided".to_owned()),
        }
    }
}

/// All that a run is to fail on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gates<'a>(pub(super) &'a [Gate]);

impl Gates<'_> {
    /// Refuses what no run can find: a claim that there is not, or a change without a baseline.
    pub(super) fn check(self, claims: &Claims, has_baseline: bool) -> anyhow::Result<()> {
        for gate in self.0 {
            match gate {
                Gate::Claim(id) if !claims.iter().any(|claim| claim.id == *id) => {
                    bail!(unknown("claim", id, claims.iter().map(|claim| claim.id.as_str())));
                }
                Gate::Found(FailOn::Regression) if !has_baseline => {
                    bail!("--fail-on regression takes a run to compare with: add `--baseline NAME`");
                }
                Gate::Found(FailOn::Undecided) if !has_baseline && !self.has_claims() => {
                    bail!(
                        "--fail-on undecided takes something to decide: add `--baseline NAME`, or `claim` or `claim=ID`"
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns what the comparison with the baseline is to fail on.
    pub(super) fn found(self) -> Vec<FailOn> {
        let found = self.0.iter().filter_map(|gate| if let Gate::Found(found) = gate { Some(*found) } else { None });
        found.collect()
    }

    /// Says on standard error which of the claims fail or are not decided, and returns whether the run is to fail for it.
    pub(super) fn claims_fail(self, verdicts: &[Verdict]) -> bool {
        let is_failed = |verdict: &&Verdict| self.means(verdict) && verdict.outcome() == Outcome::Fails;
        let failed: Vec<&Verdict> = verdicts.iter().filter(is_failed).collect();
        let open = self.open(verdicts);
        for verdict in failed.iter().chain(&open) {
            let Verdict { id, family, judgement, .. } = verdict;
            let outcome = match verdict.outcome() {
                Outcome::Fails => "fails",
                Outcome::NotRun => "was not run",
                _ => "is undecided",
            };
            say(format_args!("the claim {id} {outcome} ({family}): {}", judgement.why));
        }
        !failed.is_empty() || (!open.is_empty() && self.found().contains(&FailOn::Undecided))
    }

    /// Returns the verdicts that are undecided, and those not run on claims that were named and have no other: a gate that sees nothing has to
    /// say so.
    fn open(self, verdicts: &[Verdict]) -> Vec<&Verdict> {
        let run: BTreeSet<&str> = verdicts
            .iter()
            .filter(|verdict| verdict.outcome() != Outcome::NotRun)
            .map(|verdict| verdict.id.as_str())
            .collect();
        let is_open = |verdict: &&Verdict| match verdict.outcome() {
            Outcome::Undecided => self.means(verdict),
            Outcome::NotRun => self.names(&verdict.id) && !run.contains(verdict.id.as_str()),
            Outcome::Holds | Outcome::Fails => false,
        };
        verdicts.iter().filter(is_open).collect()
    }

    fn has_claims(self) -> bool {
        self.0.iter().any(|gate| matches!(gate, Gate::Claims | Gate::Claim(_)))
    }

    /// Returns whether it depends on this verdict.
    fn means(self, verdict: &Verdict) -> bool {
        self.0.contains(&Gate::Claims) || self.names(&verdict.id)
    }

    /// Returns whether the claim of this id was named.
    fn names(self, id: &str) -> bool {
        self.0.iter().any(|gate| matches!(gate, Gate::Claim(named) if named == id))
    }
}

#[cfg(test)]
mod tests {
    use regatta_reports::{Results, Summary};

    use super::*;

    #[test]
    fn gates_are_read_and_what_cannot_be_found_is_refused() {
        assert_eq!("claim".parse(), Ok(Gate::Claims));
        assert_eq!("claim=gil-convoy".parse(), Ok(Gate::Claim("gil-convoy".to_owned())));
        assert_eq!("undecided".parse(), Ok(Gate::Found(FailOn::Undecided)));
        for wrong in ["claim=", "claims", "", "regression=x"] {
            assert!(wrong.parse::<Gate>().is_err_and(|error| error.contains("claim=ID")), "{wrong}");
        }
        let claims = Claims::built_in();
        let check = |gates: &[&str], has_baseline| {
            let gates: Vec<Gate> = gates.iter().map(|gate| gate.parse().expect("a gate")).collect();
            Gates(&gates).check(&claims, has_baseline).map_err(|error| error.to_string())
        };
        assert_eq!(check(&["claim", "claim=gil-convoy", "undecided"], false), Ok(()));
        assert_eq!(check(&["regression", "undecided"], true), Ok(()));
        for (gates, words) in [
            (&["claim=gil-convoi"][..], "no claim `gil-convoi` (did you mean `gil-convoy`?)"),
            (&["claim", "regression"], "--baseline"),
            (&["undecided"], "claim=ID"),
        ] {
            assert!(check(gates, false).is_err_and(|error| error.contains(words)), "{gates:?}");
        }
    }

    #[test]
    fn what_was_not_run_is_open_only_if_it_was_named() {
        let verdicts = Claims::built_in().judge(&Summary::from_results(&Results::default()));
        assert!(Gates(&[Gate::Claims]).open(&verdicts).is_empty());
        let named = [Gate::Claim("gil-convoy".to_owned())];
        assert!(Gates(&named).open(&verdicts).iter().all(|verdict| verdict.id == "gil-convoy"));
        assert!(!Gates(&named).open(&verdicts).is_empty() && !Gates(&named).claims_fail(&verdicts));
        let strict = [named[0].clone(), Gate::Found(FailOn::Undecided)];
        assert!(Gates(&strict).claims_fail(&verdicts));
    }
}
