import json
import tempfile

from werkzeug.exceptions import BadRequest
from werkzeug.wsgi import wrap_file

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.http import Response, content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterController(http.Controller):
    """Download of the requirement register and of the template to fill in."""

    @http.route("/delivery/register.xlsx", type="http", auth="user", methods=["GET"], readonly=True)
    def register(self, project_id=None, domain=None, **kwargs):
        """Send the register of a project, of a filter, or of everything the user may read.

        :param project_id: id of a project
        :param domain: domain as JSON
        """
        requirements = request.env["project.requirement"]
        requirements.check_access("read")
        if not request.env.user._is_internal():
            raise AccessError(request.env._("Please ask your contact person for this document."))
        name = request.env._("Requirement register")
        try:
            wanted = Domain(json.loads(domain) if domain else Domain.TRUE)
            if project_id:
                wanted &= Domain("project_id", "=", int(project_id))
            wanted.validate(requirements)
        except (ValueError, TypeError) as error:
            raise BadRequest(str(error)) from error
        if project_id:
            project = request.env["project.project"].browse(int(project_id))
            project.check_access("read")
            name = f"{name} {project.delivery_code or project.name}"
        return self._send(
            lambda file: requirements._write_register(file, wanted),
            f"{name} {fields.Date.context_today(requirements)}.xlsx",
        )

    @http.route(
        "/delivery/register_template.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def template(self, **kwargs):
        """Send the empty register with an example and the words that this database knows."""
        wizards = request.env["project.requirement.import"]
        wizards.check_access("create")
        return self._send(
            wizards._write_template, f"{request.env._('Requirement register template')}.xlsx"
        )

    @http.route(
        "/delivery/register_result/<int:import_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def result(self, import_id, **kwargs):
        """Send the rows of an import with what became of each."""
        wizard = request.env["project.requirement.import"].browse(import_id).exists()
        wizard.check_access("read")
        if not wizard:
            raise request.not_found()
        return self._send(wizard._write_result, f"{request.env._('Import result')}.xlsx")

    def _send(self, write, name):
        """Send what ``write`` writes to a file; the file never lies in memory as a whole."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the response)
        try:
            write(file)
        except Exception:
            file.close()
            raise
        size = file.tell()
        file.seek(0)
        response = Response(
            wrap_file(request.httprequest.environ, file),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Length", str(size)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
            direct_passthrough=True,
        )
        response.call_on_close(file.close)
        return response
