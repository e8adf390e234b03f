"""Every setting of an installation, typed, from the environment alone.

One prefix, `THT_`; each secret can also come from a file named by the same variable with `_FILE` behind it, which is
how containers and systemd hand secrets over. `.env.example` explains each for the person who runs the clinic.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, FilePath, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_FIELDS = (
    "database_url",
    "database_gate_url",
    "database_admin_url",
    "database_backup_url",
    "master_key",
    "smtp_password",
    "backup_s3_secret_key",
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ENV_FILE = ".env"
ClinicZone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


class Settings(BaseSettings):
    """What the environment says; built once by `settings()`."""

    model_config = SettingsConfigDict(env_prefix="THT_", env_file=ENV_FILE, extra="ignore", frozen=True)

    data_dir: Path = Path("data/clinic")
    """Where the embedded database, keys outside of it and files live."""
    demo: bool = False
    """Demo clinic: loopback only, marked on every screen, with known accounts."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_origin: str = ""
    """The address people type, for example `https://klinik.example`; empty means the loopback addresses on `port`."""
    proxy_hops: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of the clinic's own stand in front; only their `X-Forwarded-For` is believed."""
    time_zone: ClinicZone = "Asia/Jakarta"
    """Zone of the clinic: its day is the day of queues, tickets and reports."""

    database_url: str = ""
    """SQLAlchemy-free libpq URL of the login role `tht_app`; empty starts the embedded server."""
    database_gate_url: str = ""
    database_admin_url: str = ""
    """Read by `tht migrate` alone: a role with CREATEROLE and CREATE on the database, never a superuser."""
    database_backup_url: str = ""
    """Read by `tht backup` alone: the login role `tht_backup`, which may read everything and change nothing."""
    embedded: bool = False
    """Set by the program itself: the addresses above are those of the embedded server."""
    master_key_file: Path | None = None
    """File with 32 random bytes, outside the data folder; `tht init` makes it."""
    master_key: str = ""
    """The master key as 64 hexadecimal digits, for systems that hand secrets over as variables."""
    anchor_file: Path | None = None
    """Where the last seals of the audit log are written down, outside the data folder; beside it when empty."""
    files_dir: Path | None = None
    """Where attached files lie, sealed; in the data folder when empty."""
    pool_size: int = Field(default=12, ge=2, le=200)

    most_sessions: int = Field(default=5, ge=1, le=100)
    """On how many devices somebody may be signed in; the one used longest ago makes room."""

    backup_dir: Path | None = None
    """Where backups lie, best on another disk; beside the data folder when empty."""
    backup_hour: int = Field(default=2, ge=-1, le=23)
    """Hour of the clinic's day at which the daily backup is made, or when the clinic opens after it; -1: never."""
    backup_daily: int = Field(default=14, ge=1, le=3660)
    backup_weekly: int = Field(default=8, ge=0, le=520)
    backup_monthly: int = Field(default=24, ge=0, le=600)
    """Of how many days, weeks and months the newest backup is kept."""
    backup_wal: bool = False
    """Keep the embedded server's write-ahead log too, so that any moment can be restored."""
    backup_s3_endpoint: str = ""
    """`https://` address of storage that speaks S3; empty means that no copy leaves the machine."""
    backup_s3_bucket: str = ""
    backup_s3_prefix: str = ""
    backup_s3_region: str = "us-east-1"
    backup_s3_access_key: str = ""
    backup_s3_secret_key: str = ""

    smtp_host: str = ""
    """Server that takes the clinic's mail; empty means that mail is off and the clinic works without it."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """TLS from the first byte, after STARTTLS (refused without it), or none at all (a relay on the same machine)."""
    smtp_ca_file: FilePath | None = None
    """Certificates that are trusted besides those of the system: for a mail server with one of the house's own."""
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    """The clinic's own mailbox, which somebody reads: patients answer to it."""
    smtp_timeout: float = Field(default=20, ge=1, le=60)
    """Seconds that one step of the conversation may take."""
    reminder_hour: int = Field(default=16, ge=6, le=21)
    """Hour of the clinic's day before an appointment at which its reminder leaves."""
    link_hours: int = Field(default=12, ge=0, le=168)
    """Until how many hours before it an appointment may be moved or cancelled by the link in a message."""
    worker: bool = True
    """Whether the server delivers the outbox itself; switch it off where `tht outbox run` does."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line for programs that collect logs; never with a value of a person."""

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, values: dict[str, object]) -> dict[str, object]:
        named = environment()
        for name in SECRET_FIELDS:
            path = named.get(f"THT_{name.upper()}_FILE")
            if path and name != "master_key" and not values.get(name):
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @field_validator("public_origin")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _sender_for_mail(self) -> Self:
        if self.smtp_host and ("@" not in self.smtp_from or any(sign in self.smtp_from for sign in "\r\n<> ")):
            raise ValueError("THT_SMTP_FROM has to be the clinic's e-mail address when THT_SMTP_HOST is set")
        return self

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.demo and self.host not in LOOPBACK:
            raise ValueError("THT_DEMO binds to loopback only: its passwords are known to everybody")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose browsers may open the websocket and post forms."""
        if self.public_origin:
            return (self.public_origin,)
        return (f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}")

    @property
    def anchors(self) -> Path:
        """The anchor file of the audit log."""
        data_dir = self.data_dir.expanduser().resolve()
        return self.anchor_file or data_dir.with_name(f"{data_dir.name}.anchors.log")

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        data_dir = self.data_dir.expanduser().resolve()
        return (self.backup_dir or data_dir.with_name(f"{data_dir.name}.backups")).expanduser().resolve()

    @property
    def files(self) -> Path:
        """The folder of attached files."""
        return (self.files_dir or self.data_dir / "files").expanduser().resolve()

    @property
    def mail_on(self) -> bool:
        """Whether messages can leave by mail; a demo mails its invented people at most to this very machine."""
        return bool(self.smtp_host) and (not self.demo or self.smtp_host in LOOPBACK)

    @property
    def secure_cookies(self) -> bool:
        """Whether people reach the clinic by https, so that cookies may demand it."""
        return self.public_origin.startswith("https://")


def environment() -> Mapping[str, str]:
    """Every variable, from the environment or else from the file `.env`; an empty one counts as set."""
    return {name: value or "" for name, value in dotenv_values(ENV_FILE).items()} | dict(os.environ)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
