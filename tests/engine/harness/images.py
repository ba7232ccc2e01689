"""The images of the tests: ours, built; others, pulled or made without a registry."""

import concurrent.futures
import os
import subprocess

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
OURS = "healthprobe-test"  # every image that the tests make is named so
SERVICES = ("ingestion", "worker", "depth-collector", "signal-generator")
TARGETS = ("healthprobe", "healthboard", "healthbeat", *SERVICES, "trading")
STAGES = ("packages", "parts", "probe", "board", "library", "beat", "stand-ins", "service")  # of compose/Dockerfile
DEBIAN = "debian:trixie-slim"

RECIPES = os.path.join(PROJECT, "compose", "Dockerfile")
SERVERS = os.path.join(PROJECT, "tests", "engine", "servers")

# What the stack needs beside our own images, and the Python that healthprobe replaces.
TOOLS = """
FROM {base}
COPY --from={probe} /healthprobe /usr/local/bin/
"""


class Images:
    def __init__(self, engine):
        self.engine = engine
        self.mine = []

    def build_all(self):
        self.base = self._pulled(DEBIAN) or self._bootstrapped()
        # One loads packages while the other compiles.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for done in [pool.submit(self._build_servers), pool.submit(self._build_ours)]:
                done.result()
        self.database, self.rabbitmq = self.name("database"), self.name("rabbitmq")
        self.tools = self._named("tools")
        recipe = TOOLS.format(base=self.name("servers"), probe=self.name("healthprobe"))
        self.engine.docker("build", "--network=host", "-t", self.tools, "-", text=recipe, timeout=900)

    def _build_servers(self):
        for target, tag in (("packages", "servers"), ("database", "database"), ("rabbitmq", "rabbitmq")):
            self._build(os.path.join(SERVERS, "Dockerfile"), SERVERS, target, tag)

    def _build_ours(self):
        # The stages too, for nothing nameless to be left in somebody's engine.
        stages = () if self.engine.private else STAGES
        for target in (*stages, *TARGETS):
            self._build(RECIPES, PROJECT, target, target)
        for target in ("probe", "healthprobe"):
            self._build(RECIPES, PROJECT, target, f"{target}-without-tls", "TLS=OFF")

    def name(self, target):
        return f"{OURS}/{target}"

    def _named(self, target):
        self.mine.append(self.name(target))
        return self.name(target)

    def _build(self, recipes, folder, target, tag, *arguments):
        command = ["build", "--network=host", "-f", recipes]
        for argument in (f"BASE={self.base}", *arguments):
            command += ["--build-arg", argument]
        command += ["--target", target, "-t", self._named(tag), folder]
        self.engine.docker(*command, timeout=1800)

    def _pulled(self, name):
        if self.engine.docker("image", "inspect", name, check=False).returncode == 0:
            return name
        try:
            pulled = self.engine.docker("pull", "-q", name, check=False, timeout=90)
        except subprocess.TimeoutExpired:
            return None
        if pulled.returncode != 0:
            return None
        self.mine.append(name)
        return name

    def _bootstrapped(self):
        """As Debian's own image, without the registry."""
        root = os.path.join(PROJECT, "build", "bare-debian", "trixie")
        self.engine.run(os.path.join(PROJECT, "scripts", "bare-debian"), "trixie", root, timeout=900)
        name = self._named("debian")
        # Each import is another image, on which nothing has been built yet.
        if self.engine.docker("image", "inspect", name, check=False).returncode != 0:
            self.engine.run("sh", "-c", 'tar -c -C "$1" . | docker import - "$2"', "sh", root, name, timeout=300)
        return name

    def size(self, target):
        return int(self.inspect(target, "{{.Size}}"))

    def inspect(self, target, template):
        name = self.name(target)
        return self.engine.docker("image", "inspect", "-f", template, name).stdout.strip()

    def files(self, target):
        """What is in it, without what an engine adds to every container."""
        made = self.engine.docker("create", self.name(target), "nothing").stdout.strip()
        try:
            listed = self.engine.run(
                "sh", "-c", 'docker export "$1" | tar -t', "sh", made
            ).stdout.splitlines()
        finally:
            self.engine.docker("rm", made)
        added = ("dev/", "proc/", "sys/", ".dockerenv", "etc/hostname", "etc/hosts",
                 "etc/mtab", "etc/resolv.conf")  # fmt: skip
        return sorted(x for x in listed if not x.endswith("/") and not x.startswith(added))

    def remove(self):
        if self.engine.private:
            return
        for name in reversed(self.mine):
            self.engine.docker("rmi", name, check=False)
