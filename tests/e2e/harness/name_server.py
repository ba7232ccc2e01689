"""name_server.py NAME ADDRESS: a DNS server on 127.0.0.1:53 that knows one name.

Its IPv4 address may be empty: the name is there then, and has none.
"""

import socket
import struct
import sys

A, IN = 1, 1
HEADER = struct.Struct(">6H")
RESPONSE, NO_SUCH_NAME = 0x8180, 3


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer(query, name, address):
    ident = HEADER.unpack_from(query)[0]
    end = query.index(b"\0", HEADER.size) + 1
    question = query[HEADER.size : end + 4]
    kind = struct.unpack_from(">H", query, end)[0]
    known = question[:-4].lower() == encoded(name)
    flags = RESPONSE if known else RESPONSE | NO_SUCH_NAME
    records = b""
    if known and kind == A and address:
        # The name is a pointer to the question's.
        records = struct.pack(">HHHIH", 0xC000 | HEADER.size, A, IN, 60, 4)
        records += socket.inet_aton(address)
    return HEADER.pack(ident, flags, 1, 1 if records else 0, 0, 0) + question + records


def main():
    name, address = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        print("ready", flush=True)
        while True:
            query, client = server.recvfrom(512)
            server.sendto(answer(query, name, address), client)


if __name__ == "__main__":
    main()
