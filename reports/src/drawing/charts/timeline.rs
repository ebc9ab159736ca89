//! How busy each core was over time: a strip a core in shades, the effective cores above, one time axis for all cells.

use plotters_backend::DrawingBackend;

use super::canvas::Canvas;
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::notes::most_in_row;
use super::tracks::{MANY_CELLS, Stage, Track, Tracks, cost_of_recording};
use crate::drawing::palette::{Colour, FADED, HEAT, Palette, heat};
use crate::figures::capacity::Ceiling;
use crate::figures::{ChartKind, GroupSummary, Row};
use crate::records::schema::{Moment, Profile};
use crate::text::units;
use crate::views::findings;

/// Strips that a cell has at most; with more cores, a strip is the mean of several. With many cells, fewer.
const MOST_STRIPS: usize = 16;
const MOST_STRIPS_OF_MANY: usize = 8;
/// Fields that the strips of all cells have at most, roughly; where there are more, a field is the mean of several.
const MOST_FIELDS: usize = 3_000;
/// Height of the curve of effective cores.
const CURVE: f64 = 24.0;
/// Space between the curve and the strips.
const GAP: f64 = 2.0;
/// The source that counts this run alone.
const OWN_TREE: &str = "perf-task-clock";

/// The chart.
pub struct Timeline {
    tracks: Tracks,
    cells: Vec<CellTimeline>,
    /// Cores that the curve reaches up to.
    cores: f64,
    strips: usize,
    /// Notes that a cell has at most.
    notes: usize,
}

/// How busy the cores were with a cell.
struct CellTimeline {
    intervals: Vec<Interval>,
    colour: Colour,
    label: String,
    /// Effective cores of the whole run.
    mean: f64,
}

/// How busy the cores were between two moments.
struct Interval {
    from_ns: f64,
    to_ns: f64,
    /// Busy share by core.
    shares: Vec<f64>,
}

impl Timeline {
    /// Returns the chart; none if no profile of the group has two moments.
    pub fn new(group: &GroupSummary, profiles: &[(&Row, &Profile)], palette: &Palette) -> Option<Self> {
        let usable_cores = group.ceiling.as_ref().map(Ceiling::usable);
        let mut known: Vec<(&Profile, CellTimeline)> = profiles
            .iter()
            .filter_map(|(row, profile)| Some((*profile, CellTimeline::new(row, profile, palette)?)))
            .collect();
        let most = known.iter().map(|(_, cell)| cell.cores()).max()?;
        let strips = most.min(if known.len() >= MANY_CELLS { MOST_STRIPS_OF_MANY } else { MOST_STRIPS });
        let most_intervals = MOST_FIELDS / (strips * known.len());
        let together = known.iter_mut().map(|(_, cell)| cell.join(most_intervals)).max().unwrap_or(1);
        let notes = most_in_row(known.len());
        let strip = strip_height(strips);
        let tracks = known.iter().map(|(profile, cell)| Track {
            name: cell.label.clone(),
            note: format!("{} cores", units::cores(cell.mean)),
            figure: units::duration(profile.wall_ns as f64),
            end_ns: profile.wall_ns as f64,
            height: CURVE + GAP + strip * strips as f64,
            sentence: format!(
                "{}: {} cores busy over {}",
                cell.label,
                units::cores(cell.mean),
                units::duration(profile.wall_ns as f64)
            ),
        });
        let tracks: Vec<Track> = tracks.collect();
        let means: Vec<(&str, f64)> = known.iter().map(|(_, cell)| (cell.label.as_str(), cell.mean)).collect();
        let title = findings::timeline(&means, usable_cores).title(group);
        let per_strip = most.div_ceil(strips);
        let each = if per_strip == 1 { "core".to_owned() } else { format!("group of {per_strip} cores") };
        let mut legend = vec![format!(
            "Above: effective cores, up to {}. Below: a strip a {each}; the stronger, the busier. The upright line is the end.",
            units::without_zeros(&units::number(usable_cores.unwrap_or(most as f64)))
        )];
        if together > 1 {
            legend.push(format!("Of up to {together} readings of the counters the mean is drawn."));
        }
        let mut others: Vec<&str> =
            known.iter().map(|(profile, _)| profile.source.as_str()).filter(|source| *source != OWN_TREE).collect();
        others.sort_unstable();
        others.dedup();
        legend.extend(others.iter().map(|source| {
            let source = crate::text::shortened(source, 40);
            format!("Source: {source}: this counts every program of the machine, not the run alone.")
        }));
        legend.extend(cost_of_recording(profiles));
        let cores = usable_cores.unwrap_or(most as f64).max(1.0);
        let cells = known.into_iter().map(|(_, cell)| cell).collect();
        Some(Self { tracks: Tracks { title, tracks, legend }, cells, cores, strips, notes })
    }
}

