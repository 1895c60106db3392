//! OWN004: a team that owns work and names no lead.

use super::{People, is_blank};
use crate::finding::{Entity, EntityKind};
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "OWN004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut without_lead =
        ctx.numbers(EntityKind::Team).filter(|team| is_blank(ctx, ctx.model.teams[*team].lead())).peekable();
    if without_lead.peek().is_none() {
        return;
    }
    let people = People::new(ctx);
    let mut work: Vec<Vec<TaskId>> = vec![Vec::new(); ctx.model.teams.len()];
    for (task, _) in ctx.open_leaves() {
        if let Some(team) = people.owner(task).and_then(|owner| owner.team()) {
            work[team].push(task);
        }
    }
    // Teams that own nothing are groups for mail, no owners.
    for team in without_lead.filter(|team| !work[*team].is_empty()) {
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Team, team))
            .param("tasks", listed(work[team].iter().map(|task| ctx.name(*task))));
        for task in work[team].iter().take(3) {
            finding = finding.label(ctx.place(*task), "belongs to this team");
        }
        out.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn only_teams_that_own_open_work_are_asked() {
        let found = |owner: &str, rest: &str| {
            let plan = format!(
                "[plan]\n[person]\nmia = {{}}\n[team]\nx = {{ members = [\"mia\"] }}\n[task]\na = {{ title = \"A\", owner = \"{owner}\"{rest} }}"
            );
            codes(&plan).into_iter().filter(|it| it.starts_with("OWN004")).collect::<Vec<_>>()
        };
        assert_eq!(found("x", ""), ["OWN004 5:1"]);
        assert!(found("mia", "").is_empty());
        assert!(found("x", ", status = \"done\"").is_empty());
    }
}
