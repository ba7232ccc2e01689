"""One check, as a container has it every 30 seconds: the whole process beside others that do the same I/O."""

import os
import shutil
import socket
import subprocess
import sys

from rows import of_cost, of_pairs, paired, run
from setting import PROBE, ROOT, document, redis_server

ONE_LINER = ("import redis, json, sys; r=redis.from_url('{url}'); s=json.loads(r.get('health:ingestion') or '{{}}'); "
             "sys.exit(0 if s.get('status')=='healthy' else 1)")


def compiled(name, folder, *libraries, program=None):
    program = str(folder / (program or name))
    done = subprocess.run(
        ["gcc", "-O2", "-static", "-s", ROOT / f"tests/bench/{name}.c", "-o", program, *libraries],
        capture_output=True, text=True, check=False)  # the linker warns of getaddrinfo
    if done.returncode != 0:
        sys.exit(done.stderr)
    return program


def system_calls(command, environment):
    done = subprocess.run(["/usr/bin/strace", "-f", "-c", "-U", "calls,name", *command], env=environment,
                          capture_output=True, text=True, check=False)
    return float(done.stderr.strip().splitlines()[-1].split()[0])


def local_name():
    """A name of this machine in /etc/hosts: the probe knows localhost without looking it up."""
    name = socket.gethostname()
    try:
        return name if socket.gethostbyname(name).startswith("127.") else "localhost"
    except OSError:
        return "localhost"


def measure(runs):
    with redis_server() as server, open(os.devnull, "wb") as nowhere:
        get, file_reader = compiled("bare_get", server.folder), compiled("bare_read", server.folder)
        resolving_get = compiled("bare_get", server.folder, "-DBY_NAME", program="resolving_get")
        hiredis = compiled("bare_hiredis", server.folder, "-lhiredis")
        server.write("ingestion")
        server.write("worker", "unhealthy")
        file = server.folder / "document.json"
        file.write_text(document(), encoding="utf-8")
        name = local_name()
        environment, by_name = server.environment(), server.environment(name)
        no_redis = {"PATH": environment["PATH"]}

        def timed(command, env, expected=0):
            return lambda: run(command, env, nowhere.fileno(), expected)[0]

        healthy = [PROBE, "ingestion"]
        bare = [get, server.port, "health:ingestion"]
        options = ["--timeout", "3s", "--max-age", "2h", "--ttl", "1h"]
        unhealthy_bare = [get, server.port, "health:worker"]
        for what, ours, ours_env, expected, beside, other, limit, why in (
            ("a healthy check", healthy, environment, 0, "a bare GET", bare, 1.10, ""),
            ("a healthy check, host by name", healthy, by_name, 0, "a bare GET that resolves it",
             [resolving_get, *bare[1:], name], 1.15, ""),
            ("an unhealthy check", [PROBE, "worker"], environment, 1, "a bare GET", unhealthy_bare, 1.25,
             "It decodes the whole document, to say which checks fail. Of a healthy one it only looks for failures."),
            ("a check with three options", [*healthy, *options], environment, 0, "a bare GET", bare, 1.35,
             "The first option costs most: CLI11 learns of every option that there is."),
            ("a check with JSON output", [*healthy, "-o", "json"], environment, 0, "a bare GET", bare, None,
             "It parses an option, decodes the document, and at each stage makes the JSON that a timeout would print."),
            ("a check of a file", [PROBE, "--file", str(file)], no_redis, 0, "a bare read", [file_reader, str(file)],
             None, "It parses an option and decodes the document. The bare program only reads a file."),
            ("a healthy check", healthy, environment, 0, "hiredis alone",
             [hiredis, server.port, "health:ingestion"], None, ""),
            ("a healthy check", healthy, environment, 0, "redis-cli GET",
             ["/usr/bin/redis-cli", "-p", server.port, "GET", "health:ingestion"], None,
             "Most of this time is the start of redis-cli: `redis-cli --version` takes nine tenths of it."),
        ):
            yield of_pairs(what, beside, paired(runs, timed(ours, ours_env, expected), timed(other, ours_env)), limit,
                           why=why)
        one_liner = ["/usr/bin/python3", "-c", ONE_LINER.format(url=environment["REDIS_URL"])]
        yield of_pairs("a healthy check", "the one-liner in Python",
                       paired(max(runs // 10, 5), timed(healthy, environment), timed(one_liner, environment)),
                       why="Python starts and imports redis.")
        if shutil.which("nginx") and shutil.which("curl"):
            yield beside_curl(server, runs, timed(healthy, environment), timed)
        for what, command in (("a healthy check", healthy), ("a bare GET", bare)):
            yield of_cost(f"{what}: page faults", "", [run(command, environment, nowhere.fileno())[1]] * 2)
            if shutil.which("strace"):
                yield of_cost(f"{what}: system calls", "", [system_calls(command, environment)] * 2)


def beside_curl(server, runs, ours, timed):
    """curl asks an nginx that has the document as a file."""
    web = server.folder / "web"
    web.mkdir()
    (web / "ingestion").write_text(document(), encoding="utf-8")
    listener = web / "socket"
    configuration = web / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {web}/pid; error_log {web}/error; user root; events {{}} http {{ access_log off; "
        f"server {{ listen unix:{listener}; root {web}; }} }}", encoding="utf-8")
    nginx = subprocess.Popen(["nginx", "-c", str(configuration)])
    try:
        curl = ["/usr/bin/curl", "-sf", "--retry", "5", "--retry-all-errors", "--unix-socket", str(listener),
                "http://localhost/ingestion"]
        return of_pairs("a healthy check", "curl and nginx", paired(runs, ours, timed(curl, {})))
    finally:
        nginx.terminate()
        nginx.wait()
