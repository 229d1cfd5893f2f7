"""The REST protocol in JSON: a request -> what is asked for, and a result -> JSON, both as botocore's model of the service
says. Its requests are not signed."""

import json
import re

import botocore.loaders
import botocore.model

from message import Answer

JSON = "application/json"
# A client must not mind what it does not know.
UNKNOWN = {"addedLater": {"list": [1, None], "text": "\u00fc"}}


class Service:
    """`refusal` is the form of its errors, and `invalid` makes the one for a wrong request out of a message and the members
    that are wrong. `left_out` are operations that need a signature."""

    def __init__(self, name, refusal, invalid, left_out=()):
        model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"))
        self.refusal, self.invalid = refusal, invalid
        self.operations = {}
        for operation in (model.operation_model(name) for name in model.operation_names):
            if operation.name not in left_out:
                self.operations[operation.http["method"], operation.http["requestUri"]] = operation

    def operation(self, request):
        """The operation; the path of an endpoint may come before its own."""
        for (method, path), operation in self.operations.items():
            if method == request.method and request.route.endswith(path):
                return operation
        return None

    def read(self, request):
        """The members by their names. What the operation does not have, or what appears twice, is refused."""
        operation = self.operation(request)
        if request.header("authorization") is not None:
            raise self.strict("%s takes no signature" % operation.name)
        places = {"querystring": {}, "header": {}, "body": {}}
        for name, member in operation.input_shape.members.items():
            place = member.serialization.get("location", "body")
            places[place][member.serialization.get("name", name)] = (name, member)
        asked = self.taken(places["querystring"], request.query, number_of)
        headers = [(name, value) for name, value in request.headers if name in places["header"]]
        asked.update(self.taken(places["header"], headers, lambda value, _: value))
        asked.update(self.taken(places["body"], self.body(request, places["body"]), lambda value, _: value))
        missing = [name for name in operation.input_shape.required_members if not asked.get(name)]
        if missing:
            raise self.invalid("%s misses %s" % (operation.name, ", ".join(missing)), missing)
        return asked

    def strict(self, message):
        return self.refusal(400, "StandIn", message)

    def body(self, request, members):
        if not members:
            if request.body:
                raise self.strict("this operation has no body")
            return []
        if request.header("content-type") != JSON:
            raise self.strict("expected the content type %s" % JSON)
        if request.members is None:
            raise self.invalid("the body is not a JSON object", ())
        return request.members

    def taken(self, known, pairs, converted):
        found = {}
        for name, value in pairs:
            if name not in known:
                raise self.strict("%s is not a member" % name)
            member, shape = known[name]
            if member in found:
                raise self.strict("%s appears twice" % name)
            value = converted(value, shape)
            if not fits(value, shape):
                raise self.invalid("%s has the wrong type" % name, (member,))
            found[member] = value
        return found


def number_of(text, shape):
    return int(text) if shape.type_name == "integer" and re.fullmatch(r"-?[0-9]+", text) else text


def fits(value, shape):
    if shape.type_name == "list":
        return isinstance(value, list) and all(fits(item, shape.member) for item in value)
    if shape.type_name == "integer":
        limits = shape.metadata
        return isinstance(value, int) and limits.get("min", value) <= value <= limits.get("max", value)
    return isinstance(value, str)


def answer(result, status=200, code=None, headers=None):
    body = json.dumps(result, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, code, JSON, dict(headers or {}))


def success(result):
    return answer({**result, **UNKNOWN})
