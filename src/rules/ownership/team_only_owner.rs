//! OWN010: a team where one person has to answer.

use super::{GATES, People};
use crate::finding::{Entity, EntityKind, Finding};
use crate::model::{IssueStatus, RiskStatus};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "OWN010", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let people = People::new(ctx);
    let answered_by_one = ctx.kinds(&[&GATES[..], &["go-live", "cutover"]].concat());
    // Plain tasks may belong to teams.
    for (task, _) in ctx.open_leaves().filter(|(task, _)| answered_by_one.contains(ctx.kind(*task))) {
        if let Some(owner) = people.owner(task).filter(|owner| owner.team().is_some()) {
            out.report(named(ctx, owner.who, ctx.finding_at(entity(task), owner.place)));
        }
    }
    for number in ctx.numbers(EntityKind::Risk) {
        let risk = &ctx.model.risks[number];
        let is_open = risk.status().is_none_or(|status| status.value == RiskStatus::Open);
        if let Some(owner) = risk.owner().filter(|_| is_open)
            && let Some(team) = people.find(risk.plan, owner).filter(|it| it.kind == EntityKind::Team)
        {
            let finding = ctx.finding_at(Entity::new(EntityKind::Risk, number), owner.span());
            out.report(named(ctx, team, finding));
        }
    }
    for number in ctx.numbers(EntityKind::Issue) {
        let issue = &ctx.model.issues[number];
        let is_over = |status| matches!(status, IssueStatus::Resolved | IssueStatus::Closed);
        let is_open = !issue.status().is_some_and(|status| is_over(status.value));
        // What blocks nobody can wait for a team.
        if let Some(owner) = issue.owner().filter(|_| is_open && !issue.blocks().is_empty())
            && let Some(team) = people.find(issue.plan, owner).filter(|it| it.kind == EntityKind::Team)
        {
            let finding = ctx.finding_at(Entity::new(EntityKind::Issue, number), owner.span());
            out.report(named(ctx, team, finding));
        }
    }
}

/// Names the team, and shows its lead, who can take over.
fn named(ctx: &Ctx<'_>, team: Entity, finding: Finding) -> Finding {
    let finding = finding.param("team", ctx.model.name(team));
    match ctx.model.teams[team.index as usize].lead() {
        Some(lead) => finding.label(lead.span(), "the lead of the team"),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn open_risks_and_blocking_issues_need_one_person() {
        let found = |register: &str, fields: &str| {
            let plan = format!(
                "[plan]\n[person]\nmia = {{}}\n[team]\nx = {{ lead = \"mia\" }}\n[task]\nt = {{ title = \"T\", owner = \"x\" }}\n[{register}]\na = {{ title = \"A\", owner = \"x\"{fields} }}"
            );
            codes(&plan).iter().any(|it| it.starts_with("OWN010"))
        };
        assert!(found("risk", ""));
        assert!(!found("risk", ", status = \"closed\""));
        assert!(found("issue", ", blocks = [\"t\"]"));
        assert!(!found("issue", ""));
        assert!(!found("issue", ", blocks = [\"t\"], status = \"resolved\""));
    }
}
