#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# What the formats for programs must be, by readers that are not ours: a JSON Schema, xmllint, prove,
# and the rules of GitHub's runner.
import json
import re
import subprocess

import jsonschema

from world import ROOT, World, main

EVERY_KIND = ["holds.toml", "loses.toml", "known.toml", "apart.toml", "missed.toml", "nobody.toml"]
SYMPTOMS = 23


def validator():
    schema = json.loads((ROOT / "docs/result.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


class Json(World):
    def expect_to_fit(self, text):
        result = json.loads(text)
        for error in validator().iter_errors(result):
            self.fail(f"{list(error.absolute_path)}: {error.message}")
        return result

    def test_results_of_every_kind_fit_the_schema(self):
        (self.folder / "bad.toml").write_text("name = ")
        out, _ = self.gate(*EVERY_KIND, "bad.toml", "--json", "-", code=64)
        result = self.expect_to_fit(out)
        self.assertEqual([case["status"] for case in result["cases"]],
                         ["pass", "fail", "pass", "inconclusive", "fail", "error", "error"])
        finding = result["cases"][1]["finding"]
        self.assertEqual(finding["place"], {"file": "loses.toml", "line": 11, "column": 9})
        self.assertEqual([call.get("from") for call in finding["operations"]],
                         ["initial", "initial", None, None, "worker[0]"])
        self.assertEqual(result["cases"][5]["problems"][0]["line"], 11)

    def test_of_every_command_fits_the_schema(self):
        out, _ = self.stagger("run", "loses.toml", "--seed", "1", "--json", "-", code=1)
        self.expect_to_fit(out)
        schedule = next((self.folder / ".stagger").glob("*.schedule")).name
        out, _ = self.stagger("replay", ".stagger/" + schedule, "--times", "2", "--json", "-", code=1)
        self.assertEqual(self.expect_to_fit(out)["cases"][0]["finding"]["replayed"], 2)
        out, _ = self.stagger("validate", "holds.toml", "nobody.toml", "--json", "-", code=64)
        result = self.expect_to_fit(out)
        self.assertEqual([case["status"] for case in result["cases"]], ["pass", "error"])
        out, _ = self.stagger("fuzz", "holds.toml", "--seed", "1", "--schedules", "50", "--json", "-")
        self.assertIn("fuzzing", self.expect_to_fit(out)["cases"][0])
        self.stagger("replay", ".stagger/" + schedule, "--times", "1", "--history", "h.jsonl", code=1)
        out, _ = self.stagger("check", "h.jsonl", "--model", "register", "--initial", "100", "--json",
                              "-")
        self.assertEqual(self.expect_to_fit(out)["verdict"], "ok")

    def test_what_is_shown_of_cases_and_backends_fits_the_schema(self):
        out, _ = self.stagger("points", "holds.toml", "--json", "-")
        self.assertIn("points", self.expect_to_fit(out)["cases"][0])
        for topic in ("backends", "strategies", "oracles", "scenarios", "cases"):
            out, _ = self.stagger("list", topic, *(["holds.toml"] if topic in ("scenarios", "cases") else []),
                                  "--json", "-")
            self.assertTrue(self.expect_to_fit(out)[topic])

    def test_a_regression_fits_the_schema(self):
        self.gate("loses.toml", "--out", "corpus/regressions/loses", code=1)
        out, _ = self.gate("loses.toml", "--json", "-", code=1)
        self.assertEqual(len(self.expect_to_fit(out)["regressions"]), 1)

    def test_what_is_none_does_not_fit(self):
        out, _ = self.gate("loses.toml", "--json", "-", code=1)
        for spoil in (lambda it: it.pop("seed"),
                      lambda it: it.update(format=2),
                      lambda it: it["cases"][0].update(status="broken"),
                      lambda it: it["cases"][0].update(verdict="late-update"),
                      lambda it: it["cases"][0]["finding"].pop("delays"),
                      lambda it: it["cases"][0]["finding"]["operations"][0].update(invoked="1")):
            result = json.loads(out)
            spoil(result)
            self.assertFalse(validator().is_valid(result))


class Junit(World):
    def validity(self, name):
        return subprocess.run(["xmllint", "--noout", "--schema", ROOT / "tests/outputs/junit.xsd",
                               self.folder / name], capture_output=True, text=True)

    def test_is_what_jenkins_takes(self):
        (self.folder / "bad.toml").write_text("name = '\x01<&>\"'")
        self.gate(*EVERY_KIND, "bad.toml", "--junit", "results.xml", code=64)
        checked = self.validity("results.xml")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn('file="loses.toml"', self.read("results.xml"))

    def test_what_is_none_is_refused(self):
        self.gate("loses.toml", "--junit", "results.xml", code=1)
        text = self.read("results.xml")
        for old, new in (("failure", "flop"), (' tests="1"', ""),
                         ("<testsuites ", '<testsuites skipped="0" ')):
            (self.folder / "spoilt.xml").write_text(text.replace(old, new))
            self.assertNotEqual(self.validity("spoilt.xml").returncode, 0, new)


class Tap(World):
    def prove(self, name):
        return subprocess.run(["prove", "--verbose", "--exec", "/bin/cat", self.folder / name],
                              capture_output=True, text=True)

    def test_is_what_prove_takes(self):
        self.gate("holds.toml", "known.toml", "--tap", "good.tap", code=0)
        proved = self.prove("good.tap")
        self.assertEqual(proved.returncode, 0, proved.stdout)
        self.assertIn("Tests=2", proved.stdout)

    def test_fails_in_prove_where_something_did_not_pass(self):
        self.gate(*EVERY_KIND, "--tap", "bad.tap", code=64)
        proved = self.prove("bad.tap")
        self.assertEqual(proved.returncode, 1, proved.stdout)
        self.assertIn("Failed tests:  2, 4-6", proved.stdout)
        self.assertNotIn("Parse errors", proved.stdout)

    def test_marks_what_was_skipped(self):
        (self.folder / "lacks.toml").write_text("""name = "lacks"
summary = "A ring has no list # of its own."
[objects]
l = { type = "list" }
[process.worker]
count = 2
steps = [{ append = "l", value = 1 }]
[[case]]
backend = "ring"
[[case]]
backend = "shm"
""")
        self.gate("lacks.toml", "--tap", "skips.tap", code=0)
        text = self.read("skips.tap")
        self.assertRegex(text, r"ok 1 - lacks/ring # SKIP .*list")
        self.assertEqual(self.prove("skips.tap").returncode, 0)


class Sarif(World):
    def sarif(self, *words, code, **environment):
        out, _ = self.gate(*words, "--sarif", "-", code=code, **environment)
        return json.loads(out)

    def expect_to_be_sound(self, log):
        """The rules of SARIF 2.1.0 for what is written here."""
        self.assertEqual(log["version"], "2.1.0")
        self.assertIn("sarif-2.1.0", log["$schema"])
        (run,) = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for rule in rules:
            self.assertTrue(rule["shortDescription"]["text"] and rule["help"]["text"])
            self.assertIn(rule["defaultConfiguration"]["level"], ["none", "note", "warning", "error"])
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertIn(result["level"], ["none", "note", "warning", "error"])
            self.assertTrue(result["message"]["text"])
            flows = [step["location"] for flow in result.get("codeFlows", [])
                     for thread in flow["threadFlows"] for step in thread["locations"]]
            for location in result["locations"] + result.get("relatedLocations", []) + flows:
                self.expect_a_location(location)
            orders = [step["executionOrder"] for flow in result.get("codeFlows", [])
                      for thread in flow["threadFlows"] for step in thread["locations"]]
            self.assertEqual(sorted(orders), list(range(1, len(orders) + 1)))
        return run

    def expect_a_location(self, location):
        physical = location["physicalLocation"]
        self.assertRegex(physical["artifactLocation"]["uri"], r"^[A-Za-z0-9%._~/:-]+$")
        region = physical.get("region", {"startLine": 1})
        self.assertTrue(region["startLine"] >= 1 and region.get("startColumn", 1) >= 1)

    def test_has_findings_and_errors_at_the_lines_of_the_spec(self):
        run = self.expect_to_be_sound(self.sarif(*EVERY_KIND, code=64))
        self.assertGreaterEqual(len(run["tool"]["driver"]["rules"]), SYMPTOMS)
        at = {(result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
               result["locations"][0]["physicalLocation"]["region"]["startLine"]): result
              for result in run["results"]}
        self.assertEqual(set(at), {("lost-update", "loses.toml", 11), ("lost-update", "known.toml", 11),
                                   ("no-evidence", "apart.toml", 14),
                                   ("known-bug-not-found", "missed.toml", 20),
                                   ("spec-error", "nobody.toml", 11)})
        self.assertNotIn("suppressions", at[("lost-update", "loses.toml", 11)])
        self.assertEqual(at[("lost-update", "known.toml", 11)]["suppressions"][0]["kind"], "inSource")
        error = at[("spec-error", "nobody.toml", 11)]
        self.assertEqual(error["locations"][0]["physicalLocation"]["region"]["startColumn"], 11)
        self.assertEqual(run["invocations"][0]["executionSuccessful"], True)

    def test_names_files_from_the_top_of_the_project(self):
        deep = self.folder / "Prüf stand"
        deep.mkdir()
        (self.folder / "loses.toml").rename(deep / "a:b.toml")
        log = self.sarif(str(deep / "a:b.toml"), code=1)
        (result,) = self.expect_to_be_sound(log)["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        self.assertEqual(uri, "Pr%C3%BCf%20stand/a%3Ab.toml")
        outside = self.sarif(str(deep / "a:b.toml"), code=1, GITHUB_WORKSPACE="/somewhere/else")
        (result,) = outside["runs"][0]["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        self.assertTrue(uri.startswith("file:///"), uri)

    def test_has_no_result_where_all_is_well(self):
        self.assertEqual(self.expect_to_be_sound(self.sarif("holds.toml", code=0))["results"], [])

    def test_of_validate_has_every_error_of_every_spec(self):
        (self.folder / "two.toml").write_text(
            'name = "two"\nsummary = "x"\nnonsense = 1\n[objects]\nn = { type = "regster" }\n'
            '[process.p]\nsteps = [{ load = "n", into = "x" }]\n[[case]]\nbackend = "shm"\n')
        out, _ = self.stagger("validate", "two.toml", "holds.toml", "--sarif", "-", code=64)
        results = self.expect_to_be_sound(json.loads(out))["results"]
        lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"]
                 for result in results]
        self.assertEqual(sorted(lines), [3, 5])

    def test_of_validate_has_warnings(self):
        text = self.read("holds.toml").replace("[process", "[objects.unused]\ntype = \"list\"\n\n[process", 1)
        (self.folder / "holds.toml").write_text(text)
        out, _ = self.stagger("validate", "holds.toml", "--sarif", "-")
        (result,) = self.expect_to_be_sound(json.loads(out))["results"]
        self.assertEqual((result["ruleId"], result["level"]), ("spec-warning", "warning"))
        out, _ = self.stagger("validate", "holds.toml", GITHUB_ACTIONS="true")
        self.assertIn("::warning file=holds.toml,line=", out)


class GitHub(World):
    def annotations(self, *words, code, **environment):
        out, _ = self.gate(*words, code=code, GITHUB_ACTIONS="true", **environment)
        return [line for line in out.splitlines() if line.startswith("::")]

    def parsed(self, line):
        """As GitHub's runner reads it."""
        level, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
        plain = lambda text: (text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":")
                              .replace("%2C", ",").replace("%25", "%"))
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        return level, {name: plain(value) for name, value in pairs.items()}, plain(message)

    def test_gets_a_line_for_each_that_did_not_pass(self):
        told = [self.parsed(line) for line in self.annotations(*EVERY_KIND, code=64)]
        self.assertEqual([(level, where["file"], where["line"]) for level, where, _ in told],
                         [("error", "loses.toml", "11"), ("warning", "apart.toml", "14"),
                          ("error", "missed.toml", "20"), ("error", "nobody.toml", "11")])
        self.assertEqual(told[0][1]["title"], "lost-update in loses/shm")
        self.assertIn("\nReplay it: stagger replay .stagger/loses_shm", told[0][2])

    def test_gets_names_that_mean_something_to_its_runner_escaped(self):
        (self.folder / "loses.toml").rename(self.folder / "100%,a:b.toml")
        (line,) = self.annotations("100%,a:b.toml", code=1)
        self.assertIn("file=100%25%2Ca%3Ab.toml,line=11,", line)
        self.assertEqual(self.parsed(line)[1]["file"], "100%,a:b.toml")

    def test_gets_paths_from_the_workspace(self):
        (self.folder / "deep").mkdir()
        (self.folder / "loses.toml").rename(self.folder / "deep/loses.toml")
        (line,) = self.annotations(str(self.folder / "deep/loses.toml"), code=1,
                                   GITHUB_WORKSPACE=str(self.folder))
        self.assertEqual(self.parsed(line)[1]["file"], "deep/loses.toml")

    def test_gets_a_summary_behind_what_is_there(self):
        (self.folder / "summary.md").write_text("# Before\n")
        self.annotations("loses.toml", "holds.toml", code=1, GITHUB_STEP_SUMMARY="summary.md")
        summary = self.read("summary.md")
        self.assertTrue(summary.startswith("# Before\n### Stagger: 2 cases: 1 passed, 1 failed\n"))
        self.assertIn("| fail | loses/shm | lost-update | worker[0] and worker[1] both", summary)
        self.assertIn("the delays that matter", summary)

    def test_a_summary_that_cannot_be_written_costs_no_verdict(self):
        _, err = self.gate("loses.toml", code=1, GITHUB_ACTIONS="true",
                           GITHUB_STEP_SUMMARY="nowhere/summary.md")
        self.assertIn("nowhere/summary.md, could not be written", err)

    def test_gets_nothing_elsewhere(self):
        out, _ = self.gate("loses.toml", code=1, GITHUB_STEP_SUMMARY="summary.md")
        self.assertNotIn("::", out)
        self.assertFalse((self.folder / "summary.md").exists())


class Stdout(World):
    def test_has_one_owner(self):
        _, err = self.gate("holds.toml", "--tap", "-", "--sarif", "-", code=64)
        self.assertIn("--tap and --sarif cannot both write to stdout", err)
        out, err = self.gate("loses.toml", "--tap", "-", code=1)
        self.assertTrue(out.startswith("TAP version 13\n1..1\nnot ok 1 - loses/shm\n"), out)
        self.assertIn("the delays that matter", err)

    def test_of_json_stays_json_on_github(self):
        out, err = self.gate("loses.toml", "--json", "-", code=1, GITHUB_ACTIONS="true")
        json.loads(out)
        self.assertIn("::error file=loses.toml", err)


main()
