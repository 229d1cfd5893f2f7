"""Who has signed a request. botocore's own signer makes the signature that it must have."""

import calendar
import re
import time

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from message import Refusal

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/ ,]+)/([^/ ,]+)/([^/ ,]+)/([^/ ,]+)/([^/ ,]+), SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]{64})"
)
FORM = "application/x-www-form-urlencoded; charset=utf-8"
SIGNED = {"content-type", "host", "x-amz-date"}
TOKEN = "x-amz-security-token"
INVALID_TOKEN = "The security token included in the request is invalid."
PAST, FUTURE = 15, 5


def caller(request, world, scenario, service):
    """The caller, and the region of the credential scope."""
    authorization = request.header("authorization")
    if authorization is None:
        raise Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    match = AUTHORIZATION.fullmatch(authorization)
    if match is None:
        raise Refusal(400, "IncompleteSignature", "The request signature does not conform to AWS standards.")
    key, date, region, scope_service, end, signed, signature = match.groups()
    signed = signed.split(";")
    require_headers(request, signed)
    found = world.caller(key, request.header(TOKEN))
    if found is None:
        raise Refusal(403, "InvalidClientTokenId", INVALID_TOKEN)
    now = time.time() + scenario.clock
    if found.token is not None and (now >= found.expires or scenario.has_ended(key)):
        raise Refusal(403, "ExpiredToken", "The security token included in the request is expired")
    at = request.header("x-amz-date")
    require_scope(date, at, region, scope_service, end, service, world)
    require_time(at, now)
    if signature != right_signature(request, signed, found, region, service):
        raise mismatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
            "Key and signing method. Consult the service documentation for details."
        )
    return found, region


def mismatch(message):
    return Refusal(403, "SignatureDoesNotMatch", message)


def require_headers(request, signed):
    names = [name for name, _ in request.headers]
    wanted = SIGNED | ({TOKEN} & set(names))
    for name in sorted(wanted):
        if names.count(name) != 1:
            raise Refusal(400, "StandIn", "the header %s is there %d times" % (name, names.count(name)))
    if signed != sorted(wanted):
        raise Refusal(400, "StandIn", "signed are %s, not %s" % (";".join(signed), ";".join(sorted(wanted))))
    if request.header("content-type") != FORM:
        raise Refusal(400, "StandIn", "the content type is not %s" % FORM)


def require_scope(date, at, region, scope_service, end, service, world):
    if not re.fullmatch(r"\d{8}T\d{6}Z", at):
        message = "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601" % at
        raise Refusal(400, "IncompleteSignature", message)
    if end != "aws4_request":
        raise mismatch("Credential should be scoped with a valid terminator: 'aws4_request', not '%s'." % end)
    if scope_service != service:
        raise mismatch("Credential should be scoped to correct service: '%s'. " % service)
    if region not in world.regions:
        raise mismatch("Credential should be scoped to a valid region, not '%s'. " % region)
    if date != at[:8]:
        raise mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'%s' != '%s', from '%s'." % (date, at[:8], at)
        )


def require_time(at, now):
    signed = calendar.timegm(time.strptime(at, "%Y%m%dT%H%M%SZ"))
    earliest, latest = now - 60 * PAST, now + 60 * FUTURE
    if signed < earliest:
        raise mismatch("Signature expired: %s is now earlier than %s (%s - %d min.)" % (at, basic(earliest), basic(now), PAST))
    if signed > latest:
        raise mismatch("Signature not yet current: %s is still later than %s (%s + %d min.)" % (at, basic(latest), basic(now), FUTURE))


def basic(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def right_signature(request, signed, found, region, service):
    headers = {name: request.header(name) for name in signed}
    made = botocore.awsrequest.AWSRequest(method=request.method, url=request.url, headers=headers, data=request.body)
    made.context["timestamp"] = headers["x-amz-date"]
    credentials = botocore.credentials.Credentials(found.key, found.secret, found.token)
    auth = botocore.auth.SigV4Auth(credentials, service, region)
    return auth.signature(auth.string_to_sign(made, auth.canonical_request(made)), made)
