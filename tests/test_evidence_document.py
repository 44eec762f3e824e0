import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import DeliveryCase

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "evidence.md"
# a picture of one pixel
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


def verifier():
    """Return the function check() of the program printed in the document."""
    program = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[1]
    names = {"__name__": "verifier"}
    exec(compile(program, str(DOCUMENT), "exec"), names)
    return names["check"]


@tagged("post_install", "-at_install")
class TestEvidenceDocument(DeliveryCase, HttpCase):
    """A third party checks what is exported, with the program of docs/evidence.md alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picture, cls.drawing = cls.env["ir.attachment"].create(
            [
                {"name": "screen.png", "raw": PIXEL, "res_model": "project.requirement"},
                {"name": "drawing ä.txt", "raw": b"A drawing", "public": True},
            ]
        )
        cls.requirement = cls._create_complete_requirement(
            project_id=cls.project_standard.id,
            name="Étiquettes – 标签",
            description=f'<p>As shown: <img src="/web/image/{cls.picture.id}"></p>',
            content_attachment_ids=[Command.set(cls.drawing.ids)],
        )
        cls.picture.res_id = cls.requirement.id
        cls._create_complete_requirement(project_id=cls.project_standard.id, name="Second")
        cls.project_standard.user_id = cls.delivery_user
        cls.baseline = cls.project_standard.with_user(cls.delivery_user).action_publish_baseline(
            "V1.0", purpose="Start of work\r\nbefore the contract"
        )

    def _download(self, login):
        self.authenticate(login, login)
        return self.url_open(self.baseline.action_export()["url"])

    def _package(self, change=None):
        """Return the download as a file; ``change`` may alter its {path: bytes} before."""
        files = self.baseline._get_evidence_files()
        if change:
            change(files)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            for path, data in files.items():
                archive.writestr(path, data)
        package.seek(0)
        return package

    def test_the_program_of_the_document_accepts_a_download(self):
        response = self._download("project_user")
        self.assertEqual(response.status_code, 200)
        said = verifier()(io.BytesIO(response.content))
        self.assertEqual(said, f"V1.0: 2 requirements, check code {self.baseline.sha256}")

    def test_the_program_finds_what_was_changed(self):
        path = f"versions/{self.requirement.number}-v1.json"
        sha256 = hashlib.sha256(PIXEL).hexdigest()

        def other_words(files):
            files[path] = files[path].replace(b"As shown", b"As agreed")

        def other_picture(files):
            files[f"files/{sha256}"] += b" "

        def shorter_list(files):
            manifest = json.loads(files["baseline.json"])
            del manifest["lines"][1]
            text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            files["baseline.json"] = text.encode()

        def not_canonical(files):
            files[path] = json.dumps(json.loads(files[path])).encode()

        check = verifier()
        check(self._package())
        for change in (other_words, other_picture, shorter_list, not_canonical):
            with self.subTest(change=change.__name__), self.assertRaises(AssertionError):
                check(self._package(change))

    def test_pictures_and_files_are_pinned(self):
        snapshot = self.requirement.current_version_id.sudo().snapshot_id
        self.assertEqual(
            sorted(snapshot.attachment_ids.mapped("raw")), sorted([PIXEL, b"A drawing"])
        )
        self.drawing.sudo().write({"raw": b"Another drawing"})
        self.picture.sudo().unlink()
        self.assertTrue(self.baseline.action_verify()[0]["ok"])
        page = self.requirement.current_version_id.with_user(self.project_user).content_html
        address = re.search(r'src="(/web/image/[^"]*)"', str(page))[1].replace("&amp;", "&")
        self.authenticate("project_user", "project_user")
        self.assertEqual(self.url_open(address).content, PIXEL)

    def test_a_lost_file_is_found(self):
        files = self.requirement.current_version_id.sudo().snapshot_id.attachment_ids
        files.filtered(lambda file: file.mimetype == "image/png").unlink()
        self.assertFalse(self.baseline.action_verify()[0]["ok"])

    def test_a_text_takes_no_file_along_that_its_reader_may_not_open(self):
        private = self.project_private
        secret = self.env["ir.attachment"].create(
            {"name": "salaries", "raw": PIXEL, "res_model": "project.project", "res_id": private.id}
        )
        with self.assertRaises(AccessError):
            self.requirement.with_user(self.delivery_user).write(
                {"content_attachment_ids": [Command.link(secret.id)]}
            )
        requirement = self._create_complete_requirement(
            description=f'<p>Look: <img src="/web/image/{secret.id}"></p>'
        )
        requirement.with_user(self.delivery_user).action_save_version()
        snapshot = requirement.current_version_id.sudo().snapshot_id
        self.assertFalse(snapshot.attachment_ids)
        self.assertNotIn("sha256:", snapshot.canonical)

    def test_pictures_from_elsewhere_and_forged_names_are_refused(self):
        for source in ("https://example.com/a.png", "sha256:" + "0" * 64):
            requirement = self._create_complete_requirement()
            # as a library or an import may leave it, past the sanitiser
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE project_requirement SET description = %s WHERE id = %s",
                [f'<p><img src="{source}"></p>', requirement.id],
            )
            self.env.invalidate_all()
            with self.subTest(source=source), self.assertRaisesRegex(Exception, "another place"):
                requirement.with_user(self.delivery_user).action_save_version()

    def test_only_readers_of_the_project_download(self):
        self.authenticate("portal_a", "portal_a")
        for url in (
            self.baseline.action_export()["url"],
            f"/customer_delivery/baseline/{self.baseline.id}/comparison.xlsx",
        ):
            self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("other_user", "other_user")
        self.assertEqual(self.url_open(self.baseline.action_export()["url"]).status_code, 404)

    def test_the_comparison_is_downloaded_as_a_workbook(self):
        self.requirement.name = "=1+1"
        self.authenticate("project_user", "project_user")
        url = f"/customer_delivery/baseline/{self.baseline.id}/comparison.xlsx"
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(response.content)) as workbook:
            texts = workbook.read("xl/sharedStrings.xml").decode()
            sheet = workbook.read("xl/worksheets/sheet2.xml").decode()
        self.assertIn("=1+1", texts)
        self.assertNotIn("<f>", sheet)
        self.assertEqual(self.url_open(f"{url}?after=0").status_code, 404)
