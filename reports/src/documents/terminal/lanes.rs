//! What the tasks or workers of some cells did when, drawn with characters: a row each, on one scale of time.

use std::collections::BTreeSet;

use anstyle::Style;

use super::style::{BLUE, FAINT, YELLOW, styled};
use crate::records::schema::{Profile, Segment};
use crate::text::{self, padded, shortened, units};

/// Rows of all cells together.
const ROWS: usize = 10;
/// Most rows of a cell.
const ROWS_OF_CELL: usize = 8;
/// Longest name of a cell that is shown in full.
const NAME: usize = 18;
/// Fewest columns of time.
const FEWEST: usize = 16;
/// Columns that the longest wait has at least, where the run is longer than fits.
const LONGEST_WAIT: usize = 4;
/// Fewest columns between two times of the scale.
const BETWEEN_TIMES: usize = 9;
/// From this share of a column on, what happens in it is all that it shows.
const MOST_OF_COLUMN: f64 = 0.5;

/// A cell that was watched.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Its name.
    pub label: &'a str,
    /// What its tasks did in one run.
    pub profile: &'a Profile,
}

/// Whose lanes are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A lane is a task.
    Task,
    /// A lane is a worker.
    Worker,
}

impl By {
    /// Returns what a lane is.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Worker => "worker",
        }
    }

    fn number(self, segment: &Segment) -> u64 {
        match self {
            Self::Task => segment.task,
            Self::Worker => u64::from(segment.worker),
        }
    }
}

/// What goes on in a column of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doing {
    Nothing,
    Computes,
    ComputesForAMoment,
    Waits,
    WaitsForLock,
}

impl Doing {
    const ALL: [Self; 4] = [Self::Computes, Self::ComputesForAMoment, Self::Waits, Self::WaitsForLock];

    fn character(self) -> char {
        match self {
            Self::Nothing => ' ',
            Self::Computes => '█',
            Self::ComputesForAMoment => '▌',
            Self::Waits => '─',
            Self::WaitsForLock => '░',
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Computes => "computes",
            Self::ComputesForAMoment => "for a moment",
            Self::Waits => "waits",
            Self::WaitsForLock => "waits for the lock",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Nothing => Style::new(),
            Self::Computes | Self::ComputesForAMoment => BLUE,
            Self::Waits => FAINT,
            Self::WaitsForLock => YELLOW,
        }
    }
}

/// The columns of time.
#[derive(Debug, Clone, Copy)]
struct Scale {
    columns: usize,
    /// Nanoseconds of a column.
    each: f64,
}

/// Returns the lanes for a terminal of `width` columns, with their scale and what the characters mean.
pub fn text(cells: &[Cell], by: By, colour: bool, width: usize) -> String {
    let most = (ROWS / cells.len().max(1)).clamp(1, ROWS_OF_CELL);
    let cells = &cells[..cells.len().min(ROWS)];
    let numbers: Vec<Vec<u64>> = cells.iter().map(|cell| shown(cell.profile, by, most)).collect();
    let name = cells.iter().map(|cell| text::width(cell.label).min(NAME)).max().unwrap_or(0);
    let digits = numbers.iter().flatten().map(|number| number.to_string().len()).max().unwrap_or(1);
    let left = name + digits + 2;
    // The last column is for the mark of what goes on.
    let scale = Scale::new(cells, by, width.saturating_sub(left + 1).max(FEWEST));
    let mut out = format!("{}\n", styled(&format!("{:left$}{}", "", scale.times()), FAINT, colour));
    let mut seen = BTreeSet::new();
    for (cell, numbers) in cells.iter().zip(&numbers) {
        let goes_on = cell.profile.wall_ns as f64 > scale.end();
        for (at, number) in numbers.iter().enumerate() {
            let lane = lane(cell, by, *number, scale);
            seen.extend(lane.iter().copied());
            let label = if at == 0 { shortened(cell.label, NAME) } else { String::new() };
            let more = if goes_on { "…" } else { "" };
            let line = format!("{} {number:>digits$} {}{more}", padded(&label, name), drawn(&lane, colour));
            out.push_str(&format!("{}\n", line.trim_end()));
        }
    }
    out.push_str(&legend(Doing::ALL.into_iter().filter(|doing| seen.contains(doing)), colour, width));
    out
}

