//! The sentences of the answer. Each is made of verdicts and figures that were decided, or says what is missing.

use super::panels::{Figure, Line, Panel, Way, Work};
use crate::judgement::advice::{Advice, Situation};
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{plain, units};

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Work that computes.
    Computing,
    /// Work that waits.
    Waiting,
    /// Computing beside waiting.
    Both,
    /// What to use.
    Use,
}

impl Topic {
    /// Returns the word that the sentence begins with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Computing => "Computing",
            Self::Waiting => "Waiting",
            Self::Both => "Both",
            Self::Use => "Use",
        }
    }
}

/// What the answer says of a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The topic.
    pub topic: Topic,
    /// What is said, with its full stops.
    pub text: String,
    /// Ids of the claims that it rests on.
    pub claims: Vec<String>,
}

/// What the sentences are made of.
struct Facts<'a> {
    lines: &'a [Line],
    panels: &'a [Panel],
    verdicts: &'a [Verdict],
    advice: &'a [Advice],
}

/// Returns the sentences on all topics of which the run has something.
pub(super) fn from_judgements(
    lines: &[Line],
    panels: &[Panel],
    verdicts: &[Verdict],
    advice: &[Advice],
) -> Vec<Sentence> {
    let facts = Facts { lines, panels, verdicts, advice };
    let said = [
        (
            Topic::Computing,
            computing(&facts),
            &["cpu-threads-free", "cpu-gil-threads", "cpu-processes", "cpu-coroutines"][..],
        ),
        (Topic::Waiting, waiting(&facts), &["io-threads-gil", "io-one-thread"]),
        (Topic::Both, both(&facts), &["gil-convoy", "no-convoy-without-gil"]),
        (Topic::Use, recommended(&facts), &[]),
    ];
    let sentence = |(topic, parts, claims): (Topic, Vec<String>, &[&str])| {
        let is_there = |id: &&str| verdicts.iter().any(|verdict| verdict.id == *id);
        let claims = claims.iter().copied().filter(|id| is_there(id)).map(str::to_owned).collect();
        (!parts.is_empty()).then(|| Sentence { topic, text: parts.join(" "), claims })
    };
    said.into_iter().filter_map(sentence).collect()
}

impl Facts<'_> {
    /// Returns what became of a claim for a family; none if it was not judged for it.
    fn outcome(&self, id: &str, family: &str) -> Option<Outcome> {
        self.verdict(id, family).map(Verdict::outcome)
    }

    fn verdict(&self, id: &str, family: &str) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.id == id && verdict.family == family)
    }

    /// Returns each family with what it is called and whether a lock is on.
    fn families(&self) -> impl Iterator<Item = &Line> {
        self.lines.chunk_by(|a, b| a.family == b.family).filter_map(<[Line]>::first)
    }

    /// Returns the figure of a way in a family for a kind of work.
    fn figure(&self, family: &str, way: Way, work: Work) -> Option<&Figure> {
        let at = self.panels.iter().position(|panel| panel.work == work)?;
        let line = self.lines.iter().find(|line| line.family == family && line.way == way)?;
        line.figures[at].as_ref().filter(|figure| figure.value.is_some())
    }
}

/// Says what threads, processes and coroutines gain for computing, one sentence for each family.
fn computing(facts: &Facts) -> Vec<String> {
    facts.families().filter_map(|family| computing_in(facts, family)).collect()
}

