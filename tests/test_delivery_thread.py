from odoo.tests.common import tagged

from .common import DeliveryCase

# what users have in real life, unlike the other tests
TALKATIVE = {
    "mail_create_nolog": False,
    "mail_create_nosubscribe": False,
    "mail_notrack": False,
}


@tagged("post_install", "-at_install")
class TestDeliveryThread(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery_user.notification_type = "inbox"
        cls.requirements = (
            cls.env["project.requirement"]
            .with_user(cls.delivery_manager)
            .with_context(**TALKATIVE)
            .create(
                [{"name": f"Wish {n}", "project_id": cls.project_light.id} for n in range(3)],
            )
        )
        cls.env.cr.flush()

    def _notices(self, user):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def test_each_requirement_of_a_batch_logs_its_creation_and_is_followed_by_its_author(self):
        for requirement in self.requirements:
            self.assertEqual(len(requirement.message_ids), 1)
            self.assertEqual(requirement.message_partner_ids, self.delivery_manager.partner_id)

    def test_who_is_assigned_many_is_told_once_and_follows_each(self):
        self.requirements.write({"user_id": self.delivery_user.id})
        notice = self._notices(self.delivery_user)
        self.assertEqual(len(notice), 1)
        for requirement in self.requirements:
            self.assertIn(self.delivery_user.partner_id, requirement.message_partner_ids)
            self.assertIn(requirement.display_name, notice.body)
            self.assertIn(f"res_id={requirement.id}", notice.body)

    def test_who_is_assigned_one_is_told_of_that_one(self):
        self.requirements[0].write({"user_id": self.delivery_user.id})
        notice = self._notices(self.delivery_user)
        self.assertEqual(notice.res_id, self.requirements[0].id)

    def test_nobody_is_told_of_what_he_takes_himself(self):
        before = self._notices(self.delivery_manager)
        self.requirements.write({"user_id": self.delivery_manager.id})
        self.assertEqual(self._notices(self.delivery_manager), before)

    def test_a_long_notice_names_the_first_and_counts_the_others(self):
        many = self.requirements.create(
            [
                {
                    "name": f"Long {n}",
                    "project_id": self.project_light.id,
                    "user_id": self.delivery_user.id,
                }
                for n in range(52)
            ]
        )
        notice = self._notices(self.delivery_user)
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.body.count("<li>"), 51)
        self.assertIn("and 2 more", notice.body)
        self.assertNotIn(many[51].number, notice.body)

    def test_the_mail_of_many_links_to_the_requirements_and_to_nothing_else(self):
        self.delivery_user.notification_type = "email"
        self.requirements.write({"user_id": self.delivery_user.id})
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.delivery_user.partner_id.ids)]
        )
        self.assertEqual(len(mail), 1)
        links = mail.body_html.count("/mail/view?")
        self.assertEqual(links, len(self.requirements))

    def test_each_owner_of_a_batch_is_told_of_his_own(self):
        owners = self.delivery_user + self.project_user
        made = self.requirements.create(
            [
                {
                    "name": f"Own {n}",
                    "project_id": self.project_light.id,
                    "user_id": owners[n % 2].id,
                }
                for n in range(4)
            ]
        )
        self.project_user.notification_type = "inbox"
        for number, owner in enumerate(owners):
            followers = made.filtered(
                lambda req, who=owner: who.partner_id in req.message_partner_ids
            )
            self.assertEqual(followers, made[number::2])
        self.assertIn("Own 0", self._notices(self.delivery_user).body)
        self.assertNotIn("Own 1", self._notices(self.delivery_user).body)

    def test_each_requirement_of_a_batch_keeps_its_own_history(self):
        self.requirements[0].user_id = self.delivery_manager
        self.env.cr.flush()
        self.requirements.write({"user_id": self.project_user.id, "name": "Renamed"})
        self.env.cr.flush()
        for number, requirement in enumerate(self.requirements):
            last = requirement.message_ids[0]
            self.assertEqual(last.author_id, self.delivery_manager.partner_id)
            values = {
                value.field_id.name: (value.old_value_char, value.new_value_char)
                for value in last.sudo().tracking_value_ids
            }
            before = "" if number else self.delivery_manager.name
            self.assertEqual(values["name"], (f"Wish {number}", "Renamed"))
            self.assertEqual(values["user_id"], (before, self.project_user.name))
