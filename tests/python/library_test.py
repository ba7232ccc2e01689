"""How heartbeat.py finds libheartbeat.so, and what it says when it does not."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import heartbeat

LIBRARY = os.environ["HEARTBEAT_LIBRARY"]


class Library(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.module = shutil.copy(heartbeat.__file__, self.folder)

    def run_import(self, **variables):
        kept = {name: os.environ[name] for name in ("LD_PRELOAD", "ASAN_OPTIONS")
                if name in os.environ}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-B", "-c", "import heartbeat; print(heartbeat._path)"],
            env={**kept, **variables}, cwd=self.folder, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def test_the_variable_decides(self):
        shutil.copy(LIBRARY, os.path.join(self.folder, "libheartbeat.so.0"))
        self.assertEqual(self.run_import(HEARTBEAT_LIBRARY=LIBRARY).stdout.strip(), LIBRARY)

    def test_beside_the_module(self):
        for name in ("libheartbeat.so", "libheartbeat.so.0"):
            beside = shutil.copy(LIBRARY, os.path.join(self.folder, name))
            self.assertEqual(self.run_import().stdout.strip(), beside)

    def test_on_the_system(self):
        system = os.path.join(self.folder, "system")
        os.mkdir(system)
        shutil.copy(LIBRARY, os.path.join(system, "libheartbeat.so.0"))
        found = self.run_import(LD_LIBRARY_PATH=system)
        self.assertEqual(found.stdout.strip(), "libheartbeat.so.0", found.stderr)

    def test_a_clear_error(self):
        for variables, words in (
            ({"HEARTBEAT_LIBRARY": "/nowhere.so"}, "HEARTBEAT_LIBRARY=/nowhere.so"),
            ({}, f"beside {self.folder} and on the system"),
        ):
            last = self.run_import(**variables).stderr.strip().splitlines()[-1]
            self.assertIn("ImportError: heartbeat: no libheartbeat.so.0", last)
            self.assertIn(words, last)


if __name__ == "__main__":
    unittest.main()