fn computing_in(facts: &Facts, family: &Line) -> Option<String> {
    let figure = |way| facts.figure(&family.family, way, Work::Computing);
    let has_lock = family.gil == Some(true);
    let claim = if has_lock { "cpu-gil-threads" } else { "cpu-threads-free" };
    let of_threads = figure(Way::Threads).and_then(|threads| {
        let shown = threads.with_interval();
        let verdict = facts.verdict(claim, &family.family)?;
        Some(match (verdict.outcome(), has_lock) {
            (Outcome::Holds, true) => format!("threads gain nothing ({shown})"),
            (Outcome::Holds, false) => format!("threads use every core ({shown})"),
            (Outcome::Fails, true) if is_above(verdict) => {
                format!("threads do gain, against the rule ({})", seen(verdict))
            }
            (Outcome::Fails, true) => format!("threads lose more than the rule says ({})", seen(verdict)),
            (Outcome::Fails, false) => format!("threads do not use every core ({})", seen(verdict)),
            (Outcome::Undecided, _) => format!("what threads gain is undecided ({shown})"),
            (Outcome::NotRun, _) => return None,
        })
    });
    let of_processes = figure(Way::Processes).and_then(|processes| {
        let shown = processes.with_interval();
        let verdict = facts.verdict("cpu-processes", &family.family)?;
        Some(match verdict.outcome() {
            Outcome::Holds => format!("processes use every core ({shown})"),
            Outcome::Fails => format!("processes do not use every core ({})", seen(verdict)),
            Outcome::Undecided => format!("what processes gain is undecided ({shown})"),
            Outcome::NotRun => return None,
        })
    });
    // Natively coroutines may be spread over threads, which is a claim of its own.
    let spread = facts.outcome("coroutines-on-threads", &family.family);
    let of_coroutines = figure(Way::Coroutines).and_then(|coroutines| {
        let shown = coroutines.with_interval();
        let on_one = facts.outcome("cpu-coroutines", &family.family);
        match (spread, on_one) {
            (Some(Outcome::Holds), _) => {
                Some(format!("coroutines that are spread over threads use them too ({shown})"))
            }
            (Some(Outcome::Fails), _) => Some(format!("coroutines do not use every core ({shown})")),
            (None | Some(Outcome::NotRun), Some(Outcome::Holds)) => Some(format!("coroutines gain nothing ({shown})")),
            (None | Some(Outcome::NotRun), Some(Outcome::Fails)) => {
                Some(format!("coroutines change its speed, against the rule ({shown})"))
            }
            (Some(Outcome::Undecided), _) | (_, Some(Outcome::Undecided)) => {
                Some(format!("what coroutines gain is undecided ({shown})"))
            }
            _ => None,
        }
    });
    let parts: Vec<String> = [of_threads, of_processes, of_coroutines].into_iter().flatten().collect();
    joined(&place(family), &parts)
}

/// Returns the figure by which a verdict fell, and of what work: it may be another than the one that is shown.
fn seen(verdict: &Verdict) -> String {
    match verdict.judgement.samples.first() {
        Some(cell) => format!("{} in {}", verdict.judgement.figure(), plain(&cell.group)),
        None => verdict.judgement.figure(),
    }
}

/// Returns whether a verdict fell because its figure is above what is claimed.
fn is_above(verdict: &Verdict) -> bool {
    let judgement = &verdict.judgement;
    judgement.low.zip(judgement.at_most).is_some_and(|(low, most)| low > most)
}

/// Names a family where something happens, as a sentence begins.
fn place(family: &Line) -> String {
    match (family.family.as_str(), family.gil) {
        ("native", _) => "In native code".to_owned(),
        ("gil", _) => "Under a modelled GIL".to_owned(),
        (_, Some(true)) => format!("In {} with its GIL", family.family_title),
        (_, Some(false)) => format!("In {} without a GIL", family.family_title),
        (_, None) => format!("In {}", family.family_title),
    }
}

fn joined(place: &str, parts: &[String]) -> Option<String> {
    let (last, first) = parts.split_last()?;
    Some(if first.is_empty() {
        format!("{place} {last}.")
    } else {
        format!("{place} {}, and {last}.", first.join(", "))
    })
}

/// Says who hides waits.
fn waiting(facts: &Facts) -> Vec<String> {
    let threads =
        by_outcome(facts, "io-threads-gil", "Threads hide waits", "Threads do not hide waits", "if threads hide waits");
    let coroutines = by_outcome(
        facts,
        "io-one-thread",
        "One thread with coroutines hides waits",
        "One thread with coroutines does not hide waits",
        "if one thread with coroutines hides waits",
    );
    [threads, coroutines].into_iter().flatten().chain(memory(facts)).collect()
}