/// Returns what the characters mean, in as many lines as it takes.
fn legend(seen: impl Iterator<Item = Doing>, colour: bool, width: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for doing in seen {
        let (character, meaning) = (doing.character().to_string(), doing.meaning());
        let columns = text::width(meaning) + 2;
        let gap = if used == 0 {
            ""
        } else if used + 3 + columns > width {
            "\n"
        } else {
            "   "
        };
        used = if gap == "   " { used + 3 + columns } else { columns };
        out.push_str(&format!("{gap}{} {meaning}", styled(&character, doing.style(), colour)));
    }
    out.push('\n');
    out
}

/// Returns the tasks or workers that have a lane: all, or as many as are allowed, evenly spread.
fn shown(profile: &Profile, by: By, most: usize) -> Vec<u64> {
    let all: BTreeSet<u64> = profile.segments.iter().map(|segment| by.number(segment)).collect();
    let all: Vec<u64> = all.into_iter().collect();
    if all.len() <= most {
        return all;
    }
    (0..most).map(|lane| all[lane * (all.len() - 1) / (most - 1).max(1)]).collect()
}

/// Returns what goes on in each column of a lane.
fn lane(cell: &Cell, by: By, number: u64, scale: Scale) -> Vec<Doing> {
    let is_own = |segment: &Segment| by.number(segment) == number;
    // Where a task only asks for the lock, it computes nothing.
    let computes = |segment: &Segment| is_own(segment) && segment.end_ns > segment.start_ns;
    let computes = scale.shares(cell.profile.segments.iter().copied().filter(computes));
    let waits = scale.shares(cell.profile.waits().filter(is_own));
    let for_lock = scale.shares(cell.profile.waits_for_lock().filter(is_own));
    let doing = |column: usize| match (computes[column], waits[column]) {
        (computes, _) if computes >= MOST_OF_COLUMN => Doing::Computes,
        (computes, _) if computes > 0.0 => Doing::ComputesForAMoment,
        (_, waits) if waits > 0.0 && for_lock[column] >= waits / 2.0 => Doing::WaitsForLock,
        (_, waits) if waits > 0.0 => Doing::Waits,
        _ => Doing::Nothing,
    };
    (0..scale.columns).map(doing).collect()
}

/// Returns the lane as characters, those of a kind in one style.
fn drawn(lane: &[Doing], colour: bool) -> String {
    let run = |run: &[Doing]| {
        let text: String = run.iter().map(|doing| doing.character()).collect();
        if run[0] == Doing::Nothing { text } else { styled(&text, run[0].style(), colour) }
    };
    let end = lane.iter().rposition(|doing| *doing != Doing::Nothing).map_or(0, |last| last + 1);
    lane[..end].chunk_by(|a, b| a == b).map(run).collect()
}

impl Scale {
    /// Returns the scale on which the longest run fits, or of tasks that wait as much of it as lets their waits be seen.
    fn new(cells: &[Cell], by: By, columns: usize) -> Self {
        let wall = cells.iter().map(|cell| cell.profile.wall_ns).max().unwrap_or(0) as f64;
        let waits = cells.iter().filter(|_| by == By::Task).flat_map(|cell| cell.profile.waits());
        let longest = waits.map(|wait| wait.end_ns - wait.start_ns).max().unwrap_or(0) as f64;
        let columns_of_waits = (columns / LONGEST_WAIT).max(1) as f64;
        let end = if longest > 0.0 { wall.min(longest * columns_of_waits) } else { wall };
        Self { columns, each: (end / columns as f64).max(1.0) }
    }

    fn end(self) -> f64 {
        self.columns as f64 * self.each
    }

