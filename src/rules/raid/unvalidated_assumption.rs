//! RAI006: an assumption that nobody has confirmed in time, or that nobody is to confirm.

use super::is_blank;
use crate::finding::{Entity, EntityKind};
use crate::model::Text;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for number in ctx.numbers(EntityKind::Assumption) {
        let assumption = &ctx.model.assumptions[number];
        if is_validated(ctx, assumption.validated()) {
            continue;
        }
        let about = Entity::new(EntityKind::Assumption, number);
        let today = ctx.status_date(assumption.plan);
        if let Some(by) = assumption.validate_by().filter(|by| by.value.date < today) {
            out.report(ctx.finding_at(about, by.span).param("date", by.value.date.to_string()));
        }
        if is_blank(ctx, assumption.owner()) {
            out.report(ctx.finding(about).variant("no-owner").subject("owner"));
        }
    }
}

/// Validated is `true`, or the date it was confirmed.
fn is_validated(ctx: &Ctx<'_>, validated: Option<Text>) -> bool {
    let word = validated.map_or("", |text| ctx.text(text).trim());
    !word.is_empty() && !["false", "no"].contains(&word)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn confirmed_assumptions_are_left_alone() {
        let found = |fields: &str| {
            let plan =
                format!("[plan]\n[assumption]\na = {{ title = \"A\", validate-by = 2026-10-01{fields} }}");
            codes(&plan).iter().filter(|it| it.starts_with("RAI006")).count()
        };
        assert_eq!(found(""), 2);
        assert_eq!(found(", owner = \"mia\""), 1);
        assert_eq!(found(", validated = false, owner = \"mia\""), 1);
        assert_eq!(found(", validated = true"), 0);
        assert_eq!(found(", validated = 2026-09-24"), 0);
    }
}
