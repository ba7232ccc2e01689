"""Every mistake on the command line or in the environment: one line that says what to do."""

import json

from harness import Case, test

URL = "redis://127.0.0.1:1"
NAMES = "1 to 128 of A-Z a-z 0-9 . _ -"
DURATIONS = ("500ms", "3s", "2m")


class Mistakes(Case):
    topic = "command line"

    def check(self, arguments, named, accepted, **variables):
        """`named` is what must show of the value, `accepted` what must show of the rule."""
        with self.subTest(arguments=arguments, variables=variables):
            found = self.probe(*arguments, **{"redis_url": URL, **variables})
            self.assertEqual(found.exit, 1, found)
            output = found.stdout + found.stderr
            self.assertEqual(output.count("\n"), 1, found)
            self.assertTrue(output.endswith("\n") and output[:-1].isprintable(), found)
            for text in (named, *accepted):
                self.assertIn(text, output)
            self.assertNotIn("secret", output)

    @test("an unknown option is named")
    def test_options(self):
        for option in ("--nope", "-x", "--redi"):
            self.check(["ingestion", option], option, ["healthprobe --help"])
        self.check(["ingestion", "--tiemout=secret"], "--tiemout", ["did you mean --timeout?"])
        self.check(["ingestion", "--no\x1bpe"], "--no\\x1bpe", ["--help"])
        for option in ("--redis", "--timeout", "--max-age", "--ttl", "--expect", "--prefix", "-o"):
            self.check(["ingestion", option], option, ["needs a value"])

    @test("a service name that cannot be one is named")
    def test_names(self):
        self.check([], "no service", ["HEARTBEAT_SERVICE"])
        for name, shown in (
            ("", "''"),
            ("a" * 129, "a" * 40),
            ("in gestion", "in gestion"),
            ("*", "*"),
            ("-", "-"),
            ("inges?ion", "inges?ion"),
            ("[a,b]", "[a,b]"),
            ("health:ingestion", "health:ingestion"),
            ("a/b", "a/b"),
            ("a\nb", "a\\nb"),
            ("a\x1b[2Jb", "a\\x1b[2Jb"),
            ("ü", "ü"),
            (b"\xff", "\\xff"),
        ):
            self.check([name], shown, [NAMES])
            self.check(["good", name], shown, [NAMES])
            if name:
                text = name if isinstance(name, str) else "\udcff"
                self.check([], shown, [NAMES, "HEARTBEAT_SERVICE"], HEARTBEAT_SERVICE=text)

    @test("a bad URL is named by what is wrong with it, and never shown")
    def test_urls(self):
        for url, wrong in (
            ("http://secret", "redis://"),
            ("secret", "redis://HOST:PORT"),
            ("redis://:secret@host:99999", "65535"),
            ("redis://:secret@host:port", "65535"),
            ("redis://:secret@host/-1", "database"),
            ("redis://:secret@host/0?db=x", "database"),
            ("redis://:sec/ret@host", "%2F"),
            ("unix://", "unix:///PATH"),
            ("redis://[::1", "[IPV6]"),
            ("redis://host name", "%20"),
            ("redis://host\x1b", "control character"),
        ):
            self.check(["ingestion"], "HEARTBEAT_REDIS_URL", [wrong], redis_url=url)
            self.check(["ingestion"], "REDIS_URL", [wrong], redis_url=None, REDIS_URL=url)
            self.check(["ingestion", "--redis", url], "--redis", [wrong])
        self.check(["ingestion", "--redis", ""], "--redis", ["redis://HOST:PORT"])
        missing = {"redis_url": None, "HEARTBEAT_REDIS_URL_FILE": "/nowhere"}
        self.check(["ingestion"], "/nowhere", ["HEARTBEAT_REDIS_URL_FILE"], **missing)
        self.check(["ingestion"], "/nowhere", ["REDIS_PASSWORD"], REDIS_PASSWORD_FILE="/nowhere")

    @test("a duration that is none is named, with those that are accepted")
    def test_durations(self):
        for option, variable in (
            ("--timeout", "HEALTHPROBE_TIMEOUT"),
            ("--max-age", "HEALTHPROBE_MAX_AGE"),
            ("--ttl", "HEARTBEAT_TTL"),
        ):
            for value in ("soon", "5 s", "-1s", "1e3", "1.s", "5d", "9" * 20, "0.0001ms"):
                self.check(["ingestion", f"{option}={value}"], f"'{value}'", [option, *DURATIONS])
                self.check(["ingestion"], f"'{value}'", [variable, *DURATIONS], **{variable: value})
            for value in ("0", "0ms", "87600h"):
                self.check(["ingestion", f"{option}={value}"], f"'{value}'", [option, "at most"])
            self.check(["ingestion", f"{option}="], "''", [option, *DURATIONS])

    @test("an --expect that cannot be read is named")
    def test_expectations(self):
        for value, wrong in (
            ("error_count", "FIELD OP VALUE"),
            ("", "FIELD OP VALUE"),
            ("< 5", "names no field"),
            ("error_count <", "no value"),
            ("error_count < many", "needs a number"),
            ("error_count ~ 5", "FIELD OP VALUE"),
            ("zone == two words", "two words"),
            ("a\x1b", "\\x1b"),
        ):
            self.check(["ingestion", "--expect", value], "--expect", [wrong])
            if value:
                self.check(["ingestion"], "HEALTHPROBE_EXPECT", [wrong], HEALTHPROBE_EXPECT=value)

    @test("a choice or a truth that is none is named, with those that are")
    def test_choices(self):
        for value in ("maybe", "2", "TRUE ", "\x1b"):
            shown = value.replace("\x1b", "\\x1b")
            for variable in ("OWN", "DEGRADED_OK", "STARTING_OK", "QUIET"):
                name = f"HEALTHPROBE_{variable}"
                self.check(["ingestion"], f"'{shown}'", [name, "true", "off"], **{name: value})
            self.check(["ingestion", "-o", value], f"'{shown}'", ["text", "json"])
            self.check(["ingestion", "--on-redis-error", value], f"'{shown}'", ["fail", "pass"])
        name = "HEALTHPROBE_ON_REDIS_ERROR"
        self.check(["ingestion"], "'ignore'", [name, "fail", "pass"], **{name: "ignore"})

    @test("a mistake fails even where Redis trouble passes, and with --quiet")
    def test_no_excuse(self):
        for arguments in (["bad name"], ["good", "--timeout", "soon"], ["good", "--nope"]):
            for tolerance in (["--on-redis-error", "pass"], ["--quiet"], ["--output", "json"]):
                self.assertEqual(self.probe(*arguments, *tolerance, redis_url=URL).exit, 1)
        found = self.probe("ingestion", "--on-redis-error", "pass", redis_url="http://host")
        self.assertEqual(found.exit, 1)


