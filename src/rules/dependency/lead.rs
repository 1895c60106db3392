//! DEP014: a negative lag.

use super::open_waits;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP014", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for wait in open_waits(ctx).filter(|wait| wait.link.lag.is_negative()) {
        // Reported already: which task is meant is not known, or it is the task itself.
        if wait.on == Predecessor::Unknown || wait.on == Predecessor::Task(wait.task) {
            continue;
        }
        let lag = wait.link.lag.to_string();
        out.report(wait.finding(ctx).param("other", wait.name(ctx)).param("lag", lag));
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn leads_in_days_hours_and_per_cent_are_reported_with_any_kind_of_link() {
        for link in ["a FS-1d", "a SS-4h", "a FF-25%", "a -2ed"] {
            let plan = format!(
                "[task]\na = {{ title = \"A\" }}\nb = {{ title = \"B\", depends-on = [\"{link}\"] }}\n"
            );
            assert_eq!(found("DEP014", &plan), ["DEP014 3:35"], "{link}");
        }
    }

    #[test]
    fn what_was_reported_as_leading_nowhere_is_not_reported_again() {
        let plan = "[task]\nb = { title = \"B\", depends-on = [\"zzzzzz FS-1d\", \"b FS-1d\"] }\n";
        assert!(found("DEP014", plan).is_empty());
    }
}
