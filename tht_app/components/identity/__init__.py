"""Parts of the screens about accounts."""
