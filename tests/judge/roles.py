#!/usr/bin/env python3
"""Has botocore and awsenv assume the roles of random profiles at the stand-in for AWS, and compares their requests.

    roles.py BINARY [--seed TEXT] [--count N] [--jobs N]

Each case is four profiles that may be the sources of each other, with roles, keys in either file and in the environment.
Both have to end up as the same caller, by requests with the same fields, in the same region, with the same keys at the
start; or both have to fail. Left out is what awsenv decides otherwise: calls without a region, and more than an hour for a
caller with temporary keys.
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


def world():
    trust = [{"principals": ["arn:aws:iam::%s:root" % ACCOUNT]}]
    users = [{"arn": "arn:aws:iam::%s:user/%s" % (ACCOUNT, key), "keys": [{"id": key, "secret": secret}]} for key, secret in KEYS]
    roles = [{"arn": "arn:aws:iam::%s:role/%s" % (ACCOUNT, name), "trust": trust} for name in ROLES]
    return {"regions": REGIONS + ["eu-central-1"], "users": users, "roles": roles}


def case(r):
    """The two files, and variables."""
    config, credentials = {}, {}
    for at, name in enumerate(NAMES):
        lines = config[name] = {}
        if r.random() < 0.8 - at / 5 or at == 0:
            lines["role_arn"] = "arn:aws:iam::%s:role/%s" % (ACCOUNT, r.choice(ROLES))
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


def unnamed(text):
    """Without a session's name that was made up."""
    return re.sub(r"(^|/)(botocore-session-\d+|awsenv-judge)$", r"\1MADE UP", text)


def theirs(loader):
    session = botocore.session.Session(profile="p")
    session.register_component("data_loader", loader)
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
    loader, failures, refused, assumed = botocore.loaders.Loader(), [], 0, 0
    try:
        (directory / "settings").write_text("sessions = off\n", encoding="utf-8")
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
            wanted, their_requests = theirs(loader), log.new()
            for name in env:
                del os.environ[name]
            found, our_requests = ours(os.path.abspath(options.binary), {**base, **env}), log.new()
            refused += wanted is None
            assumed += len(their_requests) > 2
            if found != wanted or wanted and our_requests != their_requests:
                failures.append("case %d\n%s%s%s\nbotocore %s %s\nawsenv   %s %s" % (
                    number, config, credentials, env, wanted, their_requests, found, our_requests))
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(directory, ignore_errors=True)
    for failure in failures[:5]:
        print(failure)
    print("botocore %s, seed %s: %d cases, %d refused, %d chains, %d answers differ" % (
        botocore.__version__, options.seed, options.count, refused, assumed, len(failures)))
    return 1 if failures or not assumed or refused == options.count else 0


if __name__ == "__main__":
    sys.exit(main())
