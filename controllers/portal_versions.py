from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, request, route


class PortalVersions(Controller):
    """What a customer was sent and has confirmed, and what changed in between."""

    @route(
        "/my/requirements/<int:requirement_id>/versions",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_requirement_versions(self, requirement_id, before=None, after=None, **_kwargs):
        requirement_sudo = self._get_requirement(requirement_id)
        if not requirement_sudo:
            raise request.not_found()
        versions_sudo = requirement_sudo._get_portal_versions()
        # the last two, unless two others of this list are asked for
        after_sudo = self._choose(versions_sudo, after) or versions_sudo[:1]
        earlier_sudo = versions_sudo.filtered(lambda row: row.number < after_sudo.number)
        before_sudo = self._choose(versions_sudo, before) or earlier_sudo[:1] or after_sudo
        return request.render(
            "customer_delivery.portal_my_requirement_versions",
            {
                "page_name": "delivery_requirement",
                "requirement": requirement_sudo,
                "versions": versions_sudo,
                "before": before_sudo,
                "after": after_sudo,
                "comparison": after_sudo and after_sudo._render_for_portal(before_sudo),
            },
        )

    def _get_requirement(self, requirement_id):
        """Return the requirement (superuser) if the visitor reads it himself, else nothing."""
        requirements = request.env["project.requirement"]
        try:
            requirement_sudo, is_reader = requirements._get_portal_record(requirement_id)
        except (AccessError, MissingError):
            return requirements.sudo()
        return requirement_sudo if is_reader else requirements.sudo()

    def _choose(self, versions_sudo, number):
        """Return the version of this number among those that the customer may see."""
        return versions_sudo.filtered(lambda version: str(version.number) == number)
