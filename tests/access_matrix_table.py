"""Who may do what: one row for every model of this addon.

A role's rights are written as letters: r read, w write, c create, d delete; a role that is not
named has none. The test derives nothing from the security files, so that a slip there shows.

``Row(make, scopes)``: ``make(case, scope)`` returns a record that lies in the scope, and each
scope says who may do what with it. The scopes of things that belong to a project or customer:

    own             of customer A, in a project that all staff see; published to its parties
    hidden          the same, not published
    pool            of customer A, without a project
    private         in a project for its followers; none of the roles follows it
    other customer  of customer B, published to its parties
    other company   in a project of the second company

``Config(rights)``: configuration shared by all; the same rights on every record.
``Wizard(rights)``: a transient model; beside these rights each record is its author's alone.
"""

from typing import NamedTuple

from odoo.fields import Command

from odoo.addons.customer_delivery.core.grant import Granted

STAFF_SCOPES = ("own", "pool", "private", "other customer", "other company")


class Row(NamedTuple):
    make: object
    scopes: dict


class Config(NamedTuple):
    rights: dict


class Wizard(NamedTuple):
    rights: dict


def project_of(case, scope):
    """Return the project in which a record of the scope lies, empty for the pool."""
    return {
        "own": case.project_light,
        "hidden": case.project_light,
        "pool": case.env["project.project"],
        "private": case.project_private,
        "other customer": case.project_b,
        "other company": case.project_other,
    }[scope]


def board(case, scope):
    return case.env["delivery.board"].browse(project_of(case, scope).id)


def requirement(case, scope):
    project = project_of(case, scope)
    return case._create_requirement(
        project_id=project.id,
        partner_id=project.partner_id.id or case.customer_a.id,
        portal_access="hidden" if scope == "hidden" else "visible",
        criterion_ids=[Command.create({"name": "Criterion"})],
        indicator_ids=[Command.create({"name": "Indicator", "target": 1})],
    )


def criterion(case, scope):
    return requirement(case, scope).criterion_ids


def indicator(case, scope):
    return requirement(case, scope).indicator_ids


def section(case, scope):
    return case.env["project.requirement.section"].create(
        {"name": "Section", "project_id": project_of(case, scope).id}
    )


def party(case, scope):
    partner = case.env["res.partner"].create({"name": "Somebody"})
    return case._create_party(project_of(case, scope), partner)


def channel(case, scope):
    project = project_of(case, scope)
    return case._create_channel(
        project_id=project.id, company_id=(project.company_id or case.company).id
    )


def version(case, scope):
    versioned = requirement(case, scope)
    versioned.action_save_version()
    return versioned.current_version_id


def snapshot(case, scope):
    return version(case, scope).snapshot_id


def link(case, scope):
    start, end = requirement(case, scope), requirement(case, scope)
    return case.env["project.requirement.link"].create(
        {"requirement_id": start.id, "target_requirement_id": end.id}
    )


def baseline(case, scope):
    project = project_of(case, scope)
    requirement(case, scope)
    count = case.env["project.baseline"].search_count([])
    return project.action_publish_baseline(f"V{count}")


def baseline_line(case, scope):
    return baseline(case, scope).line_ids[:1]


def void(case, scope):
    published = baseline(case, scope)
    published.action_void("Wrong list")
    voids = case.env["signoff.void"]
    return voids.search([("res_model", "=", published._name), ("res_id", "=", published.id)])


def sent(case, scope):
    """Return a round that asks nobody of the roles: the customer signs."""
    project = project_of(case, scope)
    contact = case.env["res.partner"].create({"name": "Signatory"})
    case._create_party(project, contact, may_sign=True)
    need = requirement(case, scope)
    need.priority_id = case.env.ref("customer_delivery.project_requirement_priority_must")
    count = case.env["project.baseline"].search_count([])
    package = project.action_publish_baseline(f"S{count}", "customer", requirement_ids=need.ids)
    return package.action_send_signoff()


