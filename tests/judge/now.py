#!/usr/bin/env python3
"""Asks botocore what the next `aws` call of a shell would be, and compares awsenv's answers.

    now.py BINARY [--seed TEXT] [--count N] [--jobs N] [--only N]

Each case is a random HOME and environment (`generate.py`). In most, a shell evals `awsenv use` first, and its
environment is changed by hand afterwards. botocore, with the look-ups of AWS CLI v2, then resolves the whole environment
without a named profile. `current --json`, the active row of `list --json` and `explain --json` must say the same, and
botocore must find the same once more in the environment that `exec` without a name gives to a program.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import botocore

from generate import chains, moved
from judge import STATIC, arguments, botocore_says, in_parts, lay_out, run, shown_case, stand_in_for_the_world

PAST, FUTURE = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"

# Where AWS is asked for keys: nothing answers.
NOWHERE = {name: "http://127.0.0.1:9" for name in ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC")}


def use(r, names):
    """A line that switches the shell, and the name that it names."""
    name = r.choice(names)
    style = r.choice(["", "", "--name", "--keys", "--keys", "--region eu-north-1"])
    return 'eval "$("$AWSENV" use %s --shell posix -q -- "$NAME" 2>/dev/null)"' % style, name


def change(r, names):
    """A line that changes the environment by hand."""
    name = r.choice(names + ["nowhere", ""])
    pair = "export AWS_ACCESS_KEY_ID=AKIAHAND AWS_SECRET_ACCESS_KEY=by-hand"
    return r.choice([
        "export AWS_PROFILE='%s'" % name.replace("'", "'\\''"),
        "export AWS_DEFAULT_PROFILE='%s'" % name.replace("'", "'\\''"),
        "unset AWS_PROFILE", "unset AWS_DEFAULT_PROFILE", pair, pair + "; unset AWS_PROFILE",
        "export AWS_ACCESS_KEY_ID=AKIAHAND", "export AWS_ACCESS_KEY_ID=", "unset AWS_ACCESS_KEY_ID",
        "export AWS_SECRET_ACCESS_KEY=by-hand", "unset AWS_SECRET_ACCESS_KEY", "unset AWS_SESSION_TOKEN",
        "export AWS_SESSION_TOKEN=by-hand", "export AWS_SECURITY_TOKEN=by-hand",
        "export AWS_REGION=by-hand-1", "export AWS_DEFAULT_REGION=by-hand-2", "export AWS_REGION=",
        "unset AWS_REGION AWS_DEFAULT_REGION", "unset AWS_REGION",
        "export AWS_CREDENTIAL_EXPIRATION=" + PAST, "export AWS_CREDENTIAL_EXPIRATION=" + FUTURE,
        "export AWS_ACCOUNT_ID=444455556666",
        "export AWS_ROLE_ARN=arn:aws:iam::1:role/hand AWS_WEB_IDENTITY_TOKEN_FILE=/var/hand",
        "export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9/hand",
    ])


def shell_of(r, binary, case, env):
    """The environment of a shell after up to two uses and some changes."""
    names = [line.strip("[]").split(" ", 1)[-1].strip('"') for line in (
        (case["config"] or b"") + b"\n" + (case["credentials"] or b"")).decode().split("\n") if line.startswith("[")]
    names = [name for name in dict.fromkeys(names) if "'" not in name] or ["default"]
    lines = []
    for _ in range(r.choice([0, 1, 1, 1, 2])):
        line, name = use(r, names)
        lines += ["NAME='%s'" % name, line]
    for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
        lines.append(change(r, names))
    script = "\n".join(lines + ["unset NAME", "exec env -0"])
    done = subprocess.run(["/bin/sh", "-c", script], env={**env, **NOWHERE, "AWSENV": binary}, capture_output=True, timeout=60, check=True)
    pairs = [entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry]
    after = {os.fsdecode(name): os.fsdecode(value) for name, value in pairs}
    for name in ("AWSENV", "PWD", "OLDPWD", "_", "SHLVL", *NOWHERE):
        after.pop(name, None)
    return after, lines


def id_of(chain):
    return chain[0].get("access_key_id") if chain and chain[0]["kind"] in STATIC else None


def document(binary, env, *words):
    done = subprocess.run([binary, *words], env=env, capture_output=True, timeout=60, check=False)
    return json.loads(done.stdout.decode()), done.returncode


def wrongs(binary, case, env):
    """What awsenv says otherwise than botocore does."""
    theirs = botocore_says(case, env)["explain"]
    current, status = document(binary, env, "current", "--json")
    failed = current.get("error", {}).get("kind")
    if "error" in theirs:
        if failed not in theirs["error"] or status != 1:
            yield "current", theirs, current
        explained = run(binary, env, "explain", "--json")
        if explained.get("error") not in theirs["error"] and "AWSENV_STATE" not in env:
            yield "explain", theirs, explained
        return
    listed = [entry["name"] for entry in run(binary, env, "list", "--json")]
    base = theirs["chain"][0]["kind"] if theirs["chain"] else None
    # All keys of a `use`, and no name beside them: the profile is the one that it named.
    intact = base == "env" and env.get("AWSENV_EXPECT") == ":" + env["AWS_ACCESS_KEY_ID"] and "AWS_PROFILE" not in env and "AWS_DEFAULT_PROFILE" not in env and current.get("profile") is not None \
        and current["profile"] == current["used"]
    name = theirs["profile"] if theirs["profile"] in listed or theirs["profile"] != "default" else None
    if intact:
        name = current["profile"]
    expected = {"profile": name, "region": theirs["region"], "credentials": theirs["credentials"], "access_key_id": id_of(theirs["chain"])}
    if theirs["chain"] or name is not None:
        found = {key: current.get(key) for key in expected}
        if found != expected:
            yield "current", expected, current
    elif failed != "failed":
        yield "current", None, current
    over = env.get("AWS_CREDENTIAL_EXPIRATION") == PAST and theirs["credentials"] == "env"
    failure = current.get("error", {}).get("message", "")
    empty = "empty key" in failure
    # botocore looks for the token only when it needs it.
    is_out = base == "sso" and "you are not signed in" in failure
    # Nor does it make an address of the region.
    is_nowhere = theirs["region"] == "" and "the region is empty" in failure
    # Nor does it run a program or read a token before that: what cannot be run or read is judged in tests/integration.
    foreseen = ("which does not exist, so no SDK", "is not on the PATH, so no SDK", "the token file `", "cannot work: ",
                "is temporary, and", "do not expand, so they get no keys", "the role cannot be assumed: ", "part of the value of `")
    is_foreseen = any(words in failure for words in foreseen)
    if (status == 0) != (bool(theirs["chain"]) and not over) and not empty and not is_out and not is_nowhere and not is_foreseen:
        yield "status", status, current
    active = [entry["name"] for entry in run(binary, env, "list", "--json") if entry["active"]]
    if active != [entry for entry in listed if entry == name]:
        yield "list", name, active
    explained = run(binary, env, "explain", "--json")
    region = explained.get("region")
    if "error" in explained or explained["profile"] != (name or "default") \
            or (region and region["value"]) != theirs["region"] \
            or not intact and (explained["credentials"], id_of(explained["chain"])) != (theirs["credentials"], id_of(theirs["chain"])):
        if not (intact and "error" in explained):
            yield "explain", theirs, explained
    # exec gets the keys itself for a name that only botocore can read, and where they take a code; the program of a process
    # is made up, nothing answers where roles are asked for, and nobody has codes.
    done = subprocess.run([binary, "exec", "-q", "--", "/usr/bin/env", "-0"], env={**env, **NOWHERE}, capture_output=True, timeout=60, check=False)
    is_got = theirs["credentials"] == "custom-process" or \
        theirs["credentials"] in ("assume-role", "sso") and not re.fullmatch(r"[A-Za-z0-9_./%@:+-]+", theirs["profile"])
    is_coded = "mfa_serial" in theirs["settings"] or any(step.get("mfa_serial") is not None for step in theirs["chain"])
    if not theirs["chain"] or over or empty or (is_got or is_coded) and done.returncode == 1:
        return
    pairs = [entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry]
    pairs = [pair for pair in pairs if os.fsdecode(pair[0]) not in NOWHERE]
    inside = botocore_says(case, {os.fsdecode(name): os.fsdecode(value) for name, value in pairs})["explain"]
    # Without a name, the region of `default` counts where the environment has none.
    same = inside.get("region") == theirs["region"] or not theirs["region"] and inside["profile"] == "default"
    if "error" in inside or not same or id_of(inside["chain"]) != id_of(theirs["chain"]) \
            or [step for step in inside["chain"] if step["kind"] not in STATIC] != \
            [step for step in theirs["chain"] if step["kind"] not in STATIC]:
        yield "exec", theirs, [inside, done.returncode, done.stderr.decode("utf-8", "replace")]


def contest(job):
    binary, seed, numbers = job
    stand_in_for_the_world()
    own = dict(os.environ)
    failures = []
    tally = {"used": 0, "other": 0}
    for number in numbers:
        r = random.Random("now/%s/%d" % (seed, number))
        case = chains(r)
        moved(r, case)
        case["profile"] = None
        home = os.path.realpath(tempfile.mkdtemp(prefix="awsenv-judge-"))
        try:
            env, lines = shell_of(r, binary, case, lay_out(case, home))
            tally["used" if "AWSENV_STATE" in env else "other"] += 1
            for what, theirs, ours in wrongs(binary, case, env):
                failures.append("case %s/%d: %s\n%s\n%s: %s\nawsenv: %s\n%s\n" % (
                    seed, number, shown_case(case), "\n".join(lines), what, json.dumps(theirs), json.dumps(ours),
                    json.dumps({name: env[name] for name in sorted(env) if name.startswith("AWS") and name != "AWSENV_STATE"})))
        finally:
            os.environ.clear()
            os.environ.update(own)
            shutil.rmtree(home, ignore_errors=True)
    return failures, tally


def main():
    options = arguments(__doc__, 300).parse_args()
    failures, total = in_parts(contest, options)
    print("botocore %s, seed %s: %d shells after `use`, %d others, %d answers differ" % (
        botocore.__version__, options.seed, total["used"], total["other"], len(failures)))
    return 0 if total["used"] and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
