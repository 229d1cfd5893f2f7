#!/usr/bin/env python3
"""Has botocore and awsenv read random token files of IAM Identity Center, and compares what they make of them.

    sso.py BINARY [--seed TEXT] [--count N] [--jobs N]

Each case is a file: right ones, and ones with members that are missing, null, of another type, in other letters or unknown,
with odd times, or that are no JSON at all. Every session of one config file has one of them, and `awsenv sso list --json`
has to say of each what botocore does with it: `refreshable` if it asks for a new token once this one is about to end,
`signed_in` if it takes the keys of a role with the token or a new one, `expires` and `registration_expires` at the same second.

awsenv decides otherwise on purpose: it knows members in other letters, as the SDK for Rust does, and it refreshes the token of
a start URL as it does that of a session. botocore gets those as it would know them.

As many files of client registrations as a tenth of that are judged by whether `awsenv login --device` registers another
client. botocore does not read them; the rule is that of version 2 of the AWS CLI.
"""

import argparse
import calendar
import datetime
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import botocore
import botocore.config
import botocore.credentials
import botocore.session
import botocore.tokens
import dateutil.parser
from botocore.awsrequest import AWSResponse

ROOT = pathlib.Path(__file__).resolve().parent.parent
REGION = "eu-west-1"
TOKEN = ("startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "registrationExpiresAt", "refreshToken")
CACHE = pathlib.Path(".aws/sso/cache")
MINUTE = 60
# A registration is used again if it has more than this left.
ENOUGH = 15 * MINUTE
CLIENT = {"id": "judged-client", "secret": "judged-secret", "expires_in": 86400}


def moment(r, now):
    """A time, near or far, as various programs write it; or something else. No case is at an edge."""
    at = int(now) + r.choice([-1, 1]) * r.choice([300, 600, 1800, 3600, 7 * 3600, 86400, 90 * 86400, 40 * 365 * 86400])
    plain = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    kind = r.random()
    if kind < 0.6:
        return plain + "Z"
    if kind < 0.85:
        return plain + r.choice(["UTC", "+00:00", ".000Z", ".123456Z", "+0000"])
    if kind < 0.92:
        local = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 2 * 3600))
        return local + "+02:00"
    return r.choice([plain, "", "soon", None, at, at * 1000, [plain + "Z"], "2026-13-45T00:00:00Z", "0", {}])


def text(r, kind):
    good = "%s-%d" % (kind, r.randrange(10 ** 9))
    return good if r.random() < 0.93 else r.choice(["", None, 5, [], {"a": 1}, True, 1.5])


def token(r, now, start_url):
    made = {
        "startUrl": start_url, "region": REGION, "accessToken": text(r, "access"), "expiresAt": moment(r, now),
        "clientId": text(r, "client"), "clientSecret": text(r, "secret"), "registrationExpiresAt": moment(r, now),
        "refreshToken": text(r, "refresh"),
    }
    if r.random() < 0.3:
        made["startUrl"] = r.choice(["https://other.awsapps.com/start", None, 1])
    return changed(r, made, TOKEN)


def registration(r, now):
    made = {"clientId": CLIENT["id"], "clientSecret": CLIENT["secret"], "expiresAt": moment(r, now)}
    if r.random() < 0.6:
        made["scopes"] = ["sso:account:access"]
    if r.random() < 0.3:
        made["grantTypes"] = r.choice([["authorization_code", "refresh_token"], ["refresh_token"], [], None])
    if r.random() < 0.1:
        made[r.choice(["clientId", "clientSecret"])] = r.choice(["", None, 5])
    return changed(r, made, tuple(made))


def changed(r, made, names):
    """Bytes, or None for a folder in place of the file. The second is what botocore has to read in place of it."""
    if r.random() < 0.35:
        for name in r.sample(names, r.choice([1, 1, 2])):
            made.pop(name, None)
    if r.random() < 0.2:
        made[r.choice(["addedLater", "idToken", "\u00fc"])] = r.choice([None, {"a": [1, None]}, 2 ** 70, "x", "\u65e5\u672c", False])
    if r.random() < 0.3:
        made = dict(r.sample(list(made.items()), len(made)))
    known = made
    if r.random() < 0.1 and made:
        name = r.choice(list(made))
        other = r.choice([name.lower(), name.upper(), name[0].upper() + name[1:]])
        made = {other if each == name else each: value for each, value in made.items()}
    encode = lambda document: json.dumps(document, ensure_ascii=r.random() < 0.7, indent=r.choice([None, None, 2])).encode()
    content, read = encode(made), json.dumps(known).encode()
    kind = r.random()
    if kind < 0.9:
        return content, read
    if kind < 0.91:
        return None, None
    broken = r.choice([
        b"", b"\n", b"null", b"[]", b"1", b'"accessToken expiresAt"', b"{", content[:-1], content + b"x", b"\xef\xbb\xbf" + content,
        content.replace(b"{", b"{\xff", 1), content.decode().encode("utf-16"), content.replace(b'"', b"'"), b"\x00" * 64])
    return broken, broken


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.getvalue()


