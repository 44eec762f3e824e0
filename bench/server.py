"""Odoo's command as a file: with several workers it starts itself once more by its own name."""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
