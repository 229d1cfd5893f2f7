#!/usr/bin/env python3
"""Compares awsenv with botocore on random files.

    judge.py BINARY [--seed TEXT] [--count N] [--jobs N] [--keep DIR] [--only N]

Each case has its own HOME. botocore resolves it in this process, with the two look-ups that AWS CLI v2 changes
(AWS_PROFILE and AWS_REGION first); nothing is executed or fetched. BINARY answers `list --json` and
`explain [PROFILE] --json` on the same files. A difference is printed in full and makes the status 1.
Needs only botocore.
"""

import argparse
import collections
import json
import locale
import multiprocessing
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import botocore
import botocore.credentials
import botocore.exceptions
import botocore.session
import botocore.utils

from generate import case_of

# What may be shown as an access key id; short ones are those of examples.
ID = re.compile("([A-Za-z0-9_]{16,128}|(AKIA|ASIA)[A-Z0-9]{0,11})?")
SECRET_KEYS = ("aws_secret_access_key", "aws_session_token", "aws_security_token")
AS_CLI_V2 = {
    "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
    "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
}
FAKE = {"AccessKeyId": "fake", "SecretAccessKey": "fake", "Token": "fake", "Expiration": "2999-01-01T00:00:00Z"}


class Popen:
    """Records the words of a credential_process without running it."""

    argv = None
    returncode = 0

    def __init__(self, argv, **_):
        if not argv:
            raise IndexError("no program")
        Popen.argv = argv

    def communicate(self):
        return json.dumps({"Version": 1, **FAKE, "Expiration": None}).encode(), b""


def stand_in_for_the_world():
    """Replaces everything that would run a program or ask a server."""
    process = botocore.credentials.ProcessProvider
    process.__init__.__defaults__ = (Popen,)

    if botocore.credentials.EC is None:
        botocore.credentials.EC = object  # without awscrt the login provider gives up before it looks for its cache

    named = []
    sourcer = botocore.credentials.CanonicalNameCredentialSourcer
    load = sourcer.source_credentials

    def source_credentials(self, name):
        named.append(name)
        try:
            return load(self, name)
        finally:
            named.pop()

    sourcer.source_credentials = source_credentials

    def instance(self):
        # Only a profile that names it gets an answer; at the end of the search there is no server, as on a desktop.
        if self._disabled or not named:
            return {}
        return {"role_name": "r", "access_key": "fake", "secret_key": "fake", "token": "fake", "expiry_time": FAKE["Expiration"]}

    botocore.utils.InstanceMetadataFetcher.retrieve_iam_role_credentials = instance

    def container(self, full_url, headers=None):
        self._validate_allowed_url(full_url)
        return FAKE

    botocore.utils.ContainerMetadataFetcher.retrieve_full_uri = container


