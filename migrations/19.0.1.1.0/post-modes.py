"""Modes that exist keep their data: what the light one says of mails is new."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    light = env.ref("customer_delivery.delivery_mode_light", raise_if_not_found=False)
    if light:
        light.customer_news = False
