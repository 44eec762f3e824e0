"""Requirements that read alike are found on every kind of PostgreSQL."""

from unittest.mock import patch

from odoo.tests.common import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestSimilarDatabase(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in (
            "Print a label for every pallet",
            "Print labels for each pallet",
            "Show the stock on the phone",
            "仓库标签打印",
            "仓库标签打印功能",
            "在手机上查看库存",
        ):
            cls._create_requirement(name=name)
        cls.requirements = cls.env["project.requirement"]

    def _similar(self, name):
        new = self.requirements.with_user(self.delivery_user).new(
            {"name": name, "project_id": self.project_light.id}
        )
        return new.similar_ids.mapped("name")

    def test_trigrams_are_used_where_the_server_has_them_and_know_chinese(self):
        self.env.cr.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        offered = bool(self.env.cr.fetchone())
        self.assertEqual(self.requirements._has_trigram(), offered)

    def test_requirements_that_read_alike_are_candidates(self):
        self.assertEqual(
            set(self._similar("Print label for every pallet")),
            {"Print a label for every pallet", "Print labels for each pallet"},
        )
        self.assertEqual(self._similar("Another wish altogether"), [])

    def test_chinese_requirements_that_read_alike_are_candidates(self):
        self.assertEqual(set(self._similar("仓库标签打印")), {"仓库标签打印", "仓库标签打印功能"})

    def test_the_answer_is_the_same_without_trigrams(self):
        names = ("Print label for every pallet", "仓库标签打印")
        found = {name: set(self._similar(name)) for name in names}
        with patch.object(type(self.requirements), "_has_trigram", return_value=False):
            self.assertEqual({name: set(self._similar(name)) for name in names}, found)
