"""Messages of group robots: what each chat product wants, answers, and refuses.

A group robot is an address that a chat group gives out: whoever posts to it speaks in the group.
Pure functions: text in, the pieces of an HTTP request out.
"""

import base64
import hashlib
import hmac
import ipaddress
from string import Formatter
from urllib.parse import urlsplit

__all__ = [
    "PLACEHOLDERS",
    "TemplateError",
    "address_fault",
    "check_template",
    "compose",
    "is_public_address",
    "refusal",
    "request_parts",
    "shorten",
]

PLACEHOLDERS = ("project", "document", "what", "due", "link")
# bytes of UTF-8 that the products accept in one message
LIMITS = {"wecom": 2048, "dingtalk": 20000, "feishu": 20000, "plain": 20000}
ELLIPSIS = "…"


class TemplateError(ValueError):
    """The text of a template cannot be filled in; the argument is the part that is wrong."""


def check_template(template):
    """Raise unless every pair of braces holds the bare name of a placeholder.

    :raise TemplateError: with the wrong part, or an empty text for unbalanced braces
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise TemplateError("") from error
    for _text, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise TemplateError(name)


def compose(template, words):
    """Return the template filled in; lines whose placeholders are all empty are left out."""
    check_template(template)
    lines = []
    for line in template.splitlines():
        names = [name for _text, name, _spec, _conv in Formatter().parse(line) if name is not None]
        if names and not any(words.get(name) for name in names):
            continue
        lines.append(line.format_map({name: words.get(name) or "" for name in PLACEHOLDERS}))
    return "\n".join(lines).strip()


def shorten(text, size):
    """Return the text cut to ``size`` bytes of UTF-8, never within a character."""
    data = text.encode()
    if len(data) <= size:
        return text
    kept = size - len(ELLIPSIS.encode())
    return data[:kept].decode("utf-8", "ignore") + ELLIPSIS


def request_parts(kind, text, event, secret, now):
    """Return ``(query, body)`` of the request that makes a robot say ``text``.

    :param str event: name of the event, for receivers that are programs
    :param str secret: with which some products want messages signed; may be empty
    :param float now: seconds since 1970
    """
    text = shorten(text, LIMITS[kind])
    if kind == "wecom":
        return {}, {"msgtype": "text", "text": {"content": text}}
    if kind == "dingtalk":
        query = {}
        if secret:
            stamp = str(round(now * 1000))
            signed = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
            query = {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}
        return query, {"msgtype": "text", "text": {"content": text}}
    if kind == "feishu":
        body = {"msg_type": "text", "content": {"text": text}}
        if secret:
            stamp = str(int(now))
            signed = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
            body |= {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}
        return {}, body
    return {}, {"text": text, "event": event}


def refusal(kind, status, answer):
    """Return why a message was not taken, or None.

    :param int status: of the HTTP answer
    :param answer: what its body says as JSON, or None
    """
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if kind == "plain":
        return None
    if not isinstance(answer, dict):
        return "no JSON"
    # Feishu's older robots answer with StatusCode
    code = next((answer[key] for key in ("errcode", "code", "StatusCode") if key in answer), None)
    if code == 0:
        return None
    words = next((answer[key] for key in ("errmsg", "msg", "StatusMessage") if answer.get(key)), "")
    return shorten(f"{code} {words}".strip(), 300)


def address_fault(address):
    """Return what is wrong with the address of a robot, or None.

    ``scheme``: not https; ``host``: none, with a password, or of this machine or network.
    """
    try:
        parts = urlsplit(address.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "host"
    if parts.scheme != "https":
        return "scheme"
    if not host or parts.username or parts.password is not None:
        return "host"
    if not is_public_address(host):
        return "host"
    name = host.rstrip(".").lower()
    inside = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")
    if any(name == end or name.endswith(f".{end}") for end in inside):
        return "host"
    # a bare name is looked up in the own network; so are numbers that are no dotted address
    if not _is_ip(name) and ("." not in name or name.rsplit(".", 1)[1].isdigit()):
        return "host"
    return None


def is_public_address(host):
    """Tell whether a host is a name, or the number of a machine on the public internet."""
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    mapped = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
    return number.is_global and not number.is_multicast and (mapped is None or mapped.is_global)


def _is_ip(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
