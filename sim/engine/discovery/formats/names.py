"""Names that logs use for one thing: what a column or key of a table that nobody declared means.

Own knowledge of what proxies, firewalls, collectors and the Elastic Common Schema write. Names are
compared without case and punctuation, so that `src_ip`, `Src IP` and `src-ip` are one. `bytes_out` is what
went out of the organisation, thus an upload; the product does not say how its generic parsers read it
(dossier, discovery, section 5: a gap).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sim.engine.discovery.formats.base import Context

Names = Mapping[str, tuple[str, ...]]
"""For each meaning the names that carry it, the most telling first."""

_MOST_NAMES = 3
"""How many columns of one file may tell of one thing; the first that says something counts."""

TIME = (
    "timestamp", "eventtime", "datetime", "eventtimestamp", "timegenerated", "generatetime",
    "generatedtime", "logtimestamp", "logtime", "loggedtime", "timereceived", "receivetime",
    "receivedtime", "starttime", "sessionstarttime", "requesttime", "accesstime", "epochtime",
    "epoch", "unixtime", "utctime", "devtime", "eventcreated", "createdat", "creationtime",
    "createddatetime", "eventdatetime", "ts", "time", "rt", "when",
)  # fmt: skip

GENERIC: Names = {
    "time": TIME,
    "date": ("date", "eventdate", "logdate", "day"),
    "clock": ("time", "eventtime", "logtime", "clock"),
    "zone": ("timezone", "tz", "zone"),
    "host": (
        "dsthost", "desthost", "destinationhost", "dsthostname", "desthostname",
        "destinationhostname", "dhost", "destinationdomain", "destinationfqdn", "dstdomain",
        "destdomain", "dstname", "destname", "destinationname", "httphost", "requesthost", "cshost",
        "rhost", "urldomain", "urlhost", "urlhostname", "sni", "tlssni", "servername",
        "tlsservername", "tlsclientservername", "domain", "domainname", "fqdn", "website",
    ),
    "url": (
        "url", "fullurl", "urlfull", "urloriginal", "requesturl", "requestedurl", "requesturi",
        "destinationurl", "desturl", "dsturl", "uri", "csuri", "csurl", "curl", "remoteurl",
        "httpurl", "webaddress", "pageurl", "visitedurl", "request",
    ),
    "destination": ("destination", "dest", "dst", "target", "host", "hostname"),
    "destination_ip": (
        "destinationip", "dstip", "destip", "destinationipaddress", "destinationaddress", "dstaddr",
        "destaddr", "dstaddress", "destaddress", "destinationipv4", "dstipaddress", "serverip",
        "serveripaddress", "serveraddress", "remoteip", "remoteipaddress", "remoteaddress",
        "targetip", "rip", "dip", "daddr", "toip", "resolvedip", "idresph",
    ),
    "user": (
        "user", "username", "userprincipalname", "upn", "useremail", "login", "userlogin",
        "loginname", "userid", "account", "accountname", "accountupn", "srcuser", "sourceuser",
        "sourceusername", "suser", "usrname", "csusername", "authuser", "authenticateduser",
        "clientuser", "vpnuseremail", "samaccountname", "email", "emailaddress", "identity",
        "employee", "principal", "person", "initiatingprocessaccountupn",
        "initiatingprocessaccountname", "sourceusername", "elogin", "who",
    ),
    "source_ip": (
        "sourceip", "srcip", "sourceipaddress", "sourceaddress", "srcaddr", "srcaddress",
        "srcipaddress", "src", "source", "clientip", "clientipaddress", "clientaddress", "cip",
        "client", "userip", "localip", "localaddress", "internalip", "privateip", "clientprivateip",
        "originip", "deviceip", "endpointip", "hostip", "fromip", "saddr",
        "callerip", "idorigh", "ipaddress", "ip",
    ),
    "machine": (
        "machinename", "machine", "devicename", "device", "devicehostname", "computername",
        "computer", "workstation", "endpointname", "endpoint", "clienthostname", "clienthost",
        "srchost", "sourcehost", "srchostname", "sourcehostname", "shost",
    ),
    "process": (
        "processname", "process", "initiatingprocessfilename", "processexecutable", "executable",
        "program", "image", "exe",
    ),
    "bytes_up": (
        "bytesup", "bytessent", "sentbytes", "sentbyte", "bytesout", "outbytes", "bytesuploaded",
        "uploadedbytes", "uploadbytes", "bytesupload", "uploaded", "upload", "uploadsize",
        "outgoingbytes", "outboundbytes", "csbytes", "clientbytes", "bytesfromclient", "srcbytes",
        "sourcebytes", "origbytes", "bytestoserver", "bytesc2s", "requestsize", "requestbytes",
        "requestlength", "reqsize", "txbytes", "bytestx", "sent",
    ),
    "bytes_down": (
        "bytesdown", "bytesreceived", "receivedbytes", "bytesrcvd", "bytesrecv", "rcvdbyte",
        "rcvdbytes", "recvbytes", "bytesin", "inbytes", "bytesdownloaded", "downloadedbytes",
        "downloadbytes", "bytesdownload", "downloaded", "download", "downloadsize", "incomingbytes",
        "inboundbytes", "scbytes", "serverbytes", "bytesfromserver", "dstbytes", "destbytes",
        "destinationbytes", "respbytes", "bytestoclient", "bytess2c", "responsesize",
        "responsebytes", "responselength", "respsize", "rxbytes", "bytesrx", "received", "recv",
        "rcvd",
    ),
    "bytes_total": (
        "bytestotal", "totalbytes", "bytes", "networkbytes", "total", "totalsize",
        "transactionsize", "numbytes", "bytecount", "bytestransferred", "datavolume",
        "trafficvolume", "volume", "size",
    ),
    "action": (
        "action", "policyaction", "eventaction", "deviceaction", "ruleaction", "act", "verdict",
        "decision", "disposition", "filterresult", "scfilterresult", "filteraction", "proxyaction",
        "saction", "outcome", "result",
    ),
    "blocked": ("blocked", "isblocked", "denied", "isdenied"),
    "allowed": ("allowed", "isallowed", "permitted"),
    "port": (
        "destinationport", "dstport", "destport", "dport", "dpt", "remoteport", "serverport",
        "targetport", "csuriport", "rport", "urlport", "idrespp", "port",
    ),
    "method": (
        "method", "httpmethod", "requestmethod", "httprequestmethod", "csmethod", "reqmethod",
        "verb",
    ),
    "status": (
        "statuscode", "httpstatus", "httpstatuscode", "responsecode", "respcode", "scstatus",
        "httpresponsestatuscode", "responsestatus", "status",
    ),
}  # fmt: skip

DENIED = (
    r"(?i)(?:^|[^a-z])(?:den(?:y|ied)|block(?:ed|ing)?|drop(?:ped)?|reject(?:ed)?|reset|refused?|disallow(?:ed)?"
    r"|prevent(?:ed)?|forbidden|prohibited|quarantined?)(?:$|[^a-z])"
)
"""Words with which products say that they let nothing through (own knowledge)."""


EVIDENCE_ONLY = frozenset({"port", "method", "status", "scheme", "query"})
"""Meanings that are read only where somebody looks at single lines."""


def normal(name: str) -> str:
    """Return a name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def needed(found: Mapping[str, int], context: Context) -> dict[str, int]:
    """Return the places to read: not those of mere evidence, where nobody asks for it."""
    if context.evidence:
        return dict(found)
    return {name: place for name, place in found.items() if name.partition(" ")[0] not in EVIDENCE_ONLY}


def places(names: Sequence[str], wanted: Names) -> dict[str, int]:
    """Return where each meaning stands among the names: `user` for the best place, `user 2` for the next."""
    index: dict[str, int] = {}
    for position, name in enumerate(names):
        index.setdefault(name, position)
    found: dict[str, int] = {}
    for meaning, candidates in wanted.items():
        here = [index[name] for name in candidates if name in index][:_MOST_NAMES]
        for rank, position in enumerate(here, 1):
            found[meaning if rank == 1 else f"{meaning} {rank}"] = position
    return found


def generic_places(names: Sequence[str], wanted: Names = GENERIC) -> dict[str, int] | None:
    """Return where normal names that nobody declared tell of time, destination and who or where from; None
    if they do not."""
    found = places(names, wanted)
    if "time" not in found and "date" in found and "clock" not in found:
        found["time"] = found["date"]
    timed = "time" in found or {"date", "clock"} <= found.keys()
    aimed = found.keys() & {"host", "url", "destination", "destination_ip"}
    somebody = found.keys() & {"user", "source_ip", "machine"}
    return found if timed and aimed and somebody else None
