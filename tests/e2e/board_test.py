"""healthboard: the same verdicts by HTTP, whatever its guests and Redis do."""

import json
import random
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness.board import ROSTER
from harness.ports import free_port
from harness.probe import run
from harness.process import binary, clean_environment
from harness.waiting import wait_until

SLOW_CLIENTS = 1000
# Of a sanitized build, whose allocator keeps what was freed; a leak of a connection would be more.
MOST_GROWTH_KIB = 200 * 1024


def test_a_service_is_200_when_the_probe_would_pass_it_and_503_when_not(board, client):
    board.put("a")
    board.put("b", "degraded")
    board.start()
    status, kind, body = board.get("/health/a")
    assert (status, kind, json.loads(body)["verdict"]) == (200, "application/json", "healthy")
    assert board.get("/health/b")[0] == 503
    assert board.get("/health")[0] == 503
    assert board.get("/health/nobody")[0] == 503
    assert board.get("/health/no%20name")[0] == 404
    assert board.get("/other")[0] == 404
    assert board.get("/health/a", method="POST")[0] == 405
    assert board.get("/health/a", method="HEAD")[2] == ""
    status, kind, body = board.get("/health/b", accept="application/health+json")
    assert (status, kind, json.loads(body)["status"]) == (503, "application/health+json", "fail")
    client.delete("health:b")
    wait_until(lambda: "last seen" in board.get("/health/b")[2], 60, "it says when b was seen")
    assert 'healthprobe_healthy{health_service="a"} 1\n' in board.get("/metrics")[2]
    assert "healthboard_redis_up 1\n" in board.get("/metrics")[2]
    client.zrem(ROSTER, "b")
    wait_until(lambda: board.get("/health")[0] == 200, 60, "all that are left are well")


@pytest.mark.own_redis
def test_the_whole_fleet_is_still_named_while_redis_is_gone(board, redis):
    board.put("a")
    board.start("--on-redis-error", "pass")
    assert board.get("/health")[0] == 200
    redis.stop()
    wait_until(lambda: "unreachable" in board.get("/health")[2], 60, "it is noticed")
    status, _, body = board.get("/health")
    assert (status, [s["service"] for s in json.loads(body)["services"]]) == (200, ["a"])


@pytest.mark.slow(6)
@pytest.mark.own_redis
def test_every_face_tells_that_redis_goes_and_comes(board, redis):
    board.put("a")
    board.start("a")
    assert board.get("/health/a")[0] == 200
    redis.stop()
    wait_until(lambda: board.get("/health/a")[0] == 503, 60, "503 without Redis")
    assert json.loads(board.get("/health/a")[2])["reason"] == "unreachable"
    assert board.get("/healthz")[0] == 200
    assert board.get("/")[0] == 200
    assert "healthboard_redis_up 0\n" in board.get("/metrics")[2]
    redis.start()
    board.put("a")
    wait_until(lambda: board.get("/health/a")[0] == 200, 60, "200 with Redis again")


@pytest.mark.own_redis
def test_a_connection_that_redis_closed_while_idle_costs_no_answer(board, redis):
    board.put("a")
    board.start("a")
    for _ in range(3):
        assert board.get("/health/a")[0] == 200
        redis.kill_connections()
        time.sleep(1.1)  # until an answer needs a new reading
    assert board.get("/health/a")[0] == 200


