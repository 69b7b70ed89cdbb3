"""Stormshield, Barracuda, McAfee, Meraki, WatchGuard, Check Point, and pairs of no vendor's."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats.barracuda import BARRACUDA_CLOUDGEN, BARRACUDA_WEB
from sim.engine.discovery.formats.checkpoint import CHECKPOINT, CHECKPOINT_EXPORT
from sim.engine.discovery.formats.keyvalue import BLUECOAT_PAIRS, KEYVALUE, ZSCALER_PAIRS
from sim.engine.discovery.formats.mcafee import HEADER, MCAFEE, MCAFEE_ACCESS
from sim.engine.discovery.formats.meraki import MERAKI
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER, PERMITTED
from sim.engine.discovery.formats.stormshield import STORMSHIELD
from sim.engine.discovery.formats.watchguard import WATCHGUARD
from tests.engine.formats.rows import one, read

SIZES = {"bytes_up": 190233, "bytes_down": 5312}
TO_DROPBOX = {"destination_ip": "162.125.66.18", "source_ip": "10.1.4.23", "port": 443}
AT = "2019-12-27T09:20:04Z"

SNS = (
    'id=firewall time="2019-12-27 10:20:04" fw="SN123" tz=+0100 startime="2019-12-27 10:20:00" pri=5 '
    "confid=01 "
    'user="alice" ipproto=tcp proto=https src=10.1.4.23 srcport=52144 dst=162.125.66.18 dstport=443 '
    'dstname=www.dropbox.com sent=190233 rcvd=5312 duration=4.00 action=pass logtype="connection"'
)


def test_a_connection_of_a_stormshield() -> None:
    expected = {"time": AT, "host": "www.dropbox.com", "user": "alice", "blocked": False, **SIZES}
    assert one(STORMSHIELD, SNS).items() >= expected.items()
    unquoted = SNS.replace('"', "")
    assert one(STORMSHIELD, unquoted)["time"] == AT
    assert STORMSHIELD.sniff([SNS, unquoted]) == 1.0


def test_a_stormshield_names_objects_that_are_no_hosts() -> None:
    row = one(STORMSHIELD, SNS.replace("www.dropbox.com", "host_162.125.66.18"))
    assert row.items() >= TO_DROPBOX.items()


def test_a_filter_rule_of_a_stormshield_counts_only_where_it_blocks() -> None:
    rule = SNS.replace('"connection"', '"filter"')
    assert read(STORMSHIELD, rule).skipped == {PERMITTED: 1}
    assert one(STORMSHIELD, rule.replace("action=pass", "action=block"))["blocked"] is True
    assert read(STORMSHIELD, SNS.replace('"connection"', '"auth"')).skipped == {OTHER: 1}


ACTIVITY = (
    "2019 12 27 10:20:04 Info +01:00 Remove: type=FWD|proto=TCP|srcIF=eth1|srcIP=10.1.4.23|srcPort=52144|"
    "srcMAC=aa:bb|dstIP=162.125.66.18|dstPort=443|dstService=https|dstIF=eth0|rule=LAN-2-INTERNET|"
    "info=Normal Operation|srcNAT=198.51.100.7|dstNAT=162.125.66.18|duration=4|count=1|receivedBytes=5312|"
    "sentBytes=190233|receivedPackets=64|sentPackets=148|user=alice|protocol=|application=|target=|content=|urlcat="
)
SHORT = (
    "<14>Dec 27 09:20:04 fw1/box_Firewall_Activity:  Info     fw1 Remove: FWD|TCP|eth1|10.1.4.23|52144|aa:bb|"
    "162.125.66.18|443|https|eth0|RULE|0|198.51.100.7|162.125.66.18|4|1|5312|190233|64|148|alice|||||"
)


@pytest.mark.parametrize("line", [ACTIVITY, SHORT])
def test_a_session_of_a_cloudgen_firewall(line: str) -> None:
    expected = {**TO_DROPBOX, **SIZES, "time": AT, "user": "alice", "blocked": False, "action": "Remove"}
    assert one(BARRACUDA_CLOUDGEN, line) == expected


def test_other_lines_of_a_cloudgen_firewall() -> None:
    threat = "Dec 27 09:20:04 Warning  fw1 firewall: [Request] Block: IPS 10.1.4.23 -> 162.125.66.18:443 |x"
    row = one(BARRACUDA_CLOUDGEN, threat)
    assert row.items() >= {**TO_DROPBOX, "blocked": True, "time": AT}.items()
    assert one(BARRACUDA_CLOUDGEN, ACTIVITY.replace("Remove", "Block"))["blocked"] is True
    noise = "Info     fw1 still alive after 23523 interval(s)"
    account = read(
        BARRACUDA_CLOUDGEN, ACTIVITY.replace("Remove", "Allow"), ACTIVITY.replace("Remove", "Detect"), noise
    )
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, OTHER: 1}
    # Noise alone says too little; beside a line that is sure it counts.
    assert BARRACUDA_CLOUDGEN.sniff([noise]) == 0.0
    assert BARRACUDA_CLOUDGEN.sniff([noise, ACTIVITY, noise]) == 1.0


def test_a_request_through_a_barracuda_web_security_gateway() -> None:
    line = (
        "Dec 27 09:20:04 bwsg http_scan[3365]: 1577438404 1 10.1.4.23 198.51.100.80(1.2.3.4) text/html "
        "10.1.4.23 "
        "https://www.sohu.com/x 2704 BYF BLOCKED CLEAN 2 1 0 1 3 - 1 news 0 - 0 sohu.com news [ldap0:alice]"
    )
    assert one(BARRACUDA_WEB, line) == {
        "time": AT,
        "host": "www.sohu.com",
        "user": "ldap0:alice",
        "source_ip": "10.1.4.23",
        "bytes_down": 2704,
        "blocked": True,
        "url": "https://www.sohu.com/x",
        "action": "BLOCKED",
    }
    assert "user" not in one(BARRACUDA_WEB, line.replace("[ldap0:alice]", "ANON"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'date="2019-12-27T09:20:04.740Z" hostname="mwg" username="alice" source_ip=10.1.4.23 '
            'destination_ip=162.125.66.18 destination_host="" http_status_code=200 source_bytes=190233 '
            'destination_bytes=5312 http_request_first_line="CONNECT www.dropbox.com:443 HTTP/1.1" '
            "block_id=0",
            {
                **SIZES,
                "time": "2019-12-27T09:20:04.740000Z",
                "user": "alice",
                "blocked": False,
                "method": "CONNECT",
            },
        ),
        (
            "user_id=-1 username=contoso\\alice smith source_ip=37.1.1.5 http_action=GET "
            "server_to_client_bytes=5312 "
            "client_to_server_bytes=190233 requested_host=www.dropbox.com requested_path=/a b result=DENIED "
            "request_timestamp_epoch=1577438404 http_status_code=403 client_ip=10.1.4.23 "
            "process_name=chrome.exe "
            "destination_ip=162.125.66.18 destination_port=443 client_system_name=pc1 filename=",
            {
                **SIZES,
                "time": AT,
                "user": "contoso\\alice smith",
                "machine": "pc1",
                "process": "chrome.exe",
                "blocked": True,
                "url": "/a b",
                "status": 403,
            },
        ),
        (
            '<30>Dec 27 09:20:04 gw mwg: status="403/80" srcip="10.1.4.23" user="-" '
            'dhost="www.dropbox.com" urlp="443" '
            'mtd="GET" bytes="190233/509/2813889/5312" url="http://www.dropbox.com/x" destip="162.125.66.18"',
            {**SIZES, "time": AT, "blocked": True, "status": 403, "port": 443},
        ),
    ],
)
def test_pairs_of_a_mcafee_web_gateway(line: str, expected: dict[str, object]) -> None:
    everywhere = {"host": "www.dropbox.com", "source_ip": "10.1.4.23"}
    assert one(MCAFEE, line).items() >= {**everywhere, **expected}.items()
    assert MCAFEE.sniff([line]) == 1.0


def test_the_default_access_log_of_a_mcafee_web_gateway() -> None:
    account = read(
        MCAFEE_ACCESS,
        '#time_stamp "auth_user" src_ip status_code "req_line" "categories" "rep_level" "media_type"',
        '[27/Dec/2019:10:20:04 +0100] "alice" 10.1.4.23 200 "CONNECT www.dropbox.com:443 HTTP/1.1" "Sharing" '
        '"Minimal Risk" "" 5312 "Mozilla \\"x\\"" "" "0"',
        '[27/Dec/2019:10:20:04 +0100] "" 10.1.4.23 403 "GET http://www.sohu.com/a HTTP/1.1" "News" '
        '"Risk" "" 812 214 '
        '"Mozilla" "" "10"',
        '[27/Dec/2019:10:20:04 +0100] "" 10.1.4.23 400 "-" "" "" "" 0 "" "" "0"',
        "[27/Dec/2019:10:20:04 +0100] cut off",
        "else",
    )
    allowed, denied = account.traffic
    assert allowed == {
        "time": AT,
        "host": "www.dropbox.com",
        "user": "alice",
        "source_ip": "10.1.4.23",
        "bytes_down": 5312,
        "blocked": False,
        "url": "www.dropbox.com:443",
        "port": 443,
        "method": "CONNECT",
        "status": 200,
    }
    assert (
        denied.items()
        >= {"host": "www.sohu.com", "blocked": True, "bytes_up": 214, "bytes_down": 812}.items()
    )
    assert account.skipped == {HEADER: 1}
    assert account.bad == {
        "the request names no host": 1,
        "its fields are not those of the default access log": 1,
        "does not begin with a time such as [27/Dec/2019:09:20:00 +0000]": 1,
    }


MX = "<134>1 1577438404.25 FW_MX "
ENDS = "src=10.1.4.23:52144 dst=162.125.66.18:443 mac=AA:BB:CC:DD:EE:FF"
FLOW = "src=10.1.4.23 dst=162.125.66.18 protocol=tcp sport=52144 dport=443"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"urls {ENDS} agent='x dst=6.6.6.6' request: GET https://www.dropbox.com/a",
            {
                "host": "www.dropbox.com",
                "url": "https://www.dropbox.com/a",
                "method": "GET",
                "blocked": False,
            },
        ),
        (f"urls {ENDS} request: UNKNOWN https://www.dropbox.com/...", {"host": "www.dropbox.com"}),
        (f"flows {FLOW} pattern: 0 (tcp || udp) && dst port 443", {**TO_DROPBOX, "blocked": False}),
        (f"flows {FLOW} pattern: 1 all", {**TO_DROPBOX, "blocked": True}),
        (f"flows deny {FLOW}", {**TO_DROPBOX, "blocked": True}),
        (f"firewall {FLOW} pattern: allow all", {**TO_DROPBOX, "blocked": False}),
        (f"ip_flow_end {FLOW} translated_port=53", {**TO_DROPBOX, "blocked": False}),
        (
            "flows src=fe80::1 dst=2001:db8::2:3 protocol=tcp sport=1 dport=443",
            {"destination_ip": "2001:db8::2:3"},
        ),
        (
            f"security_event security_filtering_file_scanned url=http://www.eicar.org/a {ENDS} action=block",
            {"host": "www.eicar.org", "blocked": True},
        ),
        (
            "events content_filtering_block url='https://www.sohu.com/' category0='News' "
            "server='1.2.3.4:443'",
            {"host": "www.sohu.com", "blocked": True},
        ),
    ],
)
def test_messages_of_a_meraki(line: str, expected: dict[str, object]) -> None:
    expected = {"time": "2019-12-27T09:20:04.250000Z", **expected}
    assert one(MERAKI, MX + line).items() >= expected.items()
    assert MERAKI.sniff([MX + line]) == 1.0


def test_other_messages_of_a_meraki_are_counted_by_reason() -> None:
    account = read(
        MERAKI, f"{MX}ip_flow_start {FLOW}", f"{MX}events dhcp lease of ip 10.1.4.23", f"{MX}urls x", "else"
    )
    assert account.skipped == {END_COUNTS: 1, OTHER: 1}
    assert account.bad == {
        "names no destination (dst or request)": 1,
        "has no time, device and kind such as 1577438400.257 FW_MX urls": 1,
    }


FIREBOX = '<134>Dec 27 09:20:04 FB1 firewall: msg_id="3000-0151" Allow 1-Trusted 0-External '
ADDRESSES = "tcp 10.1.4.23 162.125.66.18 52144 443 "


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f'{FIREBOX}{ADDRESSES}src_user="alice@Firebox-DB" sent_bytes="190233" rcvd_bytes="5312" '
            "(HTTPS-00)",
            {**TO_DROPBOX, **SIZES, "user": "alice@Firebox-DB", "blocked": False, "action": "Allow"},
        ),
        (
            f"{FIREBOX}52 tcp 20 63 10.1.4.23 162.125.66.18 52144 443 offset 8 S 1234 win 65535 (x)".replace(
                "0151", "0148"
            ).replace("Allow", "Deny"),
            {**TO_DROPBOX, "blocked": True, "action": "Deny"},
        ),
        (
            f'{FIREBOX}{ADDRESSES}msg="HTTPS Request" sni="www.dropbox.com" cn="*.dropbox.com" '
            'sent_bytes="2"',
            {"host": "www.dropbox.com", "bytes_up": 2, "blocked": False},
        ),
        (f'{FIREBOX}{ADDRESSES}msg="HTTPS Request" cn="*.dropbox.com"', {"host": "dropbox.com"}),
        (
            "2019-12-27 09:20:04 Allow 10.1.4.23 162.125.66.18 https/tcp 42017 443 Trusted External "
            "Allowed (x-00) "
            'proc_id="firewall" rc="406" msg_id="3000-0176" sent_bytes="190233" rcvd_bytes="5312"',
            {**TO_DROPBOX, **SIZES, "blocked": False},
        ),
    ],
)
def test_messages_of_a_firebox(line: str, expected: dict[str, object]) -> None:
    assert one(WATCHGUARD, line).items() >= {"time": AT, **expected}.items()
    assert WATCHGUARD.sniff([line]) == 1.0


def test_other_messages_of_a_firebox_are_counted_by_reason() -> None:
    account = read(
        WATCHGUARD,
        f"{FIREBOX}{ADDRESSES}(x)".replace("0151", "0148"),
        f"{FIREBOX}{ADDRESSES}(x)".replace("0151", "0149"),
        '<134>Dec 27 09:20:04 FB1 sessiond[1]: msg_id="3E00-0002" Authentication of user failed from 1.2.3.4',
        f"{FIREBOX}{ADDRESSES}(x)".replace("Dec 27 09:20:04", ""),
        "else",
    )
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, OTHER: 1}
    assert account.bad == {
        "has no time that can be read": 1,
        'is no message such as msg_id="3000-0151" Allow ...': 1,
    }


SYSLOG = (
    '<134>1 2019-12-27T09:21:00Z cp CheckPoint 26203 - [action:"Accept"; flags:"411908"; ifdir:"inbound"; '
    'loguid:"{0x1}"; origin:"10.0.0.1"; time:"1577438404"; dst:"162.125.66.18"; src:"10.1.4.23"; '
    'service:"443"; '
    's_port:"52144"; product:"URL Filtering"; resource:"https://www.dropbox.com/a; b"; '
    'src_user_name:"Alice (a)"; '
    'sent_bytes:"190233"; received_bytes:"5312"; ]'
)


@pytest.mark.parametrize(
    "line",
    [
        SYSLOG,
        SYSLOG.replace(':"', '="').replace("; ", " ").replace("[action", "[sc4s@2620 action"),
        SYSLOG[SYSLOG.index("[") + 1 : -4]
        .replace(':"', "=")
        .replace('"; ', "|")
        .replace("action=", "time=1577438404|a="),
    ],
)
def test_log_exporter_of_check_point_in_three_layouts(line: str) -> None:
    row = one(CHECKPOINT, line)
    expected = {"time": AT, "host": "www.dropbox.com", "source_ip": "10.1.4.23", "user": "Alice (a)", **SIZES}
    assert row.items() >= {**expected, "port": 443, "blocked": False}.items()
    assert CHECKPOINT.sniff([line]) == 1.0


def test_a_record_of_check_point_may_have_one_sum_or_be_no_traffic() -> None:
    plain = "time=1577438404|hostname=cp|product=Firewall|action=Drop|loguid={0x1}|"
    row = one(CHECKPOINT, f"{plain}dst=162.125.66.18|src=10.1.4.23|service=443|bytes=152")
    assert row == {**TO_DROPBOX, "time": AT, "bytes_total": 152, "blocked": True, "action": "Drop"}
    assert read(CHECKPOINT, f"{plain}administrator=admin|operation=Modify Object").skipped == {OTHER: 1}


def test_the_export_of_check_points_tracker() -> None:
    line = (
        '"22" "27Dec2019" "09:20:04" "eth1" "fw1" "Log" "Accept" "443" "52144" "10.1.4.23" '
        '"162.125.66.18" "tcp" "81" '
        '"Web" "81-Policy" "alice" "inzone: External; service_id: https" "Multi-product" "" ""'
    )
    expected = {**TO_DROPBOX, "time": AT, "user": "alice", "blocked": False, "action": "Accept"}
    assert one(CHECKPOINT_EXPORT, line) == expected
    assert one(CHECKPOINT_EXPORT, line.replace("Accept", "Drop"))["blocked"] is True
    installed = line.replace("Accept", "Key Install")
    broken = line.replace("27Dec2019", "27Foo2019")
    account = read(CHECKPOINT_EXPORT, '"Number" "Date" "Time"', installed, broken, "else")
    assert account.skipped == {"header line": 1, OTHER: 1}
    assert set(account.bad.values()) == {1}
    assert "its date is not like 27Dec2019" in account.bad


@pytest.mark.parametrize(
    "line",
    [
        'time="2019-12-27T09:20:04Z" src_ip=10.1.4.23 user="alice" dst_host=www.dropbox.com bytes_out=7 '
        "action=denied",
        "Timestamp=1577438404, SrcIP=10.1.4.23, User=alice, DestHost=www.dropbox.com, BytesSent=7, "
        "Action=Blocked",
        "date=2019-12-27|time=10:20:04|tz=+0100|client=10.1.4.23|usr=x|username=alice|dhost=www.dropbox.com|sent=7|act=deny",
        "2019-12-27T09:20:04Z gw proxy: clientip='10.1.4.23',username='alice',http_host='www.dropbox.com',"
        "bytes_sent='7',action='block'",
    ],
)
def test_pairs_of_no_vendor_mean_what_such_keys_usually_mean(line: str) -> None:
    assert KEYVALUE.sniff([line]) == 1.0
    expected = {"host": "www.dropbox.com", "source_ip": "10.1.4.23", "user": "alice", "bytes_up": 7}
    assert one(KEYVALUE, line).items() >= {**expected, "time": AT, "blocked": True}.items()


def test_a_line_of_a_packet_filter_has_its_time_in_the_header() -> None:
    line = "<27>Dec 27 09:20:04 usg kernel: [LAN]IN=eth0 OUT= SRC=10.1.4.23 DST=162.125.66.18 LEN=9 DPT=443"
    assert one(KEYVALUE, line) == {**TO_DROPBOX, "time": AT}


@pytest.mark.parametrize(
    "line",
    [
        "a=1 b=2 c=3 d=4",
        "src=10.1.4.23 dst=1.2.3.4",
        "CEF:0|V|P|1|1|n|1|src=1.2.3.4 dst=1.2.3.4 a=1 b=2 c=3",
        "",
    ],
)
def test_not_every_equals_sign_makes_a_log_of_pairs(line: str) -> None:
    assert KEYVALUE.sniff([line]) == 0.0


def test_pairs_that_blue_coat_and_zscaler_write_for_splunk() -> None:
    coat = (
        "<134> 2019-12-27T09:20:04Z sg bluecoat[0]: SPLV5.1 c-ip=10.1.4.23 cs-bytes=190233 "
        "cs-host=www.dropbox.com "
        "cs-method=GET cs-uri-path=/a cs-username=alice sc-bytes=5312 sc-filter-result=OBSERVED sc-status=200"
    )
    row = one(BLUECOAT_PAIRS, coat)
    assert row.items() >= {**SIZES, "host": "www.dropbox.com", "user": "alice", "status": 200}.items()
    cloud = (
        "2019-12-27 "
        "09:20:04\treason=Allowed\tprotocol=HTTP\taction=Blocked\tresponsesize=5312\trequestsize=190233\t"
        'serverip=162.125.66.18\tproduct=NSS\tClientIP=10.1.4.23\tuser=alice\turl="www.dropbox.com/a"\tvendor=Zscaler'
    )
    row = one(ZSCALER_PAIRS, cloud)
    expected = {**SIZES, "host": "www.dropbox.com", "user": "alice", "time": AT, "blocked": True}
    assert row.items() >= expected.items()
    assert BLUECOAT_PAIRS.sniff([coat]) == ZSCALER_PAIRS.sniff([cloud]) == 1.0
