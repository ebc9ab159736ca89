//! Notices in the terminal, a line each.

use super::style::{BOLD_RED, BOLD_YELLOW, styled};
use crate::judgement::notices::Notice;
use crate::judgement::severity::Severity;
use crate::text::plain;

/// Returns the line of a notice.
pub fn line(notice: &Notice, colour: bool) -> String {
    let (name, code) = match notice.severity {
        Severity::Error => ("error", BOLD_RED),
        Severity::Doubt | Severity::Caution => ("note", BOLD_YELLOW),
    };
    format!("{}: {}\n", styled(name, code, colour), plain(&notice.text))
}