@pytest.mark.own_redis
def test_a_storm_of_requests_and_random_names_costs_redis_one_read_a_second(board, client):
    board.put("a")
    board.start("a")
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < 2 or count <= 20:
        assert board.get("/health/a")[0] == 200
        count += 1
    seconds = time.monotonic() - began
    reads = client.info("commandstats")["cmdstat_getrange"]["calls"]
    assert reads <= seconds + 2
    names = [f"x{i}" for i in range(60)]
    threads = [threading.Thread(target=board.get, args=(f"/health/{name}",)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    calls = client.info("commandstats")["cmdstat_getrange"]["calls"] - reads
    # With each reading the service, 32 names that were asked for before, and those that are new.
    assert calls <= 60 + 33 * (time.monotonic() - began - seconds + 2)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_also_in_the_middle_of_a_request(board, sent):
    board.start("a")
    with socket.create_connection(("127.0.0.1", board.port)) as half:
        half.sendall(b"GET /hea")
        time.sleep(0.1)
        board.process.send_signal(sent)
        assert board.process.wait(60) == 0


def assert_refused(arguments, says, redis_url):
    done = subprocess.run(
        [binary("healthboard"), *arguments], capture_output=True, text=True, timeout=60,
        env=clean_environment(HEARTBEAT_REDIS_URL=redis_url),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, ""), done
    assert says in done.stderr
    assert done.stderr.count("\n") == 1, done


def ping(port, timeout="20s", address="127.0.0.1"):
    command = [binary("healthboard"), "--ping", "--listen", f"{address}:{port}", "--timeout", timeout]
    return run(command, clean_environment())


def test_ping_says_whether_the_healthboard_of_this_address_runs(board, receiver):
    nobody = ping(free_port())
    assert (nobody.exit, nobody.stdout) == (1, ""), nobody
    assert re.search(r"^healthboard: 127.0.0.1:\d+: Connection refused\n$", nobody.stderr)
    board.start()
    for address in ("127.0.0.1", "0.0.0.0", ""):
        found = ping(board.port, address=address)
        assert (found.exit, found.stdout, found.stderr) == (0, "", ""), found
    receiver.status = 503
    other = ping(receiver.url.rsplit(":", 1)[1])
    assert other.exit == 1, other
    assert other.stderr.endswith(": it is no healthboard\n")
    board.process.send_signal(signal.SIGSTOP)
    hangs = ping(board.port, "300ms")
    assert hangs.exit == 1, hangs
    assert hangs.stderr.endswith(": no answer in time\n")


def test_a_port_that_is_taken_is_named(redis_url):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        says = f"cannot listen on {address}: Address already in use"
        assert_refused(["--listen", address], says, redis_url)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--listen", "nowhere"], "--listen 'nowhere' is not an address and port"),
        (["--max-connections", "0"], "--max-connections '0' is out of range"),
        (["--watch"], "unknown option '--watch' (see healthboard --help)"),
        (["--scan", "a"], "--scan cannot be combined with service 'a'"),
        (["--frobnicate"], "unknown option '--frobnicate' (see healthboard --help)"),
    ],
)
def test_mistakes_are_named(redis_url, arguments, says):
    assert_refused(arguments, says, redis_url)


@pytest.fixture
def assert_as_the_probe(board, probe):
    """The same exit status, and the same services, verdicts and reasons."""

    def check(path, *arguments):
        found = probe(*arguments, "-o", "json")
        status, _, body = board.get(path)
        assert (status == 200) == (found.exit == 0), (path, body, found)
        lines = body.splitlines()
        if path == "/health":
            lines = [json.dumps(one) for one in json.loads(body)["services"]]
        told = [[(one["service"], one["verdict"], one["reason"]) for one in map(json.loads, some)]
                for some in (lines, found.stdout.splitlines())]  # fmt: skip
        assert told[0] == told[1], path

    return check


@pytest.mark.slow(10)
def test_one_unhealthy_service_behind_10000_healthy_ones_is_503(board, client):
    # Their age must not count: a busy sanitized build needs many seconds for a reading.
    healthy = json.dumps({"status": "healthy", "ttl_ms": 600_000, "interval_ms": 200_000})
    with client.pipeline(transaction=False) as pipe:
        for number in range(10_000):
            pipe.setex(f"health:a{number:05}", 600, healthy)
        pipe.zadd(ROSTER, {f"a{number:05}": time.time() for number in range(10_000)})
        pipe.execute()
    board.put("ingestion", "unhealthy")
    board.start("--timeout", "60s")
    status, _, body = board.get("/health", within=120)
    assert status == 503
    assert json.loads(body)["services"][-1]["service"] == "ingestion"
    assert "1 of 10001 not healthy" in board.get("/", within=120)[2]