def lay_out(case, home):
    os.makedirs(os.path.join(home, ".aws"))
    for name in ("config", "credentials"):
        if case[name] is not None:
            with open(os.path.join(home, ".aws", name), "wb") as out:
                out.write(case[name])
    for path, text in case["files"].items():
        path = os.path.join(home, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(text.encode("utf-8", "surrogateescape"))
    env = {"HOME": home, "PATH": "/usr/bin:/bin"}
    env.update({name: value.replace("{HOME}", home) for name, value in case["env"].items()})
    return env


# ------------------------------------------------------------------------------------------------ botocore's answer


def kind_of(error):
    """The documented kind of an error from botocore."""
    name = type(error).__name__
    if isinstance(error, botocore.exceptions.PartialCredentialsError):
        return "invalid-config" if error.kwargs["provider"] == "assume-role" else "partial-credentials"
    if isinstance(error, botocore.exceptions.CredentialRetrievalError):
        return "credential-source-empty"
    if isinstance(error, KeyError):
        # Half a pair in AWS_CREDENTIAL_FILE; else a login cache that is not JSON.
        return "partial-credentials" if error.args == ("AWSSecretKey",) else "credentials"
    return {
        "ConfigParseError": "config-parse",
        "ConfigNotFound": "config-parse",
        "InfiniteLoopConfigError": "infinite-loop",
        "LoginTokenLoadError": "credentials",
        "ProfileNotFound": "profile-not-found",
    }.get(name, "invalid-config")


def kept(step):
    """A step without values that are absent or must not be shown."""
    visible = {key: shown(key, value) if isinstance(value, str) else value for key, value in step.items()}
    return {key: value for key, value in visible.items() if value is not None}


def chain_of(credentials):
    """The steps, starting with the base."""
    if credentials is None:
        return []
    refresh = getattr(credentials, "_refresh_using", None)
    refresh = getattr(refresh, "_refresh", refresh)
    fetcher = getattr(refresh, "__self__", None)
    if isinstance(fetcher, botocore.credentials.AssumeRoleCredentialFetcher):
        sent = fetcher._assume_kwargs
        made_up = fetcher._using_default_session_name
        return chain_of(fetcher._source_credentials) + [kept({
            "kind": "assume-role",
            "role_arn": sent["RoleArn"],
            "role_session_name": None if made_up else sent["RoleSessionName"],
            "external_id": sent.get("ExternalId"),
            "mfa_serial": sent.get("SerialNumber"),
            "duration_seconds": sent.get("DurationSeconds"),
        })]
    if isinstance(fetcher, botocore.credentials.AssumeRoleWithWebIdentityCredentialFetcher):
        sent = fetcher._assume_kwargs
        made_up = fetcher._using_default_session_name
        return [kept({
            "kind": "assume-role-with-web-identity",
            "role_arn": sent["RoleArn"],
            "role_session_name": None if made_up else sent["RoleSessionName"],
            "token_file": fetcher._web_identity_token_loader._web_identity_token_path,
        })]
    if isinstance(fetcher, botocore.credentials.SSOCredentialFetcher):
        return [kept({
            "kind": "sso",
            "sso_session": fetcher._sso_session_name,
            "sso_start_url": fetcher._start_url,
            "sso_region": fetcher._sso_region,
            "sso_account_id": fetcher._account_id,
            "sso_role_name": fetcher._role_name,
        })]
    if credentials.method in ("container-role", "iam-role"):
        return [{"kind": credentials.method}]
    if credentials.method == "custom-process":
        return [{"kind": credentials.method, "argv": Popen.argv}]
    # The properties of refreshable credentials would refresh them; the attributes behind them do not.
    parts = [getattr(credentials, name) for name in ("_access_key", "_secret_key", "_token") if hasattr(credentials, name)]
    parts = parts or [credentials.access_key, credentials.secret_key, credentials.token]
    blocks = [part for part in parts if isinstance(part, dict)]
    return [{"kind": credentials.method, "access_key_id": blocks[0] if blocks else shown("aws_access_key_id", parts[0])}]


def shown(key, value):
    """A value as `explain` may show it, without anything that is a secret or has swallowed one."""
    if isinstance(value, dict):
        return None if key in SECRET_KEYS else {inner: shown(inner.lower(), text) for inner, text in value.items()}
    if key in SECRET_KEYS or any(secret in value.lower() for secret in SECRET_KEYS):
        return None
    if key == "aws_access_key_id" and not ID.fullmatch(value):
        return None
    return value


def hidden(theirs, ours):
    """botocore's answer without the values of several lines that awsenv hides: a further line may hold a secret."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        may_miss = {key for key, value in theirs.items() if isinstance(value, str) and "\n" in value}
        return {key: hidden(value, ours.get(key)) for key, value in theirs.items()
                if not (key in may_miss and key not in ours)}
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [hidden(one, other) for one, other in zip(theirs, ours)]
    if isinstance(theirs, str) and "\n" in theirs and ours is None:
        return None
    return theirs


def nested(value):
    """Whether a value that should be text is a block of indented lines."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for step in value for item in step.values())
    return isinstance(value, dict)


def botocore_says(case, env):
    os.environ.clear()
    os.environ.update(env)
    Popen.argv = None
    session = botocore.session.Session(session_vars=AS_CLI_V2, profile=case["profile"])
    try:
        profiles = session.full_config["profiles"]
    except Exception as error:  # noqa: BLE001: every error is an answer
        return {"list": {"error": [kind_of(error)]}, "explain": {"error": [kind_of(error)]}}
    answer = {"list": list(profiles)}
    try:
        name = session.get_config_variable("profile")
        name = "default" if name is None else name
        region = session.get_config_variable("region")
        try:
            chain = chain_of(session.get_credentials())
        except Exception as error:  # noqa: BLE001
            # awsenv rejects a block in place of text whenever it reads one, botocore only when it uses it.
            blocks = nested(region) or nested(list(profiles.values()))
            answer["explain"] = {"error": [kind_of(error)] + (["invalid-config"] if blocks else [])}
            answer["why"] = repr(error)
            return answer
        if nested(region) or nested(chain):
            answer["explain"] = {"error": ["invalid-config"]}
            return answer
        answer["explain"] = {
            "profile": name,
            "region": None if region is None else shown("region", region),
            "credentials": chain[-1]["kind"] if chain else None,
            "chain": chain,
            "settings": {key: shown(key, value) for key, value in profiles.get(name, {}).items()},
        }
    except Exception as error:  # noqa: BLE001
        answer["explain"] = {"error": [kind_of(error)]}
        answer["why"] = repr(error)
    return answer


# -------------------------------------------------------------------------------------------------- awsenv's answer

STATIC = ("boto-config", "config-file", "ec2-credentials-file", "env", "login", "shared-credentials-file")
STEP_KEYS = {
    "assume-role": ("role_arn", "role_session_name", "external_id", "mfa_serial", "duration_seconds"),
    "assume-role-with-web-identity": ("role_arn", "role_session_name", "token_file"),
    "sso": ("sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"),
    "container-role": (),
    "iam-role": (),
}


def run(binary, env, *words):
    done = subprocess.run([binary, *words], env=env, capture_output=True, timeout=60, check=False)
    try:
        document = json.loads(done.stdout.decode("utf-8"))
    except ValueError as error:
        return {"unreadable": str(error), "status": done.returncode, "stdout": done.stdout.decode("utf-8", "replace"),
                "stderr": done.stderr.decode("utf-8", "replace")}
    if isinstance(document, dict) and "error" in document:
        if done.returncode != 1:
            return {"unreadable": "an error with status %d" % done.returncode}
        return {"error": document["error"]["kind"], "message": document["error"]["message"]}
    if done.returncode != 0:
        return {"unreadable": "no error, but status %d" % done.returncode}
    return document


def step_of(step):
    kind = step["kind"]
    if kind in STATIC:
        return {"kind": kind, "access_key_id": step["access_key_id"]}
    if kind == "custom-process":
        return {"kind": kind, "argv": shlex.split(step["command"])}
    return kept({"kind": kind, **{key: step[key] for key in STEP_KEYS[kind]}})


def awsenv_says(binary, case, env):
    answer = {}
    listed = run(binary, env, "list", "--json")
    answer["list"] = [entry["name"] for entry in listed if entry["kind"] != "boto"] if isinstance(listed, list) else listed
    words = ["explain", "--json"] + ([] if case["profile"] is None else ["--", case["profile"]])
    found = run(binary, env, *words)
    if "chain" not in found:
        answer["explain"] = found
        return answer
    region = found["region"]
    answer["explain"] = {
        "profile": found["profile"],
        "region": None if region is None else region["value"],
        "credentials": found["credentials"],
        "chain": [step_of(step) for step in found["chain"]],
        "settings": {setting["key"]: setting["value"] for setting in found["settings"]},
    }
    wrong = [place for place in misplaced(found, env)]
    if wrong:
        answer["misplaced"] = wrong
    return answer


def misplaced(found, env):
    """Settings whose line does not begin with their key, and regions with the wrong source."""
    lines = {}
    for setting in found["settings"]:
        path = setting["file"]
        if path not in lines:
            with open(path, encoding="utf-8") as text:
                lines[path] = text.read().split("\n")
        line = lines[path][setting["line"] - 1]
        if not line.strip().lower().startswith(setting["key"]):
            yield [setting, line]
    region = found["region"]
    if region is not None:
        from_env = "AWS_REGION" in env or "AWS_DEFAULT_REGION" in env
        if region["source"] != ("environment" if from_env else "profile"):
            yield region


# ------------------------------------------------------------------------------------------------------- the contest


def agree(theirs, ours):
    if "misplaced" in ours:
        return False
    for part in ("list", "explain"):
        if isinstance(theirs[part], dict) and "error" in theirs[part]:
            if not isinstance(ours[part], dict) or ours[part].get("error") not in theirs[part]["error"]:
                return False
        elif theirs[part] != ours[part]:
            return False
    return True


def shown_case(case):
    text = {name: data if data is None else data.decode("utf-8", "surrogateescape") for name, data in case.items()
            if name in ("config", "credentials")}
    return json.dumps({**case, **text}, ensure_ascii=True, indent=1)


def contest(job):
    binary, seed, numbers, keep = job
    stand_in_for_the_world()
    own = dict(os.environ)
    failures = []
    tally = {"resolved": 0, "refused": 0}
    for number in numbers:
        case = case_of(seed, number)
        home = os.path.realpath(tempfile.mkdtemp(prefix="awsenv-judge-"))
        try:
            env = lay_out(case, home)
            theirs = botocore_says(case, env)
            os.environ.clear()
            os.environ.update(own)
            ours = awsenv_says(binary, case, env)
            tally["refused" if "error" in theirs["explain"] else "resolved"] += 1
            if not agree(hidden(theirs, ours), ours):
                failures.append("case %s/%d: %s\nbotocore: %s\nawsenv:   %s\n" % (
                    seed, number, shown_case(case), json.dumps(theirs), json.dumps(ours)))
                if keep:
                    shutil.copytree(home, os.path.join(keep, "%s-%d" % (seed, number)), dirs_exist_ok=True)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    return failures, tally


def arguments(doc, count):
    """The parser of a judge's arguments, with the number of cases that it takes if none is given."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, metavar="N", help="one case by its number")
    return parser


def in_parts(contest, options, *more):
    """Runs `contest((binary, seed, numbers, *more))` in several processes and prints the first failures. Each returns
    its failures and its tally. Returns all failures, and the tallies added up."""
    if locale.getpreferredencoding(False).lower() not in ("utf-8", "utf8"):
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.argv])
    numbers = range(options.count) if options.only is None else [options.only]
    binary = os.path.abspath(options.binary)
    jobs = [(binary, options.seed, numbers[part::options.jobs], *more) for part in range(options.jobs)]
    failures, total = [], collections.Counter()
    with multiprocessing.Pool(options.jobs) as pool:
        for found, tally in pool.imap(contest, jobs):
            failures.extend(found)
            total.update(tally)
    for failure in failures[:20]:
        print(failure)
    return failures, total


def main():
    parser = arguments(__doc__, 2000)
    parser.add_argument("--keep", metavar="DIR")
    options = parser.parse_args()
    failures, total = in_parts(contest, options, options.keep)
    print("botocore %s, seed %s: %d cases, %d resolved, %d refused, %d differ" % (
        botocore.__version__, options.seed, sum(total.values()), total["resolved"], total["refused"], len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
