//! A verdict in one line, for whoever watches a run.

use super::style::{FAINT, styled};
use super::verdicts::code;
use crate::figures::Summary;
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{plain, shortened, width};
use crate::views::families;

/// Returns the verdict in one line of at most `columns`, if they are bounded; with ANSI colours if `colour`. `before` is what was said of it
/// earlier, when there were fewer records.
pub fn line(
    verdict: &Verdict,
    before: Option<Outcome>,
    summary: &Summary,
    colour: bool,
    columns: Option<u16>,
) -> String {
    let outcome = verdict.outcome();
    let mark = format!("{} {}", outcome.mark(), outcome.word());
    let before = before.map(|before| format!(" (was: {})", before.word())).unwrap_or_default();
    let figure = verdict.judgement.figure();
    let family = families::title(summary, &verdict.family);
    let place = [family, figure].into_iter().filter(|part| !part.is_empty()).collect::<Vec<String>>().join(" ");
    let place = format!("  {place}:");
    let taken = width(&mark) + width(&before) + width(&place) + 1;
    let statement = match columns {
        Some(columns) => shortened(&verdict.statement, usize::from(columns).saturating_sub(taken)),
        None => plain(&verdict.statement),
    };
    format!("{}{before}{} {statement}", styled(&mark, code(outcome), colour), styled(&place, FAINT, colour))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Claims;

    #[test]
    fn a_verdict_is_one_line_however_narrow_the_terminal() {
        let claims = Claims::built_in();
        let summary = Summary::from_results(&crate::Results::default());
        let verdict = claims.judge(&summary).remove(0);
        let whole = line(&verdict, None, &summary, false, None);
        assert!(whole.starts_with("– not run  ") && whole.ends_with(&verdict.statement), "{whole}");
        let changed = line(&verdict, Some(Outcome::Holds), &summary, false, Some(60));
        assert!(changed.starts_with("– not run (was: holds)") && changed.ends_with('…'), "{changed}");
        assert_eq!(width(&changed), 60);
        let coloured = line(&verdict, None, &summary, true, Some(60));
        assert!(coloured.contains("\u{1b}["), "{coloured}");
    }
}
