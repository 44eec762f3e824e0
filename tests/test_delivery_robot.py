import json
from contextlib import contextmanager
from unittest.mock import patch

import requests

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import file_open, mute_logger

from .common import DeliveryCase

PUBLIC = [(2, 1, 6, "", ("93.184.216.34", 443))]


@tagged("post_install", "-at_install")
class TestDeliveryRobot(DeliveryCase):
    """Group robots: say the right thing to the right group, and nothing anywhere else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls._create_requirement(name="Label per box")

    @contextmanager
    def _chat(self, answer=None, status=200, error=None, places=PUBLIC):
        """Stand for the chat product; yield the requests that reached it."""
        requested = []

        def send(_session, request, **options):
            requested.append((request, options))
            if error:
                raise error
            response = requests.Response()
            response.status_code = status
            response._content = json.dumps({"errcode": 0} if answer is None else answer).encode()
            return response

        with (
            patch.object(requests.Session, "send", send),
            patch("socket.getaddrinfo", return_value=places),
        ):
            yield requested

    def _text(self, requested):
        [(request, _options)] = requested
        return json.loads(request.body)["text"]["content"]

    def _emit(self, name="requirement.wish.filed", record=None):
        return self.env["delivery.event"]._emit(name, record or self.requirement).sudo()

    # === SPEAKING === #

    def test_a_group_is_told_in_the_robot_s_language(self):
        robot = self._create_robot(message="{what}\n{document}\n{project}\nDue: {due}\n{link}")
        events = self._emit()
        self.assertEqual(len(events), 2)
        with self._chat() as requested:
            self._drain_events()
        text = self._text(requested)
        self.assertIn("New wish of a customer", text)
        self.assertIn(self.requirement.number, text)
        self.assertIn("Label per box", text)
        self.assertIn(self.project_light.name, text)
        self.assertNotIn("Due", text)
        self.assertIn(f"model=project.requirement&res_id={self.requirement.id}", text)
        [(request, options)] = requested
        self.assertEqual(request.url, robot.address)
        self.assertEqual(options["timeout"], 10)
        self.assertFalse(options["allow_redirects"])
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_the_text_is_made_when_it_is_sent(self):
        self._create_robot(message="{document}")
        self._emit()
        self.requirement.name = "Two labels per box"
        with self._chat() as requested:
            self._drain_events()
        self.assertIn("Two labels per box", self._text(requested))

    def test_a_document_may_give_its_own_words(self):
        robot = self._create_robot(message="{what} {due} {link}")
        words = {"what": "Sign!", "due": self.env.cr.now().date(), "link": "https://x.example"}

        def get_event_words(_record, _name, _payload, lang):
            self.assertEqual(lang, "en_US")
            return words

        with patch.object(type(self.customer_a), "_get_event_words", get_event_words, create=True):
            said = robot._get_words("x", self.customer_a, {})
        self.assertEqual(said["what"], "Sign!")
        self.assertRegex(said["due"], r"\d\d/\d\d/\d{4}")

    def test_a_refused_message_is_tried_again(self):
        self._create_robot()
        events = self._emit()
        with self._chat({"errcode": 93000, "errmsg": "invalid webhook url"}):
            self._drain_events()
        failed = events.filtered("handler_id")
        self.assertEqual(failed.state, "pending")
        self.assertIn("93000", failed.error)
        self.assertEqual((events - failed).state, "done")

    def test_an_unreachable_chat_is_tried_again_and_its_secret_stays_secret(self):
        self._create_robot()
        failed = self._emit().filtered("handler_id")
        error = requests.ConnectionError("no route to /cgi-bin/webhook/send?key=secret")
        with self._chat(error=error):
            self._drain_events()
        self.assertEqual(failed.state, "pending")
        self.assertIn("qyapi.weixin.qq.com", failed.error)
        self.assertNotIn("key=secret", failed.error)

    def test_a_name_that_leads_inside_is_not_called(self):
        self._create_robot()
        failed = self._emit().filtered("handler_id")
        inside = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
        with self._chat(places=inside) as requested:
            self._drain_events()
        self.assertFalse(requested)
        self.assertEqual(failed.state, "pending")

    def test_signed_messages(self):
        self._create_robot(
            kind="dingtalk",
            address="https://oapi.dingtalk.com/robot/send?access_token=1",
            secret="SEC1",
        )
        self._emit()
        with self._chat() as requested:
            self._drain_events()
        [(request, _options)] = requested
        self.assertRegex(request.url, r"access_token=1&timestamp=\d{13}&sign=[\w%]+$")

    # === LISTENING === #

    def test_only_chosen_events(self):
        self._create_robot(
            listens="chosen", event_ids=[Command.create({"name": "requirement.wish.filed"})]
        )
        self.assertEqual(len(self._emit("requirement.wish.filed")), 2)
        self.assertEqual(len(self._emit("requirement.other")), 1)

    def test_only_chosen_projects(self):
        self._create_robot(project_ids=[Command.set(self.project_light.ids)])
        self.assertEqual(len(self._emit()), 2)
        elsewhere = self._create_requirement(project_id=self.project_standard.id)
        self.assertEqual(len(self._emit(record=elsewhere)), 1)

    def test_only_the_own_company(self):
        self._create_robot(company_id=self.other_company.id)
        self.assertEqual(len(self._emit()), 1)

    def test_a_robot_switched_off_since_says_nothing(self):
        robot = self._create_robot()
        events = self._emit()
        robot.active = False
        with self._chat() as requested:
            self._drain_events()
        self.assertFalse(requested)
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_a_filed_wish_reaches_the_group(self):
        self._create_robot()
        for _repeated in range(2):
            self.env["project.requirement"]._file_wish(
                "More light",
                "client-key-of-a-wish",
                project_id=self.project_light.id,
                origin="portal",
            )
        with self._chat() as requested:
            self._drain_events()
        self.assertIn("More light", self._text(requested))

    # === CHECKS AND RIGHTS === #

    def test_wrong_templates_are_refused(self):
        for message in ("{who}", "{project.env}", "{project!r}", "{project", "{project:>9}"):
            with self.assertRaises(ValidationError):
                self._create_robot(message=message)

    def test_wrong_addresses_are_refused(self):
        robot = self._create_robot()
        for address in ("http://example.com", "https://127.0.0.1/x", "https://localhost/x", False):
            with self.assertRaises(ValidationError):
                robot.address = address

    def test_a_robot_tells_of_something(self):
        with self.assertRaises(ValidationError):
            self._create_robot(listens="chosen")

    def test_the_test_button(self):
        robot = self._create_robot().with_user(self.delivery_manager)
        with self._chat() as requested:
            robot.action_send_test()
        self.assertIn("Test message", self._text(requested))
        with self._chat({"errcode": 1, "errmsg": "no"}), self.assertRaises(UserError):
            robot.action_send_test()
        error = requests.Timeout("key=secret")
        with self._chat(error=error), self.assertRaisesRegex(UserError, "Timeout"):
            robot.action_send_test()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_else_sends_or_reads_the_address(self):
        robot = self._create_robot()
        for user in (self.delivery_user, self.other_manager, self.portal_a):
            mine = robot.with_user(user).with_company(user.company_id)
            with self.assertRaises(AccessError):
                mine.action_send_test()
            with self.assertRaises(AccessError):
                mine.read(["address"])

    def test_messages_of_a_robot(self):
        robot = self._create_robot()
        self._emit()
        self.assertEqual(robot.message_count, 1)
        action = robot.with_user(self.delivery_manager).action_view_messages()
        found = self.env["delivery.event"].search(action["domain"])
        self.assertEqual(found.mapped("handler_id"), robot.ids)

    def test_a_copy_of_the_database_does_not_speak(self):
        robot = self._create_robot(secret="SEC1")
        self._emit()
        self.env.flush_all()
        with file_open("customer_delivery/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertRecordValues(robot, [{"active": False, "address": False, "secret": False}])
        self._emit()
        with self._chat() as requested:
            self._drain_events()
        self.assertFalse(requested)
