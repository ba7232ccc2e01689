"""A service that writes its key itself: here by redis-py, and so in any language."""

import json
import os
import pathlib
import time

import redis

client = redis.from_url(os.environ["REDIS_URL"])
key = "health:" + os.environ["HEARTBEAT_SERVICE"]
inbox = pathlib.Path(os.environ.get("INBOX", "/tmp"))  # what the work needs

while True:
    works = inbox.is_dir()  # something that fails when the service cannot do its work
    document = {"status": "healthy" if works else "unhealthy", "reason": "" if works else "no inbox"}
    try:
        client.setex(key, 60, json.dumps(document))
    except redis.RedisError:
        pass  # the next pass tries again
    time.sleep(1)
