import binascii
from base64 import b64decode

from odoo import fields, models
from odoo.exceptions import AccessDenied, UserError

from ..core.approval import APPROVING
from ..core.signature_image import NoSignature, clean, from_data_url
from .delivery_channel import SAID_VIA

FILE_LIMIT = 20_000_000


class SignoffSlot(models.Model):
    """The doors through which a decision comes, each with what it takes as proof."""

    _inherit = "signoff.slot"

    def action_sign(
        self,
        snapshot_sha256,
        image,
        verdict="approve",
        printed_name="",
        post="",
        comment="",
        conditions="",
        password="",
        next_user_ids=(),
    ):
        """Sign as the user who is logged in, on the slot that asks him.

        :param str snapshot_sha256: check code of the content that was shown
        :param str image: PNG of the drawn signature, base64
        :param str verdict: ``approve`` or ``conditional``
        :param str printed_name: name under the signature, when it is another one
        :param str post: post under the signature
        :param str password: typed again, where the step asks for it
        :param list next_user_ids: whom the next step asks, where the flow leaves it to this one
        :raises UserError: not asked, content changed, no signature, another proof wanted
        """
        slot = self._entry()
        slot.ensure_one()
        slot._check_readable()
        slot._check_is_asked()
        slot._check_password(password)
        values = slot._entry_signature(
            snapshot_sha256, image, verdict, printed_name, post, comment, conditions
        )
        values["next_user_ids"] = slot._entry_ids(next_user_ids)
        # who is asked needs no right on what is kept of it
        slot.sudo()._decide(verdict, "login", values)
        return True

    def action_sign_on_device(
        self,
        snapshot_sha256,
        image,
        verdict="approve",
        printed_name="",
        post="",
        comment="",
        conditions="",
    ):
        """Let the customer sign on our device on site; who is logged in is the witness.

        See :meth:`action_sign`.
        """
        slot = self._entry()
        slot.ensure_one()
        slot._check_may_manage()
        values = slot._entry_signature(
            snapshot_sha256, image, verdict, printed_name, post, comment, conditions
        )
        slot._decide(verdict, "device", values)
        return True

    def action_record(
        self,
        verdict,
        said_via,
        occurred_on,
        comment="",
        conditions="",
        printed_name="",
        post="",
        defer_until=False,
        files=(),
    ):
        """Record what the customer decided and told us (代客户登记); never shown as his click.

        :param str verdict: ``approve``, ``conditional``, ``reject``, ``ask`` or ``defer``
        :param str said_via: ``chat``, ``phone``, ``meeting``, ``site``, ``mail`` or ``paper``
        :param str occurred_on: day on which he said it (``YYYY-MM-DD``)
        :param str comment: what he said, or where it can be found
        :param list files: proof, dictionaries with ``name``, ``data`` (base64), ``mimetype``
        """
        slot = self._entry()
        slot.ensure_one()
        slot._check_may_manage()
        guard = self.env["delivery.guarded.mixin"]
        if said_via not in dict(SAID_VIA):
            raise UserError(self.env._("Please say how the customer told you."))
        row_sudo = slot.sudo().round_id
        slot._decide(
            verdict,
            "record",
            {
                # what was told is recorded on what was sent, not on a screen
                "snapshot_sha256": row_sudo.snapshot_sha256,
                "said_via": said_via,
                "occurred_on": slot._entry_past_day(occurred_on),
                "comment": guard._entry_text(comment),
                "conditions": guard._entry_text(conditions),
                "printed_name": guard._entry_text(printed_name),
                "post": guard._entry_text(post),
                "defer_until": self.env["signoff.document.mixin"]._signoff_entry_date(defer_until),
                "files": slot._entry_files(files),
            },
        )
        return True

    def action_open_answer(self):
        """Open what is asked, to read it and to answer."""
        self.ensure_one()
        self._check_is_asked()
        return self._open_answer(self.env._("Your Decision"))

    def action_open_record(self):
        """Open the dialog that records what the customer has told us."""
        self.ensure_one()
        self._check_may_manage()
        return self._open_answer(self.env._("Record for the Customer"), for_customer=True)

    def action_open_device(self):
        """Open the page on which the customer signs on our device."""
        self.ensure_one()
        self._check_may_manage()
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/device/{self.id}",
            "target": "self",
        }

    def action_open_round(self):
        """Open the round to which this request belongs."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "signoff.round",
            "res_id": self.round_id.id,
            "views": [(False, "form")],
        }

    def _open_answer(self, title, **values):
        answer = self.env["signoff.slot.answer"].create({"slot_id": self.id, **values})
        return self._get_answer_action(answer, title)

    def _get_answer_action(self, answer, title=""):
        return {
            "type": "ir.actions.act_window",
            "name": title or self.env._("Your Decision"),
            "res_model": answer._name,
            "res_id": answer.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # === WHAT COMES FROM OUTSIDE === #

    def _entry_ids(self, ids):
        """Return ids that came from outside, as whole numbers."""
        guard = self.env["delivery.guarded.mixin"]
        return [guard._entry_id(res_id) for res_id in ids or ()]

    def _entry_signature(
        self, snapshot_sha256, image, verdict, printed_name, post, comment, conditions
    ):
        """Return the values of a drawn signature, checked.

        :raises UserError: for a verdict that is no signature, or without a drawing
        """
        self.ensure_one()
        guard = self.env["delivery.guarded.mixin"]
        if verdict not in APPROVING:
            raise UserError(self.env._("Only an agreement is signed."))
        return {
            "snapshot_sha256": guard._entry_text(snapshot_sha256),
            "image": self._entry_image(image),
            "printed_name": guard._entry_text(printed_name)[:100],
            "post": guard._entry_text(post)[:100],
            "comment": guard._entry_text(comment),
            "conditions": guard._entry_text(conditions),
        }

    def _entry_image(self, image):
        """Return the bytes of a drawn signature that came as base64."""
        text = self.env["delivery.guarded.mixin"]._entry_text(image)
        if not text:
            raise UserError(self.env._("Please sign in the field first."))
        try:
            return clean(from_data_url(text))
        except NoSignature as error:
            raise UserError(
                self.env._("This is not a drawn signature. Please sign again.")
            ) from error

    def _entry_files(self, files):
        """Return [(name, bytes, mimetype)] of files that came as dictionaries of texts."""
        guard = self.env["delivery.guarded.mixin"]
        found = []
        for file in files or ():
            if not isinstance(file, dict):
                raise UserError(self.env._("Please send files with a name and their content."))
            name = guard._entry_text(file.get("name")) or self.env._("proof")
            try:
                data = b64decode(guard._entry_text(file.get("data")), validate=True)
            except (binascii.Error, ValueError):
                data = b""
            if not data or len(data) > FILE_LIMIT:
                raise UserError(self.env._("The file %s is empty or too large.", name))
            mimetype = guard._entry_text(file.get("mimetype")) or "application/octet-stream"
            found.append((name[:200], data, mimetype))
        return found

    def _entry_past_day(self, value):
        """Return a day as stated on paper or by mouth; none lies in the future."""
        day = self.env["signoff.document.mixin"]._signoff_entry_date(value)
        if not day:
            raise UserError(self.env._("Please give the date."))
        if day > fields.Date.context_today(self):
            raise UserError(self.env._("The date lies in the future."))
        return day

    def _check_password(self, password):
        """Ask for the password again, where the step does."""
        if not any(self.sudo().mapped("step_id.needs_password")):
            return
        credential = {
            "login": self.env.user.login,
            "password": self.env["delivery.guarded.mixin"]._entry_text(password),
            "type": "password",
        }
        try:
            self.env.user._check_credentials(credential, {"interactive": True})
        except AccessDenied:
            raise UserError(self.env._("The password is not right. Nothing was signed.")) from None
