"""Signing while workers, servers and the database are killed: nothing is lost, nothing twice."""

import random
import threading
import time
from contextlib import ExitStack

import requests

from odoo.tests import BaseCase, tagged

from .killable import PATIENCE, Killable, free_port
from .test_portal_signoff import drawn

# what signatures leave, whole
EVIDENCE = """
    SELECT (SELECT count(*) FROM signoff_decision),
           (SELECT count(*) FROM signoff_signature),
           (SELECT count(*) FROM signoff_identity),
           (SELECT count(*) FROM ir_attachment WHERE res_model = 'signoff.identity'),
           (SELECT count(*) FROM signoff_slot WHERE state = 'done'),
           (SELECT count(*) FROM signoff_round WHERE state = 'approved'),
           (SELECT count(*) FROM project_baseline WHERE signoff_state = 'approved'),
           (SELECT count(*) FROM delivery_event WHERE name = 'signoff.decided'),
           (SELECT count(*) FROM delivery_event WHERE name = 'signoff.approved')
"""
# what follows from them: each once per signature
FOLLOWED = """
    SELECT (SELECT count(*) FROM signoff_seal),
           (SELECT count(*) FROM ir_attachment
             WHERE res_model = 'signoff.round' AND mimetype = 'application/pdf'),
           (SELECT count(*) FROM signoff_round WHERE pdf_sha256 IS NOT NULL),
           (SELECT count(*) FROM delivery_notice WHERE key LIKE 'signoff.asked|%'),
           (SELECT count(*) FROM delivery_notice WHERE key LIKE 'signoff.copy|%'),
           (SELECT count(*) FROM mail_activity WHERE summary LIKE 'Signed: %')
"""
UNSETTLED = """
    SELECT (SELECT count(*) FROM delivery_event WHERE state != 'done')
         + (SELECT count(*) FROM delivery_notice WHERE state = 'pending')
         + (SELECT count(*) FROM signoff_decision d
             WHERE NOT EXISTS (SELECT 1 FROM signoff_seal s WHERE s.decision_ref = d.id))
"""
# a mail goes with its notices, and no notice goes twice
MAILS = """
    SELECT (SELECT count(*) FROM mail_mail),
           (SELECT count(DISTINCT mail_id) FROM delivery_notice WHERE state = 'sent'),
           (SELECT count(*) FROM delivery_notice WHERE state NOT IN ('sent', 'cancelled'))
"""
FOLLOWING = ("outbox", "seal", "mails")
SIGNERS = 6
KILLS = 6


