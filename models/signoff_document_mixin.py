from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted

SIGNOFF_STATES = [
    ("none", "Not sent"),
    ("running", "Waiting for decisions"),
    ("approved", "Agreed"),
    ("returned", "Sent back"),
    ("rejected", "Refused for good"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
]


class SignoffDocumentMixin(models.AbstractModel):
    """A document that is sent through rounds of decisions and signatures.

    The concrete model has ``company_id`` and ``project_id``, names ``signoff_state`` among its
    control or movable fields, and overrides the hooks at the end of this class. A round works on
    a snapshot; the live record only learns how it ended.
    """

    _name = "signoff.document.mixin"
    _description = "Document That Is Sent for Decisions"

    signoff_state = fields.Selection(
        SIGNOFF_STATES,
        string="Confirmation",
        default="none",
        required=True,
        readonly=True,
        copy=False,
    )
    signoff_round_id = fields.Many2one(
        "signoff.round", string="Last Round", compute="_compute_signoff_round_id"
    )
    signoff_waiting_for = fields.Char(
        string="Waits For", compute="_compute_signoff_waiting_for", compute_sudo=True
    )

    signoff_slot_ids = fields.Many2many(
        "signoff.slot", string="Who Is Asked", compute="_compute_signoff_slot_ids"
    )

    def _compute_signoff_round_id(self):
        rounds = self.env["signoff.round"]._get_last(self)
        for document in self:
            document.signoff_round_id = rounds.get(document.id, False)

    def _compute_signoff_slot_ids(self):
        rounds = self.env["signoff.round"]._get_last(self)
        found = self.env["signoff.slot"].search(
            [("round_id", "in", [row.id for row in rounds.values()])], order="id"
        )
        by_round = found.grouped("round_id")
        for document in self:
            document.signoff_slot_ids = by_round.get(rounds.get(document.id), False)

    def _compute_signoff_waiting_for(self):
        names = self.env["signoff.slot"]._get_waiting_names(self)
        for document in self:
            document.signoff_waiting_for = ", ".join(names.get(document.id, ())) or False

    # === ACTION METHODS === #

    def action_send_signoff(
        self, flow_id=False, due_date=False, note="", signatory_ids=(), reviewer_ids=()
    ):
        """Send these documents for decisions; works on many.

        :param int flow_id: approval flow; by default the first of the mode that fits
        :param str due_date: day by which customers are asked to answer (``YYYY-MM-DD``)
        :param str note: said to those who decide
        :param list signatory_ids: ids of project parties who shall sign for the customer; by
            default all of the project who may
        :param list reviewer_ids: ids of contacts, for steps that ask whom the sender chooses
        :return: the rounds
        :raises UserError: when a document is not ready, runs already, has no flow, or when a step
            of the flow finds nobody to ask
        """
        documents = self._signoff_entry()
        guard = self.env["delivery.guarded.mixin"]
        flow = documents.env["signoff.flow"].browse(guard._entry_id(flow_id) or 0).exists()
        parties = documents.env["project.party"].browse(
            [guard._entry_id(party_id) for party_id in signatory_ids or ()]
        )
        reviewers = documents.env["res.partner"].browse(
            [guard._entry_id(partner_id) for partner_id in reviewer_ids or ()]
        )
        due = documents._signoff_entry_date(due_date)
        documents._signoff_check_start()
        return documents.env["signoff.round"]._start(
            documents,
            flow,
            due=due,
            note=guard._entry_text(note),
            parties=parties.exists(),
            reviewers=reviewers.exists(),
        )

    def action_withdraw_signoff(self, reason):
        """Take the running round of these documents back.

        :param str reason: why; kept with the round
        """
        documents = self._signoff_entry()
        reason = self.env["delivery.guarded.mixin"]._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why it is withdrawn."))
        rounds = documents.signoff_round_id.filtered(lambda row: row.state == "running")
        if not rounds:
            raise UserError(self.env._("Nothing is waiting for a decision here."))
        rounds._end("withdrawn", reason)
        return True

    def action_test_flow(self):
        """Open what sending this document would ask of whom; nothing is sent."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.signoff_flow_test_action"
        )
        return {
            **action,
            "context": {"default_document": f"{self._name},{self.id}", "dialog_size": "large"},
        }

    def action_view_rounds(self):
        """Open the rounds of this document: who decided what, when and how."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.signoff_round_action"
        )
        return {
            **action,
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"create": False},
        }

    def _signoff_entry(self):
        """Return these documents, checked, with a context in which no key of the caller acts."""
        documents = self.with_env(
            self.env["delivery.guarded.mixin"].with_env(self.env)._entry().env
        )
        documents._signoff_check_may_send()
        return documents

    @api.model
    def _signoff_entry_date(self, value):
        if not value:
            return False
        try:
            return fields.Date.to_date(value)
        except (TypeError, ValueError):
            raise UserError(self.env._("This is not a date: %s", value)) from None

    # === HOOKS === #

    def _signoff_check_may_send(self):
        """Refuse callers who may not send these documents."""
        self.check_access("write")

    def _signoff_check_start(self):
        """Raise with a sentence that says what is missing before this may be sent."""

    def _signoff_get_mode(self):
        """Return the delivery mode whose flows apply."""
        # whoever may send the document needs no right on configuration
        return self.project_id.sudo().delivery_mode_id

    def _signoff_get_own_flow(self):
        """Return the flow (superuser) that this document names itself, before those of its mode."""
        self.ensure_one()
        return self.env["signoff.flow"].sudo()

    def _signoff_get_lang(self):
        """Return the language in which the document is read and signed."""
        self.ensure_one()
        project_sudo, company_sudo = self.project_id.sudo(), self.company_id.sudo()
        return project_sudo.delivery_lang or company_sudo.partner_id.lang or "en_US"

    def _signoff_get_authors(self):
        """Return the users who count as authors, for the segregation of duties."""
        self.ensure_one()
        authors = self.create_uid | self.env.user
        if "content_editor_id" in self._fields:
            authors |= self.sudo().content_editor_id.with_env(self.env)
        return authors

    def _signoff_get_assessors(self):
        """Return the users who assessed the document, for the segregation of duties."""
        self.ensure_one()
        return self.env["res.users"]

    def _signoff_get_amount(self):
        """Return (amount, currency) that signing commits to, or None: limits of signatories."""
        self.ensure_one()
        return None

    def _signoff_title(self):
        """Return the line that names the document to the customer."""
        self.ensure_one()
        return self.display_name

    def _signoff_get_told(self, row):
        """Return the users who are told that the round ``row`` ended in agreement.

        A document that tells them in its own words returns nobody.
        """
        self.ensure_one()
        project = self.project_id
        return project.user_id | project.partner_id.commercial_partner_id.user_id

    def _signoff_get_given(self):
        """Return the decision that was given in advance, or None: its side is not asked again.

        :return: plain data with ``side``, ``number`` and ``title`` of the document on which it
            was given, and ``round``; the plan of the round keeps it
        """
        self.ensure_one()
        return None

    @api.model
    def _signoff_verb(self):
        """Return the one word on the button by which a customer opens what waits for him."""
        return self.env._("Confirm")

    def _signoff_get_snapshots(self, row):
        """Return the snapshots (superuser) that hold what the round ``row`` shows, in order."""
        self.ensure_one()
        return row.sudo().snapshot_id

    def _signoff_payload(self):
        """Return the plain content of each document, with its ``schema``."""
        raise NotImplementedError

    def _signoff_get_items(self, row):
        """Return the items of this document on which people remark one by one, in order.

        :param row: the signoff.round that shows them
        :return: list of dictionaries with ``key`` (unique), ``name``, ``outline``, ``version``
            and ``sha256``; none for a document that is decided as a whole
        """
        return []

    def _signoff_render(self, snapshot):
        """Return the readable body of what is signed, as HTML, from the snapshot alone."""
        raise NotImplementedError

    def _signoff_get_summary(self):
        """Return what our own people see first when they decide, as HTML, or False.

        It is read by whoever is asked, with his own rights; it is no part of what is signed.
        """
        self.ensure_one()
        return False

    def _get_content_files(self):
        """Return {document id: attachments (superuser)} that belong to what is signed."""
        return {document.id: self.env["ir.attachment"].sudo() for document in self}

    def _signoff_is_fresh(self, row):
        """Tell whether the document still says what the snapshot of the round ``row`` says."""
        self.ensure_one()
        revision = getattr(self, "content_rev", None)
        # whether it is the same, whoever may read what was kept
        return revision is None or revision == row.sudo().snapshot_id.content_rev

    def _signoff_on_event(self, name, row):
        """Called in the transaction of the event.

        :param str name: ``started``, ``approved``, ``rejected`` (for good), ``returned`` (to the
            author, who may send it again), ``continued`` (another round follows a refusal),
            ``asked``, ``deferred``, ``withdrawn``, ``expired``, ``reset`` or ``voided``
        :param row: the signoff.round
        """
        # those that start are locked all at once
        if "content_lock" in self._fields and name != "started":
            self._signoff_follow_lock(name)

    def _signoff_follow_lock(self, name):
        """Lock content that is waiting or agreed (``signoff.mixin``), open it otherwise."""
        # whoever decides needs no right to edit the document
        documents_sudo = self.sudo()
        if name == "started":
            documents_sudo._signoff_mark("none", "running")
        elif name == "approved":
            documents_sudo._signoff_agree()
        elif name == "voided":
            documents_sudo._signoff_release()
        else:
            documents_sudo._signoff_mark("running", "none")

    def _signoff_reset_running(self, reason):
        """Call it when the content of these documents has really changed: decisions fall."""
        running = self.filtered(lambda document: document.signoff_state == "running")
        rounds_sudo = running.sudo().signoff_round_id
        rounds_sudo.filtered(lambda row: row.state == "running")._reset(reason)

    def _signoff_restart(self, row, from_key):
        """Start the round that follows ``row``: the content changed, or a step sent it back."""
        self.ensure_one()
        return self.env["signoff.round"]._start(
            self, row.flow_id, follows=row, from_key=from_key, note=row.note or ""
        )

    def _signoff_tell_stopped(self, row, why):
        """Tell who sent the document that its content has changed and nobody is asked now."""
        self.ensure_one()
        user = row.author_id if row.author_id.active else self.sudo().project_id.user_id
        ours = row.sudo().with_context(lang=user.lang, mail_activity_quick_update=True)
        ours.project_id.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=ours.env._("Send again: %(document)s", document=row.name),
            note=why,
        )

    def _signoff_get_carried(self, plan):  # noqa: ARG002 (signature of a hook)
        """Return the keys of steps whose approvals in an earlier round still hold.

        :param dict plan: what the round about to start asks of whom
        """
        self.ensure_one()
        return []

    def _signoff_set_state(self, state):
        """Note on the documents how their round stands; nothing else moves this column."""
        # whoever decides needs no right to edit the document
        self.sudo().write(Granted(signoff_state=state))
