from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .change_common import ChangeCase
from .signoff_common import SignoffCase

MONDAY = "2031-03-03 08:00:00"


@tagged("post_install", "-at_install")
class TestChangePace(ChangeCase, SignoffCase):
    """What its type decides of a change: how long it may wait, and which flow it takes."""

    def test_the_type_says_until_when_it_is_decided(self):
        with freeze_time(MONDAY):
            normal = self._create_change()
            self.assertFalse(normal.decide_due, "nobody waits for a draft")
            normal.action_submit()
            major = self._create_change(kind="major")
            major.action_submit()
            urgent = self._create_change(kind="urgent")
            urgent.action_submit()
        self.assertEqual(normal.decide_due, date(2031, 3, 17))
        self.assertEqual(major.decide_due, date(2031, 3, 24))
        self.assertFalse(urgent.decide_due, "its hours to be ratified count")

    def test_days_off_do_not_count(self):
        company = self.project._get_delivery_company()
        self.env["delivery.workday"].create(
            {"company_id": company.id, "date": "2031-03-05", "kind": "off"}
        )
        self._change_type("normal").decide_days = 3
        with freeze_time(MONDAY):
            change = self._create_change()
            change.action_submit()
        self.assertEqual(change.decide_due, date(2031, 3, 7))

    def test_another_type_has_other_days_from_the_same_beginning(self):
        with freeze_time(MONDAY):
            change = self._create_change()
            change.action_submit()
        with freeze_time("2031-03-05 08:00:00"):
            change.type_id = self._change_type("major")
        self.assertEqual(change.decide_due, date(2031, 3, 24))
        with self.assertRaises(AccessError):
            change.decide_due = "2040-01-01"

    def test_what_waits_longer_is_overdue_until_it_is_decided(self):
        with freeze_time(MONDAY):
            late, decided, held, early = (self._create_change() for _each in range(4))
            (late | decided | held).action_submit()
        with freeze_time("2031-03-17 08:00:00"):
            self.assertFalse(late.is_decide_overdue, "the last day is still in time")
        with freeze_time("2031-03-18 08:00:00"):
            early.action_submit()
            self._approve(decided)
            held.action_put_aside("hold", "Later")
            changes = late | decided | held | early
            changes.invalidate_recordset()
            self.assertEqual(changes.filtered("is_decide_overdue"), late)
            found = self.changes.search(
                [("is_decide_overdue", "=", True), ("id", "in", changes.ids)]
            )
            self.assertEqual(found, late)
            # taken up again, it is looked at anew
            held.action_reopen()
            self.assertEqual(held.decide_due, date(2031, 4, 1))

    def test_a_type_goes_through_its_own_flow(self):
        flow = self._create_flow(
            {"side": "customer", "source": "signatory", "accepts_link": True},
            res_model="project.change",
            mode_ids=[],
        )
        kind = self._change_type("normal").copy({"name": "Wording on screens", "flow_id": flow.id})
        change = self._assess(self._create_change(self.confirmed, type_id=kind.id))
        other = self._assess(self._create_change(self.confirmed))
        found = self.env["signoff.flow"]._find(change | other)
        self.assertEqual(found[change.id], flow)
        self.assertNotEqual(found[other.id], flow)
        row = self._send(change, self.delivery_user)
        self.assertEqual(row.flow_id, flow)
        # out of use, the delivery mode says
        again = self._assess(self._create_change(self.confirmed, type_id=kind.id))
        flow.action_deactivate()
        self.assertEqual(self.env["signoff.flow"]._find(again)[again.id], found[other.id])

    def test_a_flow_of_other_documents_is_refused(self):
        flow = self.env["signoff.flow"].search([("res_model", "=", "project.baseline")], limit=1)
        with self.assertRaisesRegex(ValidationError, "not for change requests"):
            self._change_type("normal").flow_id = flow
