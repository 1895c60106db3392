//! `planlint test-rules PACK`: runs the examples of the rules in packs, and shows what does not hold and why.

use std::path::{Path, PathBuf};

use super::rules::pack_named;
use super::{Common, Exit, Io};
use crate::catalogue::{Catalogue, EMBEDDED, PackText, Rule};
use crate::config::Overrides;
use crate::error::Error;
use crate::expect;
use crate::report::{self, Tested};
use crate::source::{Decoding, FileId, Format, SourceFile, Sources, absolute, read_text, shown};

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct TestRules {
    /// Files of packs, or names of packs that are built in; empty: the packs of the configuration here.
    pub packs: Vec<String>,
    /// Which configuration holds.
    pub overrides: Overrides,
}

/// Runs the examples of the rules in packs.
pub fn test_rules(asked: &TestRules, common: &Common, io: &mut Io<'_>) -> Exit {
    match run(asked, common, io) {
        Ok(exit) => exit,
        Err(error) => {
            io.explain_failure(&error);
            Exit::Failed
        }
    }
}

/// The packs that are asked for, and what they build on.
struct Packs {
    /// The texts of the packs that are asked for; findings are numbered by them.
    sources: Sources,
    /// Which of them are the user's own.
    own: Vec<bool>,
    /// Packs of the configuration that are not asked for: those that are may use their kinds.
    others: Vec<String>,
    /// The built-in packs that are asked for, by their names.
    built_in: Vec<String>,
    errors: Vec<Error>,
}

fn run(asked: &TestRules, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    let packs = gather(asked, common, io)?;
    let others = packs.others.iter().map(|text| PackText { file: FileId::new(packs.sources.len()), text });
    let (before, _) = Catalogue::embedded().with(&others.collect::<Vec<_>>());
    let own = packs.sources.iter().zip(&packs.own).filter(|(_, is_own)| **is_own);
    let own: Vec<PackText<'_>> = own.map(|((file, it), _)| PackText { file, text: &it.text }).collect();
    let (catalogue, findings) = before.with(&own);
    let is_asked =
        |rule: &&Rule| before.rule(rule.code).is_none() || packs.built_in.iter().any(|id| *id == rule.pack);
    let rules: Vec<&Rule> = catalogue.rules().iter().filter(is_asked).collect();
    let trials = rules.iter().map(|rule| (*rule, expect::run_examples(&catalogue, rule))).collect();
    let tested = Tested { sources: &packs.sources, catalogue: &catalogue, findings, trials };
    let mut exit = if tested.holds() { Exit::Clean } else { Exit::Findings };
    let written = if common.quiet < 2 {
        let look = (io.width(), io.colors(common.color), io.shows_unicode());
        report::tested(&tested, look, common.quiet == 0, io.stdout)
    } else {
        Ok(())
    };
    let written = written.and_then(|()| io.stdout.flush());
    for error in &packs.errors {
        io.explain_failure(error);
        exit = Exit::Failed;
    }
    Ok(io.finish(written, exit))
}

fn gather(asked: &TestRules, common: &Common, io: &mut Io<'_>) -> Result<Packs, Error> {
    let configs = io.configs(&mut asked.overrides.clone(), common)?;
    configs.for_folder(&io.cwd);
    let configured = configs.packs();
    let mut packs = Packs {
        sources: Sources::default(),
        own: Vec::new(),
        others: Vec::new(),
        built_in: Vec::new(),
        errors: configs.errors(),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut add = |packs: &mut Packs, path: &Path, text: String, decoding| {
        if !paths.iter().any(|it| it == path) {
            paths.push(path.to_owned());
            let name = shown(&io.cwd, path);
            packs.sources.push(SourceFile::new(name, path.to_owned(), Format::Config, text, decoding));
            packs.own.push(true);
        }
    };
    if asked.packs.is_empty() {
        if configured.is_empty() && packs.errors.is_empty() {
            return Err(Error::NoPack);
        }
        for (path, text) in configured {
            add(&mut packs, &path, text, Decoding::default());
        }
        return Ok(packs);
    }
    let mut built_in = Vec::new();
    for word in &asked.packs {
        let path = absolute(&io.cwd, Path::new(word));
        match read_text(&path) {
            Ok((text, decoding)) => add(&mut packs, &path, text, decoding),
            Err(reason) if word.ends_with(".toml") || path.exists() => {
                let reason = reason.unwrap_or_else(|| "there is no such file".to_owned());
                packs.errors.push(Error::Unreadable { name: word.clone(), reason });
            }
            Err(_) => built_in.push(pack_named(Catalogue::embedded(), word)?.id.to_string()),
        }
    }
    packs.others =
        configured.into_iter().filter(|(path, _)| !paths.contains(path)).map(|(_, text)| text).collect();
    for id in built_in {
        for (name, text) in EMBEDDED.iter().filter(|(name, _)| *name == id) {
            let name = format!("rules/{name}.toml");
            let path = PathBuf::from(&name);
            let file = SourceFile::new(name, path, Format::Config, (*text).to_owned(), Decoding::default());
            packs.sources.push(file);
            packs.own.push(false);
        }
        packs.built_in.push(id);
    }
    Ok(packs)
}
