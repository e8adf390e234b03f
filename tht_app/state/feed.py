"""Whether screens move by themselves at the moment; the line above every page shows it."""

import reflex as rx


class FeedState(rx.State):
    """Set from outside of events, by the live feed."""

    cut_off: bool = False
