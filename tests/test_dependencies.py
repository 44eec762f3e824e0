"""The subdomains of this addon know each other in one direction only.

Read from the source, without running it: imports between our modules, models inherited,
comodels of fields, names looked up in ``self.env``.
"""

import ast
from pathlib import Path

from odoo.tests.common import BaseCase, tagged

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("models", "wizard", "wizards", "report", "controllers")

# The longest prefix of a model's name decides its subdomain.
SUBDOMAINS = {
    "delivery.": "base",
    "delivery.board": "figures",
    "project.party": "base",
    "delivery.guarded.mixin": "guard",
    "delivery.kept.mixin": "guard",
    "delivery.event": "event",
    "signoff.": "signoff",
    "report.customer_delivery.signoff_paper": "signoff",
    "project.requirement": "requirement",
    "report.customer_delivery.report_specification": "requirement",
    "report.customer_delivery.report_confirmation_slip": "requirement",
    "project.baseline": "requirement",
    "requirement.paper": "requirement",
    "project.change": "change",
    "project.change.check": "verification",
    "project.deliverable": "acceptance",
    "project.acceptance": "acceptance",
    "project.milestone.override": "acceptance",
    "project.closing.": "closing",
    "customer.": "customer",
    "feedback.": "feedback",
}
# What each subdomain stands on, directly; what those stand on is allowed too.
STANDS_ON = {
    # the guard of columns is behaviour alone: everybody may stand on it
    "guard": (),
    "event": ("guard",),
    "base": ("event",),
    "signoff": ("base",),
    "requirement": ("signoff",),
    "change": ("requirement",),
    "acceptance": ("requirement",),
    "customer": ("signoff",),
    "feedback": ("customer",),
    # what a change touched is checked again: items of acceptances among it
    "verification": ("acceptance", "change"),
    # a pack gathers what all of them have printed and signed
    "closing": ("acceptance", "change"),
    # the board and the matrix count what all the others keep
    "figures": ("acceptance", "change", "feedback"),
}
# A mode, a channel and a link name the documents that they are for: configuration points up,
# the behaviour stays with the documents.
CONFIGURATION = {
    "delivery.mode": {"signoff", "requirement", "acceptance"},
    "delivery.channel": {"requirement"},
    "delivery.share": {"requirement", "change", "acceptance", "feedback"},
    "delivery.stage.mixin": {"requirement"},
}
# files in which a subdomain extends a model of one that it stands on: {file: subdomain}
EXTENSIONS = {
    "delivery_mode_acceptance.py": "acceptance",
    "project_requirement_acceptance.py": "acceptance",
    "project_requirement_trace.py": "figures",
    "project_requirement_matrix.py": "figures",
    "delivery_mode_change.py": "change",
    "project_requirement_change.py": "change",
    "signoff_slot_change.py": "change",
    "signoff_flow_step_change.py": "change",
    "project_change_specification.py": "change",
    "project_change_verification.py": "verification",
    "project_requirement_impact_change.py": "change",
    "project_requirement_impact_acceptance.py": "acceptance",
    "signoff_slot_acceptance.py": "acceptance",
    "project_requirement_version_change.py": "change",
}
# wizards on core models: they sit above everything, like the extensions of core models
ABOVE_ALL = {
    "project.delivery.contract",
    "project.delivery.enable",
    "project.delivery.handover",
}


def subdomain(model):
    """Return the subdomain of a model, or None for those of Odoo and our extensions of them."""
    prefixes = [prefix for prefix in SUBDOMAINS if model.startswith(prefix)]
    return SUBDOMAINS[max(prefixes, key=len)] if prefixes else None


def reachable(start):
    found, todo = {start}, [start]
    while todo:
        for below in STANDS_ON[todo.pop()]:
            if below not in found:
                found.add(below)
                todo.append(below)
    return found


class Source:
    """What one Python file defines and what it names."""

    def __init__(self, path):
        self.path = path
        self.tree = ast.parse(path.read_text())
        self.models = [model for model in map(self._model, self._classes()) if model]

    def home(self, model):
        """Return the subdomain to which what this file says of ``model`` belongs."""
        return EXTENSIONS.get(self.path.name) or subdomain(model)

    def _classes(self):
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    def _model(self, node):
        names = {}
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                try:
                    names[line.targets[0].id] = ast.literal_eval(line.value)
                except ValueError:
                    continue
        inherit = names.get("_inherit")
        return names.get("_name") or (inherit if isinstance(inherit, str) else None)

    def named_models(self):
        """Yield (line, model) for every model of ours that the file names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if subdomain(node.value) and " " not in node.value:
                    yield node.lineno, node.value

    def imported_modules(self):
        """Yield (line, name) for every sibling module imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
                yield node.lineno, node.module.split(".")[0]


def sources():
    return [
        Source(path)
        for folder in FOLDERS
        for path in sorted((ROOT / folder).glob("*.py"))
        if path.name != "__init__.py"
    ]


@tagged("post_install", "-at_install")
class TestDependencies(BaseCase):
    def setUp(self):
        super().setUp()
        self.sources = sources()

    def test_every_model_has_a_subdomain(self):
        own = {
            model
            for source in self.sources
            for model in source.models
            if f'_name = "{model}"' in source.path.read_text()
            # what extends a model of others by a mixin of ours names it once more
            and f'_inherit = ["{model}"' not in source.path.read_text()
        }
        self.assertGreater(len(own), 15)
        own = {model for model in own if not model.startswith("report.")}
        homeless = {model for model in own if not subdomain(model)} - ABOVE_ALL
        self.assertFalse(homeless, "Name the subdomain of these models in this test.")

    def test_no_arrow_points_the_wrong_way(self):
        wrong = []
        for source in self.sources:
            for line, named in source.named_models():
                for model in source.models:
                    home = source.home(model)
                    if home is None or named == model:
                        continue
                    target = subdomain(named)
                    allowed = reachable(home) | CONFIGURATION.get(model, set())
                    if target not in allowed:
                        wrong.append(f"{source.path.name}:{line}: {model} ({home}) -> {named}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_no_import_points_the_wrong_way(self):
        homes = {
            source.path.stem: {source.home(model) for model in source.models} - {None}
            for source in self.sources
        }
        wrong = []
        for source in self.sources:
            for home in homes[source.path.stem]:
                for line, module in source.imported_modules():
                    beyond = homes.get(module, set()) - reachable(home)
                    if beyond:
                        wrong.append(f"{source.path.name}:{line}: {home} -> {module}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_core_needs_no_odoo(self):
        for path in sorted((ROOT / "core").glob("*.py")):
            tree = ast.parse(path.read_text())
            for node in ast.walk(tree):
                modules = []
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    modules = [node.module or ""]
                    self.assertLessEqual(node.level, 1, f"{path.name}:{node.lineno}")
                for module in modules:
                    self.assertNotEqual(module.split(".")[0], "odoo", f"{path.name}:{node.lineno}")

    def test_the_rules_catch_a_wrong_arrow(self):
        """The test itself: longest prefix, transitive arrows, none backwards."""
        self.assertEqual(subdomain("delivery.event"), "event")
        self.assertEqual(subdomain("project.requirement.version"), "requirement")
        self.assertIsNone(subdomain("project.task"))
        self.assertIn("event", reachable("feedback"))
        self.assertNotIn("requirement", reachable("signoff"))
        self.assertNotIn("change", reachable("acceptance"))
        self.assertNotIn("acceptance", reachable("change"))
