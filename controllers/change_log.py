import json
from io import BytesIO

from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.http import content_disposition, request

from .register import XLSX


class ChangeLogController(http.Controller):
    """Download of the change logs of projects."""

    @http.route(
        "/delivery/change_log.xlsx", type="http", auth="user", methods=["GET"], readonly=True
    )
    def change_log(self, project_ids="[]", **kwargs):
        """Send a workbook with the change log of each project.

        :param project_ids: list of project ids as JSON
        """
        changes = request.env["project.change"]
        changes._check_may_read_log()
        try:
            ids = [int(project_id) for project_id in json.loads(project_ids)]
        except (ValueError, TypeError) as error:
            raise BadRequest(str(error)) from error
        projects = request.env["project.project"].browse(ids).exists()
        if not projects:
            raise request.not_found()
        projects.check_access("read")
        file = BytesIO()
        changes._write_log(file, projects)
        name = request.env._("Change log")
        if len(projects) == 1:
            name = f"{name} {projects.delivery_code or projects.name}"
        name = f"{name} {fields.Date.context_today(projects)}.xlsx"
        return request.make_response(
            file.getvalue(),
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
