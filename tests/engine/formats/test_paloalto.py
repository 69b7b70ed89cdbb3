"""Palo Alto: syslog rows of TRAFFIC and URL logs, exported tables, JSON of the data lake, SD-WAN flows."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.csvtable import HEADER
from sim.engine.discovery.formats.paloalto import INSPECTED, PALO_ALTO, PALO_ALTO_TABLE, START
from sim.engine.discovery.formats.prisma_sdwan import PRISMA_SDWAN
from sim.engine.discovery.formats.vendorjson import PALO_ALTO_JSON
from tests.engine.formats.rows import one, read

TRAFFIC = (
    "1,2019/12/27 09:20:05,001801000001,TRAFFIC,end,2049,2019/12/27 09:20:04,10.1.4.23,162.125.66.18,"
    "198.51.100.7,162.125.66.18,out-web,contoso\\alice,,dropbox-base,vsys1,trust,untrust,ethernet1/2,ethernet1/1,"
    "fwd-all,2019/12/27 09:20:05,33621,1,52144,443,40112,443,0x400019,tcp,allow,195545,190233,5312,212,"
    "2019/12/27 09:20:00,4,online-storage-and-backup,0,771234,0x0,10.0.0.0-10.255.255.255,United States,0,148,64"
)
URL = (
    "1,2019/12/27 09:20:05,001801000001,THREAT,url,2562,2019/12/27 09:20:04,10.1.4.23,198.51.100.80,0.0.0.0,"
    "0.0.0.0,out-web,contoso\\alice,,web-browsing,vsys1,trust,untrust,a,b,fwd-all,2019/12/27 09:20:05,33621,1,"
    '52144,80,0,0,0x400019,tcp,block-url,"www.sohu.com/a,""b""",(9999),news,informational,client-to-server,77,0x0,'
    "a,b,0,text/html,0,,,1,,,,,,,,0,0,0,0,0,,fw1,,,,get,0,,0"
)
HIGH_RESOLUTION = ",,2019-12-27T10:20:04.567+01:00,,,encrypted-tunnel"


def test_a_traffic_row() -> None:
    account = read(PALO_ALTO, TRAFFIC)
    assert account.assumed == {"times without a zone taken as UTC": 1}
    assert account.traffic == [
        {
            "time": "2019-12-27T09:20:04Z",
            "destination_ip": "162.125.66.18",
            "user": "contoso\\alice",
            "source_ip": "10.1.4.23",
            "bytes_up": 190233,
            "bytes_down": 5312,
            "bytes_total": 195545,
            "blocked": False,
            "port": 443,
            "action": "allow",
        }
    ]


def test_a_url_row() -> None:
    row = one(PALO_ALTO, URL)
    assert row["host"] == "www.sohu.com"
    assert row["url"] == 'www.sohu.com/a,"b"'
    assert row["blocked"] is True
    assert row["method"] == "get"
    assert "bytes_up" not in row
    assert "bytes_total" not in row


def test_the_time_with_a_zone_at_the_end_of_a_row_goes_first() -> None:
    account = read(PALO_ALTO, TRAFFIC + HIGH_RESOLUTION)
    assert account.traffic[0]["time"] == "2019-12-27T09:20:04.567000Z"
    assert account.assumed == {}


def test_times_of_the_device_are_in_the_zone_given() -> None:
    here = Context(zone=ZoneInfo("Europe/Berlin"))
    assert one(PALO_ALTO, TRAFFIC, here)["time"] == "2019-12-27T08:20:04Z"


@pytest.mark.parametrize(
    "head",
    [
        "<14>Dec 27 09:20:06 PA-1 ",
        "<14>1 2019-12-27T09:20:06.1Z fw - - - - ",
        ": ",
        "2019-12-27 09:20:06,123 relay: ",
    ],
)
def test_rows_behind_a_header(head: str) -> None:
    assert detect([head + TRAFFIC]) is PALO_ALTO
    assert one(PALO_ALTO, head + TRAFFIC) == one(PALO_ALTO, TRAFFIC)


def test_what_is_no_use_of_anything_is_skipped() -> None:
    account = read(
        PALO_ALTO,
        TRAFFIC.replace(",end,", ",start,"),
        TRAFFIC.replace("TRAFFIC,end", "DECRYPTION,0"),
        TRAFFIC.replace("TRAFFIC,end", "THREAT,scan"),
        '1,2019/12/27 09:20:05,0018,SYSTEM,auth,2562,2019/12/27 09:20:05,,auth-success,x,0,0,general,info,"a, b",1',
        "1,2019/12/27 09:20:05,0018,GLOBALPROTECT,0,2562,2019/12/27 09:20:05,vsys1,gateway-logout,logout,,,alice",
    )
    assert account.skipped == {
        START: 1,
        INSPECTED: 1,
        "not traffic (THREAT/scan)": 1,
        "not traffic (SYSTEM)": 1,
        "not traffic (GLOBALPROTECT)": 1,
    }


