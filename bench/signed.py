"""Makes a company with many signatures: every one through the engine, each with its own drawing."""

import contextlib
import io
import random

from PIL import Image, ImageDraw

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

SILENT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "tracking_disable": True,
}
MODEL = "bench.document"
CUSTOMERS = 20
SIGNERS = 100
WAITING = 200
BATCH = 250
SIGNER = "bench_signer"
MANAGER = "bench_manager"


def drawing(number):
    """A drawn signature, as the page sends it: no two are alike."""
    chosen = random.Random(number)
    picture = Image.new("L", (360, 120), 255)
    pen = ImageDraw.Draw(picture)
    x, y = 12, 60
    while x < 340:
        to = x + chosen.randint(4, 14), chosen.randint(10, 110)
        pen.line((x, y, *to), fill=0, width=3)
        x, y = to
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


@contextlib.contextmanager
def environment(registry, uid=SUPERUSER_ID):
    with registry.cursor() as cr:
        yield Environment(cr, uid, SILENT)


def generate(registry, count):
    """Fill a database with ``count`` sealed signatures and what waits for more; commit."""
    with environment(registry) as env:
        projects = make_projects(env)
        make_flow(env, "Signed by anybody", "any")
        make_flow(env, "Signed by all", "all")
        env.cr.commit()
        ids = projects.ids
    for start in range(0, count, BATCH):
        with environment(registry) as env:
            share = min(BATCH, count - start)
            sign(env, env["project.project"].browse(ids[:CUSTOMERS]), start, share)
            env.cr.commit()
    with environment(registry) as env:
        # what follows from all this is nobody's to send
        env.cr.execute("UPDATE delivery_event SET state = 'silenced' WHERE state = 'pending'")
        while env["signoff.seal"]._seal_batch(BATCH) == BATCH:
            env.cr.commit()
        make_waiting(env, env["project.project"].browse(ids[-1]))
        env.cr.commit()


def make_projects(env):
    """Projects of customers with a signatory each; the last one has many."""
    company = env.ref("base.main_company")
    manager = env["res.users"].create(
        {
            "name": "Manager",
            "login": MANAGER,
            "group_ids": [Command.set(env.ref("customer_delivery.group_delivery_manager").ids)],
        }
    )
    projects = env["project.project"].create(
        [
            {"name": f"Signed {number}", "company_id": company.id, "user_id": manager.id}
            for number in range(CUSTOMERS + 1)
        ]
    )
    light = env.ref("customer_delivery.delivery_mode_light").id
    for number, project in enumerate(projects):
        project.action_enable_delivery(light)
        customer = env["res.partner"].create({"name": f"Customer {number}", "is_company": True})
        project.partner_id = customer
        project.delivery_party_ids.filtered(lambda party: party.side == "customer").unlink()
        people = SIGNERS if project == projects[-1] else 1
        contacts = env["res.partner"].create(
            [{"name": f"Signer {number}.{k}", "parent_id": customer.id} for k in range(people)]
        )
        env["project.party"].create(
            [
                {"project_id": project.id, "partner_id": contact.id, "may_sign": True}
                for contact in contacts
            ]
        )
    env["res.users"].create(
        {
            "name": "Signer",
            "login": SIGNER,
            "partner_id": contacts[0].id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )
    return projects


def make_flow(env, name, rule):
    flow = env["signoff.flow"].create(
        {
            "name": name,
            "res_model": MODEL,
            "step_ids": [
                Command.create(
                    {
                        "name": "Customer",
                        "side": "customer",
                        "source": "signatory",
                        "rule": rule,
                        "meaning": "I confirm this document.",
                        "needs_signature": True,
                        "needs_code": False,
                        "accepts_link": True,
                        "accepts_login": True,
                    }
                )
            ],
        }
    )
    flow.action_activate()
    return flow


def send(env, project, count, name="Document", rule="any", parties=None):
    """Send new documents of a project for signature; return their rounds (superuser)."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    flow = env["signoff.flow"].search(
        [("name", "=", f"Signed by {'all' if rule == 'all' else 'anybody'}")]
    )
    documents = env[MODEL].create(
        [
            {
                "name": f"{name} {number}",
                "content": "What is agreed. " * 40,
                "amount": number,
                "company_id": project.company_id.id,
                "project_id": project.id,
            }
            for number in range(count)
        ]
    )
    documents = documents.with_user(manager)
    rounds = documents.action_send_signoff(
        flow_id=flow.id, signatory_ids=parties.ids if parties else ()
    )
    return rounds.sudo()


def sign(env, projects, start, count):
    public = env.ref("base.public_user")
    rounds = env["signoff.round"].sudo()
    for number, project in enumerate(projects):
        share = len(range(number, count, len(projects)))
        rounds |= send(env, project, share, name=f"Document {start}.{number}")
    slots = rounds.slot_ids.with_user(public).sudo()
    for number, slot in enumerate(slots, start):
        slot._decide("approve", "link", values(slot, number))


def values(slot, number):
    """What a page sends with a signature."""
    row = slot.round_id
    return {
        "snapshot_sha256": row.snapshot_sha256,
        "rendition": slot.env["signoff.rendition"]._get_for(row, row.lang),
        "image": drawing(number),
        "ip": "203.0.113.7",
        "agent": "Mozilla/5.0",
    }


def make_waiting(env, project):
    """What waits for the contact with a login."""
    signer = env["res.users"].search([("login", "=", SIGNER)])
    party = project.delivery_party_ids.filtered(lambda row: row.partner_id == signer.partner_id)
    send(env, project, WAITING, name="Waits", parties=party)
