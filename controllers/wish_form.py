"""What both wish forms have in common: reading, checking and filing what was sent."""

import re

from odoo.http import request

from ..core import contact, upload

MOST_FILES = 10
LONGEST_TEXT = 20000
LONGEST_LINE = 200
MEGABYTE = 1024 * 1024
FEWEST_DIGITS, MOST_DIGITS = 6, 20


class WishForm:
    """One submission: ``values`` as typed, ``files`` as read, ``errors`` per field."""

    def __init__(self, company, params):
        self.company = company.sudo()
        self.errors = {}
        self.values = {
            "text": self._clean(params.get("text"), LONGEST_TEXT),
            "why": self._clean(params.get("why"), LONGEST_TEXT),
            "name": self._clean(params.get("name"), LONGEST_LINE),
            "contact": self._clean(params.get("contact"), LONGEST_LINE),
            "priority_id": self._number(params.get("priority_id")),
            "project_id": self._number(params.get("project_id")),
            "client_key": self._clean(params.get("client_key"), 64),
        }
        self.files = self._read_files()

    @staticmethod
    def _clean(value, longest):
        return value.replace("\x00", "").strip()[:longest] if isinstance(value, str) else ""

    @staticmethod
    def _number(value):
        return int(value) if isinstance(value, str) and value.isdecimal() else 0

    @staticmethod
    def is_robot(params):
        """Tell whether the field that people do not see was filled."""
        return bool(params.get("website_url"))

    # === CHECKS === #

    def check_text(self):
        if not self.values["text"]:
            self.errors["text"] = request.env._("Please write what you need.")

    def read_expectation(self, params):
        """Read what is asked of a change request only."""
        self.values["expected"] = self._clean(params.get("expected"), LONGEST_TEXT)
        self.values["please_assess"] = params.get("please_assess") != "0"

    def check_reason(self):
        if not self.values["why"]:
            self.errors["why"] = request.env._("Please say why it shall change.")

    def check_expectation(self):
        if not self.values["please_assess"] and not self.values["expected"]:
            self.errors["expected"] = request.env._(
                "Please write what you expect, or ask us to assess it."
            )

    def check_person(self):
        if not self.values["name"]:
            self.errors["name"] = request.env._("Please tell us your name.")
        if not looks_like_contact(self.values["contact"]):
            self.errors["contact"] = request.env._(
                "Please give a phone number or a mail address where we can reach you."
            )

    def check_priority(self):
        """Keep the class only when it is one of those offered."""
        offered = get_classes()
        if self.values["priority_id"] not in offered.ids:
            self.values["priority_id"] = 0

    def _read_files(self):
        sent = [file for file in request.httprequest.files.getlist("files") if file.filename]
        self.values["had_files"] = bool(sent)
        if len(sent) > MOST_FILES:
            self.errors["files"] = request.env._(
                "Please send at most %(number)s files.", number=MOST_FILES
            )
            return []
        limit, allowed = get_limits(self.company)
        files, problems = [], []
        for file in sent:
            file.stream.seek(0)  # a request that is tried again has read its files before
            content = file.stream.read(limit + 1)
            name = re.sub(r"[\x00-\x1f/\\]", "_", file.filename)
            reason = upload.refusal(name, content, allowed, limit)
            if reason:
                problems.append(refusal_sentence(reason, name, limit, allowed))
            files.append({"name": name, "raw": content})
        if problems:
            self.errors["files"] = "\n".join(problems)
        return [] if problems else files


def looks_like_contact(text):
    """Tell whether somebody could be reached by this: a mail address or a phone number.

    People on the spot also write a local number without any code; we know where they are.
    """
    if contact.looks_like(text):
        return True
    digits = re.sub(r"\D", "", text or "")
    plain = re.fullmatch(r"[\d\s()+./-]+", text or "")
    return bool(plain) and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS


def get_classes():
    """Return the classes that a customer may ask for, as superuser."""
    priorities_sudo = request.env["project.requirement.priority"].sudo()
    return priorities_sudo.search([("in_scope", "=", True)])


def get_limits(company):
    """Return (largest size in bytes, accepted endings) of files for the company."""
    company_sudo = company.sudo()
    limit = max(company_sudo.delivery_upload_limit, 1) * MEGABYTE
    return limit, upload.endings(company_sudo.delivery_upload_types)


def get_form_values(company):
    """Return what both form templates need."""
    limit, allowed = get_limits(company)
    return {
        "classes": get_classes(),
        "upload_megabytes": limit // MEGABYTE,
        "upload_accept": ",".join(f".{ending}" for ending in allowed),
        "upload_most": MOST_FILES,
        "longest_text": LONGEST_TEXT,
        "longest_line": LONGEST_LINE,
    }


def refusal_sentence(reason, name, limit, allowed):
    _ = request.env._
    if reason == "size":
        return _("%(file)s is larger than %(number)s MB.", file=name, number=limit // MEGABYTE)
    if reason == "empty":
        return _("%(file)s is empty.", file=name)
    if reason == "content":
        return _("%(file)s is not what its ending says. Please send another file.", file=name)
    return _(
        "%(file)s has a type that we do not accept. Accepted: %(types)s.",
        file=name,
        types=", ".join(allowed),
    )
