"""The documents: links lead somewhere, samples are the files in docs/examples, commands work."""

import os
import re
import subprocess

import pytest

from harness.pages import PAGES, PROJECT, anchors, blocks, links, name_of
from harness.process import clean_environment
from harness.values import document

EXAMPLES = PROJECT / "docs/examples"
CODE = {"c", "cmake", "cpp", "go", "java", "javascript", "python", "ruby", "yaml"}
LANGUAGES = CODE | {"console", "crontab", "dockerfile", "ini", "jq", "json", "nagios", "redis", "sh", "text"}
GUIDE = PROJECT / "docs/troubleshooting.md"
by_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def by_page_with(languages):
    pages = [page for page in PAGES if any(block.language in languages for block in blocks(page))]
    return pytest.mark.parametrize("page", pages, ids=name_of)


@by_page
def test_every_link_leads_to_a_file_and_a_heading(page):
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)}: no file {link}"
        assert not anchor or anchor in anchors(target), f"{name_of(page)}: no heading {link}"


def test_every_page_that_is_named_exists_and_can_be_reached_from_the_readme():
    folders = ("probe", "heartbeat", "compose", "scripts", "tests")
    files = [path for folder in folders for path in (PROJECT / folder).rglob("*") if path.is_file()]
    for path in [*files, *PAGES]:
        if path.name != "CHANGELOG.md":  # its old entries name pages of their time
            for named in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(errors="ignore")):
                assert (PROJECT / named).exists(), f"{name_of(path)} names {named}"
    readme = PROJECT / "README.md"
    reached = {(PROJECT / link.partition("#")[0]).resolve() for link in links(readme)}
    assert {page for page in PAGES if page.parent.name == "docs"} <= reached


@by_page
def test_every_block_says_what_it_is(page):
    assert {block.language for block in blocks(page)} <= LANGUAGES


def test_some_pages_have_samples_and_some_have_commands():
    languages = {block.language for page in PAGES for block in blocks(page)}
    assert {"c", "cpp", "python", "yaml", "sh"} <= languages


@by_page_with(CODE)
def test_every_sample_is_a_part_of_a_file_in_the_examples(page):
    if page.parent != PROJECT / "docs" and page.name != "README.md":
        return
    files = [path.read_text() for path in EXAMPLES.rglob("*") if path.is_file()]
    for block in blocks(page):
        if block.language in CODE:
            assert any(f"\n{block.text}" in f"\n{text}" for text in files), block.text


@pytest.mark.own_redis(tcp=True)
@by_page_with({"sh"})
def test_the_commands_of_the_page_work_in_their_order(page, redis, tmp_path):
    commands = [block.text for block in blocks(page) if block.language == "sh"]
    with redis.client() as client:
        for service in ("ingestion", "worker-1"):
            client.set(f"health:{service}", document("healthy", ttl_ms=60_000), ex=60)
            client.zadd("health::services", {service: 1.0})
    done = subprocess.run(
        ["bash", "-euxc", "\n".join(commands)],
        cwd=tmp_path,
        env=clean_environment(
            PATH=f"{os.environ['E2E_BINARIES']}:{PROJECT / 'scripts'}:{os.environ['PATH']}",
            REDIS_URL=redis.url,
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done


def table_rows(page, heading):
    """The first cells of the tables below the heading."""
    section = page.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)


def test_the_guide_to_trouble_has_every_reason_and_no_other():
    names = (PROJECT / "probe/core/reason.cpp").read_text().split("reason_names{")[1].split("}")[0]
    cells = table_rows(GUIDE, "Reasons")
    assert sorted(re.findall(r"`([\w-]+)`", "".join(cells))) == sorted(re.findall(r'"(.+?)"', names))


def test_the_guide_to_trouble_quotes_messages_that_are_printed():
    source = "".join(
        path.read_text()
        for folder in ("probe", "heartbeat")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in (".cpp", ".hpp", ".py")
    )
    source = re.sub(r'"\s*\n\s*"', "", source)
    changing = re.compile(r"\d+[\w/]*|NAME|FILE|\.\.\.|: |; |, |b1|tuple|health:")
    for cell in table_rows(GUIDE, "Messages"):
        for message in re.findall(r"`([^`]+)`", cell):
            for part in changing.split(message):
                part = part.strip()
                assert " " not in part or part in source, f"nobody prints {part!r} of {message!r}"


OLD_QUERIES = """\
max by (service) (healthprobe_status{service="a", check="b"}) != 0
sum by (service_instance, service) (healthprobe_healthy{service=~"worker.*",service_instance!=""})
healthprobe_age_seconds{check="c",service!~"a|b"} * on (service) group_left (service, service_instance) up
{{ $labels.service }} of {{ $labels.service_instance }}: the service is not service_level
"""
NEW_QUERIES = """\
max by (health_service) (healthprobe_status{health_service="a", check="b"}) != 0
sum by (health_instance, health_service) (healthprobe_healthy{health_service=~"worker.*",health_instance!=""})
healthprobe_age_seconds{check="c",health_service!~"a|b"} * on (health_service) group_left (health_service, health_instance) up
{{ $labels.health_service }} of {{ $labels.health_instance }}: the service is not service_level
"""


def test_the_command_for_queries_of_0_1_0_renames_their_labels_and_nothing_else(tmp_path):
    (command,) = re.findall(r"`(sed .*) FILE`", (PROJECT / "CHANGELOG.md").read_text())
    file = tmp_path / "queries"
    file.write_text(OLD_QUERIES)
    for _ in range(2):  # the second time changes nothing
        subprocess.run(f"{command} {file}", shell=True, check=True)
        assert file.read_text() == NEW_QUERIES
