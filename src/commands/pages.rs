//! The rules as pages for reading: one for each family, and an index. `docs/rules/` holds what these functions give.

use std::fmt::Write as _;

use super::explain::{standing, without_expectations};
use crate::catalogue::{Catalogue, PackHead, Rule};

/// All pages about the built-in rules: the name of each file, and what is in it.
pub fn pages() -> Vec<(String, String)> {
    let catalogue = Catalogue::embedded();
    let mut pages =
        vec![("README.md".to_owned(), index(catalogue)), ("kinds.md".to_owned(), kinds(catalogue))];
    for pack in catalogue.packs() {
        let page = family(catalogue, pack, &|_| true);
        if !page.is_empty() {
            let name = format!("{}.md", pack.family);
            match pages.iter_mut().find(|(other, _)| *other == name) {
                // A family may stand in several packs.
                Some((_, begun)) => begun.extend(["\n", &page]),
                None => pages.push((name, page)),
            }
        }
    }
    pages
}

/// The page of a family; empty where none of its rules is wanted.
pub(super) fn family(catalogue: &Catalogue, pack: &PackHead, is_wanted: &dyn Fn(&Rule) -> bool) -> String {
    let of_pack = |rule: &&Rule| rule.pack == pack.id && rule.family == pack.family && is_wanted(rule);
    let rules: Vec<&Rule> = catalogue.rules().iter().filter(of_pack).collect();
    let mut page = String::new();
    if rules.is_empty() {
        return page;
    }
    put(&mut page, &format!("# {}: {}\n", pack.family, plain(&pack.title)));
    put(&mut page, "| Code | Name | Severity | What is wrong |\n|---|---|---|---|");
    for rule in &rules {
        let anchor = format!("{}-{}", rule.code.as_str().to_lowercase(), rule.name);
        let (code, severity) = (rule.code, rule.severity.as_str());
        put(
            &mut page,
            &format!("| [{code}](#{anchor}) | {} | {severity} | {} |", rule.name, cell(&rule.summary)),
        );
    }
    for rule in rules {
        page.push('\n');
        one(rule, &mut page);
    }
    let mut terms = catalogue.terms().iter().filter(|term| term.pack == pack.id).peekable();
    if terms.peek().is_some() {
        put(&mut page, "\n## Words\n\n| Word | Meaning |\n|---|---|");
        for term in terms {
            put(&mut page, &format!("| {} | {} |", cell(&term.word), cell(&term.means)));
        }
    }
    page
}

fn one(rule: &Rule, page: &mut String) {
    put(page, &format!("## {} {}\n", rule.code, rule.name));
    put(page, &format!("{}.\n", plain(rule.summary.trim())));
    put(page, &format!("{}\n", standing(rule)));
    put(page, &format!("**Found:** {}\n", plain(&rule.message)));
    put(page, &format!("**Ask:** \"{}\"\n", plain(&rule.question)));
    if !rule.explanation.trim().is_empty() {
        put(page, &format!("**Why:** {}\n", plain(rule.explanation.trim())));
    }
    put(page, &format!("**What to do:** {}", plain(&rule.help)));
    if !rule.option.is_empty() {
        put(page, "\n| Option | Default | Meaning |\n|---|---|---|");
    }
    for (name, option) in &rule.option {
        put(page, &format!("| `{name}` | `{}` | {} |", option.default, cell(&option.means)));
    }
    for (title, example) in
        [("A plan with this fault:", &rule.bad), ("The same plan without it:", &rule.good)]
    {
        let Some(example) = example else { continue };
        let text = without_expectations(example);
        // A fence must be longer than any in the text.
        let mut fence = "```".to_owned();
        while text.contains(&fence) {
            fence.push('`');
        }
        put(page, &format!("\n{title}\n\n{fence}toml\n{}\n{fence}", text.trim_matches('\n')));
    }
    if !rule.source.trim().is_empty() {
        put(page, &format!("\nSource: {}", plain(rule.source.trim())));
    }
}

/// Where to find what.
fn index(catalogue: &Catalogue) -> String {
    let mut page = String::from(
        "# The rules\n\n\
         `planlint explain CODE` shows each of them in a terminal, `planlint rules` which of them run in a folder. \
         [Kinds of work and of assets](kinds.md) decide which rules look at a task. \
         [Rule packs](../rule-packs.md) says how to write rules of your own.\n\n\
         | Family | What it asks | Rules |\n|---|---|---|\n",
    );
    let mut count = 0;
    for pack in catalogue.packs() {
        let own = catalogue.rules().iter().filter(|rule| rule.pack == pack.id && rule.family == pack.family);
        let own = own.count();
        if own > 0 {
            put(&mut page, &format!("| [{0}]({0}.md) | {1} | {own} |", pack.family, cell(&pack.title)));
            count += own;
        }
    }
    put(
        &mut page,
        &format!(
            "\n{count} rules. These pages are made from `rules/*.toml`: `UPDATE_GENERATED=1 cargo test --test docs`."
        ),
    );
    page
}

/// The kinds of work and of assets.
fn kinds(catalogue: &Catalogue) -> String {
    let mut page = String::from(
        "# Kinds of work and of assets\n\n\
         The `kind` of a task or asset decides which rules look at it; `planlint explain KIND` names them.\n\n\
         ## Kinds of work\n\n\
         A *change* touches production: it is asked for checks, a decision and a way back. \
         A *check* counts as proof that something still works.\n\n\
         | Kind | Meaning | |\n|---|---|---|\n",
    );
    for kind in catalogue.kinds().iter().skip(1) {
        let sort = match (kind.touches_production, kind.counts_as_check) {
            (true, _) => "change",
            (_, true) => "check",
            _ => "",
        };
        put(&mut page, &format!("| `{}` | {} | {sort} |", kind.name, cell(&kind.means)));
    }
    put(&mut page, "\n## Kinds of assets\n\n| Kind | Meaning |\n|---|---|");
    for kind in catalogue.asset_kinds() {
        put(&mut page, &format!("| `{}` | {} |", kind.name, cell(&kind.means)));
    }
    page
}

fn put(page: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{line}");
}

/// A text as it is meant: outside of backticks nothing in it turns into markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut is_code = false;
    for letter in text.chars() {
        is_code ^= letter == '`';
        if !is_code && matches!(letter, '<' | '*' | '_' | '[' | ']') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// The same for a cell of a table.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|").replace('\n', " ")
}
