#!/usr/bin/env python3
"""Checks edits of config files by what botocore reads before and after.

    edits.py make DIR --seed TEXT --count N     writes files N.before, as odd as those of judge.py
    edits.py judge DIR                          reads N.before, N.after, and the intended edits from N.json

botocore must read what was intended, and everything else as before. Needs only botocore.
"""

import argparse
import configparser
import json
import os
import sys

import botocore.configloader
import botocore.exceptions

from generate import case_of


def make(folder, seed, count):
    for number in range(count):
        case = case_of(seed, number)
        text = case["config"] if number % 3 else case["credentials"]
        with open(os.path.join(folder, "%d.before" % number), "wb") as out:
            out.write(text or b"")


def read(path):
    return botocore.configloader.raw_config_parse(path)


def defaults(path):
    parser = configparser.RawConfigParser()
    parser.read([path])
    return set(parser.defaults())


def mean(config, edit):
    """Changes the values that were read as the edit changes the file."""
    what, header = edit["edit"], edit["section"]
    if what == "add-section":
        config[header] = {}
    elif what == "remove-section":
        del config[header]
    elif what == "set":
        config[header][edit["key"]] = edit["value"]
    elif what in ("remove", "comment"):
        config[header].pop(edit["key"], None)
    elif what == "replace":
        del config[header][edit["key"]]
        config[header][edit["by"]] = edit["value"]
    elif what == "set-nested":
        block = config[header].get(edit["key"])
        if not isinstance(block, dict):
            block = config[header][edit["key"]] = {}
        block[edit["nested"]] = edit["value"]
    elif what == "remove-nested":
        block = config[header][edit["key"]]
        del block[edit["nested"]]
        if not block:
            del config[header][edit["key"]]
    else:
        raise ValueError(what)


def judge(folder):
    tally = {"edited": 0, "refused": 0}
    wrong = []
    for number in range(len([name for name in os.listdir(folder) if name.endswith(".before")])):
        before, after, meant = (os.path.join(folder, "%d.%s" % (number, end)) for end in ("before", "after", "json"))
        try:
            config = read(before)
        except botocore.exceptions.ConfigParseError:
            tally["refused"] += 1
            if os.path.exists(after):
                wrong.append("%d: botocore refuses the file, awsenv edited it" % number)
            continue
        if not os.path.exists(after):
            wrong.append("%d: botocore reads the file, awsenv did not edit it" % number)
            continue
        with open(meant, encoding="utf-8") as text:
            edits = json.load(text)
        inherited = defaults(before)
        for edit in edits:
            mean(config, edit)
        found = read(after)
        # Inherited values show through once the section's own are gone.
        hidden = {edit["section"]: inherited for edit in edits}
        for header in hidden:
            for side in (config, found):
                for key in hidden[header]:
                    side.get(header, {}).pop(key, None)
        if config != found:
            with open(before, "rb") as old, open(after, "rb") as new:
                wrong.append("%d: %r\n%r\n%r\nmeant %r\nread  %r" % (number, edits, old.read(), new.read(), config, found))
        tally["edited"] += 1
    for line in wrong:
        print(line)
    print("%(edited)d edited files read by botocore, %(refused)d refused" % tally)
    return 1 if wrong or not tally["edited"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("make", "judge"))
    parser.add_argument("folder")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=300)
    args = parser.parse_args()
    if args.what == "make":
        make(args.folder, args.seed, args.count)
        return 0
    return judge(args.folder)


if __name__ == "__main__":
    sys.exit(main())
