#!/usr/bin/python3
"""fleet_plot: writes docs/pictures/fleet.svg, the time that --all takes by the number of services, from the
last figures of `scripts/bench fleet`."""

import json
import math
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 90, 160, 30, 60
SERVICES = (100, 100_000)  # both axes are logarithmic
MILLISECONDS = (1, 1_000)
OURS, BARE = "#0969da", "#6e7781"

TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">
<title>Time of healthprobe --all by the number of services</title>
<rect width="{width}" height="{height}" fill="white"/>
{content}
</svg>
"""


def place(value, limits, begin, end):
    low, high = map(math.log10, limits)
    return begin + (math.log10(value) - low) / (high - low) * (end - begin)


def across(services):
    return place(services, SERVICES, LEFT, WIDTH - RIGHT)


def upward(milliseconds):
    return place(milliseconds, MILLISECONDS, HEIGHT - BOTTOM, TOP)


def decades(limits):
    return [10**power for power in range(round(math.log10(limits[0])), round(math.log10(limits[1])) + 1)]


def text(x, y, words, anchor="middle", colour="#1f2328"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="#d1d9e0"/>'


def curve(points, colour, name):
    path = " ".join(f"{across(services):.1f},{upward(took):.1f}" for services, took in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for services, took in points:
        yield f'<circle cx="{across(services):.1f}" cy="{upward(took):.1f}" r="4" fill="{colour}"/>'
    services, took = points[-1]
    yield text(across(services) + 10, upward(took) + 4, f"{name}: {took:.0f} ms", "start", colour)


def figures():
    """(services, milliseconds of --all, of the bare reader)"""
    rows = json.loads((ROOT / "build/bench.json").read_text(encoding="utf-8"))
    found = ((re.fullmatch(r"--all of (\d+)", row["what"]), row) for row in rows if row["beside"])
    return sorted((int(match[1]), row["ours"], row["other"]) for match, row in found if match)


def main():
    content = []
    for services in decades(SERVICES):
        content += [line(across(services), TOP, across(services), HEIGHT - BOTTOM),
                    text(across(services), HEIGHT - BOTTOM + 20, f"{services:,}".replace(",", " "))]
    for took in decades(MILLISECONDS):
        content += [line(LEFT, upward(took), WIDTH - RIGHT, upward(took)),
                    text(LEFT - 10, upward(took) + 4, f"{took:,} ms".replace(",", " "), "end")]
    content.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15, "services"))
    rows = figures()
    content += curve([(services, bare) for services, _, bare in rows], BARE, "bare reader")
    content += curve([(services, ours) for services, ours, _ in rows], OURS, "--all")
    (ROOT / "docs/pictures/fleet.svg").write_text(
        TEMPLATE.format(width=WIDTH, height=HEIGHT, content="\n".join(content)), encoding="utf-8")


if __name__ == "__main__":
    main()