impl CellTimeline {
    fn new(row: &Row, profile: &Profile, palette: &Palette) -> Option<Self> {
        let wall = profile.wall_ns as f64;
        let intervals: Vec<Interval> =
            profile.timeline.windows(2).filter_map(|pair| Interval::between(&pair[0], &pair[1], wall)).collect();
        let busy: f64 = intervals.iter().map(|one| one.shares.iter().sum::<f64>() * one.length()).sum();
        let time: f64 = intervals.iter().map(Interval::length).sum();
        (time > 0.0).then(|| Self {
            colour: palette.colour(&row.cell.runner),
            label: row.label.clone(),
            mean: busy / time,
            intervals,
        })
    }

    fn cores(&self) -> usize {
        self.intervals.iter().map(|interval| interval.shares.len()).max().unwrap_or(0).max(1)
    }

    /// Joins intervals so that there are at most so many, and says of how many one is at most.
    fn join(&mut self, most: usize) -> usize {
        let together = self.intervals.len().div_ceil(most.max(1)).max(1);
        self.intervals = self.intervals.chunks(together).filter_map(Interval::joined).collect();
        together
    }

    /// Notes what each stretch of time says: how busy all cores were together, and each strip by itself.
    fn note<DB: DrawingBackend>(&self, stage: &Stage<DB>, top: f64, height: f64, (most, strips): (usize, usize)) {
        let together = self.intervals.len().div_ceil(most).max(1);
        for interval in self.intervals.chunks(together).filter_map(Interval::joined) {
            let each: Vec<String> =
                interval.strips(self.cores(), strips).map(|share| format!("{:.0}", share * 100.0)).collect();
            let text = format!(
                "{} to {}: {} cores busy ({} %)",
                units::duration(interval.from_ns),
                units::duration(interval.to_ns),
                units::cores(interval.shares.iter().sum()),
                each.join(", ")
            );
            stage.canvas.notes.mark((stage.x(interval.from_ns), top), (stage.x(interval.to_ns), top + height), &text);
        }
    }

    /// Returns the strips' rectangles by shade, those next to each other joined: `(strip, from, to)`.
    fn strips(&self, strips: usize) -> Vec<Vec<(usize, f64, f64)>> {
        let mut by_shade: Vec<Vec<(usize, f64, f64)>> = vec![Vec::new(); HEAT.len()];
        for interval in &self.intervals {
            for (strip, share) in interval.strips(self.cores(), strips).enumerate() {
                by_shade[heat(share)].push((strip, interval.from_ns, interval.to_ns));
            }
        }
        for rectangles in &mut by_shade {
            rectangles.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            rectangles.dedup_by(|next, before| {
                let touches = next.0 == before.0 && before.2 >= next.1;
                before.2 = if touches { next.2 } else { before.2 };
                touches
            });
        }
        by_shade
    }
}

