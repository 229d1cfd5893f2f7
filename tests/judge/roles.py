#!/usr/bin/env python3
"""Has botocore and awsenv assume the roles of random profiles at the stand-in for AWS, and compares their requests.

    roles.py BINARY [--seed TEXT] [--count N] [--jobs N]

Each case is four profiles that may be the sources of each other, with roles, MFA devices, keys in either file and in the
environment. Both have to end up as the same caller, by requests with the same fields, in the same region, with the same keys
at the start; or both have to fail. Where awsenv shares a session among the roles of a user, which botocore does not, only
the callers have to be the same, and no code may be sent but for that session. Left out is what awsenv decides otherwise:
calls without a region, and more than an hour for a caller with temporary keys.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import botocore
import botocore.loaders
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACCOUNT = "123456789012"
KEYS = [("AKIARZPUZDIKJLTGEFZP", "FE/ypEY/sOOpqHl48OuvAZ7VVT6B14ICUj2fpTM2"), ("AKIARZPUZDIKJLTGEFZQ", "FE/ypEY/sOOpqHl48OuvAZ7VVT6B14ICUj2fpTM3")]
NAMES = ["p", "q", "r", "s"]
REGIONS = ["eu-west-1", "us-east-1", "us-west-2"]
ROLES = ["A", "path/B", "C", "D"]
DEVICES = ["arn:aws:iam::%s:mfa/one" % ACCOUNT, "GAHT12345678"]
# That no user has, or that nobody can have.
NO_DEVICES = ["arn:aws:iam::%s:mfa/none" % ACCOUNT, "arn:aws:iam::%s:u2f/user/x/key" % ACCOUNT, "x"]


def world():
    trust = [{"principals": ["arn:aws:iam::%s:root" % ACCOUNT]}]
    devices = [{"serial": serial, "untimed": True} for serial in DEVICES]
    users = [{"arn": "arn:aws:iam::%s:user/%s" % (ACCOUNT, key), "keys": [{"id": key, "secret": secret}], "mfa": devices} for key, secret in KEYS]
    guarded = [{**trust[0], "mfa": True}]
    roles = [{"arn": "arn:aws:iam::%s:role/%s" % (ACCOUNT, name), "trust": guarded if name == "D" else trust} for name in ROLES]
    return {"regions": REGIONS + ["eu-central-1"], "users": users, "roles": roles}


def case(r):
    """The two files, and variables."""
    config, credentials = {}, {}
    for at, name in enumerate(NAMES):
        lines = config[name] = {}
        if r.random() < 0.8 - at / 5 or at == 0:
            lines["role_arn"] = "arn:aws:iam::%s:role/%s" % (ACCOUNT, r.choice(ROLES if r.random() < 0.5 else ROLES[:-1]))
            kind = r.random()
            if kind < 0.83 or kind > 0.98:
                lines["source_profile"] = r.choice(NAMES[at + 1:] or NAMES if r.random() < 0.9 else NAMES)
            if 0.83 < kind < 0.96 or kind > 0.98:
                lines["credential_source"] = "Environment" if r.random() < 0.9 else r.choice(["environment", "Nope"])
            if r.random() < 0.3:
                lines["external_id"] = r.choice(["ext", "a:b/c", "x=y&z"] if r.random() < 0.9 else ["é", "with blank", "x"])
            if r.random() < 0.4:
                lines["role_session_name"] = r.choice(["me", "a.b@c", "x=1,2"] if r.random() < 0.9 else ["a b", "x"])
            if r.random() < 0.3:
                lines["duration_seconds"] = r.choice(["900", "3600", "x", "1200", "03600", "+3600"] if r.random() < 0.9 else ["899", "-1"])
        if r.random() < 0.6 or at == 0:
            lines["region"] = r.choice(REGIONS)
        if r.random() < (0.15 if "role_arn" in lines else 0.95):
            key, secret = r.choice(KEYS)
            place = r.choice([lines, credentials.setdefault(name, {})])
            place["aws_access_key_id"] = key
            if r.random() < 0.96:
                place["aws_secret_access_key"] = secret
    for lines in config.values():
        # AWS takes a code only from a user; the last of the roles asks for one.
        is_outer = "role_arn" in config.get(lines.get("source_profile"), {})
        if r.random() < (0.05 if is_outer else 0.9 if lines.get("role_arn", "").endswith("D") else 0.3):
            lines["mfa_serial"] = r.choice(DEVICES if r.random() < 0.95 else NO_DEVICES)
    env = {}
    if r.random() < 0.8:
        env.update(AWS_ACCESS_KEY_ID=KEYS[1][0], AWS_SECRET_ACCESS_KEY=KEYS[1][1])
    if r.random() < 0.3:
        env["AWS_DEFAULT_REGION"] = "eu-central-1"
    return text(config, "profile "), text(credentials, ""), env


def text(sections, prefix):
    lines = lambda section: "".join("%s = %s\n" % pair for pair in section.items())
    return "".join("[%s%s]\n%s" % (prefix, name, lines(section)) for name, section in sections.items())


class Log:
    """The requests that the stand-in has seen since they were asked for last."""

    def __init__(self, path):
        self.path, self.count = path, 0

    def new(self):
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        new, self.count = lines[self.count:], len(lines)
        return [compared(json.loads(line)) for line in new]


def compared(request):
    """Fields, region of the signature, key of a user, status."""
    authorization = dict(map(tuple, request["headers"]))["authorization"]
    key, _, region = authorization.split("Credential=")[1].split("/")[:3]
    fields = sorted((name, unnamed(value)) for name, value in request["fields"])
    return fields, region, key if key.startswith("AKIA") else "temporary", request["status"]


def action(request):
    return dict(request[0])["Action"]


def has_code(requests):
    return any(name == "TokenCode" for fields, *_ in requests for name, _ in fields)


def unnamed(text):
    """Without a session's name that was made up, and without a code."""
    return re.sub(r"(^|/)(botocore-session-\d+|awsenv-judge|sha256:.*)$", r"\1MADE UP", text)


