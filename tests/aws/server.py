#!/usr/bin/env python3
"""A stand-in for AWS on the loopback, stricter than AWS is.

    server.py --world FILE --log FILE [--control FILE] [--issued FILE] [--secrets FILE] [--cert FILE --key FILE]

Prints its port as the first line, and ends when its stdin does. `world.py` says what is in the world, `scenario.py` what
the control file can ask for: it is read at each request. --log gets a JSON line for each request before it is answered,
without secrets. --issued gets a JSON line for each session, with its secrets, for a test that searches for them; --secrets
gets one for each other secret, {"kind", "value"}: tokens, client secrets, codes and their verifiers.
--cert and --key (PEM) make it speak TLS.

Where it refuses what AWS would accept, the code of the error is `StandIn`.
"""

import argparse
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import wsgiref.handlers

from identity_center import IdentityCenter
from message import Answer, Refusal, Request
from oidc import Oidc
from scenario import Control
from sso import Portal
from sts import Sts
from vanity import Vanity
from world import World

LARGEST_BODY = 64 * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("world", "log"):
        parser.add_argument("--" + name, required=True)
    for name in ("control", "issued", "secrets", "cert", "key"):
        parser.add_argument("--" + name)
    options = parser.parse_args()
    with open(options.world, encoding="utf-8") as file:
        described = json.load(file)
    world = World(described, options.issued)
    center = IdentityCenter(described.get("sso", ()), world, options.secrets)
    # STS takes any path, so that it comes last.
    services = [Oidc(center), Portal(center), Vanity(described.get("vanity", {})), Sts(world)]
    server = Server(options, services)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


class Server(http.server.ThreadingHTTPServer):
    """`services` are asked in turn which of them a request is for."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options, services):
        super().__init__(("127.0.0.1", 0), Handler)
        self.services = services
        self.control = Control(options.control)
        self.log = open(options.log, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.tls = None
        if options.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.cert, options.key)

    def get_request(self):
        connection, address = super().get_request()
        if self.tls:
            # The handshake waits for the thread of the connection, so that a slow client does not hold up others.
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def verify_request(self, request, client_address):
        if not self.control.read().refuse:
            return True
        self.note({"fault": "refuse"})
        return False

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLError):
            self.note({"fault": "tls", "error": error.reason})
        elif not isinstance(error, ConnectionError):
            super().handle_error(request, client_address)

    def note(self, line):
        text = json.dumps(line) + "\n"
        with self.lock:
            self.log.write(text)
            self.log.flush()

    def service_of(self, request):
        return next((service for service in self.services if service.is_asked(request)), None)

    def answer(self, service, request, scenario):
        try:
            if service is None:
                raise Refusal(404, "StandIn", "no service here answers %s %s" % (request.method, request.path))
            return service.answer(request, scenario)
        except Refusal as refusal:
            return refusal.answer()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def setup(self):
        super().setup()
        if self.server.tls:
            self.request.do_handshake()

    def respond(self):
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return self.send(Refusal(411, "StandIn", "expected a Content-Length of at most %d" % LARGEST_BODY).answer())
        body = self.rfile.read(int(length))
        at = time.time()
        request = Request(self.command, self.path, self.headers.items(), body, self.server.tls is not None)
        service = self.server.service_of(request)
        refusal = Refusal
        if service is not None:
            request.action, refusal = service.action(request), service.refusal
        control = self.server.control
        scenario = control.read()
        fault = control.fault_for(request)
        answer = fault.instead(refusal, request) or self.server.answer(service, request, scenario)
        answer = fault.changed(answer)
        self.server.note({"at": at, **request.seen(), "status": answer.status, "code": answer.code, "fault": fault.name})
        if fault.slow:
            time.sleep(fault.slow)
        date = time.time() + scenario.clock + scenario.date
        return self.send(answer, date, fault.cut)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = respond

    def send(self, answer: Answer, date=None, cut=None):
        lines = ["HTTP/1.1 %d %s" % (answer.status, self.responses.get(answer.status, ("",))[0])]
        headers = {"Content-Type": answer.content_type, "Content-Length": len(answer.body), **answer.headers}
        headers["Date"] = wsgiref.handlers.format_date_time(time.time() if date is None else date)
        lines += ["%s: %s" % header for header in headers.items()]
        # One write: the kernel would hold back the second of two until the client has acknowledged the first.
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.close_connection = self.close_connection or cut is not None
        if cut == "reset":
            # Closed here, because the handler would end the connection in order first.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        elif cut == "headers":
            self.wfile.write(head)
        elif cut == "body":
            self.wfile.write(head + answer.body[: len(answer.body) // 2])
        elif cut is None:
            self.wfile.write(head + (b"" if self.command == "HEAD" else answer.body))

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    main()
