"""What a person sees when a connection ends: the browser's page, and the notification of the system.

SmartScreen has a page of its own; network protection cuts the connection below the browser, which can only
say that it is not secure, and the system's notification says why (MDE/web-protection-overview.md,
MDE/network-protection.md; documented). The errors of Chrome and Firefox: MicrosoftDocs/CloudAppSecurityDocs
issue 589, third-party. Linux shows nothing of its own (MDE/network-protection-linux.md; documented).
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.engine.enforcement.facts import Engine, Outcome, System, engine_of
from sim.engine.portal import Portal

_ERRORS: Mapping[str, str] = {
    "chrome.exe": "This site can't provide a secure connection (ERR_SSL_VERSION_OR_CIPHER_MISMATCH)",
    "firefox.exe": "Secure Connection Failed (SSL_ERROR_NO_CYPHER_OVERLAP)",
}
_NOTIFIES: Mapping[System, str] = {
    System.WINDOWS: "Windows",
    System.SERVER: "Windows",
    System.MACOS: "Microsoft Defender",
}
"""Who shows the notification; MDE/network-protection-macos.md, documented."""


def shown(outcome: Outcome, portal: Portal, system: System, process: str, link: str = "") -> str:
    """Return what the page and the notification say; `link` is the indicator's address for people, if any."""
    if outcome is Outcome.GATEWAY_BLOCKED:
        return "the gateway's own page: access denied by policy"
    if outcome is Outcome.ACCESS_DENIED:
        return "the sign-in is refused: your organisation blocks access from this client"
    if outcome not in {Outcome.BLOCKED, Outcome.WARNED}:
        return "the page opens"
    if engine_of(system, process) is Engine.SMARTSCREEN:
        return _smartscreen(outcome, portal, link)
    page = _ERRORS.get(process.lower(), "connection reset")
    return "; ".join(part for part in (page, _notification(outcome, system, link)) if part)


def _smartscreen(outcome: Outcome, portal: Portal, link: str) -> str:
    if outcome is Outcome.WARNED:
        more = f" and a link to {link}" if link else ""
        return f"a warning page: your organisation asks you to keep away, with the button Allow{more}"
    if portal.key == "2019":
        # CAS/wdatp-integration.md, its screenshot; observed.
        return (
            "an error page, 403: blocked by your organisation; Windows says it was blocked by your IT admin"
        )
    more = f", with the link Visit the support page ({link})" if link else ""
    return f"a red page: blocked by your organisation{more}"


def _notification(outcome: Outcome, system: System, link: str) -> str:
    who = _NOTIFIES.get(system)
    if who is None:
        return ""
    more = f"; a click on it opens {link}" if link else ""
    if outcome is Outcome.WARNED:
        return f"{who} warns of it (OK, Unblock, Feedback){more}"
    return f"{who} says the connection was blocked by your IT admin (OK, Feedback){more}"
