"""The requirement record: number, place in the document, own fields, deletion."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core import outline

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestRequirementNumber(DeliveryCase):
    def test_a_number_is_drawn_once_and_for_life(self):
        pool = self._create_requirement(project_id=False, partner_id=self.customer_a.id)
        number = pool.number
        self.assertRegex(number, r"^REQ-\d{6}$")
        message = pool.message_post(body="Said in the pool")
        pool.write({"project_id": self.project_standard.id, "name": "Renamed"})
        self.assertEqual(pool.number, number)
        self.assertIn(message, pool.message_ids)
        self.assertEqual(pool.stage_id, self._stage("new"), "fits into the project's mode")
        section = self.env["project.requirement.section"].create(
            {"name": "Section", "project_id": self.project_standard.id}
        )
        pool.section_id = section
        pool.write({"project_id": False})
        self.assertEqual(pool.number, number)
        self.assertFalse(pool.section_id)

    def test_a_deleted_number_does_not_come_back(self):
        last = self._create_requirement()
        number = int(last.number.rpartition("-")[2])
        last.unlink()
        following = self._create_requirement()
        self.assertGreater(int(following.number.rpartition("-")[2]), number)

    def test_each_company_counts_for_itself(self):
        here = self._create_requirement()
        there = self._create_requirement(project_id=self.project_other.id)
        self.assertEqual(there.company_id, self.other_company)
        self.assertEqual(there.number, "REQ-000001")
        self.assertEqual(int(self._create_requirement().number[4:]), int(here.number[4:]) + 1)

    def test_a_thousand_numbers_are_one_query(self):
        requirements = self.env["project.requirement"]
        requirements._draw_numbers(self.company, 1)
        self.env.flush_all()
        before = self.cr.sql_log_count
        numbers = requirements._draw_numbers(self.company, 1000)
        self.assertLessEqual(self.cr.sql_log_count - before, 2)
        self.assertEqual(len(set(numbers)), 1000)

    def test_creating_many_costs_no_query_each(self):
        counts = []
        for size in (10, 60):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["project.requirement"].create(
                [
                    {
                        "name": f"Requirement {number}",
                        "project_id": self.project_light.id,
                        "partner_id": self.customer_a.id,
                    }
                    for number in range(size)
                ]
            )
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)

    def test_the_number_is_found_and_quoted_with_the_project(self):
        self.project_light.delivery_code = "LBL"
        requirement = self._create_requirement(name="Print labels")
        self.assertEqual(requirement.display_name, f"LBL/{requirement.number} Print labels")
        found = self.env["project.requirement"].name_search(requirement.number)
        self.assertIn(requirement.id, [row[0] for row in found])
        portal = requirement.with_user(self.portal_a)
        portal.invalidate_recordset()
        self.assertTrue(portal.display_name.startswith("LBL/"))

    def test_another_kind_of_sequence_does_not_stop_the_work(self):
        """An administrator may choose gapless numbers or other padding."""
        self._create_requirement()
        sequence = self.env["project.requirement"]._get_number_sequence(self.company)
        sequence.write({"implementation": "no_gap", "prefix": "R%(year)s-", "padding": 3})
        numbers = [self._create_requirement().number for _index in range(2)]
        self.assertEqual(len(set(numbers)), 2)
        self.assertRegex(numbers[0], r"^R\d{4}-\d{3,}$")


@tagged("post_install", "-at_install")
class TestRequirementPlace(DeliveryCase):
    def test_project_brings_the_customer(self):
        requirement = self._create_requirement(partner_id=self.customer_b.id)
        self.assertEqual(requirement.partner_id, self.customer_a)
        self.assertEqual(requirement.commercial_partner_ref_id, self.customer_a)
        with self.assertRaisesRegex(UserError, "customer of its project"):
            requirement.partner_id = self.customer_b

    def test_pool_follows_its_customer(self):
        pool = self._create_requirement(project_id=False, partner_id=self.contact_a.id)
        self.assertEqual(pool.commercial_partner_ref_id, self.customer_a)
        pool.with_user(self.delivery_user).partner_id = self.contact_b
        self.assertEqual(pool.commercial_partner_ref_id, self.customer_b)
        self.contact_b.parent_id = self.customer_a
        self.assertEqual(pool.commercial_partner_ref_id, self.customer_b, "kept as it was")
        pool.project_id = self.project_light
        self.assertEqual(pool.partner_id, self.customer_a)
        self.assertEqual(pool.commercial_partner_ref_id, self.customer_a)

    def test_a_requirement_enters_only_projects_that_one_sees(self):
        pool = self._create_requirement(project_id=False)
        user = pool.with_user(self.delivery_user)
        for project in (self.project_private, self.project_other):
            with self.assertRaises(AccessError):
                user.project_id = project.id
        with self.assertRaisesRegex(UserError, "to another company"):
            pool.project_id = self.project_other
        with self.assertRaisesRegex(ValidationError, "does not use delivery"):
            user.project_id = self.project_off
        for hostile in ("x", [1], {"a": 1}, -3, 10**10, True):
            with self.subTest(value=hostile), self.assertRaises(UserError):
                user.write({"project_id": hostile})
            self.assertFalse(pool.project_id, pool.project_id.name)
        self.assertFalse(pool.project_id)

    def test_confirmed_requirements_stay_in_their_project(self):
        agreed = self._create_agreed_requirement()
        for project in (self.project_standard, self.env["project.project"]):
            with self.assertRaisesRegex(UserError, "stays there"):
                agreed.project_id = project

    def test_company_is_the_documents_own_not_the_switchers(self):
        both = self.company | self.other_company
        self.delivery_manager.company_ids = both
        user = self.delivery_manager.with_context(allowed_company_ids=both[::-1].ids)
        made = self.env["project.requirement"].with_env(
            self.env(user=user, context={"allowed_company_ids": both[::-1].ids})
        )
        here = made.create({"name": "x", "project_id": self.project_light.id})
        there = made.create({"name": "x", "project_id": self.project_other.id})
        pool = made.create({"name": "x"})
        self.assertEqual(here.company_id, self.company)
        self.assertEqual(there.company_id, self.other_company)
        self.assertEqual(pool.company_id, self.company, "the creator's main company")

    def test_people_of_other_companies_are_not_put_on_a_requirement(self):
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "company_id": self.other_company.id}
        )
        requirement = self._create_requirement(project_id=False)
        for name, value in (
            ("user_id", self.other_user),
            ("partner_id", stranger),
            ("requester_id", stranger),
        ):
            with self.subTest(field=name), self.assertRaises(UserError):
                requirement.write({name: value.id})
                self.env.flush_all()

    def test_a_new_requirement_is_published_as_the_mode_says(self):
        self.assertEqual(self._create_requirement().portal_access, "visible")
        strict = self._create_requirement(project_id=self.project_strict.id)
        self.assertEqual(strict.portal_access, "hidden")
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        form = Form(requirements.with_context(default_project_id=self.project_light.id))
        form.name = "Typed"
        self.assertEqual(form.save().portal_access, "visible")
        form = Form(requirements)
        form.name = "Typed"
        form.project_id = self.project_light
        self.assertEqual(form.save().portal_access, "visible")


@tagged("post_install", "-at_install")
class TestRequirementOutline(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sections = cls.env["project.requirement.section"]
        project = {"project_id": cls.project_light.id}
        cls.first = sections.create({"name": "First", "sequence": 1, **project})
        cls.second = sections.create({"name": "Second", "sequence": 2, **project})
        cls.inner = sections.create({"name": "Inner", "parent_id": cls.first.id, **project})
        cls.top = cls._create_requirement(name="Top", section_id=cls.first.id)
        cls.part = cls._create_requirement(name="Part", parent_id=cls.top.id)
        cls.deep = cls._create_requirement(name="Deep", section_id=cls.inner.id)
        cls.loose = cls._create_requirement(name="Loose")
        cls.all = cls.top | cls.part | cls.deep | cls.loose

    def _assert_like_core(self):
        """What is stored equals what the algorithm says of the rows as they are."""
        sections = self.env["project.requirement.section"].search(
            [("project_id", "=", self.project_light.id)]
        )
        items = self.env["project.requirement"].search([("project_id", "=", self.project_light.id)])
        by_section, by_item = outline.number(
            [(row.id, row.parent_id.id, row.sequence) for row in sections],
            [(row.id, row.parent_id.id, row.section_id.id, row.sequence) for row in items],
        )
        self.assertEqual({row.id: row.outline for row in sections}, by_section)
        self.assertEqual({row.id: row.outline for row in items}, by_item)
        self.assertEqual(
            {row.id: row.outline_key for row in items},
            {res_id: outline.sort_key(label) for res_id, label in by_item.items()},
        )
        return {row.name: row.outline for row in items}

    def test_numbers_follow_the_document(self):
        self.assertEqual(
            self._assert_like_core(), {"Top": "1.1", "Part": "1.1.1", "Deep": "1.2.1", "Loose": "3"}
        )

    def test_dragging_renumbers_and_confirms_nothing_away(self):
        self._agree(self.top)
        revision = self.top.content_rev
        self.top.with_user(self.delivery_user).web_save({"section_id": self.second.id}, {})
        self.assertEqual(self._assert_like_core()["Top"], "2.1")
        other = self._create_requirement(name="Other", section_id=self.second.id)
        other.sequence = 0
        self.assertEqual(self._assert_like_core()["Top"], "2.2")
        self.assertEqual(self.top.content_rev, revision)
        self.assertFalse(self.top.changed_after_agreement)
        self.second.sequence = 0
        self.assertEqual(self._assert_like_core()["Top"], "1.2")
        self.deep.active = False
        self._assert_like_core()
        self.deep.unlink()
        self.inner.unlink()
        self._assert_like_core()

    def test_web_resequence_renumbers(self):
        first = self._create_requirement(name="A")
        second = self._create_requirement(name="B")
        (second | first).with_user(self.delivery_user).web_resequence({"sequence": {}})
        numbers = self._assert_like_core()
        self.assertLess(outline.sort_key(numbers["B"]), outline.sort_key(numbers["A"]))

    def test_loops_and_foreign_places_are_refused(self):
        with self.assertRaises(UserError):
            self.top.parent_id = self.part
            self.env.flush_all()
        with self.assertRaises(UserError):
            self.top.parent_id = self.top
            self.env.flush_all()
        with self.assertRaises(UserError):
            self.first.parent_id = self.inner
            self.env.flush_all()
        foreign = self._create_requirement(project_id=self.project_strict.id)
        section = self.env["project.requirement.section"].create(
            {"name": "Foreign", "project_id": self.project_strict.id}
        )
        with self.assertRaises(ValidationError):
            self.top.parent_id = foreign
        with self.assertRaises(ValidationError):
            self.top.section_id = section
        with self.assertRaisesRegex(UserError, "stays in its project"):
            self.first.project_id = self.project_strict

    def test_a_move_takes_along_what_moves_with_it(self):
        (self.top | self.part).write({"project_id": self.project_strict.id})
        self.assertEqual(self.part.parent_id, self.top)
        self.assertFalse(self.top.section_id)
        self.assertEqual((self.top | self.part).mapped("outline"), ["1", "1.1"])
        self._assert_like_core()
        self.top.project_id = self.project_standard
        self.assertFalse(self.part.parent_id, "parts that stay stand for themselves")
        self.assertEqual(self.part.outline, "1")


@tagged("post_install", "-at_install")
class TestRequirementProperties(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env.ref("customer_delivery.project_requirement_type_equipment")
        cls.type.with_user(cls.delivery_manager).properties_definition = [
            {"name": "colour", "string": "Colour", "type": "char"},
            {"name": "safety", "string": "Safety", "type": "boolean"},
        ]

    def test_own_fields_of_a_type_appear_search_and_group(self):
        requirement = self._create_requirement(type_id=self.type.id)
        requirement.with_user(self.delivery_user).properties = {"colour": "red", "safety": True}
        self.assertEqual(requirement.properties["colour"], "red")
        model = self.env["project.requirement"].with_user(self.delivery_user)
        self.assertIn(requirement, model.search([("properties.colour", "=", "red")]))
        groups = model.formatted_read_group(
            [("type_id", "=", self.type.id)], ["properties.colour"], ["__count"]
        )
        self.assertEqual([group["properties.colour"] for group in groups], ["red"])

    def test_own_fields_are_content(self):
        requirement = self._create_complete_requirement(
            project_id=self.project_strict.id, type_id=self.type.id
        )
        requirement.properties = {"colour": "red"}
        revision = requirement.content_rev
        requirement.properties = {"colour": "red"}
        self.assertEqual(requirement.content_rev, revision)
        requirement.properties = {"colour": "blue"}
        self.assertEqual(requirement.content_rev, revision + 1)
        self._agree(requirement)
        for door in (
            {"properties": {"colour": "green"}},
            {"properties": [{"name": "colour", "type": "char", "value": "green"}]},
        ):
            with self.assertRaisesRegex(UserError, "has been confirmed"):
                requirement.with_user(self.delivery_user).write(door)
        self.assertEqual(requirement.properties["colour"], "blue")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_define_them(self):
        for user in (self.delivery_user, self.project_user, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.type.with_user(user).properties_definition = []


@tagged("post_install", "-at_install")
class TestRequirementDeletion(DeliveryCase):
    def test_what_has_begun_is_cancelled_not_deleted(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        requirement.action_move_to_stage(self._stage("review").id)
        with self.assertRaisesRegex(UserError, "Cancel it instead"):
            requirement.with_user(self.delivery_user).unlink()
        fresh = self._create_requirement()
        fresh.with_user(self.delivery_user).unlink()
        self.assertFalse(fresh.exists())

    def test_a_user_who_wrote_is_not_deleted(self):
        requirement = (
            self.env["project.requirement"]
            .with_user(self.delivery_user)
            .create({"name": "x", "project_id": self.project_light.id, "said_via": "phone"})
        )
        self.assertEqual(requirement.recorded_by_id, self.delivery_user)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.delivery_user.unlink()
            self.env.flush_all()

    def test_archiving_changes_nothing_that_was_agreed(self):
        agreed = self._create_agreed_requirement(project_id=self.project_strict.id)
        revision = agreed.content_rev
        agreed.with_user(self.delivery_user).action_archive()
        self.assertEqual((agreed.content_lock, agreed.content_rev), ("agreed", revision))
        with self.assertRaises(UserError):
            agreed.name = "Other"
        agreed.action_unarchive()
        self.assertTrue(agreed.outline)
