//! CMP011: nobody in the business speaks for something that will be changed.

use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP011", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // An owner still to be named is PLN012's.
    super::report_unstated(
        ctx,
        out,
        |_| true,
        |asset| asset.owner().is_some_and(|owner| !ctx.text(owner).trim().is_empty()),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn the_owner_of_a_group_owns_what_is_in_it_and_a_placeholder_is_reported_elsewhere() {
        let plan = "\
[asset]
all = { kind = 'application', owner = 'Ines Costa', members = ['one'] }
one = { kind = 'application' }
two = { kind = 'application', owner = 'TBD' }
three = { kind = 'application' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['all', 'two', 'three'] }
";
        let found: Vec<String> = codes(plan).into_iter().filter(|it| it.starts_with("CMP011")).collect();
        assert_eq!(found, ["CMP011 5:1"]);
    }
}
