import io
import zipfile

from odoo.http import Controller, content_disposition, request, route

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BaselineController(Controller):
    """Downloads of baselines, for those who may read them."""

    @route(
        "/customer_delivery/baseline/<int:baseline_id>/comparison.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def comparison(self, baseline_id, after=None, **_kwargs):
        """Return what changed between a baseline and another one, or now, as a workbook."""
        baseline = self._find(baseline_id)
        other = self._find(after) if after else request.env["project.baseline"]
        if not baseline or (after and other.project_id != baseline.project_id):
            return request.not_found()
        compare = request.env["project.baseline.compare"]
        name = f"{baseline.name} - {other.name or request.env._('now')}"
        return self._download(
            compare._get_workbook(baseline, other), f"{baseline.project_name} {name}.xlsx", XLSX
        )

    @route(
        "/customer_delivery/baseline/<int:baseline_id>/evidence.zip",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def evidence(self, baseline_id, **_kwargs):
        """Return a baseline and its versions in the form that a third party can check."""
        baseline = self._find(baseline_id)
        if not baseline:
            return request.not_found()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
            for path, data in baseline._get_evidence_files().items():
                package.writestr(path, data)
        name = f"{baseline.project_name} {baseline.name}.zip"
        return self._download(archive.getvalue(), name, "application/zip")

    def _find(self, baseline_id):
        """Return the baseline of this number if the visitor may read it, else nothing."""
        baselines = request.env["project.baseline"]
        if not str(baseline_id).isdigit() or int(baseline_id) >= 2**31:
            return baselines
        baseline = baselines.browse(int(baseline_id)).exists()
        return baseline if baseline and baseline.has_access("read") else baselines

    def _download(self, data, name, mimetype):
        return request.make_response(
            data,
            headers=[
                ("Content-Type", mimetype),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
