"""Settings say what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.settings import (
    IceServer,
    Settings,
    SettingsError,
    parse_device,
    parse_forward,
    parse_ice_servers,
    parse_udp_ports,
)


def test_the_defaults_are_this_machine_only() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.device) == ("127.0.0.1", 8000, "auto")
    assert settings.ice_servers == (), "no public STUN server unless somebody asks for one"
    assert settings.database_url.startswith("sqlite:////")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"port": 70000}, "--port"),
        ({"https_port": -1}, "--https-port"),
        ({"host": ""}, "--host"),
        ({"device": "tpu"}, "--device"),
        ({"public_ip": "court.example"}, "--public-ip"),
        ({"redis": "localhost:6379"}, "--redis"),
        ({"database": "mysql://db/x"}, "--database"),
        ({"cert": Path("cert.pem")}, "--cert"),
        ({"cert": Path("absent.pem"), "key": Path("absent.pem")}, "--cert"),
        ({"secret": "short"}, "COURTSIDE_SECRET"),
        ({"data": Path(__file__)}, "--data"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"redis": "user:secret@host"}, {"database": "mysql://user:secret@db/x"}]
)
def test_a_password_in_a_wrong_address_is_not_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(**wrong)
    assert "secret" not in str(refused.value)


def test_hosting_services_write_postgres_without_a_driver() -> None:
    for url in ("postgres://u:p@db/x", "postgresql://u:p@db/x"):
        assert Settings(database=url).database_url == "postgresql+psycopg://u:p@db/x"
    assert Settings(database="sqlite:////tmp/x.db").database_url == "sqlite:////tmp/x.db"


def test_ice_servers_in_both_ways_of_writing() -> None:
    assert parse_ice_servers("") == parse_ice_servers(None) == ()
    assert parse_ice_servers("stun:s.example:3478, turn:me:p:w@t.example:3478") == (
        IceServer("stun:s.example:3478"),
        IceServer("turn:t.example:3478", "me", "p:w"),
    )
    assert parse_ice_servers(
        '[{"urls": ["stun:a", "turn:b?transport=udp"], "username": "u", "credential": "c"}]'
    ) == (IceServer("stun:a", "u", "c"), IceServer("turn:b?transport=udp", "u", "c"))


@pytest.mark.parametrize(
    "text",
    [
        "http://x", "stun:", "turn:host:3478", "[{}]", "[", '["stun:x"]', "[3]", '[{"urls": 3}]',
        "turn:me:secret", "turn:me:secret@", "tern:me:secret@host", '[{"urls": "tern:secret@x"}]',
    ],
)  # fmt: skip
def test_wrong_ice_servers(text: str) -> None:
    with pytest.raises(SettingsError, match="--ice-servers") as refused:
        parse_ice_servers(text)
    assert "secret" not in str(refused.value)


def test_udp_ports() -> None:
    assert parse_udp_ports("50000-50100") == (50000, 50100)
    assert parse_udp_ports("") is None
    for text in ("50000", "5-4", "0-9", "1-70000", "a-b", "-", "1-"):
        with pytest.raises(SettingsError, match="--udp-ports"):
            parse_udp_ports(text)
    with pytest.raises(SettingsError, match="--device"):
        parse_device("npu")


def test_where_to_forward() -> None:
    assert parse_forward("rtsp://host/{game}") == (None, "rtsp://host/{game}")
    assert parse_forward("final=rtmp://host/live/key?a=b") == ("final", "rtmp://host/live/key?a=b")
    assert parse_forward("https://word@host/whip?x=1") == (None, "https://word@host/whip?x=1")
    for text in ("", "host", "srt://secret@host", "a b=rtmp://secret@host:99999999", "rtmp://"):
        with pytest.raises(SettingsError, match="--forward") as refused:
            parse_forward(text)
        assert "secret" not in str(refused.value)


@given(st.text(max_size=60))
def test_no_text_is_worse_than_refused(text: str) -> None:
    for parse in (parse_forward, parse_ice_servers, parse_udp_ports):
        try:
            parse(text)
        except SettingsError as error:
            assert str(error)  # noqa: PT017
