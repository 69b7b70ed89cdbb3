"""The form of an app discovery policy, and the command that its values make."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.policy.policies import DEFAULT_DAILY_LIMIT
from sim.session.policy_commands import SavePolicy
from sim.views.policies import PolicyRow, TemplateRow
from tui.forms import ChoiceField, Field, FormScreen, TextField, Values

SEVERITIES = ("High", "Medium", "Low")
ALL_REPORTS = "All continuous reports"


def policy_form(source: TemplateRow | PolicyRow, reports: Sequence[str]) -> FormScreen:
    """Return the form, filled from a template or from a saved policy."""
    saved = source if isinstance(source, PolicyRow) else None
    chosen = saved.report_names if saved else ()
    fields: list[Field] = [
        TextField("name", "Policy name", source.name, check=_named),
        ChoiceField("severity", "Severity", tuple((word, word) for word in SEVERITIES), source.severity),
        *(
            TextField(f"criterion{number}", f"{name} >", str(threshold), check=_whole)
            for number, (name, threshold) in enumerate(source.criteria)
        ),
        ChoiceField(
            "report",
            "Apply to",
            tuple((name, name) for name in (ALL_REPORTS, *reports)),
            chosen[0] if len(chosen) == 1 else ALL_REPORTS,
        ),
        TextField(
            "limit",
            "Daily alert limit",
            str(saved.daily_limit if saved else DEFAULT_DAILY_LIMIT),
            check=_limit,
        ),
        TextField(
            "tag",
            "Tag app as",
            ", ".join(saved.tags) if saved else "",
            placeholder="empty: only alert; Unsanctioned blocks, your own word is a label",
        ),
    ]
    about = "Alerts once per app and report within 90 days. > is strict: more than, never equal."
    title = f"Policy {source.name}" if saved else f"New policy: {source.name}"
    return FormScreen(title, fields, about=about)


def command(source: TemplateRow | PolicyRow, values: Values, of_search: bool = False) -> SavePolicy:
    """Return the command that saves what the form holds; a search is no template."""
    saved = source if isinstance(source, PolicyRow) else None
    report = str(values["report"])
    return SavePolicy(
        saved.template if saved else "" if of_search else source.name,
        str(values["name"]),
        {name: int(str(values[f"criterion{n}"])) for n, (name, _) in enumerate(source.criteria)},
        str(values["severity"]),
        () if report == ALL_REPORTS else (report,),
        int(str(values["limit"])),
        "",
        saved.id if saved else "",
        saved.enabled if saved else True,
        source.filters,
        tuple(part.strip() for part in str(values["tag"]).split(",")),
        saved.description if saved else "",
        saved.emails if saved else (),
        saved.phones if saved else (),
    )


def _named(text: str) -> str:
    return "" if text else "a policy needs a name"


def _whole(text: str) -> str:
    return "" if text.isdecimal() and len(text) <= 9 else "write a whole number"


def _limit(text: str) -> str:
    wrong = not text.isdecimal() or not 1 <= int(text) <= 1000
    return "write a number from 1 to 1000" if wrong else ""
