//! The comparison as a page: one self-contained file, by `templates/compare.html`.

use askama::Template;

use super::shell::{SCRIPT, STYLE, finish};
use crate::drawing::palette;
use crate::judgement::compare::Comparison;
use crate::views::comparison::{
    COUNT_HEADINGS, HEADINGS, changed_counts, count_fields, counts_sentence, facts, fields, remarks,
};

#[derive(Template)]
#[template(path = "compare.html")]
struct Page<'a> {
    comparison: &'a Comparison,
    facts: Vec<(&'static str, String)>,
    remarks: Vec<String>,
    headings: [&'static str; 9],
    lines: Vec<Line>,
    counts: Option<String>,
    count_headings: [&'static str; 7],
    count_lines: Vec<[String; 7]>,
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

/// Returns the page as HTML.
///
/// # Errors
/// If the template fails.
pub fn comparison(comparison: &Comparison) -> Result<String, askama::Error> {
    let css = |plotters::style::RGBColor(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}");
    let lines = comparison.cells.iter().map(|cell| Line {
        class: match cell.conclusion {
            conclusion if conclusion.is_regression() => "bad",
            conclusion if conclusion.is_improvement() => "good",
            _ => "quiet",
        },
        sort: cell.wall.ratio.value,
        fields: fields(cell),
    });
    let page = Page {
        comparison,
        facts: facts(comparison),
        remarks: remarks(comparison),
        headings: HEADINGS,
        lines: lines.collect(),
        counts: counts_sentence(comparison),
        count_headings: COUNT_HEADINGS,
        count_lines: changed_counts(comparison).into_iter().map(count_fields).collect(),
        colours: palette::all()
            .map(|colour| (colour.class, format!("light-dark({},{})", css(colour.light), css(colour.dark))))
            .collect(),
        style: STYLE,
        script: SCRIPT,
    };
    finish(&page)
}
