"""Start URLs of a company's own. `vanity` in the file of a world has an object for each path:

    to         where it leads: another path here, or a URL; null for a redirect without a target
    status     of the redirect (302)
    head       the status for HEAD, in place of the redirect
"""

from message import Answer, Refusal


class Vanity:
    refusal = Refusal

    def __init__(self, paths):
        self.paths = paths

    def is_asked(self, request):
        return request.route in self.paths and request.method in ("GET", "HEAD")

    def action(self, _request):
        return "StartUrl"

    def answer(self, request, _scenario):
        path = self.paths[request.route]
        if request.method == "HEAD" and "head" in path:
            return Answer(path["head"], b"", content_type="text/html")
        headers = {} if path["to"] is None else {"Location": path["to"]}
        return Answer(path.get("status", 302), b"<html></html>", content_type="text/html", headers=headers)
