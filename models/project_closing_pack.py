from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import Granted

REQUESTED = "project.closing.requested"


class ProjectClosingPack(models.Model):
    """The close-out pack (结项归档) of a project: its papers, what was signed, and the proof.

    A pack is asked for with one button; the outbox prints it, document by document. There are two
    archives: ours, and the customer's part without anything internal, which his contacts download
    once it is published.
    """

    _name = "project.closing.pack"
    _description = "Close-Out Pack"
    _inherit = ["delivery.guarded.mixin"]
    _order = "id desc"
    _rec_name = "name"
    _check_company_auto = True
    _control_fields = (
        "name",
        "project_id",
        "company_id",
        "lang",
        "state",
        "requested_by_id",
        "requested_at",
        "ready_at",
        "archive_id",
        "archive_sha256",
        "customer_archive_id",
        "customer_archive_sha256",
        "published",
        "published_at",
        "published_by_id",
    )

    name = fields.Char(required=True, readonly=True)
    project_id = fields.Many2one(
        "project.project", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    lang = fields.Char(string="Document Language", required=True, readonly=True)
    state = fields.Selection(
        [("building", "Being prepared"), ("ready", "Ready")],
        string="Status",
        required=True,
        readonly=True,
        default="building",
    )
    requested_by_id = fields.Many2one(
        "res.users", string="Asked For By", required=True, readonly=True, ondelete="restrict"
    )
    requested_at = fields.Datetime(string="Asked For On", required=True, readonly=True)
    ready_at = fields.Datetime(string="Ready On", readonly=True)
    line_ids = fields.One2many("project.closing.pack.line", "pack_id", string="Contents")
    line_count = fields.Integer(string="Documents", compute="_compute_line_count")
    progress = fields.Integer(string="Prepared (%)", compute="_compute_line_count")
    # the two archives
    archive_id = fields.Many2one(
        "ir.attachment", string="Complete Archive", readonly=True, ondelete="set null"
    )
    archive_sha256 = fields.Char(string="Check Code", readonly=True)
    customer_archive_id = fields.Many2one(
        "ir.attachment", string="Customer's Archive", readonly=True, ondelete="set null"
    )
    customer_archive_sha256 = fields.Char(string="Check Code of the Customer's", readonly=True)
    # what the customer may download
    published = fields.Boolean(string="Published to the Customer", readonly=True)
    published_at = fields.Datetime(string="Published On", readonly=True)
    published_by_id = fields.Many2one(
        "res.users", string="Published By", readonly=True, ondelete="restrict"
    )

    @api.depends("line_ids.sha256")
    def _compute_line_count(self):
        counts = {}
        for pack, sha256, count in self.env["project.closing.pack.line"]._read_group(
            [("pack_id", "in", self.ids)], ["pack_id", "sha256"], ["__count"]
        ):
            total, done = counts.get(pack.id, (0, 0))
            counts[pack.id] = (total + count, done + (count if sha256 else 0))
        for pack in self:
            total, done = counts.get(pack._origin.id, (0, 0))
            pack.line_count = total
            pack.progress = 100 * done // total if total else 0

    # === CRUD METHODS === #

    def unlink(self):
        # rows go with their pack in the database: whoever may delete it may delete their files
        files_sudo = self.sudo().line_ids.file_id
        result = super().unlink()
        files_sudo.exists().unlink()
        return result

    # === ASKING === #

    @api.model
    def _request(self, project):
        """Note what belongs into a pack of ``project`` and let the outbox prepare it.

        The caller has checked who may. What is in it is decided here, with the rights of the
        person who asks.
        """
        lang = project.delivery_lang or project.partner_id.lang or self.env.lang or "en_US"
        here = self.with_context(lang=lang)
        now = fields.Datetime.now()
        day = fields.Date.context_today(self)
        # nobody may write packs: this method is the only door
        pack_sudo = here.sudo().create(
            [
                Granted(
                    name=here.env._(
                        "%(project)s close-out pack %(date)s",
                        project=project.delivery_code or project.name,
                        date=day,
                    ),
                    project_id=project.id,
                    company_id=project._get_delivery_company().id,
                    lang=lang,
                    requested_by_id=self.env.uid,
                    requested_at=now,
                )
            ]
        )
        pack = pack_sudo.with_env(here.env)
        pack._plan()
        if not pack.line_ids:
            raise UserError(
                self.env._("There is nothing to pack yet: no requirement, change or acceptance.")
            )
        self.env["delivery.event"]._emit(REQUESTED, pack_sudo)
        return pack.with_env(self.env)

    # === ACTION METHODS === #

    def action_download(self):
        """Download our archive; works on one pack."""
        return self._download("archive_id")

    def action_download_customer(self):
        """Download what the customer gets; works on one pack."""
        return self._download("customer_archive_id")

    def action_build_again(self):
        """Make a new pack of the same project; works on one pack."""
        pack = self._entry()
        pack.ensure_one()
        pack.check_access("read")
        return pack.project_id.action_build_closing_pack()

    def action_publish(self):
        """Let the customer's contacts download their archive; works on one pack."""
        pack = self._check_may_publish()
        pack._check_ready()
        pack.sudo().write(
            Granted(
                published=True,
                published_at=fields.Datetime.now(),
                published_by_id=self.env.uid,
            )
        )
        pack._log_on_project(self.env._("Close-out pack published to the customer: %s", pack.name))
        return True

    def action_unpublish(self):
        """Take the archive from the customer's pages again; works on one pack."""
        pack = self._check_may_publish()
        pack.sudo().write(Granted(published=False, published_at=False, published_by_id=False))
        pack._log_on_project(self.env._("Close-out pack no longer published: %s", pack.name))
        return True

    def _download(self, name):
        pack = self._entry()
        pack.ensure_one()
        pack.check_access("read")
        pack._check_ready()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{pack[name].id}?download=true",
            "target": "download",
        }

    def _check_ready(self):
        if self.state != "ready":
            raise UserError(
                self.env._("%s is still being prepared. You are told when it is ready.", self.name)
            )

    def _check_may_publish(self):
        pack = self._entry()
        pack.ensure_one()
        pack.check_access("read")
        pack.project_id._check_may_build_closing_pack()
        pack.project_id._check_may_manage_delivery()
        return pack

    def _log_on_project(self, text):
        # a line of the project's history, whoever may write there
        self.project_id.sudo()._message_log(body=text, author_id=self.env.user.partner_id.id)

    def _open(self):
        """Return the action that shows this pack."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close-Out Pack"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # === THE CUSTOMER === #

    @api.model
    def _get_portal_packs(self):
        """Return the packs (superuser) that the current user downloads as a party, newest first.

        A project that was closed and archived keeps giving them out.
        """
        parties = self.env["project.party"]
        readers = parties._get_reader_domain() & Domain("side", "=", "customer")
        # a customer has no right on packs; the domain names those of his projects alone
        packs_sudo = self.sudo().with_context(active_test=False)
        found = packs_sudo.search(
            Domain("published", "=", True)
            & Domain("project_id.delivery_party_ids", "any", readers & Domain("active", "=", True))
        )
        return found.with_context(active_test=True)
