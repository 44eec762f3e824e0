from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests.common import freeze_time, tagged
from odoo.tools import file_open, mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliveryEvent(DeliveryCase):
    """The outbox: written with its cause, carried out apart from it, never silently lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events = cls.env["delivery.event"]
        cls.requirement = cls._create_requirement()
        cls.document = type(cls.requirement)

    @contextmanager
    def _handler(self, handle=None):
        """Let requirements handle events; yield the list of what they were told."""
        told = []

        def on_delivery_event(record, name, payload):
            told.append((record.id, name, payload))
            if handle:
                handle(record)

        with patch.object(self.document, "_on_delivery_event", on_delivery_event, create=True):
            yield told

    def _emit(self, name="test.happened", records=None, **options):
        return self.events._emit(name, self.requirement if records is None else records, **options)

    # === WRITING === #

    def test_one_row_per_record_in_one_statement(self):
        requirements = self._create_requirement() + self._create_requirement()
        self._emit(records=requirements)
        few = self._count_queries(requirements[:1])
        many = self._count_queries(requirements)
        self.assertEqual(few, many)
        events = self.events.search([("res_id", "in", requirements.ids)])
        self.assertEqual(len(events), 5)
        self.assertEqual(set(events.mapped("state")), {"pending"})
        self.assertEqual(events.company_id, self.company)

    def _count_queries(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.events._emit("test.happened", records)
        return self.env.cr.sql_log_count - before

    def test_nothing_is_written_for_nothing(self):
        self.assertFalse(self._emit(records=self.requirement.browse()))

    def test_the_same_key_is_written_once(self):
        first = self._emit(key=lambda record: f"only once {record.id}")
        again = self._emit(key=lambda record: f"only once {record.id}")
        self.assertEqual(len(first), 1)
        self.assertFalse(again)
        other = self._create_requirement()
        both = self._emit(records=self.requirement + other, key="prefix")
        self.assertEqual(len(both), 2)
        more = self._emit(records=self.requirement + other, key="prefix")
        self.assertFalse(more)

    def test_the_same_key_twice_in_one_call(self):
        other = self._create_requirement()
        events = self._emit(records=self.requirement + other, key=lambda _record: "shared")
        self.assertEqual(len(events), 1)

    def test_the_payload_is_canonical(self):
        event = self._emit(payload={"b": 1, "a": "字", "empty": None})
        self.assertEqual(event.sudo().payload, '{"a":"字","b":1}')
        with self.assertRaises(TypeError):
            self._emit(payload={"price": 1.5})

    def test_the_payload_may_differ_by_record(self):
        other = self._create_requirement()
        events = self._emit(
            records=self.requirement + other, payload=lambda record: {"id": record.id}
        )
        for event in events.sudo():
            self.assertEqual(event.payload, f'{{"id":{event.res_id}}}')

    def test_a_hostile_context_does_not_act(self):
        hostile = {
            "default_state": "done",
            "default_name": "other",
            "default_company_id": self.other_company.id,
            "default_handler_model": "res.users",
            "allowed_company_ids": self.other_company.ids,
            "lang": "xx_XX",
            "active_test": False,
            "tracking_disable": True,
        }
        for user in (self.portal_a, self.env.ref("base.public_user"), self.delivery_user):
            requirement = self.requirement.with_user(user).with_context(**hostile)
            event = requirement.env["delivery.event"]._emit("test.happened", requirement).sudo()
            self.assertRecordValues(
                event,
                [
                    {
                        "name": "test.happened",
                        "state": "pending",
                        "company_id": self.company.id,
                        "handler_model": False,
                    }
                ],
            )

    def test_the_company_is_that_of_the_document(self):
        theirs = self._create_requirement(project_id=self.project_other.id)
        self.assertEqual(self._emit(records=theirs).sudo().company_id, self.other_company)
        party = self._create_party(self.project_other, self.contact_b)
        self.assertEqual(self._emit(records=party).sudo().company_id, self.other_company)
        self.assertEqual(
            self._emit(records=self.other_company).sudo().company_id, self.other_company
        )

    def test_the_cron_is_woken(self):
        cron = self.env.ref("customer_delivery.ir_cron_outbox")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self._emit()
        self._emit(key="once")
        self._emit(key="once")
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers
        self.assertEqual(len(woken), 2, "a repeated event wakes nobody")

    # === CARRYING OUT === #

    def test_the_document_handles_its_event(self):
        event = self._emit(payload={"step": 1}).sudo()
        environments = []
        with self._handler(lambda record: environments.append(record.env)) as told:
            self._drain_events()
            self._drain_events()
        self.assertEqual(told, [(self.requirement.id, "test.happened", {"step": 1})])
        self.assertRecordValues(event, [{"state": "done", "outcome": "handled", "tries": 1}])
        [env] = environments
        self.assertTrue(env.su)
        self.assertEqual(env.context, {"allowed_company_ids": self.company.ids})

    def test_events_are_carried_out_in_their_order(self):
        for number in range(3):
            self._emit(f"test.number{number}")
        with self._handler() as told:
            self._drain_events()
        self.assertEqual(
            [name for _id, name, _payload in told], [f"test.number{n}" for n in (0, 1, 2)]
        )

    def test_who_does_not_listen_is_done(self):
        event = self._emit(records=self.customer_a).sudo()
        self._drain_events()
        self.assertRecordValues(event, [{"state": "done", "outcome": "unheard"}])

    def test_a_deleted_document_is_done_with_a_note(self):
        requirement = self._create_requirement()
        event = self._emit(records=requirement).sudo()
        requirement.unlink()
        with self._handler() as told:
            self._drain_events()
        self.assertFalse(told)
        self.assertRecordValues(event, [{"state": "done", "outcome": "gone"}])

    def test_one_that_fails_leaves_nothing_and_stops_nobody(self):
        other = self._create_requirement()
        failing, fine = (self._emit(records=record).sudo() for record in (self.requirement, other))

        def rename(record):
            record.name = "Renamed"
            record.flush_recordset()
            if record.id == self.requirement.id:
                raise ValueError("No such printer")

        with self._handler(rename):
            self._drain_events()
        self.assertEqual(fine.state, "done")
        self.assertEqual(other.name, "Renamed")
        self.assertRecordValues(failing, [{"state": "pending", "tries": 1, "outcome": False}])
        self.assertIn("No such printer", failing.error)
        self.assertNotEqual(self.requirement.name, "Renamed")
        self.assertGreater(failing.next_try_at, fields.Datetime.now())

    def test_it_is_tried_again_later_and_later_and_then_dies(self):
        event = self._emit().sudo()

        def fail(_record):
            raise ValueError("Never works")

        now = fields.Datetime.now()
        with self._handler(fail) as told:
            for minutes in (1, 5, 30, 120, 720):
                with freeze_time(now):
                    self._drain_events()
                    self._drain_events()
                self.assertEqual(event.state, "pending")
                delay = event.next_try_at - now.replace(microsecond=0)
                self.assertAlmostEqual(delay.total_seconds(), minutes * 60, delta=2)
                now = event.next_try_at + timedelta(seconds=1)
            with freeze_time(now):
                self._drain_events()
                self._drain_events()
        self.assertEqual(len(told), 6)
        self.assertRecordValues(event, [{"state": "dead", "tries": 6, "next_try_at": False}])

    def test_a_retry_that_works_forgets_the_error(self):
        event = self._emit().sudo()

        def fail(_record):
            raise ValueError("Not today")

        with self._handler(fail):
            self._drain_events()
        self.assertTrue(event.error)
        with self._handler(), freeze_time(event.next_try_at + timedelta(seconds=1)):
            self._drain_events()
        self.assertRecordValues(event, [{"state": "done", "error": False, "tries": 2}])

    # === SUBSCRIBERS === #

    @contextmanager
    def _subscriber(self, handled, fail=False):
        """Let the light mode subscribe to every event of requirements."""
        modes = type(self.mode_light)
        subscriber = self.mode_light

        def get_event_subscribers(model, _name, records, _payload):
            handler = model.env[subscriber._name].browse(subscriber.id)
            return [(record, handler) for record in records]

        def on_subscribed_event(mode, name, record, payload):
            if fail:
                raise ValueError("The subscriber cannot")
            handled.append((mode.id, name, record.id, payload))

        with (
            patch.object(modes, "_get_event_subscribers", get_event_subscribers, create=True),
            patch.object(modes, "_on_subscribed_event", on_subscribed_event, create=True),
        ):
            self.env.registry.clear_cache()
            yield
        self.env.registry.clear_cache()

    def test_a_subscriber_has_a_row_of_its_own(self):
        handled = []
        with self._subscriber(handled), self._handler() as told:
            events = self._emit(payload={"a": 1}, key="once").sudo()
            self.assertEqual(len(events), 2)
            self.assertFalse(self._emit(key="once"))
            self._drain_events()
        self.assertEqual(len(told), 1)
        self.assertEqual(
            handled, [(self.mode_light.id, "test.happened", self.requirement.id, {"a": 1})]
        )
        self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertIn(self.mode_light.display_name, events.mapped("handler_name"))

    def test_a_failing_subscriber_is_retried_apart(self):
        with self._subscriber([], fail=True), self._handler() as told:
            events = self._emit().sudo()
            self._drain_events()
            with freeze_time(fields.Datetime.now() + timedelta(minutes=2)):
                self._drain_events()
        self.assertEqual(len(told), 1, "the document is not told again")
        self.assertEqual(sorted(events.mapped("state")), ["done", "pending"])
        self.assertEqual(sorted(events.mapped("tries")), [1, 2])

    # === DEAD LETTERS AND RIGHTS === #

    def _dead(self, records=None):
        event = self._emit(records=records).sudo()
        self.env.cr.execute("UPDATE delivery_event SET tries = 5 WHERE id = ANY(%s)", [event.ids])
        event.invalidate_recordset()

        def fail(_record):
            raise ValueError("Never works")

        with self._handler(fail):
            self._drain_events()
        self.assertEqual(set(event.mapped("state")), {"dead"})
        return event

    def _alarms(self):
        kind = self.env.ref("customer_delivery.mail_activity_type_outbox")
        return self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])

    def test_a_manager_is_told_once(self):
        self._dead()
        self._dead()
        alarm = self._alarms()
        self.assertEqual(len(alarm), 1)
        self.assertTrue(alarm.user_id.has_group("customer_delivery.group_delivery_manager"))
        self.assertIn(self.company, alarm.user_id.company_ids)

    def test_a_manager_tries_again(self):
        event = self._dead()
        mine = event.with_user(self.delivery_manager)
        mine.action_try_again()
        self.assertRecordValues(event, [{"state": "pending", "tries": 0, "next_try_at": False}])
        self.assertFalse(self._alarms(), "nothing is dead any more")
        with self._handler() as told:
            self._drain_events()
        self.assertEqual(len(told), 1)
        self.assertEqual(event.state, "done")

    def test_what_is_done_is_not_done_again(self):
        event = self._emit().sudo()
        self._drain_events()
        event.with_user(self.delivery_manager).action_try_again()
        self.assertEqual(event.state, "done")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_else_tries_again(self):
        event = self._dead()
        for user in (self.delivery_user, self.auditor, self.other_manager, self.portal_a):
            with self.assertRaises(AccessError):
                event.with_user(user).with_company(user.company_id).action_try_again()
        self.assertEqual(event.state, "dead")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_writes_events(self):
        event = self._emit()
        for user in (self.delivery_manager, self.env.ref("base.user_admin")):
            mine = event.with_user(user)
            with self.assertRaises(AccessError):
                mine.write({"state": "done"})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"name": "x", "key": "x", "res_model": "res.users", "res_id": 1})
        with self.assertRaises(AccessError):
            event.sudo().write({"state": "done"})

    def test_the_document_opens_for_who_may_read_it(self):
        event = self._emit().with_user(self.delivery_manager)
        self.assertEqual(event.res_name, self.requirement.display_name)
        self.assertEqual(event.action_open_document()["res_id"], self.requirement.id)

    # === ENDS === #

    def test_what_is_long_done_is_forgotten(self):
        old, young, dead = (self._emit().sudo() for _number in range(3))
        self.env.cr.execute(
            "UPDATE delivery_event SET state = 'done', done_at = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=91), old.id],
        )
        self.env.cr.execute(
            "UPDATE delivery_event SET state = 'done', done_at = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=89), young.id],
        )
        self.env.cr.execute("UPDATE delivery_event SET state = 'dead' WHERE id = %s", [dead.id])
        self.env.invalidate_all()
        self.events._gc_settled()
        self.assertEqual((old + young + dead).exists(), young + dead)

    def test_a_copy_of_the_database_does_nothing(self):
        waiting = self._emit().sudo()
        done = self._emit(records=self.customer_a).sudo()
        self.env.cr.execute("UPDATE delivery_event SET state = 'done' WHERE id = %s", [done.id])
        self.env.flush_all()
        with file_open("customer_delivery/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        with self._handler() as told:
            self._drain_events()
        self.assertFalse(told)
        self.assertEqual((waiting.state, done.state), ("silenced", "done"))
