"""McAfee Web Gateway, now Skyhigh: pairs of the appliance or the cloud, and the default access log.

The layout of `access.log` is its header line (documented by the vendor's community pages): `#time_stamp
"auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type" bytes_to_client
"user_agent" "virus_name" "block_res"`; newer versions put `bytes_from_client` behind `bytes_to_client`
(guess). `block_res` 0 is a request let through. The pairs come in three shapes, all observed: with
`source_ip` and `source_bytes` (appliance), with `client_ip` and `client_to_server_bytes` (cloud), and as
`mwg: status="403/80" ... bytes="458/509/2813889/3001"` (appliance for Splunk), where the four sizes go from
the client, to the server, from the server and to the client, and the second number of `status` is the
reason for a block, 0 being none (guess).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, local, sure, with_header
from sim.engine.discovery.formats.fields import epoch, instant, known, whole
from sim.engine.discovery.formats.looks import explainer, lacks, share
from sim.engine.discovery.formats.pairs import among, pairs, url_host

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("date", "request_timestamp_epoch", "request_timestamp", "username", "user"),
    *("client_ip", "source_ip", "srcip", "client_system_name", "process_name"),
    *("destination_host", "requested_host", "dhost", "destination_ip", "destip"),
    *("destination_port", "urlp", "requested_path", "url", "http_request_first_line", "http_action", "mtd"),
    *("http_status_code", "status", "result", "block_id", "bytes"),
    *("source_bytes", "client_to_server_bytes", "destination_bytes", "server_to_client_bytes"),
)
_LIKE = (
    r"^(?:(?=.*\bhttp_request_first_line=)(?=.*\bsource_bytes=)|(?=.*\bclient_to_server_bytes=)(?=.*\brequested_host=)"
    r'|.*\bmwg: .*\bstatus="?\d+/\d+)'
)
_ACCESS = (
    r"^\[(?P<time>[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\] \"?(?P<user>[^\"]*?)\"? "
    r"(?P<source_ip>[0-9A-Fa-f:.]+) (?P<status>[0-9]{1,3}) "
    r"\"(?P<method>[^\s\"]*)(?: (?P<url>[^\s\"]*)(?:\s[^\"]*)?)?\" "
    r"\"(?P<categories>[^\"]*)\" \"(?P<reputation>[^\"]*)\" \"(?P<media>[^\"]*)\" "
    r"(?P<down>[0-9]+|-)(?: (?P<up>[0-9]+|-))? \"(?P<agent>(?:[^\"\\]|\\.)*)\" \"(?P<virus>[^\"]*)\" "
    r"\"(?P<block>[^\"]*)\""
)

HEADER = "header line"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are pairs of a Web Gateway."""
    return share(lines, _LIKE)


def rows(context: Context) -> Rows:
    """Start on a log of pairs."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        seconds = col("request_timestamp_epoch")
        clock = (
            sure(instant(col("date"), "%Y-%m-%dT%H:%M:%S%.f%#z", context=context), col("date"))
            .or_else(sure(epoch(seconds), seconds))
            .or_else(local(col("request_timestamp"), "%Y-%m-%d %H:%M:%S", context=context))
            .or_else(header_clock())
        )
        request = col("http_request_first_line").str.extract_groups(r"^(?P<method>\S+) (?P<url>\S+)").struct
        codes = col("status").str.extract_groups(r"^(?P<status>[0-9]+)/(?P<block>[0-9]+)").struct
        sizes = col("bytes").str.extract_groups(
            r"^(?P<up>[0-9]+)/(?P<sent>[0-9]+)/(?P<got>[0-9]+)/(?P<down>[0-9]+)$"
        )
        url = pl.coalesce("url", "requested_path", request.field("url"))
        before = col("line").str.extract(r"^(.*?)\bmwg: ")
        blocked = (
            among(col("result"), "denied", "blocked")
            | (whole(col("block_id")) > 0).fill_null(False)
            | (whole(codes.field("block")) > 0).fill_null(False)
        )
        return with_header(pairs(lines, _KEYS), before, context).select(
            time=clock.time,
            assumed=clock.assumed,
            host=pl.coalesce(
                *("destination_host", "requested_host", "dhost"),
                url_host(url),
                known(request.field("url").str.extract(r"^([^/:\s]+):[0-9]+$")),
            ),
            destination_ip=pl.coalesce("destination_ip", "destip"),
            user=pl.coalesce("username", "user"),
            source_ip=pl.coalesce("client_ip", "source_ip", "srcip"),
            machine=col("client_system_name"),
            process=col("process_name"),
            bytes_up=whole(pl.coalesce("source_bytes", "client_to_server_bytes", sizes.struct.field("up"))),
            bytes_down=whole(
                pl.coalesce("destination_bytes", "server_to_client_bytes", sizes.struct.field("down"))
            ),
            blocked=blocked,
            url=url,
            port=whole(pl.coalesce("destination_port", "urlp")),
            method=pl.coalesce("http_action", "mtd", request.field("method")),
            status=whole(pl.coalesce("http_status_code", codes.field("status"))),
            action=pl.coalesce("result", pl.when(blocked).then(pl.lit("denied"))),
        )

    return read


def sniff_access(lines: Sequence[str]) -> float:
    """Say which part of the lines are of the default access log."""
    return share(lines, _ACCESS, r"^#\s*time_stamp ")


def rows_access(context: Context) -> Rows:
    """Start on a default access log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        url = col("url")
        # CONNECT names host and port and nothing else.
        host = pl.coalesce(url_host(url), url.str.extract(r"^([^/:\s]+|\[[^\]]*\]):[0-9]+$"))
        return (
            lines.to_frame("line")
            .lazy()
            .with_columns(line.str.extract_groups(_ACCESS).struct.unnest())
            .select(
                time=instant(col("time"), "%d/%b/%Y:%H:%M:%S %z", context=context),
                skip=pl.when(line.str.starts_with("#")).then(pl.lit(HEADER)),
                host=host,
                user=known(col("user")),
                source_ip=col("source_ip"),
                bytes_up=whole(col("up")),
                bytes_down=whole(col("down")),
                blocked=~col("block").is_in(["0", "", "-"]),
                url=known(url),
                port=whole(url.str.extract(r":([0-9]{1,5})(?:/|$)")),
                method=col("method"),
                status=whole(col("status")),
                action=pl.when(~col("block").is_in(["0", "", "-"])).then(pl.lit("denied")),
            )
        )

    return read


_KNOWS = frozenset({"host", "user", "source_ip", "bytes_up", "bytes_down", "blocked"})

MCAFEE = Format(
    name="mcafee",
    title="McAfee (Skyhigh) Web Gateway, pairs",
    knows=_KNOWS | {"destination_ip", "machine", "process"},
    sniff=sniff,
    rows=rows,
    explain=lacks(
        ("date", "request_timestamp_epoch", "mwg:"),
        'date="2019-12-27T09:20:04.123Z"',
        ("destination_host", "requested_host", "dhost", "destination_ip", "destip", "url"),
    ),
)
MCAFEE_ACCESS = Format(
    name="mcafee-access",
    title="McAfee (Skyhigh) Web Gateway, default access log",
    knows=_KNOWS,
    sniff=sniff_access,
    rows=rows_access,
    explain=explainer(
        (
            r"^\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:",
            "does not begin with a time such as [27/Dec/2019:09:20:00 +0000]",
        ),
        (_ACCESS, "its fields are not those of the default access log"),
        last="the request names no host",
    ),
)
