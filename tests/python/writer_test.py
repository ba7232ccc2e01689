"""The writer's condition, the sequence and the instance's name, without Redis."""

import json
import os
import tempfile
import time
import unittest

from heartbeat import ClosedError, ConfigError, Heartbeat, Writer

NOWHERE = "unix:///nonexistent/redis.sock"


def eventually(holds):
    until = time.monotonic() + 20
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


class WriterTest(unittest.TestCase):
    def test_a_beat_that_was_not_started_has_nothing_to_tell(self):
        with Heartbeat("s", redis_url=NOWHERE) as beat:
            self.assertEqual(beat.writer(), Writer(0, 0, 0, 0, "", 0, 0, 0, 0, "", "", ""))
            self.assertEqual(beat.sequence(), 0)

    def test_failed_writes_are_counted_and_explained(self):
        with Heartbeat("s", redis_url=NOWHERE, file="/nonexistent/s.json") as beat:
            beat.start()
            self.assertTrue(eventually(lambda: beat.writer().failed_writes > 1))
            self.assertTrue(eventually(lambda: beat.writer().file_error))
            writer = beat.writer()
            self.assertIn("/nonexistent/redis.sock", writer.last_error)
            self.assertIn("cannot write /nonexistent/s.json", writer.file_error)
            self.assertEqual((writer.reconnects, writer.vanished, writer.rival), (0, 0, ""))
            self.assertIsInstance(writer.last_write, float)
            self.assertGreaterEqual(beat.sequence(), writer.failed_writes)
            beat.stop()
            self.assertGreater(beat.writer().failed_writes, 1)
        self.assertRaises(ClosedError, beat.writer)
        self.assertRaises(ClosedError, beat.sequence)

    def test_a_forked_child_has_nothing_to_tell(self):
        beat = Heartbeat("s", redis_url=NOWHERE)
        beat.start()
        self.assertTrue(eventually(lambda: beat.writer().failed_writes > 0))
        child = os.fork()
        if child == 0:
            silent = beat.writer().failed_writes == 0 and beat.sequence() == 0
            os._exit(0 if silent else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        beat.close()

    def test_the_instance_is_in_the_document(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "s.json")
            with Heartbeat("s", instance="2", redis_url=NOWHERE, file=file) as beat:
                beat.start()
                self.assertTrue(eventually(lambda: os.path.exists(file)))
            with open(file, encoding="utf-8") as document:
                self.assertEqual(json.load(document)["instance"]["name"], "2")
        with self.assertRaisesRegex(ConfigError, "instance name 'a:b'"):
            Heartbeat("s", instance="a:b", redis_url=NOWHERE)


if __name__ == "__main__":
    unittest.main()
