//! Everything that a report shows of a run, whatever the medium, worked out once.

use super::answer::Answer;
use super::break_even::{self, BreakEvenLine};
use super::curves::SweepView;
use super::faults::Faults;
use super::group::GroupView;
use super::languages::Languages;
use super::matrix::Matrix;
use super::service::Service;
use crate::figures::costs::{self, Cost};
use crate::figures::{GroupSummary, Summary, Sweep};
use crate::judgement::advice::{self, Advice, Course};
use crate::judgement::break_even as asked;
use crate::judgement::claims::{Claims, Verdict};
use crate::judgement::fidelity::Fidelity;
use crate::judgement::laws::SweepLaws;
use crate::judgement::notices::{self, Notice};
use crate::records::Results;

/// A run with its figures and what follows from them.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its records.
    pub results: Results,
    /// Its figures.
    pub summary: Summary,
    /// What its models cost by themselves.
    pub costs: Vec<Cost>,
    /// What a reader must know before believing any figure, errors first.
    pub notices: Vec<Notice>,
    /// The verdicts on the claims, those of a claim next to each other.
    pub verdicts: Vec<Verdict>,
    /// What everybody comes for: what each way of concurrency gains for computing and for waiting.
    pub answer: Answer,
    /// Which model to take for which kind of work.
    pub advice: Vec<Advice>,
    /// Which model for a service, where the run has work like one.
    pub services: Vec<Service>,
    /// Where one runner overtakes another, for each pair that is asked about.
    pub break_even: Vec<BreakEvenLine>,
    /// The same work in several languages, where programs of other languages took part.
    pub languages: Languages,
    /// The modelled lock beside each interpreter that has a real one.
    pub fidelity: Vec<Fidelity>,
    /// The run at a glance.
    pub matrix: Matrix,
    /// What each model loses when a task comes to grief.
    pub faults: Faults,
    /// Which model to take where along the axes of sweeps.
    pub courses: Vec<Course>,
    /// The laws of scaling of each sweep of workers.
    pub laws: Vec<SweepLaws>,
    /// What is shown of each sweep, in the order of the summary.
    sweeps: Vec<SweepView>,
    /// What is shown of each group in which nothing is varied, in the order of the summary.
    groups: Vec<GroupView>,
}

impl Report {
    /// Works out the report of a run with the verdicts on `claims`.
    pub fn from_results(results: Results, claims: &Claims) -> Self {
        let summary = Summary::from_results(&results);
        Self::from_summary(results, summary, claims)
    }

    /// Does as [`Report::from_results`], from figures that were worked out already; `summary` is that of `results`.
    pub fn from_summary(results: Results, summary: Summary, claims: &Claims) -> Self {
        let costs = costs::from_summary(&summary);
        let verdicts = claims.judge(&summary);
        let advice = advice::from_summary(&summary);
        let courses = advice::along_sweeps(&summary);
        let laws = SweepLaws::from_summary(&summary);
        let sweep = |place| SweepView::from_summary(&summary, place, &courses, &laws);
        Self {
            answer: Answer::from_judgements(&summary, &costs, &verdicts, &advice),
            notices: notices::of_run(&results, &summary),
            break_even: break_even::lines(&summary, &asked::from_summary(&summary)),
            costs,
            verdicts,
            advice,
            services: Service::from_summary(&summary),
            languages: Languages::from_summary(&summary),
            fidelity: Fidelity::from_summary(&summary),
            matrix: Matrix::from_summary(&summary, &courses),
            faults: Faults::from_summary(&summary),
            sweeps: (0..summary.sweeps.len()).map(sweep).collect(),
            groups: summary.unswept().map(GroupView::from_group).collect(),
            courses,
            laws,
            results,
            summary,
        }
    }

    /// Returns each group in which nothing is varied, with what is shown of it.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupSummary, &GroupView)> {
        self.summary.unswept().zip(&self.groups)
    }

    /// Returns each sweep with what is shown of it.
    pub fn sweeps(&self) -> impl Iterator<Item = (&Sweep, &SweepView)> {
        self.summary.sweeps.iter().zip(&self.sweeps)
    }
}
