#!/usr/bin/env python3
"""Signs in to IAM Identity Center with botocore's client, by the requests that version 2 of the AWS CLI makes.

    sign_in.py device|code START_URL [SESSION]

Prints {"token", "registration"}: what the AWS CLI would write into its two files. `code` opens the page with BROWSER.
"""

import base64
import datetime
import hashlib
import http.server
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.parse
import uuid

import botocore.config
import botocore.session

REGION = "us-east-1"
SCOPES = ["sso:account:access"]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def main():
    flow, start_url, *session = sys.argv[1:]
    config = botocore.config.Config(signature_version=botocore.UNSIGNED, region_name=REGION)
    oidc = botocore.session.Session().create_client("sso-oidc", config=config)
    kind = {"clientName": "botocore-client-%s" % (session[0] if session else int(time.time())), "clientType": "public"}
    scopes = {"scopes": SCOPES} if session else {}
    if flow == "code":
        kind.update(grantTypes=["authorization_code", "refresh_token"], redirectUris=["http://127.0.0.1/oauth/callback"],
                    issuerUrl=start_url)
    client = oidc.register_client(**kind, **scopes)
    identified = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    tokens = (by_code if flow == "code" else by_device)(oidc, identified, start_url)
    expires = at(client["clientSecretExpiresAt"])
    token = {"startUrl": start_url, "region": REGION, "accessToken": tokens["accessToken"],
             "expiresAt": at(time.time() + tokens["expiresIn"]), **identified, "registrationExpiresAt": expires}
    if "refreshToken" in tokens:
        token["refreshToken"] = tokens["refreshToken"]
    grants = {"grantTypes": kind["grantTypes"]} if flow == "code" else {}
    json.dump({"token": token, "registration": {**identified, "expiresAt": expires, **scopes, **grants}}, sys.stdout)


def by_device(oidc, identified, start_url):
    started = oidc.start_device_authorization(**identified, startUrl=start_url)
    for _ in range(10):
        try:
            return oidc.create_token(grantType=DEVICE, **identified, deviceCode=started["deviceCode"])
        except oidc.exceptions.AuthorizationPendingException:
            pass
    raise SystemExit("the user did nothing")


def by_code(oidc, identified, _start_url):
    listener = http.server.HTTPServer(("127.0.0.1", 0), Callback)
    redirect = "http://127.0.0.1:%d/oauth/callback" % listener.server_port
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = str(uuid.uuid4())
    query = {"response_type": "code", "client_id": identified["clientId"], "redirect_uri": redirect, "state": state,
             "code_challenge_method": "S256", "scopes": " ".join(SCOPES), "code_challenge": challenge}
    browser = subprocess.Popen([os.environ["BROWSER"], "%s/authorize?%s" % (
        oidc.meta.endpoint_url, urllib.parse.urlencode(query, quote_via=urllib.parse.quote))], stdout=subprocess.DEVNULL)
    listener.timeout = 60
    listener.handle_request()
    browser.wait(60)
    got = dict(urllib.parse.parse_qsl(listener.query))
    if got.pop("state") != state or "code" not in got:
        raise SystemExit("no code: %s" % got)
    return oidc.create_token(
        grantType="authorization_code", **identified, redirectUri=redirect, codeVerifier=verifier, code=got["code"])


class Callback(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.query = urllib.parse.urlsplit(self.path).query
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def at(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main()
