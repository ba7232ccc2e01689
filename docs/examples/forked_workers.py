"""Workers that mark for the process that forked them."""

import multiprocessing
import time

from heartbeat import CRITICAL, Heartbeat

beat = Heartbeat(service="api")
requests, failures = beat.activity("requests"), beat.errors("failures")
beat.check("requests", CRITICAL, requests.within(60))
beat.start()  # once, in the parent: gunicorn's master, celery's worker, the script that starts RQ's worker
# then, in every worker: requests.mark()


def work():
    while multiprocessing.parent_process().is_alive():
        requests.mark()
        time.sleep(0.1)


context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, daemon=True) for _ in range(2)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
