//! SIT001: work is planned at a site where nobody is responsible.

use super::{each_site, entity};
use crate::finding::EntityKind;
use crate::model::SiteId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SIT001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut has_work = vec![false; ctx.model.sites.len()];
    for (task, _) in ctx.open_leaves() {
        each_site(ctx, task, |site| has_work[site.index()] = true);
    }
    // A site where nothing is to be done needs nobody.
    for number in ctx.numbers(EntityKind::Site).filter(|number| has_work[*number]) {
        let lead = ctx.model.sites[number].lead();
        // A placeholder is somebody's promise to find a name: PLN012 reminds of it.
        if lead.is_none_or(|lead| ctx.text(lead).trim().is_empty()) {
            out.report(ctx.finding(entity(SiteId(number as u32))));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!(
            "[plan]\nname = \"P\"\n[site]\na = {{ lead = \"TBD\" }}\nb = {{ lead = \" \" }}\nc = {{}}\n{rest}"
        );
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT001")).collect()
    }

    #[test]
    fn work_counts_by_site_by_phase_and_by_wave() {
        let plan = "[wave.1]\nsites = [\"c\"]\n[task]\n\
            p = { title = \"P\", sites = [\"a\", \"b\"] }\n\
            x = { title = \"X\", parent = \"p\" }\n\
            y = { title = \"Y\", wave = 1 }\n";
        assert_eq!(found(plan), ["SIT001 5:1", "SIT001 6:1"]);
    }

    #[test]
    fn a_site_without_open_work_needs_nobody() {
        let plan = "[task]\nx = { title = \"X\", site = \"b\", status = \"done\" }\n\
            y = { title = \"Y\", site = \"c\", status = \"cancelled\" }\n";
        assert_eq!(found(plan), Vec::<String>::new());
    }
}
