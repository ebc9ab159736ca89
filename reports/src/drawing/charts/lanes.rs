//! Which worker did which task when: a lane a worker, one time axis for all cells.

use std::collections::HashMap;

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::notes::most_in_row;
use super::tracks::{MANY_CELLS, Stage, Track, Tracks, cost_of_recording};
use crate::drawing::palette::{Colour, FADED, HEAT, Palette};
use crate::figures::{ChartKind, GroupSummary, Row};
use crate::records::schema::{Profile, Segment};
use crate::text::units;
use crate::views::findings;

/// Lanes that a cell has at most; with many cells, fewer.
const MOST_LANES: usize = 16;
const MOST_LANES_OF_MANY: usize = 8;
/// The faintest shade of a task: fainter ones could be taken for the paper.
const FAINTEST: usize = 4;
/// Marks closer than this become one, logical pixels; where a cell has too many even so, those twice as close, and so on.
const CLOSE: f64 = 0.5;
/// Bars that all cells have at most, roughly.
const MOST_BARS: usize = 6_000;
/// Marks farther apart than this are never joined, logical pixels.
const FARTHEST: f64 = 8.0;
/// Marks wider than this get a gap at their end, so that tasks of the same shade can be told apart.
const WIDE: f64 = 3.0;

/// The chart.
pub struct Lanes {
    tracks: Tracks,
    cells: Vec<CellLanes>,
}

/// A cell's segments.
struct CellLanes {
    /// Segments in the lanes that are shown, by shade: lane, begin and end in nanoseconds.
    by_shade: Vec<Vec<Mark>>,
    /// Waits between the segments of a task.
    waits: Vec<Mark>,
    colour: Colour,
    lanes: usize,
    /// What there is to say of each stretch of a lane.
    spans: Vec<Span>,
    label: String,
    /// Workers that were at a task at once, on average.
    at_work: f64,
    /// Tasks that waited at once, on average.
    waiting: f64,
    workers: usize,
}

/// Tasks that a worker was at, one after the other.
#[derive(Debug, Clone, PartialEq)]
struct Span {
    lane: usize,
    worker: u32,
    from_ns: u64,
    to_ns: u64,
    /// Its first task and its last.
    tasks: (u64, u64),
    /// Segments of tasks.
    segments: usize,
}

/// Something in a lane.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    lane: usize,
    from_ns: f64,
    to_ns: f64,
}

impl Lanes {
    /// Returns the chart; none if no profile of the group has segments.
    pub fn new(group: &GroupSummary, profiles: &[(&Row, &Profile)], palette: &Palette) -> Option<Self> {
        let known: Vec<&(&Row, &Profile)> =
            profiles.iter().filter(|(_, profile)| !profile.segments.is_empty()).collect();
        if known.is_empty() {
            return None;
        }
        let cells: Vec<CellLanes> = known
            .iter()
            .map(|(row, profile)| CellLanes::new(row, profile, row.scale.tasks, known.len(), palette))
            .collect();
        let track = |(cell, (_, profile)): (&CellLanes, &&(&Row, &Profile))| Track {
            name: cell.label.clone(),
            note: cell.note(),
            figure: units::duration(profile.wall_ns as f64),
            end_ns: profile.wall_ns as f64,
            height: cell.lanes as f64 * lane_height(cell.lanes),
            sentence: cell.sentence(&units::duration(profile.wall_ns as f64)),
        };
        let is_cpu_bound = group.is_cpu_bound();
        let figure = |cell: &CellLanes| if is_cpu_bound { cell.at_work } else { cell.waiting };
        let figures: Vec<(&str, f64)> = cells.iter().map(|cell| (cell.label.as_str(), figure(cell))).collect();
        let what = if is_cpu_bound { "workers at work" } else { "tasks waiting" };
        let title = findings::lanes(&figures, what).title(group);
        let tracks = cells.iter().zip(&known).map(track).collect();
        let mut legend = vec![
            "A lane is a worker, a bar a task at work, the stronger the later in the order; a thin line waits, for IO or a lock."
                .to_owned(),
        ];
        if known.iter().map(|(_, profile)| profile.segments.len()).sum::<usize>() > MOST_BARS {
            legend.push(
                "The tasks are many: some that are next to each other in time and order are drawn as one bar."
                    .to_owned(),
            );
        }
        let dropped: u64 = known.iter().map(|(_, profile)| profile.segments_dropped).sum();
        if dropped > 0 {
            legend.push(format!("{} segments were not kept.", units::count(dropped as f64)));
        }
        legend.extend(cost_of_recording(&known.iter().map(|(row, profile)| (*row, *profile)).collect::<Vec<_>>()));
        Some(Self { tracks: Tracks { title, tracks, legend }, cells })
    }
}

