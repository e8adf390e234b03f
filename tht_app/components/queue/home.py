"""What the queue brings to the first screen."""

from tht_app.components.queue.home_front_desk import arrivals
from tht_app.components.queue.home_nurse import waiting

__all__ = ["arrivals", "waiting"]
