from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..core.grant import Granted
from ..core.html_canon import ForeignImage, canonical
from .delivery_stage_mixin import LOCK_STRENGTHS


class SignoffMixin(models.AbstractModel):
    """A document whose content can be agreed.

    The model declares which fields are *content* (what a customer agrees to) and which are
    *control* (moved only by named methods); everything else stays free. Content is watched
    here, in the one place through which every door leads:

    * a real change of content raises ``content_rev``; saving an editor without changing the
      meaning does not;
    * once agreed (``content_lock``), a change of content is refused or flagged, as
      :meth:`_get_lock_strength` says.

    Lines that are part of the content inherit ``signoff.line.mixin``.
    """

    _name = "signoff.mixin"
    _description = "Document Whose Content Can Be Agreed"
    _inherit = ["delivery.guarded.mixin"]

    _signoff_content_fields = ()
    _control_fields = (
        "content_rev",
        "content_lock",
        "agreed_strength",
        "changed_after_agreement",
        "content_editor_id",
    )

    content_rev = fields.Integer(
        string="Content Revision",
        default=1,
        readonly=True,
        required=True,
        copy=False,
        help="Counts real changes of what the customer agrees to.",
    )
    content_editor_id = fields.Many2one(
        "res.users",
        string="Content Last Edited By",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who last changed what is agreed to, where the segregation of duties counts.",
    )
    content_lock = fields.Selection(
        [("none", "Open"), ("running", "Being confirmed"), ("agreed", "Agreed")],
        default="none",
        readonly=True,
        required=True,
        copy=False,
    )
    agreed_strength = fields.Selection(
        LOCK_STRENGTHS,
        string="Agreed Under",
        readonly=True,
        copy=False,
        help="What protected the content when it was agreed; later rules may only add to it.",
    )
    changed_after_agreement = fields.Boolean(
        string="Changed After Confirmation",
        readonly=True,
        copy=False,
    )
    content_locked = fields.Boolean(compute="_compute_content_locked")

    @api.depends("content_lock", "agreed_strength")
    def _compute_content_locked(self):
        for document in self:
            # what the mode says now is looked up only where it can make a difference
            document.content_locked = document.content_lock != "none" and (
                document.agreed_strength == "refuse" or document._get_lock_strength() == "refuse"
            )

    # === CRUD METHODS === #

    def write(self, vals):
        names = [name for name in self._signoff_content_fields if name in vals]
        if not names:
            return super().write(vals)
        before = self._signoff_content_state(names)
        if any(self.mapped("content_locked")):
            # Nothing of a refused write may stay, also when the caller catches the error.
            with self.env.cr.savepoint():
                super().write(vals)
                self._signoff_content_changed(before, names)
            return True
        super().write(vals)
        self._signoff_content_changed(before, names)
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for document in self:
            if document.content_lock != "none" and not document._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(document)s has been agreed and cannot be deleted. Cancel it instead.",
                        document=document.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _signoff_content_state(self, names):
        """Return {id: {field: comparable value}} of the content fields ``names``."""
        return {document.id: document._signoff_values(names) for document in self}

    def _signoff_values(self, names):
        """Return the values of ``names`` as they are stored, rich text as it is written."""
        return {
            name: self[name] or ""
            if self._fields[name].type == "html"
            else self._signoff_value(name)
            for name in names
        }

    def _signoff_value(self, name):
        """Return a value that is equal for contents that say the same."""
        field = self._fields[name]
        value = self[name]
        if field.type == "html":
            return self._signoff_meaning(value)
        if field.relational:
            return tuple(value.ids)
        if field.type == "properties":
            return field.convert_to_read(value, self)
        return value or None

    @api.model
    def _signoff_meaning(self, html):
        try:
            return canonical(html or "")
        except ForeignImage:
            return str(html)

    def _signoff_content_changed(self, before, names):
        """Count and judge the change between ``before`` and now."""
        changed = self.filtered(lambda doc: doc._signoff_differs(before[doc.id], names))
        if changed:
            changed._signoff_touch(names)

    def _signoff_differs(self, before, names):
        """Tell whether this document says something else than ``before``, values of ``names``."""
        now = self._signoff_values(names)
        return any(
            before[name] != now[name]
            and (
                self._fields[name].type != "html"
                or self._signoff_meaning(before[name]) != self._signoff_meaning(now[name])
            )
            for name in names
        )

    def _signoff_touch(self, names=()):
        """Judge a change of content that has just happened: refuse, flag, or only count it.

        :param names: content fields concerned, for the message
        :raises UserError: when the lock forbids the change
        """
        self._signoff_check_open(names)
        self._signoff_count(self.filtered(lambda doc: doc.content_lock == "agreed"))

    def _signoff_count(self, flagged):
        """Raise the revision of these; those in ``flagged`` show that they were agreed before."""
        # one write for all that count alike: a list of a thousand is touched at once
        alike = self.grouped(lambda doc: (doc.content_rev, doc in flagged))
        for (revision, is_flagged), documents in alike.items():
            values = Granted(content_rev=revision + 1, content_editor_id=self.env.uid)
            if is_flagged:
                values["changed_after_agreement"] = True
            super(SignoffMixin, documents).write(values)

    def _signoff_write_decided(self, vals):
        """Write content that a decision has changed, past the lock; the caller counts it."""
        return super().write(vals)

    def _signoff_check_open(self, names=()):
        """Refuse a change of content that the lock forbids, before or after it is made."""
        refused = self.filtered("content_locked")
        if refused:
            raise UserError("\n".join(doc._signoff_locked_message(names) for doc in refused))

    def _signoff_locked_message(self, names=()):
        """Return the sentence that refuses a change and names the way out."""
        self.ensure_one()
        labels = [self._fields[n]._description_string(self.env) for n in names if n in self._fields]
        what = format_list(self.env, labels) if labels else self.env._("Its content")
        if self.content_lock == "running":
            return self.env._(
                "%(document)s is waiting for confirmation. %(fields)s can be edited once it has "
                "been answered or withdrawn.",
                document=self.display_name,
                fields=what,
            )
        return self.env._(
            "%(document)s has been confirmed. %(fields)s can no longer be edited here: %(way_out)s",
            document=self.display_name,
            fields=what,
            way_out=self._get_lock_way_out(),
        )

    def _signoff_agree(self):
        """Note that the content, as it stands, has been agreed."""
        for strength, documents in self.grouped(lambda doc: doc._get_lock_strength()).items():
            documents.write(
                Granted(
                    content_lock="agreed",
                    agreed_strength=strength,
                    changed_after_agreement=False,
                )
            )

    def _signoff_mark(self, before, after):
        """Move the lock of those of these documents that stand at ``before``."""
        marked = self.filtered(lambda document: document.content_lock == before)
        marked.write(Granted(content_lock=after))

    def _signoff_release(self):
        """Open the content again; the caller has recorded who asked and why."""
        self.write(
            Granted(content_lock="none", agreed_strength=False, changed_after_agreement=False)
        )

    # === HOOKS === #

    def _get_lock_strength(self):
        """Return what happens to changes of agreed content: ``refuse`` or ``flag``."""
        return "refuse"

    def _get_lock_way_out(self):
        """Return the sentence that says how agreed content does change."""
        return self.env._("ask a delivery manager to void the confirmation.")

    def _may_delete_agreed(self):
        """Return True for documents that were never meant to bind anybody."""
        return False
