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
    return _blocks_in(page.read_text())


def _blocks_in(text):
    return [Block(*found) for found in FENCE.findall(text)]


def sample(page, heading, language):
    """The first block in this language under a heading of the second level."""
    section = (PROJECT / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return next(block.text for block in _blocks_in(section) if block.language == language)


def recipe(page, heading):
    """The blocks under a heading of the third level, by their language."""
    section = (PROJECT / page).read_text().split(f"\n### {heading}\n")[1]
    return dict(_blocks_in(re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]))


def prose(page):
    """Without blocks and code spans, in which a bracket is no link."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text()))


def links(page):
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(page))


def anchors(page):
    """Of the headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
