"""scenario.py judgements SEED | texts | mistakes | schedules | documents FOLDER: prints what the
package says about calls that are the same whenever it runs."""

import datetime
import json
import random
import sys
import time

from heartbeat import CRITICAL, WARNING, Clock, Heartbeat, Schedule, Status

IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=IST)


def declare(beat):
    """Every kind of check, with and without a schedule."""
    hours = Schedule("Mon-Fri 09:15-15:30 Asia/Kolkata", ["2026-11-24"])
    flag, other = beat.flag("f"), beat.flag("o")
    ticks, errors, gauge = beat.activity("t"), beat.errors("e"), beat.gauge("g")
    beat.check("flag", CRITICAL, flag.is_set())
    beat.check("other_flag", WARNING, other.is_set(), during=hours)
    beat.check("age", CRITICAL, ticks.within(60))
    beat.check("age_in_hours", WARNING, ticks.within(datetime.timedelta(minutes=5)), during=hours)
    beat.check("few", WARNING, errors.count(60) < 3)
    beat.check("exactly", WARNING, errors.count(300) == 0)
    beat.check("not_two", WARNING, ticks.count(30) != 2)
    beat.check("many", WARNING, ticks.count(120) >= 4)
    beat.check("rate", WARNING, ticks.rate(10) > 0.25, during=hours)
    beat.check("rate_limit", WARNING, errors.rate(7) <= 0.5)
    beat.check("below", CRITICAL, gauge < 10)
    beat.check("near", WARNING, gauge != 9.9999999)
    return flag, other, ticks, errors, gauge


def judgements(seed):
    chance, clock = random.Random(int(seed)), Clock.stopped(MONDAY)
    beat = Heartbeat("s", redis_url="none", clock=clock, start_grace=30)
    flag, other, ticks, errors, gauge = declare(beat)
    actions = [
        lambda: flag.set(chance.random() < 0.6),
        lambda: flag.set(False, chance.choice(["HTTP 403", "token=abc", "\u00e9" * 90])),
        lambda: other.set(chance.random() < 0.6),
        lambda: ticks.mark(chance.choice([0, 1, 1, 2, 5])),
        lambda: errors.mark(chance.choice([1, 1, 3, 2000])),
        lambda: gauge.set(chance.choice([0, 9.9999999, 10, 1e6, 1234567.5, 1e300, -0.1, 10.5])),
        lambda: gauge.add(chance.choice([1, -1, 0.125])),
        lambda: beat.report(chance.choice(list(Status)), chance.choice(["", "disk full", "a\nb"])),
    ]
    for _ in range(400):
        for _ in range(chance.randrange(3)):
            chance.choice(actions)()
        clock.advance(chance.choice([0.001, 0.4, 1, 7, 30, 60, 1000, 40000]))
        print(*beat.judge())


TEXTS = [
    "plain", "two\nlines\tand \x1b[31m", "\u202eright to left", "amqp://app:secret@mq/v",
    "redis://:p@h://x:y@z", "PGPASSWORD=hunter2 host=db", "'password': 'a b' token = x;y",
    '"api_key":"k\'1",secret=', "pwd= \u00e9\u00e9 passwd=''", "https://u@h?token=1&b=2",
    "\ud800 lone", "x" * 300, "\u00e9" * 300, "\U0001f600" * 300, "TOKEN=\u0130x,", "",
    "x" * 100 + " redis://app:" + "secret" * 9 + "@h", "x" * 100 + "\u00e9 http://" + "h" * 40 + "/a@b",
]  # fmt: skip


def texts():
    for text in TEXTS:
        clock = Clock.stopped(MONDAY)
        beat = Heartbeat("s", redis_url="none", clock=clock)
        flag = beat.flag("f")
        beat.check("flag", WARNING, flag.is_set())
        flag.set(False, text)
        print(ascii(beat.judge().reason))
        beat.report(Status.UNHEALTHY, text * 5)
        print(ascii(beat.judge().reason))


def mistakes():
    beat = Heartbeat("s", redis_url="none")
    ticks, gauge = beat.activity("t"), beat.gauge("g")
    urls = [
        "http://h", "", "redis://h:0", "redis://h:70000", "redis://u:p/w@h", "redis://h/x?db=-1",
        "redis://h h", "'redis://h'", "redis://a,,b", "redis://[::1", "redis://::1", "unix://",
        "unix://h/p", "rediss://h?ssl_cert_reqs=maybe", "redis://h/99999999999", "nothing",
        "redis://user:secret", "redis://h?port=x", "redis://:a?b@h", "redis://:a#b@h:1",
    ]  # fmt: skip
    calls = [
        lambda: Heartbeat(),
        lambda: Heartbeat("a b"),
        lambda: Heartbeat("s" * 129),
        lambda: Heartbeat("s", instance="x y"),
        lambda: Heartbeat("s", prefix="a\nb"),
        lambda: Heartbeat("s", prefix="p" * 257),
        lambda: Heartbeat("s", interval=0.099),
        lambda: Heartbeat("s", interval=3601, ttl=80000),
        lambda: Heartbeat("s", ttl=20.5),
        lambda: Heartbeat("s", ttl=86401),
        lambda: Heartbeat("s", interval=31, ttl=61),
        lambda: Heartbeat("s", stop_timeout=-1),
        lambda: Heartbeat("s", start_grace=1e12),
        lambda: ticks.within(1) and beat.check("x", CRITICAL, ticks.within(-0.5)),
        lambda: beat.check("x", CRITICAL, ticks.within(0.0001)),
        lambda: beat.check("x", CRITICAL, ticks.within(1e12)),
        lambda: beat.check("x" * 65, CRITICAL, ticks.within(1)),
        lambda: beat.check("\u00e9\n", CRITICAL, ticks.within(1)),
        lambda: beat.check("x", CRITICAL, ticks.count(0) == 1),
        lambda: beat.check("x", CRITICAL, ticks.count(60) < 0),
        lambda: beat.check("x", CRITICAL, ticks.count(60) >= 2_000_000),
        lambda: beat.check("x", CRITICAL, ticks.rate(60) < -1),
        lambda: beat.check("x", CRITICAL, ticks.rate(60) > 1e6),
        lambda: beat.check("x", CRITICAL, ticks.rate(60) < float("inf")),
        lambda: beat.check("x", CRITICAL, gauge < float("nan")),
        lambda: beat.check("x", CRITICAL, beat.succeeds(bool, limit=-1)),
        *[lambda i=i: beat.check(f"c{i}", CRITICAL, ticks.within(1)) for i in range(101)],
        lambda: beat.check("c1", CRITICAL, ticks.within(1)),
        *[lambda url=url: Heartbeat("s", redis_url=url) for url in urls],
        *[lambda text=text: Schedule(text) for text in WRONG_SCHEDULES],
        *[lambda date=date: Schedule("Mon 09:00-10:00 UTC", [date]) for date in WRONG_DATES],
    ]
    for number, call in enumerate(calls):
        try:
            print(number, call() is None)
        except (ValueError, TypeError) as error:
            text = ascii(str(error)).replace(" redis-sentinel://,", "")  # only the library has it
            print(number, type(error).__name__, text)