class Codes:
    """Six digits, other ones each time, for botocore by a question and for awsenv by a program."""

    def __init__(self, directory):
        self.count = 0
        self.program = directory / "code"
        counter = directory / "counter"
        counter.write_text("0", encoding="utf-8")
        self.program.write_text(
            "#!/bin/sh\nread -r n <'%s'\necho $((n + 1)) >'%s'\nprintf '5%%05d\\n' \"$n\"\n" % (counter, counter), encoding="utf-8")
        self.program.chmod(0o755)

    def ask(self, _prompt):
        self.count += 1
        return "4%05d" % self.count


def theirs(loader, codes):
    session = botocore.session.Session(profile="p")
    session.register_component("data_loader", loader)
    # botocore has no other way to be told a code.
    # pylint: disable-next=protected-access
    session.get_component("credential_provider").get_provider("assume-role")._prompter = codes.ask
    try:
        return unnamed(session.create_client("sts").get_caller_identity()["Arn"])
    # Each check of botocore's raises another error.
    except Exception:  # pylint: disable=broad-exception-caught
        return None


def ours(binary, env):
    done = subprocess.run([binary, "whoami", "--json", "p"], env=env, capture_output=True, timeout=60, check=False)
    arn = json.loads(done.stdout.decode()).get("arn")
    return arn and unnamed(arn)


def serve(directory):
    (directory / "world").write_text(json.dumps(world()), encoding="utf-8")
    words = [sys.executable, "-X", "utf8", "-B", str(ROOT / "aws" / "server.py")]
    for name in ("world", "log", "control", "issued"):
        words += ["--" + name, str(directory / name)]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return server, "http://127.0.0.1:%s" % server.stdout.readline().decode().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1, help="ignored: variables are of the process")
    options = parser.parse_args()
    r = random.Random("roles/" + options.seed)
    for name in [name for name in os.environ if name.startswith("AWS") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    directory = pathlib.Path(tempfile.mkdtemp(prefix="awsenv-judge-"))
    server, endpoint = serve(directory)
    loader, failures = botocore.loaders.Loader(), []
    refused = assumed = coded = sessions = 0
    try:
        codes = Codes(directory)
        for name, shared in (("settings", "off"), ("sharing", "on")):
            (directory / name).write_text("sessions = off\nmfa_session = %s\n[mfa]\nprocess = %s\n" % (shared, codes.program), encoding="utf-8")
        os.environ.update(
            HOME=str(directory), USER="judge", AWS_CONFIG_FILE=str(directory / "config"), AWS_ENDPOINT_URL_STS=endpoint,
            AWS_SHARED_CREDENTIALS_FILE=str(directory / "credentials"), AWS_EC2_METADATA_DISABLED="true",
            AWSENV_CONFIG=str(directory / "settings"))
        base, log = dict(os.environ), Log(directory / "log")
        for number in range(options.count):
            config, credentials, env = case(r)
            (directory / "config").write_text(config, encoding="utf-8")
            (directory / "credentials").write_text(credentials, encoding="utf-8")
            os.environ.update(env)
            wanted, their_requests = theirs(loader, codes), log.new()
            for name in env:
                del os.environ[name]
            binary = os.path.abspath(options.binary)
            found, our_requests = ours(binary, {**base, **env}), log.new()
            sharing = {**base, **env, "AWSENV_CONFIG": str(directory / "sharing")}
            shared, shared_requests = ours(binary, sharing), log.new()
            refused += wanted is None
            assumed += len(their_requests) > 2
            coded += bool(wanted) and has_code(their_requests)
            sessions += bool(shared) and action(shared_requests[0]) == "GetSessionToken"
            if shared != wanted or wanted and has_code(shared_requests) and has_code(shared_requests[1:]):
                failures.append("case %d\n%s%s%s\nbotocore %s %s\nsharing  %s %s" % (
                    number, config, credentials, env, wanted, their_requests, shared, shared_requests))
            if found != wanted or wanted and our_requests != their_requests:
                failures.append("case %d\n%s%s%s\nbotocore %s %s\nawsenv   %s %s" % (
                    number, config, credentials, env, wanted, their_requests, found, our_requests))
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(directory, ignore_errors=True)
    for failure in failures[:5]:
        print(failure)
    print("botocore %s, seed %s: %d cases, %d refused, %d chains, %d with a code, %d with a shared session, %d answers differ" % (
        botocore.__version__, options.seed, options.count, refused, assumed, coded, sessions, len(failures)))
    return 1 if failures or not assumed or not coded or not sessions or refused == options.count else 0


if __name__ == "__main__":
    sys.exit(main())
