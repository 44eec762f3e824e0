import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted

# what the customer's page shows of a requirement
PORTAL_PARTS = (
    "title",
    "type",
    "class",
    "description",
    "background",
    "constraints",
    "out_of_scope",
    "rationale",
    "criteria",
    "indicators",
)
REASONS = [
    ("saved", "Saved version"),
    ("submitted", "Sent to the customer"),
    ("confirmed", "Confirmed"),
    ("baseline", "Baseline"),
    ("change", "Change request"),
    ("erratum", "Erratum"),
    ("takeover", "Take-over"),
]

PICTURE = re.compile(r"(?<=[\"'])sha256:([0-9a-f]{64})(?=[\"'])")


class ProjectRequirementVersion(models.Model):
    """One version of a requirement: a snapshot with a number and a reason."""

    _name = "project.requirement.version"
    _description = "Requirement Version"
    _inherit = ["signoff.coded.mixin"]
    _order = "requirement_id, number desc"

    requirement_id = fields.Many2one(
        "project.requirement", readonly=True, index=True, ondelete="restrict"
    )
    snapshot_id = fields.Many2one(
        "signoff.snapshot",
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="customer_delivery.group_delivery_manager,customer_delivery.group_delivery_auditor",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    number = fields.Integer(string="Version", required=True, readonly=True, aggregator=None)
    name = fields.Char(string="Title", required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    note = fields.Char(readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    content_rev = fields.Integer(readonly=True, aggregator=None)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict"
    )
    author_name = fields.Char(string="Author", readonly=True)
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)
    content_html = fields.Html(string="Content", compute="_compute_content_html", sanitize=False)

    _number_uniq = models.UniqueIndex("(requirement_id, number)")

    @api.depends("number", "recorded_at")
    def _compute_display_name(self):
        for version in self:
            day = fields.Datetime.context_timestamp(self, version.recorded_at).date()
            version.display_name = f"v{version.number} ({day})"

    def _compute_content_html(self):
        for version in self:
            content = version._get_content()
            html = self.env["project.requirement.compare"]._render(content, content)
            version.content_html = version._show_pictures(html)

    def _find_row_problem(self):
        if self.snapshot_id.sha256 != self.sha256:
            return self.env._("It does not fit its content.")
        return super()._find_row_problem()

    def _is_practice(self):
        return all(self.requirement_id.mapped("project_id.delivery_practice"))

    def _get_content(self):
        """Return the content of this version as plain data, for who may read the requirement."""
        self.ensure_one()
        self.requirement_id.check_access("read")
        # the snapshot itself is closed to users; what it says of this requirement is not
        return self.sudo().snapshot_id._get_content()

    def _show_pictures(self, html, requirement=None):
        """Return canonical ``html`` with addresses of pictures that these versions keep.

        :param requirement: also show those of this requirement as it stands now
        """
        if "sha256:" not in html:
            return html
        # what is part of a version is for whoever may read the version
        files_sudo = self.sudo().snapshot_id.attachment_ids
        addresses = {
            file.description: f"/web/image/{file.id}?access_token={file.access_token}"
            for file in files_sudo
        }
        if requirement:
            for file_id, sha256 in requirement._get_file_digests()[requirement.id].items():
                addresses.setdefault(sha256, f"/web/image/{file_id}")
        return self._replace_pictures(html, addresses)

    @api.model
    def _replace_pictures(self, html, addresses):
        """Return canonical ``html`` with these {sha256: address} in place of digests."""
        return PICTURE.sub(lambda match: addresses.get(match[1], "/web/image/0"), str(html))

    def _render_for_portal(self, before):
        """Return the comparison with ``before`` as the customer's page shows it."""
        self.ensure_one()
        compare = self.env["project.requirement.compare"]
        html = compare._render(before._get_content(), self._get_content(), PORTAL_PARTS)
        return Markup((before | self)._show_pictures(html))

    def action_compare_with_previous(self):
        """Open the comparison of this version with the one before."""
        self.ensure_one()
        previous = self.search(
            [("requirement_id", "=", self.requirement_id.id), ("number", "<", self.number)],
            limit=1,
        )
        if not previous:
            raise UserError(self.env._("This is the first version."))
        return self.requirement_id._open_comparison(previous, self)

    def action_compare_with_now(self):
        """Open the comparison of this version with what stands there now."""
        self.ensure_one()
        return self.requirement_id._open_comparison(self)

    @api.model
    def _cut(self, requirements, reason, note="", **pointers):
        """Cut a version of each requirement whose content moved since its last one.

        :param requirements: recordset of project.requirement
        :param str reason: one of ``REASONS``
        :param pointers: further columns of the versions, the same for all
        :return: the requirements of which a version was cut
        """
        moved = requirements.filtered(lambda req: req.content_rev != req.version_content_rev)
        if not moved:
            return moved
        moved._lock_for_version()
        snapshots_sudo = self.env["signoff.snapshot"]._take(moved)
        user = self.env.user
        # evidence has no ACL for anybody: this method is its only door
        versions_sudo = self.sudo()._insert(
            [
                Granted(
                    requirement_id=requirement.id,
                    snapshot_id=snapshot_sudo.id,
                    company_id=requirement.company_id.id,
                    number=requirement.version_number + 1,
                    name=requirement.name,
                    reason=reason,
                    note=note,
                    sha256=snapshot_sudo.sha256,
                    content_rev=snapshot_sudo.content_rev,
                    author_id=user.id,
                    author_name=user.name,
                    recorded_at=snapshot_sudo.recorded_at,
                    **pointers,
                )
                for requirement, snapshot_sudo in zip(moved, snapshots_sudo, strict=True)
            ]
        )
        moved._set_current_versions(versions_sudo)
        return moved
