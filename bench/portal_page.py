"""The list that a customer's contact opens in the portal, as a request to the server's program."""

import re
import time
from unittest.mock import patch

from werkzeug.test import Client

from odoo import http, sql_db
from odoo.api import Environment
from odoo.service import security

from odoo.addons.portal.controllers.portal import CustomerPortal


class Page:
    """One side: a list page that a user opens, with so many lines."""

    def __init__(self, registry, uid, url, lines):
        self.url = url
        self.lines = lines
        self.client = Client(http.root)
        self.client.set_cookie("session_id", open_session(registry, uid).sid)

    def measure(self, clock=time.perf_counter):
        with patch.object(CustomerPortal, "_items_per_page", self.lines):
            queries = sql_db.sql_counter
            started = clock()
            answer = self.client.get(self.url)
            body = answer.get_data(as_text=True)
            seconds = clock() - started
            queries = sql_db.sql_counter - queries
        shown = len(set(re.findall(rf"{self.url}/(\d+)", body)))
        if answer.status_code != 200 or shown != self.lines:
            raise RuntimeError(f"{self.url}: {answer.status} with {shown} of {self.lines} lines")
        return seconds, queries


def measure(report, registry, uid, rounds):
    """Add the rows of the portal: one page as it is, and all rows on one page."""
    for lines in (80, 500):
        report.compare(
            f"portal, list page with {lines} of 500 rows",
            Page(registry, uid, "/my/requirements", lines),
            Page(registry, uid, "/my/tasks", lines),
            rounds,
            "fewer queries, at most 40",
        )


def open_session(registry, uid):
    """A session as the login page leaves it."""
    session = http.root.session_store.new()
    session.update(http.get_default_session(), db=registry.db_name, _trace_disable=True)
    with registry.cursor() as cr:
        env = Environment(cr, uid, {})
        session.uid = uid
        session.login = env.user.login
        session.session_token = security.compute_session_token(session, env)
        session.context = dict(env["res.users"].context_get())
    http.root.session_store.save(session)
    return session
