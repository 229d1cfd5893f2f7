"""Instances of IAM Identity Center: who is signed in, and with which tokens. `sso` in the file of a world is a list of

    start_url
    user       the name of the user's role sessions
    accounts   [{"id", "name", "email", "roles": [NAME], "closed": [NAME]}]: the roles that the user has, and those not
    many       {"accounts": N, "roles": M}: as many further accounts, each with the roles Role1, Role2 ...
    scopes     those that a client may register ("sso:account:access")
    clients    [{"id", "secret", "expires_in", "grant_types", "scopes"}]: those registered before
    tokens     [{"access", "expires_in", "refresh", "client" (an id)}]: those given out before; `refresh` is optional

and of settings, all optional, which `sso` of the control file replaces for all instances:

    token_lifetime (3600), role_lifetime (3600), registration_lifetime (90 days), sign_in_lifetime (7 days; how long tokens
               can be refreshed), code_lifetime (600)
    refresh    "rotate": each refresh token is taken once, and a new one comes back; "keep": none comes back, and the old
               one stays; "none": there are none
    interval (1), expires_in (600)       of a device authorization; an interval of 0 is not in the answer
    approve    after how many polls the user approves of a device (2); 1 for a client that the user allowed before; null for
               never, unless the page is visited
    deny       true: the user denies, in place of approving
    authorize  "allow": the user is sent back at once; "page": after a click; "script": the page clicks by itself;
               "deny"; "silent": the page has no way on
    page_size  the most that a page of accounts or roles has (100)
    signed_out true: no token is known any more

`expires_in` counts from the start of the server.
"""

import base64
import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field

DAY = 24 * 3600
SETTINGS = {
    "token_lifetime": 3600, "role_lifetime": 3600, "registration_lifetime": 90 * DAY, "sign_in_lifetime": 7 * DAY,
    "code_lifetime": 600, "refresh": "rotate", "interval": 1, "expires_in": 600, "approve": 2, "deny": False,
    "authorize": "allow", "page_size": 100, "signed_out": False,
}
OF_INSTANCE = {"start_url", "user", "accounts", "many", "scopes", "clients", "tokens"}
# What secrets look like: tokens have a prefix, and a client's secret and a code are tokens of JSON.
PREFIXES = {"access_token": "aoaAAAAAG", "refresh_token": "aorAAAAAG"}
LENGTHS = {"access_token": [96], "refresh_token": [96], "client_secret": [30, 600, 72], "code": [30, 300, 72], "device_code": [48]}
CALLBACK = "http://127.0.0.1/oauth/callback"
SCOPES = ("sso:account:access",)
RESERVED = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_%s_0123456789abcdef"


@dataclass
class Client:
    id: str
    secret: str
    expires: float
    scopes: tuple = ()
    grant_types: tuple = ()
    redirect_uris: tuple = ()
    issuer: str | None = None


@dataclass
class Device:
    code: str
    user_code: str
    client: str
    instance: object
    expires: float
    interval: float
    polls: int = 0
    last_poll: float = 0
    # What the user did: None as long as there is nothing.
    approved: bool | None = None
    taken: bool = False


@dataclass
class Code:
    value: str
    client: str
    instance: object
    expires: float
    redirect_uri: str
    challenge: str
    taken: bool = False


@dataclass
class SignIn:
    """One sign-in: the tokens that came of it, which end together."""

    client: str
    instance: object
    expires: float
    # When each access token ends.
    access: dict = field(default_factory=dict)
    refresh: str | None = None


class Instance:
    def __init__(self, described):
        unknown = set(described) - OF_INSTANCE - set(SETTINGS)
        if unknown:
            raise ValueError("an instance has no %s" % ", ".join(sorted(unknown)))
        self.start_url = described["start_url"]
        self.user = described.get("user", "user@example.com")
        self.scopes = described.get("scopes", SCOPES)
        self.own = {name: value for name, value in described.items() if name in SETTINGS}
        accounts = list(described.get("accounts", ()))
        many = described.get("many", {"accounts": 0, "roles": 0})
        for number in range(1, many["accounts"] + 1):
            accounts.append({
                "id": "%d" % (700_000_000_000 + number), "name": "Account %03d" % number, "email": "%d@example.com" % number,
                "roles": ["Role%d" % role for role in range(1, many["roles"] + 1)]})
        self.accounts = {account["id"]: account for account in accounts}

    def setting(self, name, scenario):
        return scenario.sso.get(name, self.own.get(name, SETTINGS[name]))


