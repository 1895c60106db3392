"""Holds everything that people write against planlint's JSON Schemas, with the package `jsonschema`.

    validate.py PLANLINT      from the folder of the repository, with the program to ask what is broken

Valid must be: the sound fixtures, those broken ones of which a schema can know nothing, every plan and configuration that
`planlint init` writes, every rule pack, the files that docs/rule-packs.md shows, and the sound cases of cases.toml.
Rejected must be: every file with a finding that a schema can know, and the broken cases.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import jsonschema

# Fields, types, values, what is missing, kinds: what a schema can know.
KNOWN = {"PLN002", "PLN003", "PLN004", "PLN005", "VOC004"}


def as_json(value):
    """JSON knows no dates: they are turned into text, as language servers for TOML do."""
    if isinstance(value, dict):
        return {key: as_json(it) for key, it in value.items()}
    if isinstance(value, list):
        return [as_json(it) for it in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def schema(kind):
    schema = json.loads(pathlib.Path(f"docs/schema/{kind}.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


class Checks:
    def __init__(self):
        self.schemas = {kind: schema(kind) for kind in ("plan", "config", "pack")}
        self.counts = {}
        self.wrong = []

    def holds(self, kind, name, text, is_valid):
        value = as_json(tomllib.loads(text.removeprefix("\ufeff")))
        error = jsonschema.exceptions.best_match(self.schemas[kind].iter_errors(value))
        if (error is None) != is_valid:
            said = "accepted" if error is None else f"rejected: {error.json_path}: {error.message[:300]}"
            self.wrong.append(f"{kind} {name} is {said}")
        key = (kind, is_valid)
        self.counts[key] = self.counts.get(key, 0) + 1


def main(planlint):
    checks = Checks()
    command = [planlint, "check", "--exit-zero", "--no-ignores", "--output-format", "json"]
    for folder in sorted(pathlib.Path("fixtures").iterdir()):
        report = json.loads(subprocess.run([*command, folder], check=True, capture_output=True).stdout)
        known = {finding["file"] for finding in report["findings"] if finding["code"] in KNOWN}
        for path in sorted(folder.rglob("*.toml")):
            kind = "config" if path.name == "planlint.toml" else "plan"
            checks.holds(kind, path, path.read_text(encoding="utf-8"), path.as_posix() not in known)
    for path in sorted(pathlib.Path("rules").glob("*.toml")):
        checks.holds("pack", path, path.read_text(encoding="utf-8"), True)
    guide = pathlib.Path("docs/rule-packs.md").read_text(encoding="utf-8")
    shown = re.findall(r"<!-- file: (\S+) -->\n```toml\n(.*?)```", guide, re.S)
    assert shown, "docs/rule-packs.md shows no file"
    for name, text in shown:
        kind = {"planlint.toml": "config", "plan.toml": "plan"}.get(name, "pack")
        checks.holds(kind, f"{name} of docs/rule-packs.md", text, True)
    names = subprocess.run([planlint, "init", "--list-templates"], check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory() as root:
        for name in [line.split()[0] for line in names.splitlines()]:
            folder = pathlib.Path(root, name)
            subprocess.run([planlint, "init", "-q", "--template", name, folder], check=True)
            for path in sorted(folder.glob("*.toml")):
                kind = "config" if path.name == "planlint.toml" else "plan"
                checks.holds(kind, f"{path.name} of the template {name}", path.read_text(encoding="utf-8"), True)
    cases = tomllib.loads(pathlib.Path("tests/schemas/cases.toml").read_text(encoding="utf-8"))
    for kind, table in cases.items():
        for sort, texts in table.items():
            for name, text in texts.items():
                checks.holds(kind, f"case {name}", text, sort == "sound")
    for line in checks.wrong:
        print(line)
    for (kind, is_valid), count in sorted(checks.counts.items()):
        print(f"{kind}: {count} texts to be {'accepted' if is_valid else 'rejected'}")
    return len(checks.wrong)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
