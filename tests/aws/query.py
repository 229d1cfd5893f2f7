"""The query protocol: a form -> what is asked for, and a result -> XML, both as botocore's model of the service says."""

import re
import uuid
from xml.sax.saxutils import escape

import botocore.loaders
import botocore.model

from message import Answer, Refusal

# Java's names of Unicode classes, and its way to write a character beyond the first plane.
TO_PYTHON = ((r"\p{L}\p{Z}\p{N}", r"\w\s"), (r"\u10000-\u10FFFF", "\U00010000-\U0010ffff"))


class Service:
    def __init__(self, name):
        self.model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"))
        self.version = self.model.metadata["apiVersion"]

    def read(self, request):
        """The action and its members. A field that the action does not know, or that is there twice, is refused."""
        names = [name for name, _ in request.fields]
        for name in names:
            if names.count(name) > 1:
                raise Refusal(400, "StandIn", "the field %s is there %d times" % (name, names.count(name)))
        fields = dict(request.fields)
        action, version = fields.pop("Action", None), fields.pop("Version", "NO_VERSION_SPECIFIED")
        if action is None:
            raise Refusal(400, "MissingAction", "Missing Action")
        if action not in self.model.operation_names or version != self.version:
            raise Refusal(400, "InvalidAction", "Could not find operation %s for version %s" % (action, version))
        asked, wrong = {}, []
        shape = self.model.operation_model(action).input_shape
        if shape is not None:
            asked = members(shape, "", fields, wrong, "")
        if fields:
            raise Refusal(400, "StandIn", "%s does not know the field %s" % (action, ", ".join(sorted(fields))))
        if wrong:
            plural = "s" if len(wrong) > 1 else ""
            raise Refusal(400, "ValidationError", "%d validation error%s detected: %s" % (len(wrong), plural, "; ".join(wrong)))
        return action, asked

    def answer(self, action, result):
        text = (
            '<%sResponse xmlns="%s">\n  <%sResult>%s</%sResult>\n'
            "  <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>\n</%sResponse>\n"
        )
        content = xml(self.model.operation_model(action).output_shape, result)
        names = (action, self.model.metadata["xmlNamespace"], action, content, action, uuid.uuid4(), action)
        return Answer(200, (text % names).encode())


def members(shape, prefix, fields, wrong, path):
    found = {}
    for name, member in shape.members.items():
        value = read(member, prefix + name, fields, wrong, path + name[0].lower() + name[1:])
        if value is not None:
            found[name] = value
        elif name in shape.required_members:
            where = path + name[0].lower() + name[1:]
            wrong.append("Value null at '%s' failed to satisfy constraint: Member must not be null" % where)
    return found


def read(shape, name, fields, wrong, path):
    """Takes the fields of one member out of the form. None if there is none of them."""
    if shape.type_name == "structure":
        if not any(field.startswith(name + ".") for field in fields):
            return None
        return members(shape, name + ".", fields, wrong, path + ".")
    if shape.type_name == "list":
        values = []
        while True:
            number = len(values) + 1
            value = read(shape.member, "%s.member.%d" % (name, number), fields, wrong, "%s.%d.member" % (path, number))
            if value is None:
                break
            values.append(value)
        if len(values) > shape.metadata.get("max", len(values)):
            wrong.append(unsatisfied(values, path, "have length less than or equal to %d" % shape.metadata["max"]))
        return values or None
    text = fields.pop(name, None)
    if text is None:
        return None
    if shape.type_name == "integer":
        return number_of(text, shape.metadata, wrong, path)
    check_text(text, shape.metadata, wrong, path)
    return text


def unsatisfied(value, path, rule):
    return "Value '%s' at '%s' failed to satisfy constraint: Member must %s" % (value, path, rule)


def number_of(text, limits, wrong, path):
    if not re.fullmatch(r"-?[0-9]+", text):
        raise Refusal(400, "MalformedInput", "'%s' at '%s' is not a number" % (text, path))
    value = int(text)
    if value < limits.get("min", value):
        wrong.append(unsatisfied(value, path, "have value greater than or equal to %d" % limits["min"]))
    if value > limits.get("max", value):
        wrong.append(unsatisfied(value, path, "have value less than or equal to %d" % limits["max"]))
    return value


def check_text(text, limits, wrong, path):
    if len(text) < limits.get("min", 0):
        wrong.append(unsatisfied(text, path, "have length greater than or equal to %d" % limits["min"]))
    if len(text) > limits.get("max", len(text)):
        wrong.append(unsatisfied(text, path, "have length less than or equal to %d" % limits["max"]))
    pattern = limits.get("pattern")
    if pattern is None:
        return
    here = pattern
    for java, python in TO_PYTHON:
        here = here.replace(java, python)
    if not re.fullmatch(here, text, 0 if r"\p" in pattern else re.ASCII):
        wrong.append(unsatisfied(text, path, "satisfy regular expression pattern: " + pattern))


def xml(shape, value):
    if shape.type_name == "structure":
        return "".join(
            "<%s>%s</%s>" % (name, xml(member, value[name]), name)
            for name, member in shape.members.items()
            if value.get(name) is not None
        )
    if shape.type_name == "list":
        return "".join("<member>%s</member>" % xml(shape.member, item) for item in value)
    return escape(str(value))
