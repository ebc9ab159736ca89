//! The answer: for each family and way of concurrency what it gains, one panel a kind of work.

use std::ops::Range;

use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, LABEL, Pen, fitted, title_height, widest};
use super::drawing::Drawing;
use super::drawn::Drawn;
use super::pixels::WIDTH;
use crate::drawing::palette::{FADED, GRID, INK, Palette, REFERENCE};
use crate::figures::ChartKind;
use crate::views::answer::{Answer, Figure, Line, Panel};

/// Height of a line.
const ROW: f64 = 27.0;
/// Space above a family.
const FAMILY_GAP: f64 = 10.0;
/// Height of a bar.
const BAR: f64 = 15.0;
/// Height of the headings of panels.
const HEADING: f64 = 56.0;
/// Height of a line below the panels.
const LEGEND: f64 = 22.0;
/// Space between panels, and beside texts.
const GAP: f64 = 12.0;
/// Room for a figure at the end of a bar, and what stands beside it.
const FIGURE: f64 = 94.0;
/// Size of what stands beside a figure.
const SMALL: f64 = 12.0;
/// How strong the bar of a way is that gains nothing.
const FAINT: f64 = 0.35;
/// Width for a narrow screen.
const NARROW: u32 = 360;
/// What is said below the panels, in parts that a narrow screen holds.
const LEGEND_PARTS: [&str; 3] = [
    "Pale: no gain, or too few rounds to tell.",
    "Red line: the best that this machine,",
    "or so many waits, can give.",
];

/// The chart.
pub struct Answers<'a> {
    answer: &'a Answer,
    palette: &'a Palette,
    /// Name of each family, as far as it fits, with its lines.
    families: Vec<(String, &'a [Line])>,
    /// Whether it is for a narrow screen: the panels are below each other, and so are the names of families and ways.
    is_narrow: bool,
}

impl<'a> Answers<'a> {
    /// Returns none if there is no answer.
    pub fn new(answer: &'a Answer, palette: &'a Palette) -> Option<Self> {
        let families = answer.by_family().map(|lines| (fitted(&lines[0].family_title, LABEL, 110.0), lines));
        (!answer.is_empty()).then(|| Self { answer, palette, families: families.collect(), is_narrow: false })
    }

    /// Returns the same chart for a narrow screen.
    pub fn narrow(self) -> Self {
        Self { is_narrow: true, ..self }
    }

