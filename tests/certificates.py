"""An authority and a server's certificate, made anew for each run: for tests of TLS that verifies."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM form."""

    authority: Path
    certificate: Path
    key: Path


def make(
    folder: Path, names: tuple[str, ...] = ("localhost",), addresses: tuple[str, ...] = ("127.0.0.1",)
) -> Certificate:
    """An authority, and a certificate by it for these names and addresses."""
    begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tunewright test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tunewright test server")])

    def signed(name: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder(
            issuer, name, public, x509.random_serial_number(), begin, begin + datetime.timedelta(days=2)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    alternatives = [
        *map(x509.DNSName, names),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses),
    ]
    made = Certificate(folder / "authority.pem", folder / "server.pem", folder / "server-key.pem")
    made.authority.write_bytes(
        signed(issuer, authority_key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
    )
    made.certificate.write_bytes(signed(subject, key.public_key(), x509.SubjectAlternativeName(alternatives)))
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