WRONG_SCHEDULES = [
    "", "UTC", "Mon 09:00-10:00", "Mon 09:00-10:00,", "Mon 9:00-10:00 UTC", "Mon 09:60-10:00 UTC",
    "Mon 24:00-10:00 UTC", "Mon 09:00 UTC", "Mo 09:00-10:00 UTC", "Mon-XY 09:00-10:00 UTC",
    "Mon+ 09:00-10:00 UTC", "Mon09:00-10:00 UTC", "Mon 09:00-10:00,, UTC", "Mon 09:00-24:01 UTC",
    "09:00-10:00 UTC",
]  # fmt: skip
WRONG_DATES = ["2026-2-3", "2026-02-30", "x", "2026-01-01 9-10", "2026-01-01 09:00-10:00,", ""]


def schedules():
    """Around every change of summer time, which skips or repeats sessions."""
    texts = [
        "Mon-Fri 09:15-15:30 Asia/Kolkata", "Sun 01:30-03:30 Europe/Berlin",
        "Mon-Sun 02:00-02:30 Europe/Berlin", "Sat+Sun 22:00-03:00 America/New_York",
        "Mon-Sun 00:00-24:00 UTC", "Fri-Mon 23:59-00:01 Australia/Lord_Howe",
        "Wed 10:00-09:00, Thu 08:00-12:00 America/St_Johns", "Sun 00:00-01:00 America/Sao_Paulo",
        "Mon-Sun 23:30-00:30 Pacific/Apia",
    ]  # fmt: skip
    begin = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
    for text in texts:
        hours = Schedule(text, ["2026-03-31", "2026-10-26 01:00-02:00, 22:00-01:00"])
        chance = random.Random(text)
        for _ in range(60):
            moment = begin + datetime.timedelta(seconds=chance.randrange(300 * 86400))
            print(text, moment, *hours.at(moment))
        changes = begin
        for _ in range(60):  # from change to change
            sessions = hours.at(changes)
            print(text, *sessions)
            if sessions.changes is None:
                break
            changes = sessions.changes
    apia = Schedule("Mon-Sun 23:30-00:30 Pacific/Apia")
    for hour in range(-48, 48, 5):  # 30 December 2011 was skipped there
        moment = datetime.datetime(2011, 12, 30, tzinfo=datetime.timezone.utc)
        print(moment, *apia.at(moment + datetime.timedelta(hours=hour)))


def documents(path):
    """From the file, which is written every 100 ms."""
    clock, wall = Clock.stopped(MONDAY), MONDAY
    beat = Heartbeat(
        "s", redis_url="none", file=path, clock=clock, interval=0.1, ttl=60, start_grace=30,
        instance="2", log=None,
    )  # fmt: skip
    flag, other, ticks, errors, gauge = declare(beat)
    beat.check("answers", WARNING, beat.succeeds(lambda: True, every=1000))
    answered = beat.start()

    def read():
        try:
            with open(path, encoding="utf-8") as file:
                return json.loads(text := file.read()), text
        except FileNotFoundError:
            return {"sequence": 0}, ""

    def written():
        """A document that was begun after the call: not the next one, which may have been begun."""
        number = read()[0]["sequence"] + 2
        want = wall.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            document, text = read()
            answers = document.get("checks", {}).get("answers", {})
            if document["sequence"] >= number and answers.get("value") is True:
                assert document["written_at"] == want
                return text
            time.sleep(0.01)
        raise AssertionError(f"not written: {want}; {text}")

    steps = [
        lambda: None,
        lambda: flag.set(False, "HTTP 403 token=x"),
        lambda: (ticks.mark(7), errors.mark(2)),
        lambda: (flag.set(True), other.set(True), gauge.set(12.5)),
        lambda: (errors.mark(2000), beat.report(Status.DEGRADED, "disk\nfull")),
        lambda: gauge.set(float("nan")),
        lambda: ticks.mark(),
    ]
    for step in steps:
        step()
        for seconds in (0, 7, 1000):
            clock.advance(seconds)
            wall += datetime.timedelta(seconds=seconds)
            beat.judge()
            text = written()  # each time: a beat that was begun at an earlier time must not see the next step
            if seconds < 1000:
                print(text)
    beat.close()
    with open(path, encoding="utf-8") as file:
        print(file.read())
    assert answered is None


globals()[sys.argv[1]](*sys.argv[2:])
