//! The sentences of the answer. Each is made of verdicts and figures that were decided, or says what is missing.

use serde::Serialize;

use super::panels::{Figure, Line, Panel, Way, Work};
use crate::judgement::advice::{Advice, Situation};
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{plain, units};

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// What a way of concurrency does for computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gain {
    EveryCore,
    NotEveryCore,
    Nothing,
    Something,
    Less,
    Undecided,
}

impl Gain {
    /// All of them, in the order in which they are said.
    const ALL: [Self; 6] =
        [Self::EveryCore, Self::NotEveryCore, Self::Something, Self::Less, Self::Nothing, Self::Undecided];

    /// Says it of several ways that are named with their figures.
    fn said_of(self, ways: &str) -> String {
        match self {
            Self::EveryCore => format!("{ways} use every core"),
            Self::NotEveryCore => format!("{ways} do not use every core"),
            Self::Something => format!("{ways} do gain, against the rule"),
            Self::Less => format!("{ways} lose more than the rule says"),
            Self::Nothing => format!("{ways} gain nothing"),
            Self::Undecided => format!("it is undecided what {ways} gain"),
        }
    }
}

fn computing_in(facts: &Facts, family: &Line) -> Option<String> {
    let of_way = |way| {
        let figure = facts.figure(&family.family, way, Work::Computing)?;
        let (gain, verdict) = gain(facts, family, way)?;
        let is_against = matches!(gain, Gain::NotEveryCore | Gain::Something | Gain::Less);
        // A claim may have fallen by another figure than the one that is shown.
        let shown = if is_against { seen(verdict) } else { figure.with_interval() };
        Some((gain, format!("{} ({shown})", way.name())))
    };
    let ways: Vec<(Gain, String)> = Way::ALL.into_iter().filter_map(of_way).collect();
    let said = |gain: Gain| {
        let same: Vec<String> = ways.iter().filter(|(own, _)| *own == gain).map(|(_, way)| way.clone()).collect();
        Some(gain.said_of(&listed(&same)?))
    };
    let parts: Vec<String> = Gain::ALL.into_iter().filter_map(said).collect();
    (!parts.is_empty()).then(|| format!("{} {}.", place(family), parts.join(", ")))
}

/// Returns what a way does for computing in a family, with the verdict that says so; none if none does.
fn gain<'a>(facts: &'a Facts, family: &Line, way: Way) -> Option<(Gain, &'a Verdict)> {
    let has_lock = family.gil == Some(true);
    let verdict = |id| facts.verdict(id, &family.family).filter(|verdict| verdict.outcome() != Outcome::NotRun);
    let (verdict, is_for_every_core) = match way {
        Way::Threads if has_lock => (verdict("cpu-gil-threads")?, false),
        Way::Threads => (verdict("cpu-threads-free")?, true),
        Way::Processes => (verdict("cpu-processes")?, true),
        // Natively coroutines may be spread over threads, which is a claim of its own.
        Way::Coroutines => match verdict("coroutines-on-threads") {
            Some(spread) => (spread, true),
            None => (verdict("cpu-coroutines")?, false),
        },
    };
    let gain = match (verdict.outcome(), is_for_every_core) {
        (Outcome::Holds, true) => Gain::EveryCore,
        (Outcome::Holds, false) => Gain::Nothing,
        (Outcome::Fails, true) => Gain::NotEveryCore,
        (Outcome::Fails, false) if is_above(verdict) => Gain::Something,
        (Outcome::Fails, false) => Gain::Less,
        (Outcome::Undecided | Outcome::NotRun, _) => Gain::Undecided,
    };
    Some((gain, verdict))
}

/// Returns a list as people say it: "a, b and c"; none if it is empty.
fn listed(items: &[String]) -> Option<String> {
    let (last, first) = items.split_last()?;
    Some(if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) })
}

/// Returns the figure by which a verdict fell, and of what work: it may be another than the one that is shown.
fn seen(verdict: &Verdict) -> String {
    match verdict.judgement.samples.first() {
        Some(cell) => format!("{} in {}", verdict.judgement.figure(), plain(&cell.group).replace('-', " ")),
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
    let of = |id: &str, gil: bool, outcome: Outcome| -> Option<String> {
        let families = facts.families().filter(|line| line.gil == Some(gil));
        let judged = families.filter_map(|line| Some((line, facts.verdict(id, &line.family)?)));
        let figures = judged.filter(|(_, verdict)| verdict.outcome() == outcome).map(|(line, verdict)| {
            let figure = match verdict.judgement.effect {
                Some(ns) if !gil => units::duration(ns.max(0.0)),
                _ => verdict.judgement.figure(),
            };
            format!("{figure} in {}", line.family_title).trim_start().to_owned()
        });
        listed(&figures.collect::<Vec<String>>())
    };
    let with_lock = |outcome| of("gil-convoy", true, outcome);
    let without = |outcome| of("no-convoy-without-gil", false, outcome);
    let delays = "Under a GIL one computing thread delays each answer of a waiting one";
    let parts = [
        with_lock(Outcome::Holds).map(|seen| format!("{delays} by about a switch interval ({seen}).")),
        with_lock(Outcome::Fails)
            .map(|seen| format!("{delays}, against the rule, not by about a switch interval ({seen}).")),
        with_lock(Outcome::Undecided)
            .map(|seen| format!("{delays}, and it is undecided if by about a switch interval ({seen}).")),
        without(Outcome::Holds).map(|seen| format!("Without a GIL it does not ({seen}).")),
        without(Outcome::Fails).map(|seen| format!("Without a GIL it does, against the rule ({seen}).")),
        without(Outcome::Undecided).map(|seen| format!("It is undecided without one ({seen}).")),
    ];
    parts.into_iter().flatten().collect()
}

/// Says what to use in each family, for computing and for waiting.
fn recommended(facts: &Facts) -> Vec<String> {
    let named = |family: &Line, situation: Situation, what: &str| {
        let advice =
            facts.advice.iter().find(|advice| advice.family == family.family && advice.situation == situation)?;
        advice.is_told().then(|| format!("{} for {what}{}", advice.any_of(), advice.caveats()))
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
