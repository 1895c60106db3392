#!/usr/bin/env bash
# What the action of action.yml runs: checks plans once, and writes every report that was asked for.
# From the environment: INPUT_PATHS and INPUT_ARGS (one a line), INPUT_SUMMARY, and what GitHub sets for a step.
set -uo pipefail
PATH="$RUNNER_TEMP/planlint/bin:$PATH"
sarif="$RUNNER_TEMP/planlint.sarif"
args=(--output-format github --output-format "sarif=$sarif")
if [ "${INPUT_SUMMARY:-true}" = true ]; then
  args+=(--output-format "markdown=$RUNNER_TEMP/planlint.md")
fi
while IFS= read -r line; do
  [ -n "$line" ] && args+=("$line")
done <<<"${INPUT_ARGS:-}"
# Behind `--` nothing is an option, whatever a path begins with.
args+=(--)
while IFS= read -r line; do
  [ -n "$line" ] && args+=("$line")
done <<<"${INPUT_PATHS:-.}"
code=0
planlint check "${args[@]}" || code=$?
[ -f "$RUNNER_TEMP/planlint.md" ] && cat "$RUNNER_TEMP/planlint.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "exit-code=$code"
  [ -f "$sarif" ] && echo "sarif-file=$sarif"
} >>"$GITHUB_OUTPUT"
exit 0