class IdentityCenter:
    """Whoever uses it holds `lock`."""

    def __init__(self, described, world, secrets_path):
        self.lock = threading.RLock()
        self.world = world
        self.secrets_path = secrets_path
        self.instances = {one["start_url"]: Instance(one) for one in described}
        self.clients, self.devices, self.codes = {}, {}, {}
        self.sign_ins = []
        for one in described:
            self.add_old(one, self.instances[one["start_url"]], time.time())

    def add_old(self, described, instance, now):
        for old in described.get("clients", ()):
            client = Client(old["id"], old["secret"], now + old["expires_in"], tuple(old.get("scopes", ())),
                            tuple(old.get("grant_types", ())), (CALLBACK,), instance.start_url)
            self.clients[client.id] = client
        for old in described.get("tokens", ()):
            sign_in = SignIn(old["client"], instance, now + SETTINGS["sign_in_lifetime"])
            sign_in.access[old["access"]] = now + old["expires_in"]
            sign_in.refresh = old.get("refresh")
            self.sign_ins.append(sign_in)

    def new_secret(self, kind):
        value = ".".join(secrets.token_urlsafe(length) for length in LENGTHS[kind])
        if kind in PREFIXES:
            value = PREFIXES[kind] + base64.b64encode(secrets.token_bytes(120)).decode() + ":" + value
        self.note(kind, value)
        return value

    def note(self, kind, value):
        if self.secrets_path:
            with open(os.open(self.secrets_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
                file.write(json.dumps({"kind": kind, "value": value}) + "\n")

    def sign_in(self, client, instance, now, scenario):
        """A new one, and its tokens."""
        made = SignIn(client, instance, now + instance.setting("sign_in_lifetime", scenario))
        self.sign_ins.append(made)
        if instance.setting("refresh", scenario) != "none":
            made.refresh = self.new_secret("refresh_token")
        return self.tokens(made, now, scenario)

    def refreshed(self, sign_in, now, scenario):
        if sign_in.instance.setting("refresh", scenario) == "keep":
            return {**self.tokens(sign_in, now, scenario), "refreshToken": None}
        sign_in.refresh = self.new_secret("refresh_token")
        return self.tokens(sign_in, now, scenario)

    def tokens(self, sign_in, now, scenario):
        lifetime = sign_in.instance.setting("token_lifetime", scenario)
        access = self.new_secret("access_token")
        sign_in.access[access] = now + lifetime
        return {"accessToken": access, "tokenType": "Bearer", "expiresIn": lifetime, "refreshToken": sign_in.refresh}

    def by_refresh(self, token, now, scenario):
        """None if this refresh token is not taken, or no longer."""
        for found in self.sign_ins:
            if found.refresh and same(found.refresh, token):
                ended = now >= found.expires or found.instance.setting("signed_out", scenario)
                return None if ended else found
        return None

    def by_access(self, token, now, scenario):
        for found in self.sign_ins:
            for access, expires in found.access.items():
                if same(access, token):
                    ended = now >= expires or found.instance.setting("signed_out", scenario)
                    return None if ended else found
        return None

    def sign_out(self, sign_in):
        self.sign_ins.remove(sign_in)

    def role_keys(self, sign_in, account, role, now, scenario):
        arn = "arn:aws:iam::%s:role/%s" % (account, RESERVED % role)
        lifetime = scenario.lifetime or sign_in.instance.setting("role_lifetime", scenario)
        return self.world.assume(arn, sign_in.instance.user, now + lifetime)


def same(known, given):
    return hmac.compare_digest(known.encode(), given.encode())
