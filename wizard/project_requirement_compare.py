from markupsafe import Markup

from odoo import api, fields, models

from ..core.redline import redline, sides
from ..models.project_requirement_versioning import HTML_FIELDS

PLAIN_FIELDS = ("title", "type", "class", "verification")
LIST_FIELDS = ("criteria", "indicators", "properties", "files")
PARTS = (*PLAIN_FIELDS, *HTML_FIELDS, *LIST_FIELDS)


class ProjectRequirementCompare(models.TransientModel):
    """Two versions of a requirement beside each other, or a version and what stands now."""

    _name = "project.requirement.compare"
    _description = "Compare Requirement Versions"

    requirement_id = fields.Many2one(
        "project.requirement", required=True, readonly=True, ondelete="cascade"
    )
    before_id = fields.Many2one(
        "project.requirement.version",
        string="From",
        required=True,
        domain="[('requirement_id', '=', requirement_id)]",
        ondelete="cascade",
    )
    after_id = fields.Many2one(
        "project.requirement.version",
        string="To",
        domain="[('requirement_id', '=', requirement_id)]",
        ondelete="cascade",
        help="Empty: what stands there now.",
    )
    layout = fields.Selection(
        [("inline", "In one text"), ("sides", "Side by side")], required=True, default="inline"
    )
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends("before_id", "after_id", "layout")
    def _compute_comparison(self):
        for wizard in self:
            if not wizard.before_id:
                wizard.comparison = False
                continue
            after = wizard.after_id._get_content() if wizard.after_id else wizard._get_content_now()
            comparison = self._render(wizard.before_id._get_content(), after, layout=wizard.layout)
            wizard.comparison = wizard._show_pictures(comparison)

    def _get_content_now(self):
        self.requirement_id.check_access("read")
        return self.requirement_id._signoff_payload()[0]

    def _show_pictures(self, html):
        """Return ``html`` with the pictures that the versions keep, which it names by sha256."""
        self.ensure_one()
        versions = self.before_id | self.after_id
        return versions._show_pictures(html, self.requirement_id if not self.after_id else None)

    @api.model
    def _open(self, requirement, before, after=None):
        """Return the action that opens a comparison."""
        wizard = self.create(
            {
                "requirement_id": requirement.id,
                "before_id": before.id,
                "after_id": after.id if after else False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare %s", requirement.display_name),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _render(self, before, after, names=PARTS, layout="inline"):
        """Return the comparison of two canonical contents as HTML.

        :param str layout: ``inline`` for one text, ``sides`` for both beside each other
        """
        return self.env["ir.qweb"]._render(
            "customer_delivery.requirement_comparison",
            {"rows": self._get_rows(before, after, names), "layout": layout},
        )

    @api.model
    def _get_rows(self, before, after, names=PARTS):
        """Return label, html and whether it changed for each field that either side has."""
        labels = self._get_labels()
        before = self._with_labels_of(after, before)
        rows = []
        for name in names:
            old, new = self._as_html(name, before.get(name)), self._as_html(name, after.get(name))
            if old or new:
                lost, came = sides(old, new)
                rows.append(
                    {
                        "label": labels[name],
                        "lost": Markup(lost),
                        "came": Markup(came),
                        # canonical HTML has a tag and attribute whitelist and escapes the rest
                        "html": Markup(redline(old, new)),
                        "changed": old != new,
                    }
                )
        return rows

    @api.model
    def _with_labels_of(self, after, before):
        """Return ``before`` with the labels of ``after``: a type that was renamed is no change."""
        found = {}

        def key(value):
            return next(((name, value[name]) for name in ("ref", "code") if name in value), None)

        def collect(value, path=()):
            if isinstance(value, dict):
                if key(value):
                    found[path, key(value)] = value.get("label")
                for name, item in value.items():
                    collect(item, (*path, name))
            elif isinstance(value, list):
                for item in value:
                    collect(item, path)

        def relabel(value, path=()):
            if isinstance(value, dict):
                known = found.get((path, key(value))) if key(value) else None
                plain = {name: relabel(item, (*path, name)) for name, item in value.items()}
                return {**plain, "label": known} if known else plain
            if isinstance(value, list):
                return [relabel(item, path) for item in value]
            return value

        collect(after)
        return relabel(before)

    @api.model
    def _get_labels(self):
        fields_by_key = {
            "title": "name",
            "type": "type_id",
            "class": "priority_id",
            "criteria": "criterion_ids",
            "indicators": "indicator_ids",
            "files": "content_attachment_ids",
        }
        requirement_fields = self.env["project.requirement"]._fields
        return {
            name: requirement_fields[fields_by_key.get(name, name)]._description_string(self.env)
            for name in PARTS
        }

    @api.model
    def _as_html(self, name, value):
        if not value:
            return ""
        if name in HTML_FIELDS:
            return value
        if name in LIST_FIELDS:
            items = Markup().join(
                Markup("<li>%s</li>") % self._as_line(name, item) for item in value
            )
            return str(Markup("<ul>%s</ul>") % items)
        text = value["label"] if isinstance(value, dict) else value
        return str(Markup("<p>%s</p>") % text)

    @api.model
    def _as_figure(self, text):
        """Return a decimal as people write it, without the zeros at its end."""
        return text.rstrip("0").rstrip(".") if "." in text else text

    @api.model
    def _as_line(self, name, item):
        if name == "criteria":
            kind, how = item.get("kind") or {}, item.get("verification") or {}
            parts = [kind.get("label"), item["text"], how.get("label"), item.get("target")]
            return " · ".join(part for part in parts if part)
        if name == "indicators":
            high = f" … {self._as_figure(item['target_max'])}" if item.get("target_max") else ""
            target = self._as_figure(item["target"])
            figure = f"{item['metric']} {item['operator']} {target}{high}"
            return " ".join(
                part for part in (figure, item.get("unit"), item.get("condition")) if part
            )
        if name == "properties":
            return f"{item['label']}: {item.get('display') or item.get('value')}"
        return item["name"]
