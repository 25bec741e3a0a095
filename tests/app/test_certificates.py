"""The certificate for phones on the LAN."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from server.certificates import LIFETIME, lan_address, self_signed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_it_is_for_the_address_and_kept(tmp_path: Path) -> None:
    first = self_signed(tmp_path, "192.0.2.7", NOW)
    made = first.cert.read_bytes()
    certificate = x509.load_pem_x509_certificate(made)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("192.0.2.7")]
    assert certificate.not_valid_after_utc == NOW + LIFETIME
    assert certificate.not_valid_before_utc < NOW
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(first.cert, first.key)
    assert first.key.stat().st_mode & 0o777 == 0o600
    self_signed(tmp_path, "192.0.2.7", NOW + timedelta(days=30))
    assert first.cert.read_bytes() == made


def test_another_address_or_old_age_makes_a_new_one(tmp_path: Path) -> None:
    before = self_signed(tmp_path, "192.0.2.7", NOW).cert.read_bytes()
    moved = self_signed(tmp_path, "192.0.2.8", NOW).cert.read_bytes()
    assert moved != before
    aged = self_signed(tmp_path, "192.0.2.8", NOW + LIFETIME - timedelta(days=5))
    assert aged.cert.read_bytes() != moved
    aged.cert.write_text("nonsense")
    assert b"BEGIN CERTIFICATE" in self_signed(tmp_path, "192.0.2.8", NOW).cert.read_bytes()


def test_the_lan_address_is_no_loopback() -> None:
    address = lan_address()
    assert address is None or not ip_address(address).is_loopback
