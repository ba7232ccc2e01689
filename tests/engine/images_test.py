"""What the images are made of."""

from harness.case import Case

MEGABYTE = 1_000_000


class Images(Case):
    def test_the_probe_image_is_the_probe_and_authorities(self):
        files = ["etc/ssl/certs/ca-certificates.crt", "healthprobe"]
        self.assertEqual(self.images.files("healthprobe"), files)

    def test_the_healthboard_image_is_healthboard_and_authorities(self):
        files = ["etc/ssl/certs/ca-certificates.crt", "healthboard"]
        self.assertEqual(self.images.files("healthboard"), files)

    def test_the_probe_image_with_tls_has_10_megabytes_at_most(self):
        self.assertLessEqual(self.images.size("healthprobe"), 10 * MEGABYTE)

    def test_the_probe_image_without_tls_has_2_6_megabytes_at_most(self):
        self.assertLessEqual(self.images.size("healthprobe-without-tls"), 2.6 * MEGABYTE)

    def test_only_the_probe_with_tls_speaks_tls(self):
        for target, reason in {"healthprobe": "[unreachable]", "healthprobe-without-tls": "[usage]"}.items():
            asked = self.engine.docker(
                "run", "--rm", "--network=none", self.images.name(target),
                "-u", "rediss://127.0.0.1:1", "ingestion", check=False,
            )  # fmt: skip
            self.assertEqual(asked.returncode, 1, asked)
            self.assertIn(reason, asked.stdout + asked.stderr)

    def test_a_service_image_has_no_shell(self):
        for target in self.targets:
            files = self.images.files(target)
            programs = [name for name in files if "/bin/" in name]
            self.assertEqual(programs, sorted(["usr/local/bin/healthprobe", f"usr/local/bin/{target}"]))
            others = [name for name in files if name not in programs]
            for name in others:
                self.assertRegex(name, r"^(lib|lib64|usr/lib|usr/share/zoneinfo|etc/ssl/certs)/")

    def test_labels_and_user(self):
        version = self.engine.docker(
            "run", "--rm", "--network=none", self.images.name("healthprobe"), "--version"
        ).stdout.split()[1]
        for target in ("healthprobe", "healthboard", *self.targets):
            label = '{{index .Config.Labels "org.opencontainers.image.%s"}}'
            found = [self.images.inspect(target, label % x) for x in ("title", "version", "licenses")]
            self.assertEqual(found, [target, version, "MIT"])
            self.assertTrue(self.images.inspect(target, label % "description"))
            self.assertRegex(self.images.inspect(target, "{{.Config.User}}"), r"^[1-9]\d*:[1-9]\d*$")
