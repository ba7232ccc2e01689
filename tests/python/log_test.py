"""What a Heartbeat says about trouble with Redis, and where."""

import logging
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from heartbeat import Heartbeat


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def wait_for(self, words):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for record in list(self.records):
                if words in record.getMessage():
                    return record
            time.sleep(0.01)
        raise AssertionError(f"no line has {words!r}: {self.records}")


class Logs(unittest.TestCase):
    def listen(self, name):
        lines, logger = Lines(), logging.getLogger(name)
        logger.addHandler(lines)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.removeHandler, lines)
        self.addCleanup(setattr, logger, "propagate", logger.propagate)
        logger.propagate = False
        return lines

    def start(self, **settings):
        settings = {"redis_url": "unix:///nonexistent.sock", "stop_timeout": 0.1, **settings}
        beat = Heartbeat("s", **settings)
        self.addCleanup(beat.close)
        beat.start()
        return beat

    def test_trouble_goes_to_the_logger_heartbeat_as_a_warning(self):
        lines = self.listen("heartbeat")
        self.start()
        record = lines.wait_for("nonexistent.sock")
        self.assertEqual((record.levelno, record.name), (logging.WARNING, "heartbeat"))

    def test_another_logger(self):
        lines, others = self.listen("mine"), self.listen("heartbeat")
        self.start(log=logging.getLogger("mine"))
        lines.wait_for("nonexistent.sock")
        self.assertEqual(others.records, [])

    def test_a_function(self):
        lines = []
        self.start(log=lines.append)
        deadline = time.monotonic() + 20
        while not lines and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIn("nonexistent.sock", lines[0])

    def test_none_is_silence(self):
        lines = self.listen("heartbeat")
        beat = self.start(log=None)
        deadline = time.monotonic() + 20
        while not beat.writer().failed_writes and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertGreater(beat.writer().failed_writes, 0)
        beat.close()
        self.assertEqual(lines.records, [])

    def test_a_recovery_is_no_warning(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "later" / "s.json"
            lines = self.listen("heartbeat")
            self.start(file=file, interval=0.1, ttl=10)
            self.assertEqual(lines.wait_for("cannot write").levelno, logging.WARNING)
            file.parent.mkdir()
            self.assertEqual(lines.wait_for(f"writes {file} again").levelno, logging.INFO)

    def test_what_is_no_log_is_refused(self):
        for log in ("heartbeat", True):
            with self.assertRaisesRegex(TypeError, "log is a logging.Logger, a function or None"):
                Heartbeat("s", log=log)

    def run_script(self, code):
        head = "from heartbeat import *; import logging, time; beat = Heartbeat('s', redis_url="
        done = subprocess.run(
            [sys.executable, "-B", "-c", head + "'unix:///nonexistent.sock')\n" + code],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    UNTIL_IT_FAILED = (
        "beat.start()\n"
        "while not beat.writer().failed_writes: time.sleep(0.01)\n"
        "beat.close()\n"
    )  # fmt: skip

    def test_a_service_without_logging_sees_warnings_as_python_shows_them(self):
        done = self.run_script(self.UNTIL_IT_FAILED)
        (line,) = set(done.stderr.splitlines())
        self.assertTrue(line.startswith("heartbeat: "), line)
        self.assertIn("nonexistent.sock", line)
        self.assertEqual(done.stdout, "")

    def test_its_configuration_decides(self):
        silence = "logging.getLogger('heartbeat').setLevel(logging.ERROR)\n"
        done = self.run_script(silence + self.UNTIL_IT_FAILED)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
