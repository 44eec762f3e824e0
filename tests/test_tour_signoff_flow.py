"""The flows that ship, and a review, walked by those who decide: on a desktop and on a phone."""

from odoo.tests import HttpCase, tagged

from .signoff_common import SignoffCase
from .test_signoff_remark import RemarkCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


class FlowTours(SignoffCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())

    def _tour(self, path, name, user):
        self.start_tour(path, name, login=user.login, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def _agree(self, user):
        self._tour("/odoo/customer-delivery-my-work", "delivery_signoff_agree_work", user)

    def _sign_page(self, user):
        self._tour("/my/delivery", "delivery_signoff_sign_task", user)

    def _ask(self, project, sender):
        """Send what the project has; returns the round."""
        self._create_complete_requirement(name="Need 0", project_id=project.id)
        package = project.with_user(sender).action_publish_baseline("V1", "customer")
        return self._send(package, user=sender)

    def _walk_light(self, row):
        self.assertEqual(row.flow_id, self.env.ref("customer_delivery.signoff_flow_confirm_light"))
        self._sign_page(self.portal_a)
        self.assertEqual(row.state, "approved")

    def _walk_standard(self, row):
        flow = self.env.ref("customer_delivery.signoff_flow_confirm_standard")
        self.assertEqual(row.flow_id, flow)
        self._sign_page(self.portal_a)
        self.assertEqual(row.state, "approved")

    def _walk_strict(self, row):
        self.assertEqual(row.flow_id, self.env.ref("customer_delivery.signoff_flow_confirm_strict"))
        self.assertIn(self.delivery_manager, self._pending(row).user_id)
        self._agree(self.delivery_manager)
        self.assertEqual(self._pending(row).partner_id, self.contact_a | self.colleague_a)
        self._sign_page(self.portal_a)
        self.assertEqual(row.state, "running")
        self._sign_page(self.portal_a_colleague)
        self.assertEqual((row.state, len(row.decision_ids)), ("approved", 3))

    def _ask_strict(self):
        self.project_strict.delivery_party_ids.write({"may_sign": True})
        for contact in (self.contact_a, self.colleague_a):
            known = self.project_strict.delivery_party_ids.partner_id
            if contact not in known:
                self._create_party(self.project_strict, contact, may_sign=True)
        self.project_strict.user_id = self.delivery_user
        return self._ask(self.project_strict, self.delivery_user)


@tagged("post_install", "-at_install")
class TestTourFlowsDesktop(FlowTours):
    def test_light(self):
        self._walk_light(self._ask(self.project_light, self.delivery_manager))

    def test_standard(self):
        self._walk_standard(self._ask(self.project_standard, self.delivery_manager))

    def test_strict(self):
        self._walk_strict(self._ask_strict())


@tagged("post_install", "-at_install")
class TestTourFlowsPhone(FlowTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_light(self):
        self._walk_light(self._ask(self.project_light, self.delivery_manager))

    def test_standard(self):
        self._walk_standard(self._ask(self.project_standard, self.delivery_manager))

    def test_strict(self):
        self._walk_strict(self._ask_strict())


class ReviewTours(RemarkCase, FlowTours):
    def _walk_review(self):
        row = self._review(self.internal, self.contact_a)
        self._tour("/odoo/customer-delivery-my-work", "delivery_signoff_review", self.internal)
        self.assertEqual(row.remark_ids.mapped("verdict"), ["approve"] * 3)
        self._tour("/my/delivery", "delivery_signoff_review_portal", self.portal_a)
        self.assertIn("Two labels, not one", row.remark_ids.mapped("comment"))
        self._agree(self.delivery_manager)
        self.assertEqual(row.state, "approved")


@tagged("post_install", "-at_install")
class TestTourReviewDesktop(ReviewTours):
    def test_a_review(self):
        self._walk_review()


@tagged("post_install", "-at_install")
class TestTourReviewPhone(ReviewTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_review(self):
        self._walk_review()
