//! Scaffolding for whoever adds a rule: `cargo dev new-rule GAT014 gate-after-its-change`.
//!
//! Writes the entry in the catalogue, the Rust file of the check, and the lines in its family's list. What is left is to
//! fill in the words and the check.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for developers"
)]

use std::path::Path;
use std::process::ExitCode;

use planlint::catalogue::{Catalogue, EMBEDDED};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["new-rule", code, name] => new_rule(code, name),
        _ => Err("usage: cargo dev new-rule CODE name-of-the-fault".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn new_rule(code: &str, name: &str) -> Result<(), String> {
    let family: String = code.chars().take_while(char::is_ascii_uppercase).collect();
    let is_name = name.contains('-') && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if family.len() != 3 || code.len() != 6 || !is_name {
        return Err(format!(
            "`{code} {name}`: a code is three capitals and three digits, a name is words-with-hyphens"
        ));
    }
    if Catalogue::embedded().find(code).or_else(|| Catalogue::embedded().find(name)).is_some() {
        return Err(format!("{code} or {name} exists already; codes are never used twice"));
    }
    let header = format!("family = \"{family}\"");
    let pack = EMBEDDED.iter().find(|(_, text)| text.contains(&header)).map(|(pack, _)| *pack);
    let pack = pack.ok_or_else(|| format!("no file in rules/ has {header}"))?;
    // `gate-bypassed` stands in gate/bypassed.rs: the folder says the rest.
    let module = name.split('-').filter(|word| *word != pack).collect::<Vec<_>>().join("_");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));

    append(&root.join(format!("rules/{pack}.toml")), &entry(code, name))?;
    append(&root.join("rules/codes.lock"), &format!("{code} {name}\n"))?;
    let check = root.join(format!("src/rules/{pack}/{module}.rs"));
    if !check.parent().is_some_and(Path::exists) {
        return Err(format!(
            "src/rules/{pack}/ does not exist: make its mod.rs after another family's first"
        ));
    }
    std::fs::write(&check, source(code)).map_err(|error| format!("{}: {error}", check.display()))?;
    let list = root.join(format!("src/rules/{pack}/mod.rs"));
    let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let text = text.replacen("\n\nuse super::", &format!("\nmod {module};\n\nuse super::"), 1).replacen(
        "];",
        &format!("    {module}::RULE,\n];"),
        1,
    );
    std::fs::write(&list, text).map_err(|error| format!("{}: {error}", list.display()))?;
    println!(
        "rules/{pack}.toml                    fill in the words and the two examples\n\
         src/rules/{pack}/{module}.rs         write the check\n\
         then: cargo fmt; ONLY={code} cargo test --test examples"
    );
    Ok(())
}

fn append(path: &Path, text: &str) -> Result<(), String> {
    let before = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    std::fs::write(path, before + text).map_err(|error| format!("{}: {error}", path.display()))
}

fn entry(code: &str, name: &str) -> String {
    format!(
        r#"
[rule.{code}]
name = "{name}"
since = "{}"
severity = "warning"
native = true
summary = "The fault in one line"
question = "What would a project manager ask?"
message = "{{entity}} ..."
help = "What to write, and where."
explanation = """
Why it matters, what goes wrong without it, when the rule is silent.
"""
source = "Where the rule comes from"
needs = []
bad = '''
[plan]
name = "..."
[task.rollout]
#     ^^^^^^^ {code}
title = "Roll out in Porto"
'''
good = '''
[plan]
name = "..."
[task.rollout]
title = "Roll out in Porto"
'''
"#,
        env!("CARGO_PKG_VERSION")
    )
}

fn source(code: &str) -> String {
    format!(
        r#"//! {code}: what it finds.

use crate::rules::{{Ctx, Native, Sink}};

pub(super) const RULE: Native = Native {{ code: "{code}", check }};

fn check(ctx: &Ctx<'_>, out: &mut Sink) {{
    for (task, _) in ctx.open_leaves() {{
        out.report(ctx.task_finding(task));
    }}
}}
"#
    )
}
