from odoo.exceptions import AccessError
from odoo.tests.common import tagged

from .access_matrix_table import TABLE, Config, Row, Wizard
from .common import DeliveryCase

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
ROLES = (
    "internal",
    "project_user",
    "delivery_user",
    "delivery_manager",
    "auditor",
    "other_user",
    "other_manager",
    "portal_a",
    "portal_a_colleague",
    "portal_b",
    "public",
)
# of the contract a customer may know what he signed himself
KNOWN_TO_CUSTOMER = {"delivery_contract_no", "delivery_contract_date"}


@tagged("post_install", "-at_install")
class TestAccessMatrix(DeliveryCase):
    """Every model x role x operation x scope, against the declared table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.env.ref("base.public_user")
        cls.models = {
            name: model
            for name, model in cls.env.registry.items()
            if model._original_module == "customer_delivery" and not model._abstract
        }

    def _rights(self, role, record):
        """Return the letters of what the role may do with the record."""
        user = getattr(self, role)
        record = record.with_user(user).with_company(user.company_id)
        return "".join(
            letter for letter, operation in OPERATIONS.items() if record.has_access(operation)
        )

    def _assert_rights(self, expected, record, what):
        for role in ROLES:
            with self.subTest(model=record._name, scope=what, role=role):
                self.assertEqual(self._rights(role, record), expected.get(role, ""))

    def test_every_model_has_a_row_and_every_row_a_model(self):
        self.assertEqual(
            sorted(self.models),
            sorted(TABLE),
            "Add a row for each model of this addon to tests/access_matrix_table.py.",
        )

    def test_rights_on_documents(self):
        for name, row in TABLE.items():
            if isinstance(row, Row):
                for scope, expected in row.scopes.items():
                    record = row.make(self, scope).with_env(self.env)
                    self.assertEqual(record._name, name)
                    self.env.flush_all()
                    self._assert_rights(expected, record, scope)

    def test_search_finds_what_may_be_read(self):
        """Rules of searching and of reading are the same."""
        for name, row in TABLE.items():
            if not isinstance(row, Row):
                continue
            records = {scope: row.make(self, scope) for scope in row.scopes}
            self.env.flush_all()
            ids = [record.id for record in records.values()]
            for role in ROLES:
                model = self.env[name].with_user(getattr(self, role))
                readable = [
                    record.id
                    for scope, record in records.items()
                    if "r" in row.scopes[scope].get(role, "")
                ]
                with self.subTest(model=name, role=role):
                    if model.browse().has_access("read"):
                        self.assertCountEqual(model.search([("id", "in", ids)]).ids, readable)
                    else:
                        self.assertFalse(readable)
                        with self.assertRaises(AccessError):
                            model.search([("id", "in", ids)])

    def test_rights_on_configuration_and_wizards(self):
        for name, row in TABLE.items():
            if isinstance(row, Config):
                self._assert_rights(row.rights, self.env[name].search([], limit=1), "any")
            elif isinstance(row, Wizard):
                self._assert_rights(row.rights, self.env[name], "any")

    def test_documents_have_rules_for_company_and_visibility(self):
        rules = self.env["ir.rule"].search([("model_id.model", "in", list(self.models))])
        for name, row in TABLE.items():
            own = rules.filtered(lambda rule, name=name: rule.model_id.model == name)
            with self.subTest(model=name):
                if isinstance(row, Row):
                    self.assertIn(
                        "company_ids", " ".join(own.filtered("global").mapped("domain_force"))
                    )
                    self.assertTrue(own.filtered("groups"))
                elif isinstance(row, Wizard):
                    self.assertTrue(
                        own.filtered(
                            lambda rule: rule["global"] and "create_uid" in rule.domain_force
                        ),
                        "What somebody types into a wizard is his alone: add a rule on create_uid.",
                    )

    def test_every_access_line_names_a_group(self):
        access = self.env["ir.model.access"].search([("model_id.model", "in", list(self.models))])
        self.assertTrue(access)
        self.assertFalse(access.filtered(lambda line: not line.group_id))
        self.assertEqual(set(access.model_id.mapped("model")), set(self.models))

    def test_our_fields_on_core_records_keep_nobody_out(self):
        """Whoever reads a partner or project reads those of our fields that are his to read."""
        self.project_light.privacy_visibility = "portal"
        self.project_light.message_subscribe(self.contact_a.ids)
        for record in (self.project_light, self.customer_a):
            ours = [
                field for field in record._fields.values() if field._module == "customer_delivery"
            ]
            self.assertTrue(ours)
            for role in ROLES[:5] + ("portal_a",):
                own = record.with_user(getattr(self, role))
                names = [field.name for field in ours if own._has_field_access(field, "read")]
                with self.subTest(model=record._name, role=role):
                    self.assertTrue(own.read(names))
                    if role == "portal_a":
                        self.assertFalse(
                            {name for name in names if "contract" in name} - KNOWN_TO_CUSTOMER
                        )
