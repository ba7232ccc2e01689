from heartbeat import CRITICAL, Heartbeat

def post_fork(server, worker):
    from app import test_query  # raises if the database does not answer, else returns True
    worker.beat = Heartbeat(service="web", instance=f"%h-{worker.pid}")
    worker.beat.check("database_connection", CRITICAL, worker.beat.succeeds(test_query, every=10, limit=5))
    worker.beat.start()

def worker_exit(server, worker):
    worker.beat.close()
