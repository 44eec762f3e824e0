from base64 import b64decode, b64encode
from dataclasses import dataclass

from markupsafe import escape

from odoo import api, fields, models
from odoo.tools import format_date

from ..core import short_code

QR_PIXELS = 300
# Repeated over the page as its background; the print program has no other way to every page.
WATERMARK = """<svg xmlns="http://www.w3.org/2000/svg" width="420" height="300">
<text x="210" y="160" font-size="44" font-weight="bold" fill="#b3261e" fill-opacity="0.13"
 text-anchor="middle" transform="rotate(-28 210 150)"
 font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif">%s</text></svg>"""
# as many characters of a check code as one compares by eye
SHORT = 12


@dataclass
class Signed:
    """One decision, as plain values, before it is laid out in the language of a paper.

    Times are in UTC without zone, as stored. ``sha256`` is the check code of the content.
    """

    side: str = ""
    company: str = ""
    name: str = ""
    post: str = ""
    method: str = "login"
    verdict: str = "approve"
    meaning: str = ""
    recorded_at: object = None
    occurred_on: object = None
    version: str = ""
    sha256: str = ""
    image: bytes = b""
    on_behalf_of: str = ""
    witness: str = ""
    entered_by: str = ""
    said_via: str = ""
    seal: str = ""
    own_form: str = ""
    paper_code: str = ""
    conditions: str = ""
    comment: str = ""
    other_name: bool = False
    void_reason: str = ""


