"""Passwords change while services beat: whoever is first, soon after both a beat is taken."""

import os

from harness import test
from harness.beats import KILL_ALL, BeatCase

OLD, NEW = "o1-Old-Secret", "n2-New-Secret"


class Password(BeatCase):
    topic = "password rotation"

    def setUp(self):
        super().setUp()
        self.start_redis(tcp=True, options=["--requirepass", OLD])
        self.client = self.redis.client(password=OLD)
        self.path = os.path.join(self.folder, "password")
        self.write(OLD)

    def write(self, password):
        """As an editor does: another file takes its name."""
        with open(self.path + ".new", "w") as file:
            file.write(password + "\n")
        os.replace(self.path + ".new", self.path)

    def start_reading(self, user="", **variables):
        url = f"redis://{user}127.0.0.1:{self.redis.port}"
        return self.start_beating(url, **{"REDIS_PASSWORD_FILE": self.path, **variables})

    def rotate(self):
        """Redis takes the new one only, also from those who are connected."""
        self.client.config_set("requirepass", NEW)
        self.client = self.redis.client(password=NEW)
        self.client.execute_command(*KILL_ALL)

    def assert_silent(self, service):
        self.assert_undisturbed(service)
        for secret in (OLD, NEW):
            self.assertNotIn(secret, service.output)

    def wait_for_refusal(self, service):
        self.wait_until(lambda: "WRONGPASS" in service.output, 15, "it complains")

    @test("the file is rewritten first, then Redis", seconds=4)
    def test_file_first(self):
        service = self.start_reading()
        self.write(NEW)
        self.wait_for_beat(self.sequence(), what="it beats on with the old one")
        before = self.sequence()
        self.rotate()
        self.wait_for_beat(before)
        self.assert_silent(service)
        self.assertNotIn("WRONGPASS", service.output)

    @test("Redis is first, and the file follows", seconds=6)
    def test_redis_first(self):
        service = self.start_reading()
        self.rotate()
        self.wait_for_refusal(service)
        before = self.sequence()
        self.write(NEW)
        self.wait_for_beat(before)
        self.assert_silent(service)

    @test("the file is missing for a while", seconds=6)
    def test_no_file(self):
        service = self.start_reading()
        before = self.sequence()
        os.remove(self.path)
        self.client.execute_command(*KILL_ALL)
        self.wait_until(
            lambda: "heartbeat:" in service.output or self.sequence() > before + 1,
            15,
            "it complains, or beats on with the old one",
        )
        self.write(NEW)
        self.rotate()
        before = self.sequence()
        self.wait_for_beat(before)
        self.assert_silent(service)

    @test("the password of an ACL user, in a file below a link that is turned", seconds=6)
    def test_user(self):
        rules = "resetkeys %W~health:* -@all +setex"
        self.redis.set_user("writer", OLD, rules, password=OLD)
        for name, secret in (("1", OLD), ("2", NEW)):
            os.mkdir(os.path.join(self.folder, name))
            with open(os.path.join(self.folder, name, "secret"), "w") as file:
                file.write(secret)
        link = os.path.join(self.folder, "current")
        os.symlink("1", link)
        path = os.path.join(link, "secret")
        service = self.start_reading("writer@", REDIS_PASSWORD_FILE=path)
        self.redis.set_user("writer", NEW, rules, password=OLD)
        self.client.execute_command(*KILL_ALL)
        self.wait_for_refusal(service)
        before = self.sequence()
        os.symlink("2", link + ".new")
        os.replace(link + ".new", link)
        self.wait_for_beat(before)
        self.assert_silent(service)

    @test("the whole URL lies in a file, and both change", seconds=6)
    def test_url_file(self):
        path = os.path.join(self.folder, "url")

        def write(password):
            with open(path, "w") as file:
                file.write(f"redis://:{password}@127.0.0.1:{self.redis.port}\n")

        write(OLD)
        service = self.start_service(
            "ingestion", HEARTBEAT_REDIS_URL=None, REDIS_URL_FILE=path, HEARTBEAT_INTERVAL="1s"
        )
        self.wait_for_status("ingestion", "healthy")
        self.rotate()
        self.wait_for_refusal(service)
        before = self.sequence()
        write(NEW)
        self.wait_for_beat(before)
        self.assert_silent(service)