@tagged("post_install", "-at_install")
class TestKilled(BaseCase):
    """A customer signs over HTTP, the outbox drains; somebody is killed with SIGKILL meanwhile.

    All of it in a copy of the database in a server of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.killable = stack.enter_context(Killable.open())
        cls.signature = drawn()
        # whatever installing has left to be mailed is none of ours
        cls.killable.sql("DELETE FROM mail_mail")

    def setUp(self):
        super().setUp()
        self.signed = self._count(EVIDENCE)[0]

    def _count(self, query):
        return list(self.killable.sql(query)[0])

    def _prepare(self, count=1):
        """Send documents to contacts, who were told so by mail and have opened them."""
        signers = self.killable.run("prepare", count=count)[1]
        self._finish()
        return signers

    def _sign(self, signer, kill=None):
        return self.killable.run("sign", kill, signature=self.signature, **signer)

    def _assert_whole(self, count, message=""):
        """Check that all signatures are there with all that belongs to them."""
        now = self._count(EVIDENCE)
        self.assertEqual(now, [self.signed + count] * len(now), message)

    def _finish(self):
        self.killable.run("finish")

    def _assert_followed(self):
        """Check that all that follows from all signatures happened, and once."""
        self.assertEqual(self._count(UNSETTLED), [0])
        signed = self._count(EVIDENCE)[0]
        followed = self._count(FOLLOWED)
        self.assertEqual(followed, [signed] * len(followed))
        mails, sent, unsent = self._count(MAILS)
        self.assertEqual((mails, unsent), (sent, 0))
        self.assertEqual(self.killable.run("verify")[1], [])

    # === THE WORKER === #

    def test_a_worker_killed_at_any_statement_of_a_signature(self):
        (signer,) = self._prepare()
        at, finished = 0, False
        while not finished and self._count(EVIDENCE)[0] == self.signed:
            self._assert_whole(0, f"killed at {at}")
            at += 1
            finished, _answer = self._sign(signer, ("worker", at))
        self._assert_whole(1, f"killed at {at}")
        self.assertGreater(at, 40)
        # whoever saw no answer presses again
        status, location = self._sign(signer)[1]
        self.assertEqual((status, location), (303, signer["path"]))
        self._assert_whole(1)
        self._finish()
        self._assert_followed()

    def test_a_worker_killed_at_any_statement_of_what_follows(self):
        (signer,) = self.killable.run("prepare", count=1)[1]
        statements = sum(map(self._kill_everywhere, ("outbox", "mails")))
        self._sign(signer)
        statements += sum(map(self._kill_everywhere, FOLLOWING))
        self.assertGreater(statements, 40)
        self._assert_whole(1)
        self._finish()
        self._assert_followed()

    def _kill_everywhere(self, job):
        """Kill a job at its first statement, at later ones ... until it has nothing left to do.

        What has been carried out is behind it: then the count begins anew.
        """
        statements = at = 0
        finished, settled = False, None
        while not finished:
            self.killable.pass_time()
            before, settled = settled, self._count(UNSETTLED)
            # together, many runs stop at all of them
            at = at + random.randint(1, 3) if before == settled else 1
            statements += 1
            finished, _answer = self.killable.run(job, ("worker", at))
        return statements

    # === THE DATABASE === #

    def test_the_database_killed_while_it_is_signed(self):
        """Its process behind the signature, or the whole server, at each eighth statement."""
        (signer,) = self._prepare()
        for number, at in enumerate(range(3, 200, 8)):
            who = "database" if number % 3 == 1 else "backend"
            self._sign(signer, (who, at))
            if who == "database":
                self.killable.restart_database()
            now = self._count(EVIDENCE)[0] - self.signed
            self._assert_whole(now, f"{who} killed at {at}")
            if now:
                break
        self.assertGreater(number, 4)
        self.assertEqual(self._sign(signer)[1][0], 303)
        self._assert_whole(1)
        self._finish()
        self._assert_followed()

    def test_the_database_killed_in_what_follows(self):
        (signer,) = self._prepare()
        self._sign(signer)
        for number, job in enumerate(FOLLOWING * 4):
            self.killable.pass_time()
            who = "database" if number % 4 == 1 else "backend"
            self.killable.run(job, (who, 3 + 5 * (number // 3)))
            if who == "database":
                self.killable.restart_database()
        self._assert_whole(1)
        self._finish()
        self._assert_followed()

    # === THE SERVER === #

    def test_a_server_killed_at_random_while_many_sign(self):
        """Several customers press until the page says that it is recorded."""
        signers = self._prepare(SIGNERS)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        give_up = time.monotonic() + PATIENCE
        statuses = []

        def press(signer):
            form = {**signer["form"], "act": "approve", "signature": self.signature}
            cookies = {"session_id": signer["session"]}
            status = None
            while status != 303 and time.monotonic() < give_up:
                try:
                    status = requests.post(
                        url + signer["path"],
                        data=form,
                        cookies=cookies,
                        allow_redirects=False,
                        timeout=PATIENCE,
                    ).status_code
                except requests.RequestException:
                    time.sleep(0.05)
            statuses.append(status)

        threads = [threading.Thread(target=press, args=(signer,)) for signer in signers]
        for thread in threads:
            thread.start()
        for number in range(KILLS):
            with self.killable.serve(port):
                self._wait(lambda: requests.get(f"{url}/web/health", timeout=5).ok, 0.05)
                self.killable.pass_time()
                time.sleep(random.random() / 2)
                if number == KILLS // 2:
                    self.killable.kill_database()
            self.killable.restart_database()
        with self.killable.serve(port):
            for thread in threads:
                thread.join()
            self._wait(self._is_settled, 1)
        self.assertEqual(statuses, [303] * SIGNERS)
        self._assert_whole(SIGNERS)
        self._assert_followed()

    def _wait(self, done, pause):
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                if done():
                    return
            except requests.RequestException:
                pass
            time.sleep(pause)
        self.fail(f"it takes too long:\n{self.killable.get_log()}")

    def _is_settled(self):
        self.killable.pass_time()
        return self._count(UNSETTLED) == [0]