def sent_step(case, scope):
    return sent(case, scope).step_ids[:1]


def sent_slot(case, scope):
    return sent(case, scope).slot_ids[:1]


def decided(case, scope):
    slot = sent_slot(case, scope)
    code = slot.round_id.snapshot_sha256
    return slot._decide("approve", "link", {"snapshot_sha256": code, "image": b"x"})


def remark(case, scope):
    slot = sent_slot(case, scope)
    (item,) = slot.sudo()._get_marked_items()
    marks = [{"key": item["key"], "verdict": "approve"}]
    return slot._remark(marks, "link", slot.round_id.snapshot_sha256)


def signed(case, scope):
    return decided(case, scope).signature_ids


def identity(case, scope):
    return decided(case, scope).identity_id


def rendition(case, scope):
    return case.env["signoff.rendition"].search([("round_id", "=", sent(case, scope).id)], limit=1)


def seal(case, scope):
    decision = decided(case, scope)
    case.env["signoff.seal"]._seal_batch(1000)
    return case.env["signoff.seal"].search([("decision_id", "=", decision.id)])


def check(case, scope):
    company = project_of(case, scope).company_id
    return case.env["signoff.check"].create(
        {
            "company_id": company.id,
            "checked_at": "2026-01-01 00:00:00",
            "line_ids": [Command.create({"document": "Paper", "problem": "changed"})],
        }
    )


def workday(case, scope):
    days = case.env["delivery.workday"]
    company = project_of(case, scope).company_id
    found = days.search([("company_id", "=", company.id)], limit=1)
    return found or days.create({"company_id": company.id, "date": "2026-10-04"})


def check_line(case, scope):
    return check(case, scope).line_ids


def delegation(case, scope):
    company = project_of(case, scope).company_id
    people = [case._create_user(f"d{scope}{number}", "base.group_user") for number in (1, 2)]
    return case.env["signoff.delegation"].create(
        {
            "user_id": people[0].id,
            "delegate_id": people[1].id,
            "date_to": "2099-12-31",
            "company_id": company.id,
        }
    )


def event(case, scope):
    return case.env["delivery.event"]._emit("test.made", requirement(case, scope))


def robot(case, scope):
    project = project_of(case, scope)
    return case._create_robot(company_id=(project.company_id or case.company).id)


def robot_event(case, scope):
    robots = robot(case, scope)
    return robots.event_ids.create({"robot_id": robots.id, "name": "requirement.wish.filed"})


def acceptance(case, scope):
    return case._create_acceptance(project_id=project_of(case, scope).id)


def acceptance_item(case, scope):
    return acceptance(case, scope).item_ids[:1]


def verdict(case, scope):
    checked = acceptance_item(case, scope)
    checked.action_record_verdict("check", "pass")
    return checked.verdict_ids


def deemed(case, scope):
    checked = acceptance(case, scope)
    proofs = case.env["project.acceptance.deemed"]
    return proofs._record(checked, "2026-01-01", "Registered mail", "§ 7", [("proof.txt", b"x")])


def acceptance_notice(case, scope):
    notices = case.env["project.acceptance.notice"]
    return notices._record(
        acceptance(case, scope), "2026-01-01", "Mail", "§ 7", [("proof.txt", b"x")], "2026-01-20"
    )


def override(case, scope):
    milestone = case.env["project.milestone"].create(
        {"name": "Milestone", "project_id": project_of(case, scope).id}
    )
    return case.env["project.milestone.override"]._record({milestone: ""}, "Reason")


def issue(case, scope):
    return case.env["project.acceptance.issue"].create(
        {"name": "Issue", "project_id": project_of(case, scope).id}
    )


def deliverable(case, scope):
    return case.env["project.deliverable"].create(
        {"name": "Manual", "project_id": project_of(case, scope).id}
    )


def closing_pack(case, scope):
    project = project_of(case, scope)
    return case.env["project.closing.pack"].create(
        [
            Granted(
                name="Pack",
                project_id=project.id,
                company_id=project._get_delivery_company().id,
                lang="en_US",
                requested_by_id=case.env.uid,
                requested_at="2030-01-01 08:00:00",
            )
        ]
    )