def test_the_header_of_a_proxy_in_the_users_place_is_no_user() -> None:
    assert "user" not in one(PALO_ALTO, URL.replace("contoso\\alice", "x-fwd-for: 10.9.9.9"))


def test_a_cut_row_and_a_strange_one_are_bad() -> None:
    account = read(PALO_ALTO, TRAFFIC, TRAFFIC[:30], "a,b,c,d,e", TRAFFIC.replace("2019/12/27", "2019/99/27"))
    assert account.bad == {
        "its fourth field is no log type of PAN-OS, such as TRAFFIC": 2,
        "its time is in no known layout": 1,
    }


def test_the_table_that_the_products_sample_has() -> None:
    log = (
        "Generate Time,Source address,Source User,Action,Application,URL,Destination Port,Bytes Received,Bytes Sent",
        "2020/06/10 00:00:00,10.1.4.23,contoso\\alice,allow,dropbox,www.dropbox.com/x,443,5312,190233",
    )
    assert detect(log) is PALO_ALTO_TABLE
    account = read(PALO_ALTO_TABLE, *log)
    assert account.skipped == {HEADER: 1}
    (row,) = account.traffic
    assert row["time"] == "2020-06-10T00:00:00Z"
    assert row["host"] == "www.dropbox.com"
    assert (row["bytes_up"], row["bytes_down"], row["port"]) == (190233, 5312, 443)


def test_a_table_exported_from_the_monitor() -> None:
    log = (
        "Domain,Receive Time,Serial #,Type,Threat/Content Type,Generate Time,Source address,Destination address,"
        "Source User,Destination Port,Action,Bytes,Bytes Sent,Bytes Received",
        "1,2020/06/10 00:00:01,0018,TRAFFIC,end,2020/06/10 00:00:00,10.1.4.23,1.2.3.4,alice,443,deny,10,6,4",
        "1,2020/06/10 00:00:01,0018,TRAFFIC,start,2020/06/10 00:00:00,10.1.4.23,1.2.3.4,alice,443,allow,10,6,4",
    )
    assert detect(log) is PALO_ALTO_TABLE
    account = read(PALO_ALTO_TABLE, *log)
    assert account.skipped == {HEADER: 1, START: 1}
    assert account.traffic[0]["blocked"] is True
    assert account.traffic[0]["bytes_total"] == 10


def test_records_of_the_data_lake() -> None:
    record = {
        "TimeReceived": "2019-12-27T09:20:09.000000Z",
        "DeviceSN": "no-serial",
        "LogType": "THREAT",
        "Subtype": "url",
        "TimeGenerated": "2019-12-27T09:20:00.000000Z",
        "SourceAddress": "10.1.4.23",
        "DestinationAddress": "1.2.3.4",
        "SourceUser": "alice",
        "DestinationPort": 443,
        "Action": "alert",
        "URL": "www.dropbox.com/",
    }
    start = {**record, "LogType": "TRAFFIC", "Subtype": "start"}
    lines = [json.dumps(record), json.dumps(start)]
    assert detect(lines) is PALO_ALTO_JSON
    account = read(PALO_ALTO_JSON, *lines)
    assert account.skipped == {START: 1}
    (row,) = account.traffic
    assert (row["time"], row["host"], row["user"]) == ("2019-12-27T09:20:00Z", "www.dropbox.com", "alice")


def test_flows_of_the_sd_wan() -> None:
    head = "<13>1 2019-12-27T09:20:01.000035+00:00 ION1 cgxFlowLogV1 20681 - - "
    log = (
        f"{head}2019-12-27T09:20:00,10.1.4.23,52144,162.125.66.18,443,tcp,,,148,64,190233,5312,alice,ISP1,1,dropbox,"
        "Delete flow (tcp closed by FIN or RST),Web:allow:1",
        f"{head}2019-12-27T09:20:00,10.1.4.23,52144,162.125.66.18,443,tcp,,,0,0,0,0,,ISP1,1,dropbox,New Flow,Web:allow:1",
        f"{head}2019-12-27T09:20:00,10.1.4.23,52144,162.125.66.19,443,tcp,,,0,0,0,0,,ISP1,1,x,New Flow,Web:deny:1",
        '<11>1 2019-12-27T09:20:00Z h log - - -  ION_HOST="ION1" DEVICE_TIME="x" MSG="sshd" ELEMENT_ID="1"',
    )
    assert detect(log) is PRISMA_SDWAN
    account = read(PRISMA_SDWAN, *log)
    assert account.skipped == {START: 1, "not traffic (event of the appliance)": 1}
    closed, denied = account.traffic
    assert (closed["bytes_up"], closed["bytes_down"], closed["user"]) == (190233, 5312, "alice")
    assert denied["blocked"] is True