class Help(Case):
    topic = "command line"

    @test("--help and --version go to stdout")
    def test_help(self):
        found = self.probe("--help")
        self.assertEqual((found.exit, found.stderr), (0, ""))
        options = "redis prefix timeout max-age ttl expect own degraded-ok starting-ok"
        for option in (options + " on-redis-error output quiet explain").split():
            self.assertIn(f"--{option}", found.stdout)
        for variable in ("HEARTBEAT_SERVICE", "HEARTBEAT_REDIS_URL", "HEALTHPROBE_TIMEOUT"):
            self.assertIn(variable, found.stdout)
        self.assertRegex(self.probe("--version").stdout, r"^healthprobe \d+\.\d+\.\d+\n$")

    @test("--quiet prints nothing, --output json prints one object a line")
    def test_output(self):
        for options in (["--quiet"], ["-q"]):
            found = self.probe("ingestion", *options, redis_url=URL)
            self.assertEqual((found.exit, found.stdout, found.stderr), (1, "", ""))
        found = self.probe("ingestion", "worker-1", "-o", "json", redis_url=URL)
        lines = [json.loads(line) for line in found.stdout.splitlines()]
        self.assertEqual([line["service"] for line in lines], ["ingestion", "worker-1"])
        for line in lines:
            self.assertEqual(
                (line["verdict"], line["reason"], line["exit"]), ("unknown", "unreachable", 1)
            )

    @test("--explain follows the verdict, and keeps out of the way of programs")
    def test_explain(self):
        variables = {"redis_url": URL, "REDIS_PASSWORD": "hunter2"}
        found = self.probe("ingestion", "--explain", **variables)
        verdict, *explanation = found.stdout.splitlines()
        self.assertTrue(verdict.startswith("ingestion unknown [unreachable]: "), found)
        self.assertEqual((explanation[0], found.stderr), ("settings", ""))
        self.assertRegex(found.stdout, r"password +\*\*\* +REDIS_PASSWORD\n")
        self.assertRegex(found.stdout, r"timeout +2s +default\n")
        self.assertRegex(found.stdout, r"ms  connect to \S+: Connection refused \(took ")
        aside = self.probe("ingestion", "--explain", "-o", "json", **variables)
        self.assertEqual(json.loads(aside.stdout)["reason"], "unreachable")
        self.assertIn("settings\n", aside.stderr)
        self.assertNotIn("hunter2", found.stdout + aside.stdout + aside.stderr)
