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
from health_status import Times, market_open, start
from pika.exceptions import AMQPError

log = logging.getLogger("ingestion")
QUEUE = setting("TICKS_QUEUE", "ticks")
PERSISTENT = pika.BasicProperties(delivery_mode=2)
PAUSE = 2.0

health = {"kite": False, "publisher": False, "attempts": 0}
ticks, forbidden = Times(), Times(300)
ROWS = [
    ("websocket_connected", True, lambda: health["kite"]),
    ("ticks_received", True, lambda: ticks.age() < 60),
    ("token_validity", True, lambda: forbidden.count(300) == 0),
    ("reconnect_attempts", False, lambda: health["attempts"] < 10),
    ("publisher_connected", True, lambda: health["publisher"]),
    ("tick_rate", False, lambda: ticks.count(10) > 0 or not market_open()),
]


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
        self.connection = pika.BlockingConnection(parameters)
        channel = self.connection.channel()
        channel.queue_declare(QUEUE, durable=True)
        channel.confirm_delivery()
        health["publisher"] = True
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
        health["publisher"] = False
        self.channel, self.next_try = None, time.monotonic() + PAUSE
        if self.connection is not None and self.connection.is_open:
            self.connection.close()


def receive(kite: Any, publisher: Publisher) -> None:
    while True:
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
    start(ROWS)
    while True:
        publisher.idle()
        try:
            kite = websocket.create_connection(setting("KITE_URL"), timeout=1)
            log.info("connected")
            health["kite"] = True
            health["attempts"] = 0
            receive(kite, publisher)
        except (OSError, websocket.WebSocketException) as error:
            log.warning("WebSocket: %s", words(error))
            health["kite"] = False
            health["attempts"] += 1
            if getattr(error, "status_code", 0) == 403:
                forbidden.mark()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
