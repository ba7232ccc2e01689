"""The tables of docs/trading.md, from what was measured."""

from __future__ import annotations

import pathlib
import re
from typing import TYPE_CHECKING

from plan import ADDITIONS, STEPS
from timeline import Result, Seen
from watch import Look

if TYPE_CHECKING:
    from conftest import Record

WORKER = re.compile(r"^worker-\d$")


def write(record: Record, path: pathlib.Path, page: pathlib.Path | None) -> None:
    """Into a file of its own, with every false alarm; and into the page, if that is wanted."""
    tables = {"faults": faults_table(record)}
    if record.by_hand:
        tables["by hand"] = comparison(record)
    lines = [line for table in [*tables.values(), alarms(record)] for line in [*table, ""]]
    path.write_text("\n".join(lines))
    if page is not None:
        text = page.read_text()
        for name, lines in tables.items():
            start = f"<!-- {name} -->\n"
            head, _, rest = text.partition(start)
            text = head + start + "\n".join(lines) + "\n" + rest[rest.index("<!-- end -->") :]
        page.write_text(text)


def ordered(record: Record) -> list[Result]:
    return [record.results[step.fault] for step in STEPS if step.fault in record.results]


def faults_table(record: Record) -> list[str]:
    lines = ["| fault | row | seconds | limit, and what else delays | the line says | healed |", "|---|---|---|---|---|---|"]
    for result in ordered(record):
        name, done = f"`{result.step.fault}`: {result.words}", set()
        if not result.rows:
            lines.append(f"| {name} | none: every service stays healthy, by its file | | | | |")
        for (service, row), seen in sorted(result.rows.items(), key=lambda item: item[1].seconds):
            shown = WORKER.sub("worker", service), row
            if shown in done:
                continue  # the workers say the same
            done.add(shown)
            mark = " (addition)" if row in ADDITIONS else ""
            healed = "restart" if seen.healed is None else f"{seen.healed:.1f} s"
            lines.append(f"| {name} | {shown[0]} {row}{mark} | {seen.seconds:.1f} | {limit(seen, row)} | `{clean(seen.words)}` | {healed} |")
            name = ""
    return lines


def limit(seen: Seen, row: str) -> str:
    own = f"{seen.limit:.0f} s" if seen.limit else "at once"
    return own if seen.delay is None else f"{own}; {seen.delay[1]}"


def clean(words: str) -> str:
    words = re.sub(r" \(from /.*", "", words)
    return (words if len(words) <= 110 else words[:107] + "...").replace("|", "\\|").replace("`", "'")


def comparison(record: Record) -> list[str]:
    lines = ["| fault | service | heartbeat, s | by hand, s | by hand it says |", "|---|---|---|---|---|"]
    for result in ordered(record):
        done = set()
        for service, seconds in result.ours.items():
            shown = WORKER.sub("worker", service)
            if service not in result.hand or shown in done:
                continue
            done.add(shown)
            hand = result.hand[service]
            lasted = result.ended - result.began
            by_hand, words = (f"not in {lasted:.0f}", "") if hand is None else (f"{hand[0]:.1f}", f"`{hand[1]}`")
            if hand is not None and result.over and hand[0] > result.over:
                by_hand += ", when it was over"
            ours = "not" if seconds is None else f"{seconds:.1f}"
            lines.append(f"| `{result.step.fault}` | {shown} | {ours} | {by_hand} | {words} |")
    false = [len(record.false_alarms()), len(record.false_alarms(by_hand=True))]
    lines += ["", "| | heartbeat | by hand |", "|---|---|---|"]
    lines.append(f"| false alarms of services that no fault touched | {false[0]} | {false[1]} |")
    lines.append(f"| closed market, silent exchange, 90 s | {night(record.night)} | {night(record.night_by_hand)} |")
    starts = [f"{until_healthy(record, by_hand):.1f} s" for by_hand in (False, True)]
    lines.append(f"| from the start to the first healthy answer of the slowest service | {starts[0]} | {starts[1]} |")
    return lines


def until_healthy(record: Record, by_hand: bool) -> float:
    """Of the slowest service, in the stack that the others delayed least."""
    return min(max(s for n, s in run.until_healthy.items() if n.startswith("hand-") is by_hand) for run in record.runs)


def alarms(record: Record) -> list[str]:
    ways = {"heartbeat": record.false_alarms(), "by hand": record.false_alarms(by_hand=True)}
    return [f"- false, {way}: {name}: {look.text}" for way, found in ways.items() for name, look in found]


def night(looks: list[Look]) -> str:
    last = looks[-1]
    return "healthy" if last.healthy else f"{last.verdict}: {last.text}"
