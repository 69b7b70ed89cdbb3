"""The forms of the two kinds of policies, and the commands that their values make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.errors import InputError, UnsanctionedError
from sim.engine.discovery.queries import parse_filters
from sim.engine.policy.policies import DEFAULT_DAILY_LIMIT, SEVERITIES, SUBJECTS, Criterion
from sim.session.answer import Answer
from sim.session.policy_commands import AS_DEFAULT, DEFAULT, OWN, SaveAnomalyPolicy, SavePolicy
from sim.views.policies import FormChoices, Learning, PolicyRow, TemplateRow, would_have
from tui.forms import Act, ChoiceField, Field, FormScreen, TextField, Values
from tui.screens.backtest import BacktestScreen

if TYPE_CHECKING:
    from tui.app import PlayApp

"""The reports a policy may watch: name, and what the period calls it."""
ALL_REPORTS = "All continuous reports"
BACKTEST = "backtest"
"""Value of the field `then`: look at the last 30 days before anything is saved."""

_BOTH = "users and IP addresses"


def policy_form(source: TemplateRow | PolicyRow, choices: FormChoices, act: Act) -> FormScreen:
    """Return the form, filled from a template or from a policy; `act` saves or back-tests what it holds."""
    title = f"Policy {source.name}" if isinstance(source, PolicyRow) else f"New policy: {source.name}"
    if source.learning is not None:
        about = "It learns for some days what is usual, and alerts on what is far from it. It tags nothing."
        return FormScreen(title, _anomaly_fields(source, source.learning, choices), about=about, act=act)
    about = "Alerts once per app and report within 90 days. > is strict: more than, never equal."
    return FormScreen(title, _fields(source, choices), about=about, act=act)


def command(
    source: TemplateRow | PolicyRow, values: Values, of_search: bool = False
) -> SavePolicy | SaveAnomalyPolicy:
    """Return the command that saves what the form holds; a search is no template."""
    saved = source if isinstance(source, PolicyRow) else None
    template = saved.template if saved else "" if of_search else source.name
    if not _text(values, "apps") and source.filters:
        template = ""  # a template without its filters is another policy
    reports, filters = _reports(source, str(values["report"])), _parts(values, "apps", ";")
    emails, phones = _parts(values, "emails"), _parts(values, "phones")
    playbook, settings = _text(values, "playbook"), str(values["alert_settings"])
    name, severity, limit = _text(values, "name"), str(values["severity"]), int(str(values["limit"]))
    policy_id, enabled = (saved.id, saved.enabled) if saved else ("", True)
    if source.learning is not None:
        watch = str(values["watch"])
        return SaveAnomalyPolicy(
            template,
            name,
            tuple(SUBJECTS) if watch == _BOTH else (watch,),
            int(_text(values, "share") or 0),
            _text(values, "after"),
            severity,
            daily_limit=limit,
            id=policy_id,
            enabled=enabled,
            description=_text(values, "description"),
            reports=reports,
            filters=filters,
            emails=emails,
            phones=phones,
            playbook=playbook,
            alert_settings=settings,
        )
    thresholds = {
        criterion.value: text for criterion in Criterion if (text := _text(values, criterion.name.lower()))
    }
    return SavePolicy(
        template,
        name,
        {criterion: int(text) for criterion, text in thresholds.items()},
        severity,
        daily_limit=limit,
        id=policy_id,
        enabled=enabled,
        more_tags=_parts(values, "tag"),
        description=_text(values, "description"),
        reports=reports,
        filters=filters,
        emails=emails,
        phones=phones,
        profile=_text(values, "profile"),
        playbook=playbook,
        alert_settings=settings,
    )


def save_or_show(app: PlayApp, made: SavePolicy | SaveAnomalyPolicy, then: object) -> Answer | None:
    """Save a policy, or show first what it would have done; None where nothing is saved."""
    if then != BACKTEST:
        return app.submit(made)
    assert app.session is not None
    try:
        found = would_have(app.session, made)
    except UnsanctionedError as error:
        app.refuse(error)
    else:
        app.push_screen(BacktestScreen(made.name, made, found))
    return None


def _fields(source: TemplateRow | PolicyRow, choices: FormChoices) -> list[Field]:
    given = {name: str(threshold) for name, threshold in source.criteria}
    criteria = [
        TextField(c.name.lower(), f"{c.value} >", given.get(c.value, ""), "empty: not asked", check=_whole)
        for c in sorted(Criterion, key=lambda each: each.value not in given)
    ]
    first, rest = criteria[: len(given)], criteria[len(given) :]
    tags = ", ".join(source.tags) if isinstance(source, PolicyRow) else ""
    hint = "empty: only alert; Unsanctioned blocks, your own words are labels"
    return [
        *_head(source),
        *first,
        *_middle(source, choices),
        TextField("tag", "Tag app as", tags, hint),
        *_profile(source, choices),
        *_details(source),
        *rest,
        *_notify(source, choices),
    ]


def _anomaly_fields(source: TemplateRow | PolicyRow, learning: Learning, choices: FormChoices) -> list[Field]:
    watched = learning.watch[0] if len(learning.watch) == 1 else _BOTH
    share = str(learning.per_thousand or "")
    return [
        *_head(source),
        ChoiceField("watch", "Watch", tuple((name, name) for name in (_BOTH, *SUBJECTS)), watched),
        TextField(
            "share", "Top anomalies", share, "for 1,000 users and week; empty: every event", check=_whole
        ),
        TextField("after", "Only after", learning.after, "a day such as 2019-12-20; empty: always"),
        *_middle(source, choices),
        *_details(source),
        *_notify(source, choices),
    ]


def _head(source: TemplateRow | PolicyRow) -> list[Field]:
    severities = tuple((word, word) for word in reversed(SEVERITIES))
    return [
        TextField("name", "Policy name", source.name, check=_named),
        ChoiceField("severity", "Severity", severities, source.severity),
    ]


def _middle(source: TemplateRow | PolicyRow, choices: FormChoices) -> list[Field]:
    saved = source if isinstance(source, PolicyRow) else None
    names = saved.report_names if saved else ()
    chosen = names[0] if len(names) == 1 else saved.reports if saved else ALL_REPORTS
    whole = dict.fromkeys((ALL_REPORTS, chosen)) if len(names) != 1 else {ALL_REPORTS: None}
    limit = str(saved.daily_limit if saved else DEFAULT_DAILY_LIMIT)
    return [
        ChoiceField("report", "Apply to", (*((name, name) for name in whole), *choices.reports), chosen),
        TextField("limit", "Daily alert limit", limit, check=_limit),
    ]


def _details(source: TemplateRow | PolicyRow) -> list[Field]:
    return [
        TextField("description", "Description", source.description),
        TextField(
            "apps",
            "Apps matching",
            "; ".join(source.filters),
            "every app, or: category equals Cloud storage; risk score equals 0 to 5",
            check=_filters,
        ),
    ]


def _profile(source: TemplateRow | PolicyRow, choices: FormChoices) -> list[Field]:
    """Return whom the tag holds for, where there are scoped profiles."""
    if not choices.profiles:
        return []
    offered = (("", "Every device"), *((name, name) for name in choices.profiles))
    return [
        ChoiceField("profile", "Holds for", offered, source.profile if isinstance(source, PolicyRow) else "")
    ]


def _notify(source: TemplateRow | PolicyRow, choices: FormChoices) -> list[Field]:
    saved = source if isinstance(source, PolicyRow) else None
    emails, phones = (saved.emails, saved.phones) if saved else ((), ())
    fields: list[Field] = [TextField("emails", "Send e-mail to", ", ".join(emails), "500 a day at most")]
    if choices.text_messages:
        fields.append(TextField("phones", "Text message to", ", ".join(phones), "10 a day at most"))
    if choices.playbooks:
        playbook = saved.playbook if saved else ""
        fields.append(TextField("playbook", "Playbook", playbook, "of Power Automate, run for each alert"))
    settings = [(OWN, "As written here"), (AS_DEFAULT, "As here, and keep as the organisation's default")]
    held = choices.default_alerts
    if held is not None:
        told = ", ".join((f"{held.daily_limit} a day", *held.emails, *held.phones))
        settings.append((DEFAULT, f"The organisation's default: {told}"))
    return [
        *fields,
        ChoiceField("alert_settings", "Limit, e-mail", tuple(settings)),
        ChoiceField(
            "then", "Then", (("save", "Save it"), (BACKTEST, "Back-test it first, on the last 30 days"))
        ),
    ]


def _reports(source: TemplateRow | PolicyRow, chosen: str) -> tuple[str, ...]:
    if isinstance(source, PolicyRow) and chosen == source.reports:
        return source.report_names
    return () if chosen == ALL_REPORTS else (chosen,)


def _text(values: Values, field: str) -> str:
    """Return what a field holds; nothing where the period's form lacks it."""
    return str(values.get(field, "")).strip()


def _parts(values: Values, field: str, by: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(values, field).split(by) if part.strip())


def _named(text: str) -> str:
    return "" if text else "a policy needs a name"


def _whole(text: str) -> str:
    return "" if not text or (text.isdecimal() and len(text) <= 9) else "write a whole number"


def _limit(text: str) -> str:
    wrong = not text.isdecimal() or not 1 <= int(text) <= 1000
    return "write a number from 1 to 1000" if wrong else ""


def _filters(text: str) -> str:
    try:
        parse_filters(part for part in text.split(";") if part.strip())
    except InputError as error:
        return "; ".join(f"{problem.what}: {problem.advice}" for problem in error.problems)
    return ""
