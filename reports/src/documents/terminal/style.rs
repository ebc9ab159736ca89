//! How the terminal's texts and tables look.

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

use crate::text::wrapped;

/// A line below the headings, and nothing else.
pub const TABLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Returns an empty table that is laid out for so many columns.
pub fn table(colour: bool, width: usize) -> Table {
    let mut table = Table::new();
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    table.load_style(TABLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What matters less.
pub const FAINT: Style = Style::new().dimmed();
/// What failed.
pub const RED: Style = AnsiColor::Red.on_default();
/// What is wrong.
pub const BOLD_RED: Style = AnsiColor::Red.on_default().bold();
/// What is slower, or undecided.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// What to know first.
pub const BOLD_YELLOW: Style = AnsiColor::Yellow.on_default().bold();
/// What holds.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// What is faster.
pub const BLUE: Style = AnsiColor::Blue.on_default();

/// Returns the text in a style, if there are to be styles.
pub fn styled(text: &str, style: Style, colour: bool) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Adds a text to `out` in lines of at most `width` columns, each behind so many spaces.
pub fn push_wrapped(out: &mut String, indent: usize, text: &str, width: usize) {
    for line in wrapped(text, width.saturating_sub(indent)) {
        out.push_str(&format!("{:indent$}{line}\n", ""));
    }
}
