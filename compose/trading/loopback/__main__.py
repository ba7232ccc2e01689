"""The commands of scripts/trading."""

from __future__ import annotations

import argparse
import difflib
import pathlib
import shutil
import sys
import time

from faults import faults
from stack import Stack


def say(text: str) -> None:
    print(f"trading: {text}", flush=True)


def fail(text: str) -> int:
    print(f"trading: {text}", file=sys.stderr)
    return 1


def up(stack: Stack) -> int:
    began = time.monotonic()
    if stack.processes.names():
        return fail(f"it is up, or was not ended by `down`: {stack.folder}")
    stack.up(say)
    while waits := [name for name in stack.services if stack.probe(name, "-q").returncode]:
        ended = [name for name in stack.services if stack.processes.pid(name) is None]
        if ended or time.monotonic() > began + 90:
            status(stack)
            for name in ended or waits:
                print(f"--- {name}{' has ended' if name in ended else ''}: {log_end(stack, name)}", file=sys.stderr)
            return fail(f"not healthy; the logs are in {stack.folder}/run; `heal NAME:kill` starts a service again")
        time.sleep(1)
    status(stack)
    say(f"up after {time.monotonic() - began:.0f} s; http://{stack.board}/ shows it, http://{stack.api}/signals answers")
    say("break something: scripts/trading break kite:403")
    return 0


def log_end(stack: Stack, name: str) -> str:
    lines = (stack.folder / "run" / f"{name}.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-3:])


def status(stack: Stack) -> int:
    answers = [stack.probe(name) for name in stack.services]
    for answer in answers:
        print(answer.stdout, end="")
    return max(answer.returncode for answer in answers)


def names(stack: Stack) -> str:
    known = faults(stack)
    kinds = sorted({key.partition(":")[2] for key in known if key.partition(":")[0] in stack.services})
    lines = [f"  {key:22} {fault.words}" for key, fault in known.items() if key.partition(":")[0] not in stack.services]
    return "\n".join(["break NAME, heal NAME:", *lines, f"  SERVICE:KIND           {', '.join(kinds)}"])


def change(stack: Stack, command: str, name: str) -> int:
    known = faults(stack)
    if name not in known:
        close = difflib.get_close_matches(name, known)
        hint = f"; did you mean {close[0]}?" if close else ""
        return fail(f"no fault '{name}'{hint}\n{names(stack)}")
    fault = known[name]
    if command == "break":
        fault.break_()
        say(fault.words + ("; it is over, or ends by itself" if fault.heal is None else f"; scripts/trading heal {name} ends it"))
    elif fault.heal is None:
        say("nothing to heal: it is over, or ends by itself")
    else:
        fault.heal()
        say("healed")
    return 0


def holds_other_files(folder: pathlib.Path) -> bool:
    return folder.exists() and any(folder.iterdir()) and not (folder / "ports.json").exists()


def main() -> int:
    parser = argparse.ArgumentParser(prog="trading")
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("command", choices=["up", "status", "break", "heal", "down"])
    parser.add_argument("name", nargs="?", default="")
    options = parser.parse_args()
    if options.command != "up" and not (options.folder / "ports.json").exists():
        return fail("it is not up")
    if options.command == "up" and holds_other_files(options.folder):
        return fail(f"{options.folder} holds other files, which `down` would remove: name an empty or a new folder")
    stack = Stack(options.folder, options.build)
    if options.command == "up":
        return up(stack)
    if options.command == "status":
        return status(stack)
    if options.command == "down":
        stack.down()
        shutil.rmtree(options.folder)
        say("down")
        return 0
    return change(stack, options.command, options.name)


if __name__ == "__main__":
    sys.exit(main())
