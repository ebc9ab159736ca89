//! A chart as a picture (PNG, on white) and as inline SVG that follows the theme of the page.

use std::sync::OnceLock;

use plotters::backend::BitMapBackend;
use plotters::drawing::IntoDrawingArea;
use plotters::style::{FontStyle, register_font};

use super::canvas::{Canvas, title_height};
use super::drawing::Drawing;
use super::notes::Notes;
use super::pixels::SCALE;
use super::svg::SvgBackend;
use crate::drawing::palette::PAPER;
use crate::figures::ChartKind;

/// One chart of a group.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows.
    pub kind: ChartKind,
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
#[error("cannot draw the chart `{}`: {why}", .kind.name())]
pub struct ChartError {
    kind: ChartKind,
    why: String,
}

/// Renders a chart as SVG and as PNG.
pub fn render(drawing: &impl Drawing) -> Result<Chart, ChartError> {
    let kind = drawing.kind();
    let failed = |why: String| ChartError { kind, why };
    let svg = render_svg(drawing)?;
    let size = (drawing.width() * SCALE, drawing.height() * SCALE);
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        // A picture has no notes.
        let canvas = Canvas { area: &area, notes: &Notes::default() };
        let drawn = area.fill(&PAPER.light).and_then(|()| drawing.draw(&canvas)).and_then(|()| area.present());
        drawn.map_err(|error| failed(error.to_string()))?;
    }
    let png = encode(&pixels, size).map_err(|error| failed(error.to_string()))?;
    Ok(Chart { kind, title: drawing.title().to_owned(), alternative: drawing.alternative(), svg, png })
}

/// Renders a chart as an `<svg>` element alone.
pub fn render_svg(drawing: &impl Drawing) -> Result<String, ChartError> {
    let kind = drawing.kind();
    let failed = |why: String| ChartError { kind, why };
    register_fonts().map_err(|why| failed(why.to_owned()))?;
    let size = (drawing.width() * SCALE, drawing.height() * SCALE);
    let mut svg = SvgBackend::new(size, title_height(drawing.title()) * SCALE, &drawing.alternative());
    let notes = Notes::default();
    {
        let area = (&mut svg).into_drawing_area();
        drawing.draw(&Canvas { area: &area, notes: &notes }).map_err(|error| failed(error.to_string()))?;
    }
    Ok(svg.finish(&notes.into_text()))
}

/// Encodes red, green and blue as a PNG file.
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Compression took two thirds of the time of a report. At this level it takes a fifth of that, and files are a third larger.
    encoder.set_deflate_compression(png::DeflateCompression::Level(1));
    encoder.set_filter(png::Filter::Up);
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
