"""What the owner sets for the queue."""

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.use_cases.queue import QueueRules, ReadQueueRules, SaveQueueRules


class QueueRulesState(Acting, rx.State):
    """The card of the settings."""

    returns_after: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def load(self) -> None:
        """Show what holds."""
        rules: QueueRules = await self._execute(ReadQueueRules())
        self.returns_after = str(rules.returns_after)

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def save(self, form: dict[str, str]) -> None:
        """Change it."""
        rules = read_rules(form)
        await self._execute(SaveQueueRules(rules), form.get("_key") or None)
        self.returns_after = str(rules.returns_after)
        self.key_epoch += 1
        await self._notify("queue.rules.saved")


def read_rules(form: dict[str, str]) -> QueueRules:
    """The form; raises `ValidationFailed` for what is no number."""
    text = form.get("returns_after", "").strip()
    if not (text.isascii() and text.isdigit()):
        raise ValidationFailed({"returns_after": "required"})
    return QueueRules(int(text[:4]))
