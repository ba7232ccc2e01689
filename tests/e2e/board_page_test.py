"""The status page, as headless Chromium shows it on a phone and on a desk."""

import json
import os
import re
import shutil
import struct
import subprocess

from harness import needs, test
from board_test import BoardCase

SIZES = ((360, 740), (1280, 800))
MEASURED = (
    "<script>const root = document.documentElement;"
    "root.dataset.overflow = root.scrollWidth - root.clientWidth;"
    "root.dataset.background = getComputedStyle(document.body).backgroundColor;</script>"
)
# A browser may take a minute to start: what it looks at stays fresh for as long.
LASTING = json.dumps({"status": "healthy", "ttl_ms": 3_600_000, "interval_ms": 1_200_000})
BROWSERS = ("chromium-headless-shell", "chromium")


class Page(BoardCase):
    topic = "status page"

    def setUp(self):
        super().setUp()
        self.browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        needs(self.browser, "chromium-headless-shell")

    def browse(self, *arguments):
        done = subprocess.run(
            [self.browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={self.folder}/browser", "--virtual-time-budget=1000", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout

    def looked_at(self, name):
        """The page's text as the browser has it; it fits the narrow and the wide window."""
        url = f"http://127.0.0.1:{self.port}/"
        for width, height in SIZES:
            picture = f"{self.folder}/{name}-{width}.png"
            self.browse(f"--window-size={width},{height}", f"--screenshot={picture}", url)
            with open(picture, "rb") as file:
                self.assertEqual(struct.unpack(">II", file.read(24)[16:])[0], width)
            if "KEEP_PICTURES" in os.environ:
                shutil.copy(picture, os.environ["KEEP_PICTURES"])
            # The page forbids scripts: a copy that measures itself has no such policy.
            _, _, html = self.get("/")
            copy = f"{self.folder}/copy.html"
            with open(copy, "w", encoding="utf-8") as file:
                file.write(html.replace("</body>", MEASURED + "</body>"))
            dom = self.browse(f"--window-size={width},{height}", "--dump-dom", f"file://{copy}")
            self.assertEqual(re.search(r'data-overflow="(-?\d+)"', dom)[1], "0", f"{name} at {width}")
        dom = self.browse("--dump-dom", url)
        for demanded in ('<html lang="en"', 'name="viewport"', "<h1", 'http-equiv="refresh"'):
            self.assertIn(demanded, dom)
        self.assertNotRegex(dom, r'(src|href)="(https?:)?//')
        return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", dom, flags=re.S))

    @test("healthy, degraded, unhealthy and without Redis, on a phone and on a desk", seconds=20)
    def test_states(self):
        self.put("ingestion", document=LASTING)
        self.start_board()
        text = self.looked_at("healthy")
        self.assertRegex(text, "ingestion.*healthy")

        self.put("worker-1", "degraded", LASTING)
        self.wait_until(lambda: "worker-1" in self.get("/")[2], 5, "the page knows")
        text = self.looked_at("degraded")
        self.assertRegex(text, "worker-1.*degraded.*ingestion")  # worst first

        reason = "ticks_received 75s ago, limit 60s (critical); <script>alert(1)</script> " + "x" * 300
        self.put("depth-collector", "unhealthy", json.dumps({**json.loads(LASTING), "reason": reason}))
        self.client.zadd("health::services", {"depth-collector": 1764072000, "gone": 1764072000})
        self.wait_until(lambda: "gone" in self.get("/")[2], 5, "the page knows")
        text = self.looked_at("unhealthy")
        self.assertRegex(text, "depth-collector.*unhealthy.*worker-1.*degraded.*ingestion")
        self.assertIn("ticks_received 75s ago", text)
        self.assertIn("&lt;script&gt;alert(1)", text)
        self.assertRegex(text, "gone.*last seen 2025-11-25")

        self.redis.stop()
        self.wait_until(lambda: "unreachable" in self.get("/")[2], 5, "the page knows")
        text = self.looked_at("redis-down")
        self.assertRegex(text, "Redis.*ingestion")

    @test("dark where the user's system is dark, and light where it is light")
    def test_scheme(self):
        self.put("ingestion", document=LASTING)
        self.start_board()
        _, _, html = self.get("/")
        copy = f"{self.folder}/copy.html"
        with open(copy, "w", encoding="utf-8") as file:
            file.write(html.replace("</body>", MEASURED + "</body>"))
        shades = set()
        for flags in ((), ("--blink-settings=preferredColorScheme=0",), ("--blink-settings=preferredColorScheme=1",)):
            shades.add(re.search(r'data-background="([^"]*)"', self.browse(*flags, "--dump-dom", f"file://{copy}"))[1])
        self.assertEqual(len(shades), 2, shades)
