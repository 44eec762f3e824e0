from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliveryBoard(DeliveryCase):
    """One row per project with delivery, worst first; every number opens its list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env["delivery.board"])
        cls.ours = cls.project_light | cls.project_standard | cls.project_strict | cls.project_b

    def _board(self, user, projects=None):
        board = self.env["delivery.board"].with_user(user)
        board.invalidate_model()  # its rows are computed anew in each transaction only
        return board.search([("project_id", "in", (projects or self.ours).ids)])

    def _milestone(self, project, days, **values):
        return self.env["project.milestone"].create(
            {
                "name": f"In {days} days",
                "project_id": project.id,
                "deadline": self.today + timedelta(days=days),
                **values,
            }
        )

    # === WHO SEES WHAT === #

    def test_whoever_sees_a_project_sees_its_row(self):
        self.assertEqual(len(self._board(self.project_user)), 4)
        self.assertEqual(len(self._board(self.delivery_user)), 4)
        self.assertEqual(len(self._board(self.auditor)), 4)

    def test_a_private_project_has_no_row_for_others(self):
        private = self.project_private
        self.assertFalse(self._board(self.project_user, private))
        self.assertFalse(self._board(self.delivery_user, private))
        self.assertTrue(self._board(self.delivery_manager, private))
        private.message_subscribe(self.project_user.partner_id.ids)
        self.assertTrue(self._board(self.project_user, private))

    def test_rows_of_another_company_are_not_shown(self):
        other = self.project_other
        self.assertFalse(self._board(self.delivery_manager, other))
        self.assertTrue(self._board(self.other_manager, other))

    def test_employees_and_customers_have_no_board(self):
        for user in (self.internal, self.portal_a):
            with (
                self.subTest(user=user.login),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self._board(user)

    def test_nobody_writes_on_the_board(self):
        row = self._board(self.delivery_manager)[:1]
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            row.write({"status": "on_track"})

    def test_only_running_projects_with_delivery_have_a_row(self):
        self.assertFalse(self._board(self.delivery_manager, self.project_off))
        self.project_light.active = False
        self.assertFalse(self._board(self.delivery_manager, self.project_light))

    def test_an_auditor_reads_the_whole_row(self):
        self._milestone(self.project_light, 3)
        row = self._board(self.auditor, self.project_light)
        values = row.web_read(
            {
                name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
                for name, field in row._fields.items()
                if name in ("project_id", "partner_id", "user_id", "milestone_id", "severity")
            }
        )
        self.assertEqual(values[0]["project_id"]["display_name"], "Project light")

    # === FIGURES === #

    def test_the_worst_project_comes_first(self):
        self.project_b.last_update_status = "off_track"
        self.project_standard.last_update_status = "at_risk"
        self._milestone(self.project_light, -3)
        order = self._board(self.delivery_manager).project_id
        self.assertEqual(
            order.ids,
            (self.project_b | self.project_standard | self.project_light).ids
            + self.project_strict.ids,
        )

    def test_the_next_milestone_is_the_earliest_that_is_not_reached(self):
        self._milestone(self.project_light, -9, is_reached=True)
        late = self._milestone(self.project_light, -4)
        self._milestone(self.project_light, 10)
        row = self._board(self.delivery_user, self.project_light)
        self.assertEqual(row.milestone_id, late)
        self.assertEqual(row.days_late, 4)

    def test_a_milestone_to_come_is_not_late(self):
        self._milestone(self.project_light, 4)
        self.assertEqual(self._board(self.delivery_user, self.project_light).days_late, 0)

    def test_days_ahead_of_signature_are_counted_while_it_is_missing(self):
        self.project_light.action_save_contract(
            {
                "delivery_contract_state": "ahead",
                "delivery_ahead_since": self.today - timedelta(days=12),
            }
        )
        self.assertEqual(self._board(self.delivery_user, self.project_light).ahead_days, 12)
        self.project_light.action_save_contract({"delivery_contract_state": "signed"})
        self.assertEqual(self._board(self.delivery_user, self.project_light).ahead_days, 0)

    def test_every_number_opens_a_list_of_that_length(self):
        must = self.env.ref("customer_delivery.project_requirement_priority_must")
        wont = self.env.ref("customer_delivery.project_requirement_priority_wont")
        project = self.project_standard
        self._create_agreed_requirement(project_id=project.id)
        with_customer = self._create_complete_requirement(project_id=project.id)
        with_customer.stage_id = self._stage("review")
        with_customer.stage_id = self._stage("customer")
        self._create_requirement(project_id=project.id, priority_id=must.id)
        self._create_requirement(project_id=project.id, priority_id=wont.id)
        for _wish in range(2):
            self._create_requirement(project_id=project.id)
        self._create_requirement(project_id=project.id).stage_id = self._stage("cancelled")
        row = self._board(self.project_user, project)
        expected = {
            "requirement_count": (3, row.action_view_requirements),
            "confirmed_count": (1, row.action_view_confirmed),
            "customer_count": (1, row.action_view_customer),
            "unclassified_count": (2, row.action_view_unclassified),
        }
        for name, (count, open_list) in expected.items():
            with self.subTest(number=name):
                self.assertEqual(row[name], count)
                self.assertEqual(self._count_listed(open_list()), count)
        self.assertEqual(project.delivery_requirement_count, 3)
        self.assertEqual(project.delivery_confirmed_count, 1)

    def test_open_changes_are_counted_with_their_days(self):
        project = self.project_standard
        for days in (3, 2.5):
            self.env["project.change"].create(
                {"name": "Change", "project_id": project.id, "agreed_days": days}
            )
        gone = self.env["project.change"].create(
            {"name": "Gone", "project_id": project.id, "agreed_days": 9}
        )
        gone.action_put_aside("withdrawn", "Not wanted any more")
        row = self._board(self.project_user, project)
        self.assertEqual((row.change_count, row.change_days), (2, 5.5))
        action = row.action_view_changes()
        changes = self.env["project.change"].with_user(self.project_user)
        domain = fields.Domain(action["domain"]) & changes._get_open_domain()
        self.assertEqual(changes.search_count(domain), 2)

    def test_acceptances_and_overdue_issues_are_counted_and_open_their_lists(self):
        project = self.project_standard
        acceptances = self.env["project.acceptance"]
        for state in ("draft", "concluded", "signed", "revoked"):
            acceptance = self._create_acceptance(project_id=project.id)
            acceptance.write(Granted(state=state))
            acceptances |= acceptance
        issues = self.env["project.acceptance.issue"].create(
            [
                {"name": name, "project_id": project.id, "date_deadline": day, "date_moved": moved}
                for name, day, moved in (
                    ("Late", self.today - timedelta(days=2), False),
                    ("In time", self.today + timedelta(days=2), False),
                    (
                        "Put off",
                        self.today - timedelta(days=2),
                        self.today + timedelta(days=9),
                    ),
                )
            ]
        )
        self.assertEqual(len(issues), 3)
        self.env.flush_all()
        row = self._board(self.project_user, project)
        self.assertEqual((row.acceptance_count, row.accepted_count, row.signing_count), (3, 1, 1))
        for name, action in (
            ("acceptance_count", row.action_view_acceptances()),
            ("signing_count", row.action_view_signing()),
            ("overdue_issue_count", row.action_view_overdue_issues()),
        ):
            with self.subTest(number=name):
                found = row.env[action["res_model"]].search_count(action["domain"])
                self.assertEqual(row[name], found)
                self.assertFalse([key for key in action["context"] if key.startswith("search_")])
        self.assertEqual(row.overdue_issue_count, 1)
        self.assertEqual(self._tile(self.project_user, "issues"), 1)
        self.assertEqual(self._tile(self.project_user, "signing"), 1)

    def test_days_given_free_this_quarter_add_up(self):
        before = float(self._tile(self.delivery_user, "free"))
        for days in (2, 1.5):
            change = self.env["project.change"].create(
                {
                    "name": "Free",
                    "project_id": self.project_standard.id,
                    "agreed_days": days,
                    "billing": "free",
                    "contract_scope": "out",
                }
            )
            change._decide("approved")
        self.assertEqual(float(self._tile(self.delivery_user, "free")), before + 3.5)

    def _count_listed(self, action):
        """Count what the list of ``action`` shows, with the filters that it switches on."""
        view = self.env["project.requirement"].get_view(action["search_view_id"][0], "search")
        arch = etree.fromstring(view["arch"])
        domain = fields.Domain(action["domain"])
        for key in action["context"]:
            if key.startswith("search_default_"):
                (node,) = arch.xpath(f"//filter[@name='{key.removeprefix('search_default_')}']")
                domain &= fields.Domain(literal_eval(node.get("domain")))
        return self.env["project.requirement"].search_count(domain)

    # === TILES === #

    def test_the_tiles_count_what_they_open(self):
        self.project_b.last_update_status = "off_track"
        self._milestone(self.project_light, -1)
        self._milestone(self.project_off, -1)  # a project without delivery does not count
        self._create_requirement(project_id=False, partner_id=self.customer_a.id)
        board = self.env["delivery.board"].with_user(self.delivery_user)
        tiles = {tile["key"]: tile for tile in board.get_tiles()}
        self.assertEqual(
            list(tiles),
            [
                *("troubled", "late", "ahead", "unclassified", "customer", "changes"),
                *("changes_sent", "free", "signing", "issues", "mine"),
            ],
        )
        # days, not changes
        del tiles["free"]
        for key, tile in tiles.items():
            with self.subTest(tile=key):
                action = board.action_open_tile(key)
                found = board.env[action["res_model"]].search_count(action["domain"])
                self.assertEqual(found, tile["value"])
        self.assertGreaterEqual(tiles["unclassified"]["value"], 1)
        self.assertTrue(tiles["troubled"]["alarm"])
        self.assertTrue(tiles["late"]["alarm"])

    def test_a_tile_that_does_not_exist_says_so(self):
        with self.assertRaises(UserError):
            self.env["delivery.board"].with_user(self.delivery_user).action_open_tile("nothing")

    def test_the_tiles_keep_to_what_the_user_may_see(self):
        before = self._tile(self.project_user, "late")
        self._milestone(self.project_private, -1)
        self.assertEqual(self._tile(self.project_user, "late"), before)
        self.assertEqual(self._tile(self.delivery_manager, "late"), before + 1)

    def _tile(self, user, key):
        tiles = self.env["delivery.board"].with_user(user).get_tiles()
        return next(tile["value"] for tile in tiles if tile["key"] == key)
