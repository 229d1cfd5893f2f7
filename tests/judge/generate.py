"""Random cases for the judge: the files and the environment that a user could have.

There are two kinds. `grammar` combines lines that are hard to parse; most files stay readable, because a file that
everyone rejects tests little. `chains` writes clean files whose profiles refer to each other in every way.
The same seed and number give the same case.
"""

import hashlib
import json
import random

PLAIN = ["default", "dev", "prod", "ops", "a.b", "team/x", "x@y", "n-1"]
ODD = ["two words", "DEFAULT", "UPPER", "o'brien", '"quoted"', "exc!aim", "gr\u00fcn", "50%", "dom\\user", "a#b", "a;b",
       "a[b", "a]b", "a=b", "a:b", "profile", "sso-session s", "\u00a0nbsp", "tab\tbed", "e\u0301", "\U0001f600"]
KEYS = ["region", "output", "role_arn", "source_profile", "aws_access_key_id", "aws_secret_access_key", "x", "y.z",
        "two words", "sso_region", "endpoint_url", "aws_session_token", "s3", "M\u00dcx"]
TEXTS = ["eu-west-1", "us-east-1 # home", "us-east-1 ; home", "a=b", "a:b", "'q'", '"q"', "%(x)s", "50%", "${HOME}", "~/x",
         "a\\", "\\n", "[x]", "= v", ": v", "#", ";v", "", "", "tab\tin", "\u00a0nbsp\u00a0", "\u3000wide", "\u2028ls",
         "form\x0cfeed", "gr\u00fcn \U0001f600", "v\x0b", "\x1cfs", "v\x85", "\u200bzero"]
ENDS = ["\n"] * 12 + ["\r\n"] * 3 + ["\n\n", "\n \n", "\n\t\n", "\r", " \n", "\t\n", "\x0c\n"]
BLANKS = ["", "", "", " ", "  ", "\t", "    ", " \t"]

DIRTY_LINES = ["no delimiter", "= no key", ": no key", "[", "[]", "]", "[profile x", "[ ]", "==", "key", "\ufeff", "  = v",
               "[[x]]", "rem x", "REM x", "\x00"]
PASSIVE_LINES = ["# comment", "; comment", "  # indented", "\t; indented", "#", "", "   ", "#[profile x]", "\x0c"]


def header(r, in_credentials):
    name = r.choice(PLAIN) if r.random() < 0.8 else r.choice(ODD)
    if in_credentials:
        text = name if r.random() < 0.9 else "profile " + name
    elif name == "default" and r.random() < 0.7:
        text = name
    else:
        prefix = "profile" if r.random() < 0.8 else r.choice(
            ["sso-session", "services", "profiles", "Profile", "profilex", "plugins", "", "sso-sessions", "profile\\"])
        quote = r.choice([""] * 8 + ['"', "'"])
        gap = r.choice([" "] * 8 + ["  ", "\t", "\u00a0"])
        text = prefix + gap + quote + name + quote if prefix else name
    pad = r.choice([""] * 12 + [" ", "\t"])
    tail = r.choice([""] * 14 + [" # note", " ; note", ";c", "#c", " junk", " ", "]", " # [x]", "\x0c"])
    return "[" + pad + text + pad + "]" + tail


def block(r, indent):
    """Lines under a key without a value."""
    lines = []
    for _ in range(r.randint(0, 4)):
        deeper = indent + r.choice([" ", "  ", "\t", "    "])
        key = r.choice(["a", "b", "endpoint_url", "two words", "A", "a:b", "", "#c", ";c", "[x]"])
        lines.append(deeper + key + r.choice(["=", " = ", "=", " =\t", ""] if r.random() < 0.1 else ["=", " = "]) + r.choice(TEXTS))
    return lines


def section(r, in_credentials, dirty):
    lines = [r.choice(["  ", "\t", " "]) * (r.random() < 0.04) + header(r, in_credentials)]
    indent = r.choice(BLANKS) if r.random() < 0.3 else ""
    used = set()
    for _ in range(r.randint(0, 6)):
        key = r.choice(KEYS)
        if key in used and not (dirty and r.random() < 0.3):
            continue
        used.add(key)
        if r.random() < 0.1:
            key = key.upper() if r.random() < 0.5 else key.title()
        here = indent if r.random() < 0.9 else r.choice(BLANKS)
        sep = r.choice(["=", " = ", " = ", "= ", " =", ":", " : ", "\t=\t"] + ([" ", ""] if dirty and r.random() < 0.2 else []))
        if r.random() < 0.12:
            lines.append(here + key + sep.rstrip())
            lines += block(r, here)
            continue
        lines.append(here + key + sep + r.choice(TEXTS))
        if r.random() < 0.15:
            for _ in range(r.randint(1, 3)):
                lines.append(r.choice(["", here + r.choice([" ", "  ", "\t"]) + r.choice(
                    ["more", "# indented comment", "; too", "k = v", "[profile x]", "", "aws_secret_access_key = S"])]))
        if r.random() < 0.1:
            lines.append(r.choice(PASSIVE_LINES))
    if dirty and r.random() < 0.4:
        lines.insert(r.randint(0, len(lines)), r.choice(DIRTY_LINES))
    return lines