/// Says in one sentence for which families a claim holds, fails and is undecided.
fn by_outcome(facts: &Facts, id: &str, holds: &str, fails: &str, open: &str) -> Option<String> {
    let of = |outcome: Outcome| -> Vec<&Line> {
        facts.families().filter(|line| facts.outcome(id, &line.family) == Some(outcome)).collect()
    };
    let (yes, no, maybe) = (of(Outcome::Holds), of(Outcome::Fails), of(Outcome::Undecided));
    let judged = yes.len() + no.len() + maybe.len();
    let ratio = |line: &Line| {
        let figure = facts.figure(
            &line.family,
            if id == "io-one-thread" { Way::Coroutines } else { Way::Threads },
            Work::Waiting,
        );
        match figure.filter(|figure| figure.is_told) {
            Some(figure) => format!("{} {}", line.family_title, figure.text()),
            None => line.family_title.clone(),
        }
    };
    let list = |lines: &[&Line]| lines.iter().map(|line| ratio(line)).collect::<Vec<_>>().join(", ");
    let everywhere = |lines: &[&Line]| {
        let has = |gil| lines.iter().any(|line| line.gil == Some(gil));
        if lines.len() == judged && has(true) && has(false) { ", with a GIL or without" } else { "" }
    };
    let mut parts = Vec::new();
    if !yes.is_empty() {
        parts.push(format!("{holds}{} ({})", everywhere(&yes), list(&yes)));
    }
    if !no.is_empty() {
        parts.push(format!("{fails} ({})", list(&no)));
    }
    if !maybe.is_empty() {
        parts.push(format!("It is undecided {open} ({})", list(&maybe)));
    }
    (!parts.is_empty()).then(|| format!("{}.", parts.join(". ")))
}

/// Says how much less memory a waiting coroutine takes than a waiting thread, in the family with the greatest difference to tell.
fn memory(facts: &Facts) -> Option<String> {
    let of = |family: &Line, way| facts.figure(&family.family, way, Work::ManyWaits)?.memory;
    let pairs = facts.families().filter_map(|family| {
        let (threads, coroutines) = (of(family, Way::Threads)?, of(family, Way::Coroutines)?);
        (coroutines > 0.0 && threads > coroutines).then_some((family, threads, coroutines))
    });
    let (family, threads, coroutines) = pairs.max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)))?;
    Some(format!(
        "A waiting task takes {} as a coroutine and {} as a thread ({}).",
        units::size(coroutines),
        units::size(threads),
        family.family_title
    ))
}

/// Says what a computing thread does to a waiting one.
fn both(facts: &Facts) -> Vec<String> {
    let with_lock = facts.families().filter(|line| line.gil == Some(true)).filter_map(|line| {
        let verdict = facts.verdict("gil-convoy", &line.family)?;
        let name = &line.family_title;
        match verdict.outcome() {
            Outcome::Holds => {
                Some(format!("{name}: by about a switch interval, {} of it", units::ratio(verdict.judgement.effect?)))
            }
            Outcome::Fails => Some(format!(
                "{name}: by {} of a switch interval, against the rule",
                units::ratio(verdict.judgement.effect?)
            )),
            Outcome::Undecided => Some(format!("{name}: undecided")),
            Outcome::NotRun => None,
        }
    });
    let with_lock: Vec<String> = with_lock.collect();
    let mut parts = Vec::new();
    if !with_lock.is_empty() {
        parts.push(format!(
            "Under a GIL one computing thread delays each answer of a waiting one ({}).",
            with_lock.join(", ")
        ));
    }
    let without = facts.families().filter(|line| line.gil == Some(false)).filter_map(|line| {
        let verdict = facts.verdict("no-convoy-without-gil", &line.family)?;
        let delay = || verdict.judgement.effect.map(|ns| units::duration(ns.max(0.0)));
        match verdict.outcome() {
            Outcome::Holds => Some(format!("Without a GIL it does not ({}: {}).", line.family_title, delay()?)),
            Outcome::Fails => {
                Some(format!("Without a GIL it does, against the rule ({}: {}).", line.family_title, delay()?))
            }
            Outcome::Undecided => Some(format!("Without a GIL it is undecided ({}).", line.family_title)),
            Outcome::NotRun => None,
        }
    });
    parts.extend(without);
    parts
}

/// Says what to use in each family, for computing and for waiting.
fn recommended(facts: &Facts) -> Vec<String> {
    let named = |family: &Line, situation: Situation, what: &str| {
        let advice =
            facts.advice.iter().find(|advice| advice.family == family.family && advice.situation == situation)?;
        let is_told = advice.contests.iter().any(|contest| contest.is_told);
        is_told.then(|| format!("{} for {what}", advice.any_of()))
    };
    let of_family = |family: &Line| {
        let parts: Vec<String> = [
            named(family, Situation::CpuBound, "computing"),
            named(family, Situation::FewWaits, "a few waits"),
            named(family, Situation::ManyWaits, "many waits"),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| format!("{}: {}.", family.family_title, parts.join(", ")))
    };
    facts.families().filter(|family| family.family != "gil").filter_map(of_family).collect()
}
