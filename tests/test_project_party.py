"""Who is who on a project, what customers see by it, and what a merge of contacts leaves."""

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import freeze_time, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestProjectParty(DeliveryCase):
    def _reads(self, user, requirement):
        """Tell whether the user reads it, as his next call finds it."""
        self.env.flush_all()
        self.env.invalidate_all()
        return requirement.with_user(user).has_access("read")

    def test_a_party_reads_within_its_dates(self):
        requirement = self._create_requirement()
        party = self.project_light.delivery_party_ids
        today = fields.Date.today()
        self.assertTrue(self._reads(self.portal_a, requirement))
        for values, expected in (
            ({"date_from": fields.Date.add(today, days=2)}, False),
            ({"date_from": fields.Date.subtract(today, days=2)}, True),
            ({"date_to": fields.Date.subtract(today, days=1)}, False),
            ({"date_to": today}, True),
            ({"may_read": False}, False),
            ({"may_read": True, "side": "supplier"}, False),
            ({"side": "third"}, True),
            ({"active": False}, False),
        ):
            party.write(values)
            with self.subTest(values=values):
                self.assertEqual(self._reads(self.portal_a, requirement), expected)
                self.assertEqual(
                    bool(party.search([("id", "=", party.id), ("is_current", "=", True)])),
                    party.is_current,
                )

    def test_dates_pass_without_anybody_touching_the_party(self):
        requirement = self._create_requirement()
        self.project_light.delivery_party_ids.date_to = "2025-06-30"
        with freeze_time("2025-06-30 10:00:00"):
            self.assertTrue(self._reads(self.portal_a, requirement))
        with freeze_time("2025-07-02 10:00:00"):
            self.assertFalse(self._reads(self.portal_a, requirement))

    def test_a_company_as_party_lets_all_its_people_read(self):
        requirement = self._create_requirement()
        self.assertFalse(self._reads(self.portal_a_colleague, requirement))
        self._create_party(self.project_light, self.customer_a)
        self.assertTrue(self._reads(self.portal_a_colleague, requirement))
        self.assertFalse(self._reads(self.portal_b, requirement))

    def test_who_changes_company_loses_access(self):
        requirement = self._create_requirement()
        self.contact_a.parent_id = self.customer_b
        self.assertFalse(self._reads(self.portal_a, requirement))

    def test_own_wishes_are_seen_while_one_works_for_the_customer(self):
        wish = self._create_requirement(
            project_id=False,
            partner_id=self.customer_a.id,
            requester_id=self.colleague_a.id,
            portal_access="comment",
        )
        self.assertTrue(self._reads(self.portal_a_colleague, wish))
        self.assertFalse(self._reads(self.portal_a, wish))
        wish.portal_access = "hidden"
        self.assertFalse(self._reads(self.portal_a_colleague, wish))
        wish.portal_access = "comment"
        self.colleague_a.parent_id = self.customer_b
        self.assertFalse(self._reads(self.portal_a_colleague, wish))

    def test_the_stage_may_hide_what_the_record_shows(self):
        requirement = self._create_requirement()
        self._stage("open").portal_access = "hidden"
        self.assertFalse(self._reads(self.portal_a, requirement))

    def test_only_a_person_signs(self):
        with self.assertRaisesRegex(ValidationError, "Only a person can sign"):
            self._create_party(self.project_light, self.customer_a, may_sign=True)

    def test_who_stands_in_is_of_the_same_project_and_side(self):
        party = self.project_light.delivery_party_ids
        wrong = (
            party,
            self.project_strict.delivery_party_ids,
            self._create_party(self.project_light, self.contact_b, side="third"),
        )
        for other in wrong:
            with self.assertRaises(ValidationError):
                party.backup_id = other
                self.env.flush_all()
        colleague = self._create_party(self.project_light, self.colleague_a)
        party.backup_id = colleague
        with self.assertRaises(ValidationError):
            colleague.side = "supplier"

    def test_a_contact_is_a_party_once(self):
        with self.assertRaisesRegex(ValidationError, "already a party"):
            self._create_party(self.project_light, self.contact_a)
        self._create_party(self.project_light, self.contact_a, side="third")
        self.project_light.delivery_party_ids.action_archive()
        self._create_party(self.project_light, self.contact_a)

    def test_a_party_is_not_carried_to_another_project(self):
        """Its reading right would come along, into projects that its editor cannot see."""
        party = self.project_light.delivery_party_ids.with_user(self.delivery_user)
        with self.assertRaisesRegex(UserError, "stays in its project"):
            party.project_id = self.project_private.id
        party.write({"project_id": self.project_light.id, "title": "Head"})

    def test_the_company_of_the_time_follows_the_contact_of_the_party(self):
        party = self.project_light.delivery_party_ids
        self.assertEqual(party.commercial_partner_ref_id, self.customer_a)
        party.with_user(self.delivery_user).partner_id = self.contact_b
        self.assertEqual(party.commercial_partner_ref_id, self.customer_b)
        self.assertEqual(party.company_id, self.company)
        self.assertEqual(party.user_id, self.portal_b)

    def test_values_that_make_no_party(self):
        parties = self.env["project.party"].with_user(self.delivery_user)
        for vals in (
            {},
            {"project_id": self.project_light.id},
            {"partner_id": self.contact_b.id},
            {"project_id": "x", "partner_id": self.contact_b.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                parties.create([vals])

    def test_a_letter_is_read_by_all_who_read_the_party(self):
        letter = (
            self.env["ir.attachment"]
            .with_user(self.delivery_user)
            .create({"name": "letter.pdf", "raw": b"%PDF-", "res_model": "project.party"})
        )
        party = self.project_light.delivery_party_ids
        party.with_user(self.delivery_user).letter_ids = letter
        self.assertEqual(letter.res_id, party.id)
        self.assertTrue(letter.with_user(self.delivery_manager).has_access("read"))
        foreign = self.env["ir.attachment"].create(
            {"name": "secret", "raw": b"x", "res_model": "project.party"}
        )
        with self.assertRaises(AccessError):
            party.with_user(self.delivery_user).letter_ids |= foreign
        self.assertFalse(foreign.res_id, "somebody else's upload is not taken over")


@tagged("post_install", "-at_install")
class TestPartnerMerge(DeliveryCase):
    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        self.env.flush_all()
        wizard._merge((source | target).ids, target, extra_checks=False)
        self.env.invalidate_all()

    def test_merging_contacts_of_one_project_loses_no_party_and_no_wish(self):
        party_a = self.project_light.delivery_party_ids
        party_b = self._create_party(self.project_light, self.colleague_a, may_sign=True)
        elsewhere = self._create_party(self.project_b, self.colleague_a)
        agreed = self._create_agreed_requirement(
            project_id=self.project_strict.id, requester_id=self.colleague_a.id
        )
        revision = agreed.content_rev
        self.portal_a_colleague.unlink()
        self._merge(self.colleague_a, self.contact_a)
        self.assertEqual((party_a | party_b | elsewhere).exists(), party_a | party_b | elsewhere)
        self.assertEqual((party_a | party_b | elsewhere).partner_id, self.contact_a)
        self.assertEqual(agreed.requester_id, self.contact_a)
        self.assertEqual((agreed.content_rev, agreed.content_lock), (revision, "agreed"))

    def test_merging_customers_moves_their_requirements(self):
        pool = self._create_requirement(project_id=False, partner_id=self.customer_b.id)
        party = self.project_b.delivery_party_ids
        self._merge(self.customer_b, self.customer_a)
        self.assertEqual(pool.partner_id, self.customer_a)
        self.assertEqual(pool.commercial_partner_ref_id, self.customer_a)
        self.assertEqual(party.commercial_partner_ref_id, self.customer_a)
        self.assertEqual(self.customer_a.delivery_requirement_count, 1)

    def test_a_contact_with_requirements_is_not_deleted(self):
        self._create_requirement(requester_id=self.colleague_a.id)
        self.portal_a_colleague.unlink()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.colleague_a.unlink()
        self.assertTrue(self.colleague_a.exists())
