"""What a health check costs inside a container, beside the Python that it replaces."""

import json

from harness.case import Case

# Runs by turns, so that a busy machine slows both; prints seconds of CPU and of wall.
MEASURE = """
import json, os, resource, statistics, sys, time
password = sys.stdin.read()
probe = ["/usr/local/bin/healthprobe", "ingestion"]
one_liner = ["/usr/bin/python3", "-c",
  "import redis, json, os, sys; r=redis.from_url(os.environ['REDIS_URL']); "
  "s=json.loads(r.getrange('health:ingestion', 0, -1) or '{}'); "
  "sys.exit(0 if s.get('status')=='healthy' else 1)"]
environment = {"PATH": "/usr/bin", "REDIS_URL": f"redis://probe:{password}@redis:6379"}
quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]

def run(command):
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    assert status == 0, (command, status)
    return wall, usage.ru_utime + usage.ru_stime

found = {"probe": [], "python": []}
for _ in range(15):
    found["python"].append(run(one_liner))
    found["probe"] += [run(probe) for _ in range(10)]
medians = {name: [statistics.median(x) for x in zip(*runs)] for name, runs in found.items()}
print(json.dumps(medians))
"""


class Cost(Case):
    def test_a_health_check_takes_little(self):
        measured = self.stack.python("redis", MEASURE, "probe")
        self.assertEqual(measured.returncode, 0, measured.stderr)
        medians = json.loads(measured.stdout)
        (wall, cpu), (python_wall, python_cpu) = medians["probe"], medians["python"]
        print(f"probe {wall * 1e3:.2f} ms, {cpu * 1e3:.2f} ms of CPU; "
              f"Python {python_wall * 1e3:.0f} ms, {python_cpu * 1e3:.0f} ms of CPU")  # fmt: skip
        self.assertLess(cpu, 0.003)
        self.assertLess(wall, python_wall / 100)
