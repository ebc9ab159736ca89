//! What all pages share: style, script and colours, and how they are rendered.

use askama::Template;

use crate::drawing::palette::Colour;
use crate::text::plain;

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("../../../templates/page.css");
/// The script of all pages.
pub const SCRIPT: &str = include_str!("../../../templates/page.js");

/// A colour in both themes, as CSS.
pub struct Shades {
    pub class: &'static str,
    pub light: String,
    pub dark: String,
}

/// Renders a page. The template escapes what HTML could take for markup; what is no text at all goes here.
pub fn finish(page: &impl Template) -> Result<String, askama::Error> {
    Ok(page.render()?.lines().map(plain).collect::<Vec<String>>().join("\n"))
}

/// Returns a colour as CSS.
pub fn shades(colour: Colour) -> Shades {
    let css = |plotters::style::RGBColor(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}");
    Shades { class: colour.class, light: css(colour.light), dark: css(colour.dark) }
}
