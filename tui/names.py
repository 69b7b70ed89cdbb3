"""What the palette finds by name: the apps, users and machines that the portals show by now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from tui.palette import Named, NameProvider


class EntityProvider(NameProvider):
    """Offers discovered apps and users of the chosen report, and machines with their timelines."""

    def names(self) -> Sequence[Named]:
        """Return every entity that may be found now; none while nothing is played."""
        # The palette's provider is there with the library, which must not wait for the views.
        from sim.views import discovery, endpoint
        from tui.app import PlayApp

        play = cast(PlayApp, self.app)
        session = play.session
        if session is None:
            return []
        found = [
            Named(row.name, "app", partial(play.open, "app", row.app_id))
            for row in discovery.apps(session, play.report, days=play.days)
        ]
        found += [
            Named(row.name, "user", partial(play.open, "user", row.name))
            for row in discovery.entities(session, play.report, "user", play.days)
        ]
        found += [
            Named(row.name, play.portal.say("{machine} timeline"), partial(play.open, "timeline", row.name))
            for row in endpoint.machines(session)
        ]
        return found