def closing_pack_line(case, scope):
    return case.env["project.closing.pack.line"].create(
        [
            Granted(
                pack_id=closing_pack(case, scope).id,
                section="change",
                name="Change Log",
                audience="internal",
                source="report",
                res_model="project.project",
            )
        ]
    )


def notice(case, scope):
    project = project_of(case, scope)
    contact = case.env["res.partner"].create({"name": "Reader", "email": "reader@example.com"})
    record = project or requirement(case, scope)
    return case.env["delivery.notice"]._mail_customer(contact, "Subject", ["Text"], record)


def summary(case, scope):
    user = case.other_user if scope == "other company" else case.delivery_user
    return case.env["delivery.summary"].create(
        Granted(user_id=user.id, company_id=user.company_id.id, date="2026-01-01")
    )


def change(case, scope):
    project = project_of(case, scope)
    section_id = section(case, scope).id
    target = case._create_requirement(project_id=project.id)
    return case.env["project.change"].create(
        {
            "name": "Change",
            "project_id": project.id,
            "portal_access": "hidden" if scope == "hidden" else "visible",
            "line_ids": [
                Command.create({"requirement_id": target.id}),
                Command.create({"action": "add", "name": "More", "section_id": section_id}),
            ],
            "condition_ids": [Command.create({"name": "Condition"})],
        }
    )


def change_line(case, scope):
    return change(case, scope).line_ids[:1]


def change_line_criterion(case, scope):
    line = change_line(case, scope)
    return case.env["project.change.line.criterion"].create({"line_id": line.id, "name": "C"})


def change_impact(case, scope):
    dimension = case.env.ref("customer_delivery.project_change_dimension_risk")
    return case.env["project.change.impact"].create(
        {"change_id": change(case, scope).id, "dimension_id": dimension.id}
    )


def change_answer(case, scope):
    question = case.env.ref("customer_delivery.project_change_question_scope")
    return case.env["project.change.answer"].create(
        {"change_id": change(case, scope).id, "question_id": question.id}
    )


def change_condition(case, scope):
    return change(case, scope).condition_ids


def change_check(case, scope):
    return case.env["project.change.check"].create(
        {"change_id": change(case, scope).id, "name": "The night shift knows it"}
    )


def change_inquiry(case, scope):
    row = change(case, scope)
    return row._note_inquiry("us", "How many?", row.requester_id)


def change_freeze(case, scope):
    return case.env["project.change.freeze"].create(
        {
            "project_id": project_of(case, scope).id,
            "date_from": "2031-01-01",
            "date_to": "2031-01-02",
            "reason": "Closing",
        }
    )


def change_template(case, scope):
    dimension = case.env.ref("customer_delivery.project_change_dimension_risk")
    return case.env["project.change.template"].create(
        {
            "name": "One more user",
            "project_id": project_of(case, scope).id,
            "line_ids": [Command.create({"name": "Another user can log in"})],
            "impact_ids": [Command.create({"dimension_id": dimension.id})],
        }
    )


def change_template_line(case, scope):
    return change_template(case, scope).line_ids


def change_template_impact(case, scope):
    return change_template(case, scope).impact_ids


def volatility(case, scope):
    published = baseline(case, scope)
    figures = case.env["project.requirement.volatility"]
    return figures.search([("project_id", "=", published.project_id.id)], limit=1)


def lead_time(case, scope):
    submitted = change(case, scope)
    submitted.write(Granted(date_submitted=submitted.requested_at))
    figures = case.env["project.change.lead.time"]
    return figures.search([("change_id", "=", submitted.id)], limit=1)


def estimate(case, scope):
    assessed = change_impact(case, scope)
    assessed.delta_days = 3
    assessed.change_id.actual_days = 4
    figures = case.env["project.change.estimate"]
    return figures.search([("change_id", "=", assessed.change_id.id)], limit=1)


