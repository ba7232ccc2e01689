"""The status page, as headless Chromium shows it on a phone and on a desk."""

import json
import os
import re
import shutil
import struct
import subprocess

import pytest

from harness.board import HEALTHY
from harness.skips import needs
from harness.waiting import wait_until

SIZES = ((360, 740), (1280, 800), (2560, 1440))
MEASURED = (
    "<script>const root = document.documentElement;"
    "root.dataset.overflow = root.scrollWidth - root.clientWidth;"
    "root.dataset.background = getComputedStyle(document.body).backgroundColor;</script>"
)
# A browser may take a minute to start, and a page is looked at several times.
pytestmark = [pytest.mark.timeout(1800), pytest.mark.surroundings]
BROWSERS = ("chromium-headless-shell", "chromium")


class Browser:
    def __init__(self, program, board, folder):
        self.program, self.board, self.folder = program, board, folder

    def browse(self, *arguments):
        done = subprocess.run(
            [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={self.folder}/browser", "--virtual-time-budget=1000", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def copy_of_page(self):
        """One that measures itself: the page itself forbids scripts of others."""
        copy = self.folder / "copy.html"
        _, _, html = self.board.get("/")
        style = f"<style>{self.board.get('/style.css')[2]}</style>"
        html = html.replace('<link rel="stylesheet" href="style.css">', style)
        html = html.replace('<script src="script.js" defer></script>', "")
        copy.write_text(html.replace("</body>", MEASURED + "</body>"), encoding="utf-8")
        return f"file://{copy}"

    def looked_at(self, name):
        """The page's text as the browser has it; it fits the narrow and the wide window."""
        url = f"http://127.0.0.1:{self.board.port}/"
        for width, height in SIZES:
            picture = f"{self.folder}/{name}-{width}.png"
            self.browse(f"--window-size={width},{height}", f"--screenshot={picture}", url)
            with open(picture, "rb") as file:
                assert struct.unpack(">II", file.read(24)[16:])[0] == width
            if "KEEP_PICTURES" in os.environ:
                shutil.copy(picture, os.environ["KEEP_PICTURES"])
            dom = self.browse(f"--window-size={width},{height}", "--dump-dom", self.copy_of_page())
            assert re.search(r'data-overflow="(-?\d+)"', dom)[1] == "0", f"{name} at {width}"
        dom = self.browse("--dump-dom", url)
        for demanded in ('<html lang="en"', 'name="viewport"', "<h1", "<noscript><meta http-equiv"):
            assert demanded in dom
        assert not re.search(r'(src|href)="(https?:)?//', dom)
        return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", dom, flags=re.S))


@pytest.fixture
def browser(tmp_path, board):
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    needs(program, "chromium-headless-shell")
    return Browser(program, board, tmp_path)


@pytest.mark.slow(20)
@pytest.mark.own_redis
def test_the_page_shows_every_state_on_a_phone_and_on_a_desk(board, browser, client, redis):
    board.put("ingestion")
    board.start()
    text = browser.looked_at("healthy")
    assert re.search("all 1 healthy.*Healthy \\(1\\).*ingestion", text)
    # Its script has run: the times are no longer those of the document.
    assert "Pause refreshing" in text and not re.search(r"read at [0-9-]+T", text)

    board.put("worker-1", "degraded")
    wait_until(lambda: "worker-1" in board.get("/")[2], 60, "the page knows")
    text = browser.looked_at("degraded")
    assert re.search("worker-1.*degraded.*ingestion", text)  # worst first

    reason = "ticks_received 75s ago, limit 60s (critical); <script>alert(1)</script> " + "x" * 300
    board.put("depth-collector", "unhealthy", json.dumps({**json.loads(HEALTHY), "reason": reason}))
    client.zadd("health::services", {"depth-collector": 1764072000, "gone": 1764072000})
    wait_until(lambda: "gone" in board.get("/")[2], 60, "the page knows")
    text = browser.looked_at("unhealthy")
    assert re.search("depth-collector.*unhealthy.*worker-1.*degraded.*ingestion", text)
    assert "ticks_received 75s ago" in text
    assert "&lt;script&gt;alert(1)" in text
    assert re.search("gone.*last seen 2025-11-25", text)

    redis.stop()
    wait_until(lambda: "unreachable" in board.get("/")[2], 60, "the page knows")
    text = browser.looked_at("redis-down")
    assert re.search("Redis.*was known at.*last known: .*ingestion|last known: .*Redis.*ingestion", text)


def test_the_page_of_a_service_shows_its_checks_and_what_happened(board, browser):
    check = {"severity": "critical", "state": "fail", "kind": "age", "value": 75, "limit": 60,
             "comparison": "<", "since": "2026-11-27T09:00:00.000Z"}  # fmt: skip
    document = {**json.loads(HEALTHY), "checks": {"ticks_received": check}}
    board.put("ingestion", "unhealthy", json.dumps(document))
    board.start()
    url = f"http://127.0.0.1:{board.port}/service/ingestion"
    wait_until(lambda: "rect" in board.get("/service/ingestion")[2], 60, "something is known")
    dom = browser.browse("--dump-dom", url)
    assert "ticks_received" in dom and "limit 60s" in dom and "<rect" in dom
    assert board.get("/service/nobody%20here")[0] == 404


def test_the_page_is_dark_where_the_system_is_dark(board, browser):
    board.put("ingestion")
    board.start()
    copy = browser.copy_of_page()
    shades = set()
    for scheme in (None, 0, 1):
        flags = [] if scheme is None else [f"--blink-settings=preferredColorScheme={scheme}"]
        dom = browser.browse(*flags, "--dump-dom", copy)
        shades.add(re.search(r'data-background="([^"]*)"', dom)[1])
    assert len(shades) == 2, shades
