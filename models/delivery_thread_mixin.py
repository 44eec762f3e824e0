from markupsafe import Markup

from odoo import api, models

LISTED_AT_MOST = 50


class Collected(list):
    """What one batch has to do at its end; the caller of an RPC cannot put one into a context."""


class DeliveryThreadMixin(models.AbstractModel):
    """A thread that does once for a batch what ``mail.thread`` does for each record.

    Who is subscribed, what is logged and who is told stay the same; only somebody who is
    assigned many documents in one call is told so in one notice.
    """

    _name = "delivery.thread.mixin"
    _description = "Discussion Thread Made for Batches"
    _inherit = ["mail.thread"]

    @api.model_create_multi
    def create(self, vals_list):
        if len(vals_list) < 2:
            return super().create(vals_list)
        subscriptions = Collected()
        collecting = self.with_context(delivery_subscriptions=subscriptions)
        threads = super(DeliveryThreadMixin, collecting).create(vals_list).with_env(self.env)
        threads._subscribe_together(subscriptions)
        return threads

    # === FOLLOWERS === #

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        subscriptions = self.env.context.get("delivery_subscriptions")
        if isinstance(subscriptions, Collected):
            subscriptions.append((self.ids, updated_values, followers_existing_policy))
            return True
        return super()._message_auto_subscribe(updated_values, followers_existing_policy)

    def _subscribe_together(self, subscriptions):
        """Subscribe at once all threads whose values lead to the same followers."""
        names = self._get_subscribing_fields()
        groups = {}
        for ids, values, policy in subscriptions:
            key = tuple((name, values[name]) for name in names if values.get(name))
            groups.setdefault((key, policy), []).extend(ids)
        for (key, policy), ids in groups.items():
            self.browse(ids)._message_auto_subscribe(dict(key), policy)

    def _get_subscribing_fields(self):
        """Return the fields whose values decide who follows."""
        subtypes = self.env["mail.message.subtype"]
        relations = subtypes._get_auto_subscription_subtypes(self._name)[4]
        return sorted({"user_id"}.union(*relations.values()))

    def _message_auto_subscribe_notify(self, partner_ids, template):
        silent = self.env.context.get("mail_auto_subscribe_no_notify")
        if len(self) < 2 or silent or not self.env.registry.ready:
            super()._message_auto_subscribe_notify(partner_ids, template)
            return
        self.env["mail.thread"].message_notify(
            subject=self.env._("%(count)s assignments to you", count=len(self)),
            body=self._get_assignments_body(),
            partner_ids=partner_ids,
            email_layout_xmlid="mail.mail_notification_layout",
            model_description=self._description,
        )

    def _get_assignments_body(self):
        """Return the text that tells somebody of all documents that are now his."""
        address = self[:1].get_base_url()
        lines = [
            Markup('<li><a href="%s/mail/view?model=%s&amp;res_id=%s">%s</a></li>')
            % (address, self._name, document.id, document.display_name)
            for document in self[:LISTED_AT_MOST]
        ]
        if len(self) > LISTED_AT_MOST:
            more = self.env._("and %(count)s more", count=len(self) - LISTED_AT_MOST)
            lines.append(Markup("<li>%s</li>") % more)
        head = self.env._("You have been assigned to:")
        return Markup("<p>%s</p><ul>%s</ul>") % (head, Markup().join(lines))

    # === TRACKING === #

    def _message_track(self, fields_iter, initial_values_dict):
        if len(self) < 2:
            return super()._message_track(fields_iter, initial_values_dict)
        logs = Collected()
        collecting = self.with_context(delivery_logs=logs)
        tracking = super(DeliveryThreadMixin, collecting)._message_track(
            fields_iter, initial_values_dict
        )
        self._log_together(logs)
        return tracking

    def _message_log(self, **values):
        logs = self.env.context.get("delivery_logs")
        if isinstance(logs, Collected) and values.keys() <= {
            "body",
            "author_id",
            "tracking_value_ids",
        }:
            logs.append((self.id, values))
            return self.env["mail.message"]
        return super()._message_log(**values)

    def _log_together(self, logs):
        """Write the logs of all threads at once, in their order, each with its own changes."""
        by_author = {}
        for res_id, values in logs:
            by_author.setdefault(values.get("author_id"), []).append((res_id, values))
        changes = []
        for author_id, entries in by_author.items():
            threads = self.browse([res_id for res_id, _values in entries])
            bodies = {res_id: values.get("body") or "" for res_id, values in entries}
            messages = threads._message_log_batch(bodies, author_id=author_id)
            for message, (_res_id, values) in zip(messages, entries, strict=True):
                for command in values.get("tracking_value_ids") or ():
                    changes.append({**command[2], "mail_message_id": message.id})
        self.env["mail.tracking.value"].sudo().create(changes)