impl CellLanes {
    fn new(row: &Row, profile: &Profile, tasks: u64, cells: usize, palette: &Palette) -> Self {
        let most_lanes = if cells >= MANY_CELLS { MOST_LANES_OF_MANY } else { MOST_LANES };
        let workers = profile.segments.iter().map(|segment| segment.worker as usize + 1).max().unwrap_or(0);
        let shown = shown(workers, most_lanes);
        let lane_of: HashMap<u32, usize> =
            shown.iter().enumerate().map(|(lane, worker)| (*worker as u32, lane)).collect();
        let mut by_shade = vec![Vec::new(); HEAT.len()];
        let wall = (profile.wall_ns as f64).max(1.0);
        let working: f64 = profile.segments.iter().map(length).sum();
        for segment in &profile.segments {
            if let Some(lane) = lane_of.get(&segment.worker) {
                by_shade[shade(segment.task, tasks)].push(mark(*lane, segment.start_ns, segment.end_ns));
            }
        }
        Self {
            by_shade,
            waits: waits(profile, &lane_of),
            spans: spans(&profile.segments, &lane_of, most_in_row(cells)),
            colour: palette.colour(&row.cell.runner),
            lanes: shown.len(),
            label: row.label.clone(),
            at_work: working / wall,
            waiting: profile.waits().map(|wait| length(&wait)).sum::<f64>() / wall,
            workers,
        }
    }

    /// Returns all that there is to say of it, `wall` being its time.
    fn sentence(&self, wall: &str) -> String {
        format!(
            "{}: {}, on average {} at work and {} tasks waiting over {wall}",
            self.label,
            self.note(),
            units::cores(self.at_work),
            units::cores(self.waiting),
        )
    }

    fn note(&self) -> String {
        match self.workers {
            1 => "1 worker".to_owned(),
            workers if workers > self.lanes => format!("{} of {workers} workers", self.lanes),
            workers => format!("{workers} workers"),
        }
    }
}

/// Returns the workers that have a lane: all, or as many as are allowed, evenly spread.
fn shown(workers: usize, most: usize) -> Vec<usize> {
    if workers <= most {
        return (0..workers).collect();
    }
    (0..most).map(|lane| lane * (workers - 1) / (most - 1)).collect()
}

/// Returns the waits in the lanes that are shown.
fn waits(profile: &Profile, lane_of: &HashMap<u32, usize>) -> Vec<Mark> {
    profile.waits().filter_map(|wait| Some(mark(*lane_of.get(&wait.worker)?, wait.start_ns, wait.end_ns))).collect()
}

fn mark(lane: usize, from: u64, to: u64) -> Mark {
    Mark { lane, from_ns: from as f64, to_ns: to as f64 }
}

fn length(segment: &Segment) -> f64 {
    segment.end_ns.saturating_sub(segment.start_ns) as f64
}

/// Returns the shade of a task: its place among all tasks.
fn shade(task: u64, tasks: u64) -> usize {
    let place = task as f64 / (tasks.max(2) - 1) as f64;
    let shades = HEAT.len() - 1 - FAINTEST;
    FAINTEST + ((place.clamp(0.0, 1.0) * shades as f64).round() as usize)
}

/// Returns what there is to say of the segments in the lanes that are shown: one by one, or of several of a worker together where
/// they are many.
fn spans(segments: &[Segment], lane_of: &HashMap<u32, usize>, most: usize) -> Vec<Span> {
    let mut segments: Vec<Segment> =
        segments.iter().filter(|segment| lane_of.contains_key(&segment.worker)).copied().collect();
    segments.sort_by_key(|segment| (segment.worker, segment.start_ns));
    let together = segments.len().div_ceil(most).max(1);
    let of_worker = segments.chunk_by(|a, b| a.worker == b.worker);
    let span = |some: &[Segment]| {
        let (first, last) = (some.first()?, some.last()?);
        Some(Span {
            lane: *lane_of.get(&first.worker)?,
            worker: first.worker,
            from_ns: first.start_ns,
            to_ns: some.iter().map(|segment| segment.end_ns).max()?,
            tasks: (first.task, last.task),
            segments: some.len(),
        })
    };
    of_worker.flat_map(|segments| segments.chunks(together)).filter_map(span).collect()
}

impl Span {
    fn text(&self) -> String {
        let Self { worker, from_ns, to_ns, tasks: (first, last), segments, .. } = self;
        let what = match segments {
            1 => format!("task {first}"),
            _ => format!("{segments} parts of tasks, {first} to {last}"),
        };
        let format = if *segments == 1 { units::exact_duration } else { units::duration };
        let [from, to] = [from_ns, to_ns].map(|ns| format(*ns as f64));
        format!("worker {worker}, {from} to {to}: {what}")
    }
}

