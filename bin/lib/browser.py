"""What a browser tour needs: Odoo skips it silently where something lacks."""

import importlib.util
import shutil
import sys

from say import CannotGoOn

# The names Odoo looks for, in its order.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def require_browser():
    if not any(map(shutil.which, BROWSERS)) and sys.platform != "darwin":
        raise CannotGoOn(
            "The tours need Chromium: install it (Debian: apt-get install chromium) or use --fast."
        )
    if importlib.util.find_spec("websocket") is None:
        raise CannotGoOn(
            "The tours need the Python package websocket-client: delete the folder venvs below "
            "CUSTOMER_DELIVERY_HOME and run this again."
        )
