"""A request as it came, what of it may be logged, and what an answer is made of."""

import hashlib
import json
import urllib.parse
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

SECRET_HEADERS = ("x-amz-security-token", "x-amz-sso_bearer_token", "cookie", "proxy-authorization")
SECRET_FIELDS = ("TokenCode", "WebIdentityToken", "clientSecret", "deviceCode", "code", "codeVerifier", "refreshToken")
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Request:
    def __init__(self, method, path, headers, body, tls):
        self.method = method
        self.path = path
        self.headers = [(name.lower(), value) for name, value in headers]
        self.body = body
        # A proxy is sent the whole URL.
        origin = ("https://" if tls else "http://") + (self.header("host") or "")
        self.url = path if path.startswith(("http://", "https://")) else origin + path
        parts = urllib.parse.urlsplit(self.url)
        self.origin, self.route = "%s://%s" % (parts.scheme, parts.netloc), parts.path
        self.query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        content_type = self.header("content-type") or ""
        text = body.decode("utf-8", "replace")
        is_form = content_type.startswith("application/x-www-form-urlencoded")
        self.fields = urllib.parse.parse_qsl(text, keep_blank_values=True) if is_form else None
        # The members of the JSON object, with those that appear twice; None if there is no such object.
        self.members = pairs(text) if content_type.startswith("application/json") else None
        # What the service that answers calls this request.
        self.action = None

    def header(self, name):
        """The only header of this name; None if there is none or more."""
        values = [value for known, value in self.headers if known == name]
        return values[0] if len(values) == 1 else None

    def said(self):
        """The fields of the form, the members of the JSON object as text, or the parameters of the query."""
        if self.fields is not None:
            return self.fields
        if self.members is not None:
            return [(name, value if isinstance(value, str) else json.dumps(value)) for name, value in self.members]
        return self.query or None

    def field(self, name):
        if name == "Action":
            return self.action
        return next((value for known, value in self.said() or () if known == name), None)

    def seen(self):
        """What a test may know; secrets are hashed."""
        headers = [(name, hashed(value) if name in SECRET_HEADERS else value) for name, value in self.headers]
        fields = self.said()
        if fields is not None:
            fields = [(name, hashed(value) if name in SECRET_FIELDS else value) for name, value in fields]
        return {"method": self.method, "path": self.path, "action": self.action, "headers": headers, "fields": fields}


def pairs(text):
    try:
        # A list of pairs for an object, however deep; an array keeps its own type.
        document = json.loads(text, object_pairs_hook=tuple)
    except ValueError:
        return None
    return list(document) if isinstance(document, tuple) else None


def hashed(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass
class Answer:
    status: int
    body: bytes
    # Of the error, if it is one.
    code: str | None = None
    content_type: str = "text/xml"
    headers: dict = field(default_factory=dict)

    def __post_init__(self):
        self.headers.setdefault("x-amzn-RequestId", str(uuid.uuid4()))


class Refusal(Exception):
    """An error of a service, in the XML of the query protocol."""

    # Of a status for which a test names no code.
    codes = {400: "Throttling", 429: "TooManyRequests", 500: "InternalFailure", 503: "ServiceUnavailable"}

    def __init__(self, status, code, message, headers=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self):
        kind = "Receiver" if self.status >= 500 else "Sender"
        text = (
            '<ErrorResponse xmlns="%s">\n  <Error>\n    <Type>%s</Type>\n    <Code>%s</Code>\n    <Message>%s</Message>\n'
            "  </Error>\n  <RequestId>%s</RequestId>\n</ErrorResponse>\n"
        ) % (NAMESPACE, kind, escape(self.code), escape(self.message), uuid.uuid4())
        return Answer(self.status, text.encode(), self.code, headers=dict(self.headers))
