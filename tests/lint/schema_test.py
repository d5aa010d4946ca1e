#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# `stagger schema` says what the parser says: every spec that is read fits the schema, and every
# broken one is refused by it, but for mistakes that no schema can see. Called with the program and
# the root of the source; TOML and JSON Schema are those of Python, not ours.
import json
import pathlib
import subprocess
import sys
import tomllib

import jsonschema

# Names that are not declared, indices, matrices, Lua: what only a reader of the whole spec knows.
ONLY_A_READER_SEES = {
    "any-where-nothing-is-drawn",
    "array-of-objects",
    "bad-count-in-case",
    "bad-counts",
    "duplicate-case",
    "expects-nothing",
    "join-oneself",
    "less-library",
    "matrix-too-large",
    "no-such-element",
    "object-as-variable",
    "observe-without-outcomes",
    "operation-of-another-type",
    "options-of-another-backend",
    "too-many-tasks",
    "unknown-in-final",
    "unknown-object",
    "unknown-variable",
    "visible-queue",
    "wrong-number-of-outcomes",
}


def errors(validator, path):
    """What the schema has against a spec; a text that is no TOML is refused before that."""
    try:
        spec = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return ["no TOML"]
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(spec)]


def main(program, root):
    shown = subprocess.run([program, "schema"], check=True, capture_output=True, text=True).stdout
    schema = json.loads(shown)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    root = pathlib.Path(root)

    folders = ("specs", "examples", "harness/cli/embedded", "tests/e2e/specs")
    good = sorted(path for folder in folders for path in (root / folder).rglob("*.toml"))
    broken = sorted((root / "tests/broken").glob("*.toml"))
    failed = False
    for path in good:
        for error in errors(validator, path):
            failed = True
            print(f"{path.relative_to(root)} is a good spec, but: {error}")
    unseen = {path.stem for path in broken if not errors(validator, path)}
    for name in sorted(unseen - ONLY_A_READER_SEES):
        failed = True
        print(f"tests/broken/{name}.toml fits the schema: say it there, or list it here")
    for name in sorted(ONLY_A_READER_SEES - unseen):
        failed = True
        print(f"tests/broken/{name}.toml does not fit the schema any more: take it from the list")
    print(f"{len(good)} good specs, {len(broken)} broken ones, {len(unseen)} of these unseen")
    return failed or len(good) < 50 or len(broken) < 50


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
