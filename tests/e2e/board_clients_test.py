"""healthboard: what clients may ask and how, and many of them that do not read."""

import http.client
import json
import os
import socket
import statistics
import time

import pytest

from harness.board import ROSTER
from harness.values import document
from harness.waiting import wait_until

SANITIZED = "E2E_SANITIZED" in os.environ
SERVICES = int(os.environ.get("BOARD_SERVICES", 300 if SANITIZED else 1000))
CLIENTS = 200
ANSWERS = 20
# A copy of the metrics for each client would be about a gigabyte.
MOST_KIB = 128 * 1024
MOST_SANITIZED_KIB = 512 * 1024  # its allocator keeps what was freed
MOST_SECONDS = 0.2  # a busy machine takes a tenth of it, a quiet one a fiftieth


@pytest.fixture
def ask(board):
    """Sends this request. The status, the headers and the body of the answer."""

    def send(head):
        with socket.create_connection(("127.0.0.1", board.port), timeout=60) as client:
            client.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
            answer = http.client.HTTPResponse(client)
            answer.begin()
            return answer.status, answer.headers, answer.read().decode()

    return send


def test_the_plain_check_of_haproxy_is_answered_with_the_status_of_the_fleet(board, ask, client):
    board.put("a")
    board.start()
    status, headers, _ = ask("OPTIONS / HTTP/1.0")
    assert (status, headers["Allow"]) == (200, "GET, HEAD, OPTIONS")
    board.put("b", "unhealthy")
    wait_until(lambda: ask("OPTIONS / HTTP/1.0")[0] == 503, 60, "b is noticed")
    assert ask("OPTIONS /health/a HTTP/1.1\nHost: x")[0] == 200
    assert ask("OPTIONS /health/b HTTP/1.1\nHost: x")[0] == 503


def test_a_name_may_be_encoded_and_a_path_may_end_with_a_slash(board):
    board.put("worker:1")
    board.start()
    for path in ("/health/worker%3A1", "/health/worker/", "/health/"):
        assert board.get(path)[0] == 200, path


def test_an_unknown_transfer_encoding_is_refused_and_nothing_is_read_behind_it(board, ask):
    board.start()
    status, headers, _ = ask("GET /healthz HTTP/1.1\nHost: x\nTransfer-Encoding: xchunked")
    assert (status, headers["Connection"]) == (501, "close")


def test_a_page_from_elsewhere_cannot_read_the_answers_by_a_name_of_its_own(board, ask):
    board.start("--allowed-host", "health.example")
    status, _, body = ask("GET /healthz HTTP/1.1\nHost: evil.example:8686")
    assert (status, body) == (
        421,
        "the host evil.example is not known here; to serve it, start healthboard with"
        " --allowed-host evil.example\n",
    )
    for host in ("health.example", "localhost:8686", f"127.0.0.1:{board.port}", socket.gethostname()):
        assert ask(f"GET /healthz HTTP/1.1\nHost: {host}")[0] == 200, host
    assert ask("GET /healthz HTTP/1.0")[0] == 200
    assert ask("GET /healthz HTTP/1.1")[0] == 400


def test_a_roster_that_is_too_long_is_not_read_as_an_empty_one(board, client):
    client.zadd(ROSTER, {f"s{number}": 1 for number in range(100_001)})
    board.put("a")
    board.start("--timeout", "20s")
    status, _, body = board.get("/health")
    (one,) = json.loads(body)["services"]
    assert (status, one["service"], one["verdict"]) == (503, "*", "unknown")
    assert one["text"] == "the roster health::services has more than 100000 members"
    assert board.get("/health/a")[0] == 200
    assert json.loads(board.get("/health/none")[2])["verdict"] == "unknown"


def memory_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


@pytest.mark.slow(10)
@pytest.mark.own_redis
def test_many_clients_that_do_not_read_cost_one_copy_and_delay_no_answer(
    board, client, cleanup, monkeypatch
):
    options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=16"
    monkeypatch.setenv("ASAN_OPTIONS", options)
    check = {
        "severity": "critical", "state": "pass", "kind": "age",
        "value": 2.5, "comparison": "<", "limit": 60,
    }  # fmt: skip
    text = document(
        "healthy", ttl_ms=600_000, interval_ms=300_000, checks={f"c{i}": check for i in range(20)}
    )
    with client.pipeline(transaction=False) as pipe:
        for number in range(SERVICES):
            pipe.psetex(f"health:s{number}", 600_000, text)
        pipe.zadd(ROSTER, {f"s{number}": time.time() for number in range(SERVICES)})
        pipe.execute()
    board.start("--timeout", "20s")
    metrics = board.get("/metrics")[2]
    size = len(metrics)
    assert size > 7_000 * SERVICES

    for _ in range(CLIENTS):
        idle = socket.create_connection(("127.0.0.1", board.port), timeout=60)
        cleanup.callback(idle.close)
        idle.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.01)  # over several readings
    seconds = []
    for _ in range(ANSWERS):
        began = time.monotonic()
        assert board.get("/healthz")[0] == 200
        seconds.append(time.monotonic() - began)
    assert board.get("/health")[0] == 200
    assert len(board.get("/metrics")[2]) > 7_000 * SERVICES
    kib = memory_kib(board.process)
    print(f"{SERVICES} services, {size} bytes of metrics, {CLIENTS} clients that do not read: /healthz within"
          f" {statistics.median(seconds) * 1000:.1f} ms (median of {ANSWERS}; {max(seconds) * 1000:.1f} ms"
          f" at most), {kib} KiB")  # fmt: skip
    assert kib < (MOST_SANITIZED_KIB if SANITIZED else MOST_KIB)
    assert SANITIZED or statistics.median(seconds) < MOST_SECONDS
