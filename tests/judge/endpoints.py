#!/usr/bin/env python3
"""Prints where botocore sends a request of each service, in every region that it knows and in some that it does not.

    endpoints.py

A line of JSON for each service, region, FIPS and dual stack: the host, and the region of the signature, which is null
for requests without one. Where an older table of botocore's has no dual-stack host, its rules, which all SDKs share, are
asked for one.
"""

import json
import os
import sys
import tempfile

import botocore.endpoint_provider
import botocore.exceptions
import botocore.loaders
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from urllib.parse import urlsplit

OPERATIONS = {
    "iam": ("list_users", {}),
    "signin": ("create_o_auth2_token", {"tokenInput": {
        "clientId": "arn:aws:signin:::devtools/same-device", "grantType": "authorization_code", "code": "x" * 20,
        "redirectUri": "http://127.0.0.1:1/", "codeVerifier": "v" * 50}}),
    "sso": ("get_role_credentials", {"roleName": "r", "accountId": "123456789012", "accessToken": "t"}),
    "sso-oidc": ("create_token", {"clientId": "a", "clientSecret": "b", "grantType": "c"}),
    "sts": ("get_caller_identity", {}),
}
NEW = ["moon-1", "us-moon-1", "eu-west-99", "cn-south-7", "us-gov-north-1", "us-gov-1", "eusc-de-west-2", "eusc-fr-west-1", "us-iso-x-1",
       "us-isob-x-12", "eu-isoe-x-1", "us-isof-x-1", "us-isog-x-1", "cn-north-1-x", "cn-1", "EU-WEST-1", "CN-NORTH-1", "aws-eusc-global",
       "fips-us-east-1", "us-east-1-fips", "us-gov-west-1-fips", "fips-cn-north-1", "fips-aws-global"]


class Body:
    def stream(self, **_):
        yield b""


def ask(session, service, region, fips, dual):
    operation, parameters = OPERATIONS[service]
    seen = {}

    def sent(request, **_):
        seen.update(url=request.url, headers=dict(request.headers))
        return AWSResponse(request.url, 200, {}, Body())
    try:
        client = session.create_client(service, region_name=region,
                                       config=Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual))
        client.meta.events.register("before-send", sent)
        getattr(client, operation)(**parameters)
    except botocore.exceptions.EndpointVariantError:
        return ruled(session, service, region, fips, dual)
    # The answer is empty.
    except Exception:  # pylint: disable=broad-exception-caught
        if not seen:
            raise
    authorization = seen.get("headers", {}).get("Authorization", "")
    if isinstance(authorization, bytes):
        authorization = authorization.decode()
    scope = authorization.split("/")
    return urlsplit(seen["url"]).netloc, scope[2] if len(scope) > 2 else None


def ruled(session, service, region, fips, dual):
    loader = session.get_component("data_loader")
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = botocore.endpoint_provider.EndpointProvider(rules, loader.load_data("partitions"))
    plain = region.replace("fips-", "").replace("-fips", "")
    endpoint = provider.resolve_endpoint(Region=plain, UseFIPS=fips or plain != region, UseDualStack=dual)
    return urlsplit(endpoint.url).netloc, None


def main():
    for name in [name for name in os.environ if name.startswith("AWS")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="awsenv-judge-") as home:
        os.environ.update(HOME=home, AWS_EC2_METADATA_DISABLED="true")
        session = botocore.session.Session()
        session.set_credentials("AKIAIOSFODNN7EXAMPLE", "x")
        partitions = botocore.loaders.Loader().load_data("partitions")["partitions"]
        regions = [region for partition in partitions for region in partition["regions"]] + NEW
        for service in OPERATIONS:
            for region in regions:
                for fips in (False, True):
                    for dual in (False, True):
                        host, signed = ask(session, service, region, fips, dual)
                        print(json.dumps({"service": service, "region": region, "fips": fips, "dual_stack": dual,
                                          "host": host, "signed": signed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
