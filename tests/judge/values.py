#!/usr/bin/env python3
"""Asks botocore whether calls can be made with a value, and compares what `awsenv doctor` says of it.

    values.py BINARY [--seed TEXT] [--count N] [--jobs N]

Each profile of one config file holds one line with a checked key: values that are right, their case variants, edges and
slips. Where botocore fails to make any client, or fails before it sends a request, `doctor` must have a failure on that
line, and nowhere else. Where only some clients fail, it must have a finding.
"""

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import botocore
import botocore.exceptions
import botocore.session
from botocore.awsrequest import AWSResponse

WORDS = {
    "account_id_endpoint_mode": ["preferred", "disabled", "required"],
    "defaults_mode": ["legacy", "standard", "cross-region", "in-region", "mobile", "auto"],
    "ec2_metadata_service_endpoint_mode": ["ipv4", "ipv6"],
    "endpoint_discovery_enabled": ["false", "auto"],
    "request_checksum_calculation": ["when_supported", "when_required"],
    "response_checksum_validation": ["when_supported", "when_required"],
    "retry_mode": ["legacy", "standard", "adaptive"],
    "s3_disable_express_session_auth": ["true", "false"],
    "s3_us_east_1_regional_endpoint": ["legacy", "regional"],
    "sts_regional_endpoints": ["legacy", "regional"],
    "s3.addressing_style": ["auto", "virtual", "path"],
    "s3.us_east_1_regional_endpoint": ["legacy", "regional"],
    # Any value will do.
    "s3.max_attempts": ["x"],
    "parameter_validation": ["x"],
    "use_fips_endpoint": ["false", "x"],
    "tcp_keepalive": ["x"],
}
NUMBERS = ["max_attempts", "metadata_service_num_attempts", "metadata_service_timeout", "request_min_compression_size_bytes"]
URLS = ["ec2_metadata_service_endpoint", "endpoint_url", "services.sts"]
BLOCKS = ["api_versions", "s3"]
LENGTHS = {"external_id": 2, "mfa_serial": 9, "role_arn": 20, "role_session_name": 2}
EDGES = ["0", "1", "-1", "+1", "5", "1_0", "1__0", "_1", "1.5", "1e3", "0x1", "\u0663", "1048576", "1048577", "10485760",
         "five", "1k", "", "1 0"]
ADDRESSES = ["http://localhost:8000", "localhost:8000", "localhost", "127.0.0.1:9", "", "HTTP://X", "https:/x", "http//x", "http:x",
             "http://", "http:///x", "http://x:port", "http://x:99999", "http://x:-1", "http://x:", "http://a_b", "http://-a.b",
             "http://a.b.", "http://a..b", "http://[::1]:8000", "http://[::1", "http://[zz]", "http://u:p@a.b:80/x", "'http://x'",
             "http://" + "a" * 64, "http://\u00fc", "https://vpce.eu-west-1.amazonaws.com"]
CALLS = [("sts", "get_caller_identity"), ("s3", "list_buckets"), ("ec2", "describe_regions"), ("dynamodb", "list_tables")]
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"


def slipped(r, word):
    at = r.randrange(len(word))
    return r.choice([word, word.upper(), word.capitalize(), word[:at] + word[at + 1:], word[:at] + word[at].swapcase() + word[at + 1:], "", "x"])


def line(r):
    """The lines of a profile, which of them is the value's, and whether a role is assumed."""
    kind = r.choice(["word"] * 5 + ["number"] * 3 + ["url"] * 3 + ["block", "length", "duration"])
    if kind == "word":
        key = r.choice(list(WORDS))
        value = slipped(r, r.choice(WORDS[key]))
    elif kind == "number":
        key, value = r.choice(NUMBERS), r.choice(EDGES)
    elif kind == "url":
        key, value = r.choice(URLS), r.choice(ADDRESSES)
    elif kind == "block":
        key, value = r.choice(BLOCKS), r.choice(["", "x", "a = b"])
    elif kind == "length":
        key = r.choice(list(LENGTHS))
        length = LENGTHS[key] + r.choice([-1, 0, 1]) if r.random() < 0.8 else 0
        value = ("arn:aws:iam::1:role/" + "x" * 9)[:length]
    else:
        key, value = "duration_seconds", r.choice(["899", "900", "3600", "43200", "-1", "0", "900.5", "1h", "+900"])
    return key, value