    /// Returns which share of each column these take.
    fn shares(self, segments: impl IntoIterator<Item = Segment>) -> Vec<f64> {
        let mut shares = vec![0.0; self.columns];
        for Segment { start_ns, end_ns, .. } in segments {
            let (from, to) = (start_ns as f64 / self.each, end_ns as f64 / self.each);
            let last = (to.ceil() as usize).min(self.columns);
            for (column, share) in shares.iter_mut().enumerate().take(last).skip(from as usize) {
                *share += (to.min(column as f64 + 1.0) - from.max(column as f64)).max(0.0);
            }
        }
        shares
    }

    /// Returns the line of times.
    fn times(self) -> String {
        let least = self.each * BETWEEN_TIMES as f64;
        let power = 10_f64.powf(least.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= least);
        let step = step.unwrap_or(least);
        let mut line = String::new();
        for mark in 0.. {
            let at = (f64::from(mark) * step / self.each).round() as usize;
            let time =
                if mark == 0 { "0".to_owned() } else { units::without_zeros(&units::duration(f64::from(mark) * step)) };
            if at + text::width(&time) + 1 > self.columns {
                break;
            }
            line = format!("{}│{time}", padded(&line, at));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// Returns a profile of segments: task, worker, begin and end in milliseconds.
    fn profile(segments: &[(u64, u32, u64, u64)], wall_ms: u64) -> Profile {
        let segment = |&(task, worker, from, to)| Segment { task, worker, start_ns: from * MS, end_ns: to * MS };
        Profile { segments: segments.iter().map(segment).collect(), wall_ns: wall_ms * MS, ..Profile::default() }
    }

    #[test]
    fn a_wait_for_the_lock_is_told_from_any_other() {
        let free = [(0, 0, 0, 2), (1, 1, 0, 10), (0, 0, 10, 12), (0, 0, 16, 18)];
        let asks = [(0, 0, 5, 5)];
        let (locked, free) = (profile(&[&free[..], &asks[..]].concat(), 18), profile(&free, 18));
        let cells = [Cell { label: "locked", profile: &locked }, Cell { label: "free", profile: &free }];
        let text = text(&cells, By::Task, false, 28);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "         │0        │10 ms",
                "locked 0 ██───░░░░░██────██",
                "       1 ██████████",
                "free   0 ██────────██────██",
                "       1 ██████████",
                "█ computes   ─ waits",
                "░ waits for the lock",
            ]
        );
    }

    #[test]
    fn a_run_is_cut_where_its_waits_could_not_be_seen() {
        let trips: Vec<(u64, u32, u64, u64)> = (0..100).map(|trip| (0, 0, trip * 5, trip * 5 + 1)).collect();
        let profile = profile(&trips, 500);
        let cells = [Cell { label: "thread", profile: &profile }];
        let (by_task, by_worker) = (Scale::new(&cells, By::Task, 40), Scale::new(&cells, By::Worker, 40));
        assert_eq!((by_task.each, by_worker.each), (MS as f64, 12.5 * MS as f64));
        let text = text(&cells, By::Task, false, 50);
        assert!(text.lines().nth(1).is_some_and(|lane| lane.ends_with('…')), "{text}");
    }

    #[test]
    fn shares_of_columns_add_up_and_stay_within_the_scale() {
        let scale = Scale { columns: 4, each: 10.0 };
        let segment = |start_ns, end_ns| Segment { start_ns, end_ns, ..Segment::default() };
        assert_eq!(scale.shares([segment(5, 25)]), [0.5, 1.0, 0.5, 0.0]);
        assert_eq!(scale.shares([segment(35, 900), segment(50, 60)]), [0.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn lanes_that_are_left_out_are_spread_evenly() {
        let many = profile(&(0..100).map(|task| (task, 0, task, task + 1)).collect::<Vec<_>>(), 100);
        assert_eq!(shown(&many, By::Task, 4), [0, 33, 66, 99]);
        assert_eq!((shown(&many, By::Task, 1), shown(&many, By::Worker, 4)), (vec![0], vec![0]));
    }
}
