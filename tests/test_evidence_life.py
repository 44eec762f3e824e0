from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.html_canon import canonical

from .test_evidence_attacks import EvidenceCase


@tagged("post_install", "-at_install")
class TestEvidenceLife(EvidenceCase):
    """What happens around evidence: merges, deletions, copies, removal of the app."""

    def test_a_merge_of_contacts_breaks_nothing(self):
        duplicate = self.env["res.partner"].create({"name": "Contact A (duplicate)"})
        requirement = self._create_complete_requirement(
            project_id=self.project_standard.id, requester_id=duplicate.id
        )
        requirement.action_save_version()
        author = self.delivery_user.partner_id
        twin = self.env["res.partner"].create({"name": "Author's duplicate"})
        before = self._content()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.contact_a + duplicate).ids, self.contact_a)
        merge._merge((author + twin).ids, author)
        self.env.invalidate_all()
        self.assertEqual(requirement.requester_id, self.contact_a)
        self.assertEqual(self._content(), before)
        self.assertTrue(self.baseline.action_verify()[0]["ok"])
        self.assertFalse(requirement.current_version_id.snapshot_id._find_problem())

    def test_an_author_is_archived_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Archive the user"):
            self.delivery_user.unlink()
        self.delivery_user.action_archive()
        self.assertEqual(self.baseline.author_name, "delivery_user")

    def test_a_project_with_baselines_stays(self):
        with self.assertRaisesRegex(UserError, "Archive the project"):
            self.project_standard.unlink()
        # also when its requirements have gone elsewhere
        self.env["project.requirement"].search(
            [("project_id", "=", self.project_standard.id)]
        ).write({"project_id": self.project_light.id})
        with self.assertRaisesRegex(UserError, "Archive the project"):
            self.project_standard.unlink()

    def test_a_project_with_evidence_keeps_its_company(self):
        with self.assertRaisesRegex(UserError, "stays in that company"):
            self.project_standard.company_id = self.other_company

    def test_copies_have_no_evidence(self):
        project = self.project_standard.copy()
        self.assertTrue(project.delivery_mode_id)
        self.assertFalse(project.delivery_baseline_ids)
        requirement = self.requirement.copy()
        self.assertFalse(requirement.version_ids)
        self.assertFalse(requirement.current_version_id)
        self.assertEqual(requirement.version_number, 0)
        requirement.action_save_version()
        self.assertEqual(requirement.version_number, 1)
        self.assertEqual(self.requirement.version_number, 1)

    def test_a_template_has_no_evidence(self):
        self.project_standard.action_create_template_from_project()
        template = self.env["project.project"].search([], order="id desc", limit=1)
        self.assertTrue(template.is_template)
        self.assertFalse(template.delivery_baseline_ids)

    def test_the_app_is_not_removed_with_evidence_in_it(self):
        app = self.env["ir.module.module"].search([("name", "=", "customer_delivery")])
        for module in (app, self.env.ref("base.module_project")):
            with self.assertRaisesRegex(UserError, "Export them first"):
                module.button_uninstall()
        self.assertEqual(app.state, "installed")
        self.env["ir.config_parameter"].set_param("customer_delivery.allow_uninstall", "True")
        app._check_no_delivery_evidence()

    def test_update_puts_the_triggers_back(self):
        self.env.flush_all()
        for record in self.evidence.values():
            record.init()
            self.env.cr.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                [record._table],
            )
            names = {name for (name,) in self.env.cr.fetchall()}
            self.assertEqual(
                names, {f"{record._table}_append_only", f"{record._table}_no_truncate"}
            )

    def test_other_companies_see_nothing(self):
        for model, record in self.evidence.items():
            own = self.env[model].with_user(self.other_manager)
            with self.subTest(model=model):
                self.assertFalse(own.search([("id", "=", record.id)]))
                foreign = own.with_context(allowed_company_ids=self.company.ids)
                with (
                    mute_logger("odoo.addons.base.models.ir_rule"),
                    self.assertRaises(AccessError),
                ):
                    foreign.browse(record.id).read(["id"])

    def test_saving_without_a_change_keeps_the_revision(self):
        texts = (
            "<p>One <b>two</b></p>",
            "<div>One<br>two</div>",
            "<ul><li>a</li><li><p>b</p></li></ul>",
            '<p style="color:red" class="x">Red &amp; <u>under</u></p><p><br></p>',
            "<table><tr><td>1</td><td>2</td></tr></table>",
            "<p>标签&nbsp;打印 <s>旧</s></p>",
        )
        for text in texts:
            self.requirement.description = text
            self.env.flush_all()
            self.env.invalidate_all()
            revision = self.requirement.content_rev
            stored = str(self.requirement.description)
            # what editors do with a text that nobody changed
            for again in (
                stored,
                f"\n{stored} ",
                stored.replace("<p>", '<p data-oe-version="2.0" class="o_x">'),
                stored.replace("<b>", "<strong>").replace("</b>", "</strong>"),
                stored.replace("<br>", "<br/>"),
                canonical(stored),
            ):
                with self.subTest(text=text, again=again):
                    self.requirement.write({"description": again})
                    self.assertEqual(self.requirement.content_rev, revision)
            self.requirement.description = f"{stored}<p>More</p>"
            self.assertEqual(self.requirement.content_rev, revision + 1)

    def test_a_version_does_not_depend_on_who_cuts_it(self):
        payload = self.requirement._signoff_payload()
        for user in (self.delivery_manager, self.project_user, self.auditor):
            own = self.requirement.with_user(user).with_context(
                lang="zz_ZZ", bin_size=True, requirement_number_only=True, active_test=False
            )
            self.assertEqual(own._signoff_payload(), payload)

    def test_links_ask_for_a_review_until_somebody_has_looked(self):
        task = self.env["project.task"].create(
            {"name": "Build it", "project_id": self.project_standard.id}
        )
        other = self._create_complete_requirement(project_id=self.project_standard.id)
        links = self.env["project.requirement.link"].create(
            [
                {"requirement_id": self.requirement.id, "task_id": task.id},
                {"requirement_id": other.id, "target_requirement_id": self.requirement.id},
            ]
        )
        search = [("suspect", "=", True), ("id", "in", links.ids)]
        # what is not watched, and who reads in which language, asks for nothing
        self.requirement.write({"user_id": self.delivery_manager.id, "rationale": "<p>x</p>"})
        task.write({"state": "1_done"})
        self.assertFalse(self.env["project.requirement.link"].search(search))
        self.requirement.name = "Other words"
        self.assertEqual(self.env["project.requirement.link"].search(search), links)
        as_user = links.with_user(self.delivery_user)
        with self.assertRaisesRegex(UserError, "note"):
            as_user.action_review(" ")
        with self.assertRaises(AccessError):
            links.with_user(self.project_user).action_review("looked at")
        as_user.action_review("looked at")
        self.assertFalse(any(links.mapped("suspect")))
        self.assertEqual(links.reviewed_by_id, self.delivery_user)
        task.name = "Build it twice"
        self.assertEqual(self.env["project.requirement.link"].search(search), links[0])

    def test_nobody_links_to_what_he_does_not_see(self):
        hidden = self._create_requirement(project_id=self.project_private.id)
        links = self.env["project.requirement.link"]
        values = {"requirement_id": self.requirement.id, "target_requirement_id": hidden.id}
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            links.with_user(self.delivery_user).create(values)
        link = links.create(values)
        self.assertEqual(link.with_user(self.delivery_user).target_name, "Not visible to you")
