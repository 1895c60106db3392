//! PLN012: a value that still has to be filled in.

use jiff::civil::Date;

use crate::finding::{Entity, EntityKind};
use crate::model::{List, Moment, Spanned, Text, is_placeholder};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "PLN012", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut seen = Seen { ctx, out };
    for (task, it) in ctx.tasks() {
        // Nobody fills in what was dropped.
        if ctx.is_cancelled(task) {
            continue;
        }
        let about = entity(task);
        seen.text(about, "title", it.title());
        if ctx.model.owner_text(task).is_some_and(is_placeholder) {
            seen.text(about, "owner", it.owner());
        }
        seen.text(about, "owner-default", it.owner_default());
        seen.list(about, "approver", it.approver());
        seen.list(about, "approved-by", it.approved_by());
        seen.text(about, "rollback.decided-by", it.rollback_decided_by());
        seen.date(about, "start", it.start());
        seen.date(about, "finish", it.finish());
        seen.date(about, "deadline", it.deadline());
        seen.date(about, "actual-start", it.actual_start());
        seen.date(about, "actual-finish", it.actual_finish());
        seen.date(about, "expect", it.expect());
        let dated = it.constraint().and_then(|it| Some(Spanned::new(it.value.date?, it.span)));
        seen.date(about, "constraint", dated);
    }
    seen.plans();
    seen.registers();
}

struct Seen<'c, 'a> {
    ctx: &'c Ctx<'a>,
    out: &'c mut Sink,
}

impl Seen<'_, '_> {
    fn plans(&mut self) {
        for &plan in self.ctx.plans() {
            let (about, it) =
                (Entity::new(EntityKind::Plan, plan.index()), &self.ctx.model.plan(plan).header);
            self.text(about, "owner", it.owner());
            self.text(about, "sponsor", it.sponsor());
            self.text(about, "owner-default", it.owner_default());
            self.date(about, "start", it.start());
            self.date(about, "finish-by", it.finish_by());
            self.date(about, "status-date", it.status_date());
        }
    }

    fn registers(&mut self) {
        let (ctx, model) = (self.ctx, self.ctx.model);
        for number in ctx.numbers(EntityKind::Risk) {
            let (about, it) = (Entity::new(EntityKind::Risk, number), &model.risks[number]);
            self.text(about, "title", it.title());
            self.text(about, "owner", it.owner());
            self.list(about, "mitigations", it.mitigations());
            self.list(about, "approved-by", it.approved_by());
            self.date(about, "review-by", it.review_by());
        }
        for number in ctx.numbers(EntityKind::Issue) {
            let (about, it) = (Entity::new(EntityKind::Issue, number), &model.issues[number]);
            self.text(about, "title", it.title());
            self.text(about, "owner", it.owner());
            self.date(about, "due", it.due());
        }
        for number in ctx.numbers(EntityKind::Decision) {
            let (about, it) = (Entity::new(EntityKind::Decision, number), &model.decisions[number]);
            self.text(about, "title", it.title());
            self.text(about, "owner", it.owner());
            self.date(about, "needed-by", it.needed_by());
        }
        for number in ctx.numbers(EntityKind::Assumption) {
            let (about, it) = (Entity::new(EntityKind::Assumption, number), &model.assumptions[number]);
            self.text(about, "title", it.title());
            self.text(about, "owner", it.owner());
            self.date(about, "validate-by", it.validate_by());
        }
        for number in ctx.numbers(EntityKind::Budget) {
            let (about, it) = (Entity::new(EntityKind::Budget, number), &model.budgets[number]);
            self.text(about, "owner", it.owner());
            self.list(about, "approved-by", it.approved_by());
        }
        for number in ctx.numbers(EntityKind::Communication) {
            let about = Entity::new(EntityKind::Communication, number);
            self.text(about, "owner", model.communications[number].owner());
        }
        for number in ctx.numbers(EntityKind::Freeze) {
            let (about, it) = (Entity::new(EntityKind::Freeze, number), &model.freezes[number]);
            self.text(about, "owner", it.owner());
            self.date(about, "start", it.start());
            self.date(about, "finish", it.finish());
        }
        for number in ctx.numbers(EntityKind::Asset) {
            let about = Entity::new(EntityKind::Asset, number);
            self.text(about, "owner", model.assets[number].owner());
        }
        for number in ctx.numbers(EntityKind::Site) {
            let about = Entity::new(EntityKind::Site, number);
            self.text(about, "lead", model.sites[number].lead());
        }
        for number in ctx.numbers(EntityKind::Team) {
            let about = Entity::new(EntityKind::Team, number);
            self.text(about, "lead", model.teams[number].lead());
        }
        for number in ctx.numbers(EntityKind::Waiver) {
            let about = Entity::new(EntityKind::Waiver, number);
            self.list(about, "approved-by", model.waivers[number].approved_by());
        }
    }

    fn text(&mut self, about: Entity, field: &'static str, text: Option<Text>) {
        if let Some(text) = text.filter(|text| is_placeholder(self.ctx.text(*text))) {
            let finding = self.ctx.finding_at(about, text.span()).subject(field);
            let finding = finding.param("field", field);
            self.out.report(finding.param("value", self.ctx.text(text).trim()));
        }
    }

    fn list(&mut self, about: Entity, field: &'static str, list: List) {
        for text in self.ctx.model.list(list) {
            self.text(about, field, Some(*text));
        }
    }

    fn date(&mut self, about: Entity, field: &'static str, date: Option<Spanned<Moment>>) {
        const NEVER: [Date; 2] = [Date::constant(1900, 1, 1), Date::constant(9999, 12, 31)];
        if let Some(date) = date.filter(|date| NEVER.contains(&date.value.date)) {
            let finding = self.ctx.finding_at(about, date.span).subject(field);
            let finding = finding.param("field", field);
            self.out.report(finding.param("value", date.value.date.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn in_lists_registers_and_constraints_too() {
        let found = |plan: &str| -> Vec<String> {
            let found = codes(plan).into_iter();
            found.filter(|it| it.starts_with("PLN012") || it.starts_with("PLN007")).collect()
        };
        assert_eq!(found("[plan]\nsponsor = \"tba\""), ["PLN012 2:12"]);
        assert_eq!(
            found("[plan]\n[person]\nmia = {}\n[task.a]\ntitle = \"???\"\napprover = [\"mia\", \"N.N.\"]"),
            ["PLN012 5:10", "PLN012 6:21"]
        );
        assert_eq!(found("[plan]\n[risk.r]\ntitle = \"R\"\nmitigations = [\"TBD\"]"), ["PLN012 4:17"]);
        assert_eq!(found("[task.a]\ntitle = \"A\"\nconstraint = \"MFO 9999-12-31\""), ["PLN012 3:15"]);
        assert!(found("[task.a]\ntitle = \"A\"\nowner = \"TBD\"\nstatus = \"cancelled\"").is_empty());
    }
}
