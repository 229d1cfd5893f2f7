"""A request as it came, what of it may be logged, and what an answer is made of."""

import hashlib
import urllib.parse
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

SECRET_HEADERS = ("x-amz-security-token", "x-amz-sso_bearer_token", "cookie", "proxy-authorization")
SECRET_FIELDS = ("TokenCode", "WebIdentityToken")
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
        is_form = (self.header("content-type") or "").startswith("application/x-www-form-urlencoded")
        text = body.decode("utf-8", "replace")
        self.fields = urllib.parse.parse_qsl(text, keep_blank_values=True) if is_form else None

    def header(self, name):
        """The only header of this name; None if there is none or more."""
        values = [value for known, value in self.headers if known == name]
        return values[0] if len(values) == 1 else None

    def field(self, name):
        return next((value for known, value in self.fields or () if known == name), None)

    def seen(self):
        """What a test may know; secrets are hashed."""
        headers = [(name, hashed(value) if name in SECRET_HEADERS else value) for name, value in self.headers]
        fields = self.fields
        if fields is not None:
            fields = [(name, hashed(value) if name in SECRET_FIELDS else value) for name, value in fields]
        return {"method": self.method, "path": self.path, "headers": headers, "fields": fields}


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
