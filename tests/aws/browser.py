#!/usr/bin/env python3
"""A browser with its user, for BROWSER: opens a URL, clicks what the user would click, and follows where that leads.

    browser.py DOES LOG URL

DOES is "allow", "deny", "wrong-state" (the redirect comes with another state), "wrong-state-first" (and then with the right
one) or "never". LOG gets a JSON line {"opened": URL} at once, and one {"status", "headers", "body"} for each answer of the
program that waits for the redirect.
"""

import http.client
import json
import re
import ssl
import sys
import urllib.parse

REDIRECTS = (301, 302, 303, 307, 308)


def main():
    does, log, url = sys.argv[1:]
    note(log, {"opened": url})
    if does == "never":
        return
    if does == "deny":
        url += "&decision=deny"
    answer = get(url)
    link = re.search(r'id="allow" href="([^"]+)"', answer["body"])
    if link:
        answer = get(urllib.parse.urljoin(url, link[1].replace("&amp;", "&")))
    if answer["status"] not in REDIRECTS:
        return
    back = answer["headers"]["location"]
    if does.startswith("wrong-state"):
        note(log, get(re.sub(r"(?<=[?&]state=)[^&]*", "e5c1b0a4-0000-4000-8000-000000000000", back)))
    if does != "wrong-state":
        note(log, get(back))


def get(url):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        # The authority is of the tests' own.
        connection = http.client.HTTPSConnection(parts.netloc, timeout=60, context=ssl._create_unverified_context())
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")))
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    answer = {"status": response.status, "headers": headers, "body": response.read().decode("utf-8", "replace")}
    connection.close()
    return answer


def note(log, line):
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
