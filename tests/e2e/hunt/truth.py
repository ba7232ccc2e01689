"""What is really so, and for how long an answer may differ from it. Pure: every time is an argument."""

import bisect
from dataclasses import dataclass, field

INTERVAL = 0.5
AGE_LIMIT = 3 * INTERVAL
SLACK = 2.0
# None says healthy of a dead service for longer, none says unhealthy of a working one for longer.
HEALTHY_LIMIT = AGE_LIMIT + SLACK
UNHEALTHY_LIMIT = INTERVAL + SLACK
# A process counts as a rival until 3 intervals without it have passed.
FLEET_LIMIT = UNHEALTHY_LIMIT + 3 * INTERVAL
# A roster counts as young for 60 s, since no interval here is longer than 20 s.
YOUNG = 60.0

WORKS, DEAD, HANGS, MIXED, UNCLEAR = "works", "dead", "hanging", "mixed", "unclear"
IN_ORDER, REFUSES, PAUSED, GONE = "in order", "refuses", "paused", "gone"
ALWAYS = 0.0
# How long after its beginning such a service may still say that it is healthy: a dead one not at
# all, the others until their own check fails (service.cpp).
LAST_HEALTHY = {DEAD: 0.0, HANGS: 1.0, MIXED: 1.0}


class History:
    """A condition over time. Each holds from its own time to that of the next."""

    def __init__(self, condition):
        self.times, self.conditions = [ALWAYS], [condition]

    def become(self, condition, at):
        """A disturbance that leaves it working or mixed begins anew; death goes on."""
        at = max(at, self.times[-1])
        if condition != self.conditions[-1] or condition in (WORKS, MIXED):
            self.times.append(at)
            self.conditions.append(condition)

    def through(self, begin, end):
        """(condition, since when) if one held from begin to end, else (UNCLEAR, begin)."""
        place = bisect.bisect_right(self.times, begin) - 1
        is_whole = place + 1 == len(self.times) or self.times[place + 1] > end
        return (self.conditions[place], self.times[place]) if is_whole else (UNCLEAR, begin)

    def __str__(self):
        return ", ".join(f"{at:.3f} {what}" for at, what in zip(self.times[-12:], self.conditions[-12:]))


@dataclass
class Redis:
    """What Redis does for its clients, and when it was emptied."""

    history: History = field(default_factory=lambda: History(IN_ORDER))
    emptied: list = field(default_factory=lambda: [ALWAYS])

    def in_order_since(self, begin, end):
        """Since when a beat could arrive and stay; None if not from begin to end."""
        condition, since = self.history.through(begin, end)
        if condition != IN_ORDER or self.emptied[-1] > begin:
            return None
        return max(since, self.emptied[-1])

    def is_young(self, begin):
        return ALWAYS < self.emptied[-1] and begin < self.emptied[-1] + YOUNG

    def last_beat(self, condition, since):
        """Since when no beat arrives any more that calls such a service healthy.

        A beat that waits in a paused Redis while its writer dies is new when the pause ends. Two writers
        of one name forget each other while Redis has trouble, and the one that works beats first.
        """
        times, conditions = self.history.times, self.history.conditions
        latest = since + LAST_HEALTHY[condition]
        first = bisect.bisect_right(times, since) - 1
        for place in range(first, len(times) - 1):
            waits = conditions[place] == PAUSED and times[place - 1] <= latest  # it began since then
            if waits or (condition == MIXED and conditions[place] != IN_ORDER):
                since = max(since, times[place + 1])
        return since


@dataclass(frozen=True)
class Wrong:
    """An answer that differs from the truth, for how long by then, and for how long it may."""

    kind: str
    seconds: float
    limit: float


def judge(verdict, history, redis, begin, end, sees_file=False):
    """What is wrong with this verdict, asked for at `begin` and known at `end`; None for nothing.

    `redis` is None for a face that sees only the service's file. "absent" is no verdict at all.
    """
    condition, since = history.through(begin, end)
    if verdict == "healthy" and condition in LAST_HEALTHY:
        since = redis.last_beat(condition, since) if redis else since
        return Wrong(f"healthy of a {condition} service", begin - since, HEALTHY_LIMIT)
    if verdict in ("unhealthy", "absent") and condition == WORKS:
        if not sees_file and redis:
            in_order = redis.in_order_since(begin, end)
            if in_order is None:
                return None
            since = max(since, in_order)
        return Wrong(f"{verdict} of a working service", begin - since, UNHEALTHY_LIMIT)
    return None


@dataclass
class Part:
    """A member of a fleet, as far as the fleet's verdict is concerned."""

    history: History
    silent_since: float = float("inf")  # no process of it beats; infinite: one does
    has_left: bool = False  # a replica that stopped cleanly, while another one is there
    is_alone: bool = True  # one process writes its key


def judge_fleet(passes, parts, redis, begin, end, has_right_clocks=True):
    """The same for the exit status of a whole fleet.

    Redis cannot know of a service that was silent when it was emptied. While its roster is young
    no fleet passes; but the age of the roster is that of its writers' clocks.
    """
    young = redis.is_young(begin)
    conditions = [(*part.history.through(begin, end), part) for part in parts if not part.has_left]
    if passes:
        dead = [
            begin - redis.last_beat(condition, since)
            for condition, since, part in conditions
            if condition in LAST_HEALTHY
            and (part.silent_since > redis.emptied[-1] or (young and has_right_clocks))
        ]
        return Wrong("a fleet passes with a dead service", max(dead), HEALTHY_LIMIT) if dead else None
    in_order = redis.in_order_since(begin, end)
    is_sound = all(condition == WORKS and part.is_alone for condition, _, part in conditions)
    if in_order is None or not is_sound or young:
        return None
    since = max([in_order, *(since for _, since, _ in conditions)])
    return Wrong("a working fleet fails", begin - since, FLEET_LIMIT)
