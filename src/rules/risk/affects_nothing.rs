//! RSK012: a risk that does not say what it would hit.

use super::open_risks;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK012", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        // `scope` has one word, "plan". Names that lead nowhere are PLN007's.
        if risk.affects().is_empty() && risk.scope().is_none() {
            out.report(ctx.finding(entity));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn anything_named_is_enough() {
        let found = |risk: &str| {
            places(
                "RSK012",
                &format!("[plan]\n[task]\na = {{ title = \"A\" }}\n[risk]\nr = {{ title = \"R\"{risk} }}\n"),
            )
        };
        assert_eq!(found(""), ["5:1"]);
        assert_eq!(found(", affects = []"), ["5:1"]);
        assert!(found(", affects = [\"nowhere\"]").is_empty());
        assert!(found(", scope = \"plan\"").is_empty());
        assert!(found(", status = \"closed\"").is_empty());
        assert!(found(", status = \"occurred\"").is_empty());
    }
}
