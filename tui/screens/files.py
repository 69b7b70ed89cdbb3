"""What can be written to a file from Cloud Discovery: the executive report, and lists as data."""

from __future__ import annotations

from typing import cast

from textual import work

from sim.base.errors import UnsanctionedError
from sim.views import gateways
from sim.views.export import to_csv
from sim.views.files import new_path, reports_folder, write
from sim.views.portal_report import Part, Suffix, executive_report, export
from tui.actions import Action
from tui.forms import ChoiceField, FormScreen, TextField
from tui.screens.base import PlayScreen
from tui.screens.measure_forms import script_form

FILE_ACTIONS = (
    Action(
        "file.executive",
        "Executive",
        "generate the executive report: one HTML file to open in a browser",
        ("M",),
        "Written to the folder of your data; the message says where. In the portal: the three dots, "
        "Generate executive report.",
        when="data_to_write",
    ),
    Action(
        "file.export",
        "Export",
        "write apps, users, addresses or {machines} to a CSV or Parquet file",
        ("X",),
        "CSV opens in any spreadsheet, and none obeys what strangers wrote into names. Parquet is for "
        "programs. In the portal: Export.",
        when="data_to_write",
    ),
    Action(
        "file.script",
        "Block script",
        "generate a block script for an appliance, or the domains as CSV",
        ("B",),
        "For all unsanctioned apps of all reports, in one file to import by hand; without the import nothing "
        "is blocked. In the portal: the three dots, Generate block script.",
        when="unsanctioned",
    ),
)

_PARTS: tuple[tuple[Part, str], ...] = (
    ("apps", "Discovered apps"),
    ("user", "Users"),
    ("source_ip", "IP addresses"),
    ("machine", "{Machines}"),
)


class FileScreen(PlayScreen):
    """A screen from which a report can be written to a file."""

    def listed_apps(self) -> tuple[str, ...] | None:
        """Return the ids of the apps that an export is cut to; None is all of them."""
        return None

    def when_data_to_write(self) -> str:
        """Say that the report is empty, if so."""
        found = self.session.world.tenant.reports[self.play.report]
        return "" if found.last is not None else "this report holds no data"

    @work
    async def do_file_executive(self) -> None:
        """Ask for a name, and write the executive report."""
        form = FormScreen(
            "Generate executive report",
            (TextField("name", "Name", self.play.titled()),),
            about=f"{self.play.titled()}, last {self.play.days} days, as one HTML file.",
            verb="Generate",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            name = str(values["name"])
            page = executive_report(self.session, self.play.report, self.play.days, name)
            self._write(name or self.play.titled(), ".html", page)

    @work
    async def do_file_export(self) -> None:
        """Ask what and how, and write it."""
        only = self.listed_apps()
        form = FormScreen(
            "Export",
            (
                ChoiceField("part", "What", tuple((part, self.say(label)) for part, label in _PARTS)),
                ChoiceField("suffix", "As", ((".csv", "CSV"), (".parquet", "Parquet"))),
            ),
            about=f"{self.play.titled()}, last {self.play.days} days."
            + ("" if only is None else f" Of the apps only those listed: {len(only)}."),
            verb="Export",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            part, suffix = cast(Part, values["part"]), cast(Suffix, values["suffix"])
            content = export(self.session, self.play.report, part, suffix, self.play.days, only)
            self._write(self.say(dict(_PARTS)[part]), suffix, content)

    def when_unsanctioned(self) -> str:
        """Say that there is nothing to block, if so."""
        return "" if self.session.world.tenant.unsanctioned() else "no app is tagged Unsanctioned"

    @work
    async def do_file_script(self) -> None:
        """Ask for the appliance, and write its script."""
        scripts = {made.appliance.id: made for made in gateways.scripts(self.session)}
        values = await self.app.push_screen_wait(script_form(tuple(scripts.values())))
        if values is None:
            return
        made = scripts.get(str(values["appliance"]))
        if made is None:
            sheet = gateways.domains_sheet(self.session.world.tenant.unsanctioned())
            self._write("CAS_unsanctioned_domains", ".csv", to_csv(sheet))
        else:
            self._write(made.file_name.removesuffix(".txt"), ".txt", made.text.encode())

    def _write(self, stem: str, suffix: str, content: bytes) -> None:
        try:
            path = new_path(reports_folder(), stem, suffix)
            write(path, content)
        except UnsanctionedError as error:
            self.play.refuse(error)
            return
        self.notify(str(path), title="Written", markup=False, timeout=12)
