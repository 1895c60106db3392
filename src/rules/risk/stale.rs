//! RSK007: a risk that nobody has looked at lately.

use super::{exposure, is_still_open, open_risks};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK007", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        let today = ctx.status_date(risk.plan);
        // The window first: a risk that is over needs no next look, only a word that it is over.
        if let Some(window) = risk.window().filter(|window| window.finish.date < today) {
            let finding = ctx.finding(entity).variant("window").param("date", window.finish.to_string());
            out.report(finding.label(window.span, "it is over"));
            continue;
        }
        match risk.review_by() {
            // "9999-12-31" and the like are PLN012's.
            Some(review) if is_still_open(ctx, review.span) => {}
            Some(review) if review.value.date < today => {
                let finding = ctx.finding_at(entity, review.span);
                out.report(finding.param("date", review.value.to_string()));
            }
            Some(_) => {}
            // Low risks, and those without a score, need no date.
            None => {
                if let Some(exposure) = exposure(risk).filter(|exposure| exposure.is_medium_or_more()) {
                    let finding = ctx.finding(entity).variant("no-date");
                    out.report(finding.param("exposure", exposure.to_string()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(fields: &str) -> Vec<String> {
        let plan = "[plan]\nstatus-date = 2026-10-02\n[task]\na = { title = \"A\" }\n[risk.r]\ntitle = \"R\"";
        places("RSK007", &format!("{plan}\n{fields}\n"))
    }

    #[test]
    fn the_status_date_itself_is_early_enough() {
        assert!(found("review-by = 2026-10-02").is_empty());
        assert_eq!(found("review-by = 2026-10-01"), ["7:13"]);
        assert!(found("window = { start = 2026-09-01, finish = 2026-10-02 }").is_empty());
        assert_eq!(found("window = { start = 2026-09-01, finish = 2026-10-01 }"), ["5:7"]);
    }

    #[test]
    fn low_risks_need_no_date() {
        assert!(found("probability = 1\nimpact = 5").is_empty());
        assert_eq!(found("probability = 2\nimpact = 3"), ["5:7"]);
    }

    #[test]
    fn placeholders_are_reported_elsewhere() {
        assert!(found("review-by = 1900-01-01").is_empty());
    }

    #[test]
    fn one_finding_where_both_are_over() {
        assert_eq!(
            found("review-by = 2026-09-01\nwindow = { start = 2026-08-01, finish = 2026-08-31 }"),
            ["5:7"]
        );
    }

    #[test]
    fn what_is_closed_or_has_occurred_is_not_reviewed() {
        assert!(found("review-by = 2026-09-01\nstatus = \"closed\"").is_empty());
        assert!(found("review-by = 2026-09-01\nstatus = \"occurred\"").is_empty());
    }
}
