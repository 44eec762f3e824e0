import io
import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

ADDON = "customer_delivery"
FOLDER = Path(__file__).parents[1] / "i18n"
LANGUAGES = ("zh_CN", "zh_TW")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\$\{\w+\}")
MARKUP = re.compile(r"</?([a-z][\w-]*)")
# Words that users of this trade do not say, see the glossary.
AVOIDED = {
    "zh_CN": ("执行应用", "变基", "可疑链接", "步行模式", "项目管理员", "隔离期", "剧本", "哈希"),
    "zh_TW": (
        *("項目", "審批", "執行應用", "變基", "哈希", "質量", "信息", "默認", "數據", "跟蹤"),
        # 透過 is "by", 通過 is "passed"
        *("不透過", "已透過", "透過率", "條件透過"),
    ),
}
# Terms of the glossary that hold such a word rightly.
ALLOWED = ("驗收項目",)


def read(catalogue):
    """Return {msgid: msgstr} of a catalogue, given as its path or its text."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(catalogue)}


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Everything a person reads is complete in English, 简体中文 and 繁體中文."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        buffer = io.BytesIO()
        trans_export(False, [ADDON], buffer, "po", cls.env)
        cls.terms = set(read(buffer.getvalue().decode())) - cls._get_demo_terms()
        cls.catalogues = {language: read(str(FOLDER / f"{language}.po")) for language in LANGUAGES}

    @classmethod
    def _get_demo_terms(cls):
        """Return terms of demo records: the story is told in its customers' languages."""
        demo = cls.env["ir.model.data"].search(
            [("module", "=", ADDON), ("name", "=like", "%\\_demo")]
        )
        names = set()
        for data in demo:
            record = cls.env[data.model].browse(data.res_id).exists()
            for name, field in record._fields.items():
                if field.translate and record[name]:
                    names.add(record[name])
        return names

    def test_template_lists_every_term(self):
        template = set(read(str(FOLDER / f"{ADDON}.pot")))
        self.assertGreater(len(self.terms), 300)
        self.assertFalse(
            sorted(self.terms ^ template), "Run bin/i18n: the template is not that of the source."
        )

    def test_every_term_has_a_translation(self):
        for language, catalogue in self.catalogues.items():
            missing = sorted(term for term in self.terms if not catalogue.get(term))
            self.assertFalse(missing, f"{len(missing)} terms lack {language}.")

    def test_placeholders_survive_translation(self):
        for language, catalogue in self.catalogues.items():
            for term, value in catalogue.items():
                with self.subTest(language=language, term=term):
                    self.assertEqual(
                        sorted(PLACEHOLDER.findall(term)), sorted(PLACEHOLDER.findall(value))
                    )

    def test_markup_survives_translation(self):
        for language, catalogue in self.catalogues.items():
            for term, value in catalogue.items():
                self.assertEqual(
                    sorted(MARKUP.findall(term)),
                    sorted(MARKUP.findall(value)),
                    f"{language}: {term!r}",
                )

    def test_chinese_is_that_of_the_glossary(self):
        for language, words in AVOIDED.items():
            for term, value in self.catalogues[language].items():
                text = value
                for phrase in ALLOWED:
                    text = text.replace(phrase, "")
                found = [word for word in words if word in text and word not in term]
                self.assertFalse(found, f"{language}: {term!r} is translated as {value!r}")
