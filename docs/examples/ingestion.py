"""Ticks from a WebSocket."""

import time

from heartbeat import CRITICAL, WARNING, Heartbeat, Schedule

beat = Heartbeat(service="ingestion")  # Redis from HEARTBEAT_REDIS_URL or REDIS_URL
connected, publisher = beat.flag("websocket"), beat.flag("publisher")
ticks, forbidden = beat.activity("ticks"), beat.errors("http_403")
attempts = beat.gauge("reconnect_attempts")

market_hours = Schedule("Mon-Fri 09:15-15:30 Asia/Kolkata")  # at night no ticks come
beat.check("websocket_connected", CRITICAL, connected.is_set())
beat.check("ticks_received", CRITICAL, ticks.within(60), during=market_hours)
beat.check("token_validity", CRITICAL, forbidden.count(300) == 0)
beat.check("reconnect_attempts", WARNING, attempts < 10)
beat.check("publisher_connected", CRITICAL, publisher.is_set())
beat.check("tick_rate", WARNING, ticks.rate(10) > 0, during=market_hours)
beat.start()
# then, in the callbacks of the client: connected.set(True), ticks.mark(len(batch)), forbidden.mark(), ...

connected.set(True)
publisher.set(True)
while True:
    ticks.mark()
    time.sleep(0.1)
