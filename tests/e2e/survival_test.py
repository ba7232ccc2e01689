"""What the library lives through: after each it beats again within an interval."""

import time

from harness import test
from harness.beats import KILL_ALL, BeatCase


class Server(BeatCase):
    topic = "survival"

    @test("Redis is restarted, on a port and on a socket", seconds=5)
    def test_restart(self):
        for tcp in (True, False):
            self.start_redis(tcp=tcp)
            service = self.start_beating(tag=str(tcp))
            before = self.sequence()
            self.redis.stop()
            self.redis.start()
            self.wait_for_beat(before)
            self.assert_undisturbed(service)
            service.kill()
            self.redis.stop()

    @test("Redis hangs for half a minute", seconds=35)
    def test_hang(self):
        self.start_redis(tcp=True)
        service = self.start_beating()
        before = self.sequence()
        self.redis.freeze()
        time.sleep(30)
        self.assertIn("heartbeat:", service.output)
        self.redis.thaw()
        self.wait_for_beat(before)
        # Not those of the outage, one after the other.
        self.assertEqual(self.probe("ingestion").found, (0, "healthy", "healthy"))
        self.assert_undisturbed(service)
        self.assertGreater(self.document("ingestion")["writer"]["failed_writes"], 0)

    @test("all its connections are killed, again and again", seconds=5)
    def test_killed_connections(self):
        self.start_redis(tcp=True)
        service = self.start_beating()
        for _ in range(3):
            before = self.sequence()
            self.client.execute_command(*KILL_ALL)
            self.wait_for_beat(before)
        self.assert_undisturbed(service)
