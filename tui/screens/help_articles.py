"""The help articles of the era, as a trainee finds them; two of them disagree."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from sim.views import documents
from sim.views.documents import Article
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import safe, safe_lines
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, Reader
from tui.widgets.grid import Grid
from tui.widgets.table import Table

ARTICLES = Scope(
    "articles",
    "Help articles",
    "What the products' own documentation said at the time. Nobody checked that its pages agree "
    "with each other, or that they agree with the product.",
    (),
)
ARTICLE = Scope("article", "Help article", "One page of the products' documentation.", ())

COLUMNS: tuple[Column[Article], ...] = (
    Column("title", "Article", lambda row: row.title, 46, 30, 1, priority=0),
    Column("portal", "Product", lambda row: row.portal, 20, tone=lambda row: "muted"),
)


class HelpArticlesScreen(PlayScreen, scope=ARTICLES):
    """Lists the articles."""

    PLACE = "help_articles"
    KIND = ViewKind.SIMULATOR

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[Article] = Table(
            COLUMNS, lambda row: row.id, empty="This era has no help articles."
        )

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and how the chosen article begins."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the articles in reading order."""
        self.crumbs = ("Help articles",)
        self.table.set_rows(documents.articles(self.session.resolved.scenario.era))

    def on_grid_highlighted(self) -> None:
        """Show the first paragraph."""
        row = self.table.grid.selected_row
        beginning = row.text.partition("\n")[0] if row else ""
        self.query_one(Detail).show([safe(beginning, "muted")] if row else [])

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the article."""
        row = self.table.grid.selected_row
        if row is not None:
            self.app.push_screen(ArticleScreen(row))

    def own_hint(self) -> str:
        """Say how to read one."""
        return "`enter` opens the chosen article; `/` searches the titles"


class ArticleScreen(PlayScreen, scope=ARTICLE):
    """One article."""

    PLACE = "help_article"
    KIND = ViewKind.SIMULATOR

    def __init__(self, article: Article) -> None:
        super().__init__()
        self.article = article

    def compose_body(self) -> ComposeResult:
        """Lay out the page."""
        yield Reader()

    def refresh_view(self) -> None:
        """Write the page."""
        self.crumbs = ("Help articles", self.article.title)
        self.query_one(Reader).show(
            [
                safe(self.article.title, "strong"),
                safe(self.article.portal, "muted"),
                Content(""),
                safe_lines(self.article.text),
            ]
        )

    def own_hint(self) -> str:
        """Say how to leave."""
        return "`esc` goes back to the list"
