"""From tags to indicators, on a tenant of its own with fictional apps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import DAY
from sim.engine.catalog.app import App
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.streams import WIN10
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import IndicatorForm
from sim.engine.enforcement.scopes import ProfileType, Scope, ScopedProfile
from sim.engine.portal import MONITORED, PORTALS, SANCTIONED, UNSANCTIONED
from sim.engine.settings_pages import WARN_URL
from sim.engine.tenant import BLOCK_UNSANCTIONED, INTEGRATION, Tenant

ME = "analyst"


def app(name: str, *domains: str) -> App:
    """Return an app with these domains."""
    return App(name, name.title(), "Cloud storage", "Vendor", f"https://{domains[0]}", domains, "")


APPS = (
    app("alpha", "alpha.example", "cdn.alpha.example", "shared.example"),
    app("beta", "beta.example", "shared.example"),
    app("paths", "paths.example/team", "other.example/team"),
)


def tenant(period: str = "today", *, on: bool = True) -> Tenant:
    """Return a tenant whose switches are on."""
    found = Tenant(
        PORTALS[period],
        Catalog(APPS),
        (),
        People({}, {}),
        Pseudonyms(b"key"),
        device_groups=("Finance", "Sales"),
    )
    for name in (INTEGRATION, BLOCK_UNSANCTIONED) if on else ():
        found.switch(0, ME, name, True)
    return found


def rows(found: Tenant) -> dict[str, Held]:
    """Return what the list holds."""
    return {indicator.value: indicator.action for indicator in found.indicators.present()}


def tagged(found: Tenant, app_id: str, tag: str, profile: str = "") -> list[str]:
    """Tag an app and synchronise; return the values that changed."""
    found.tag(1, ME, app_id, tag, profile)
    return [indicator.value for indicator in found.sync_app(2, app_id)]


@pytest.mark.fact("indicator.domain-per-host", "indicator.action.2019", "indicator.severity.2019")
def test_each_domain_of_an_unsanctioned_app_is_blocked():
    """One indicator a domain, for every machine, with its alert and for ever."""
    found = tenant("2019")
    assert tagged(found, "alpha", UNSANCTIONED) == ["alpha.example", "cdn.alpha.example", "shared.example"]
    for indicator in found.indicators.present():
        assert (indicator.action, indicator.severity) == (Held.BLOCK, "High")
        assert (indicator.scope, indicator.expires, indicator.generate_alert) == (Scope(), None, True)
        assert indicator.by_tag


@pytest.mark.fact("indicator.created-by")
def test_a_tags_indicator_names_its_maker():
    """The service, not the analyst; with a title, and for ever."""
    found = tenant()
    tagged(found, "alpha", UNSANCTIONED)
    made = found.indicators.present()[0]
    assert (made.created_by, made.expires) == ("Microsoft Defender for Cloud Apps", None)
    assert made.title


@pytest.mark.fact("indicator.action.today")
def test_monitored_warns_and_unsanctioned_blocks():
    """Today; a change from one to the other makes new indicators."""
    found = tenant()
    tagged(found, "alpha", MONITORED)
    assert set(rows(found).values()) == {Held.WARN}
    tagged(found, "alpha", UNSANCTIONED)
    assert set(rows(found).values()) == {Held.BLOCK}
    assert len(found.indicators.all) == 6


def test_a_notification_address_that_no_indicator_could_carry_is_refused():
    """Two words are no address."""
    with pytest.raises(CommandRefused, match="https://"):
        tenant().save_setting(0, ME, WARN_URL, "https://help.example/two words")


def test_monitored_does_not_exist_in_2019():
    """The tag is refused."""
    with pytest.raises(CommandRefused, match="no tag 'Monitored' in this period"):
        tenant("2019").tag(0, ME, "alpha", MONITORED)


@pytest.mark.fact("indicator.no-allow-for-sanctioned")
def test_sanctioned_makes_nothing():
    """No allow indicator; and an app without a tag neither."""
    found = tenant()
    assert tagged(found, "alpha", SANCTIONED) == tagged(found, "beta", "") == []
    assert rows(found) == {}


@pytest.mark.fact("gate.tag-alone")
@pytest.mark.parametrize("missing", [INTEGRATION, BLOCK_UNSANCTIONED])
def test_a_tag_without_the_switches_is_a_label(missing: str):
    """Both must be on; when one goes off, the next synchronisation takes the indicators away."""
    found = tenant()
    found.switch(0, ME, missing, False)
    assert tagged(found, "alpha", UNSANCTIONED) == []
    found.switch(0, ME, missing, True)
    assert len(found.sync_app(3, "alpha")) == 3
    found.switch(0, ME, missing, False)
    assert len(found.sync_app(4, "alpha")) == 3
    assert rows(found) == {}


@pytest.mark.parametrize("tag", ["", SANCTIONED])
def test_taking_the_tag_back_removes_the_indicators(tag: str):
    """Re-sanctioned or cleared; what a person made stays."""
    found = tenant()
    tagged(found, "alpha", UNSANCTIONED)
    found.indicators.add(2, IndicatorForm(value="alpha.example", action=Held.ALLOW), ME)
    assert tagged(found, "alpha", tag) == ["alpha.example", "cdn.alpha.example", "shared.example"]
    assert rows(found) == {"alpha.example": Held.ALLOW}


@pytest.mark.fact("bypass.full-url")
def test_an_app_known_by_full_urls_gets_no_indicator():
    """It is tagged, and nothing follows."""
    found = tenant()
    assert tagged(found, "paths", UNSANCTIONED) == []


@pytest.mark.fact("bypass.shared-domain")
def test_a_shared_domain_stays_blocked_while_one_of_its_apps_is_unsanctioned():
    """One indicator stands for both; the last to let go removes it."""
    found = tenant()
    tagged(found, "alpha", UNSANCTIONED)
    assert tagged(found, "beta", UNSANCTIONED) == ["beta.example"]
    assert "shared.example" not in tagged(found, "alpha", "")
    assert rows(found) == {"beta.example": Held.BLOCK, "shared.example": Held.BLOCK}
    tagged(found, "beta", "")
    assert rows(found) == {}


@pytest.mark.fact("bypass.shared-domain")
def test_on_a_shared_domain_the_strictest_tag_decides():
    """Unsanctioned before Monitored, in either order, and after one of them has let go."""
    first, second = tenant(), tenant()
    tagged(first, "alpha", UNSANCTIONED)
    tagged(first, "beta", MONITORED)
    tagged(second, "beta", MONITORED)
    tagged(second, "alpha", UNSANCTIONED)
    for found in (first, second):
        assert rows(found)["shared.example"] is Held.BLOCK
        tagged(found, "alpha", "")
        assert rows(found) == {"beta.example": Held.WARN, "shared.example": Held.WARN}


@pytest.mark.fact("limit.indicators.2019")
def test_a_full_list_is_written_down_domain_by_domain():
    """The tag stays; the governance log says which domains are not blocked."""
    found = tenant("2019")
    one = found.indicators.add(0, IndicatorForm(value="filler.example", action=Held.BLOCK), ME)
    limit = found.portal.indicator_limit
    found.indicators.all += [replace(one, number=n, value=f"d{n}.example") for n in range(1, limit - 1)]
    assert tagged(found, "alpha", UNSANCTIONED) == ["alpha.example"]
    refused = [entry for entry in found.log if entry.action == "Indicator not created"]
    assert [entry.target for entry in refused] == ["cdn.alpha.example", "shared.example"]
    assert all(f"{limit} indicators" in entry.detail for entry in refused)


@pytest.mark.fact("indicator.alert-stays-on")
def test_a_cleared_alert_comes_back():
    """The service ticks the box again."""
    found = tenant()
    tagged(found, "alpha", UNSANCTIONED)
    held = found.indicators.present()[0]
    form = IndicatorForm(value=held.value, action=held.action, title=held.title, generate_alert=False)
    assert not found.indicators.change(3, ME, held, form).generate_alert
    assert [indicator.value for indicator in found.sync_app(4, "alpha")] == [held.value]
    assert found.indicators.find(held.id).generate_alert


@pytest.mark.fact("indicator.scope-overridden")
def test_a_scope_set_by_hand_is_overridden():
    """The service sets it back and says so."""
    found = tenant()
    tagged(found, "alpha", UNSANCTIONED)
    held = found.indicators.present()[0]
    form = IndicatorForm(value=held.value, action=held.action, title=held.title, scope=Scope(("Sales",)))
    found.indicators.change(3, ME, held, form)
    found.sync_app(4, "alpha")
    assert found.indicators.find(held.id).scope == Scope()
    assert found.log[-1].action == "Update indicator"


@pytest.mark.fact("scope.include", "scope.exclude")
def test_a_profile_scopes_what_the_tag_makes():
    """Include for its groups only, Exclude for everybody else."""
    found = tenant()
    only, but = Scope(("Sales",)), Scope(("Sales",), ProfileType.EXCLUDE)
    found.profiles.save(ScopedProfile("sellers", only))
    found.profiles.save(ScopedProfile("others", but))
    tagged(found, "alpha", UNSANCTIONED, "sellers")
    tagged(found, "beta", UNSANCTIONED, "others")
    scopes = {indicator.value: indicator.scope for indicator in found.indicators.present()}
    assert (scopes["alpha.example"], scopes["beta.example"]) == (only, but)
    sales, finance = found.listed("Sales"), found.listed("Finance")
    assert sales.decides("alpha.example") is not None
    assert finance.decides("alpha.example") is None
    assert sales.decides("beta.example") is None
    assert finance.decides("beta.example") is not None


@pytest.mark.fact("scope.change-by-retag")
def test_a_profile_is_changed_by_tagging_again():
    """The same tag with another profile is refused; without the tag in between it goes."""
    found = tenant()
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    tagged(found, "alpha", UNSANCTIONED)
    with pytest.raises(CommandRefused, match="the profile of a tag stays"):
        found.tag(3, ME, "alpha", UNSANCTIONED, "sellers")
    tagged(found, "alpha", "")
    tagged(found, "alpha", UNSANCTIONED, "sellers")
    assert {str(indicator.scope) for indicator in found.indicators.present()} == {"only Sales"}


def test_a_changed_profile_moves_the_indicators_of_its_apps():
    """With the next synchronisation; nothing moves where only the description changed."""
    found = tenant()
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    tagged(found, "alpha", UNSANCTIONED, "sellers")
    assert not found.profiles.change(ScopedProfile("sellers", Scope(("Sales",)), "on the road"))
    assert found.sync_app(2, "alpha") == []
    assert found.profiles.change(ScopedProfile("sellers", Scope(("Finance",))))
    assert found.profiles.apps("sellers") == ["alpha"]
    assert len(found.sync_app(3, "alpha")) == 3
    assert {str(indicator.scope) for indicator in found.indicators.present()} == {"only Finance"}
    with pytest.raises(CommandRefused, match="no profile 'buyers'"):
        found.profiles.change(ScopedProfile("buyers", Scope(("Finance",))))
    with pytest.raises(CommandRefused, match="no device group 'Finanse'"):
        found.profiles.change(ScopedProfile("sellers", Scope(("Finanse",))))


def test_a_profile_is_removed_once_no_tag_holds_with_it():
    """Until then its removal would block everybody."""
    found = tenant()
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    tagged(found, "alpha", UNSANCTIONED, "sellers")
    with pytest.raises(CommandRefused, match="the tag of alpha holds with the profile sellers"):
        found.remove_profile(2, ME, "sellers")
    tagged(found, "alpha", SANCTIONED)
    found.remove_profile(3, ME, "sellers")
    assert found.profiles.all == {}
    assert found.log[-1].action == "Remove scoped profile"
    with pytest.raises(CommandRefused, match="no profile 'sellers'"):
        found.remove_profile(4, ME, "sellers")


@pytest.mark.fact("scope.needs-enforcement")
def test_a_profile_needs_app_access_to_be_enforced():
    """Without it there is nothing to scope."""
    found = tenant(on=False)
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    with pytest.raises(CommandRefused, match="only while app access is enforced"):
        found.tag(0, ME, "alpha", UNSANCTIONED, "sellers")


@pytest.mark.fact("scope.monitored-needs-data")
def test_a_profile_for_monitored_needs_fresh_data_of_machines():
    """Data of the last 30 days in the endpoint report."""
    found = tenant()
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    for updated in (None, 40 * DAY - 31 * DAY):
        if updated is not None:
            found.streams.updated[WIN10] = updated
        with pytest.raises(CommandRefused, match="no data of the last 30 days"):
            found.tag(40 * DAY, ME, "alpha", MONITORED, "sellers")
    found.streams.updated[WIN10] = 39 * DAY
    assert found.tag(40 * DAY, ME, "alpha", MONITORED, "sellers")


@pytest.mark.fact("scope.none.2019", "indicator.whole-organisation")
def test_in_2019_a_tag_is_for_every_machine():
    """No profile can be chosen."""
    found = tenant("2019")
    with pytest.raises(CommandRefused, match="everybody in this period"):
        found.tag(0, ME, "alpha", UNSANCTIONED, "sellers")
    tagged(found, "alpha", UNSANCTIONED)
    assert {indicator.scope for indicator in found.indicators.present()} == {Scope()}


def test_a_profile_is_refused_with_everything_that_is_wrong():
    """No name, no groups, unknown groups, a name that is taken."""
    found = tenant()
    with pytest.raises(CommandRefused) as refused:
        found.profiles.save(ScopedProfile(" ", Scope(())))
    assert [p.rule for p in refused.value.problems] == ["PROFILE-NAME", "PROFILE-EMPTY"]
    with pytest.raises(CommandRefused, match="did you mean 'Sales'"):
        found.profiles.save(ScopedProfile("sellers", Scope(("Salse",))))
    found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    with pytest.raises(CommandRefused, match="there is a profile 'sellers'"):
        found.profiles.save(ScopedProfile("sellers", Scope(("Sales",))))
    with pytest.raises(CommandRefused, match="no profile 'sellars'; did you mean 'sellers'"):
        found.tag(0, ME, "alpha", UNSANCTIONED, "sellars")


def test_every_change_of_the_list_is_in_the_governance_log():
    """Create, update and remove, each under the service's name."""
    found = tenant()
    tagged(found, "beta", UNSANCTIONED)
    tagged(found, "beta", "")
    service = [(entry.action, entry.target) for entry in found.log if entry.actor != ME]
    assert service == [
        ("Create indicator", "beta.example"),
        ("Create indicator", "shared.example"),
        ("Remove indicator", "beta.example"),
        ("Remove indicator", "shared.example"),
    ]