class SignoffPaper(models.AbstractModel):
    """How signatures, codes and moments look on any paper."""

    _name = "signoff.paper"
    _description = "Paper With Signatures"

    # === DECISIONS === #

    @api.model
    def _get_signed(self, rounds, outside=False):
        """Return {round id: [Signed]} of what was decided in ``rounds``, in the order of steps.

        :param bool outside: the paper goes to the customer: what our people said about it among
            themselves is left out

        Whoever may read a round reads who decided; the caller has checked that. The texts are in
        the language of the environment, the number of queries does not grow with the rounds.
        """
        signed = {row.id: [] for row in rounds}
        rounds_sudo = rounds.sudo()
        voids = self.env["signoff.void"]._get_reasons(rounds_sudo)
        decisions_sudo = rounds_sudo.decision_ids.filtered(lambda row: row.verdict != "withdrawn")
        withdrawn = {
            decision.replaces_id.id: decision.comment
            for decision in rounds_sudo.decision_ids - decisions_sudo
        }
        for decision_sudo in decisions_sudo.sorted(lambda row: (row.step_id.sequence, row.id)):
            row = decision_sudo.round_id
            reason = withdrawn.get(decision_sudo.id)
            if reason is not None:
                reason = self.env._("withdrawn, %s", reason)
            elif row.id in voids:
                reason = voids[row.id]
            each = self._as_signed(decision_sudo, reason or "")
            if outside and decision_sudo.step_id.side == "supplier":
                each.comment = ""
            signed[row.id].append(each)
        return signed

    @api.model
    def _as_signed(self, decision_sudo, void_reason):
        step_sudo, row_sudo = decision_sudo.step_id, decision_sudo.round_id
        identity_sudo = decision_sudo.identity_id
        signature_sudo = decision_sudo.signature_ids[:1]
        company = identity_sudo.company_name or ""
        if step_sudo.side == "supplier":
            company = row_sudo.company_id.name
        document_sudo = row_sudo._get_document().sudo().with_context(lang=self.env.lang)
        seals = dict(signature_sudo._fields["seal_kind"]._description_selection(self.env))
        return Signed(
            side=self._get_side_label(step_sudo.side),
            company=company,
            name=decision_sudo.with_context(lang=self.env.lang).person_name or "",
            post=decision_sudo.person_post or "",
            method=decision_sudo.method,
            verdict=decision_sudo.verdict,
            meaning=decision_sudo.meaning,
            recorded_at=decision_sudo.recorded_at,
            occurred_on=decision_sudo.occurred_on,
            version=document_sudo._signoff_paper_version(row_sudo),
            sha256=decision_sudo.snapshot_sha256,
            image=b64decode(identity_sudo.image or b""),
            on_behalf_of=decision_sudo.on_behalf_of or "",
            witness=decision_sudo.witness or "",
            entered_by=decision_sudo.entered_by or "",
            said_via=decision_sudo.said_via or "",
            seal=seals.get(signature_sudo.seal_kind, ""),
            own_form=signature_sudo.own_form or "",
            paper_code=short_code.show(signature_sudo.paper_code or ""),
            conditions=decision_sudo.conditions or "",
            comment=decision_sudo.comment or "",
            other_name=decision_sudo.other_name,
            void_reason=void_reason,
        )

    @api.model
    def _get_side_label(self, side):
        return {
            "customer": self.env._("For the customer"),
            "supplier": self.env._("For the supplier"),
            "third": self.env._("Third party"),
        }[side]

    @api.model
    def _get_zone(self, company):
        """Return the time zone in which papers of a company tell the time."""
        company_sudo = company.sudo()
        # whoever prints it, a paper of a company tells one time
        zones = (company_sudo.partner_id.tz, company_sudo.resource_calendar_id.tz)
        return next(filter(None, zones), "UTC")

    # === SIGNATURES === #

    @api.model
    def _lay_out(self, signed, tz):
        """Return what the template ``paper_signed`` shows of one ``Signed``, in the language of
        the environment.

        :param str tz: time zone of the paper
        """
        return {
            "side": signed.side,
            "company": signed.company,
            "name": signed.name,
            "post": signed.post,
            "method": signed.method,
            "method_label": self._get_proof_label(signed.method),
            "image": self._get_image_uri(signed.image),
            "in_place": "" if signed.image else self._get_text_in_place(signed),
            "verdict": self._get_verdict_text(signed.verdict),
            "says": self._get_says(signed),
            "facts": self._get_facts(signed, tz),
            "code_label": self.env._("Check code"),
            "void": self.env._("Void: %s", signed.void_reason) if signed.void_reason else "",
        }

    @api.model
    def _get_proof_label(self, method):
        """Return how strong a proof is, in words that claim no more than it is."""
        labels = {
            "login": self.env._("With login"),
            "link": self.env._("By personal link"),
            "device": self.env._("On our device, with a witness"),
            "paper": self.env._("On paper"),
            "record": self.env._("Recorded for the customer"),
        }
        return labels[method]

    @api.model
    def _get_verdict_text(self, verdict):
        """Return the words of a decision that is not a plain yes."""
        texts = {
            "conditional": self.env._("Agreed with conditions"),
            "reject": self.env._("Refused"),
            "defer": self.env._("Deferred"),
            "ask": self.env._("Question asked"),
            "withdrawn": self.env._("Withdrawn"),
        }
        return texts.get(verdict, "")

    @api.model
    def _get_text_in_place(self, signed):
        """Return what stands where a signature would be drawn."""
        if signed.method == "paper":
            return self._get_paper_text(signed)
        if signed.method == "record":
            if signed.said_via:
                return self.env._(
                    "Not signed by hand. Recorded by %(user)s: %(channel)s.",
                    user=signed.entered_by,
                    channel=signed.said_via,
                )
            return self.env._("Not signed by hand. Recorded by %s.", signed.entered_by)
        return self.env._("Decided with login, without a drawn signature.")

    @api.model
    def _get_paper_text(self, signed):
        if signed.own_form:
            return self.env._("Signed on the customer's own form: %s", signed.own_form)
        if signed.paper_code:
            return self.env._(
                "Signed by hand on paper %s, the original is kept.", signed.paper_code
            )
        return self.env._("Signed by hand on paper, the original is kept.")

    @api.model
    def _get_says(self, signed):
        says = []
        if signed.meaning:
            says.append(self.env._("“%s”", signed.meaning))
        if signed.conditions:
            says.append(self.env._("Conditions: %s", signed.conditions))
        if signed.comment:
            says.append(signed.comment)
        return says

    @api.model
    def _get_facts(self, signed, tz):
        """Return [(label, text)] of everything a reader has to know of a signature."""
        recorded = self._format_moment(signed.recorded_at, tz)
        facts = []
        if signed.on_behalf_of:
            facts.append((self.env._("Signed on behalf of"), signed.on_behalf_of))
        if signed.seal:
            facts.append((self.env._("Seal"), signed.seal))
        if signed.occurred_on:
            label = self.env._("Date as stated")
            if signed.method == "paper":
                label = self.env._("Date on the paper")
            facts.append((label, format_date(self.env, signed.occurred_on)))
            facts.append((self.env._("Recorded"), recorded))
        else:
            facts.append((self.env._("Time"), recorded))
        if signed.entered_by and signed.method == "paper":
            facts.append((self.env._("Entered by"), signed.entered_by))
        if signed.witness:
            facts.append((self.env._("Witness"), signed.witness))
        if signed.other_name:
            label = self.env._("Note")
            facts.append((label, self.env._("Not the name of the contact who was asked.")))
        if signed.version:
            facts.append((self.env._("Version"), signed.version))
        if signed.sha256:
            facts.append((self.env._("Check code"), self._shorten(signed.sha256)))
        return facts

    # === FORMS OF VALUES === #

    @api.model
    def _format_moment(self, moment, tz):
        """Return a stored moment in a time zone, which is named: papers travel."""
        if not moment:
            return ""
        local = fields.Datetime.context_timestamp(self.with_context(tz=tz), moment)
        offset = local.strftime("%z")
        day = format_date(self.env, local.date())
        return f"{day} {local:%H:%M} (UTC{offset[:3]}:{offset[3:]})"

    @api.model
    def _shorten(self, sha256):
        """Return the part of a check code that is printed, in groups of four."""
        short = (sha256 or "")[:SHORT]
        return " ".join(short[place : place + 4] for place in range(0, len(short), 4))

    @api.model
    def _get_image_uri(self, image):
        return f"data:image/png;base64,{b64encode(image).decode()}" if image else ""

    @api.model
    def _get_qr_uri(self, text):
        """Return the QR code of a text as a data URI, for pages and papers."""
        png = self.env["ir.actions.report"].barcode("QR", text, width=QR_PIXELS, height=QR_PIXELS)
        return self._get_image_uri(png)

    @api.model
    def _get_watermark(self):
        """Return the background, as a data URI, that marks every page of a practice project."""
        drawing = WATERMARK % escape(self.env._("PRACTICE"))
        return f"data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}"
