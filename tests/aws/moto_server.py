#!/usr/bin/env python3
"""moto on the loopback, with the users and roles that a world has in its first account, as a second opinion.

    moto_server.py WORLD

Prints {"port", "keys": {ARN: {"id", "secret"}}} as the first line, and ends when its stdin does. From then on moto checks
signatures, tokens and trust policies. Its keys are its own. A session that assumes a further role is named `session`.
"""

import json
import logging
import os
import sys

# moto reads this at its import; everything that is asked for below comes before it counts.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "inf"

import boto3
import moto.settings
from moto.server import ThreadedMotoServer

# The name that sessions must have that assume a further role.
SESSION = "session"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        world = json.load(file)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    iam = boto3.client("iam", endpoint_url="http://127.0.0.1:%d" % port, region_name="us-east-1",
                       aws_access_key_id="setup", aws_secret_access_key="setup")
    account = account_of(world["users"][0])
    keys = {user["arn"]: add_user(iam, user) for user in world["users"] if account_of(user) == account}
    for role in world["roles"]:
        if account_of(role) == account:
            add_role(iam, role)
    moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    print(json.dumps({"port": port, "keys": keys}), flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


def account_of(item):
    return item["arn"].split(":")[4]


def add_user(iam, user):
    name = user["arn"].split("/")[-1]
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy([{"Action": "sts:*", "Resource": "*"}]))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def add_role(iam, role):
    name = role["arn"].split("/")[-1]
    statements = [trusting(statement) for statement in role["trust"]]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statements), MaxSessionDuration=role.get("max_duration", 3600))
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy([{"Action": "sts:*", "Resource": "*"}]))


def trusting(statement):
    # moto compares the whole ARN of the session, AWS that of its role.
    principals = [principal.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/" + SESSION
                  if ":role/" in principal else principal for principal in statement["principals"]]
    made = {"Action": "sts:AssumeRole", "Principal": {"AWS": principals}}
    if "external_id" in statement:
        made["Condition"] = {"StringEquals": {"sts:ExternalId": statement["external_id"]}}
    if statement.get("mfa"):
        made["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return made


def policy(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement} for statement in statements]})


if __name__ == "__main__":
    main()
