# SPDX-License-Identifier: Apache-2.0
#
# What the tests in Python share: the real program, in a folder of its own, on specs of the tests.
# Called as: SCRIPT PROGRAM ROOT [TEST].
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SPECS = ROOT / "tests/e2e/specs"


class World(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stagger-outputs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for spec in SPECS.glob("*.toml"):
            shutil.copy(spec, self.folder)

    def stagger(self, *words, code=0, stdin="", **environment):
        """Runs the program, and gives what it wrote to stdout and stderr."""
        surroundings = {name: value for name, value in os.environ.items()
                        if not name.startswith(("GITHUB_", "CI_"))}
        surroundings |= {"NO_COLOR": "1", "STAGGER_PLUGIN_PATH": ""} | environment
        ended = subprocess.run([PROGRAM, *words], cwd=self.folder, env=surroundings, input=stdin,
                               text=True, capture_output=True, timeout=100)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        return ended.stdout, ended.stderr

    def gate(self, *words, code, **environment):
        return self.stagger("gate", *words, "--seed", "1", "--schedules", "100", code=code,
                            **environment)

    def read(self, name):
        return (self.folder / name).read_text()


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=0)