/// Returns the height of a lane, the space below it included, where there are so many.
fn lane_height(lanes: usize) -> f64 {
    match lanes {
        0..=2 => 14.0,
        3..=4 => 10.0,
        5..=8 => 7.0,
        _ => 5.0,
    }
}

/// A mark on the screen: lane, left, right.
type Bar = (usize, f64, f64);

/// Returns the marks on the screen, those that are closer than `close` joined.
fn joined(marks: &[Mark], x: impl Fn(f64) -> f64, close: f64) -> Vec<Bar> {
    let mut placed: Vec<Bar> = marks.iter().map(|mark| (mark.lane, x(mark.from_ns), x(mark.to_ns))).collect();
    placed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut joined: Vec<Bar> = Vec::new();
    for (lane, left, right) in placed {
        let end = if right - left > WIDE { right - 2.0 * CLOSE } else { right };
        match joined.last_mut() {
            Some((same, _, before)) if *same == lane && left - *before < close => *before = before.max(end),
            _ => joined.push((lane, left, end)),
        }
    }
    joined
}

impl Drawing for Lanes {
    fn kind(&self) -> ChartKind {
        ChartKind::Lanes
    }

    fn title(&self) -> &str {
        &self.tracks.title
    }

    fn alternative(&self) -> String {
        let cells: Vec<&str> = self.tracks.tracks.iter().map(|track| track.sentence.as_str()).collect();
        format!("{}. One profiled run: {}.", self.tracks.title, cells.join("; "))
    }

    fn height(&self) -> u32 {
        self.tracks.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let most = MOST_BARS / self.cells.len().max(1);
        self.tracks.draw(canvas, |stage, i, top| cell(stage, &self.cells[i], top, most))
    }
}

fn cell<DB: DrawingBackend>(stage: &Stage<DB>, cell: &CellLanes, top: f64, most: usize) -> Drawn<DB> {
    let height = lane_height(cell.lanes);
    let few = |kinds: &[Vec<Mark>]| -> Vec<Vec<Bar>> {
        let bars = |close: f64| -> Vec<Vec<Bar>> {
            kinds.iter().map(|marks| joined(marks, |ns| stage.x(ns), close)).collect()
        };
        let mut close = CLOSE;
        let mut found = bars(close);
        while found.iter().map(Vec::len).sum::<usize>() > most && close < FARTHEST {
            close *= 2.0;
            found = bars(close);
        }
        found
    };
    for (lane, left, right) in few(std::slice::from_ref(&cell.waits)).into_iter().flatten() {
        let y = top + (lane as f64 + 0.5) * height - 0.5;
        stage.canvas.line((left, y), (right.max(left + 0.5), y), 1.0, FADED)?;
    }
    for (shade, bars) in few(&cell.by_shade).into_iter().enumerate() {
        for (lane, left, right) in bars {
            let y = top + lane as f64 * height;
            stage.canvas.rectangle((left, y), (right.max(left + 0.5), y + height - 1.0), HEAT[shade])?;
        }
    }
    for span in &cell.spans {
        let y = top + span.lane as f64 * height;
        let (left, right) = (stage.x(span.from_ns as f64), stage.x(span.to_ns as f64));
        stage.canvas.notes.mark((left, y), (right, y + height), &span.text());
    }
    // The runner's colour, which the shades do not have.
    let (left, bottom) = (stage.x(0.0) - 4.0, top + height * cell.lanes as f64 - 1.0);
    stage.canvas.rectangle((left, top), (left + 2.5, bottom), cell.colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_are_left_out_are_spread_evenly() {
        assert_eq!(shown(3, 16), [0, 1, 2]);
        let some = shown(100, 16);
        assert_eq!((some.len(), some[0], some[15]), (16, 0, 99));
    }

    #[test]
    fn gaps_of_a_task_are_waits() {
        let segment = |task, worker, start_ns, end_ns| Segment { task, worker, start_ns, end_ns };
        let segments = vec![segment(0, 0, 0, 5), segment(1, 0, 5, 8), segment(0, 0, 20, 25), segment(1, 7, 30, 40)];
        let profile = Profile { segments, ..Profile::default() };
        let lane_of = HashMap::from([(0, 0)]);
        assert_eq!(waits(&profile, &lane_of), [mark(0, 5, 20), mark(0, 8, 30)]);
    }

    #[test]
    fn marks_that_touch_on_the_screen_are_joined() {
        let marks: Vec<Mark> = (0..1000).map(|i| mark(0, i * 10, i * 10 + 9)).collect();
        assert_eq!(joined(&marks, |ns| ns / 1e3, CLOSE), [(0, 0.0, 9.999)]);
        assert_eq!(joined(&[mark(0, 0, 10), mark(1, 0, 10)], |ns| ns, CLOSE).len(), 2, "not across lanes");
    }
}
