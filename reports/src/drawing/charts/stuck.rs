//! Deadlocks: who held and waited for what, until all of a circle waited for each other.

use std::cell::RefCell;

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::tracks::{Stage, Track, Tracks};
use crate::drawing::palette::{Colour, FADED, HEAT, REFERENCE};
use crate::figures::{ChartKind, GroupSummary, Stretch, Stuck, StuckLane};
use crate::text::units;

/// Height of a lock's strip in a task's track, logical pixels.
const STRIP: f64 = 11.0;
/// Locks that have a strip of their own.
const MOST_STRIPS: usize = 4;
/// Space between what joins one task of a circle with the next, logical pixels.
const BESIDE: f64 = 3.5;
/// Joints that lie beside each other; further ones begin anew.
const MOST_BESIDE: usize = 3;

/// The chart.
pub struct Deadlocks<'a> {
    tracks: Tracks,
    lanes: Vec<Lane<'a>>,
}

/// A task's track.
struct Lane<'a> {
    stuck: &'a Stuck,
    task: &'a StuckLane,
    /// Place of its task in the circle.
    place: usize,
}

impl<'a> Deadlocks<'a> {
    /// Returns the chart; none if no cell of the group was seen in a deadlock.
    pub fn new(group: &'a GroupSummary) -> Option<Self> {
        let (mut tracks, mut lanes, mut cells) = (Vec::new(), Vec::new(), 0);
        for (row, stuck) in group.drawn().filter_map(|row| Some((row, row.stuck.as_ref()?))) {
            cells += 1;
            for (place, task) in stuck.lanes.iter().enumerate() {
                let sentence = format!(
                    "{}: task {} holds {} and waits for {} from {} on",
                    row.label,
                    task.task,
                    task.holds,
                    task.waits_for,
                    units::duration(since(task)),
                );
                tracks.push(Track {
                    name: if place == 0 { row.label.clone() } else { String::new() },
                    note: format!("task {}", task.task),
                    figure: format!("waits for {}", task.waits_for),
                    end_ns: (stuck.closed_ns as f64).max(1.0),
                    height: strips(stuck) as f64 * STRIP,
                    sentence,
                });
                lanes.push(Lane { stuck, task, place });
            }
        }
        let title = match &lanes.first()?.stuck.words {
            words if cells == 1 => format!("{}: {words}", group.title),
            _ => format!("{}: {cells} cells get stuck in a circle", group.title),
        };
        let first = lanes.first()?.stuck;
        let locks = first.locks.iter().take(MOST_STRIPS).cloned().collect::<Vec<_>>().join(", ");
        let legend = vec![
            format!(
                "A track is a task, and a strip in it a lock, from the top: {locks}. A bar holds the lock, a thin line waits for it."
            ),
            "At the end of all, a line leads from each task that waits to the one that holds the lock: a circle."
                .to_owned(),
        ];
        Some(Self { tracks: Tracks { title, tracks, legend }, lanes })
    }
}

/// Returns since when a task waits in the end.
fn since(task: &StuckLane) -> f64 {
    let last = task.stretches.iter().rfind(|stretch| stretch.waits && stretch.lock == task.waits_for);
    last.map_or(0.0, |stretch| stretch.from_ns as f64)
}

/// Returns the strips that tracks of a deadlock have.
fn strips(stuck: &Stuck) -> usize {
    stuck.locks.len().clamp(1, MOST_STRIPS)
}

/// Returns the middle of a lock's strip in the track that begins at `top`.
fn middle(stuck: &Stuck, lock: &str, top: f64) -> f64 {
    let strip = stuck.place(lock).min(strips(stuck) - 1);
    top + (strip as f64 + 0.5) * STRIP
}

fn shade(stuck: &Stuck, lock: &str) -> Colour {
    HEAT[HEAT.len() - 1 - 2 * stuck.place(lock).min(2)]
}

impl Drawing for Deadlocks<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Deadlock
    }

    fn title(&self) -> &str {
        &self.tracks.title
    }

    fn alternative(&self) -> String {
        let tasks: Vec<&str> = self.tracks.tracks.iter().map(|track| track.sentence.as_str()).collect();
        format!("{}. One run each: {}.", self.tracks.title, tasks.join("; "))
    }

    fn height(&self) -> u32 {
        self.tracks.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let tops = RefCell::new(Vec::new());
        self.tracks.draw(canvas, |stage, at, top| {
            tops.borrow_mut().push(top);
            let lane = &self.lanes[at];
            for stretch in &lane.task.stretches {
                draw_stretch(stage, lane.stuck, lane.task.task, stretch, top)?;
            }
            // The whole circle, once all of its tracks are there.
            let circle = lane.stuck.lanes.len();
            if lane.place + 1 == circle {
                let tops = tops.borrow();
                draw_circle(stage, lane.stuck, &tops[tops.len() - circle..])?;
            }
            Ok(())
        })
    }
}

fn draw_stretch<DB: DrawingBackend>(
    stage: &Stage<DB>,
    stuck: &Stuck,
    task: u64,
    stretch: &Stretch,
    top: f64,
) -> Drawn<DB> {
    let (left, right) = (stage.x(stretch.from_ns as f64), stage.x(stretch.to_ns as f64));
    let y = middle(stuck, &stretch.lock, top);
    let (upper, lower) = (y - STRIP / 2.0 + 1.0, y + STRIP / 2.0 - 1.0);
    let does = if stretch.waits { "waits for" } else { "holds" };
    let [from, to] = [stretch.from_ns, stretch.to_ns].map(|ns| units::exact_duration(ns as f64));
    stage.canvas.notes.mark(
        (left, upper),
        (right, lower),
        &format!("task {task} {does} {}, {from} to {to}", stretch.lock),
    );
    if stretch.waits {
        return stage.canvas.line((left, y), (right.max(left + 0.5), y), 1.5, FADED);
    }
    stage.canvas.rectangle((left, upper), (right.max(left + 0.5), lower), shade(stuck, &stretch.lock))
}

/// Joins each task that waits with the one that holds the lock.
fn draw_circle<DB: DrawingBackend>(stage: &Stage<DB>, stuck: &Stuck, tops: &[f64]) -> Drawn<DB> {
    let end = stage.x(stuck.closed_ns as f64);
    for (place, task) in stuck.lanes.iter().enumerate() {
        // Of a circle that is too long to be shown the last one waits for a task without a track.
        let next = if place + 1 == stuck.tasks { 0 } else { place + 1 };
        let Some(holder) = tops.get(next) else { continue };
        let x = end + 3.0 + BESIDE * (place % MOST_BESIDE) as f64;
        let (from, to) = (middle(stuck, &task.waits_for, tops[place]), middle(stuck, &task.waits_for, *holder));
        stage.canvas.line((end, from), (x, from), 1.5, REFERENCE)?;
        stage.canvas.line((x, from), (x, to), 1.5, REFERENCE)?;
        stage.canvas.line((x, to), (end, to), 1.5, REFERENCE)?;
    }
    Ok(())
}
