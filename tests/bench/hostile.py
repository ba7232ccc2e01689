"""Documents that are as large as they may be and as costly to read as their kind can be."""

import json
import time

from setting import TTL_MS

SERVICES = 1_000
LARGE = 5
SIZE = 65_536
VALUES = 4_096 - 10  # the reader stops behind 4,096
HEADER = f'"status":"healthy","interval_ms":300000,"ttl_ms":{TTL_MS}'


def document(member, text):
    """A healthy document of SIZE bytes, most of them the value of this member."""
    start = f'{{{HEADER},"{member}":'
    return start + text(SIZE - len(start) - 1) + "}"


def checks(one):
    """As many members as there may be, each a name and a value, of the same length."""
    def text(size):
        length = (size - 2) // VALUES
        members = ",".join(one(number, length - 1).ljust(length - 1) for number in range(VALUES))
        return "{" + members.ljust(size - 2) + "}"
    return document("checks", text)


# The reader looks for checks in them, and finds none.
LARGE_DOCUMENTS = {
    "one text": document("note", lambda size: json.dumps("x" * (size - 2))),
    "long names": checks(lambda number, length: f'"{number:0{length - 4}}":1'),
    "escaped names": checks(lambda number, _: f'"\\u00e9{number:04x}":1'),
    "numbers with exponents": checks(lambda number, _: f'"{number:x}":1.5e{number % 300}'),
}


def write_fleet(client, kind):
    """A thousand services, of which five have such a document."""
    client.flushall()
    pipe = client.pipeline(transaction=False)
    for number in range(SERVICES):
        is_large = number % (SERVICES // LARGE) == 0
        pipe.psetex(f"health:s{number}", TTL_MS, LARGE_DOCUMENTS[kind] if is_large else f"{{{HEADER}}}")
        pipe.zadd("health::services", {f"s{number}": time.time()})
    pipe.execute()
