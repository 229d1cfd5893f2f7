"""AWS STS: AssumeRole, GetSessionToken and GetCallerIdentity, with the errors in the words of AWS."""

import json
import time

import signature
from message import Refusal
from query import Service
from world import timestamp

HOUR = 3600
NO_CODE = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. "
NO_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
    "associated with this user. "
)
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


class Sts:
    refusal = Refusal

    def __init__(self, world):
        self.world = world
        self.service = Service("sts")
        self.actions = {
            "AssumeRole": self.assume_role,
            "GetCallerIdentity": self.get_caller_identity,
            "GetSessionToken": self.get_session_token,
        }

    def is_asked(self, request):
        signed_for_sts = "/sts/aws4_request" in (request.header("authorization") or "")
        return request.method == "POST" and (request.fields is not None or signed_for_sts)

    def action(self, request):
        return next((value for name, value in request.fields or () if name == "Action"), None)

    def answer(self, request, scenario):
        caller, region = signature.caller(request, self.world, scenario, "sts")
        if region in self.world.disabled_regions:
            raise Refusal(403, "RegionDisabledException", (
                "STS is not activated in this region for account:%s. Your account administrator can activate STS in this "
                "region using the IAM Console."
            ) % caller.account)
        action, asked = self.service.read(request)
        if action not in self.actions:
            raise Refusal(501, "StandIn", "the stand-in does not implement %s" % action)
        now = time.time() + scenario.clock
        return self.service.answer(action, self.actions[action](caller, asked, now, scenario))

    def get_caller_identity(self, caller, _asked, _now, _scenario):
        return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}

    def get_session_token(self, caller, asked, now, scenario):
        if caller.token is not None:
            raise denied("Cannot call GetSessionToken with session credentials")
        mfa_at = self.mfa(caller, asked, now)
        lifetime = scenario.lifetime or asked.get("DurationSeconds", 12 * HOUR)
        if caller.is_root:
            lifetime = min(lifetime, HOUR)
        return {"Credentials": credentials(self.world.continue_as(caller, now + lifetime, mfa_at))}

    def assume_role(self, caller, asked, now, scenario):
        arn = asked["RoleArn"]
        if ":role/" not in arn or arn.split(":")[:3] != ["arn", "aws", "iam"]:
            raise invalid("%s is invalid" % arn)
        if caller.is_root:
            raise denied("Roles may not be assumed by root accounts.")
        check_policy(asked.get("Policy"))
        role = self.world.roles.get(arn)
        mfa_at = self.mfa(caller, asked, now) or caller.mfa_at
        trust = role and next((each for each in role["trust"] if trusts(each, caller, asked, mfa_at, now)), None)
        if not trust:
            raise unauthorized(caller, "sts:AssumeRole", arn)
        for member, action in (("Tags", "sts:TagSession"), ("SourceIdentity", "sts:SetSourceIdentity")):
            if member in asked and action not in trust.get("allow", ()):
                raise unauthorized(caller, action, arn)
        duration = asked.get("DurationSeconds", HOUR)
        if caller.token is not None and duration > HOUR:
            raise invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
        if duration > role.get("max_duration", HOUR):
            raise invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        session = self.world.assume(arn, asked["RoleSessionName"], now + (scenario.lifetime or duration))
        result = {
            "Credentials": credentials(session),
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
            "SourceIdentity": asked.get("SourceIdentity"),
        }
        if {"Policy", "PolicyArns", "Tags"} & set(asked):
            result["PackedPolicySize"] = 100 * len(json.dumps([asked.get(n) for n in ("Policy", "PolicyArns", "Tags")])) // 4096
        return result

    def mfa(self, caller, asked, now):
        """When the code of this call was given: now, or None without one."""
        serial, code = asked.get("SerialNumber"), asked.get("TokenCode")
        if serial is None and code is None:
            return None
        if serial is None or code is None:
            raise denied(NO_CODE)
        taken = self.world.takes_code(caller, serial, code, now)
        if taken is None:
            raise denied(NO_DEVICE)
        if not taken:
            raise denied(WRONG_CODE)
        return now


def trusts(statement, caller, asked, mfa_at, now):
    if not any(caller.fits(principal) for principal in statement["principals"]):
        return False
    if "external_id" in statement and asked.get("ExternalId") != statement["external_id"]:
        return False
    if statement.get("mfa") or "mfa_age" in statement:
        return mfa_at is not None and now - mfa_at <= statement.get("mfa_age", now)
    return True


def check_policy(policy):
    if policy is None:
        return
    try:
        document = json.loads(policy)
    except ValueError:
        raise Refusal(400, "MalformedPolicyDocument", "This policy contains invalid Json") from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise Refusal(400, "MalformedPolicyDocument", "Syntax errors in policy.")
    if len(policy) > 2048:
        raise Refusal(400, "PackedPolicyTooLarge", "Serialized session policy is larger than 2048 characters")


def credentials(session):
    return {"AccessKeyId": session.key, "SecretAccessKey": session.secret, "SessionToken": session.token,
            "Expiration": timestamp(session.expires)}


def invalid(message):
    return Refusal(400, "ValidationError", message)


def denied(message):
    return Refusal(403, "AccessDenied", message)


def unauthorized(caller, action, resource):
    return denied("User: %s is not authorized to perform: %s on resource: %s" % (caller.arn, action, resource))
