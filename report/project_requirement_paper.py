from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..core.html_canon import ForeignImage, canonical, plain

OPEN_KINDS = ("new", "analysis", "review", "customer")
AGREED_KINDS = ("confirmed", "done", "accepted")
TEXTS = ("background", "constraints", "out_of_scope", "rationale")
# What is read of a requirement for a paper; nothing internal stands here, so none can be printed.
FIELDS = (
    "number",
    "outline",
    "name",
    "description",
    *TEXTS,
    "verification",
    "properties",
    "type_id",
    "priority_id",
    "stage_id",
    "section_id",
    "content_rev",
    "content_lock",
    "changed_after_agreement",
    "date_stage",
    "project_id",
    "partner_id",
)


class ProjectRequirementPaper(models.AbstractModel):
    """What all papers about requirements share: which ones, their texts, who signs.

    Everything is read with the rights of the person who prints, in the language of the paper,
    by a number of queries that does not grow with the number of requirements.
    """

    _name = "project.requirement.paper"
    _description = "Paper About Requirements"
    _inherit = ["signoff.paper"]

    # === WHAT IS PRINTED === #

    @api.model
    def _check_may_print(self):
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))

    @api.model
    def _get_paper_lang(self, project, options):
        """Return the language code of a paper: as asked, else the project's, else the user's."""
        installed = dict(self.env["res.lang"].get_installed())
        wanted = (options.get("lang"), project.delivery_lang, project.partner_id.lang)
        return next((lang for lang in wanted if lang in installed), self.env.lang or "en_US")

    @api.model
    def _get_paper_requirements(self, domain):
        """Return the requirements that may stand in a paper, in document order."""
        return self.env["project.requirement"].search_fetch(
            Domain(domain) & Domain("stage_id.kind", "!=", "cancelled"),
            FIELDS,
            order="outline_key, id",
        )

    @api.model
    def _split_requirements(self, requirements):
        """Return those that are promised, those left out, and those not classified yet."""
        unclassified = requirements.filtered(lambda requirement: not requirement.priority_id)
        promised = (requirements - unclassified).filtered("priority_id.in_scope")
        return promised, requirements - unclassified - promised, unclassified

    @api.model
    def _read_lines(self, requirements):
        """Return ({requirement id: criteria}, {requirement id: indicators}) as printed rows."""
        domain = Domain("requirement_id", "in", requirements.ids)
        criteria = self.env["project.requirement.criterion"].search_fetch(
            domain, ["requirement_id", "name", "kind", "verification", "target"]
        )
        indicators = self.env["project.requirement.indicator"].search_fetch(
            domain,
            ["requirement_id", "name", "operator", "target", "target_max", "unit", "condition"],
        )
        kinds, methods = self._labels(criteria, "kind"), self._labels(criteria, "verification")
        criterion_rows, indicator_rows = {}, {}
        for line in criteria:
            criterion_rows.setdefault(line.requirement_id.id, []).append(
                {
                    "name": line.name,
                    "kind": kinds.get(line.kind, ""),
                    "verification": methods.get(line.verification, ""),
                    "target": line.target or "",
                }
            )
        for line in indicators:
            indicator_rows.setdefault(line.requirement_id.id, []).append(
                {
                    "name": line.name,
                    "target": line._get_target_text(),
                    "condition": line.condition or "",
                }
            )
        return criterion_rows, indicator_rows

    @api.model
    def _prepare_requirements(self, requirements):
        """Return one dictionary per requirement with everything that is printed of it."""
        criteria, indicators = self._read_lines(requirements)
        methods = self._labels(requirements, "verification")
        properties = self._read_properties(requirements)
        labels = {name: requirements._fields[name]._description_string(self.env) for name in TEXTS}
        return [
            {
                "id": requirement.id,
                "outline": requirement.outline or "",
                "number": requirement.number,
                "title": requirement.name,
                "class": requirement.priority_id.name or "",
                "type": requirement.type_id.name or "",
                "stage": requirement.stage_id.name,
                "version": requirement.version_number or "-",
                "agreed": requirement.content_lock == "agreed",
                "changed": requirement.changed_after_agreement,
                "section": requirement.section_id.display_name or "",
                "description": self._rich_text(requirement.description),
                "texts": [
                    (name, labels[name], text)
                    for name in TEXTS
                    if (text := self._rich_text(requirement[name]))
                ],
                "properties": properties.get(requirement.id, []),
                "verification": methods.get(requirement.verification, ""),
                "criteria": criteria.get(requirement.id, []),
                "indicators": indicators.get(requirement.id, []),
            }
            for requirement in requirements
        ]

    @api.model
    def _read_properties(self, requirements):
        """Return {requirement id: [(label, text)]} of the types' own fields that say something."""
        texts = {}
        for values in requirements.read(["properties"]):
            for own in values["properties"] or ():
                text = self._property_text(own)
                if text:
                    texts.setdefault(values["id"], []).append((own.get("string") or "", text))
        return texts

    @api.model
    def _property_text(self, own):
        value = own.get("value")
        if own["type"] == "boolean":
            return self.env._("Yes") if value else ""
        if not value or own["type"] == "separator":
            return ""
        if own["type"] == "selection":
            return dict(own.get("selection") or ()).get(value, "")
        if own["type"] == "tags":
            names = {tag[0]: tag[1] for tag in own.get("tags") or ()}
            return ", ".join(names[tag] for tag in value if tag in names)
        if own["type"] == "many2one":
            return value[1] or ""
        if own["type"] == "many2many":
            return ", ".join(name for _id, name in value if name)
        if own["type"] in ("date", "datetime"):
            return format_date(self.env, value)
        return plain(value) if own["type"] == "html" else str(value)

    @api.model
    def _rich_text(self, html):
        """Return rich text in its canonical form: what is printed is what is agreed to."""
        if not html:
            return ""
        try:
            # canonical() prints a closed list of tags and attributes and escapes all else
            return Markup(canonical(html))
        except ForeignImage:
            return Markup("<br>").join(plain(html).split("\n"))

    @api.model
    def _labels(self, records, name):
        return dict(records._fields[name]._description_selection(self.env))

    # === WHOSE PAPER === #

    @api.model
    def _prepare_frame(self, title, project, customer, company, options):
        """Return what stands on a paper around its requirements.

        :param project: project, or an empty one for requirements of the pool
        :param customer: partner, may be empty
        :param company: the company that delivers
        :param dict options: ``version`` and ``classification`` as typed by the person who prints
        """
        today = fields.Date.context_today(self)
        # names and logo of the two sides: printed for whoever may print the project at all
        company_sudo, customer_sudo = company.sudo(), customer.sudo()
        code = project.delivery_code or project.name or customer_sudo.name or company_sudo.name
        parties = self._prepare_parties(project)
        return {
            "lang": self.env.lang,
            "title": title,
            "project": project.name or "",
            "code": f"{code}-{self._paper_code}-{today:%Y%m%d}",
            "date": format_date(self.env, today),
            "version": options.get("version") or "",
            "classification": options.get("classification") or "",
            "practice": bool(project.delivery_practice),
            "watermark": self._get_watermark() if project.delivery_practice else "",
            "customer": customer_sudo.commercial_partner_id.name or "",
            "supplier": company_sudo.name,
            "logo": not company_sudo.uses_default_logo and company_sudo.logo,
            "references": self._prepare_references(project),
            "parties": parties,
            "signatures": self._prepare_signatures(parties, customer_sudo, company_sudo),
        }

    @api.model
    def _prepare_references(self, project):
        """Return [(label, text)] of the contract block; the amount is internal and stays out."""
        references = []
        for name in ("delivery_contract_no", "delivery_customer_project_no"):
            if project[name]:
                references.append(
                    (project._fields[name]._description_string(self.env), project[name])
                )
        if project.delivery_contract_date:
            label = project._fields["delivery_contract_date"]._description_string(self.env)
            references.append((label, format_date(self.env, project.delivery_contract_date)))
        return references

    @api.model
    def _prepare_parties(self, project):
        """Return the current parties by side; their phones and mails are nobody's business."""
        parties_model = self.env["project.party"]
        parties = parties_model.search(
            Domain("project_id", "in", project.ids) & parties_model._get_current_domain(),
            order="side, sequence, id",
        )
        sides = self._labels(parties_model, "side")
        # the project is readable, so are the names of those who take part in it
        return [
            {
                "side": party.side,
                "side_label": sides[party.side],
                "name": party.partner_id.name if not party.partner_id.is_company else "",
                "company": party.commercial_partner_ref_id.name or "",
                "post": party.title or party.role_id.name or "",
                "signs": party.may_sign,
            }
            for party in parties.sudo()
        ]

    @api.model
    def _prepare_signatures(self, parties, customer_sudo, company_sudo):
        """Return the blocks to sign in: customer and us always, third parties when they sign."""
        blocks = []
        sides = (
            ("customer", self.env._("For the customer"), customer_sudo.commercial_partner_id.name),
            ("supplier", self.env._("For the supplier"), company_sudo.name),
            ("third", self.env._("Third party"), ""),
        )
        for side, label, company in sides:
            signers = [party for party in parties if party["side"] == side and party["signs"]]
            companies = list(dict.fromkeys(signer["company"] for signer in signers))
            for each in companies or ([company or ""] if side != "third" else []):
                blocks.append(
                    {
                        "side": label,
                        "company": each,
                        "signers": [signer for signer in signers if signer["company"] == each]
                        or [{"name": "", "post": ""}],
                    }
                )
        return blocks

    # === WHO HAS SIGNED === #

    @api.model
    def _prepare_signed(self, requirements):
        """Return the signatures under what is printed, and where older ones are found.

        Signatures stand under a paper only when everything in it is what was signed: a paper that
        says more, or something else, names the signed versions and is signed anew.

        :return: ``signed`` as ``paper_signed`` prints it, ``signed_versions`` as sentences
        """
        rounds = self._find_signed_rounds(requirements)
        covered = self.env["project.requirement"].union(*rounds.values())
        open_ones = requirements.filtered(
            lambda row: row.content_lock != "agreed" or row.changed_after_agreement
        )
        if rounds and requirements == covered & requirements and not open_ones:
            signed = self._get_signed(self.env["signoff.round"].union(*rounds))
            zone = self._get_zone(next(iter(rounds)).company_id)
            blocks = [self._lay_out(each, zone) for row in rounds for each in signed[row.id]]
            return {"signed": blocks, "signed_versions": []}
        return {"signed": [], "signed_versions": [self._get_signed_text(row) for row in rounds]}

    @api.model
    def _find_signed_rounds(self, requirements):
        """Return {round: the requirements whose present agreement it is}, oldest first."""
        lines = self.env["project.baseline.line"].search(
            Domain("requirement_id", "in", requirements.ids)
            & Domain("baseline_id.signoff_state", "=", "approved")
            & Domain("baseline_id.kind", "=", "customer")
            & Domain("baseline_id.state", "=", "frozen")
        )
        baselines = {
            line.requirement_id: line.baseline_id
            for line in lines.sorted(lambda line: line.baseline_id.id)
            if line.version_id == line.requirement_id.confirmed_version_id
        }
        last = self.env["signoff.round"]._get_last(lines.baseline_id)
        found = {}
        for requirement, baseline in baselines.items():
            row = last.get(baseline.id)
            if row and row.state == "approved":
                found[row] = found.get(row, requirement.browse()) | requirement
        return dict(sorted(found.items(), key=lambda item: item[0].id))

    @api.model
    def _get_signed_text(self, row):
        day = fields.Datetime.context_timestamp(self, row.ended_at).date()
        return self.env._(
            "Signed: %(document)s, %(date)s, check code %(code)s",
            document=row.name,
            date=format_date(self.env, day),
            code=self._shorten(row.snapshot_sha256),
        )

    # === WHAT HAPPENED === #

    @api.model
    def _read_confirmations(self, requirements):
        """Return the history of confirmations as revision rows, oldest first.

        It is derived from what is stored: the stage moves that the history of each requirement
        shows, and for those that came in already confirmed the date that was stated then.
        """
        agreed_since = {}
        groups = {}
        for res_id, moment, author_id, old, new in self._read_stage_moves(requirements):
            if new in AGREED_KINDS and res_id not in agreed_since:
                agreed_since[res_id] = moment
                event = "confirmed"
            elif new in OPEN_KINDS and res_id in agreed_since:
                del agreed_since[res_id]
                event = "reopened"
            elif new in OPEN_KINDS and old in AGREED_KINDS:
                event = "reopened"
            else:
                continue
            day = fields.Datetime.context_timestamp(self, moment).date()
            groups.setdefault((day, event, author_id), []).append(res_id)
        for requirement in requirements:
            if requirement.content_lock == "agreed" and requirement.id not in agreed_since:
                day = fields.Datetime.context_timestamp(self, requirement.date_stage).date()
                groups.setdefault((day, "confirmed", None), []).append(requirement.id)
        # authors are shown to everybody who may read the document's history
        authors_sudo = self.env["res.partner"].sudo()
        numbers = {requirement.id: requirement.number for requirement in requirements}
        return [
            {
                "day": day,
                "date": format_date(self.env, day),
                "event": event,
                "count": len(set(ids)),
                "numbers": self._number_list([numbers[res_id] for res_id in dict.fromkeys(ids)]),
                "who": authors_sudo.browse(author_id or 0).name or "",
            }
            for (day, event, author_id), ids in sorted(groups.items(), key=lambda item: item[0][:2])
        ]

    @api.model
    def _number_list(self, numbers, limit=12):
        shown = ", ".join(numbers[:limit])
        return f"{shown} …" if len(numbers) > limit else shown

    @api.model
    def _read_stage_moves(self, requirements):
        """Yield (requirement id, moment, author id, old kind, new kind) of all stage moves."""
        if not requirements:
            return []
        kinds = dict(
            self.env["project.requirement.stage"]
            .with_context(active_test=False)
            .search_fetch([], ["kind"])
            .mapped(lambda stage: (stage.id, stage.kind))
        )
        field = self.env["ir.model.fields"]._get("project.requirement", "stage_id")
        self.env["mail.message"].flush_model()
        self.env["mail.tracking.value"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT m.res_id, m.date, m.author_id, t.old_value_integer, t.new_value_integer"
                " FROM mail_message m JOIN mail_tracking_value t ON t.mail_message_id = m.id"
                " WHERE m.model = 'project.requirement' AND m.res_id IN %s AND t.field_id = %s"
                " ORDER BY m.id, t.id",
                tuple(requirements.ids),
                field.id,
            )
        )
        return [
            (res_id, moment, author_id, kinds.get(old), kinds.get(new))
            for res_id, moment, author_id, old, new in rows
        ]
