from odoo.exceptions import AccessError
from odoo.tests.common import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliverySearch(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("安全门打开后停机", "安全门 Ready", "READY alarm", "ready")
        cls.requirements = cls.env["project.requirement"].create(
            [{"name": name, "project_id": cls.project_light.id} for name in names]
        )

    def _found(self, *condition):
        domain = [condition, ("id", "in", self.requirements.ids)]
        return self.requirements.search(domain).mapped("name")

    def test_words_of_two_characters_are_found(self):
        self.assertCountEqual(self._found("name", "ilike", "停机"), ["安全门打开后停机"])
        self.assertCountEqual(self._found("name", "not ilike", "安全"), ["READY alarm", "ready"])

    def test_case_does_not_matter_where_a_text_has_case(self):
        ready = ["安全门 Ready", "READY alarm", "ready"]
        self.assertCountEqual(self._found("name", "ilike", "ready"), ready)
        self.assertCountEqual(self._found("name", "ilike", "READY"), ready)
        self.assertCountEqual(self._found("name", "ilike", "安全门 READY"), ready[:1])

    def test_only_texts_without_case_are_compared_as_they_are(self):
        def operators(text):
            domain = self.requirements._as_case_allows([("name", "ilike", text)])
            return [condition.operator for condition in domain.iter_conditions()]

        self.assertEqual(operators("停机"), ["like"])
        self.assertEqual(operators("№ 12"), ["like"])
        for text in ("a", "Ä", "ß", "停机 b", "Ω"):
            self.assertEqual(operators(text), ["ilike"])

    def test_a_wildcard_means_what_it_means_elsewhere(self):
        self.assertEqual(self._found("name", "ilike", "打开%停机"), ["安全门打开后停机"])

    def test_a_relation_is_searched_by_its_name(self):
        self.project_light.name = "智能工厂"
        self.assertEqual(len(self._found("project_id", "ilike", "智能")), 4)

    def test_one_forbidden_requirement_among_many_is_refused(self):
        hidden = self._create_requirement(project_id=self.project_private.id)
        mixed = (self.requirements + hidden).with_user(self.delivery_user)
        self.assertTrue(self.requirements.with_user(self.delivery_user).has_access("write"))
        self.assertFalse(mixed.has_access("read"))
        self.assertEqual(mixed._filtered_access("read"), self.requirements)
        with self.assertRaises(AccessError):
            mixed.write({"color": 3})

    def test_what_a_group_may_not_do_is_refused_for_many(self):
        requirements = self.requirements.with_user(self.auditor)
        self.assertTrue(requirements.has_access("read"))
        self.assertFalse(requirements.has_access("write"))

    def test_a_change_not_yet_written_counts(self):
        requirements = self.requirements.with_user(self.delivery_user)
        self.project_light.privacy_visibility = "followers"
        self.assertFalse(requirements.has_access("read"))
        self.project_light.message_subscribe(self.delivery_user.partner_id.ids)
        self.assertTrue(requirements.has_access("read"))

    def test_many_are_judged_by_one_query(self):
        requirements = self.requirements.with_user(self.delivery_user)
        requirements.has_access("read")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            requirements.has_access("read")
