"""The servers and worker pools that docs/python.md and docs/replicas.md name, as Debian ships them."""

import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from harness.beats import QUICK
from harness.pages import sample
from harness.python_service import Script, python_environment
from harness.skips import needs, needs_fork
from harness.waiting import wait_until

HOST = socket.gethostname()

pytestmark = [pytest.mark.any_probe, pytest.mark.surroundings]


@pytest.fixture
def start_server(tmp_path, start_service, redis_url):
    """Starts `python3 -m ARGUMENT...` in a folder with these modules."""

    def start(package, arguments, **modules):
        found = subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True)
        needs(found.returncode == 0, f"Debian's package of {package}")
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        path = os.pathsep.join([str(tmp_path), python_environment()["PYTHONPATH"]])
        command = [sys.executable, "-B", "-m", *arguments]
        code = f"import os; os.chdir({str(tmp_path)!r}); os.execv({command[0]!r}, {command!r})"
        return start_service("web", kind=Script, code=code, PYTHONPATH=path, REDIS_URL=redis_url, **QUICK)

    return start


# --- Each worker is a replica -----------------------------------------------------

APP = """
def test_query():
    return True
def application(environ, start_response):
    start_response("200 OK", [])
    return [b""]
"""
GUNICORN = ["gunicorn", "-w", "2", "-b", "unix:web.sock"]
# Debian 12 has a FastAPI that ignores `lifespan`, and a Starlette that knows it.
FASTAPI = """
from starlette.applications import Starlette
def FastAPI(lifespan):
    return Starlette(lifespan=lifespan)
"""
READY = """
def post_worker_init(worker):  # from here on it obeys SIGTERM
    open(f"{worker.pid}.ready", "w").close()
"""
REPLICAS = {
    "gunicorn": [*GUNICORN, "-c", "python:server", "app"],
    "gunicorn with gevent": [*GUNICORN, "-c", "python:server", "-k", "gevent", "app"],
    "uvicorn": ["uvicorn", "--workers", "2", "--uds", "web.sock", "server:app"],
}


@pytest.mark.parametrize("server", REPLICAS)
def test_each_worker_of_a_server_is_a_replica_and_leaves_when_it_ends(
    server, client, probe, start_server, tmp_path
):
    package = server.split()[0]
    own_module = sample("docs/replicas.md", package, "python") + (READY if package == "gunicorn" else "")
    running = start_server(package, REPLICAS[server], app=APP, server=own_module, fastapi=FASTAPI)

    def replicas():
        lines = [line.split() for line in probe("web").stdout.splitlines()]
        return {
            line[0].removeprefix(f"web:{HOST}-"): line[1]
            for line in lines
            if line[0].startswith("web:")
        }

    def has_left(pid):
        return client.zscore("health::services", f"web:{HOST}-{pid}") < 0

    def two_are_healthy():
        found = replicas()
        return list(found.values()) == ["healthy"] * 2 and all(map(is_ready, found))

    def is_ready(pid):
        return package == "uvicorn" or (tmp_path / f"{pid}.ready").exists()

    wait_until(two_are_healthy, 60, "both are healthy")
    pids = set(replicas())
    if package == "gunicorn":  # Debian 12's uvicorn replaces no worker
        ended = pids.pop()
        os.kill(int(ended), signal.SIGTERM)
        wait_until(lambda: has_left(ended) and two_are_healthy(), 60, "it is replaced")
        pids = set(replicas())
    running.process.terminate()
    running.wait(60)
    assert all(map(has_left, pids))
    # On a busy machine the last words are stale by then.
    assert re.search(r" unhealthy \[(unhealthy|stale)\]: .*stopped at ", probe("web").stdout)


# --- Forked workers mark for their parent ------------------------------------------

MARKS = sample("docs/python.md", "Forked workers", "python").replace('"api"', '"web"')
BEAT = "from heartbeat import CRITICAL, Heartbeat\n" + MARKS
WSGI = BEAT + """
def application(environ, start_response):
    requests.mark()
    start_response("200 OK", [])
    return [b""]
"""
CALL = """
import socket
import time
with socket.socket(socket.AF_UNIX) as connection:
    while connection.connect_ex("web.sock"):  # it beats before it listens
        time.sleep(0.1)
    connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    connection.recv(100)
"""
CELERY = """
import os
from celery import Celery
app = Celery("jobs", broker="redis+socket://" + os.environ["REDIS_URL"].removeprefix("unix://"))
"""
CELERY_TASK = BEAT + CELERY + """
@app.task(name="work")
def work():
    requests.mark()
"""
RQ = """
import os
from redis import Redis
from rq import Queue, Worker
queue = Queue(connection=Redis.from_url(os.environ["REDIS_URL"]))
"""
RQ_JOB = BEAT + """
def work():
    requests.mark()
"""
RQ_WORKER = RQ + """
import jobs
Worker([queue], connection=queue.connection).work()
"""
POOLS = {
    "gunicorn": ([*GUNICORN, "--preload", "jobs"], {"jobs": WSGI}, CALL),
    "gunicorn with gevent": ([*GUNICORN, "--preload", "-k", "gevent", "jobs"], {"jobs": WSGI}, CALL),
    "Celery": (["celery", "-A", "jobs", "worker", "-P", "prefork", "-c", "2"], {"jobs": CELERY_TASK},
               CELERY + "app.send_task('work')"),
    "RQ": (["pool"], {"jobs": RQ_JOB, "pool": RQ_WORKER}, RQ + "queue.enqueue('jobs.work')"),
}  # fmt: skip


@pytest.mark.parametrize("pool", POOLS)
def test_the_marks_of_all_workers_count_for_their_parent(
    pool, document, wait_for_status, start_server, tmp_path
):
    needs_fork()
    arguments, modules, ask = POOLS[pool]
    running = start_server(pool.split()[0].lower(), arguments, **modules)
    wait_until(lambda: document("web"), 60, "it beats")
    assert document("web")["checks"]["requests"]["state"] != "pass"
    for _ in range(3):
        subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, env=running.environment, check=True, timeout=120)
    wait_until(lambda: document("web")["processed_count"] == 3, 60, "all marks count")
    wait_for_status("web", "healthy")
    assert document("web")["writer"].get("rival", "") == ""
