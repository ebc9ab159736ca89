//! The charts of a group, each as a picture (PNG, on white) and as inline SVG that follows the theme of the page.
//!
//! ```text
//! charts.rs              which charts a group has, and how one is rendered
//! charts/canvas.rs       text, lines and marks on either backend, in logical pixels
//! charts/notes.rs        what marks say exactly
//! charts/axis.rs         ranges, ticks, logarithms
//! charts/rows.rs         the frame that most of the charts share: one row a cell
//! charts/samples.rs      every sample, median and interval
//! charts/ratio.rs        speed-up, or time over the longest wait
//! charts/cores.rs        effective cores against the ideal
//! charts/latency.rs      quantiles of latencies
//! charts/costs.rs        what a model costs by itself
//! charts/loss.rs         where cores or time were lost
//! charts/utilisation.rs  one row a core, one column a cell
//! charts/tracks.rs       the frame that the charts of profiles share: one track a cell
//! charts/timeline.rs     how busy each core was over time
//! charts/lanes.rs        which worker did which task when
//! charts/beside.rs       a figure of each cell in several runs
//! charts/svg.rs          the backend that writes SVG
//! ```

mod beside;
mod canvas;
mod cores;
mod costs;
mod lanes;
mod latency;
mod loss;
mod notes;
mod ratio;
mod rows;
mod samples;
mod svg;
mod timeline;
mod tracks;
mod utilisation;

use std::sync::OnceLock;

use plotters::backend::BitMapBackend;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::{FontStyle, register_font};
use plotters_backend::DrawingBackend;

use self::canvas::{Canvas, SCALE, WIDTH, title_height};
use self::notes::Notes;
use self::svg::SvgBackend;
use crate::drawing::palette::PAPER;
use crate::figures::costs::Cost;
use crate::figures::{GroupSummary, Row};
use crate::judgement::beside::Shared;
use crate::records::schema::Profile;

/// One chart of a group.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows: `samples`, `speedup`, `wait`, `latency`, `why`, `cores`, `utilisation`, `timeline` or `lanes`; of the costs `task`, `switch` or `memory`; of runs side by side `beside`. Part of its file name.
    pub name: &'static str,
    /// What is seen, in one sentence.
    pub title: String,
    /// What it shows and its figures, for those who cannot see it.
    pub alternative: String,
    /// An `<svg>` element for inlining; it takes its colours from the page's style sheet, and carries in its `<metadata>`
    /// what each mark says exactly.
    pub svg: String,
    /// A PNG file.
    pub png: Vec<u8>,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the chart `{name}`: {why}")]
pub struct ChartError {
    name: &'static str,
    why: String,
}

/// What drawing on a backend results in.
type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// What can be drawn on any backend.
trait Drawing {
    /// What it shows, as part of file names.
    fn name(&self) -> &'static str;
    /// What is seen.
    fn title(&self) -> &str;
    /// Its figures in words.
    fn alternative(&self) -> String;
    /// Height in logical pixels; the width is [`WIDTH`].
    fn height(&self) -> u32;
    /// Draws it over the whole area.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB>;
}

/// The charts of a group: those for which it has figures.
///
/// # Errors
/// If the drawing library fails.
pub fn of_group(group: &GroupSummary) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    if let Some(chart) = samples::Samples::of(group) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = ratio::Ratios::of(group) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = latency::Latencies::of(group) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = loss::Loss::of(group) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = cores::Cores::of(group) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = utilisation::Utilisation::of(group) {
        charts.push(render(&chart)?);
    }
    Ok(charts)
}

/// The charts of costs, one a kind.
///
/// # Errors
/// If the drawing library fails.
pub fn of_costs(costs: &[Cost]) -> Result<Vec<Chart>, ChartError> {
    costs.iter().map(|cost| render(&costs::Costs::of(cost))).collect()
}

/// The charts of the profiles of a group: those for which they have something to show.
///
/// # Errors
/// If the drawing library fails.
pub fn of_profiles(group: &GroupSummary, profiles: &[Profile]) -> Result<Vec<Chart>, ChartError> {
    let of_row = |row: &Row| profiles.iter().find(|profile| profile.cell == row.cell && group.is_of(profile));
    let profiles: Vec<(&Row, &Profile)> = group.contenders().filter_map(|row| Some((row, of_row(row)?))).collect();
    let mut charts = Vec::new();
    if let Some(chart) = timeline::Timeline::of(group, &profiles) {
        charts.push(render(&chart)?);
    }
    if let Some(chart) = lanes::Lanes::of(group, &profiles) {
        charts.push(render(&chart)?);
    }
    Ok(charts)
}

/// The chart of a workload that several runs share, by their letters; none if there is no figure to draw.
///
/// # Errors
/// If the drawing library fails.
pub fn of_shared(shared: &Shared, letters: &[&str]) -> Result<Option<Chart>, ChartError> {
    beside::Sides::of(shared, letters).map(|chart| render(&chart)).transpose()
}

/// Names of the charts that [`of_group`] makes.
pub fn names(group: &GroupSummary) -> Vec<&'static str> {
    let names = [
        samples::Samples::of(group).map(|chart| chart.name()),
        ratio::Ratios::of(group).map(|chart| chart.name()),
        latency::Latencies::of(group).map(|chart| chart.name()),
        loss::Loss::of(group).map(|chart| chart.name()),
        cores::Cores::of(group).map(|chart| chart.name()),
        utilisation::Utilisation::of(group).map(|chart| chart.name()),
    ];
    names.into_iter().flatten().collect()
}

fn render(drawing: &impl Drawing) -> Result<Chart, ChartError> {
    let name = drawing.name();
    let failed = |why: String| ChartError { name, why };
    register_fonts().map_err(|why| failed(why.to_owned()))?;
    let alternative = drawing.alternative();
    let size = (WIDTH * SCALE, drawing.height() * SCALE);
    let mut svg = SvgBackend::new(size, title_height(drawing.title()) * SCALE, &alternative);
    let notes = Notes::default();
    {
        let area = (&mut svg).into_drawing_area();
        drawing.draw(&Canvas { area: &area, notes: &notes }).map_err(|error| failed(error.to_string()))?;
    }
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        // A picture has no notes.
        let canvas = Canvas { area: &area, notes: &Notes::default() };
        let drawn = area.fill(&PAPER.light).and_then(|()| drawing.draw(&canvas)).and_then(|()| area.present());
        drawn.map_err(|error| failed(error.to_string()))?;
    }
    let png = encode(&pixels, size).map_err(|error| failed(error.to_string()))?;
    Ok(Chart { name, title: drawing.title().to_owned(), alternative, svg: svg.finish(&notes.into_text()), png })
}

/// Red, green, blue as a PNG file.
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}

/// Makes the embedded font known to plotters, once per process: the machine need not have any font.
///
/// # Errors
/// If the embedded font is not readable.
pub fn register_fonts() -> Result<(), &'static str> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let is_registered = REGISTERED.get_or_init(|| {
        register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular()).is_ok()
            && register_font("sans-serif", FontStyle::Bold, dejavu::sans::bold()).is_ok()
    });
    if *is_registered { Ok(()) } else { Err("the embedded font is not readable") }
}
