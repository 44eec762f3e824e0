from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .delivery_channel import SAID_VIA
from .project_acceptance_issue_task import DAYS


class ProjectAcceptanceIssue(models.Model):
    """Issues noted on the phone, on site: one text, a photo, who said it."""

    _inherit = "project.acceptance.issue"

    reported_by_id = fields.Many2one(
        "res.partner",
        string="Reported By",
        index="btree_not_null",
        ondelete="restrict",
        help="The customer's person who said it.",
    )
    said_via = fields.Selection(SAID_VIA, string="Said By Way Of")

    # === ACTION METHODS === #

    @api.model
    def action_quick_entry(
        self,
        text,
        client_key,
        project_id=False,
        requester_id=False,
        said_via=False,
        is_serious=False,
        images=(),
    ):
        """Record one issue from a phone, once, however often the phone sends it.

        It stands on the list of the acceptance that is under way, else it is one of the warranty
        of what was accepted last, else of the project alone.

        :param str text: what is wrong
        :param str client_key: key made by the phone; a second call with it changes nothing
        :param int project_id: project
        :param int requester_id: the customer's person who said it
        :param str said_via: chat, phone, meeting, site, mail or paper
        :param bool is_serious: work cannot go on with it
        :param list images: dictionaries with ``name`` and ``datas`` (base64)
        :return: dictionary with ``id``, ``number`` and ``created``
        """
        issues = self._entry()
        known = issues._find_by_client_key(client_key)
        if known:
            return {"id": known.id, "number": known.number, "created": False}
        text = self._entry_text(text)
        if not text:
            raise UserError(self.env._("Please write what is wrong."))
        files = issues.env["project.requirement"]._check_files(images)
        project = issues.env["project.project"].browse(self._entry_id(project_id) or 0)
        project.check_access("read")
        severity = "serious" if is_serious is True else "minor"
        vals = {
            **issues._get_entry_place(project),
            "name": text,
            "project_id": project.id,
            "severity": severity,
            "date_deadline": fields.Date.context_today(self) + timedelta(days=DAYS[severity]),
            "reported_by_id": self._entry_id(requester_id),
            "said_via": self._entry_choice("said_via", said_via),
        }
        issue = issues._file_once({key: val for key, val in vals.items() if val}, client_key)
        issue._attach_before(files)
        issue._ask_for_tasks()
        return {"id": issue.id, "number": issue.number, "created": True}

    # === BUSINESS METHODS === #

    @api.model
    def _get_entry_place(self, project):
        """Return the values that say where a new issue of a project belongs, and who settles it."""
        acceptances = self.env["project.acceptance"]
        own = Domain("project_id", "=", project.id)
        running = acceptances.search(
            own & Domain("state", "in", ("self_check", "customer")), limit=1
        )
        accepted = acceptances.search(
            own & Domain("state", "=", "signed") & Domain("kind_id.is_final", "=", True), limit=1
        )
        if running:
            place = {"acceptance_id": running.id, "round": running.round}
            if running.kind_id.has_trial_run:
                place["origin"] = "trial"
        elif accepted:
            place = {"later_acceptance_id": accepted.id, "origin": "warranty"}
        else:
            place = {}
        # the project's manager is known to everybody who works on it
        owner = running._get_responsible() if running else project.sudo().user_id
        return {**place, "user_id": owner.id}

    def _attach_before(self, files):
        """Keep photos, as pairs of name and bytes, that show what is wrong."""
        self.ensure_one()
        if not files:
            return
        photos = self.env["ir.attachment"].create(
            [
                {"name": name, "raw": raw, "res_model": self._name, "res_id": self.id}
                for name, raw in files
            ]
        )
        self.before_attachment_ids = photos