class Botocore:
    """Its providers, each for one session, with clients that send nothing."""

    def __init__(self):
        self.session = botocore.session.Session()
        self.session.set_config_variable("region", REGION)
        config = botocore.config.Config(signature_version=botocore.UNSIGNED, region_name=REGION, retries={"total_max_attempts": 1})
        self.clients = {}
        self.refreshed = False
        for name in ("sso", "sso-oidc"):
            self.clients[name] = self.session.create_client(name, config=config)
            self.clients[name].meta.events.register("before-send", self.answer)

    def answer(self, request, **_):
        if request.url.endswith("/token"):
            # botocore sends what is empty, and AWS refuses it.
            if "" in json.loads(request.body).values():
                return AWSResponse(request.url, 400, {"x-amzn-errortype": "InvalidRequestException"}, Body(b"{}"))
            self.refreshed = True
            body = {"accessToken": "new", "expiresIn": 3600}
        elif not request.headers.get("x-amz-sso_bearer_token"):
            return AWSResponse(request.url, 401, {"x-amzn-errortype": "UnauthorizedException"}, Body(b"{}"))
        else:
            body = {"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "B", "sessionToken": "C", "expiration": 4102444800000}}
        return AWSResponse(request.url, 200, {}, Body(json.dumps(body).encode()))

    def reads(self, path, content):
        """Whether the keys of a role come of this content, and whether by a new token."""
        self.refreshed = False
        if path.is_file():
            path.unlink()
        if content is not None:
            path.write_bytes(content)
        profiles = {"judge": {"sso_session": "judge", "sso_account_id": "123456789012", "sso_role_name": "R"}}
        sessions = {"judge": {"sso_start_url": "https://judge", "sso_region": REGION}}
        self.session._config = {"profiles": profiles, "sso_sessions": sessions}  # pylint: disable=protected-access
        tokens = botocore.tokens.SSOTokenProvider(self.session, botocore.tokens.JSONFileCache(str(path.parent)), profile_name="judge")
        tokens.__dict__["_client"] = self.clients["sso-oidc"]
        provider = botocore.credentials.SSOProvider(
            lambda: self.session.full_config, lambda name, **_: self.clients[name], "judge", token_provider=tokens)
        try:
            provider.load().get_frozen_credentials()
        # Each check of botocore's raises another error.
        except Exception:  # pylint: disable=broad-exception-caught
            return False, self.refreshed
        return True, self.refreshed

    def verdict(self, path, content):
        """signed_in, refreshable (None: botocore has no answer that means anything), and the two times in seconds."""
        document = parsed(content)
        without = {name: value for name, value in document.items() if name != "refreshToken"}
        # With it botocore refuses a live token if it cannot send what it would refresh it with.
        alive, _ = self.reads(path, content if not document else json.dumps(without).encode())
        expires = seconds(document.get("expiresAt"))
        refreshable = False
        if expires is not None and document.get("accessToken"):
            _, refreshable = self.reads(path, json.dumps({**document, "expiresAt": "2001-01-01T00:00:00Z"}).encode())
        if not isinstance(document.get("accessToken", ""), str):
            return alive, None, expires, seconds(document.get("registrationExpiresAt"))
        return alive or refreshable, refreshable, expires, seconds(document.get("registrationExpiresAt"))


def parsed(content):
    """The object, or an empty one."""
    try:
        document = json.loads(content.decode())
    except (ValueError, AttributeError):
        return {}
    return document if isinstance(document, dict) else {}


def seconds(value):
    try:
        at = dateutil.parser.parse(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if at.tzinfo is None else calendar.timegm(at.utctimetuple())


def is_used_again(content, now):
    """As version 2 of the AWS CLI has it for a device. It fails for want of an id or a secret; awsenv registers."""
    document = parsed(content)
    expires = seconds(document.get("expiresAt"))
    for_codes = "authorization_code" in (document.get("grantTypes") or ())
    known = document.get("clientId") == CLIENT["id"] and document.get("clientSecret") == CLIENT["secret"]
    return known and expires is not None and expires - now >= ENOUGH and not for_codes


def sha1(words):
    return hashlib.sha1(words.encode()).hexdigest() + ".json"


def put(path, content):
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)


def tokens(r, binary, home, env, count, now):
    """Cases that differ, and how many were of which kind."""
    cases, config = {}, []
    for number in range(count):
        start_url = "https://d-%010d.awsapps.com/start" % number
        content, read = token(r, now, start_url)
        if r.random() < 0.75:
            name = "s%d" % number
            config.append("[sso-session %s]\nsso_start_url = %s\nsso_region = %s\n" % (name, start_url, REGION))
        else:
            name = None
            config.append("[profile p%d]\nsso_start_url = %s\nsso_region = %s\nsso_account_id = 123456789012\nsso_role_name = R\n" % (
                number, start_url, REGION))
        cases[start_url] = name, content, read
        put(home / CACHE / sha1(name or start_url), content)
    (home / ".aws/config").write_text("".join(config), encoding="utf-8")
    done = subprocess.run([binary, "sso", "list", "--json"], env=env, capture_output=True, timeout=300, check=False)
    if done.returncode:
        return [done.stderr.decode()], {}
    listed = {entry["start_url"]: entry for entry in json.loads(done.stdout.decode())}
    judge, kinds, failures = Botocore(), {}, []
    path = pathlib.Path(home / "judge") / sha1("judge")
    path.parent.mkdir()
    for start_url, (name, content, read) in cases.items():
        wanted = judge.verdict(path, read)
        entry = listed.get(start_url)
        kinds[wanted[:2]] = kinds.get(wanted[:2], 0) + 1
        if entry is None or not agrees(entry, name, wanted):
            failures.append("%s %s\nbotocore %s\nawsenv   %s" % (name or start_url, content, wanted, entry))
    return failures, kinds


def agrees(entry, name, wanted):
    alive, refreshable, expires, registration_expires = wanted
    if entry["session"] != name or entry["signed_in"] != alive or refreshable not in (None, entry["refreshable"]):
        return False
    # Without a token there is nothing that ends.
    if (alive or entry["expires"]) and seconds(entry["expires"]) != expires:
        return False
    return not entry["registration_expires"] or seconds(entry["registration_expires"]) == registration_expires


def serve(home):
    start_urls = [{"start_url": "https://r.awsapps.com/start", "approve": 1, "clients": [CLIENT]}]
    (home / "world").write_text(json.dumps({"regions": [REGION], "users": [], "roles": [], "sso": start_urls}), encoding="utf-8")
    words = [sys.executable, "-X", "utf8", "-B", str(ROOT / "aws" / "server.py")]
    for name in ("world", "log", "control", "issued"):
        words += ["--" + name, str(home / name)]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return server, "http://127.0.0.1:%s" % server.stdout.readline().decode().strip()


def registrations(r, binary, home, env, count, now):
    """Cases that differ, and how many registrations were used again."""
    failures, used, start_url = [], 0, "https://r.awsapps.com/start"
    (home / ".aws/config").write_text("[sso-session r]\nsso_start_url = %s\nsso_region = %s\nsso_registration_scopes = sso:account:access\n"
                                      % (start_url, REGION), encoding="utf-8")
    key = {"tool": "botocore", "startUrl": start_url, "region": REGION, "scopes": ["sso:account:access"], "session_name": "r"}
    server, endpoint = serve(home)
    try:
        for number in range(count):
            content, read = registration(r, now)
            shutil.rmtree(home / CACHE)
            (home / CACHE).mkdir()
            put(home / CACHE / sha1(json.dumps(key, sort_keys=True)), content)
            (home / "log").write_text("", encoding="utf-8")
            done = subprocess.run([binary, "login", "--device", "r"], env={**env, "AWS_ENDPOINT_URL_SSO_OIDC": endpoint},
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
            asked = [json.loads(line)["action"] for line in (home / "log").read_text(encoding="utf-8").splitlines()]
            again = is_used_again(read, now)
            wanted = [] if again else ["RegisterClient"]
            used += again
            # A folder cannot be replaced by the file.
            if content is not None and (done.returncode or asked != wanted + ["StartDeviceAuthorization", "CreateToken"]):
                failures.append("registration %d %s\nawsenv %s\n%s" % (number, content, asked, done.stderr.decode()))
    finally:
        server.kill()
        server.wait()
    return failures, used


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=1, help="ignored: there is one file of sessions")
    options = parser.parse_args()
    r = random.Random("sso/" + options.seed)
    binary = os.path.abspath(options.binary)
    # With CI set, awsenv asks nobody to sign in.
    for name in [name for name in os.environ if name.startswith("AWS") or name.lower().endswith("_proxy") or name == "CI"]:
        del os.environ[name]
    home = pathlib.Path(tempfile.mkdtemp(prefix="awsenv-judge-"))
    try:
        (home / CACHE).mkdir(parents=True)
        os.environ.update(HOME=str(home), AWS_EC2_METADATA_DISABLED="true")
        env, now = dict(os.environ), time.time()
        failures, kinds = tokens(r, binary, home, env, options.count, now)
        more, used = registrations(r, binary, home, env, options.count // 10, now)
        failures += more
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for failure in failures[:10]:
        print(failure)
    alive = sum(count for (signed_in, _), count in kinds.items() if signed_in)
    refreshable = sum(count for (_, refreshable), count in kinds.items() if refreshable)
    print("botocore %s, seed %s: %d tokens, %d usable, %d refreshable, %d registrations, %d used again, %d answers differ" % (
        botocore.__version__, options.seed, options.count, alive, refreshable, options.count // 10, used, len(failures)))
    return 1 if failures or not alive or not refreshable or not used else 0


if __name__ == "__main__":
    sys.exit(main())
