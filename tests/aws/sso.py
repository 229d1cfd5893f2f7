"""The access portal of IAM Identity Center: accounts and roles of the user, the keys of a role, and the sign-out."""

import re
import secrets
import time

import rest
from message import Answer, Refusal

FEW = 20


class PortalRefusal(Refusal):
    codes = {
        400: "InvalidRequestException", 401: "UnauthorizedException", 403: "ForbiddenException",
        404: "ResourceNotFoundException", 429: "TooManyRequestsException", 500: "InternalServerException",
        503: "ServiceUnavailableException",
    }

    def answer(self):
        body = {"message": self.message, "__type": "com.amazonaws.switchboard.portal#" + self.code}
        return rest.answer(body, self.status, self.code, {"x-amzn-ErrorType": self.code, **self.headers})


def refusal(status, message):
    return PortalRefusal(status, PortalRefusal.codes[status], message)


def invalid(message, members):
    return unauthorized() if "accessToken" in members else refusal(400, message)


def unauthorized():
    return refusal(401, "Session token not found or invalid")


class Portal:
    refusal = PortalRefusal

    def __init__(self, center):
        self.center = center
        self.service = rest.Service("sso", PortalRefusal, invalid)
        # By a token, of which request of which user it is, and what comes next.
        self.pages = {}
        self.answers = {
            "GetRoleCredentials": self.get_role_credentials,
            "ListAccountRoles": self.list_account_roles,
            "ListAccounts": self.list_accounts,
            "Logout": self.logout,
        }

    def is_asked(self, request):
        return self.service.operation(request) is not None

    def action(self, request):
        return self.service.operation(request).name

    def answer(self, request, scenario):
        asked = self.service.read(request)
        now = time.time() + scenario.clock
        with self.center.lock:
            sign_in = self.center.by_access(asked.pop("accessToken"), now, scenario)
            if sign_in is None:
                raise unauthorized()
            return self.answers[self.action(request)](sign_in, asked, now, scenario)

    def get_role_credentials(self, sign_in, asked, now, scenario):
        account = account_of(sign_in, asked["accountId"])
        if asked["roleName"] not in account["roles"]:
            raise refusal(403, "No access")
        keys = self.center.role_keys(sign_in, account["id"], asked["roleName"], now, scenario)
        return rest.success({"roleCredentials": {
            "accessKeyId": keys.key, "secretAccessKey": keys.secret, "sessionToken": keys.token,
            "expiration": int(keys.expires * 1000), **rest.UNKNOWN}})

    def list_accounts(self, sign_in, asked, _now, scenario):
        accounts = [
            {"accountId": account["id"], "accountName": account.get("name"), "emailAddress": account.get("email"), **rest.UNKNOWN}
            for account in sign_in.instance.accounts.values() if account["roles"]]
        return self.page("accountList", accounts, sign_in, asked, scenario)

    def list_account_roles(self, sign_in, asked, _now, scenario):
        account = account_of(sign_in, asked["accountId"])
        roles = [{"roleName": role, "accountId": account["id"], **rest.UNKNOWN} for role in account["roles"]]
        return self.page("roleList", roles, sign_in, asked, scenario)

    def page(self, name, items, sign_in, asked, scenario):
        whose = (name, asked.get("accountId"), id(sign_in))
        token = asked.get("nextToken")
        start = 0
        if token is not None:
            if self.pages.get(token, (None,))[0] != whose:
                raise refusal(400, "Invalid next token")
            start = self.pages[token][1]
        end = start + min(asked.get("maxResults", FEW), sign_in.instance.setting("page_size", scenario))
        following = None
        if end < len(items):
            # With what a query must escape.
            following = "%s+/=&%s" % (secrets.token_urlsafe(24), "\u00e9")
            self.pages[following] = (whose, end)
        return rest.success({"nextToken": following, name: items[start:end]})

    def logout(self, sign_in, _asked, _now, _scenario):
        self.center.sign_out(sign_in)
        return Answer(200, b"", content_type=rest.JSON)


def account_of(sign_in, number):
    if not re.fullmatch("[0-9]{12}", number):
        raise refusal(400, "Account id must be of 12 digits")
    account = sign_in.instance.accounts.get(number)
    if account is None:
        raise refusal(404, "The specified account does not exist")
    return account
