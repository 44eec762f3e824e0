from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        """Keep customers out of the internal part of a requirement's history.

        Core lets a share user write where he follows or was once notified, and read logs
        whose id he guesses, because only comments count as internal there.
        """
        forbidden = super()._get_forbidden_access(operation)
        if self.env.su or not self.env.user.share:
            return forbidden
        for message_sudo in (self - forbidden).sudo():
            if message_sudo.model != "project.requirement":
                continue
            if operation == "create":
                requirement = self.env[message_sudo.model].browse(message_sudo.res_id)
                refused = not (
                    requirement.has_access("read") and requirement._is_open_to_comments()
                )
            else:
                refused = message_sudo._is_internal_record()
            if refused:
                forbidden += self.browse(message_sudo.id)
        return forbidden

    def _is_internal_record(self):
        self.ensure_one()
        subtype = self.subtype_id
        return self.is_internal or not subtype or subtype.internal
