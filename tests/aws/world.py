"""Users, roles and sessions. The file of a world is a JSON object:

    users      [{"arn", "keys": [{"id", "secret"}], "mfa": [{"serial", "secret" (base32; none for a FIDO security key)}]}];
               the ARN of a root user ends in `:root`; a device that is "untimed" takes any code, once
    roles      [{"arn", "max_duration" (3600), "trust": [STATEMENT]}]
    sessions   [{"arn" (of the role), "name", "id", "secret", "token", "expires" (seconds since 1970)}]: those from before
    regions    those that a credential scope may name
    disabled_regions

Who may assume a role: a caller that fits one STATEMENT, {"principals", "external_id", "mfa", "mfa_age", "allow"}. A
principal is the ARN of a user, of a role, or `arn:aws:iam::ACCOUNT:root` for a whole account. With `mfa` the caller
needs a code, in this call or in the session that it calls with, at most `mfa_age` seconds ago. `allow` names further
actions: sts:TagSession, sts:SetSourceIdentity.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import struct
import threading
import time
from dataclasses import dataclass

STEP = 30


@dataclass(frozen=True)
class Caller:
    key: str
    secret: str
    # None for a user's own key.
    token: str | None
    expires: float | None
    arn: str
    user_id: str
    # What a trust policy calls the caller.
    principal: str
    mfa_at: float | None = None

    @property
    def is_root(self):
        return self.principal.endswith(":root")

    @property
    def account(self):
        return self.arn.split(":")[4]

    def fits(self, principal):
        return principal == self.principal or principal == "arn:aws:iam::%s:root" % self.account


class Device:
    """A time-based one-time password (RFC 6238). AWS takes the code of each step once."""

    def __init__(self, secret):
        self.secret = base64.b32decode(secret)
        self.used = set()

    def takes(self, code, now):
        step = int(now // STEP)
        for near in (step, step - 1, step + 1):
            if near not in self.used and hmac.compare_digest(self.code(near), code):
                self.used.add(near)
                return True
        return False

    def code(self, step):
        digest = hmac.digest(self.secret, struct.pack(">Q", step), hashlib.sha1)
        at = digest[-1] & 15
        return "%06d" % ((struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000)


class Untimed:
    """For those that cannot wait for the next step."""

    def __init__(self):
        self.used = set()

    def takes(self, code, _now):
        fresh = code not in self.used
        self.used.add(code)
        return fresh


class World:
    def __init__(self, world, issued):
        self.lock = threading.Lock()
        self.issued = issued
        self.regions = set(world["regions"])
        self.disabled_regions = set(world.get("disabled_regions", ()))
        self.roles = {role["arn"]: role for role in world["roles"]}
        self.callers = {}
        self.devices = {}
        for user in world["users"]:
            arn = user["arn"]
            for key in user["keys"]:
                self.add(Caller(key["id"], key["secret"], None, None, arn, identifier("AIDA", arn), arn))
            devices = self.devices[arn] = {}
            for device in user.get("mfa", ()):
                if device.get("untimed"):
                    devices[device["serial"]] = Untimed()
                elif "secret" in device:
                    devices[device["serial"]] = Device(device["secret"])
        for old in world.get("sessions", ()):
            self.add(role_session(old["arn"], old["name"], old["id"], old["secret"], old["token"], old["expires"]))

    def add(self, caller):
        self.callers[caller.key] = caller

    def caller(self, key, token):
        """The caller with this key id, whose token must be this one."""
        found = self.callers.get(key)
        same = found is not None and hmac.compare_digest((found.token or "").encode(), (token or "").encode())
        return found if same else None

    def assume(self, arn, name, expires):
        key, secret, token = new_keys(arn.split(":")[4])
        return self.issue(role_session(arn, name, key, secret, token, expires))

    def continue_as(self, user, expires, mfa_at):
        key, secret, token = new_keys(user.account)
        return self.issue(Caller(key, secret, token, expires, user.arn, user.user_id, user.principal, mfa_at))

    def issue(self, session):
        with self.lock:
            self.add(session)
            if self.issued:
                line = {"access_key_id": session.key, "secret_access_key": session.secret, "session_token": session.token,
                        "expiration": timestamp(session.expires), "arn": session.arn}
                with open(os.open(self.issued, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        return session

    def takes_code(self, caller, serial, code, now):
        """None if the caller has no such device, or is a session, of which AWS takes no code."""
        device = self.devices.get(caller.arn, {}).get(serial) if caller.token is None else None
        if device is None:
            return None
        with self.lock:
            return device.takes(code, now)


def role_session(role, name, key, secret, token, expires):
    account, path = role.split(":")[4], role.split(":role/")[1]
    arn = "arn:aws:sts::%s:assumed-role/%s/%s" % (account, path.rsplit("/", 1)[-1], name)
    return Caller(key, secret, token, expires, arn, "%s:%s" % (identifier("AROA", role), name), role)


def identifier(prefix, arn):
    """The unique id of a user or role: the same each time."""
    return prefix + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]


def new_keys(account):
    # AWS encodes the account in the id of each key, from the eighth bit of what follows the prefix.
    number = (1 << 47) | (int(account) << 7) | secrets.randbelow(128)
    key = "ASIA" + base64.b32encode(number.to_bytes(6, "big") + secrets.token_bytes(4)).decode()
    token = "IQoJb3JpZ2luX2Vj" + base64.b64encode(secrets.token_bytes(364)).decode()
    return key, base64.b64encode(secrets.token_bytes(30)).decode(), token


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
