//! RAI005: a decision that nobody is named to make.

use super::{is_blank, open_decisions};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for number in open_decisions(ctx) {
        if is_blank(ctx, ctx.model.decisions[number].owner()) {
            out.report(ctx.finding(Entity::new(EntityKind::Decision, number)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn a_decision_that_was_made_needs_nobody() {
        let found = |fields: &str| {
            let plan = format!("[plan]\n[decision]\nd = {{ title = \"D\"{fields} }}");
            codes(&plan).iter().any(|it| it == "RAI005 3:1")
        };
        assert!(found(""));
        assert!(found(", owner = \" \""));
        assert!(!found(", owner = \"TBD\""), "PLN012 asks");
        assert!(!found(", status = \"decided\""));
    }
}
