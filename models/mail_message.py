from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        """Keep customers out of the internal part of a document's history.

        Core lets a share user write where he follows or was once notified, and read logs
        whose id he guesses, because only comments count as internal there.
        """
        forbidden = super()._get_forbidden_access(operation)
        if self.env.su or not self.env.user.share:
            return forbidden
        shown = self.env.registry["delivery.portal.mixin"]
        for message_sudo in (self - forbidden).sudo():
            documents = self.env.get(message_sudo.model)
            if not isinstance(documents, shown):
                continue
            if operation == "create":
                document = documents.browse(message_sudo.res_id)
                refused = not (document.has_access("read") and document._is_open_to_comments())
            else:
                refused = message_sudo._is_internal_record()
            if refused:
                forbidden += self.browse(message_sudo.id)
        return forbidden

    def _is_internal_record(self):
        self.ensure_one()
        subtype = self.subtype_id
        return self.is_internal or not subtype or subtype.internal