impl Interval {
    /// Returns several intervals, one after the other, as one; none of none.
    fn joined(some: &[Self]) -> Option<Self> {
        let (first, last) = (some.first()?, some.last()?);
        let time: f64 = some.iter().map(Self::length).sum();
        let cores = some.iter().map(|one| one.shares.len()).max()?;
        let busy =
            |core: usize| some.iter().map(|one| one.shares.get(core).unwrap_or(&0.0) * one.length()).sum::<f64>();
        Some(Self {
            from_ns: first.from_ns,
            to_ns: last.to_ns,
            shares: (0..cores).map(|core| busy(core) / time).collect(),
        })
    }

    /// Returns the mean shares of so many strips of cores.
    fn strips(&self, cores: usize, strips: usize) -> impl Iterator<Item = f64> {
        let per_strip = cores.div_ceil(strips).max(1);
        (0..strips).map(move |strip| {
            let shares: Vec<f64> = self.shares.iter().skip(strip * per_strip).take(per_strip).copied().collect();
            shares.iter().sum::<f64>() / shares.len().max(1) as f64
        })
    }

    fn length(&self) -> f64 {
        self.to_ns - self.from_ns
    }

    /// Returns what is between two moments; none if no time is, or if it is after the end of the run.
    fn between(before: &Moment, after: &Moment, end_ns: f64) -> Option<Self> {
        let (from_ns, to_ns) = (before.at_ns as f64, (after.at_ns as f64).min(end_ns));
        let span = (after.at_ns.saturating_sub(before.at_ns)) as f64;
        let shares = after.cores_ns.iter().zip(&before.cores_ns);
        let shares = shares.map(|(now, then)| (now.saturating_sub(*then) as f64 / span).min(1.0)).collect();
        (span > 0.0 && to_ns > from_ns).then_some(Self { from_ns, to_ns, shares })
    }
}

fn strip_height(strips: usize) -> f64 {
    if strips <= 4 { 9.0 } else { 5.0 }
}

impl Drawing for Timeline {
    fn kind(&self) -> ChartKind {
        ChartKind::Timeline
    }

    fn title(&self) -> &str {
        &self.tracks.title
    }

    fn alternative(&self) -> String {
        let cells: Vec<&str> = self.tracks.tracks.iter().map(|track| track.sentence.as_str()).collect();
        format!("{}. Mean over one profiled run: {}.", self.tracks.title, cells.join("; "))
    }

    fn height(&self) -> u32 {
        self.tracks.height()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        self.tracks.draw(canvas, |stage, i, top| {
            let cell = &self.cells[i];
            curve(stage, cell, top, self.cores)?;
            cell.note(stage, top, self.tracks.tracks[i].height, (self.notes, self.strips));
            let height = strip_height(self.strips);
            let first = top + CURVE + GAP;
            for (shade, rectangles) in cell.strips(self.strips).iter().enumerate() {
                for (strip, from, to) in rectangles {
                    let y = first + *strip as f64 * height;
                    let (left, right) = (stage.x(*from), stage.x(*to));
                    stage.canvas.rectangle((left, y), (right, y + height - 1.0), HEAT[shade])?;
                }
            }
            Ok(())
        })
    }
}

/// Draws the effective cores over time, as an area of steps in the runner's colour.
fn curve<DB: DrawingBackend>(stage: &Stage<DB>, cell: &CellTimeline, top: f64, cores: f64) -> Drawn<DB> {
    let bottom = top + CURVE;
    let mut end: f64 = 0.0;
    for interval in &cell.intervals {
        let busy = (interval.shares.iter().sum::<f64>() / cores).clamp(0.0, 1.0);
        let (left, right) = (stage.x(interval.from_ns), stage.x(interval.to_ns));
        end = end.max(right);
        if busy > 0.01 {
            stage.canvas.rectangle((left, bottom - busy * CURVE), (right, bottom), cell.colour)?;
        }
    }
    stage.canvas.line((stage.x(0.0), top), (end, top), 0.5, FADED)?;
    stage.canvas.line((stage.x(0.0), bottom), (end, bottom), 0.5, FADED)
}
