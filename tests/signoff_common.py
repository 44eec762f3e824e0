"""What tests of rounds share: a package for the customer, flows, people who decide."""

from odoo.fields import Command
from odoo.tests.common import new_test_user  # noqa: F401 (for those who build on this)

from .common import DeliveryCase

# one dot, as the smallest picture of a signature
SIGNATURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


class SignoffCase(DeliveryCase):
    """The standard project has a signatory, three requirements and a baseline for the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signatory = cls.project_standard.delivery_party_ids.filtered(
            lambda party: party.partner_id == cls.contact_a
        )
        cls.signatory.write({"may_sign": True, "title": "Head of IT"})
        cls.project_light.delivery_party_ids.write({"may_sign": True})

    @classmethod
    def _create_package(cls, project=None, count=3, name="V1.0"):
        """Publish a baseline for the customer with ``count`` new requirements."""
        project = project or cls.project_standard
        for number in range(count):
            cls._create_complete_requirement(name=f"Need {number}", project_id=project.id)
        return project.action_publish_baseline(name, "customer")

    @classmethod
    def _create_flow(cls, *steps, res_model="project.baseline", mode=None, **values):
        """Create a flow in use, before all others of the mode; steps as dictionaries."""
        defaults = {"source": "user", "meaning": "Agreed.", "accepts_login": True}
        flow = cls.env["signoff.flow"].create(
            {
                "name": "Flow",
                "res_model": res_model,
                "sequence": 0,
                "mode_ids": [Command.link((mode or cls.mode_standard).id)],
                "step_ids": [
                    Command.create({**defaults, "name": f"Step {index}", "sequence": index, **step})
                    for index, step in enumerate(steps, 1)
                ],
                **values,
            }
        )
        flow.action_activate()
        return flow

    def _send(self, document, user=None, **kwargs):
        """Send a document and return its round."""
        sender = document.with_user(user or self.delivery_manager)
        return sender.action_send_signoff(**kwargs).sudo()

    def _pending(self, row, person=None):
        """Return the open slots of a round, or the one of a user or contact."""
        slots = row.slot_ids.filtered(lambda slot: slot.state == "pending")
        if person is None:
            return slots
        name = "user_id" if person._name == "res.users" else "partner_id"
        return slots.filtered(lambda slot: slot[name] == person)

    def _decide(self, slot, verdict="approve", method="login", **values):
        """Decide on a slot as the engine is called by every door."""
        return slot._decide(
            verdict, method, {"snapshot_sha256": slot.round_id.snapshot_sha256, **values}
        )

    def _sign(self, slot, method="link", **values):
        """Sign on a slot of a customer."""
        values.setdefault("image", SIGNATURE)
        return self._decide(slot, "approve", method, **values)
