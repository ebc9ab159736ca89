//! The comparison as a page: one self-contained file, by `templates/compare.html`.

use askama::Template;

use crate::documents::comparison::{HEADINGS, fields, remarks};
use crate::drawing::palette as colours;
use crate::judgement::compare::Comparison;
use crate::text::plain;

#[derive(Template)]
#[template(path = "compare.html")]
struct Page<'a> {
    comparison: &'a Comparison,
    remarks: Vec<String>,
    headings: [&'static str; 9],
    lines: Vec<Line>,
    colours: Vec<(&'static str, String)>,
    style: &'static str,
    script: &'static str,
}

/// A line of the table.
struct Line {
    /// `notice` classes of the page's style: `bad` for slower.
    class: &'static str,
    /// What the change sorts by.
    sort: f64,
    fields: [String; 9],
}

/// The page as HTML.
///
/// # Errors
/// If the template fails.
pub fn page(comparison: &Comparison) -> Result<String, askama::Error> {
    let css = |plotters::style::RGBColor(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}");
    let lines = comparison.cells.iter().map(|cell| Line {
        class: match cell.outcome {
            outcome if outcome.is_regression() => "bad",
            outcome if outcome.is_improvement() => "good",
            _ => "quiet",
        },
        sort: cell.wall.ratio.value,
        fields: fields(cell),
    });
    let page = Page {
        comparison,
        remarks: remarks(comparison),
        headings: HEADINGS,
        lines: lines.collect(),
        colours: colours::all()
            .map(|colour| (colour.class, format!("light-dark({},{})", css(colour.light), css(colour.dark))))
            .collect(),
        style: include_str!("../../../templates/page.css"),
        script: include_str!("../../../templates/page.js"),
    };
    Ok(page.render()?.lines().map(plain).collect::<Vec<String>>().join("\n"))
}
