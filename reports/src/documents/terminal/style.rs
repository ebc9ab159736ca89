//! How the terminal's texts and tables look.

use comfy_table::{LineStyle, TableStyle};

/// A line below the headings, and nothing else.
pub const TABLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Returns the text in a style, if there are to be styles.
pub fn styled(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