@pytest.mark.parametrize("services", [(), ("worker",), ("ingestion",)])
def test_replicas_are_asked_for_by_the_name_of_their_service(board, assert_as_the_probe, services):
    board.put("worker:1")
    board.put("ingestion")
    board.start(*services)
    assert_as_the_probe("/health/worker", "worker")
    assert "missing" not in board.get("/health/worker")[2]
    assert_as_the_probe("/health", *(services or ("--all",)))


def test_a_name_that_redis_lost_is_missing_and_a_forgotten_one_is_gone(board, client):
    for name in ("a", "b", "c"):
        board.put(name)
    client.zadd(ROSTER, {":since": time.time() - 100_000})
    board.start()

    def found():
        status, _, body = board.get("/health")
        services = {one["service"]: one["reason"] for one in json.loads(body)["services"]}
        return status, services

    assert found() == (200, {name: "healthy" for name in "abc"})
    client.zrem(ROSTER, "c")
    forgotten = (200, {"a": "healthy", "b": "healthy"})
    wait_until(lambda: found() == forgotten, 60, "c is gone")
    with client.pipeline() as pipe:  # Redis comes back empty, and only `a` comes back
        pipe.delete(ROSTER, "health:b")
        pipe.zadd(ROSTER, {"a": time.time(), ":since": time.time() - 90_000})
        pipe.execute()
    lost = (503, {"a": "healthy", "b": "missing"})
    wait_until(lambda: found() == lost, 60, "b is missing")
    assert "Redis was emptied since" in board.get("/health/b")[2]


def test_replicas_are_judged_as_the_probe_judges_them(board, client, assert_as_the_probe):
    board.put("worker:1")
    board.put("worker:2", "degraded")
    client.zadd(ROSTER, {"worker:3": time.time() - 90})
    board.start()
    assert_as_the_probe("/health/worker", "worker")
    assert board.get("/health/worker:1")[0] == 200
    board.put("worker", "starting")  # a key of its own is the whole answer
    for path in ("/health/worker", "/health"):
        wait_until(lambda: '"starting"' in board.get(path)[2], 60, "it is read")
    assert_as_the_probe("/health/worker", "worker")
    assert_as_the_probe("/health", "--all")


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def slow_client(port, until):
    """Sends a byte a second of a head that never ends, and comes again when hung up on."""
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                for byte in b"GET /health/a HTTP/1.1\r\nX-Slow: " + b"x" * 1000:
                    if time.monotonic() > until:
                        return
                    client.sendall(bytes([byte]))
                    time.sleep(1)
        except OSError:
            time.sleep(random.random())


def babble(port, until):
    noise = random.Random(1)
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(noise.randbytes(noise.randrange(1, 20_000)))
                client.recv(100)
        except OSError:
            pass
        time.sleep(0.02)


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.own_redis
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(10, marks=pytest.mark.slow(15)),
        pytest.param(300, marks=pytest.mark.patient),
    ],
)
def test_slow_clients_garbage_and_a_restarting_redis_keep_out_no_honest_request(
    board, redis, many_files, seconds
):
    board.put("a")
    board.start("a")
    board.get("/health/a")
    before = resident_kib(board.process.pid)
    until = time.monotonic() + seconds
    arguments = (board.port, until)
    threads = [threading.Thread(target=slow_client, args=arguments) for _ in range(SLOW_CLIENTS)]
    threads.append(threading.Thread(target=babble, args=arguments))
    for thread in threads:
        thread.start()
    answers = {}
    restart_at = time.monotonic() + seconds / 3
    while time.monotonic() < until or answers.get(200, 0) <= 3:
        board.put("a")  # a restarted Redis has lost it
        status = board.get("/health/a")[0]
        answers[status] = answers.get(status, 0) + 1
        if time.monotonic() > restart_at:
            restart_at += max(seconds / 3, 20)
            redis.stop()
            redis.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert set(answers) - {200, 503} == set(), answers
    board.put("a")
    wait_until(lambda: board.get("/health/a")[0] == 200, 60, "all is well again")
    assert board.process.poll() is None
    assert resident_kib(board.process.pid) - before < MOST_GROWTH_KIB
    board.process.send_signal(signal.SIGTERM)
    assert board.process.wait(60) == 0
    assert board.process.stderr.read() == b""
