"""Ingestion: ticks from the exchange's WebSocket, published to RabbitMQ."""

from __future__ import annotations

import logging
import signal
import sys
import time
from typing import Any

import pika
import websocket
from common import setting, words
from heartbeat import CRITICAL, WARNING, Heartbeat
from market import market_hours
from pika.exceptions import AMQPError

log = logging.getLogger("ingestion")
QUEUE = setting("TICKS_QUEUE", "ticks")
PERSISTENT = pika.BasicProperties(delivery_mode=2)
PAUSE = 2.0

beat = Heartbeat()  # HEARTBEAT_SERVICE names it, REDIS_URL says where it beats
kite_up, publisher_up = beat.flag("kite"), beat.flag("publisher")
ticks, forbidden, attempts = beat.activity("ticks"), beat.errors("http_403"), beat.gauge("attempts")
beat.check("websocket_connected", CRITICAL, kite_up.is_set())
beat.check("ticks_received", CRITICAL, ticks.within(60), during=market_hours())
beat.check("token_validity", CRITICAL, forbidden.count(300) == 0)
beat.check("reconnect_attempts", WARNING, attempts < 10)
beat.check("publisher_connected", CRITICAL, publisher_up.is_set())
beat.check("tick_rate", WARNING, ticks.rate(10) > 0, during=market_hours())
main_loop = beat.activity("main_loop")  # addition: hangs that no connection shows
beat.check("main_loop", CRITICAL, main_loop.within(30))  # addition


class Publisher:
    """Publishes with confirms: a message counts once the broker has it."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.channel: Any = None
        self.next_try = 0.0

    def connect(self) -> bool:
        """Whether it is connected. After a failure it pauses before it tries again."""
        if self.channel is None and time.monotonic() >= self.next_try:
            self.open()
        return self.channel is not None

    def open(self) -> None:
        parameters = pika.URLParameters(setting("RABBITMQ_URL"))
        parameters.blocked_connection_timeout = 5  # addition: an alarm of the broker is an error
        self.connection = pika.BlockingConnection(parameters)
        channel = self.connection.channel()
        channel.queue_declare(QUEUE, durable=True)
        channel.confirm_delivery()
        for _ in range(2):  # addition: in an alarm the broker still takes the first message
            channel.basic_publish("", "nobody", b"")
        publisher_up.set(True)
        self.channel = channel

    def publish(self, body: str) -> None:
        try:
            if self.connect():
                self.channel.basic_publish("", QUEUE, body, PERSISTENT, mandatory=True)
        except (AMQPError, OSError) as error:
            self.failed(error)

    def idle(self) -> None:
        """Between messages: answers the broker's heartbeats, and hears that it has gone."""
        try:
            if self.connect():
                self.connection.process_data_events()
        except (AMQPError, OSError) as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        log.warning("RabbitMQ: %s", words(error))
        publisher_up.set(False, words(error))
        self.channel, self.next_try = None, time.monotonic() + PAUSE
        if self.connection is not None and self.connection.is_open:
            self.connection.close()


def receive(kite: Any, publisher: Publisher) -> None:
    while True:
        main_loop.mark()
        try:
            message = kite.recv()
        except websocket.WebSocketTimeoutException:
            publisher.idle()
            continue
        if message:
            ticks.mark()
            publisher.publish(message)


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    publisher = Publisher()
    beat.start()
    while True:
        main_loop.mark()
        publisher.idle()
        try:
            kite = websocket.create_connection(setting("KITE_URL"), timeout=1)
            log.info("connected")
            kite_up.set(True)
            attempts.set(0)
            receive(kite, publisher)
        except (OSError, websocket.WebSocketException) as error:
            log.warning("WebSocket: %s", words(error))
            kite_up.set(False, words(error))
            attempts.add(1)
            if getattr(error, "status_code", 0) == 403:
                forbidden.mark()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
