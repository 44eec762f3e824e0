import json
from io import BytesIO

from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.http import content_disposition, request

from .register import XLSX


class TraceabilityController(http.Controller):
    """Download of traceability matrices."""

    @http.route(
        "/delivery/traceability.xlsx", type="http", auth="user", methods=["GET"], readonly=True
    )
    def traceability(self, project_ids="[]", **kwargs):
        """Send a workbook with the traceability matrix of projects.

        :param project_ids: list of project ids as JSON
        """
        requirements = request.env["project.requirement"]
        requirements._check_may_read_matrix()
        try:
            ids = [int(project_id) for project_id in json.loads(project_ids)]
        except (ValueError, TypeError) as error:
            raise BadRequest(str(error)) from error
        projects = request.env["project.project"].browse(ids).exists()
        if not projects:
            raise request.not_found()
        projects.check_access("read")
        file = BytesIO()
        requirements._write_matrix(file, projects)
        name = request.env._("Traceability matrix")
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
