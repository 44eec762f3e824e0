"""The people, customers and projects that the tests speak of."""

from odoo.fields import Command
from odoo.tests.common import TransactionCase, new_test_user

from odoo.addons.customer_delivery.core.grant import Granted

# Users are made without the mails, passwords and followers of real life.
SILENT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}
# role -> (login, groups); the login is also the name of the class attribute
STAFF = {
    "internal": "base.group_user",
    "project_user": "project.group_project_user",
    "delivery_user": "customer_delivery.group_delivery_user",
    "delivery_manager": "customer_delivery.group_delivery_manager",
    "auditor": "customer_delivery.group_delivery_auditor",
}


class DeliveryCase(TransactionCase):
    """One user per role, two customers, two companies, a project in every mode.

    Staff of the first company: ``internal``, ``project_user``, ``delivery_user``,
    ``delivery_manager``, ``auditor``. Staff of the second: ``other_user``, ``other_manager``.
    Customers: ``portal_a`` reads the projects of customer A as a party, ``portal_a_colleague``
    works there without being a party, ``portal_b`` reads those of customer B.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env["base"].with_context(**SILENT).env
        cls.company = cls.env.ref("base.main_company")
        cls.other_company = cls.env["res.company"].create({"name": "Other Delivery Company"})
        cls._set_up_customers()
        cls._set_up_users()
        cls._set_up_projects()

    @classmethod
    def _set_up_customers(cls):
        partners = cls.env["res.partner"]
        cls.customer_a = partners.create({"name": "Customer A", "is_company": True})
        cls.customer_b = partners.create({"name": "Customer B", "is_company": True})
        cls.contact_a = partners.create({"name": "Contact A", "parent_id": cls.customer_a.id})
        cls.colleague_a = partners.create({"name": "Colleague A", "parent_id": cls.customer_a.id})
        cls.contact_b = partners.create({"name": "Contact B", "parent_id": cls.customer_b.id})

    @classmethod
    def _set_up_users(cls):
        for login, groups in STAFF.items():
            setattr(cls, login, cls._create_user(login, groups))
        for login, role in (("other_user", "delivery_user"), ("other_manager", "delivery_manager")):
            user = cls._create_user(login, STAFF[role], company=cls.other_company)
            setattr(cls, login, user)
        for login, contact in (
            ("portal_a", cls.contact_a),
            ("portal_a_colleague", cls.colleague_a),
            ("portal_b", cls.contact_b),
        ):
            setattr(cls, login, cls._create_user(login, "base.group_portal", contact=contact))

    @classmethod
    def _set_up_projects(cls):
        modes = cls.env["delivery.mode"]
        cls.mode_light = cls.env.ref("customer_delivery.delivery_mode_light")
        cls.mode_standard = cls.env.ref("customer_delivery.delivery_mode_standard")
        cls.mode_strict = cls.env.ref("customer_delivery.delivery_mode_strict")
        for name, mode in (
            ("light", cls.mode_light),
            ("standard", cls.mode_standard),
            ("strict", cls.mode_strict),
            ("off", modes),
        ):
            project = cls._create_project(name=f"Project {name}", mode=mode)
            setattr(cls, f"project_{name}", project)
        cls.project_b = cls._create_project(
            name="Project of B", mode=cls.mode_light, partner_id=cls.customer_b.id
        )
        cls.project_private = cls._create_project(
            name="Private project", mode=cls.mode_light, privacy_visibility="followers"
        )
        cls.project_other = cls._create_project(
            name="Project of the other company",
            mode=cls.mode_light,
            company_id=cls.other_company.id,
            user_id=cls.other_manager.id,
        )
        for project in (cls.project_light, cls.project_standard, cls.project_strict):
            cls._create_party(project, cls.contact_a)
        cls._create_party(cls.project_b, cls.contact_b)

    # === FACTORIES === #

    @classmethod
    def _create_user(cls, login, groups, company=None, contact=None):
        company = company or cls.company
        values = {"partner_id": contact.id} if contact else {"name": login}
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            context=SILENT,
            email=f"{login}@example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            tz="UTC",
            **values,
        )

    @classmethod
    def _create_project(cls, mode=None, **values):
        project = cls.env["project.project"].create(
            {
                "name": "Project",
                "partner_id": cls.customer_a.id,
                "company_id": cls.company.id,
                "privacy_visibility": "employees",
                "user_id": cls.delivery_manager.id,
                **values,
            }
        )
        if mode:
            project.action_enable_delivery(mode.id)
        return project

    @classmethod
    def _create_party(cls, project, partner, **values):
        return cls.env["project.party"].create(
            {"project_id": project.id, "partner_id": partner.id, **values}
        )

    @classmethod
    def _create_requirement(cls, **values):
        """Create a requirement as superuser: in the light project unless said otherwise."""
        values.setdefault("project_id", cls.project_light.id)
        return cls.env["project.requirement"].create({"name": "Requirement", **values})

    @classmethod
    def _create_complete_requirement(cls, **values):
        """Create a requirement with everything that the standard and strict modes demand."""
        return cls._create_requirement(
            **{
                "description": "<p>What it does.</p>",
                "priority_id": cls.env.ref(
                    "customer_delivery.project_requirement_priority_must"
                ).id,
                "requester_id": cls.contact_a.id,
                "verification": "test",
                "user_id": cls.delivery_user.id,
                "criterion_ids": [Command.create({"name": "It can be seen"})],
                "indicator_ids": [Command.create({"name": "Response time", "target": 2})],
                **values,
            }
        )

    @classmethod
    def _create_agreed_requirement(cls, **values):
        """Create a requirement whose content the customer has confirmed."""
        requirement = cls._create_complete_requirement(**values)
        cls._agree(requirement)
        return requirement

    @classmethod
    def _agree(cls, requirements):
        """Confirm requirements at once, whatever stages lie between."""
        stage = cls._stage("confirmed")
        requirements.sudo().write(Granted(stage_id=stage.id))

    @classmethod
    def _stage(cls, code):
        """Return the shipped requirement stage: open, new, review, customer, confirmed ..."""
        return cls.env.ref(f"customer_delivery.project_requirement_stage_{code}")

    @classmethod
    def _create_robot(cls, **values):
        return cls.env["delivery.robot"].create(
            {
                "name": "Robot",
                "company_id": cls.company.id,
                "address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret",
                "listens": "all",
                "lang": "en_US",
                **values,
            }
        )

    def _drain_events(self):
        """Carry out what the outbox holds, as its cron does."""
        self._run_cron("outbox")

    def _send_notices(self):
        """Send the mails to customers that are due, as their cron does."""
        self._run_cron("notice")

    def _run_cron(self, name):
        cron = self.env.ref(f"customer_delivery.ir_cron_{name}").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    @classmethod
    def _create_channel(cls, **values):
        return cls.env["delivery.channel"].create(
            {"name": "Channel", "company_id": cls.company.id, **values}
        )

    @classmethod
    def _create_acceptance(cls, **values):
        """Create an acceptance with one typed item: in the light project unless said otherwise."""
        values.setdefault("project_id", cls.project_light.id)
        values.setdefault("kind_id", cls._acceptance_kind("simple").id)
        values.setdefault("item_ids", [Command.create({"name": "It works"})])
        return cls.env["project.acceptance"].create(values)

    @classmethod
    def _acceptance_kind(cls, code):
        """Return the shipped kind of acceptance: arrival, fat, sat, preliminary, final ..."""
        return cls.env.ref(f"customer_delivery.project_acceptance_kind_{code}")
