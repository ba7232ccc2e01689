"""Passwords and access lists: what is refused, what suffices, and what is never shown."""

import os

from harness import Case, test

SECRET = "k8-Quite/Secret"
IN_URL = "k8-Quite%2FSecret"
WRONG = "w3-Also-Secret"


class Access(Case):
    topic = "redis access"

    def start_guarded(self):
        self.start_redis(tcp=True, options=["--requirepass", SECRET])
        self.client = self.redis.client(password=SECRET)

    def assert_silent(self, *texts):
        for text in texts:
            for secret in (SECRET, IN_URL, WRONG):
                self.assertNotIn(secret, str(text))

    def ask(self, url=None, *arguments, **variables):
        found = self.probe("ingestion", *arguments, redis_url=url, **variables)
        self.assert_silent(found.stdout, found.stderr)
        return found

    @test("a password in the URL, in a variable or in a file opens Redis to both halves")
    def test_password(self):
        self.start_guarded()
        path = os.path.join(self.folder, "secret")
        with open(path, "w") as file:
            file.write(SECRET + "\n")
        ways = [
            {"HEARTBEAT_REDIS_URL": self.redis.url_as("", IN_URL)},
            {"HEARTBEAT_REDIS_URL": None, "REDIS_URL": self.redis.url_as("default", IN_URL)},
            {"HEARTBEAT_REDIS_URL": self.redis.url, "REDIS_PASSWORD": SECRET},
            {"HEARTBEAT_REDIS_URL": self.redis.url, "REDIS_PASSWORD_FILE": path},
        ]
        for number, variables in enumerate(ways):
            with self.subTest(variables=variables):
                service = self.start_service("ingestion", tag=str(number), **variables)
                self.wait_for_status("ingestion", "healthy")
                found = self.ask(**variables)
                self.assertEqual(found.found, (0, "healthy", "healthy"), found)
                service.kill()
                self.client.flushall()
                self.assert_silent(service.output)

    @test("--redis takes a password, with a warning that does not show it")
    def test_password_in_arguments(self):
        self.start_guarded()
        found = self.ask(None, "--redis", self.redis.url_as("", IN_URL))
        self.assertEqual(found.found, (1, "unhealthy", "missing"), found)
        self.assertIn("warning", found.stderr)

    @test("no password or a wrong one is [auth], and neither half shows it")
    def test_refused(self):
        self.start_guarded()
        for user in (None, "", "nobody"):
            url = self.redis.url if user is None else self.redis.url_as(user, WRONG)
            with self.subTest(user=user):
                found = self.ask(url)
                self.assertEqual(found.found, (1, "unknown", "auth"), found)
                self.assertEqual(self.ask(url, "--on-redis-error", "pass").exit, 0)
        for output in ("json", "text"):
            self.ask(self.redis.url_as("", WRONG), "--output", output)
        service = self.start_service("ingestion", url=self.redis.url_as("", WRONG))
        self.wait_until(lambda: "WRONGPASS" in service.output, 10, "it complains")
        self.assert_silent(service.output)

    @test("an access list with two commands suffices for the probe, with one for a service")
    def test_least_privilege(self):
        self.start_guarded()
        self.acl("probe", "resetkeys %R~health:* -@all +getrange +pttl")
        self.acl("writer", "resetkeys ~health:* -@all +setex")
        self.start_service("ingestion", url=self.redis.url_as("writer", IN_URL))
        self.wait_for_status("ingestion", "healthy")
        found = self.ask(self.redis.url_as("probe", IN_URL))
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)

    @test("a user who may not read is [denied], one who may not write says so")
    def test_denied(self):
        self.start_guarded()
        self.client.setex("health:ingestion", 60, '{"status": "healthy"}')
        for rules in ("%R~health:* -@all +getrange", "%R~health:* -@all +pttl", "%R~other:* +@all"):
            with self.subTest(rules=rules):
                self.acl("limited", f"resetkeys {rules}")
                url = self.redis.url_as("limited", IN_URL)
                found = self.ask(url)
                self.assertEqual(found.found, (1, "unknown", "denied"), found)
                self.assertEqual(self.ask(url, "--on-redis-error", "pass").exit, 0)
        service = self.start_service("ingestion", url=self.redis.url_as("limited", IN_URL))
        self.wait_until(lambda: "NOPERM" in service.output, 10, "it complains")
        self.assert_silent(service.output)

    def acl(self, user, rules):
        words = ["reset", "on", f">{SECRET}", *rules.split()]
        self.client.execute_command("ACL", "SETUSER", user, *words)
