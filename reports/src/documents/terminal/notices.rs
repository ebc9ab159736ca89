//! Notices in the terminal, a line each.

use super::style::styled;
use crate::judgement::notices::Notice;
use crate::judgement::severity::Severity;
use crate::text::plain;

/// Returns the line of a notice.
pub fn line(notice: &Notice, colour: bool) -> String {
    let (name, code) = match notice.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Caution => ("note", "1;33"),
    };
    format!("{}: {}\n", styled(name, code, colour), plain(&notice.text))
}
