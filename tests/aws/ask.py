#!/usr/bin/env python3
"""Sends requests that botocore has signed, right or wrong, and prints what came back, as botocore reads it.

    ask.py ENDPOINT < CASES

CASES is a JSON array of objects: "key" is {"id", "secret", "token"}, or {"of": NAME} for the session that the case of that
name got, in which other members replace its parts (null: left out). "form" is an array of pairs. Optional are "region",
"service", "path", "at" (seconds from now), "headers" (signed), "unsigned" (headers that are not; null: not sent), "without"
(a header that is neither signed nor sent), "content_type", "swap" ([OLD, NEW] in the body after signing). Prints an array of {"name",
"status", "code", "message", "arn", "lifetime", "key"}.
"""

import datetime
import http.client
import json
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.loaders
import botocore.model
import botocore.parsers

FORM = "application/x-www-form-urlencoded; charset=utf-8"
# For what is not XML.
UNREADABLE = "unreadable"


def main():
    endpoint = sys.argv[1]
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("sts", "service-2"))
    sessions, answers = {}, []
    for case in json.load(sys.stdin):
        key = dict(case["key"])
        if "of" in key:
            key = {**sessions[key.pop("of")], **key}
        answer = ask(endpoint, case, key, model)
        sessions[case["name"]] = answer.get("key")
        answers.append(answer)
    json.dump(answers, sys.stdout)


def ask(endpoint, case, key, model):
    now = datetime.datetime.now(datetime.timezone.utc)
    parts = urllib.parse.urlsplit(endpoint)
    url = "http://%s%s" % (parts.netloc, case.get("path", "/"))
    body = urllib.parse.urlencode([tuple(pair) for pair in case["form"]])
    at = (now + datetime.timedelta(seconds=case.get("at", 0))).strftime("%Y%m%dT%H%M%SZ")
    headers = {"Content-Type": case.get("content_type", FORM), "Host": parts.netloc, "X-Amz-Date": at, **case.get("headers", {})}
    if key.get("token"):
        headers["X-Amz-Security-Token"] = key["token"]
    headers.pop(case.get("without"), None)
    request = botocore.awsrequest.AWSRequest(method="POST", url=url, headers=headers, data=body)
    request.context["timestamp"] = at
    credentials = botocore.credentials.Credentials(key["id"], key["secret"], key.get("token"))
    auth = botocore.auth.SigV4Auth(credentials, case.get("service", "sts"), case.get("region", "eu-west-1"))
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s" % (
        auth.scope(request), auth.signed_headers(auth.headers_to_sign(request)), signature)
    headers.update(case.get("unsigned", {}))
    headers = {name: value for name, value in headers.items() if value is not None}
    if "swap" in case:
        body = body.replace(*case["swap"])
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("POST", case.get("path", "/"), body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return {"name": case["name"], "status": response.status, **read(response, content, case, model, now)}


def read(response, content, case, model, now):
    action = dict(case["form"]).get("Action")
    shape = model.operation_model(action).output_shape if action in model.operation_names else None
    received = {"status_code": response.status, "headers": dict(response.getheaders()), "body": content}
    try:
        parsed = botocore.parsers.create_parser("query").parse(received, shape)
    except botocore.parsers.ResponseParserError:
        return {"code": UNREADABLE, "message": None}
    if "Error" in parsed:
        return {"code": parsed["Error"].get("Code"), "message": parsed["Error"].get("Message")}
    found = {"code": None, "message": None, "arn": parsed.get("Arn") or parsed.get("AssumedRoleUser", {}).get("Arn")}
    if "Credentials" in parsed:
        given = parsed["Credentials"]
        found["key"] = {"id": given["AccessKeyId"], "secret": given["SecretAccessKey"], "token": given["SessionToken"]}
        found["lifetime"] = round((given["Expiration"] - now).total_seconds())
    return found


if __name__ == "__main__":
    main()
