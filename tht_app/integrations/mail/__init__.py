"""Mail: the conversation with the server, the words, the calendar file."""

from .client import MailChannel, MailServer
from .ics import calendar_file
from .mapper import mail_of

__all__ = ["MailChannel", "MailServer", "calendar_file", "mail_of"]
