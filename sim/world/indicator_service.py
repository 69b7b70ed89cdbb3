"""The service behind the list of indicators: from a form or a tag to what machines get that pull.

Indicators follow the tags after a while, and are offered a while after they were listed; each step is an
event that realises the traffic before it.
"""

from __future__ import annotations

from functools import partial

from sim.engine.enforcement.indicators import Indicator, IndicatorForm
from sim.engine.tenant import Tenant
from sim.world.channel import Channel, offer
from sim.world.clockwork import Clockwork
from sim.world.judge import Judge
from sim.world.pending import Pending
from sim.world.plane import Plane

SERVICE = "service"
"""Actor of what the cloud services do by themselves."""


class IndicatorService:
    """Lists, synchronises, offers and expires indicators."""

    def __init__(
        self, tenant: Tenant, channel: Channel, judge: Judge, plane: Plane, clock: Clockwork
    ) -> None:
        self._tenant, self._channel, self._judge, self._plane = tenant, channel, judge, plane
        self._clock = clock
        self.offers_due: Pending[int] = Pending()
        """When the service is due to offer (or stop offering) indicators, by their numbers."""
        self.syncs_due: Pending[str | None] = Pending()
        """When indicators are due to follow the tags: by app id, and by None of every app."""

    def add(self, actor: str, form: IndicatorForm) -> Indicator:
        """Make an indicator by hand; the service offers it to machines later."""
        self._clock.realise()
        indicator = self._tenant.indicators.add(self._clock.now(), form, actor)
        self._clock.write(self._clock.now(), actor, "Create indicator", indicator.value, indicator.id)
        self._offer_later([indicator])
        self._expire_later(indicator)
        return indicator

    def change(self, actor: str, indicator_id: str, form: IndicatorForm) -> Indicator:
        """Save an indicator's form again; a tag's own settings come back with the next synchronisation."""
        self._clock.realise()
        held = self._tenant.indicators.find(indicator_id)
        changed = self._tenant.indicators.change(self._clock.now(), actor, held, form)
        self._clock.write(self._clock.now(), actor, "Update indicator", changed.value, changed.id)
        self._offer_later([changed])
        self._expire_later(changed)
        if changed.by_tag and changed.app_id is not None:
            self.follow_tags(changed.app_id)
        return changed

    def _expire_later(self, indicator: Indicator) -> None:
        if indicator.expires is not None:
            self._clock.at(indicator.expires, self._expire)

    def _expire(self) -> None:
        self._clock.realise()
        gone = self._tenant.indicators.expire(self._clock.now())
        for indicator in gone:
            self._clock.write(self._clock.now(), SERVICE, "Indicator expired", indicator.value, indicator.id)
        self._offer_later(gone)

    def remove(self, actor: str, indicator_id: str) -> None:
        """Take an indicator off the list by hand."""
        self._clock.realise()
        gone = self._tenant.indicators.remove(self._clock.now(), self._tenant.indicators.find(indicator_id))
        self._clock.write(self._clock.now(), actor, "Remove indicator", gone.value, gone.id)
        self._offer_later([gone])

    def follow_tags(self, app_id: str | None) -> None:
        """Let indicators follow the tags: of one app, or of every app when the switches changed."""
        hop, keys = ("block_setting", ()) if app_id is None else ("tag_to_indicator", (app_id,))
        due = self._clock.now() + self._clock.delay(hop, *keys)
        self.syncs_due.add(app_id, due)
        self._clock.at(due, partial(self._sync, due, app_id))

    def _sync(self, due: int, app_id: str | None) -> None:
        self._clock.realise()
        changed = self._tenant.sync_app(self._clock.now(), app_id)
        self.syncs_due.done(app_id, due)
        self._offer_later(changed)

    def _offer_later(self, changed: list[Indicator]) -> None:
        self._channel.know(self._tenant.indicators.all)
        self.relist()
        for indicator in changed:
            due = self._clock.now() + self._clock.delay("indicator_offer", indicator.value)
            self.offers_due.add(indicator.number, due)
            self._clock.at(due, partial(self._offer, due, indicator.number))

    def _offer(self, due: int, number: int) -> None:
        self._clock.realise()
        self.offers_due.done(number, due)
        indicator = self._tenant.indicators.all[number]
        offer(self._channel.offered, indicator)
        self.publish()
        self._clock.write(self._clock.now(), SERVICE, "Offer indicators", indicator.value, indicator.id)

    def publish(self) -> None:
        """Let what is offered now be what machines get that pull from now on."""
        self._channel.publish(self._clock.now(), self._plane.oldest_pull(self._clock.now()))

    def relist(self) -> None:
        """Let the portal's list be what is promised from now on."""
        listed = self._tenant.indicators.present() if self._channel.custom_indicators else ()
        self._judge.listed = self._channel.listing(listed)
