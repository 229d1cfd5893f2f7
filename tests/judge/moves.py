#!/usr/bin/env python3
"""Moves the keys of random files into awsenv's encrypted files and back, and checks the result with botocore.

    moves.py BINARY [--seed TEXT] [--count N] [--jobs N] [--only N]

For each case `key import --all --any-shape` takes what it can. botocore must get the same for each profile before and
after: the same key, by the same chain of roles, or the same error; only the source of the key may change. Then
`key restore` must restore both files byte for byte. A difference is printed in full and makes the status 1, as it does
if no key was moved.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import botocore
import botocore.session

import judge
from generate import case_of

FILES = ("config", "credentials")
# How many profiles of a case are checked.
MOST = 8


def persons(env):
    """What botocore gets for each profile."""
    os.environ.clear()
    os.environ.update(env)
    try:
        names = list(botocore.session.Session().full_config["profiles"])[:MOST]
    except Exception as error:  # noqa: BLE001: every error is an answer
        return {"": judge.kind_of(error)}
    return {name: person(name) for name in names}


def person(name):
    judge.Popen.argv = None
    try:
        credentials = botocore.session.Session(profile=name).get_credentials()
        chain = judge.chain_of(credentials)
        if not chain:
            return chain
        base = chain[0]
        if base["kind"] in judge.STATIC:
            while hasattr(credentials, "_refresh_using"):
                refresh = credentials._refresh_using
                credentials = getattr(refresh, "_refresh", refresh).__self__._source_credentials
            parts = [credentials.access_key, credentials.secret_key, credentials.token]
            return [parts] + chain[1:]
        return [from_process(base) or base] + chain[1:]
    except Exception as error:  # noqa: BLE001
        return judge.kind_of(error)


def from_process(base):
    """The key that awsenv's own line provides, in the form it has in a file."""
    words = base.get("argv") or []
    if base["kind"] != "custom-process" or "credential-process" not in words:
        return None
    done = subprocess.run(words, capture_output=True, check=False, timeout=60)
    if done.returncode:
        return ["status %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace"))]
    keys = json.loads(done.stdout)
    return [keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken")]


def contents(home):
    found = {}
    for folder, _, names in os.walk(home):
        if os.sep + "state" not in folder:
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, home)] = file.read().decode("utf-8", "surrogateescape")
    return found


def move(binary, home, case):
    """The failure of a case if there is one, and the number of moved keys."""
    env = judge.lay_out(case, home)
    env.update({"PATH": os.path.dirname(binary) + ":/usr/bin:/bin", "AWSENV_KEYCHAIN": "file",
                "XDG_STATE_HOME": os.path.join(home, "state")})
    own = dict(os.environ)

    def awsenv(*words):
        return subprocess.run([binary, *words], env=env, capture_output=True, timeout=60, check=False)

    try:
        awsenv("key", "unlock", "--no-passphrase").check_returncode()
        files, before = contents(home), persons(env)
        imported = awsenv("key", "import", "--all", "--yes", "--any-shape")
        said = imported.stderr.decode("utf-8", "replace")
        after = persons(env)
        if imported.returncode not in (0, 1) or imported.stdout or "internal error" in said:
            return "import: status %d\n%s" % (imported.returncode, said), 0
        if before != after:
            changed = {name: (before.get(name), after.get(name)) for name in {*before, *after} if before.get(name) != after.get(name)}
            return "an import changed who is who: %s\n%s\n%s" % (json.dumps(changed), said, json.dumps(contents(home), indent=1)), 0
        moved = [key["profile"] for key in json.loads(awsenv("key", "list", "--json").stdout)]
        for name in moved:
            restored = awsenv("key", "restore", "--", name)
            if restored.returncode:
                return "restore of %r: %s" % (name, restored.stderr.decode("utf-8", "replace")), 0
        back = contents(home)
        if back != files:
            return "the files are not as they were: %s\nafter the import:\n%s" % (json.dumps(back, indent=1), said), 0
        return None, len(moved)
    finally:
        os.environ.clear()
        os.environ.update(own)


def work(job):
    binary, seed, numbers = job
    judge.stand_in_for_the_world()
    failures, tally = [], {"cases": len(numbers), "moved": 0}
    for number in numbers:
        case = case_of(seed, number)
        home = os.path.realpath(tempfile.mkdtemp(prefix="awsenv-moves-"))
        try:
            failure, count = move(binary, home, case)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        tally["moved"] += count
        if failure:
            failures.append("case %s/%d: %s\n%s\n" % (seed, number, judge.shown_case(case), failure))
    return failures, tally


def main():
    options = judge.arguments(__doc__, 200).parse_args()
    failures, total = judge.in_parts(work, options)
    print("botocore %s, seed %s: %d cases, %d keys moved and put back, %d differ" % (
        botocore.__version__, options.seed, total["cases"], total["moved"], len(failures)))
    return 0 if total["moved"] and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