def grammar_file(r, in_credentials):
    if r.random() < 0.08:
        return None
    dirty = r.random() < 0.2
    lines = []
    if r.random() < 0.1:
        lines.append(r.choice(PASSIVE_LINES))
    if r.random() < (0.1 if dirty else 0.01):
        lines.append(r.choice(["\ufeff[default]", "region = early", "  early"]))
    seen = set()
    for _ in range(r.randint(0, 6)):
        new = section(r, in_credentials, dirty)
        if new[0].strip() in seen and not (dirty and r.random() < 0.4):
            continue
        seen.add(new[0].strip())
        lines += new
    end = None if r.random() < 0.4 else r.choice(["\n", "\r\n", "\r"])
    text = "".join(line + (end or r.choice(ENDS)) for line in lines)
    if r.random() < 0.2:
        text = text.rstrip("\r\n")
    data = text.encode("utf-8")
    if r.random() < 0.01:
        at = r.randint(0, len(data))
        data = data[:at] + b"\xff" + data[at:]
    return data


def grammar(r):
    case = {"config": grammar_file(r, False), "credentials": grammar_file(r, True), "env": {}, "files": {}, "profile": None}
    text = b"\n".join(filter(None, (case["config"], case["credentials"]))).decode("utf-8", "replace")
    names = [name for name in PLAIN + ODD if name + "]" in text] or PLAIN
    if r.random() < 0.8:
        case["profile"] = r.choice(names) if r.random() < 0.9 else r.choice(ODD)
    elif r.random() < 0.5:
        case["env"][r.choice(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])] = r.choice(names + [""])
    return case


def static(r, name):
    keys = {"aws_access_key_id": "AKIA" + name.upper(), "aws_secret_access_key": "secret-of-" + name}
    if r.random() < 0.06:
        del keys[r.choice(list(keys))]
    if r.random() < 0.04:
        keys[r.choice(list(keys) or ["aws_access_key_id"])] = ""
    for token in ("aws_session_token", "aws_security_token"):
        if r.random() < 0.15:
            keys[token] = token + "-of-" + name
    if r.random() < 0.1:
        keys["aws_account_id"] = "111122223333"
    return keys


def role(r, name, names):
    keys = {"role_arn": "arn:aws:iam::123456789012:role/" + name}
    if r.random() < 0.9:
        keys["source_profile"] = r.choice(names) if r.random() < 0.96 else r.choice(["nowhere", "", "Default"])
    if r.random() < (0.6 if "source_profile" not in keys else 0.03):
        keys["credential_source"] = r.choice(
            ["Environment", "Environment", "EcsContainer", "Ec2InstanceMetadata", "environment", "Bogus", ""])
    for key, values in {
        "external_id": ["ext", "", "ext # 1"],
        "mfa_serial": ["arn:aws:iam::123456789012:mfa/me", ""],
        "role_session_name": ["me", "", "m e"],
        "duration_seconds": ["3600", "abc", "900.5", " 1200 ", "1_800", "+900", "-1", "", "1h", "0x10", "1__0"],
    }.items():
        if r.random() < 0.25:
            keys[key] = r.choice(values)
    return keys


def web(r, name):
    keys = {"web_identity_token_file": r.choice(["/var/token-" + name, "~/token", ""]), "role_arn": "arn:aws:iam::1:role/w-" + name}
    if r.random() < 0.15:
        keys["role_arn"] = ""
    if r.random() < 0.1:
        del keys["role_arn"]
    if r.random() < 0.3:
        keys["role_session_name"] = "web-" + name
    return keys


def sso(r, sessions, name):
    keys = {"sso_account_id": "123456789011", "sso_role_name": "reader-" + name}
    if r.random() < 0.1:
        del keys[r.choice(list(keys))]
    if r.random() < 0.65:
        keys["sso_session"] = r.choice(sessions) if sessions and r.random() < 0.85 else r.choice(["nosuch", ""])
        if r.random() < 0.25:
            keys["sso_region"] = r.choice(["us-east-1", "eu-north-1"])
    else:
        keys.update({"sso_start_url": "https://%s.awsapps.com/start" % name, "sso_region": "eu-west-1"})
        if r.random() < 0.15:
            del keys[r.choice(["sso_start_url", "sso_region"])]
    return keys


