"""What the faces say: each asks, and gives every verdict of the answer to the referee."""

import collections
import json
import re
import subprocess
import threading
import time

from harness.board import Board
from harness.process import any_probe, clean_environment
from hunt.truth import HEALTHY_LIMIT, judge, judge_fleet

VERDICT = re.compile(r'^healthprobe_verdict\{\w*service="([^"]+)"(?:,\w+_instance="([^"]+)")?,verdict="(\w+)"\} 1$', re.M)
LATE = 0.05
MOST_WRONG = 10


class Lateness:
    """How late a thread of the hunt itself was run, when it had asked for every 20 ms."""

    def __init__(self):
        self.stalls = []  # (when it ran, seconds late)
        self.done = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        due = time.monotonic() + 0.02
        while not self.done.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            if now - due > LATE:
                self.stalls.append((now, now - due))
            due = now + 0.02

    def within(self, begin, end):
        return sum(late for at, late in self.stalls[-1000:] if begin <= at and at - late <= end)


class Referee:
    """Compares every answer with what is really so, and keeps what was wrong, and for how long."""

    def __init__(self, lock, redis, lateness):
        self.lock, self.redis, self.lateness = lock, redis, lateness
        self.compared = collections.Counter()
        self.verdicts = collections.Counter()
        self.longest = {}  # (kind, face): seconds
        self.widened = 0
        self.wrong = []

    def hear(self, face, fleet, name, verdict, begin, end, subject=None):
        """A verdict on one member; `subject` is a process if the face sees only its file."""
        with self.lock:
            history = subject.history if subject else fleet.history_of(name)
            redis = None if face == "file" else self.redis
            wrong = history and judge(verdict, history, redis, begin, end, sees_file=bool(subject))
            self.compared[face] += 1
            self.verdicts[face, verdict] += 1
            member = fleet.members.get(name)
            if member:
                member.note(face, verdict, end)
            self._note(wrong, face, f"{fleet.prefix}{name}", begin, end, member)

    def hear_fleet(self, face, fleet, passes, begin, end):
        with self.lock:
            parts = [member.part() for member in fleet.members.values()]
            wrong = judge_fleet(passes, parts, self.redis, begin, end, fleet.has_right_clocks)
            self.compared[face] += 1
            self.verdicts[face, "passes" if passes else "fails"] += 1
            self._note(wrong, face, fleet.prefix, begin, end, None)

    def hear_rows(self, face, fleet, rows, begin, end):
        """Verdicts on all members, {NAME: VERDICT}; a face that cannot ask Redis has others."""
        for name, verdict in rows.items():
            if name != "*":
                self.hear(face, fleet, name, verdict, begin, end)
        if "unknown" not in rows.values():
            for name in fleet.members.keys() - rows.keys():
                self.hear(face, fleet, name, "absent", begin, end)

    def _note(self, wrong, face, subject, begin, end, member):
        if not wrong:
            return
        key = (wrong.kind, face)
        self.longest[key] = max(self.longest.get(key, 0.0), wrong.seconds)
        if wrong.seconds <= wrong.limit:
            return
        late = self.lateness.within(begin - wrong.seconds, end)
        if wrong.seconds <= wrong.limit + late:
            self.widened += 1
        elif len(self.wrong) < MOST_WRONG:
            self.wrong.append(self._report(wrong, face, subject, begin, end, late, member))

    def _report(self, wrong, face, subject, begin, end, late, member):
        text = (f"{face} of {subject}: {wrong.kind} for {wrong.seconds:.2f} s, limit {wrong.limit} s"
                f" + {late:.2f} s lateness; asked {begin:.3f}, answered {end:.3f}")  # fmt: skip
        redis = f"  Redis: {self.redis.history}; emptied {self.redis.emptied[-3:]}"
        if not member:
            return f"{text}\n{redis}"
        said = "".join(
            f"\n    {first:.3f} to {last:.3f} {one}: {verdict}" for one, verdict, first, last in member.said
        )
        return f"{text}\n{redis}\n  it was: {'; '.join(member.log)}\n  said:{said}"


