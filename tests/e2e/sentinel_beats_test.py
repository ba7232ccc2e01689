"""The library behind sentinels: it follows the master."""

from harness import test
from harness.beats import BeatCase
from harness.trio import NAME, TrioCase

DATA = "d4-Data-Secret"


class Follows(TrioCase, BeatCase):
    def check(self, end, login=""):
        service = self.start_beating(self.trio.url(login))
        old = self.trio.master()
        end(old)
        self.new_master(old)
        self.wait_for_beat(self.sequence())
        self.assert_undisturbed(service)
        self.assert_passes(self.trio.url(login), "--timeout", "4s")
        return service

    @test("a master that is killed: it beats to the next within an interval", seconds=12)
    def test_killed(self):
        self.start_trio(replicas=2)
        service = self.check(lambda master: master.stop())
        self.assertGreater(self.document("ingestion")["writer"]["failed_writes"], 0)
        self.assertIn("takes beats again", service.output)

    @test("a master that hangs: it beats to the next within an interval", seconds=12)
    def test_frozen(self):
        self.start_trio(password=DATA)
        self.check(lambda master: master.freeze(), f":{DATA}@")

    @test("a master that is made a replica: the old connection is left", seconds=20)
    def test_demoted(self):
        self.start_trio()
        service = self.start_beating(self.trio.url())
        old = self.trio.master()
        self.trio.ask(self.trio.sentinels[0], "SENTINEL", "FAILOVER", NAME)
        self.new_master(old)
        # Until the sentinels have told it, the old one takes writes as before.
        self.wait_until(lambda: self.trio.role(old) == "slave", 30, "the old one obeys")
        self.wait_for_beat(self.sequence())
        self.assert_undisturbed(service)

    @test("sentinels that come up after the service: it waits for them", seconds=8)
    def test_late_sentinels(self):
        self.start_trio()
        for sentinel in self.trio.sentinels:
            sentinel.freeze()
        service = self.start_service("ingestion", self.url, HEARTBEAT_INTERVAL="1s")
        self.wait_until(lambda: "heartbeat:" in service.output, 15, "it complains")
        self.assertEqual(self.sequence(), 0)
        for sentinel in self.trio.sentinels:
            sentinel.thaw()
        self.wait_for_beat(0)
        self.assert_undisturbed(service)
