#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The jobs of a CI file as shell scripts: ci_jobs.py FILE FOLDER writes FOLDER/<job>.sh for each.

Knows as much of GitHub's and GitLab's files as ours use, and refuses what it does not know, so that
nothing in them stays unrun. What the CI would know is taken from the environment of the script.
"""
import os
import re
import sys

import yaml

# What an expression of GitHub's stands for: a variable that the test sets.
EXPRESSIONS = {
    "matrix.shard": "MATRIX_SHARD",
    "vars.STAGGER_PACKAGE": "STAGGER_PACKAGE",
    "github.run_id": "RUN_ID",
}


def expanded(text):
    def variable(match):
        return "$" + EXPRESSIONS[match.group(1)]

    return re.sub(r"\$\{\{ *([\w.]+) *\}\}", variable, str(text))


def assignments(variables):
    # The test's own value wins.
    return [f': "${{{name}:={expanded(value)}}}"; export {name}' for name, value in variables.items()]


def check_keys(what, mapping, known):
    unknown = set(map(str, mapping)) - set(known)
    if unknown:
        sys.exit(f"{what} has {sorted(unknown)}, which this test does not know")


def github_jobs(workflow):
    # YAML 1.1 reads the key `on` as a boolean.
    check_keys("the workflow", workflow, ["name", "True", "env", "jobs"])
    check_keys("`on`", workflow[True], ["push", "pull_request", "schedule"])
    for name, job in workflow["jobs"].items():
        check_keys(name, job, ["if", "runs-on", "container", "strategy", "steps"])
        lines = assignments(workflow.get("env", {}))
        for step in job["steps"]:
            check_keys(f"a step of {name}", step, ["name", "uses", "with", "run", "if"])
            if ("run" in step) == ("uses" in step):
                sys.exit(f"a step of {name} has not one of `run` and `uses`")
            if "uses" in step and not re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]):
                sys.exit(f"{step['uses']} is no action with a version")
            if "run" in step:
                lines += ["(", "set -e", expanded(step["run"]).rstrip(), ")"]
        yield name, lines


def gitlab_jobs(pipeline):
    templates = {name: job for name, job in pipeline.items() if name.startswith(".")}
    for name, job in pipeline.items():
        if name == "stages" or name.startswith("."):
            continue
        whole = {**templates.get(job.get("extends"), {}), **job}
        check_keys(name, whole, ["extends", "stage", "image", "variables", "before_script", "script",
                                 "artifacts", "parallel", "rules", "cache"])
        if whole["stage"] not in pipeline["stages"]:
            sys.exit(f"{name} is in no stage")
        lines = assignments(whole.get("variables", {}))
        for command in whole["before_script"] + whole["script"]:
            if not isinstance(command, str):
                sys.exit(f"{command} is no command: quote it")
            lines.append(command.rstrip())
        yield name, lines


def main():
    source, folder = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    jobs = github_jobs(document) if "jobs" in document else gitlab_jobs(document)
    for name, lines in jobs:
        with open(os.path.join(folder, name + ".sh"), "w", encoding="utf-8") as out:
            out.write("set -e\n" + "\n".join(lines) + "\n")


main()
