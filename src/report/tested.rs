//! What became of the examples in rule packs: mistakes of the packs, then what does not hold, each in the pack's own lines.

use std::io;

use super::View;
use super::full::{BOLD, full};
use super::snippet::{Look, Mark, draw};
use super::text::{clean, counted, wrapped};
use crate::catalogue::{Catalogue, Rule};
use crate::expect::{Difference, Trial};
use crate::filter::{Judged, Verdict};
use crate::finding::{Finding, Severity};
use crate::model::Model;
use crate::source::{Sources, Span};

/// What became of rule packs.
pub struct Tested<'a> {
    /// The texts of the packs.
    pub sources: &'a Sources,
    /// All rules.
    pub catalogue: &'a Catalogue,
    /// The mistakes in the packs.
    pub findings: Vec<Finding>,
    /// Each rule with what became of its examples.
    pub trials: Vec<(&'a Rule, Vec<Trial>)>,
}

impl Tested<'_> {
    /// Whether the packs have no mistake and all examples hold.
    pub fn holds(&self) -> bool {
        self.findings.is_empty() && self.failed() == 0
    }

    fn examples(&self) -> impl Iterator<Item = &Trial> {
        self.trials.iter().flat_map(|(_, trials)| trials)
    }

    fn failed(&self) -> usize {
        self.examples().filter(|trial| !trial.differences.is_empty()).count()
    }

    /// The place in a pack of a place in an example: examples stand in packs letter by letter, but for those with escapes.
    fn in_pack(&self, rule: &Rule, trial: &Trial, at: Span) -> Option<Span> {
        let mut inside = 0;
        for (file, source) in trial.sources.iter() {
            inside += trial.text.get(inside..)?.find(&source.text)?;
            if file == at.file {
                break;
            }
            inside += source.text.len();
        }
        let header = format!("[rule.{}", rule.code);
        let (file, start) = self.sources.iter().find_map(|(file, pack)| {
            let from = pack.text.find(&header)?;
            let start = pack.text.get(from..)?.find(&trial.text)?;
            Some((file, from + start + inside))
        })?;
        Some(Span::new(file, start + at.start as usize, start + at.end as usize))
    }
}

/// Writes what became of rule packs: `look` is the width, and whether there are colors and more than ASCII.
///
/// # Errors
///
/// Where writing fails.
pub fn tested(
    tested: &Tested<'_>,
    look: (usize, bool, bool),
    with_summary: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (width, color, unicode) = look;
    let model = Model::new(tested.sources);
    let mut findings = tested.findings.clone();
    findings.sort_by_key(|finding| (finding.primary.span.file, finding.primary.span.start, finding.code));
    let judged = |finding: Finding| Judged {
        severity: tested.catalogue.severity(&finding),
        finding,
        fingerprint: String::new(),
        plan: None,
        hidden: None,
    };
    let verdict = Verdict { findings: findings.into_iter().map(judged).collect(), ..Verdict::default() };
    let view = View {
        model: &model,
        catalogue: tested.catalogue,
        verdict: &verdict,
        width,
        color,
        unicode,
        fail_on: Severity::Advice,
        docs: None,
        hyperlinks: false,
        folder: "",
    };
    full(&view, out)?;
    for (rule, trials) in &tested.trials {
        for trial in trials.iter().filter(|trial| !trial.differences.is_empty()) {
            let title = format!("{} {}: the example `{}` does not hold", rule.code, rule.name, trial.example);
            writeln!(out, "{}", view.paint(BOLD, &wrapped(&clean(&title, unicode), width, 0, 2)))?;
            for difference in &trial.differences {
                one(tested, rule, trial, difference, &view, out)?;
            }
            writeln!(out)?;
        }
    }
    if with_summary { summary(tested, width, out) } else { Ok(()) }
}

fn one(
    tested: &Tested<'_>,
    rule: &Rule,
    trial: &Trial,
    difference: &Difference,
    view: &View<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(out, "  {}", wrapped(&clean(&difference.problem, view.unicode), view.width, 2, 2))?;
    if difference.at.is_empty() && difference.at.start == 0 {
        return Ok(());
    }
    let places = [Some(difference.at), difference.expected_at];
    let places: Vec<Span> = places.into_iter().flatten().collect();
    let in_pack: Option<Vec<Span>> = places.iter().map(|at| tested.in_pack(rule, trial, *at)).collect();
    let (sources, places) = match &in_pack {
        Some(places) => (tested.sources, places),
        None => (&trial.sources, &places),
    };
    let words = if places.len() > 1 { ["found here", "expected here"] } else { ["", ""] };
    let marks: Vec<Mark<'_>> =
        places.iter().zip(words).map(|(span, text)| Mark { span: *span, text }).collect();
    let look =
        Look { width: view.width, color: view.color, unicode: view.unicode, severity: Severity::Error };
    write!(out, "{}", draw(sources, &marks, None, look))
}

fn summary(tested: &Tested<'_>, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let without: Vec<&str> = tested
        .trials
        .iter()
        .filter(|(_, trials)| trials.is_empty())
        .map(|(rule, _)| rule.code.as_str())
        .collect();
    if !without.is_empty() {
        let verb = if without.len() == 1 { "has" } else { "have" };
        let line =
            format!("{} {verb} no example: nothing shows that it finds what it should.", without.join(", "));
        writeln!(out, "{}", wrapped(&line, width, 0, 2))?;
    }
    let (examples, failed) = (tested.examples().count(), tested.failed());
    let rules = counted(tested.trials.len(), "rule");
    let outcome = match failed {
        0 if examples == 0 => "no examples".to_owned(),
        0 if examples == 1 => "the example holds".to_owned(),
        0 => format!("all {examples} examples hold"),
        failed => format!(
            "{failed} of {} not hold",
            counted(examples, "example") + if failed == 1 { " does" } else { " do" }
        ),
    };
    let mistakes = match tested.findings.len() {
        0 => String::new(),
        count => {
            format!("; {} in the packs, and a rule with a mistake is not run", counted(count, "mistake"))
        }
    };
    writeln!(out, "{}", wrapped(&format!("{rules}: {outcome}{mistakes}."), width, 0, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_an_example_is_found_in_the_pack() {
        let example = "[plan]\nname = \"P\"\n#- b/plan.toml\n[task.x]\n";
        let pack = format!("[rule.A001]\nname = \"a\"\nbad = '''\n{example}'''\n");
        let sources = Sources::from_text("acme.toml", &pack);
        let trial = Trial {
            example: "bad",
            text: example.to_owned(),
            sources: Sources::from_texts(crate::expect::files(example)),
            differences: Vec::new(),
        };
        let rule = Rule {
            code: crate::finding::Code::new("A001"),
            family: "A".into(),
            pack: "a".into(),
            entry: crate::catalogue::Entry::default(),
            ask: None,
        };
        let catalogue = Catalogue::embedded();
        let tested = Tested { sources: &sources, catalogue, findings: Vec::new(), trials: Vec::new() };
        let at = tested.in_pack(&rule, &trial, Span::new(crate::source::FileId::new(1), 6, 7)).unwrap();
        assert_eq!(&pack[at.range()], "x");
    }
}
