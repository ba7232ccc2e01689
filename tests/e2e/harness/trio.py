"""What a test behind sentinels needs: three of them, a master, and the document in it."""

from harness.case import Case
from harness.sentinels import NAME, Sentinels

VALUE = '{"status": "healthy"}'


class TrioCase(Case):
    topic = "sentinel"

    def start_trio(self, **options):
        self.trio = Sentinels(self.folder, **options)
        self.addCleanup(self.trio.stop)
        self.trio.start()
        self.url = self.trio.url()
        self.look_at(self.trio.master())
        return self.trio

    def look_at(self, node):
        self.client = self.trio.client(node)

    def put(self, value=VALUE, client=None):
        (client or self.client).setex("health:ingestion", 60, value)

    def new_master(self, old, within=20):
        """Once all sentinels agree on another one; its document is looked at from now on."""
        self.wait_until(lambda: self.trio.master() not in (None, old), within, "a new master")
        master = self.trio.master()
        self.look_at(master)
        return master

    def ask(self, url=None, *arguments, **variables):
        return self.probe("ingestion", *arguments, redis_url=url or self.url, **variables)

    def assert_passes(self, url=None, *arguments, **variables):
        found = self.ask(url, *arguments, **variables)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        self.assertEqual(found.stderr, "")

    def assert_trouble(self, reason, url=None, *words, **variables):
        found = self.ask(url, **variables)
        self.assertEqual(found.found, (1, "unknown", reason), found)
        for word in words:
            self.assertIn(word, found.text)
        return found


__all__ = ["NAME", "VALUE", "TrioCase"]
