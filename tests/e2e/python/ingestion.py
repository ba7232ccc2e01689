"""Ticks from a broker's WebSocket, published to RabbitMQ; see compose/services/ingestion.cpp."""

from heartbeat import CRITICAL, WARNING
from stand_in import Every, StandIn, market_hours

stand_in = StandIn(
    "ingestion",
    "websocket_connected",
    "ticks_received",
    "token_validity",
    "reconnect_attempts",
    "publisher_connected",
    "tick_rate",
)
broken, beat = stand_in.broken, stand_in.beat

websocket = beat.flag("websocket")
ticks = beat.activity("ticks")
forbidden = beat.errors("http_403")
attempts = beat.gauge("reconnect_attempts")
publisher = beat.flag("publisher")

beat.check("websocket_connected", CRITICAL, websocket.is_set())
beat.check("ticks_received", CRITICAL, ticks.within(60))
beat.check("token_validity", CRITICAL, forbidden.count(300) == 0)
beat.check("reconnect_attempts", WARNING, attempts < 10)
beat.check("publisher_connected", CRITICAL, publisher.is_set())
# Over 10 s, so that it warns well before ticks_received fails at 60 s.
beat.check("tick_rate", WARNING, ticks.rate(10) > 0, during=market_hours())
beat.start()

requests = Every(0.5)
while stand_in.next():
    websocket.set(not broken["websocket_connected"])
    publisher.set(not broken["publisher_connected"])
    if not broken["ticks_received"] and not broken["tick_rate"]:
        ticks.mark()
    if requests.due() and broken["token_validity"]:
        forbidden.mark()
    attempts.set(attempts.value + 1 if broken["reconnect_attempts"] else 0)
# The end of the interpreter writes the last document.