class Faces:
    """Asks every face in turn, in threads, until the hunt is over."""

    def __init__(self, fleets, server, referee, chance):
        self.fleets, self.server, self.referee, self.chance = fleets, server, referee, chance
        self.done = threading.Event()
        self.boards = []
        self.errors = []
        self.threads = []

    def start(self):
        for fleet in self.fleets:
            board = Board(self.server, None).start("--prefix", fleet.prefix)
            self.boards.append(board)
        jobs = [self.ask_all, self.ask_boards, self.ask_singles, self.ask_singles, self.ask_files]
        for number, job in enumerate(jobs):
            thread = threading.Thread(target=self._repeat, args=(job, number), daemon=True)
            thread.start()
            self.threads.append(thread)

    def end(self):
        self.done.set()
        for thread in self.threads:
            thread.join(10)
        for board in self.boards:
            board.end()

    def _repeat(self, job, number):
        count = 0
        while not self.done.is_set():
            count += 1
            try:
                job(count)
            except Exception as error:  # a face that answers nonsense is a finding
                self.errors.append(f"{job.__name__}: {error!r}")
                return

    def probe(self, fleet, *arguments, file=None, redis=True):
        """(rows, passes, begin, end) of one run."""
        environment = clean_environment(
            HEARTBEAT_REDIS_URL=self.server.url if redis else None,
            HEARTBEAT_PREFIX=fleet.prefix,
            HEARTBEAT_FILE=file,
        )
        begin = time.monotonic()
        # Without --checks, services that do not fit into 4096 bytes are only counted.
        done = subprocess.run([any_probe(), *arguments, "--checks", "-o", "json"], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=30)  # fmt: skip
        end = time.monotonic()
        assert done.returncode in (0, 1) and not done.stderr, done
        rows = rows_of(map(json.loads, done.stdout.splitlines()))
        assert (done.returncode == 0) == is_passing(rows), done
        return rows, done.returncode == 0, begin, end

    def ask_all(self, count):
        fleet = self.fleets[count % len(self.fleets)]
        rows, passes, begin, end = self.probe(fleet, "--all")
        self.referee.hear_rows("--all", fleet, rows, begin, end)
        self.referee.hear_fleet("--all", fleet, passes, begin, end)
        time.sleep(0.06)

    def ask_boards(self, count):
        place = count % len(self.fleets)
        fleet, board = self.fleets[place], self.boards[place]
        status, body, begin, end = get(board, "/health")
        if status:
            rows = rows_of(json.loads(body)["services"])
            assert (status == 200) == is_passing(rows), (status, body)
            self.referee.hear_rows("/health", fleet, rows, begin, end)
            self.referee.hear_fleet("/health", fleet, status == 200, begin, end)
        member = self.chance.choice(list(fleet.members.values()))
        path = self.chance.choice((member.name, member.service))
        status, body, begin, end = get(board, f"/health/{path}")
        rows = rows_of(map(json.loads, body.splitlines())) if status else {}
        if rows:
            assert (status == 200) == is_passing(rows), (status, body)
        for name, verdict in rows.items():
            self.referee.hear("/health/NAME", fleet, name, verdict, begin, end)
        status, body, begin, end = get(board, "/metrics")
        if status:
            rows = {f"{one}:{instance}" if instance else one: verdict
                    for one, instance, verdict in VERDICT.findall(body)}  # fmt: skip
            self.referee.hear_rows("/metrics", fleet, rows, begin, end)
        time.sleep(0.06)

    def ask_singles(self, count):
        fleet = self.chance.choice(self.fleets)
        member = self.chance.choice(list(fleet.members.values()))
        first, second = member.processes
        arguments = [member.service, "--instance", member.instance] if member.instance else [member.service]
        if count % 2:
            with_all_replicas = arguments[: self.chance.choice((1, 3))]
            rows, _, begin, end = self.probe(fleet, *with_all_replicas)
            for name, verdict in rows.items():
                self.referee.hear("single", fleet, name, verdict, begin, end)
        elif second.is_silent and not member.clock:
            # Redis has what both processes wrote, and the file what one of them did. A service with
            # a wall clock of its own disagrees with the time of its file, which is the machine's.
            rows, _, begin, end = self.probe(fleet, *arguments, file=first.file)
            if second.is_silent and second.history.times[-1] < begin - HEALTHY_LIMIT:
                for verdict in rows.values():
                    self.referee.hear("single with file", fleet, member.name, verdict, begin, end, first)
        time.sleep(0.05)

    def ask_files(self, count):
        fleet = self.chance.choice(self.fleets)
        member = self.chance.choice(list(fleet.members.values()))
        process = member.processes[count % 5 == 0]
        arguments = [member.service, "--instance", member.instance] if member.instance else [member.service]
        rows, _, begin, end = self.probe(fleet, *arguments, "--file", process.file, redis=False)
        for verdict in rows.values():
            self.referee.hear("file", fleet, member.name, verdict, begin, end, process)
        time.sleep(0.05)


def get(board, path):
    begin = time.monotonic()
    status, _, body = board.get(path)
    return status, body, begin, time.monotonic()


def rows_of(answers):
    """{NAME: VERDICT}; where a name has several, the worst for whoever trusts it: healthy last."""
    return {one["service"]: one["verdict"] for one in answers}


def is_passing(rows):
    return bool(rows) and set(rows.values()) == {"healthy"}