def login(r, name, files):
    session = "arn:aws:iam::123456789012:user/" + name
    if r.random() < 0.65:
        token = {
            "accessToken": {"accessKeyId": "ASIA" + name.upper(), "secretAccessKey": "s", "sessionToken": "t",
                            "accountId": "123456789012", "expiresAt": "2999-01-01T00:00:00Z"},
            "tokenType": "aws_sigv4", "clientId": "c", "refreshToken": "r", "dpopKey": "k"}
        if r.random() < 0.15:
            del token[r.choice(["accessToken", "refreshToken", "dpopKey", "clientId"])]
        text = json.dumps(token) if r.random() < 0.95 else "{"
        where = "logins" if r.random() < 0.1 else ".aws/login/cache"
        files[where + "/%s.json" % hashlib.sha256(session.encode()).hexdigest()] = text
    return {"login_session": session}


PROCESSES = ["/opt/bin/keys --user me", '"/opt/my bin/keys" \'a b\' c\\ d', 'keys "" x', "keys 'open", "keys # no comment",
             "a | b", "", "keys \\", '"$HOME/x" "a\\$b\\"c"', "keys\u00a0x"]


def chains(r):
    names = ["default"] + ["p%d" % n for n in range(1, r.randint(2, 7))]
    if r.random() < 0.15:
        names.append(r.choice(["two words", "gr\u00fcn", "o'brien", "a;b", "50%"]))
    sessions = ["s%d" % n for n in range(r.randint(0, 2))]
    files, env, config, credentials = {}, {}, [], []
    for name in names:
        keys = {}
        kinds = [r.choice(["static", "static", "role", "role", "role", "role", "web", "sso", "login", "process", "none"])]
        if r.random() < 0.3:
            kinds.append(r.choice(["static", "role", "web", "sso", "login", "process"]))
        for kind in kinds:
            keys.update({
                "static": lambda: static(r, name),
                "role": lambda: role(r, name, names),
                "web": lambda: web(r, name),
                "sso": lambda: sso(r, sessions, name),
                "login": lambda: login(r, name, files),
                "process": lambda: {"credential_process": r.choice(PROCESSES)},
                "none": lambda: {},
            }[kind]())
        if r.random() < 0.5:
            keys["region"] = r.choice(["us-east-1", "eu-west-1", ""])
        apart = r.choice([0, 1, 1])
        if r.random() < 0.02:
            keys[r.choice(["metadata_service_timeout", "metadata_service_num_attempts", "ec2_metadata_service_endpoint_mode"])] = \
                r.choice(["2", "abc", "IPv6", "ipv5"])
        if r.random() < 0.02:
            keys[r.choice(["role_arn", "region", "source_profile", "aws_access_key_id", "sso_role_name"])] = "\n  nested = 1"
        for key, value in list(keys.items()):
            in_credentials = r.random() < (0.04 if not key.startswith("aws_") else apart if r.random() < 0.95 else 0.5)
            if in_credentials:
                credentials.append((name, key, value))
            if not in_credentials or r.random() < 0.05:
                config.append((name, key, value))
        if r.random() < 0.3:
            config.append((name, "output", "json"))
    text_config = written(r, config, 
                          lambda n: "default" if n == "default" and r.random() < 0.9 else "profile " + quoted(n))
    if r.random() < 0.05:
        text_config = "[DEFAULT]\n" + r.choice(["region = inherited\n", "source_profile = p1\n", "aws_access_key_id = AKIADEFAULTS\n",
                                                "sso_region = us-east-1\n", "mfa_serial = arn:mfa\n"]) + text_config
    for session in sessions:
        keys = [("sso_start_url", "https://%s.awsapps.com/start" % session), ("sso_region", "us-east-1"),
                ("sso_registration_scopes", "sso:account:access"), ("sso_account_id", "123456789011")]
        kept = [pair for pair, rate in zip(keys, (0.95, 0.95, 0.5, 0.1)) if r.random() < rate]
        text_config += "[sso-session %s]\n" % session + "".join("%s = %s\n" % pair for pair in kept)
    for name, value, rate in (
        ("AWS_PROFILE", r.choice(names * 4 + ["nowhere", ""]), 0.25), ("AWS_DEFAULT_PROFILE", r.choice(names * 4 + ["nowhere", ""]), 0.2),
        ("AWS_REGION", r.choice(["ap-south-1", ""]), 0.15), ("AWS_DEFAULT_REGION", r.choice(["sa-east-1", ""]), 0.15),
        ("AWS_ACCESS_KEY_ID", r.choice(["AKIAENV", ""]), 0.04), ("AWS_SECRET_ACCESS_KEY", r.choice(["env-secret", ""]), 0.04),
        ("AWS_SESSION_TOKEN", "env-token", 0.1), ("AWS_SECURITY_TOKEN", "env-old-token", 0.05),
        ("AWS_CREDENTIAL_EXPIRATION", "2999-01-01T00:00:00Z", 0.05), ("AWS_ACCOUNT_ID", "123", 0.05),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", r.choice(["/var/env-token", ""]), 0.08), ("AWS_ROLE_ARN", r.choice(["arn:aws:iam::1:role/env", ""]), 0.1),
        ("AWS_ROLE_SESSION_NAME", "env-name", 0.08),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", r.choice(["http://127.0.0.1:9/c", "https://x.example/c", "http://x.example/c", "http://[::1]:9/c", ""]), 0.12),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", r.choice(["/v2/x", ""]), 0.06),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", r.choice(["tok", "to\nk"]), 0.05),
        ("AWS_EC2_METADATA_DISABLED", r.choice(["true", "TRUE", "false", ""]), 0.6),
        ("AWS_METADATA_SERVICE_TIMEOUT", "1", 0.02),
        ("AWS_LOGIN_CACHE_DIRECTORY", r.choice(["$HOME/logins", "~/logins", "{HOME}/logins"]), 0.05),
    ):
        if r.random() < rate:
            env[name] = value
    if r.random() < 0.15:
        env.update({"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env-secret"})
    if r.random() < 0.1:
        files[".boto"] = r.choice([
            "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = boto-secret\n",
            "[Credentials]\naws_access_key_id = AKIABOTO\nkeyring = login\n",
            "[DEFAULT]\naws_access_key_id = AKIADEF\naws_secret_access_key = s\n[Credentials]\n",
            "[credentials]\naws_access_key_id = AKIALOW\n",
            "aws_access_key_id = broken\n",
            "[Credentials]\naws_secret_access_key = only\n",
            "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = 50%\n[Boto]\ndebug = 1\n",
        ])
    if r.random() < 0.05:
        files["other.boto"] = "[Credentials]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n"
        env["BOTO_CONFIG"] = r.choice(["{HOME}/other.boto", "~/other.boto", "$HOME/other.boto", "{HOME}/nowhere", ""])
    if r.random() < 0.05:
        files["ec2"] = r.choice(["AWSAccessKeyId=AKIAEC2\nAWSSecretKey=s\n", "AWSAccessKeyId = AKIAEC2\n", "nothing\n", "# AWSAccessKeyId=x\n"])
        env["AWS_CREDENTIAL_FILE"] = r.choice(["{HOME}/ec2", "~/ec2", "{HOME}/nowhere"])
    case = {"config": text_config.encode(), "credentials": written(r, credentials, lambda n: n).encode(), "env": env, "files": files,
            "profile": r.choice(names * 6 + ["nowhere"]) if r.random() < 0.7 else None}
    if not credentials and r.random() < 0.5:
        case["credentials"] = None
    return case


