"""`healthprobe --all` beside a bare static C program that reads the same values with pipelined GETRANGE and
PTTL: 100 to 100 000 services, and 10 000 beside a million unrelated keys. And one reading of healthboard, which
makes one each second."""

import contextlib
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from check import compiled
from rows import of_cost, of_pairs, paired, run
from setting import BIN, PROBE, redis_server

UNRELATED = 1_000_000
MAX_MIB = 64
BOARD_SECONDS = 8
LEAST_RUNS = 30


def environment_of(server):
    return {**server.environment(), "HEALTHPROBE_MAX_AGE": "2h"}


def is_enough(mib, command, environment):
    """Whether it can do with so much address space: the kernel counts the pages of whoever started it as
    its own, so that its peak cannot be read from there."""
    limit = (mib << 20, mib << 20)
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
                          check=False).returncode == 0


def least_mib(command, environment):
    return next((mib for mib in range(4, 2 * MAX_MIB, 4) if is_enough(mib, command, environment)), 2 * MAX_MIB)


@contextlib.contextmanager
def healthboard(environment):
    """Yields its process once it listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = listener.getsockname()
    with subprocess.Popen([BIN / "healthboard", "--listen", f"127.0.0.1:{address[1]}"], env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as board:
        try:
            while True:
                with socket.socket() as client:
                    if client.connect_ex(address) == 0:
                        break
                time.sleep(0.05)
            yield board
        finally:
            board.terminate()


def of_healthboard(server, services, environment):
    # The roster has a member that is no service, `:since`, and healthboard reads at most 100 000 members.
    server.client.zrem("health::services", "service-0")

    def readings():
        return server.client.info("commandstats").get("cmdstat_getrange", {"calls": 0})["calls"] / (services - 1)

    with healthboard(environment) as board:
        process = Path(f"/proc/{board.pid}")

        def processor_ms():
            return sum(int((thread / "schedstat").read_text().split()[0]) for thread in (process / "task").iterdir()) / 1e6

        before, give_up = readings(), time.monotonic() + 60
        while readings() < before + 2:  # the first ones need new memory
            if time.monotonic() > give_up:
                sys.exit(f"bench: healthboard does not read {services} services")
            time.sleep(0.1)
        began, used = readings(), processor_ms()
        time.sleep(BOARD_SECONDS)
        yield of_cost(f"healthboard's reading of {services}: processor time", "ms",
                      [(processor_ms() - used) / (readings() - began)])
        peak = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM"))
        yield of_cost(f"healthboard with {services}: memory", "MiB", [int(peak.split()[1]) / 1024])


def measure(runs):
    with redis_server() as server, open(os.devnull, "wb") as nowhere:
        bare = compiled("bare_fleet", server.folder)
        environment = environment_of(server)
        ours = [PROBE, "--all", "-t", "60s"]

        def timed(command, env=environment):
            return lambda: run(command, env, nowhere.fileno())[0]

        def compare(services, what, limit, why=""):
            pairs = paired(max(LEAST_RUNS, min(runs, 200_000 // services)), timed(ours),
                           timed([bare, server.port, str(services)]))
            return of_pairs(what, "the bare reader", pairs, limit, why=why)

        for services, limit, why in (
            (100, None, "Most of this time is the start of the program with its options."),
            (1_000, None, ""),
            (10_000, 1.3, ""),
            (100_000, None, ""),
        ):
            server.write_fleet(services)
            yield compare(services, f"--all of {services}", limit, why)
            yield of_cost(f"--all of {services}: address space", "MiB", [least_mib(ours, environment)], MAX_MIB)
            if services == 100_000:
                with redis_server() as tenth:
                    tenth.write_fleet(10_000)
                    whole, part = timed(ours), timed(ours, environment_of(tenth))
                    # The median of five, because the first run after a long one takes longer.
                    pairs = [(whole() / 10, statistics.median(part() for _ in range(5))) for _ in range(LEAST_RUNS)]
                yield of_pairs("--all of 100000: a tenth", "--all of 10000", pairs, 1.15)
            yield from of_healthboard(server, services, environment)
        server.write_fleet(10_000)
        server.client.eval("for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'other:' .. i, i) end", 0, UNRELATED)
        yield compare(10_000, f"--all of 10000 beside {UNRELATED} other keys", 1.3)
