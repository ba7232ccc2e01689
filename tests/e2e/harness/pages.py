"""The project's documents as text: their links, headings and blocks."""

import pathlib
import re
from typing import NamedTuple

PROJECT = pathlib.Path(__file__).resolve().parents[3]
PAGES = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), PROJECT / "heartbeat/FORMAT.md"]
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    language: str
    text: str


def name_of(page):
    return str(page.relative_to(PROJECT))


def blocks(page):
    return [Block(*found) for found in FENCE.findall(page.read_text())]


def prose(page):
    """Without blocks and code spans, in which a bracket is no link."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text()))


def links(page):
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(page))


def anchors(page):
    """Of the headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
