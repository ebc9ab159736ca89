//! A plotters backend that writes SVG for inlining into the page.
//!
//! Two things are different from the SVG backend of plotters: colours are class names, so that the page's style sheet
//! can give them other values in another theme (and a class per runner can be addressed); and neighbouring marks of the
//! same look become one path, which makes charts of thousands of points about ten times smaller.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use crate::drawing::palette::all;

/// What plotters calls the size of a font is the height of its line; for the embedded font that is so many times its
/// em.
const LINE_PER_EM: f64 = 1.164;
/// Size of labels in the page's style sheet.
const LABEL_EM: f64 = 24.1;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// The backend. Backend pixels are the units of the view box.
pub struct SvgBackend {
    size: (u32, u32),
    /// What is above this is not shown: the page has the title as text of its own.
    top: u32,
    /// Class names by colour.
    classes: HashMap<(u8, u8, u8), &'static str>,
    /// What is written, but for the open path.
    written: String,
    /// Attributes and data of the path that following marks of the same look are added to.
    path: Option<(String, String)>,
}

impl SvgBackend {
    /// Returns an empty chart that shows what is below `top`; `alternative` is its text for those who cannot see it.
    pub fn new(size: (u32, u32), top: u32, alternative: &str) -> Self {
        let (width, height) = size;
        let label = escaped(alternative);
        let written = format!(
            "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 {top} {width} {}\" role=\"img\" aria-label=\"{label}\">",
            height.saturating_sub(top)
        );
        let classes = all().map(|colour| ((colour.light.0, colour.light.1, colour.light.2), colour.class)).collect();
        Self { size, top, classes, written, path: None }
    }

    /// Returns the `<svg>` element, with the notes of its marks.
    pub fn finish(mut self, notes: &str) -> String {
        self.close_path();
        let lines: Vec<String> = notes.lines().map(escaped).collect();
        let _ = write!(self.written, "<metadata>{}</metadata></svg>", lines.join("\n"));
        self.written
    }

    /// Returns the attributes that give a mark its colour; `paint` is `f` (fill), `s` (stroke) or `d` (dots: stroke with round
    /// ends).
    fn look(&self, colour: BackendColor, paint: &str, width: Option<u32>) -> String {
        let mut look = match self.classes.get(&colour.rgb) {
            Some(class) => format!("class=\"{class} {paint}\""),
            None => {
                let (r, g, b) = colour.rgb;
                format!("class=\"{paint}\" style=\"--c:#{r:02x}{g:02x}{b:02x}\"")
            }
        };
        if let Some(width) = width {
            let _ = write!(look, " stroke-width=\"{width}\"");
        }
        if colour.alpha < 1.0 {
            let _ = write!(look, " opacity=\"{}\"", (colour.alpha * 100.0).round() / 100.0);
        }
        look
    }

    /// Adds to the open path if it looks the same, or begins another one.
    fn add(&mut self, look: String, data: &str) {
        match &mut self.path {
            Some((open, written)) if *open == look => written.push_str(data),
            _ => {
                self.close_path();
                self.path = Some((look, data.to_owned()));
            }
        }
    }

    fn close_path(&mut self) {
        if let Some((look, data)) = self.path.take() {
            let _ = write!(self.written, "<path {look} d=\"{data}\"/>");
        }
    }

    /// Adds a polyline or polygon.
    fn add_points(&mut self, look: String, points: impl IntoIterator<Item = BackendCoord>, end: &str) {
        let mut data = String::new();
        for (i, (x, y)) in points.into_iter().enumerate() {
            let _ = write!(data, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
        }
        data.push_str(end);
        self.add(look, &data);
    }
}

impl DrawingBackend for &mut SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        if colour.alpha > 0.0 {
            let look = self.look(colour, "f", None);
            self.add(look, &format!("M{x} {y}h1v1h-1z"));
        }
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let look = if fill {
                self.look(style.color(), "f", None)
            } else {
                self.look(style.color(), "s", Some(style.stroke_width()))
            };
            self.add(look, &format!("M{x} {y}h{}v{}h{}z", right - x, bottom - y, x - right));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            let look = self.look(style.color(), "s", Some(style.stroke_width()));
            self.add_points(look, path, "");
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if style.color().alpha > 0.0 && fill {
            let look = self.look(style.color(), "d", Some(2 * radius));
            self.add(look, &format!("M{x} {y}h0"));
        } else if style.color().alpha > 0.0 {
            let look = self.look(style.color(), "s", Some(style.stroke_width()));
            let diameter = 2 * radius;
            self.add(
                look,
                &format!(
                    "M{} {y}a{radius} {radius} 0 1 0 {diameter} 0a{radius} {radius} 0 1 0 -{diameter} 0",
                    x - radius as i32
                ),
            );
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            let look = self.look(style.color(), "f", None);
            self.add_points(look, corners, "z");
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        if style.color().alpha == 0.0 || text.is_empty() || y < self.top as i32 {
            return Ok(());
        }
        self.close_path();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " mid",
            HPos::Right => " end",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => 0.76,
            // Where the bitmap backend puts the baseline, too.
            VPos::Center => 0.11,
            VPos::Bottom => 0.0,
        };
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {y})\""),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {y})\""),
            FontTransform::Rotate270 => format!(" transform=\"rotate(270 {x} {y})\""),
        };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        let em = (style.size() / LINE_PER_EM * 10.0).round() / 10.0;
        // Most texts are labels: the style sheet has their size, and a page of thousands of them is the smaller for it.
        let size = if em == LABEL_EM { String::new() } else { format!(" font-size=\"{em}\"") };
        let baseline = y + (shift * em).round() as i32;
        let look = self.look(style.color(), &format!("f{anchor}"), None);
        let text = escaped(text);
        let _ = write!(self.written, "<text {look} x=\"{x}\" y=\"{baseline}\"{size}{turn}{weight}>{text}</text>");
        Ok(())
    }
}

/// Escapes text for the content or an attribute of an element.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::text::plain(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::style::{Color, RGBColor};

    #[test]
    fn same_looks_share_a_path_and_colours_are_classes() {
        let mut svg = SvgBackend::new((10, 20), 0, "<alt> \"text\"");
        let colour = all().nth(9).expect("a colour");
        for x in [1, 2] {
            (&mut svg).draw_circle((x, 3), 2, &colour.light.filled(), true).expect("infallible");
        }
        (&mut svg).draw_line((0, 0), (5, 5), &RGBColor(1, 2, 3)).expect("infallible");
        let text = svg.finish("1 1 2 2 a<b\n3 3 4 4 c");
        assert!(text.contains("aria-label=\"&lt;alt&gt; &quot;text&quot;\""), "{text}");
        assert!(text.contains("<path class=\"r4 d\" stroke-width=\"4\" d=\"M1 3h0M2 3h0\"/>"), "{text}");
        assert!(text.contains("style=\"--c:#010203\""), "{text}");
        assert!(text.ends_with("<metadata>1 1 2 2 a&lt;b\n3 3 4 4 c</metadata></svg>"), "{text}");
    }
}