def scopes(user, manager, own_portal="", **more):
    """Return the scopes of things that follow the visibility of their project.

    :param user: rights of delivery users where they see the project
    :param manager: rights of delivery managers anywhere in their company
    :param own_portal: rights of a reading party on what is published to it
    :param more: rights in single scopes that differ, by name of the scope
    """
    seen = {
        "project_user": "r",
        "delivery_user": user,
        "delivery_manager": manager,
        "auditor": "r",
    }
    table = {
        "own": {**seen, "portal_a": own_portal},
        "pool": {"delivery_user": user, "delivery_manager": manager, "auditor": "r"},
        "private": {"delivery_manager": manager, "auditor": "r"},
        "other customer": {**seen, "portal_b": own_portal},
        "other company": {"other_user": user, "other_manager": manager},
    }
    for scope, rights in more.items():
        if rights is None:
            del table[scope]
        else:
            table[scope] = rights
    return table


def delivery_staff(user, manager):
    """Return the scopes of what those who merely work in a project do not see."""
    seen = {"delivery_user": user, "delivery_manager": manager, "auditor": "r"}
    return {
        "own": seen,
        "private": {"delivery_manager": manager, "auditor": "r"},
        "other customer": seen,
        "other company": {"other_user": user, "other_manager": manager},
    }


def company_only(*roles, pool=True):
    """Return the scopes of evidence that the roles read everywhere in their company."""
    seen = dict.fromkeys(roles, "r")
    table = {"own": seen, "pool": seen, "private": seen, "other customer": seen}
    if not pool:
        del table["pool"]
    return {**table, "other company": {"other_manager": "r"}}


MANAGED = {
    "own": {"delivery_manager": "rwcd"},
    "other company": {"other_manager": "rwcd"},
}
ALL_INTERNAL = (
    "internal",
    "project_user",
    "delivery_user",
    "delivery_manager",
    "auditor",
    "other_user",
    "other_manager",
)
PORTAL = ("portal_a", "portal_a_colleague", "portal_b")


def config(user="r", portal=""):
    """Return the rights on configuration: all staff read, delivery managers edit."""
    return Config(
        {
            **dict.fromkeys(ALL_INTERNAL, "r"),
            **dict.fromkeys(("delivery_user", "other_user"), user),
            **dict.fromkeys(("delivery_manager", "other_manager"), "rwcd"),
            **dict.fromkeys(PORTAL, portal),
        }
    )


def wizard(*groups):
    """Return the rights on a wizard that the roles named may use."""
    return Wizard(dict.fromkeys(groups, "rwcd"))


READERS = (
    "project_user",
    "delivery_user",
    "delivery_manager",
    "auditor",
    "other_user",
    "other_manager",
)
USERS = ("delivery_user", "delivery_manager", "other_user", "other_manager")
READERS = ("project_user", "auditor", *USERS)
MANAGERS = ("delivery_manager", "other_manager")
UNPUBLISHED = {
    "project_user": "r",
    "delivery_user": "rwcd",
    "delivery_manager": "rwcd",
    "auditor": "r",
}

# hours and cost of ours are for those who work on changes
STAFF_FIGURES = {
    scope: {role: rights for role, rights in table.items() if role != "project_user"}
    for scope, table in scopes("r", "r", pool=None).items()
}

