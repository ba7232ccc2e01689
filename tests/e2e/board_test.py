"""healthboard: the same verdicts by HTTP, whatever its guests and Redis do."""

import http.client
import json
import random
import resource
import signal
import socket
import subprocess
import threading
import time

from harness import test
from harness.case import Case
from harness.process import binary, clean_environment

SLOW_CLIENTS = 1000
HEALTHY = json.dumps({"status": "healthy", "ttl_ms": 60_000, "interval_ms": 10_000})
ROSTER = "health::services"
# Of a sanitized build, whose allocator keeps what was freed; a leak of a connection would be more.
MOST_GROWTH_KIB = 200 * 1024


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class BoardCase(Case):
    topic = "healthboard"

    def setUp(self):
        super().setUp()
        self.start_redis()

    def start_board(self, *arguments):
        self.port = free_port()
        command = [binary("healthboard"), "--listen", f"127.0.0.1:{self.port}", *arguments]
        self.board = subprocess.Popen(
            command, env=clean_environment(HEARTBEAT_REDIS_URL=self.url), stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        self.addCleanup(self.end_board, self.board)
        self.wait_until(lambda: self.get("/healthz")[0] == 200, 15, "healthboard answers")

    def end_board(self, board):
        if board.poll() is None:
            board.kill()
        board.wait(10)
        board.stderr.close()

    def get(self, path, accept="*/*", method="GET", within=10):
        """Status, content type and body; 0 where there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=within)
        try:
            connection.request(method, path, headers={"Accept": accept})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        except OSError:
            return 0, "", ""
        finally:
            connection.close()

    def put(self, name, status="healthy", document=HEALTHY):
        seconds = json.loads(document)["ttl_ms"] // 1000
        self.client.setex(f"health:{name}", seconds, document.replace("healthy", status, 1))
        self.client.zadd(ROSTER, {name: time.time()})

    def resident_kib(self):
        with open(f"/proc/{self.board.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


class Answers(BoardCase):
    @test("a service is 200 when the probe would pass it, and 503 when not")
    def test_services(self):
        self.put("a")
        self.put("b", "degraded")
        self.start_board()
        status, kind, body = self.get("/health/a")
        self.assertEqual((status, kind, json.loads(body)["verdict"]), (200, "application/json", "healthy"))
        self.assertEqual(self.get("/health/b")[0], 503)
        self.assertEqual(self.get("/health")[0], 503)
        self.assertEqual(self.get("/health/nobody")[0], 503)
        self.assertEqual(self.get("/health/no%20name")[0], 404)
        self.assertEqual(self.get("/other")[0], 404)
        self.assertEqual(self.get("/health/a", method="POST")[0], 405)
        self.assertEqual(self.get("/health/a", method="HEAD")[2], "")
        status, kind, body = self.get("/health/b", accept="application/health+json")
        self.assertEqual((status, kind, json.loads(body)["status"]),
                         (503, "application/health+json", "fail"))
        self.client.delete("health:b")
        self.wait_until(lambda: "last seen" in self.get("/health/b")[2], 5, "it says when b was seen")
        self.assertIn('healthprobe_healthy{service="a"} 1\n', self.get("/metrics")[2])
        self.assertIn("healthboard_redis_up 1\n", self.get("/metrics")[2])
        self.client.zrem(ROSTER, "b")
        self.wait_until(lambda: self.get("/health")[0] == 200, 5, "all that are left are well")

    @test("the whole fleet is still named while Redis is gone", seconds=4)
    def test_fleet_outage(self):
        self.put("a")
        self.start_board("--on-redis-error", "pass")
        self.assertEqual(self.get("/health")[0], 200)
        self.redis.stop()
        self.wait_until(lambda: "unreachable" in self.get("/health")[2], 5, "it is noticed")
        status, _, body = self.get("/health")
        self.assertEqual((status, [s["service"] for s in json.loads(body)["services"]]), (200, ["a"]))

    @test("Redis that goes and comes is told by every face, and by none of them at length", seconds=6)
    def test_outage(self):
        self.put("a")
        self.start_board("a")
        self.assertEqual(self.get("/health/a")[0], 200)
        self.redis.stop()
        self.wait_until(lambda: self.get("/health/a")[0] == 503, 5, "503 without Redis")
        self.assertEqual(json.loads(self.get("/health/a")[2])["reason"], "unreachable")
        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertEqual(self.get("/")[0], 200)
        self.assertIn("healthboard_redis_up 0\n", self.get("/metrics")[2])
        self.redis.start()
        self.client = self.redis.client()
        self.put("a")
        self.wait_until(lambda: self.get("/health/a")[0] == 200, 5, "200 with Redis again")

    @test("a storm of requests, and of random names, costs Redis one read a second", seconds=4)
    def test_coalesced(self):
        self.put("a")
        self.start_board("a")
        began = time.monotonic()
        count = 0
        while time.monotonic() - began < 2:
            self.assertEqual(self.get("/health/a")[0], 200)
            count += 1
        seconds = time.monotonic() - began
        reads = self.client.info("commandstats")["cmdstat_getrange"]["calls"]
        self.assertGreater(count, 20)
        self.assertLessEqual(reads, seconds + 2)
        names = [f"x{i}" for i in range(60)]
        threads = [threading.Thread(target=self.get, args=(f"/health/{name}",)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls = self.client.info("commandstats")["cmdstat_getrange"]["calls"] - reads
        # With each reading the service, 32 names that were asked for before, and those that are new.
        self.assertLessEqual(calls, 60 + 33 * (time.monotonic() - began - seconds + 2))

    @test("told to stop it stops, also in the middle of a request")
    def test_stop(self):
        for sent in (signal.SIGTERM, signal.SIGINT):
            self.start_board("a")
            with socket.create_connection(("127.0.0.1", self.port)) as half:
                half.sendall(b"GET /hea")
                time.sleep(0.1)
                self.board.send_signal(sent)
                self.assertEqual(self.board.wait(10), 0)

    @test("a port that is taken, and other mistakes, are named")
    def test_mistakes(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for arguments, words in (
                (["--listen", f"127.0.0.1:{port}"], f"cannot listen on 127.0.0.1:{port}: Address already in use"),
                (["--listen", "nowhere"], "--listen 'nowhere' is not an address and port"),
                (["--max-connections", "0"], "--max-connections '0' is out of range"),
                (["--watch"], "unknown option '--watch' (see healthboard --help)"),
                (["--scan", "a"], "--scan cannot be combined with service 'a'"),
                (["--frobnicate"], "unknown option '--frobnicate' (see healthboard --help)"),
            ):
                done = subprocess.run([binary("healthboard"), *arguments], capture_output=True, text=True,
                                      env=clean_environment(HEARTBEAT_REDIS_URL=self.url), timeout=20)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done)


class Fleet(BoardCase):
    @test("a large fleet is judged whole: one unhealthy service behind 10 000 healthy ones is 503", seconds=10)
    def test_large(self):
        with self.client.pipeline(transaction=False) as pipe:
            for number in range(10_000):
                pipe.setex(f"health:a{number:05}", 60, HEALTHY)
            pipe.zadd(ROSTER, {f"a{number:05}": time.time() for number in range(10_000)})
            pipe.execute()
        self.put("ingestion", "unhealthy")
        self.start_board("--timeout", "60s")
        status, _, body = self.get("/health", within=60)
        self.assertEqual(status, 503)
        self.assertEqual(json.loads(body)["services"][-1]["service"], "ingestion")
        self.assertIn("1 of 10001 not healthy", self.get("/", within=60)[2])

    def assert_as_the_probe(self, path, *arguments):
        """The same exit status, and the same services, verdicts and reasons."""
        found = self.probe(*arguments, "-o", "json", "-t", "20s")
        status, _, body = self.get(path)
        self.assertEqual(status == 200, found.exit == 0, (path, body, found))
        lines = body.splitlines()
        if path == "/health":
            lines = [json.dumps(one) for one in json.loads(body)["services"]]
        told = [[(one["service"], one["verdict"], one["reason"]) for one in map(json.loads, some)]
                for some in (lines, found.stdout.splitlines())]  # fmt: skip
        self.assertEqual(told[0], told[1], path)

    @test("replicas are asked for by their service's name, as the probe does it")
    def test_replicas(self):
        self.put("worker:1")
        self.put("ingestion")
        for services in ((), ("worker",), ("ingestion",)):
            with self.subTest(services=services):
                self.start_board(*services)
                self.assert_as_the_probe("/health/worker", "worker")
                self.assertNotIn("missing", self.get("/health/worker")[2])
                self.assert_as_the_probe("/health", *(services or ("--all",)))
                self.end_board(self.board)
        self.put("worker:2", "degraded")
        self.client.zadd(ROSTER, {"worker:3": time.time() - 90})
        self.start_board()
        self.assert_as_the_probe("/health/worker", "worker")
        self.assertEqual(self.get("/health/worker:1")[0], 200)
        self.put("worker", "starting")  # a key of its own is the whole answer
        time.sleep(1.1)
        self.assert_as_the_probe("/health/worker", "worker")
        self.assert_as_the_probe("/health", "--all")


class Storm(BoardCase):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def slow_client(self, until):
        """Sends a byte a second of a head that never ends, and comes again when hung up on."""
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                    for byte in b"GET /health/a HTTP/1.1\r\nX-Slow: " + b"x" * 1000:
                        if time.monotonic() > until:
                            return
                        client.sendall(bytes([byte]))
                        time.sleep(1)
            except OSError:
                time.sleep(random.random())

    def babble(self, until):
        noise = random.Random(1)
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                    client.sendall(noise.randbytes(noise.randrange(1, 20_000)))
                    client.recv(100)
            except OSError:
                pass
            time.sleep(0.02)

    @test("1000 slow clients, garbage and a Redis that restarts keep out no honest request", seconds=15)
    def test_storm(self):
        self.storm(10)

    @test("nor do they for five minutes", seconds=320, patient=True)
    def test_long_storm(self):
        self.storm(300)

    def storm(self, seconds):
        self.put("a")
        self.start_board("a")
        self.get("/health/a")
        before = self.resident_kib()
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self.slow_client, args=(until,)) for _ in range(SLOW_CLIENTS)]
        threads.append(threading.Thread(target=self.babble, args=(until,)))
        for thread in threads:
            thread.start()
        answers = {}
        restart_at = time.monotonic() + seconds / 3
        while time.monotonic() < until:
            self.put("a")  # or it would be stale before a long storm is over
            status = self.get("/health/a")[0]
            answers[status] = answers.get(status, 0) + 1
            if time.monotonic() > restart_at:
                restart_at += max(seconds / 3, 20)
                self.redis.stop()
                self.redis.start()
                self.client = self.redis.client()
            time.sleep(0.1)
        for thread in threads:
            thread.join()
        self.assertEqual(set(answers) - {200, 503}, set(), answers)
        self.assertGreater(answers.get(200, 0), 10, answers)
        self.put("a")
        self.wait_until(lambda: self.get("/health/a")[0] == 200, 10, "all is well again")
        self.assertIsNone(self.board.poll())
        self.assertLess(self.resident_kib() - before, MOST_GROWTH_KIB)
        self.board.send_signal(signal.SIGTERM)
        self.assertEqual(self.board.wait(10), 0)
        self.assertEqual(self.board.stderr.read(), b"")
