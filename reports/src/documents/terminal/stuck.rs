//! Deadlocks drawn with characters: a lane a task, which shows the lock that it holds, until all of a circle wait for each other.

use super::style::{FAINT, YELLOW, push_wrapped, styled};
use crate::figures::{GroupSummary, Stuck, StuckLane};
use crate::text::{self, padded, plain, shortened, units};

/// Lanes of a cell at most.
const MOST: usize = 8;
/// Longest name of a cell that is shown in full.
const NAME: usize = 18;
/// Fewest and most columns of time.
const COLUMNS: (usize, usize) = (16, 60);
/// What a task does that waits.
const WAITS: char = '░';

/// Returns the deadlocks that were seen in cells of a group; empty if there are none.
pub fn of_group(group: &GroupSummary, colour: bool, width: usize) -> String {
    let stuck = group.main_rows().filter_map(|row| Some((&*row.label, row.stuck.as_ref()?)));
    let cells: Vec<(&str, &Stuck)> = stuck.collect();
    let mut out = String::new();
    for (label, stuck) in &cells {
        push_wrapped(&mut out, 2, &format!("{}: {}", plain(label), plain(&stuck.words)), width);
        out.push_str(&lanes(stuck, colour, width));
    }
    if !cells.is_empty() {
        let legend = format!("  A letter: holds that lock   {WAITS} waits for one");
        out.push_str(&format!("{}\n", styled(&shortened(&legend, width), FAINT, colour)));
    }
    out
}

/// Returns the lanes of a circle, each with what its task waits for in the end.
fn lanes(stuck: &Stuck, colour: bool, width: usize) -> String {
    let shown = &stuck.lanes[..stuck.lanes.len().min(MOST)];
    let names: Vec<String> = shown.iter().map(|lane| shortened(&format!("task {}", lane.task), NAME)).collect();
    let ends: Vec<String> = shown.iter().map(|lane| plain(&format!("waits for {}", lane.waits_for))).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| text::width(text)).max().unwrap_or(0);
    let (name, end) = (widest(&names), widest(&ends));
    let columns = width.saturating_sub(name + end + 6).clamp(COLUMNS.0, COLUMNS.1);
    let mut out = String::new();
    for ((name_of, end_of), lane) in names.iter().zip(&ends).zip(shown) {
        let drawn = drawn(lane, stuck, columns);
        let runs: Vec<char> = drawn.chars().collect();
        let run = |run: &[char]| {
            let text: String = run.iter().collect();
            if run[0] == WAITS { styled(&text, YELLOW, colour) } else { text }
        };
        let drawn: String = runs.chunk_by(|a, b| (*a == WAITS) == (*b == WAITS)).map(run).collect();
        out.push_str(&format!("  {} {drawn} {end_of}\n", padded(name_of, name)));
    }
    if stuck.tasks > shown.len() {
        out.push_str(&format!("  and {} tasks more\n", stuck.tasks - shown.len()));
    }
    let closed = format!("stuck after {}", units::duration(stuck.closed_ns as f64));
    out.push_str(&format!("  {:name$} {}\n", "", styled(&format!("{closed:>columns$}"), FAINT, colour)));
    out
}

/// Returns the lane of a task: in each column the lock that it took last of those that it holds, unless it waits.
fn drawn(lane: &StuckLane, stuck: &Stuck, columns: usize) -> String {
    let each = (stuck.closed_ns as f64 / columns as f64).max(1.0);
    let column = |at: usize| {
        // What is going on in the middle of a column; in the last one at the end of all, when everybody waits.
        let is_last = at + 1 == columns;
        let now = if is_last { stuck.closed_ns as f64 } else { (at as f64 + 0.5) * each };
        let goes_on =
            |from: u64, to: u64| from as f64 <= now && (now < to as f64 || (is_last && to == stuck.closed_ns));
        let mut on = lane.stretches.iter().filter(|stretch| goes_on(stretch.from_ns, stretch.to_ns));
        let waits = on.clone().any(|stretch| stretch.waits);
        let held = on.rfind(|stretch| !stretch.waits);
        match held {
            _ if waits => WAITS,
            Some(held) => held.lock.chars().next_back().filter(char::is_ascii_alphanumeric).unwrap_or('?'),
            None => ' ',
        }
    };
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Row, Stretch};

    #[test]
    fn a_lane_shows_what_a_task_holds_until_it_waits() {
        let stretch = |lock: &str, waits, from_ns, to_ns| Stretch { lock: lock.to_owned(), waits, from_ns, to_ns };
        let lane = |task, holds: &str, waits_for: &str, since, waits_since| StuckLane {
            task,
            holds: holds.to_owned(),
            waits_for: waits_for.to_owned(),
            stretches: vec![stretch(holds, false, since, 4_000_000), stretch(waits_for, true, waits_since, 4_000_000)],
        };
        let stuck = Stuck {
            words: "task 0 holds A and waits for B, which task 1 holds, and so on".to_owned(),
            lanes: vec![lane(0, "A", "B", 0, 2_000_000), lane(1, "B", "A", 1_000_000, 4_000_000)],
            tasks: 2,
            locks: vec!["A".to_owned(), "B".to_owned()],
            closed_ns: 4_000_000,
        };
        let row = Row { label: "thread".to_owned(), stuck: Some(stuck), ..Row::default() };
        let group = GroupSummary { rows: vec![row], ..GroupSummary::default() };
        let text = of_group(&group, false, 40);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "  thread: task 0 holds A and waits for",
                "  B, which task 1 holds, and so on",
                "  task 0 AAAAAAAA░░░░░░░░░ waits for B",
                "  task 1     BBBBBBBBBBBB░ waits for A",
                "         stuck after 4.00 ms",
                "  A letter: holds that lock   ░ waits f…",
            ]
        );
    }
}
