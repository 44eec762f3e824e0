from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.approval import count_voices, quorum

PARTY_SOURCES = ("role", "signatory")


class SignoffPlanner(models.AbstractModel):
    """Turn a flow and a document into a plan: steps, people, and why a step is left out.

    A plan is plain data. ``_plan`` writes nothing, so that *Test this flow* shows what a start
    would do; ``_check_startable`` refuses what could never pass.
    """

    _name = "signoff.planner"
    _description = "Planning of Rounds"

    @api.model
    def _plan(self, documents, flow=None, parties=None, reviewers=None):
        """Return {document id: plan} for documents of one model; constant queries.

        :param flow: signoff.flow for all of them, or empty: each document's own
        :param parties: project parties chosen to sign, or empty
        :param reviewers: contacts chosen for steps that ask whoever sends
        """
        flows = (
            dict.fromkeys(documents.ids, flow.sudo())
            if flow
            else self.env["signoff.flow"]._find(documents)
        )
        by_flow = {}
        for document in documents:
            if document.id not in flows:
                raise UserError(
                    self.env._(
                        "No approval flow fits %(document)s. Ask a delivery manager to add one "
                        "to the delivery mode.",
                        document=document.display_name,
                    )
                )
            by_flow.setdefault(flows[document.id], []).append(document.id)
        plans = {}
        for flow_sudo, ids in by_flow.items():
            plans.update(
                self._plan_flow(documents.browse(ids), flow_sudo, parties, reviewers=reviewers)
            )
        return plans

    @api.model
    def _plan_following(self, document, row):
        """Return the plan of the round that continues ``row``: sent back, or changed on the way.

        Sent back, it goes on by the plan that was copied at the first start, whatever has become
        of the flow; without those who have left. Changed content may make other conditions hold,
        so that plan is made anew.

        :return: plan in which ``settled`` are the ids of the steps that stand as ``row`` left them
        """
        before = row._get_plan()
        settled = row._get_progress(before)[1]
        asked = row._get_people_asked()
        if row.state == "reset":
            parties = self.env["project.party"].browse(
                {
                    person["party"]
                    for step in before["steps"]
                    for person in step["people"]
                    if step["source"] == "signatory" and person["party"]
                }
            )
            plan = self._plan_flow(
                document, row.flow_id.sudo(), parties.exists(), barred=before["barred"]
            )[document.id]
        else:
            plan = before
        people = [person for step in plan["steps"] for person in step["people"]]
        users = self.env["res.users"].sudo().browse({person["user"] for person in people})
        gone = set(users.ids) - set(users.exists().filtered("active").ids)
        keys = {step["key"]: step["step"] for step in before["steps"]}
        named = {step["step"]: step["people"] for step in before["steps"]}
        named.update((keys[key], found) for key, found in asked.items() if found)
        for step in plan["steps"]:
            if step["source"] in ("previous", "chosen"):
                step["people"] = named.get(step["step"], [])
            step["people"] = [person for person in step["people"] if person["user"] not in gone]
        return {**plan, "settled": {keys[key] for key in settled}}

    @api.model
    def _plan_flow(self, documents, flow_sudo, parties, draft=False, barred=(), reviewers=None):
        """Return {document id: plan} by one flow.

        :param bool draft: also of a flow that is not in use yet, to test it
        :param barred: ids of users who may not decide either
        """
        always_barred = set(barred)
        ready = draft or flow_sudo.state == "ready"
        if flow_sudo.res_model != documents._name or not ready:
            raise UserError(
                self.env._("The flow %(flow)s is not in use for this.", flow=flow_sudo.name)
            )
        steps_sudo = flow_sudo.step_ids.sorted()
        keys = {step.id: key for key, step in enumerate(steps_sudo)}
        langs = {document.id: document._signoff_get_lang() for document in documents}
        texts = {
            lang: [step._as_plan(lang, keys[step.id], keys) for step in steps_sudo]
            for lang in set(langs.values())
        }
        applying = {step: set(step._applies_to(documents).ids) for step in steps_sudo}
        people = {
            step: self._resolve(step, documents, reviewers if step.source == "chosen" else parties)
            for step in steps_sudo
        }
        plans = {}
        for document in documents:
            plan_steps = []
            barred = always_barred | self._get_barred(document, flow_sudo)
            for step, text in zip(steps_sudo, texts[langs[document.id]], strict=True):
                plan_step = dict(text)
                if document.id not in applying[step]:
                    plan_step.update(skipped="condition", people=[])
                else:
                    found = people[step].get(document.id, [])
                    kept = [person for person in found if person["user"] not in barred]
                    plan_step["people"] = kept
                    if found and not kept:
                        plan_step["barred"] = True
                plan_steps.append(plan_step)
            given = self._leave_out_given(plan_steps, document._signoff_get_given())
            plans[document.id] = {
                "schema": "cd.plan/1",
                "flow": flow_sudo.id,
                "flow_name": flow_sudo.with_context(lang=langs[document.id]).name,
                "lang": langs[document.id],
                "reset": flow_sudo.reset_policy,
                "reset_key": keys.get(flow_sudo.reset_step_id.id)
                if flow_sudo.reset_policy == "step"
                else None,
                "expiry_days": flow_sudo.expiry_days,
                "bars_author": flow_sudo.bars_author,
                "bars_assessor": flow_sudo.bars_assessor,
                "barred": sorted(barred),
                "given": given,
                "steps": plan_steps,
            }
        return plans

    @api.model
    def _leave_out_given(self, plan_steps, given):
        """Leave out the steps of a side that has decided in advance; return ``given``, or None.

        A flow that would then ask nobody asks as if nothing had been decided.
        """
        if not given:
            return None
        others = [
            step for step in plan_steps if step["side"] != given["side"] and not step.get("skipped")
        ]
        if not any(step["kind"] == "required" for step in others):
            return None
        for step in plan_steps:
            if step["side"] == given["side"] and not step.get("skipped"):
                step.pop("barred", None)
                step.update(skipped="given", people=[])
        return given

    @api.model
    def _get_barred(self, document, flow_sudo):
        """Return the ids of users who may not decide on this document."""
        barred = self.env["res.users"]
        if flow_sudo.bars_author:
            barred |= document._signoff_get_authors()
        if flow_sudo.bars_assessor:
            barred |= document._signoff_get_assessors()
        return set(barred.ids)

    @api.model
    def _check_startable(self, plan):
        """Refuse a plan in which nobody is asked or a step can never pass.

        :raises UserError: naming the step
        """
        steps = [step for step in plan["steps"] if not step.get("skipped")]
        if not any(step["kind"] == "required" for step in steps):
            raise UserError(
                self.env._(
                    "The flow %(flow)s leaves out every required step for this document.",
                    flow=plan["flow_name"],
                )
            )
        for step in steps:
            if step["key"] in plan.get("carried", ()) or (
                step["kind"] != "required" and not step["people"]
            ):
                continue
            if step["source"] == "previous":
                self._check_named(step, plan)
                continue
            if step.get("barred"):
                raise UserError(
                    self.env._(
                        "Step “%(step)s” of the flow %(flow)s finds only people who wrote or "
                        "assessed this themselves. Ask a delivery manager to name others.",
                        step=step["name"],
                        flow=plan["flow_name"],
                    )
                )
            if not step["people"]:
                raise UserError(self._get_nobody_message(step, plan))
            if step["kind"] == "comment":
                continue
            count = count_voices(step["rule"], step["people"])
            try:
                quorum(step["rule"], step["need"], count)
            except ValueError:
                raise UserError(
                    self.env._(
                        "Step “%(step)s” of the flow %(flow)s wants more approvals than the "
                        "%(count)s people it asks could give.",
                        step=step["name"],
                        flow=plan["flow_name"],
                        count=count,
                    )
                ) from None

    @api.model
    def _check_named(self, step, plan):
        """Refuse a step that leaves its people to a step before which cannot name them."""
        before = [
            other
            for other in plan["steps"]
            if other["kind"] == "required"
            and other["order"] < step["order"]
            and not other.get("skipped")
            and other["key"] not in plan.get("carried", ())
        ]
        last = max((other["order"] for other in before), default=None)
        namers = [other for other in before if other["order"] == last]
        known = step["people"] and not namers
        if not known and (not namers or any(other["side"] != "supplier" for other in namers)):
            raise UserError(
                self.env._(
                    "Step “%(step)s” of the flow %(flow)s asks whom the step before names, but "
                    "no step of our own comes right before it. Ask a delivery manager to name "
                    "the people in the flow.",
                    step=step["name"],
                    flow=plan["flow_name"],
                )
            )

    @api.model
    def _get_nobody_message(self, step, plan):
        if step["source"] == "chosen":
            return self.env._(
                "Step “%(step)s” of the flow %(flow)s asks whom you choose: choose somebody.",
                step=step["name"],
                flow=plan["flow_name"],
            )
        if step["source"] in PARTY_SOURCES:
            return self.env._(
                "Step “%(step)s” of the flow %(flow)s finds nobody to ask. Name a party of the "
                "project who may sign.",
                step=step["name"],
                flow=plan["flow_name"],
            )
        return self.env._(
            "Step “%(step)s” of the flow %(flow)s finds nobody to ask. Ask a delivery manager to "
            "name somebody there who works in this company and is not archived.",
            step=step["name"],
            flow=plan["flow_name"],
        )

    # === PEOPLE === #

    @api.model
    def _resolve(self, step_sudo, documents, parties=None):
        """Return {document id: [person]} of those whom a step asks.

        ``parties`` are who was chosen to sign; for steps of the source ``chosen``, contacts.

        A person is ``{"user", "partner", "name", "post", "party", "group"}``: ids or None, name
        and post as texts, and the id of the company for which he speaks.
        """
        return getattr(self, f"_resolve_{step_sudo.source}")(step_sudo, documents, parties)

    @api.model
    def _as_people(self, users, company=None):
        """Return users who can decide as people; archived and foreign ones are left out."""
        return [
            {
                "user": user_sudo.id,
                "partner": user_sudo.partner_id.id,
                "name": user_sudo.name,
                "post": user_sudo.partner_id.function or None,
                "party": None,
                "group": user_sudo.partner_id.commercial_partner_id.id,
            }
            # names and posts of colleagues are read whoever sends the document
            for user_sudo in users.sudo()
            if user_sudo.active
            and not user_sudo.share
            and (company is None or company in user_sudo.company_ids)
        ]

    @api.model
    def _resolve_user(self, step_sudo, documents, _parties):
        return self._for_companies(step_sudo.user_ids, documents)

    @api.model
    def _resolve_group(self, step_sudo, documents, _parties):
        return self._for_companies(step_sudo.group_id.all_user_ids, documents)

    @api.model
    def _for_companies(self, users, documents):
        by_company = {company: self._as_people(users, company) for company in documents.company_id}
        return {document.id: by_company.get(document.company_id, []) for document in documents}

    @api.model
    def _resolve_manager(self, _step_sudo, documents, _parties):
        return {
            document.id: self._as_people(document.sudo().project_id.user_id)
            for document in documents
        }

    @api.model
    def _resolve_previous(self, _step_sudo, _documents, _parties):
        return {}

    @api.model
    def _resolve_chosen(self, step_sudo, documents, reviewers):
        """Return those of the chosen contacts who belong to the side of the step."""
        if not reviewers:
            return {}
        if step_sudo.side == "supplier":
            # names of colleagues are read whoever sends the document
            users = reviewers.sudo().user_ids.filtered(lambda user: not user.share)
            return self._for_companies(users, documents)
        domain = Domain("partner_id", "in", reviewers.ids) & Domain("side", "=", step_sudo.side)
        return self._from_parties(documents, self._search_parties(documents, domain))

    @api.model
    def _resolve_field(self, step_sudo, documents, _parties):
        name = step_sudo.field_id.name
        if name not in documents._fields:
            return {}
        found = {}
        for document_sudo in documents.sudo():
            records = document_sudo[name]
            users = records if records._name == "res.users" else records.user_ids
            people = self._as_people(users.filtered(lambda user: not user.share))
            if records._name == "res.partner":
                outside = records.filtered(lambda p: not p.user_ids.filtered(lambda u: not u.share))
                people += [self._as_contact(partner) for partner in outside]
            found[document_sudo.id] = people
        return found

    @api.model
    def _resolve_field_manager(self, step_sudo, documents, _parties):
        # known when the application Employees is installed
        users = self.env["res.users"]
        name = step_sudo.field_id.name
        if "employee_parent_id" not in users._fields or name not in documents._fields:
            return {}
        return {
            document_sudo.id: self._as_people(document_sudo[name].employee_parent_id.user_id)
            for document_sudo in documents.sudo()
            if document_sudo[name]._name == "res.users"
        }

    @api.model
    def _resolve_role(self, step_sudo, documents, _parties):
        domain = Domain("role_id", "=", step_sudo.role_id.id) & Domain("side", "=", step_sudo.side)
        return self._from_parties(documents, self._search_parties(documents, domain))

    @api.model
    def _resolve_signatory(self, step_sudo, documents, parties):
        domain = Domain("may_sign", "=", True) & Domain("side", "=", step_sudo.side)
        found = self._search_parties(documents, domain)
        chosen = found.filtered(lambda party: parties and party.id in parties.ids)
        return self._from_parties(documents, chosen or found, limited=True)

    @api.model
    def _search_parties(self, documents, domain):
        domain &= Domain("project_id", "in", documents.project_id.ids)
        # who sends the document sees its parties; limits are for delivery users only
        return self.env["project.party"].sudo().search(domain & Domain("is_current", "=", True))

    @api.model
    def _from_parties(self, documents, parties_sudo, limited=False):
        by_project = parties_sudo.grouped("project_id")
        found = {}
        for document in documents:
            amount = document._signoff_get_amount() if limited else None
            found[document.id] = [
                self._as_contact(party.partner_id, party)
                for party in by_project.get(document.project_id.sudo(), parties_sudo.browse())
                if not amount or self._may_sign_for(party, *amount)
            ]
        return found

    @api.model
    def _may_sign_for(self, party_sudo, amount, currency):
        if not party_sudo.sign_limit:
            return True
        company = party_sudo.company_id
        value = currency._convert(
            amount, party_sudo.currency_id, company, fields.Date.context_today(self)
        )
        return value <= party_sudo.sign_limit

    @api.model
    def _as_contact(self, partner_sudo, party_sudo=None):
        """Return a contact as a person; his user only when he is one of ours."""
        users = partner_sudo.user_ids.filtered(lambda user: user.active and not user.share)
        post = (party_sudo and (party_sudo.title or party_sudo.role_id.name)) or None
        return {
            "user": users[:1].id or None,
            "partner": partner_sudo.id,
            "name": partner_sudo.name,
            "post": post or partner_sudo.function or None,
            "party": party_sudo.id if party_sudo else None,
            "group": partner_sudo.commercial_partner_id.id,
        }
