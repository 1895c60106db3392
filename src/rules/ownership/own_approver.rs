//! OWN008: somebody who approves their own work.

use super::{GATES, People};
use crate::finding::{Entity, EntityKind};
use crate::model::{List, PlanId, Response, RiskStatus, Text};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "OWN008", check };

/// Kinds of work in which somebody accepts what others have done.
const ACCEPTANCES: [&str; 3] = ["acceptance", "user-acceptance", "operations-acceptance"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let people = People::new(ctx);
    let decisions = ctx.kinds(&[GATES, ACCEPTANCES].concat());
    for (task, it) in ctx.open_leaves().filter(|(task, _)| decisions.contains(ctx.kind(*task))) {
        let own = it.owner().or_else(|| ctx.network.hierarchy.owner_default(ctx.model, task));
        // Whoever may decide, else whoever has.
        let approvers = if it.approver().is_empty() { it.approved_by() } else { it.approver() };
        report(ctx, &people, entity(task), it.plan, own, approvers, out);
    }
    for number in ctx.numbers(EntityKind::Risk) {
        let risk = &ctx.model.risks[number];
        let is_open = risk.status().is_none_or(|status| status.value == RiskStatus::Open);
        // Only what is lived with needs a second pair of eyes.
        if is_open && risk.response().is_some_and(|response| response.value == Response::Accept) {
            let about = Entity::new(EntityKind::Risk, number);
            report(ctx, &people, about, risk.plan, risk.owner(), risk.approved_by(), out);
        }
    }
}

fn report(
    ctx: &Ctx<'_>,
    people: &People<'_, '_>,
    about: Entity,
    plan: PlanId,
    owner: Option<Text>,
    approvers: List,
    out: &mut Sink,
) {
    let Some(owner) = owner.filter(|owner| !crate::model::is_placeholder(ctx.text(*owner))) else { return };
    let is_same = |approver: &Text| match (people.find(plan, owner), people.find(plan, *approver)) {
        (Some(one), Some(other)) => one == other || one_of(ctx, people, one) == one_of(ctx, people, other),
        // Plans without a list of people: the words decide.
        _ => ctx.text(owner).trim() == ctx.text(*approver).trim(),
    };
    let approvers = ctx.model.list(approvers);
    // One other approver is enough: then somebody looks at it who did not do it.
    if !approvers.iter().all(is_same) {
        return;
    }
    let Some(approver) = approvers.first() else { return };
    let shown = match people.find(plan, *approver) {
        Some(known) => ctx.model.name(known),
        None => format!("\"{}\"", ctx.text(*approver).trim()),
    };
    let mut finding = ctx.finding_at(about, approver.span()).param("approver", shown);
    if owner.span() != approver.span() {
        finding = finding.label(owner.span(), "owns it");
    }
    let is_team = |name| people.find(plan, name).is_some_and(|it| it.kind == EntityKind::Team);
    out.report(if is_team(owner) && !is_team(*approver) { finding.variant("team") } else { finding });
}

/// A team with one member is that person.
fn one_of(ctx: &Ctx<'_>, people: &People<'_, '_>, who: Entity) -> Entity {
    if who.kind != EntityKind::Team {
        return who;
    }
    let team = &ctx.model.teams[who.index as usize];
    match ctx.model.list(team.members()) {
        [only] => people.find(team.plan, *only).unwrap_or(who),
        _ => who,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(register: &str, fields: &str) -> bool {
        let plan = format!(
            "[plan]\n[person]\nmia = {{}}\nelena = {{}}\n[team]\nsolo = {{ lead = \"mia\", members = [\"mia\"] }}\npair = {{ lead = \"mia\", members = [\"mia\", \"elena\"] }}\n[{register}]\na = {{ title = \"A\", {fields} }}"
        );
        codes(&plan).iter().any(|it| it.starts_with("OWN008"))
    }

    #[test]
    fn a_team_with_one_member_is_that_person() {
        assert!(found("task", "kind = \"gate\", owner = \"solo\", approver = \"mia\""));
        assert!(found("task", "kind = \"gate\", owner = \"mia\", approver = \"solo\""));
        assert!(!found("task", "kind = \"gate\", owner = \"pair\", approver = \"mia\""));
        assert!(found("task", "kind = \"gate\", owner = \"pair\", approver = \"pair\""));
    }

    #[test]
    fn a_second_approver_is_somebody_who_did_not_do_it() {
        assert!(!found("task", "kind = \"acceptance\", owner = \"mia\", approver = [\"mia\", \"elena\"]"));
        assert!(found("task", "kind = \"acceptance\", owner = \"mia\", approved-by = \"mia\""));
    }

    #[test]
    fn only_gates_acceptances_and_accepted_risks_are_looked_at() {
        assert!(!found("task", "kind = \"build\", owner = \"mia\", approver = \"mia\""));
        assert!(found("risk", "response = \"accept\", owner = \"mia\", approved-by = \"mia\""));
        assert!(!found("risk", "response = \"mitigate\", owner = \"mia\", approved-by = \"mia\""));
        assert!(!found("task", "kind = \"gate\", owner = \"TBD\", approver = \"TBD\""));
    }
}
