"""HEARTBEAT_REDIS_URL=none: the library beats nowhere, or only into a file."""

import json
import os
import pathlib
import tempfile
import time
import unittest
from unittest import mock

from heartbeat import CRITICAL, Heartbeat, Status


class Nowhere(unittest.TestCase):
    def setUp(self):
        variable = mock.patch.dict(os.environ, HEARTBEAT_REDIS_URL="none")
        variable.start()
        self.addCleanup(variable.stop)
        self.lines = []

    def start(self, **settings):
        beat = Heartbeat("s", log=self.lines.append, **settings)
        self.addCleanup(beat.close)
        self.flag = beat.flag("up")
        beat.check("up", CRITICAL, self.flag.is_set())
        beat.check("db", CRITICAL, beat.succeeds(lambda: True, every=0.01))
        beat.start()
        return beat

    def wait_until(self, holds):
        deadline = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_all_but_writing_goes_on(self):
        beat = self.start()
        self.flag.set(True)
        self.wait_until(lambda: beat.judge().status == Status.HEALTHY)
        self.flag.set(False)
        self.assertEqual(beat.judge().status, Status.UNHEALTHY)
        beat.start()
        self.wait_until(lambda: self.lines)
        beat.close()
        beat.close()
        self.assertEqual(self.lines, ["heartbeat: beats nowhere: HEARTBEAT_REDIS_URL is none"])

    def test_nothing_is_counted(self):
        beat = self.start()
        self.flag.set(True)
        self.wait_until(lambda: beat.judge().status == Status.HEALTHY)
        writer = beat.writer()
        self.assertEqual((writer.failed_writes, writer.reconnects, writer.last_error), (0, 0, ""))
        self.assertEqual(beat.sequence(), 0)

    def test_the_file_is_written_at_every_change(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "s.json"

            def status():
                return json.loads(file.read_text())["status"] if file.exists() else None

            beat = self.start(file=file)
            self.flag.set(True)
            self.wait_until(lambda: status() == "healthy")
            self.flag.set(False)
            self.wait_until(lambda: status() == "unhealthy")
            self.wait_until(lambda: self.lines)
            beat.close()
            self.assertEqual(json.loads(file.read_text())["reason"], "stopped")
            words = f"heartbeat: beats only into {file}: HEARTBEAT_REDIS_URL is none"
            self.assertEqual(self.lines, [words])

    def test_the_argument_decides(self):
        self.start(redis_url="unix:///nonexistent.sock")
        self.wait_until(lambda: self.lines)
        self.assertIn("nonexistent.sock", self.lines[0])
        self.lines.clear()
        self.start(redis_url="none")
        self.wait_until(lambda: any("redis_url is none" in line for line in self.lines))


if __name__ == "__main__":
    unittest.main()
