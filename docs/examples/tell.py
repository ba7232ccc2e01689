# A program under healthbeat run. It tells of each tick, without waiting for anyone.
import os
import socket
import time

teller = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
teller.setblocking(False)
address = os.environ["HEARTBEAT_SOCKET"].replace("@", "\0", 1)

while True:
    time.sleep(0.1)  # the work
    try:
        teller.sendto(b"mark ticks", address)
    except BlockingIOError:
        pass  # no room: this tick is not counted
