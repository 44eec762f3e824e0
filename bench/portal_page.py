"""The list that a customer's contact opens in the portal, as a request to the server's program."""

import time

from werkzeug.test import Client

from odoo import http, sql_db
from odoo.api import Environment
from odoo.service import security


class Page:
    """One side: a page that a user opens."""

    def __init__(self, registry, uid, url):
        self.url = url
        self.client = Client(http.root)
        self.client.set_cookie("session_id", _session(registry, uid).sid)

    def measure(self, clock=time.perf_counter):
        queries = sql_db.sql_counter
        started = clock()
        answer = self.client.get(self.url)
        body = answer.get_data()
        seconds = clock() - started
        queries = sql_db.sql_counter - queries
        assert answer.status_code == 200, f"{self.url}: {answer.status}"
        assert body.count(b"<tr") > 20 or b"requirement" in body, f"{self.url} is empty"
        return seconds, queries


def _session(registry, uid):
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
