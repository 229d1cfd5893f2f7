#!/usr/bin/env python3
"""Prints the code of an MFA device of a world, as a program that a person has for this would.

    device.py WORLD SERIAL [--log FILE] [--at FILE] [--step N]

FILE of --log gets a line for each run: its process, and the serial. Codes of AWS count for the step before and after too,
so with --at each run prints the first of those three that no run with the same FILE has printed; the last one again if there
is none. --step N prints that of another step, counted from now.
"""

import argparse
import fcntl
import json
import os
import pathlib
import time

from world import STEP, Device


def unused(path, now):
    """The first step that no other run has taken."""
    with open(path, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        used = {int(line) for line in file}
        # The step before may be over when the code arrives, so it comes last.
        step = next((step for step in (now, now + 1, now - 1) if step not in used), now + 1)
        file.write("%d\n" % step)
    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=pathlib.Path)
    parser.add_argument("serial")
    parser.add_argument("--log", type=pathlib.Path)
    parser.add_argument("--at", type=pathlib.Path)
    parser.add_argument("--step", type=int, default=0)
    options = parser.parse_args()
    if options.log:
        with open(options.log, "a", encoding="utf-8") as file:
            file.write("%d %s\n" % (os.getppid(), options.serial))
    users = json.loads(options.world.read_text(encoding="utf-8"))["users"]
    devices = {device["serial"]: device for user in users for device in user.get("mfa", ())}
    now = int(time.time() // STEP)
    step = unused(options.at, now) if options.at else now + options.step
    print(Device(devices[options.serial]["secret"]).code(step))


if __name__ == "__main__":
    main()
