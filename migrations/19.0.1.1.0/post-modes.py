"""Records that exist, and that no update touches, get what this version adds to them."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command

MODES = {
    "light": {"kinds": ["simple"], "gate_strength": "none", "gate_final_strength": "none"},
    "standard": {
        "kinds": ["preliminary", "trial", "final"],
        "gate_strength": "warn",
        "gate_final_strength": "block",
    },
    "strict": {
        "kinds": ["arrival", "fat", "sat", "preliminary", "trial", "final"],
        "gate_strength": "block",
        "gate_final_strength": "block",
        "acceptance_evidence": True,
    },
}


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    light = env.ref("customer_delivery.delivery_mode_light", raise_if_not_found=False)
    if light:
        light.customer_news = False
    # shipped flows are complete only once their steps are loaded, and an update runs no functions
    flows = env["ir.model.data"].search(
        [("module", "=", "customer_delivery"), ("model", "=", "signoff.flow")]
    )
    shipped = env["signoff.flow"].browse(flows.mapped("res_id")).exists()
    shipped.filtered(lambda flow: flow.state == "draft" and flow.step_ids).action_activate()
    # so are the kinds of acceptance and the gates of modes that exist
    for code, values in MODES.items():
        mode = env.ref(f"customer_delivery.delivery_mode_{code}", raise_if_not_found=False)
        if mode and not mode.acceptance_kind_ids:
            kinds = values.pop("kinds")
            mode.write(
                {
                    **values,
                    "acceptance_kind_ids": [
                        Command.set(
                            [
                                env.ref(f"customer_delivery.project_acceptance_kind_{kind}").id
                                for kind in kinds
                            ]
                        )
                    ],
                }
            )
