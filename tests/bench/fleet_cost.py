"""fleet_cost.py HEALTHPROBE [SERVICES]...: what so many services cost a redis-server of its own:
memory, commands and bytes. Wants heartbeat and libheartbeat.so, as tests/python does. Prints the
rows of the table in docs/redis.md.
"""

import os
import subprocess
import sys
import tempfile
import time

import redis
from heartbeat import CRITICAL, WARNING, Heartbeat

SETTLE, SAMPLE = 12, 20  # seconds; the interval is 10


def start_service(name, url):
    beat = Heartbeat(service=name, redis_url=url)
    flag, ticks, errors = beat.flag("websocket"), beat.activity("ticks"), beat.errors("http_403")
    beat.check("websocket_connected", CRITICAL, flag.is_set())
    beat.check("ticks_received", CRITICAL, ticks.within(600))
    beat.check("tick_rate", WARNING, ticks.rate(600) > 0)
    beat.check("token_validity", CRITICAL, errors.count(300) == 0)
    beat.check("database", WARNING, errors.count(3600) < 5)
    flag.set(True)
    ticks.mark()
    beat.start()
    return beat


class Meter:
    """What Redis did since the last reading, without the questions of this program."""

    def __init__(self, client):
        self.client = client
        self.last = self._read()

    def _read(self):
        stats = self.client.info("stats")
        calls = sum(
            command["calls"]
            for name, command in self.client.info("commandstats").items()
            if name != "cmdstat_info"
        )
        return calls, stats["total_net_input_bytes"], stats["total_net_output_bytes"]

    def read(self):
        before, self.last = self.last, self._read()
        return [after - was for after, was in zip(self.last, before)]


def measure(count, probe, folder):
    socket = os.path.join(folder, "redis.sock")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    try:
        client = redis.Redis(unix_socket_path=socket)
        while True:
            try:
                client.ping()
                break
            except redis.RedisError:
                time.sleep(0.05)
        empty = client.info("memory")["used_memory"]
        url = f"unix://{socket}"
        beats = [start_service(f"service-{number}", url) for number in range(count)]
        time.sleep(SETTLE)
        meter = Meter(client)
        time.sleep(SAMPLE)
        commands, received, sent = meter.read()
        memory = client.info("memory")["used_memory"] - empty
        clients = client.info("memory")["mem_clients_normal"]
        print(
            f"| {count} | {(memory - clients) / 1024:.0f} KiB | {clients / 1024:.0f} KiB "
            f"| {commands / SAMPLE:.1f} | {received / SAMPLE / 1024:.2f} KiB | {sent / SAMPLE / 1024:.2f} KiB |",
            flush=True,
        )
        for question in (["service-0"], ["--all", "-t", "10s"]):
            meter.read()
            subprocess.run(
                [probe, "-u", url, *question], stdout=subprocess.DEVNULL, check=False
            )
            asked = meter.read()
            print(f"  healthprobe {question[0]}: {asked[0]} commands, {asked[1]} bytes in, {asked[2]} bytes out")
        for beat in beats:
            beat.stop()
    finally:
        server.kill()
        server.wait()


for services in map(int, sys.argv[2:] or (1, 100, 1000)):
    with tempfile.TemporaryDirectory() as place:
        measure(services, sys.argv[1], place)