def quoted(name):
    return '"%s"' % name if " " in name or "'" in name else name


def written(r, settings, header_of):
    """Sections in a random order, each with its settings in a random order."""
    sections = {}
    for name, key, value in settings:
        sections.setdefault(name, []).append((key, value))
    names = list(sections)
    r.shuffle(names)
    out = []
    for name in names:
        r.shuffle(sections[name])
        out.append("[%s]\n" % header_of(name) + "".join("%s = %s\n" % pair for pair in sections[name]))
    return "\n".join(out)


def moved(r, case):
    """Sometimes moves the two files, and sets the variables that say where they are."""
    for name, variable in (("config", "AWS_CONFIG_FILE"), ("credentials", "AWS_SHARED_CREDENTIALS_FILE")):
        if r.random() < 0.06:
            value = r.choice(["~/moved-" + name, "$HOME/moved-" + name, "${HOME}/moved-" + name, "{HOME}/moved-" + name,
                              "", "{HOME}/nowhere", "{HOME}", "$NOWHERE/x"])
            case["env"][variable] = value
            if "moved" in value and case[name] is not None:
                case["files"]["moved-" + name] = case[name].decode("utf-8", "surrogateescape")
                case[name] = None


def case_of(seed, number):
    r = random.Random("%s/%d" % (seed, number))
    case = grammar(r) if r.random() < 0.45 else chains(r)
    moved(r, case)
    return case