TABLE = {
    # requirements
    "project.requirement": Row(requirement, scopes("rwcd", "rwcd", "r", hidden=UNPUBLISHED)),
    "project.requirement.criterion": Row(
        criterion, scopes("rwcd", "rwcd", "r", hidden=UNPUBLISHED)
    ),
    "project.requirement.indicator": Row(
        indicator, scopes("rwcd", "rwcd", "r", hidden=UNPUBLISHED)
    ),
    "project.requirement.section": Row(section, scopes("rwcd", "rwcd", "r", pool=None)),
    "project.requirement.stage": config(portal="r"),
    "project.requirement.type": config(portal="r"),
    "project.requirement.priority": config(portal="r"),
    "project.requirement.tag": config(user="rwc"),
    # versions, baselines and links
    "project.requirement.version": Row(version, scopes("r", "r")),
    "project.requirement.link": Row(link, scopes("rwcd", "rwcd")),
    "project.requirement.link.kind": config(),
    "project.baseline": Row(baseline, scopes("r", "r", pool=None)),
    "project.baseline.line": Row(baseline_line, scopes("r", "r", pool=None)),
    "signoff.snapshot": Row(snapshot, company_only("delivery_manager", "auditor")),
    # rounds of decisions
    "signoff.flow": config(),
    "signoff.flow.step": config(),
    "signoff.delegation": Row(
        delegation,
        {
            "own": {"delivery_manager": "rwcd", "auditor": "r"},
            "other company": {"other_manager": "rwcd"},
        },
    ),
    "signoff.round": Row(sent, scopes("r", "r", pool=None)),
    "signoff.round.step": Row(sent_step, scopes("r", "r", pool=None)),
    "signoff.slot": Row(sent_slot, scopes("r", "r", pool=None)),
    "signoff.decision": Row(decided, scopes("r", "r", pool=None)),
    "signoff.remark": Row(remark, scopes("r", "r", pool=None)),
    "signoff.signature": Row(signed, scopes("r", "r", pool=None)),
    "signoff.rendition": Row(rendition, scopes("r", "r", pool=None)),
    "signoff.identity": Row(identity, company_only("delivery_manager", "auditor", pool=False)),
    "signoff.seal": Row(seal, company_only("delivery_manager", "auditor", pool=False)),
    "delivery.workday": Row(
        workday,
        {
            "own": {
                **dict.fromkeys(("internal", "project_user", "delivery_user", "auditor"), "r"),
                "delivery_manager": "rwcd",
            },
            "other company": {"other_user": "r", "other_manager": "rwcd"},
        },
    ),
    "signoff.check": Row(check, company_only("delivery_manager", "auditor", pool=False)),
    "signoff.check.line": Row(check_line, company_only("delivery_manager", "auditor", pool=False)),
    "signoff.void": Row(void, company_only("delivery_manager", "auditor", pool=False)),
    # acceptance
    "project.acceptance": Row(acceptance, scopes("rwcd", "rwcd", pool=None)),
    "project.acceptance.item": Row(acceptance_item, scopes("rwcd", "rwcd", pool=None)),
    "project.acceptance.verdict": Row(verdict, scopes("r", "r", pool=None)),
    "project.acceptance.notice": Row(acceptance_notice, scopes("r", "r", pool=None)),
    "project.acceptance.deemed": Row(deemed, scopes("r", "r", pool=None)),
    "project.milestone.override": Row(override, scopes("r", "r", pool=None)),
    "project.acceptance.issue": Row(issue, scopes("rwcd", "rwcd", pool=None)),
    "project.deliverable": Row(deliverable, scopes("rwcd", "rwcd", pool=None)),
    # closing
    "project.closing.pack": Row(closing_pack, delivery_staff("r", "rd")),
    "project.closing.pack.line": Row(closing_pack_line, delivery_staff("r", "r")),
    "project.acceptance.family": config(),
    "project.acceptance.kind": config(),
    "project.acceptance.template": config(),
    "project.acceptance.template.item": config(),
    # changes
    "project.change": Row(change, scopes("rwcd", "rwcd", "r", pool=None, hidden=UNPUBLISHED)),
    "project.change.line": Row(change_line, scopes("rwcd", "rwcd", pool=None)),
    "project.change.line.criterion": Row(change_line_criterion, scopes("rwcd", "rwcd", pool=None)),
    "project.change.impact": Row(change_impact, scopes("rwcd", "rwcd", pool=None)),
    "project.change.answer": Row(change_answer, scopes("rwcd", "rwcd", pool=None)),
    "project.change.condition": Row(change_condition, scopes("rwcd", "rwcd", pool=None)),
    "project.change.check": Row(change_check, scopes("rwcd", "rwcd", pool=None)),
    "project.change.inquiry": Row(change_inquiry, scopes("r", "r", pool=None)),
    "project.change.freeze": Row(change_freeze, scopes("rwcd", "rwcd", pool=None)),
    "project.change.template": Row(change_template, scopes("rwcd", "rwcd", pool=None)),
    "project.change.template.line": Row(change_template_line, scopes("rwcd", "rwcd", pool=None)),
    "project.change.template.impact": Row(
        change_template_impact, scopes("rwcd", "rwcd", pool=None)
    ),
    "project.change.stage": config(portal="r"),
    "project.change.type": config(),
    "project.change.type.dimension": config(),
    "project.change.dimension": config(),
    "project.change.question": config(),
    "project.change.question.option": config(),
    # foundations
    "delivery.mode": config(),
    "delivery.event": Row(event, company_only("delivery_manager")),
    "delivery.robot": Row(robot, MANAGED),
    "delivery.robot.event": Row(robot_event, MANAGED),
    "delivery.notice": Row(notice, scopes("r", "r")),
    "delivery.summary": Row(
        summary, {"own": {"delivery_manager": "r"}, "other company": {"other_manager": "r"}}
    ),
    "delivery.channel": Row(channel, scopes("rwc", "rwcd")),
    "project.party": Row(party, scopes("rwc", "rwcd", pool=None)),
    # figures
    "delivery.board": Row(board, scopes("r", "r", pool=None)),
    "project.requirement.volatility": Row(volatility, scopes("r", "r", pool=None)),
    "project.change.lead.time": Row(lead_time, scopes("r", "r", pool=None)),
    "project.change.estimate": Row(estimate, STAFF_FIGURES),
    # wizards
    "project.acceptance.conclude": wizard(*USERS),
    "project.acceptance.deem": wizard(*MANAGERS),
    "project.acceptance.words": wizard(*USERS),
    "project.change.ask": wizard(*USERS),
    "project.change.put.aside": wizard(*USERS),
    "project.baseline.compare": wizard(*READERS),
    "project.baseline.compare.line": wizard(*READERS),
    "project.baseline.freeze": wizard(*USERS),
    "project.baseline.send": wizard(*USERS),
    "project.baseline.review": wizard(*USERS),
    "signoff.slot.answer": wizard(*ALL_INTERNAL),
    "signoff.slot.answer.item": wizard(*ALL_INTERNAL),
    "project.requirement.compare": wizard(*READERS),
    "project.requirement.impact": wizard(*READERS),
    "project.requirement.impact.line": wizard(*READERS),
    "project.requirement.link.review": wizard(*USERS),
    "signoff.void.reason": wizard(*MANAGERS),
    "signoff.round.withdraw": wizard(*USERS),
    "signoff.flow.test": wizard(*USERS),
    "signoff.slot.forward": wizard(*ALL_INTERNAL),
    "signoff.slot.bulk": wizard(*ALL_INTERNAL),
    "signoff.slot.bulk.line": wizard(*ALL_INTERNAL),
    "signoff.slot.replace": wizard(*USERS),
    "signoff.slot.share": wizard(*USERS),
    "signoff.paper.upload": wizard(*USERS),
    "signoff.paper.upload.line": wizard(*USERS),
    "signoff.record": wizard(*USERS),
    "delivery.share": wizard(*USERS),
    "project.delivery.contract": wizard(*USERS),
    "project.delivery.enable": wizard(*USERS),
    "project.delivery.handover": wizard(*USERS),
    "project.requirement.import": wizard(*USERS),
    "project.requirement.import.line": wizard(*USERS),
    "project.requirement.paste": wizard(*USERS),
    "project.requirement.print": wizard(*READERS),
    "project.requirement.paste.line": wizard(*USERS),
    "project.requirement.record": wizard(*USERS),
    "project.requirement.void": wizard(*MANAGERS),
}
