"""What a browser shows of a sign-in."""

import html

from message import Answer

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Sign in</title>
<h1>Allow awsenv to access your data?</h1>
%s
"""
LINKS = '<p><a id="allow" href="%s">Allow</a> <a id="deny" href="%s">Deny</a></p>\n'
CLICK = '<script>document.getElementById("allow").click()</script>\n'


def page(content):
    return Answer(200, (PAGE % content).encode(), content_type="text/html; charset=utf-8")


def question(path, kind):
    """With links to the same path for both decisions; for the kind "script" it follows the first one by itself."""
    allow, deny = (html.escape("%s&decision=%s" % (path, decision)) for decision in ("allow", "deny"))
    links = LINKS % (allow, deny)
    return page({"page": links, "script": links + CLICK, "silent": ""}[kind])


def done():
    return page("<p>You can close this page.</p>")


def redirect(url):
    return Answer(302, b"", content_type="text/html; charset=utf-8", headers={"Location": url})
