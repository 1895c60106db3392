//! RSK002: a risk that nobody watches.

use super::{is_written, open_risks};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        // A team is OWN010's, "TBD" is PLN012's.
        if !is_written(ctx, risk.owner()) {
            out.report(ctx.finding(entity));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn teams_and_placeholders_are_the_matter_of_other_rules() {
        let found = |owner: &str, status: &str| {
            places(
                "RSK002",
                &format!(
                    "[plan]\n[person]\np = {{ name = \"P\" }}\n[team]\nt = {{ lead = \"p\" }}\n[task]\na = {{ title = \"A\" }}\n\
                     [risk]\nr = {{ title = \"R\", owner = \"{owner}\", status = \"{status}\" }}\n"
                ),
            )
        };
        assert!(found("t", "open").is_empty());
        assert!(found("TBD", "open").is_empty());
        assert_eq!(found(" ", "open"), ["9:1"]);
        assert!(found("", "closed").is_empty());
        assert!(found("", "occurred").is_empty());
    }
}
