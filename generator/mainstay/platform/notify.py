"""Notifications through apprise: one address per service, such as `slack://…`, `mailtos://…` or `json://…`."""

from __future__ import annotations

import logging


def notify(address: str, title: str, body: str) -> str | None:
    """Send a message to the service at `address`; why it did not get there, or None.

    Nothing is raised and nothing is logged: an address holds secrets, and apprise's own messages may hold parts of it.
    """
    logger = logging.getLogger("apprise")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        import apprise  # noqa: PLC0415 - heavy, and only needed when something failed

        sender = apprise.Apprise()
        if not sender.add(address):
            return "apprise does not know what to do with such an address"
        return None if sender.notify(title=title, body=body) else "the service did not take it"
    except Exception as error:  # noqa: BLE001 - a hundred plugins may raise anything; none of it concerns the backup
        return f"apprise failed ({type(error).__name__})"
    finally:
        logger.setLevel(level)
