//! CMP009: machines of which nobody says whether they are physical or virtual.

use super::Groups;
use crate::model::Platform;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP009", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let is_machine = |asset| matches!(super::kind(ctx, asset), "device-fleet" | "server" | "workstation");
    super::report_unstated(ctx, out, is_machine, |asset| asset.platform().is_some());
    if !super::is_worthwhile(ctx) {
        return;
    }
    let mixed = super::touched_assets(&Groups::new(ctx), |id| {
        let asset = super::asset(ctx, id);
        let is_mixed = asset.platform().is_some_and(|platform| platform.value == Platform::Mixed);
        // Of two of the three numbers, the third follows.
        let numbers = [asset.count(), asset.physical_count(), asset.virtual_count()];
        is_mixed && is_machine(id) && numbers.iter().flatten().count() < 2
    });
    for (asset, _) in mixed {
        let plan = super::asset(ctx, asset).plan;
        if ctx.plans().binary_search(&plan).is_ok() {
            out.report(ctx.finding(super::entity(asset)).variant("mixed"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with("CMP009")).collect()
    }

    #[test]
    fn a_group_says_it_for_its_members_and_two_numbers_give_the_third() {
        let plan = "\
[asset]
all = { kind = 'device-fleet', platform = 'physical', members = ['one'] }
one = { kind = 'device-fleet' }
two = { kind = 'server', platform = 'mixed', count = 9, virtual-count = 4 }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['one', 'two'] }
";
        assert_eq!(found(plan), Vec::<String>::new());
        assert_eq!(found(&plan.replace(", members = ['one']", "")), ["CMP009 3:1"]);
    }

    #[test]
    fn where_no_asset_of_the_plan_says_it_that_is_one_finding() {
        let plan = "\
[plan]
name = 'Servers'
[asset]
a = { kind = 'server' }
b = { kind = 'server' }
c = { kind = 'server' }
d = { kind = 'server' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['a', 'b', 'c', 'd'] }
";
        assert_eq!(found(plan), ["CMP009 1:2"]);
        assert_eq!(
            found(&plan.replace("d = { kind = 'server'", "d = { kind = 'server', platform = 'cloud'")).len(),
            3
        );
    }

    #[test]
    fn machines_that_no_change_touches_are_left_alone() {
        let plan = "\
[asset]
a = { kind = 'server' }
[task]
go = { title = 'Back up', kind = 'backup', affects = ['a'] }
";
        assert_eq!(found(plan), Vec::<String>::new());
    }
}
