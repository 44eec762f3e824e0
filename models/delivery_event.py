import uuid

from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core import canonical
from ..core.grant import Granted

CRON = "customer_delivery.ir_cron_outbox"


class DeliveryEvent(models.Model):
    """The outbox: work that follows from a business transaction, done apart from it.

    :meth:`_emit` writes rows inside the business transaction, so that an event exists exactly
    when its cause does. A cron carries each row out in a transaction of its own, tries again
    what failed, and shows what never worked to the manager. The work of a handler and the mark
    "done" are one transaction: whatever a handler does in the database happens exactly once.
    What it does outside happens at least once.

    Documents handle their own events in ``_on_delivery_event(name, payload)``. Other models
    subscribe with ``_get_event_subscribers``; see :meth:`_get_extra_rows`. Models that emit
    tell the names in ``_get_event_names()``: ``{name: label}``.
    """

    _name = "delivery.event"
    _description = "Outbox Event"
    _inherit = ["delivery.guarded.mixin"]
    _order = "id desc"
    _allow_sudo_commands = False
    _control_fields = (
        "name",
        "key",
        "res_model",
        "res_id",
        "handler_model",
        "handler_id",
        "company_id",
        "payload",
        "state",
        "outcome",
        "tries",
        "next_try_at",
        "done_at",
        "error",
    )

    name = fields.Char(string="Event", required=True, readonly=True)
    label = fields.Char(string="What Happened", compute="_compute_label")
    key = fields.Char(
        required=True,
        readonly=True,
        help="The same key is never written twice: what is announced twice happens once.",
    )
    # the document that the event is about
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document Number", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char(string="Document", compute="_compute_res_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    payload = fields.Text(required=True, readonly=True, string="Details")
    # who handles it, when it is not the document itself
    handler_model = fields.Char(readonly=True, export_string_translation=False)
    handler_id = fields.Many2oneReference(
        model_field="handler_model", readonly=True, export_string_translation=False
    )
    handler_name = fields.Char(string="Handled By", compute="_compute_handler_name")
    # how it went
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("done", "Done"),
            ("dead", "Dead"),
            ("silenced", "Silenced"),
        ],
        required=True,
        readonly=True,
        default="pending",
        help="Dead: failed too often and is not tried any more. "
        "Silenced: was waiting when this copy of a database was made.",
    )
    outcome = fields.Selection(
        [
            ("handled", "Handled"),
            ("unheard", "Nothing to do"),
            ("gone", "Document was deleted"),
        ],
        readonly=True,
    )
    tries = fields.Integer(readonly=True, default=0)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    done_at = fields.Datetime(string="Done On", readonly=True)
    error = fields.Text(readonly=True)
    reason = fields.Char(compute="_compute_reason")

    _key_uniq = models.Constraint("UNIQUE(key)", "An event with this key exists already.")
    _pending_idx = models.Index("(id) WHERE state = 'pending'")
    _dead_idx = models.Index("(company_id, id) WHERE state = 'dead'")
    _settled_idx = models.Index("(done_at) WHERE state IN ('done', 'silenced')")
    _document_idx = models.Index("(res_model, res_id)")

    # === COMPUTES === #

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self._get_known_names()
        for event in self:
            event.label = labels.get(event.name, event.name)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for event in self:
            event.display_name = event.label

    @api.depends("error")
    def _compute_reason(self):
        for event in self:
            event.reason = (event.error or "").partition("\n")[0]

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        self._compute_names("res_model", "res_id", "res_name")

    @api.depends("handler_model", "handler_id")
    def _compute_handler_name(self):
        self._compute_names("handler_model", "handler_id", "handler_name")

    def _compute_names(self, model_field, id_field, name_field):
        """Name the records that events point at, as far as the reader may know them."""
        for model, events in self.grouped(model_field).items():
            names = {}
            if model and model in self.env:
                records = self.env[model].browse(filter(None, events.mapped(id_field))).exists()
                for record in records._filtered_access("read"):
                    names[record.id] = record.display_name
            for event in events:
                event[name_field] = names.get(event[id_field], False)

    # === ACTIONS === #

    def action_try_again(self):
        """Let dead events start over; works on many."""
        events = self._entry()
        events.check_access("read")
        if not events.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise AccessError(self.env._("Only delivery managers may try events again."))
        # nobody may write events; what this button moves is fixed
        events_sudo = events.sudo().try_lock_for_update()
        dead_sudo = events_sudo.filtered(lambda event: event.state == "dead")
        dead_sudo.write(Granted(state="pending", tries=0, next_try_at=False))
        if dead_sudo:
            worker = self._as_worker()
            worker._trigger_cron()
            worker._end_alarm()
        return True

    def action_open_document(self):
        """Open the document that the event is about, for those who may read it."""
        event = self._entry()
        event.ensure_one()
        event.check_access("read")
        model = self.env.get(event.res_model)
        if model is None:
            return False
        record = model.browse(event.res_id).exists()
        record.check_access("read")
        if not record:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    # === WRITING === #

    @api.model
    def _emit(self, name, records, payload=None, key=None):
        """Write one event per record, and one per subscriber, in this transaction.

        :param str name: what happened, e.g. ``signoff.slot.opened``
        :param records: the documents that it happened to, of one model
        :param payload: dictionary in canonical form, or a callable ``record -> dictionary``
        :param key: what must not happen twice: a callable ``record -> text``, or a text to
            which the document is added; without it each call writes new events
        :return: the new events, without those whose key exists already
        """
        if not records:
            return self.browse()
        worker = self._as_worker()
        # Whatever the caller set in his context acts neither here nor in the subscribers.
        records_sudo = worker.env[records._name].browse(records.ids)
        pairs = [(record, False) for record in records_sudo]
        pairs += worker._get_extra_rows(name, records_sudo, payload)
        companies = worker._get_companies(records_sudo, self.env.user)
        keys = {record.id: worker._get_key(name, record, key) for record in records_sudo}
        rows = []
        for record, handler in pairs:
            own = payload(record) if callable(payload) else payload
            suffix = f"|{handler._name},{handler.id or 0}" if handler is not False else ""
            rows.append(
                (
                    keys[record.id] + suffix,
                    record.id,
                    companies[record.id],
                    canonical.dumps(own or {}),
                    handler._name if suffix else None,
                    handler.id or None if suffix else None,
                )
            )
        return self.browse(worker._insert(name, records._name, rows))

    @api.model
    def _get_extra_rows(self, name, records, payload):
        """Return ``(record, handler)`` for everybody else who handles this event.

        Each pair becomes a row of its own, tried apart from the others; when its turn comes,
        ``handler._on_subscribed_event(name, record, payload)`` is called. Extend it, or define
        ``_get_event_subscribers(name, records, payload)`` with the same answer on any model.

        :param records: the documents, as superuser and without a context
        """
        pairs = []
        for model in self._get_models_with("_get_event_subscribers"):
            pairs += self.env[model]._get_event_subscribers(name, records, payload)
        return pairs

    @api.model
    def _get_known_names(self):
        """Return ``{name: label}`` of all events that the documents emit."""
        names = {}
        for model in self._get_models_with("_get_event_names"):
            names.update(self.env[model]._get_event_names())
        return names

    @api.model
    @tools.ormcache("method")
    def _get_models_with(self, method):
        """Return the names of the models that take part in something by defining a method."""
        return tuple(
            sorted(
                name
                for name, model in self.env.registry.items()
                if hasattr(model, method) and not model._abstract
            )
        )

    @api.model
    def _get_key(self, name, record, key):
        if callable(key):
            return key(record)
        prefix = key or f"{name}|{uuid.uuid4().hex}"
        return f"{prefix}|{record._name},{record.id}"

    @api.model
    def _get_companies(self, records, user):
        """Return ``{record id: company id}``: the document's, else its project's."""
        found = {}
        for record in records:
            company = user.browse().company_id
            if record._name == "res.company":
                company = record
            elif "company_id" in record._fields:
                company = record.company_id
            if not company and "project_id" in record._fields:
                company = record.project_id.company_id
            found[record.id] = company.id or user.sudo().company_id.id
        return found

    @api.model
    def _insert(self, name, model, rows):
        """Insert rows and wake the worker in one statement; rows whose key exists are left out."""
        # as ``_trigger`` of the cron does
        cron = self.env["ir.cron"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id(CRON, raise_if_not_found=False)
        )
        keys, res_ids, companies, payloads, handler_models, handler_ids = zip(*rows, strict=True)
        result = self.env.execute_query(
            SQL(
                """
                WITH written AS (
                    INSERT INTO delivery_event (
                        name, res_model, state, tries, create_uid, create_date, write_uid,
                        write_date, key, res_id, company_id, payload, handler_model, handler_id
                    )
                    SELECT %(name)s, %(model)s, 'pending', 0, %(uid)s, %(now)s, %(uid)s, %(now)s,
                           fresh.*
                      FROM unnest(
                        %(keys)s::text[], %(ids)s::int[], %(companies)s::int[],
                        %(payloads)s::text[], %(handler_models)s::text[], %(handler_ids)s::int[]
                      ) AS fresh
                        ON CONFLICT (key) DO NOTHING
                 RETURNING id
                ), woken AS (
                    INSERT INTO ir_cron_trigger (
                        cron_id, call_at, create_uid, create_date, write_uid, write_date
                    )
                    SELECT id, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM ir_cron
                     WHERE id = %(cron)s AND active AND EXISTS (SELECT FROM written)
                )
                SELECT id FROM written ORDER BY id
                """,
                cron=cron.id or None,
                name=name,
                model=model,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                keys=list(keys),
                ids=list(res_ids),
                companies=list(companies),
                payloads=list(payloads),
                handler_models=list(handler_models),
                handler_ids=list(handler_ids),
            )
        )
        after = self.env.cr.postcommit
        if result and not after.data.get(CRON):
            after.data[CRON] = True
            after.add(cron._notifydb)
        return [row_id for (row_id,) in result]

    def _as_worker(self):
        """Return these events as superuser, with nothing of the caller's context."""
        return self.env(user=SUPERUSER_ID, su=True, context={})[self._name].browse(self.ids)

    @api.model
    def _trigger_cron(self, at=None):
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron._trigger(at)
