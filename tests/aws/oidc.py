"""The OIDC service of IAM Identity Center: clients, devices, codes and tokens; and the pages that a browser shows."""

import base64
import hashlib
import re
import secrets
import time
import urllib.parse

import pages
import rest
from identity_center import Client, Code, Device, same
from message import Refusal

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = {"authorization_code", "refresh_token", DEVICE}
STATUS = {"InvalidClientException": 401, "InternalServerException": 500}
# Timers and clocks are not exact.
EARLY = 0.05
SLOWER = 5


class OidcRefusal(Refusal):
    codes = {
        400: "InvalidRequestException", 401: "InvalidClientException", 403: "AccessDeniedException",
        429: "TooManyRequestsException", 500: "InternalServerException", 503: "ServiceUnavailableException",
    }

    def answer(self):
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", self.code.removesuffix("Exception")).lower()
        body = {"error": words, "error_description": self.message}
        return rest.answer(body, self.status, self.code, {"x-amzn-ErrorType": self.code, **self.headers})


def refusal(name, message):
    code = name + "Exception"
    return OidcRefusal(STATUS.get(code, 400), code, message)


def invalid(message, _members):
    return refusal("InvalidRequest", message)


class Oidc:
    refusal = OidcRefusal

    def __init__(self, center):
        self.center = center
        self.service = rest.Service("sso-oidc", OidcRefusal, invalid, ["CreateTokenWithIAM"])
        self.operations = {
            "RegisterClient": self.register, "StartDeviceAuthorization": self.start_device, "CreateToken": self.create_token,
        }
        self.pages = {"/authorize": ("Authorize", self.authorize), "/device": ("VerifyDevice", self.verify_device)}
        self.grants = {
            "authorization_code": (self.by_code, {"code", "codeVerifier", "redirectUri"}),
            "refresh_token": (self.by_refresh_token, {"refreshToken"}),
            DEVICE: (self.by_device, {"deviceCode"}),
        }

    def is_asked(self, request):
        return self.action(request) is not None

    def action(self, request):
        page = self.page(request)
        operation = self.service.operation(request)
        return page[0] if page else operation and operation.name

    def page(self, request):
        return self.pages.get(request.route) if request.method == "GET" else None

    def answer(self, request, scenario):
        now = time.time() + scenario.clock
        page = self.page(request)
        with self.center.lock:
            if page:
                return page[1](request, now, scenario)
            asked = self.service.read(request)
            return rest.success(self.operations[self.action(request)](request, asked, now, scenario))

    def instance(self, start_url):
        found = self.center.instances.get(start_url)
        if found is None:
            raise invalid("there is no instance at %s" % start_url, ())
        return found

    def client(self, asked, now):
        found = self.center.clients.get(asked["clientId"])
        if found is None or not same(found.secret, asked["clientSecret"]):
            raise refusal("InvalidClient", "Invalid client provided")
        if now >= found.expires:
            raise refusal("InvalidClient", "Client registration has expired")
        return found

    def register(self, _request, asked, now, scenario):
        if asked["clientType"] != "public":
            raise refusal("InvalidClientMetadata", "Invalid client type")
        of_codes = {"grantTypes", "redirectUris", "issuerUrl"} & set(asked)
        if len(of_codes) not in (0, 3):
            raise invalid("grantTypes, redirectUris and issuerUrl belong together", ())
        if not set(asked.get("grantTypes", ())) <= GRANTS:
            raise refusal("UnsupportedGrantType", "Unsupported grant type")
        for uri in asked.get("redirectUris", ()):
            if not re.fullmatch(r"http://127\.0\.0\.1/[A-Za-z0-9/_-]*", uri):
                raise refusal("InvalidRedirectUri", "expected http://127.0.0.1 without a port")
        issuer = asked.get("issuerUrl")
        instance = self.instance(issuer) if issuer else next(iter(self.center.instances.values()))
        scopes = tuple(asked.get("scopes", ()))
        if not set(scopes) <= set(instance.scopes) or len(set(scopes)) != len(scopes):
            raise refusal("InvalidScope", "Invalid scope")
        if "entitledApplicationArn" in asked:
            raise self.service.strict("a client has no application")
        expires = int(now + instance.setting("registration_lifetime", scenario))
        client = Client(secrets.token_urlsafe(16), self.center.new_secret("client_secret"), expires, scopes,
                        tuple(asked.get("grantTypes", ())), tuple(asked.get("redirectUris", ())), issuer)
        self.center.clients[client.id] = client
        return {"clientId": client.id, "clientSecret": client.secret, "clientIdIssuedAt": int(now),
                "clientSecretExpiresAt": expires, "authorizationEndpoint": None, "tokenEndpoint": None}

    def start_device(self, request, asked, now, scenario):
        client = self.client(asked, now)
        if client.grant_types and DEVICE not in client.grant_types:
            raise refusal("UnauthorizedClient", "the client is registered for other grant types")
        instance = self.instance(asked["startUrl"])
        letters = "BCDFGHJKLMNPQRSTVWXZ"
        user_code = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(2))
        interval = instance.setting("interval", scenario)
        expires_in = instance.setting("expires_in", scenario)
        device = Device(self.center.new_secret("device_code"), user_code, client.id, instance, now + expires_in, interval)
        self.center.devices[device.code] = device
        page = request.origin + "/device"
        result = {"deviceCode": device.code, "userCode": user_code, "verificationUri": page, "expiresIn": expires_in,
                  "verificationUriComplete": "%s?user_code=%s" % (page, user_code)}
        return {**result, "interval": interval} if interval else result

    def create_token(self, _request, asked, now, scenario):
        client = self.client(asked, now)
        grant = asked["grantType"]
        if grant not in self.grants:
            raise refusal("UnsupportedGrantType", "Unsupported grant type")
        answer, wanted = self.grants[grant]
        given = set(asked) - {"clientId", "clientSecret", "grantType"}
        if given != wanted:
            raise invalid("%s has %s, expected %s" % (grant, sorted(given), sorted(wanted)), ())
        if client.grant_types and grant not in client.grant_types:
            raise refusal("UnauthorizedClient", "the client is registered for other grant types")
        # AWS has these too.
        return {**answer(client, asked, now, scenario), "idToken": None, "aws_sso_app_session_id": None}

    def by_code(self, client, asked, now, scenario):
        code = self.center.codes.get(asked["code"])
        self.center.note("code_verifier", asked["codeVerifier"])
        if code is None or code.taken or code.client != client.id or now >= code.expires:
            raise refusal("InvalidGrant", "Invalid grant provided")
        # AWS takes a code once, even with a wrong verifier.
        code.taken = True
        if asked["redirectUri"] != code.redirect_uri:
            raise refusal("InvalidGrant", "the redirect URI is not that of the code")
        if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", asked["codeVerifier"]):
            raise invalid("the verifier has another form", ())
        digest = hashlib.sha256(asked["codeVerifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            raise refusal("InvalidGrant", "the verifier does not fit the challenge")
        return self.center.sign_in(client.id, code.instance, now, scenario)

    def by_device(self, client, asked, now, scenario):
        device = self.center.devices.get(asked["deviceCode"])
        if device is None or device.client != client.id or device.taken:
            raise refusal("InvalidGrant", "Invalid device code")
        if now >= device.expires:
            raise refusal("ExpiredToken", "Device code has expired")
        device.polls += 1
        since, device.last_poll = now - device.last_poll, now
        # The second poll of the AWS CLI comes at once.
        if device.polls > 2 and since < device.interval - EARLY:
            device.interval += SLOWER
            raise refusal("SlowDown", "Too many requests")
        after = device.instance.setting("approve", scenario)
        if device.approved is None and after is not None and device.polls >= after:
            device.approved = not device.instance.setting("deny", scenario)
        if device.approved is None:
            raise refusal("AuthorizationPending", "Authorization is still pending")
        if not device.approved:
            raise refusal("AccessDenied", "the user denied the request")
        device.taken = True
        return self.center.sign_in(client.id, device.instance, now, scenario)

    def by_refresh_token(self, client, asked, now, scenario):
        sign_in = self.center.by_refresh(asked["refreshToken"], now, scenario)
        if sign_in is None or sign_in.client != client.id:
            raise refusal("InvalidGrant", "Invalid refresh token provided")
        return self.center.refreshed(sign_in, now, scenario)

    def authorize(self, request, now, scenario):
        asked = self.query(request, {"response_type", "client_id", "redirect_uri", "state", "code_challenge_method", "scopes",
                                     "code_challenge"})
        client = self.center.clients.get(asked["client_id"])
        if client is None or now >= client.expires or "authorization_code" not in client.grant_types:
            raise refusal("UnauthorizedClient", "Invalid client provided")
        redirect = asked["redirect_uri"]
        if without_port(redirect) not in client.redirect_uris:
            raise invalid("Invalid redirect URI", ())
        if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
            raise invalid("expected response_type=code and code_challenge_method=S256", ())
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"]):
            raise invalid("the challenge has another form", ())
        # 128 bits need as many characters of base64.
        if len(asked["state"]) < 22:
            raise self.service.strict("the state can be guessed")
        scopes = asked["scopes"].split(" ")
        if not set(scopes) <= set(client.scopes):
            raise refusal("InvalidScope", "Invalid scope")
        instance = self.instance(client.issuer)
        decision = asked.get("decision") or instance.setting("authorize", scenario)
        if decision not in ("allow", "deny"):
            return pages.question(request.path, decision)
        back = {"state": asked["state"]}
        if decision == "deny":
            back.update(error="access_denied", error_description="the user denied the request")
        else:
            value = self.center.new_secret("code")
            expires = now + instance.setting("code_lifetime", scenario)
            self.center.codes[value] = Code(value, client.id, instance, expires, redirect, asked["code_challenge"])
            back["code"] = value
        return pages.redirect("%s?%s" % (redirect, urllib.parse.urlencode(back)))

    def verify_device(self, request, _now, _scenario):
        asked = self.query(request, {"user_code"})
        found = next((device for device in self.center.devices.values() if device.user_code == asked["user_code"]), None)
        if found is None:
            raise invalid("there is no such code", ())
        found.approved = asked.get("decision", "allow") == "allow"
        return pages.done()

    def query(self, request, wanted):
        """Each of them, and the user's own `decision`."""
        names = [name for name, _ in request.query]
        if len(set(names)) != len(names) or set(names) - {"decision"} != wanted:
            raise invalid("the query has %s, expected %s" % (sorted(names), sorted(wanted)), ())
        return dict(request.query)


def without_port(uri):
    return re.sub(r"^(http://127\.0\.0\.1):[1-9][0-9]{0,4}(?=/)", r"\1", uri)
