#!/usr/bin/env python3
"""The identity that botocore, boto3 and the AWS CLI get for a profile, each in its given environment.

    identity.py [--quick] [--at-once N] PROFILE… < QUESTION

QUESTION is a JSON object. "keys": the secret of each access key id. An STS on the loopback knows them, checks every
signature with botocore's own code, and answers AssumeRole with keys derived from the role and the caller.
"homes": the HOMEs to answer for, one after the other. Prints a JSON array with an object for each HOME: for each profile
the result of each reader, with secrets as the first digits of their SHA-256.

--quick asks only botocore. --at-once N makes N processes ask it at the same moment, and prints all their answers.
"""

import argparse
import datetime
import hashlib
import http.server
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import urllib.parse

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.session

REGION = "eu-west-1"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--at-once", type=int, metavar="N")
    parser.add_argument("profiles", metavar="PROFILE", nargs="+")
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sts)
    question = json.load(sys.stdin)
    server.keys = question["keys"]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = "http://127.0.0.1:%d" % server.server_port
    os.environ["AWS_ENDPOINT_URL_STS"] = endpoint
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    readers = {"botocore": by_botocore}
    if options.at_once:
        readers = {"botocore": lambda profile: at_once(options.at_once, profile)}
    elif not options.quick:
        readers.update({"boto3": by_boto3, "aws": by_cli})
    answers = []
    for home in question["homes"]:
        os.environ["HOME"] = home
        os.chdir(home)
        answers.append({profile: {name: answered(reader, profile) for name, reader in readers.items()}
                        for profile in options.profiles})
    json.dump(answers, sys.stdout)


def answered(reader, profile):
    try:
        return reader(profile)
    except Exception as error:  # noqa: BLE001: every error is an answer
        return {"error": "%s: %s" % (type(error).__name__, error)}


def by_botocore(profile):
    return described(botocore.session.Session(profile=profile).get_credentials())


def at_once(count, profile):
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(count)
    answers = fork.SimpleQueue()

    def ask():
        start.wait()
        answers.put(answered(by_botocore, profile))

    processes = [fork.Process(target=ask) for _ in range(count)]
    for process in processes:
        process.start()
    return [answers.get() for _ in processes]


def by_boto3(profile):
    session = boto3.Session(profile_name=profile)
    found = described(session.get_credentials())
    return {**found, "caller": session.client("sts").get_caller_identity()["Arn"]}


def by_cli(profile):
    aws = pathlib.Path(sys.executable).parent / "aws"
    words = [sys.executable, str(aws), "sts", "get-caller-identity", "--output", "json", "--profile", profile]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    # Otherwise its cached roles would answer in place of the files next time.
    shutil.rmtree(pathlib.Path("~/.aws/cli").expanduser(), ignore_errors=True)
    if done.returncode:
        return {"error": done.stderr.strip()}
    return {"caller": json.loads(done.stdout)["Arn"]}


def described(credentials):
    if credentials is None:
        return {"method": None}
    frozen = credentials.get_frozen_credentials()
    return {
        "method": credentials.method,
        "access_key_id": frozen.access_key,
        "secret": fingerprint(frozen.secret_key),
        "token": frozen.token and fingerprint(frozen.token),
        "account_id": getattr(credentials, "account_id", None),
    }


def fingerprint(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Sts(http.server.BaseHTTPRequestHandler):
    """Answers callers that signed with a known key."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = dict(urllib.parse.parse_qsl(body.decode()))
        caller = self.caller(body)
        if caller is None:
            self.answer(403, "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>"
                             "<Message>the signature is of another key</Message></Error></ErrorResponse>")
        elif asked["Action"] == "GetCallerIdentity":
            self.answer(200, result("GetCallerIdentity", "<Arn>%s</Arn><UserId>U</UserId><Account>123456789012</Account>" % caller))
        else:
            key = "ASIA" + fingerprint(caller + asked["RoleArn"]).upper()
            secret = fingerprint("secret of " + key)
            self.server.keys[key] = secret
            until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            self.answer(200, result("AssumeRole", "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"
                                    "<SessionToken>token of %s</SessionToken><Expiration>%s</Expiration></Credentials>"
                                    "<AssumedRoleUser><Arn>%s</Arn><AssumedRoleId>I</AssumedRoleId></AssumedRoleUser>"
                                    % (key, secret, key, until.strftime("%Y-%m-%dT%H:%M:%SZ"), asked["RoleArn"])))

    def caller(self, body):
        """The name of the caller that signed the request, or None if it did not sign with a known key."""
        scheme, _, rest = self.headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key, _, region, service, _ = parts["Credential"].split("/")
        secret = self.server.keys.get(key)
        if scheme != "AWS4-HMAC-SHA256" or secret is None:
            return None
        signed = {name: self.headers[name] for name in parts["SignedHeaders"].split(";")}
        url = "http://%s%s" % (self.headers["Host"], self.path)
        request = botocore.awsrequest.AWSRequest(method="POST", url=url, headers=signed, data=body)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), service, region)
        wanted = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        return "arn:aws:iam::123456789012:user/%s-%s" % (key, fingerprint(secret)) if wanted == parts["Signature"] else None

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def result(action, text):
    return ('<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult>%s</%sResult>'
            "<ResponseMetadata><RequestId>R</RequestId></ResponseMetadata></%sResponse>" % (action, action, text, action, action))


if __name__ == "__main__":
    main()
