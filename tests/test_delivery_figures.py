from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted
from odoo.addons.customer_delivery.core.volatility import accuracy, stability, volatility

from .change_common import ChangeCase

# month: (agreed, moved), counted and weighed, of the story below, by hand
BY_HAND = {
    date(2024, 1, 1): ((4, 1), (9, 3)),
    date(2024, 2, 1): ((4, 2), (9, 5)),
    date(2024, 3, 1): ((5, 1), (12, 1)),
    date(2024, 4, 1): ((4, 0), (11, 0)),
}
PLACES = 4


@tagged("post_install", "-at_install")
class TestDeliveryFigures(ChangeCase):
    """Volatility, lead times and accuracy of estimates, on stories reckoned by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.figures = cls.env["project.requirement.volatility"].with_user(cls.delivery_user)

    # === VOLATILITY === #

    def _create(self, name, code, project):
        priority = self.env.ref(f"customer_delivery.project_requirement_priority_{code}")
        return self._create_complete_requirement(
            name=name, project_id=project.id, priority_id=priority.id
        )

    def _tell_story(self):
        """Two musts (weight 3), a should (2) and a later (1) are agreed; then they move."""
        project = self._create_project(name="Story", mode=self.mode_standard)
        project.user_id = self.delivery_user
        phases = self.env["project.milestone"].create(
            [
                {"name": name, "project_id": project.id, "deadline": deadline}
                for name, deadline in (("Design", "2024-02-15"), ("Build", "2024-04-30"))
            ]
        )
        with freeze_time("2024-01-10 09:00:00"):
            must, other, should, later = (
                self._create(name, code, project)
                for name, code in (("A", "must"), ("B", "must"), ("C", "should"), ("D", "later"))
            )
            project.action_publish_baseline("V1.0")
        # twice in a month counts once; saving what is the same does not count
        for day in ("2024-01-20", "2024-01-25", "2024-01-26"):
            with freeze_time(f"{day} 09:00:00"):
                must.name = f"A of {min(day, '2024-01-25')}"
                self.env["project.requirement.version"]._cut(must, "saved")
        with freeze_time("2024-02-05 09:00:00"):
            change = self._create_change(should, project_id=project.id)
            change.line_ids.name = "C, changed"
            change.line_ids = [
                Command.create({"action": "add", "name": "E", "priority_id": must.priority_id.id})
            ]
            self._approve(self._assess(change)).action_apply()
        with freeze_time("2024-03-15 09:00:00"):
            later.sudo()._enter_decided(self.mode_standard, "cancelled")
        with freeze_time("2024-04-02 09:00:00"):
            erratum = self._create_change(other, kind="erratum", project_id=project.id)
            erratum.line_ids.name = "B."
            self._approve(erratum).action_apply()
        return project, phases

    def _read(self, project, groupby, upto="2024-05-01"):
        return self.figures._read_group(
            [("project_id", "=", project.id), ("month", "<", upto)],
            [groupby],
            ["volatility:avg", "weighted_volatility:avg", "stability:avg"],
        )

    def test_each_month_is_as_reckoned_by_hand(self):
        project, _phases = self._tell_story()
        rows = self._read(project, "month:month")
        self.assertEqual([month for month, *_rates in rows], list(BY_HAND))
        for month, plain, weighted, stable in rows:
            (base, moved), (base_weight, moved_weight) = BY_HAND[month]
            with self.subTest(month=month):
                self.assertAlmostEqual(plain, volatility(moved, 0, 0, base), PLACES)
                self.assertAlmostEqual(
                    weighted, volatility(moved_weight, 0, 0, base_weight), PLACES
                )
                self.assertAlmostEqual(stable, stability(moved_weight, 0, 0, base_weight), PLACES)
        february = self.figures.search(
            [("project_id", "=", project.id), ("month", "=", date(2024, 2, 1))]
        )
        self.assertEqual(
            [sum(february.mapped(name)) for name in ("added", "changed", "removed")], [1, 1, 0]
        )

    def test_a_phase_is_the_mean_of_its_months(self):
        project, phases = self._tell_story()
        rows = {phase: rates for phase, *rates in self._read(project, "milestone_id")}
        self.assertEqual(set(rows), set(phases.with_user(self.delivery_user)))
        design, build = (rows[phase.with_user(self.delivery_user)] for phase in phases)
        self.assertAlmostEqual(design[0], 37.5, PLACES)
        self.assertAlmostEqual(build[0], 100 / 9, PLACES)
        self.assertAlmostEqual(build[1], 100 / 23, PLACES)
        ((_project, plain, weighted, _stable),) = self._read(project, "project_id")
        self.assertAlmostEqual(plain, 100 * 4 / 17, PLACES)
        self.assertAlmostEqual(weighted, 100 * 9 / 41, PLACES)

    def test_without_a_baseline_there_is_nothing_to_move(self):
        self.assertFalse(self.figures.search([("project_id", "=", self.project_light.id)]))

    def test_weights_are_configuration(self):
        project, _phases = self._tell_story()
        self.env["project.requirement.priority"].search([]).weight = 1
        rows = self._read(project, "month:month")
        for _month, plain, weighted, _stable in rows:
            self.assertAlmostEqual(plain, weighted, PLACES)

    def test_who_sees_it(self):
        project, _phases = self._tell_story()
        domain = [("project_id", "=", project.id)]
        for user in (self.project_user, self.delivery_user, self.auditor):
            self.assertTrue(self.figures.with_user(user).search_count(domain), user.login)
        project.privacy_visibility = "followers"
        project.message_unsubscribe(self.project_user.partner_id.ids)
        self.assertFalse(self.figures.with_user(self.project_user).search_count(domain))
        self.assertTrue(self.figures.with_user(self.delivery_manager).search_count(domain))
        self.assertFalse(self.figures.with_user(self.other_manager).search_count(domain))
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.figures.with_user(self.portal_a).search_count(domain)
        action = project.action_view_volatility()
        self.assertEqual(action["domain"], domain)

    # === LEAD TIME === #

    def test_days_in_each_stage(self):
        start = datetime(2024, 5, 1, 8)
        change = self._create_change(self.confirmed, requested_at=start)
        after = [start + timedelta(days=days) for days in (2, 5.5, 7, 8)]
        change.sudo().write(
            Granted(
                date_submitted=after[0],
                date_decided=after[1],
                date_implemented=after[2],
                date_closed=after[3],
            )
        )
        lead = self.env["project.change.lead.time"].with_user(self.delivery_user)
        rows = lead.search([("change_id", "=", change.id)])
        self.assertEqual(
            {row.stage_kind: row.days for row in rows},
            # nobody was asked, so that all the time until the decision was assessment
            {"new": 2, "assess": 3.5, "implement": 1.5, "verify": 1},
        )
        ((_kind, days),) = lead._read_group(
            [("change_id", "=", change.id), ("stage_kind", "=", "assess")],
            ["stage_kind"],
            ["days:avg"],
        )
        self.assertEqual(days, 3.5)

    # === ESTIMATES === #

    def test_accuracy_weighs_large_changes_more(self):
        pairs = ((10, 12), (90, 81), (4, 4))
        changes = self.changes.browse()
        dimension = self.env.ref("customer_delivery.project_change_dimension_schedule")
        for estimate, actual in pairs:
            change = self._create_change(
                impact_ids=[
                    Command.create(
                        {"dimension_id": dimension.id, "rating": "low", "delta_days": estimate}
                    )
                ]
            )
            change.actual_days = actual
            changes |= change
        self._create_change().actual_days = 7
        estimates = self.env["project.change.estimate"].with_user(self.delivery_user)
        ((_project, found, count),) = estimates._read_group(
            [("project_id", "=", self.project.id)], ["project_id"], ["accuracy:avg", "__count"]
        )
        self.assertEqual(count, len(pairs), "what was not estimated does not count")
        self.assertAlmostEqual(found, accuracy(pairs), PLACES)
        self.assertAlmostEqual(found, 100 - 100 * 11 / 104, PLACES)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            estimates.with_user(self.project_user).search_count([])