    /// Returns the panels that stand side by side, and below them the next ones.
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let (panels, step) = (self.answer.panels.len(), self.panels_in_block());
        (0..panels).step_by(step).map(move |first| first..(first + step).min(panels))
    }

    fn panels_in_block(&self) -> usize {
        if self.is_narrow { 1 } else { self.answer.panels.len() }
    }

    /// Returns the height of the rows of a block.
    fn rows(&self) -> f64 {
        let names = if self.is_narrow { self.families.len() as f64 * ROW } else { 0.0 };
        self.answer.lines.len() as f64 * ROW + self.families.len() as f64 * FAMILY_GAP + names
    }

    fn left(&self) -> f64 {
        let ways = widest(self.answer.lines.iter().map(|line| line.way.name()), LABEL);
        if self.is_narrow {
            return ways + 2.0 * GAP;
        }
        ways + widest(self.families.iter().map(|(name, _)| name.as_str()), LABEL * 1.06) + 3.0 * GAP
    }

    fn panel_width(&self) -> f64 {
        (f64::from(self.width()) - self.left()) / self.panels_in_block() as f64
    }

    /// Returns the greatest value of a panel, its ceiling included.
    fn greatest(&self, at: usize) -> f64 {
        let figures = self.answer.lines.iter().filter_map(|line| line.figures[at].as_ref()?.value);
        let ceiling = self.answer.panels[at].ceiling.map_or(0.0, |ceiling| ceiling.value);
        figures.map(|estimate| estimate.value).fold(ceiling, f64::max).max(f64::MIN_POSITIVE)
    }

    fn panel_left(&self, at: usize) -> f64 {
        self.left() + (at % self.panels_in_block()) as f64 * self.panel_width()
    }

    /// Returns the width of one unit of a panel's figures.
    fn scale(&self, at: usize) -> f64 {
        (self.panel_width() - FIGURE - GAP) / self.greatest(at)
    }

    /// Returns the lines below the panels.
    fn legend(&self) -> Vec<String> {
        if self.is_narrow { LEGEND_PARTS.map(str::to_owned).to_vec() } else { vec![LEGEND_PARTS.join(" ")] }
    }

    /// Draws the rows of panels that stand side by side.
    fn block<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, block: Range<usize>, top: f64) -> Drawn<DB> {
        let mut y = top + HEADING;
        for (name, lines) in &self.families {
            y += FAMILY_GAP;
            canvas.text(name, GAP, y + ROW / 2.0, Pen { is_bold: true, ..Pen::new(INK).left() })?;
            y += if self.is_narrow { ROW } else { 0.0 };
            for line in *lines {
                canvas.notes.row(y, y + ROW, &in_words(&self.answer.panels, line));
                canvas.text(line.way.name(), self.left() - GAP, y + ROW / 2.0, Pen::new(INK).right())?;
                for at in block.clone() {
                    if let Some(figure) = &line.figures[at] {
                        let panel = &self.answer.panels[at];
                        let corner = (self.panel_left(at), y);
                        self.bar(canvas, corner, self.scale(at), (panel, line, figure), self.panel_width())?;
                    }
                }
                y += ROW;
            }
        }
        block.into_iter().try_for_each(|at| self.frame(canvas, at, top))
    }

    /// Draws the headings of a panel, its axis and its ceiling.
    fn frame<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, at: usize, top: f64) -> Drawn<DB> {
        let panel = &self.answer.panels[at];
        let (width, left) = (self.panel_width(), self.panel_left(at));
        let pen = Pen { is_bold: true, ..Pen::new(INK).left() };
        canvas.text(&fitted(&panel.heading(), LABEL, width - GAP), left, top + 10.0, pen)?;
        let small = Pen { size: SMALL, ..Pen::new(FADED).left() };
        for (words, y) in [(panel.under_heading(), 29.0), (panel.ceiling_in_words(), 45.0)] {
            canvas.text(&fitted(&words, SMALL, width - GAP), left, top + y, small)?;
        }
        let (first, last) = (top + HEADING, top + HEADING + self.rows());
        if let Some(ceiling) = panel.ceiling {
            let x = left + ceiling.value * self.scale(at);
            canvas.line((x, first), (x, last), 1.5, REFERENCE)?;
        }
        canvas.line((left, first), (left, last), 1.0, GRID)
    }

    fn bar<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        (left, y): (f64, f64),
        scale: f64,
        (panel, line, figure): (&Panel, &Line, &Figure),
        width: f64,
    ) -> Drawn<DB> {
        let middle = y + ROW / 2.0;
        let small = Pen { size: SMALL, ..Pen::new(FADED).left() };
        let Some(value) = figure.value else {
            let missing = figure.missing.clone().unwrap_or_default();
            return canvas.text(&fitted(&missing, SMALL, width - GAP), left + 6.0, middle, small);
        };
        let colour = self.palette.colour(&figure.runner);
        let alpha = if figure.is_no_gain || !figure.is_told { FAINT } else { 1.0 };
        let end = left + value.value * scale;
        canvas.shade((left, middle - BAR / 2.0), (end, middle + BAR / 2.0), colour, alpha)?;
        let limit = left + width - GAP;
        let at = limit - FIGURE + GAP;
        if value.is_interval() {
            // A wide interval ends before the figure: its note has both ends.
            let (low, high) = (left + value.low * scale, (left + value.high * scale).min(at - 4.0));
            canvas.line((low, middle), (high, middle), 1.5, INK)?;
        }
        let said = format!(
            "{} {} under {}, {}: {} {}",
            line.family_title,
            line.way.name(),
            figure.runner,
            panel.title,
            figure.with_interval(),
            panel.under_heading()
        );
        canvas.notes.mark((left, y), (limit, y + ROW), &said);
        canvas.text(&figure.text(), at, middle, Pen::new(INK).left())?;
        let beside = if figure.is_no_gain { "no gain".to_owned() } else { figure.beside() };
        canvas.text(&fitted(&beside, SMALL, FIGURE - 40.0), at + 46.0, middle, small)
    }
}

impl Drawing for Answers<'_> {
    fn kind(&self) -> ChartKind {
        ChartKind::Answer
    }

    fn title(&self) -> &str {
        "What threads, processes and coroutines gain"
    }

    fn alternative(&self) -> String {
        let sentences = self.answer.sentences.iter().map(|said| format!("{}: {}", said.topic.name(), said.text));
        format!("{}. {}", self.title(), sentences.collect::<Vec<_>>().join(" "))
    }

    fn width(&self) -> u32 {
        if self.is_narrow { NARROW } else { WIDTH }
    }

    fn height(&self) -> u32 {
        let blocks = self.blocks().count() as f64 * (HEADING + self.rows() + GAP);
        title_height(self.title()) + (blocks + self.legend().len() as f64 * LEGEND) as u32
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        canvas.title(self.title())?;
        let mut y = f64::from(title_height(self.title()));
        for block in self.blocks() {
            self.block(canvas, block, y)?;
            y += HEADING + self.rows() + GAP;
        }
        let pen = Pen { size: SMALL, ..Pen::new(FADED) };
        for line in self.legend() {
            canvas.text(&line, f64::from(self.width()) / 2.0, y + LEGEND - 12.0, pen)?;
            y += LEGEND;
        }
        Ok(())
    }
}

/// Returns the figures of a line in words.
fn in_words(panels: &[Panel], line: &Line) -> String {
    let figure =
        |(panel, figure): (&Panel, &Option<Figure>)| Some(format!("{} {}", panel.title, figure.as_ref()?.text()));
    let figures: Vec<String> = panels.iter().zip(&line.figures).filter_map(figure).collect();
    format!("{} {}: {}", line.family_title, line.way.name(), figures.join(", "))
}