def profile(number, key, value):
    """The text of a profile with the line, and how many lines down the value is."""
    head = "[profile p%d]\n" % number
    if key.startswith("services."):
        service = key.split(".")[1]
        return "[services s%d]\n%s =\n  endpoint_url = %s\n%s%sservices = s%d\n" % (number, service, value, head, KEYS, number), 2
    if "." in key:
        block, key = key.split(".")
        return "%s%s =\n  %s = %s\n%s" % (head, block, key, value, KEYS), 2
    if key in LENGTHS or key == "duration_seconds":
        role = "" if key == "role_arn" else "role_arn = arn:aws:iam::123456789012:role/x\n"
        return "%s%s = %s\n%ssource_profile = p%d\n%s" % (head, key, value, role, number, KEYS), 1
    return "%s%s = %s\n%s" % (head, key, value, KEYS), 1


class Body(io.BytesIO):
    def stream(self, **_):
        yield b""


def sent(request, **_):
    return AWSResponse(request.url, 200, {}, Body(b""))


def call(name, service, operation):
    """Whether a request would be sent."""
    session = botocore.session.Session(profile=name)
    session.set_config_variable("region", "eu-west-1")
    try:
        client = session.create_client(service)
        client.meta.events.register("before-send", sent)
        getattr(client, operation)()
    except (botocore.exceptions.NoCredentialsError, botocore.parsers.ResponseParserError):
        return True
    # Each check of botocore's raises another error.
    except Exception as error:  # pylint: disable=broad-exception-caught
        return "MultiFactor" in type(error).__name__ or "resolution" in type(error).__name__.lower()
    return True


def assumed(name):
    """Whether the role of a profile is asked for."""
    session = botocore.session.Session(profile=name)
    provider = session.get_component("credential_provider").get_provider("assume-role")
    asked = []
    create = provider._client_creator  # pylint: disable=protected-access

    def creator(*args, **kwargs):
        client = create(*args, **kwargs)
        client.meta.events.register("before-send", lambda request, **_: asked.append(request) or sent(request))
        return client
    provider._client_creator = creator  # pylint: disable=protected-access
    provider._prompter = lambda _: "123456"  # pylint: disable=protected-access
    try:
        session.get_credentials().get_frozen_credentials()
    # The answer is no credentials.
    except Exception:  # pylint: disable=broad-exception-caught
        pass
    return bool(asked)


def findings(binary, env, path):
    done = subprocess.run([binary, "doctor", "--json"], env=env, capture_output=True, timeout=300, check=False)
    found = {}
    for finding in json.loads(done.stdout.decode()):
        # What resolving a profile refuses is said of its header.
        if finding["check"] in ("value", "quotes-in-value", "swallowed-line", "profile") and finding["file"] and finding["file"].endswith("config"):
            found.setdefault(finding["line"], []).append((finding["status"], finding["message"]))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1, help="ignored: there is one file")
    options = parser.parse_args()
    r = random.Random("values/" + options.seed)
    for name in [name for name in os.environ if name.startswith("AWS")]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="awsenv-judge-")
    failures, refused = [], 0
    try:
        path = os.path.join(home, "config")
        cases = list(dict.fromkeys(line(r) for _ in range(options.count)))
        text, places, headers = "[profile p]\nregion = eu-west-1\n", [], []
        for number, (key, value) in enumerate(cases):
            more, down = profile(number, key, value)
            places.append(text.count("\n") + 1 + down)
            headers.append(text.count("\n") + 1 + more[:more.index("[profile")].count("\n"))
            text += more
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.environ.update(HOME=home, AWS_CONFIG_FILE=path, AWS_SHARED_CREDENTIALS_FILE=os.path.join(home, "none"))
        found = findings(os.path.abspath(options.binary), dict(os.environ), path)
        for number, (key, value) in enumerate(cases):
            name = "p%d" % number
            if key in LENGTHS or key == "duration_seconds":
                answers = [assumed(name)]
            else:
                answers = [call(name, *each) for each in CALLS]
            said = found.get(places[number], []) + found.get(headers[number], [])
            certain = any(status == "fail" for status, _ in said)
            # botocore ignores `1h`, which was meant to count; a role has at most twelve hours.
            right = bool(said) if not all(answers) else not certain
            if not any(answers):
                refused += 1
                right = certain
            if not right:
                failures.append("%s = %r: botocore %s, awsenv %s" % (key, value, answers, said))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for failure in failures[:30]:
        print(failure)
    print("botocore %s, seed %s: %d values, %d refused, %d answers differ" % (
        botocore.__version__, options.seed, len(cases), refused, len(failures)))
    return 1 if failures or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
