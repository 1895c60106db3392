//! PLN005: a field that nobody can do without.

use crate::finding::{Entity, EntityKind};
use crate::model::{Fields, Lists, REQUIRED, Value};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "PLN005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &(kind, fields) in REQUIRED {
        let known = Lists::fields(kind).iter().enumerate();
        let fields: Vec<(usize, &'static str)> =
            known.filter(|(_, it)| fields.contains(&it.name)).map(|(index, it)| (index, it.name)).collect();
        if kind == EntityKind::Task {
            for (task, it) in ctx.tasks() {
                missing(ctx, entity(task), it, &fields, out);
            }
            continue;
        }
        for number in ctx.numbers(kind) {
            let about = Entity::new(kind, number);
            if let Some(it) = ctx.model.lists.get(about) {
                missing(ctx, about, it, &fields, out);
            }
        }
    }
}

fn missing(ctx: &Ctx<'_>, about: Entity, it: &dyn Fields, fields: &[(usize, &'static str)], out: &mut Sink) {
    for &(index, field) in fields {
        let is_missing = match it.get(index) {
            None => true,
            Some(Value::Text(text)) => ctx.text(text).trim().is_empty(),
            Some(Value::List(list)) => list.is_empty(),
            Some(_) => false,
        };
        if is_missing {
            let finding = ctx.finding(about).subject(field).param("field", field);
            out.report(if about.kind == EntityKind::Waiver { finding.variant("waiver") } else { finding });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn only_what_is_truly_required() {
        let found = |plan: &str| -> Vec<String> {
            codes(&format!("[plan]\n{plan}")).into_iter().filter(|it| it.starts_with("PLN005")).collect()
        };
        assert_eq!(found("[task]\na = { title = \" \" }"), ["PLN005 3:1"]);
        assert_eq!(found("[risk.r]\nimpact = 3"), ["PLN005 2:7"]);
        assert_eq!(found("[freeze.f]\nnotes = \"\""), ["PLN005 2:9", "PLN005 2:9"]);
        assert_eq!(found("[[waiver]]\nrule = \"OWN001\"").len(), 2);
        assert!(found("[issue.i]\n[decision.d]\n[person.p]\n[asset.a]").is_empty());
    }
}
