"""What goes wrong, as the control file says at the time of each request. The file is a JSON object; all is optional.

    clock      seconds by which the clock of the server is ahead of this machine's, for signatures, sessions and Date
    date       seconds by which the header Date alone is ahead of the clock
    lifetime   seconds after which a new session ends, whatever was asked for
    ended      key ids of sessions that have ended, or true for all of them
    refuse     true: connections are closed unread
    sso        what IAM Identity Center does otherwise: see `identity_center.py`
    faults     a list of faults; the first one that fits a request is its fault

A fault fits if the form, the JSON object or the query has all fields of its `when`, such as {"Action": "CreateToken",
"grantType": "refresh_token"}; `Action` is the operation in each service. It leaves the first `skip` such requests alone and
ends after `times` more; a rewritten file starts counting again. It may have:

    slow       seconds before the answer, after the request was logged and acted upon
    status     the service does not see the request; `code`, `message` and `headers` are those of the error
    quote      true: that message is followed by all that the request has said, secrets too
    body       this text instead of the answer's
    content_type
    pad        as many blanks before the answer's end
    cut        the connection ends: "request" or "reset" without an answer, after the "headers", or within the "body"
"""

import json
import threading
from dataclasses import dataclass, field


@dataclass
class Fault:
    when: dict = field(default_factory=dict)
    skip: int = 0
    times: int | None = None
    slow: float = 0
    status: int | None = None
    code: str | None = None
    quote: bool = False
    message: str = "Rate exceeded"
    headers: dict = field(default_factory=dict)
    body: str | None = None
    content_type: str | None = None
    pad: int = 0
    cut: str | None = None

    def fits(self, request):
        return all(request.field(name) == value for name, value in self.when.items())

    @property
    def name(self):
        """For the log."""
        parts = ("slow", "status", "body", "content_type", "pad", "cut")
        return "+".join(part for part in parts if getattr(self, part)) or None

    def instead(self, refusal, request):
        """The answer in the form of the errors of a service."""
        if self.status is None:
            return None
        code = self.code or refusal.codes.get(self.status, "Unknown")
        message = self.message
        if self.quote:
            values = [value for _, value in request.said() or ()] + [value for _, value in request.headers]
            message = " ".join([message, *values])
        return refusal(self.status, code, message, self.headers).answer()

    def changed(self, answer):
        if self.body is not None:
            answer.body = self.body.encode()
        if self.pad:
            at = max(answer.body.rfind(end) for end in (b"<", b"}"))
            answer.body = answer.body[:at] + b" " * self.pad + answer.body[at:]
        answer.content_type = self.content_type or answer.content_type
        return answer


@dataclass
class Scenario:
    clock: float = 0
    date: float = 0
    lifetime: float | None = None
    ended: object = ()
    refuse: bool = False
    sso: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def has_ended(self, key):
        return self.ended is True or key in (self.ended or ())


class Control:
    """The control file, and how often each of its faults has fitted."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.text = None
        self.scenario = Scenario()
        self.counts = []

    def read(self):
        if self.path is None:
            return self.scenario
        try:
            with open(self.path, "rb") as file:
                text = file.read()
        except FileNotFoundError:
            text = b"{}"
        with self.lock:
            if text != self.text:
                scenario = Scenario(**json.loads(text))
                scenario.faults = [Fault(**fault) for fault in scenario.faults]
                self.text, self.scenario, self.counts = text, scenario, [0] * len(scenario.faults)
            return self.scenario

    def fault_for(self, request):
        self.read()
        with self.lock:
            for number, fault in enumerate(self.scenario.faults):
                if not fault.fits(request):
                    continue
                self.counts[number] += 1
                nth = self.counts[number] - fault.skip
                if nth > 0 and (fault.times is None or nth <= fault.times):
                    return fault
        return Fault()
