#!/usr/bin/env python3
"""Asks botocore how it would call AWS STS by random settings, and compares what `awsenv explain` says of it.

    calls.py BINARY [--seed TEXT] [--count N] [--jobs N]

Each case is a profile with a role, and variables. Compared are the URL, the region of the signature, the certificates,
the proxy and the tries; where botocore fails before it sends anything, `explain` must say that STS cannot be called.
Left out is what awsenv decides otherwise: HTTP_PROXY and SOCKS, proxies for this machine, a query in a URL, a URL without
a scheme, more than five tries, and calls without a region.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

import botocore
import botocore.loaders
import botocore.session
from botocore.awsrequest import AWSResponse

TEXT = """[profile p]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = keys
%s[profile keys]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
%s"""
URLS = ["http://emulator:4566", "https://emulator.example.com", "http://Emulator.example.com:80/Path/", "https://a.b:443/x", "https://a.b:8443",
        "http://10.1.2.3:4566", "http://[fd12::1]:4566/", "HTTP://a.b", "http://u:p@a.b/x", "", "", "localhost:4566", "ftp://a.b", "http://",
        "http://a_b", "http://a.b:99999", "http://a.b:x"]
SWITCHES = ["true", "True", "TRUE", "false", "", "1", "yes"]
REGIONS = ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "aws-global", "fips-us-east-1", "us-gov-east-1-fips", "moon-1", "eu-isoe-west-1",
           "eusc-de-east-1", "a.b", "a b", "x/y", "-a", "123", ""]
BUNDLES = ["/etc/ca.pem", "~/ca.pem", "ca.pem", "", " "]
ATTEMPTS = ["1", "2", "5", "9", "0", "-1", "five", "", "1.5", "+3", "1_0"]
PROXIES = ["http://proxy:3128", "https://proxy:3128", "proxy:3128", "//proxy:3128", "http://u:p@proxy:3128", ""]
PORTS = {"http": 80, "https": 443}
EXEMPT = ["*", "amazonaws.com", ".amazonaws.com", "example.com", "x, emulator", "emulator:4566", "a.b:8443", "A.B", "[fd12::1]", "10.1.2.3",
          "mazonaws.com", "*,x", "", " ", "sts.eu-west-1.amazonaws.com", "api.aws"]


def case(r):
    """The lines of the profile, sections below, and variables."""
    lines, below, env = [], "", {}
    set_by = lambda key, variable, values, chance: (
        lines.append("%s = %s\n" % (key, r.choice(values))) if r.random() < chance else None,
        env.update({variable: r.choice(values)}) if r.random() < chance / 2 else None)
    lines.append("region = %s\n" % (r.choice(REGIONS[:3]) if r.random() < 0.7 else r.choice(REGIONS)))
    if r.random() < 0.2:
        env["AWS_DEFAULT_REGION"] = r.choice(REGIONS)
    set_by("endpoint_url", "AWS_ENDPOINT_URL", URLS, 0.35)
    if r.random() < 0.2:
        env[r.choice(["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3"])] = r.choice(URLS)
    set_by("ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", SWITCHES, 0.15)
    set_by("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", SWITCHES, 0.3)
    set_by("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", SWITCHES, 0.3)
    set_by("ca_bundle", "AWS_CA_BUNDLE", BUNDLES[:3] if r.random() < 0.8 else BUNDLES, 0.3)
    set_by("max_attempts", "AWS_MAX_ATTEMPTS", ATTEMPTS[:4] if r.random() < 0.8 else ATTEMPTS, 0.3)
    if r.random() < 0.2:
        env["REQUESTS_CA_BUNDLE"] = r.choice(BUNDLES)
    for name in ("HTTPS_PROXY", "https_proxy", "http_proxy"):
        if r.random() < 0.3:
            env[name] = r.choice(PROXIES)
    for name in ("NO_PROXY", "no_proxy"):
        if r.random() < 0.3:
            env[name] = r.choice(EXEMPT)
    if r.random() < 0.3:
        lines.append("services = %s\n" % r.choice(["s", "s", "s", "t", ""]))
        block = "\n  endpoint_url = %s\n" % r.choice(URLS)
        below = r.choice(["", "[services s]\n"] + ["[services s]\n" + entry for entry in (
            "sts =" + block, "sts =" + block, "sts =" + block, "s3 =" + block, "sts =\n  other = x\n", "sts =\n", "sts = http://x\n")])
    r.shuffle(lines)
    return TEXT % ("".join(lines), below), env


class Body:
    def stream(self, **_):
        yield b""


def asked(loader):
    """How botocore calls; None if it fails before it sends."""
    session = botocore.session.Session(profile="p")
    session.register_component("data_loader", loader)
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "x")
    seen = {}

    def sent(request, **_):
        seen.update(url=request.url, headers=dict(request.headers))
        return AWSResponse(request.url, 200, {}, Body())
    try:
        client = session.create_client("sts")
        client.meta.events.register("before-send", sent)
        client.get_caller_identity()
    # Each check of botocore's raises another error, and the answer is empty.
    except Exception:  # pylint: disable=broad-exception-caught
        if not seen:
            return None
    http = client._endpoint.http_session  # pylint: disable=protected-access
    url = urlsplit(seen["url"])
    authorization = seen["headers"]["Authorization"]
    authorization = authorization.decode() if isinstance(authorization, bytes) else authorization
    proxy = http._proxy_config.proxy_url_for(seen["url"])  # pylint: disable=protected-access
    scheme = url.scheme or "http"
    if scheme not in PORTS:
        # The connection fails.
        return None
    port = "" if url.port in (None, PORTS[scheme]) else ":%d" % url.port
    host = "[%s]" % url.hostname if ":" in url.hostname else url.hostname
    return {
        "url": "%s://%s%s%s" % (scheme, host, port, url.path),
        "region": authorization.split("/")[2],
        "ca_bundle": http._verify if isinstance(http._verify, str) else None,  # pylint: disable=protected-access
        "proxy": proxy and "%s://%s" % (urlsplit(proxy).scheme, urlsplit(proxy).netloc.split("@")[-1]),
        "tries": min(5, client.meta.config.retries.get("total_max_attempts", 3)),
    }


def said(binary, env):
    done = subprocess.run([binary, "explain", "--json", "p"], env=env, capture_output=True, timeout=60, check=False)
    call, = json.loads(done.stdout.decode())["calls"]
    if call["error"]:
        return None
    value = lambda key: call[key] and call[key]["value"]
    return {"tries": call["tries"], **{key: value(key) for key in ("url", "region", "ca_bundle", "proxy")}}


def decided(text, env, answer):
    """Whether awsenv decides this case in its own way."""
    # Where another URL is set, botocore signs for a region without a name, and misses the dual-stack address all the same.
    return answer["region"] == "" if answer else "isoe" in text + env.get("AWS_DEFAULT_REGION", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1, help="ignored: variables are of the process")
    options = parser.parse_args()
    r = random.Random("calls/" + options.seed)
    clear = lambda name: name.startswith("AWS") or name.lower().endswith("_proxy") or name == "REQUESTS_CA_BUNDLE"
    for name in [name for name in os.environ if clear(name)]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="awsenv-judge-")
    loader, failures, refused, own = botocore.loaders.Loader(), [], 0, 0
    try:
        path = os.path.join(home, "config")
        os.environ.update(HOME=home, AWS_CONFIG_FILE=path, AWS_SHARED_CREDENTIALS_FILE=os.path.join(home, "none"))
        base = dict(os.environ)
        for number in range(options.count):
            text, env = case(r)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.environ.update(env)
            theirs = asked(loader)
            for name in env:
                del os.environ[name]
            ours = said(os.path.abspath(options.binary), {**base, **env})
            refused += theirs is None
            if ours != theirs:
                if decided(text, env, theirs):
                    own += 1
                else:
                    failures.append("case %d\n%s%s\nbotocore %s\nawsenv   %s" % (number, text, env, theirs, ours))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for failure in failures[:5]:
        print(failure)
    print("botocore %s, seed %s: %d cases, %d refused, %d decided otherwise, %d answers differ" % (
        botocore.__version__, options.seed, options.count, refused, own, len(failures)))
    return 1 if failures or not refused or refused == options.count else 0


if __name__ == "__main__":
    sys.exit(main())
