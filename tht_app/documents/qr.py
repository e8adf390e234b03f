"""A QR code for a screen."""

import segno


def qr_image(content: str) -> str:
    """An SVG as `data:` address, dark on white in every theme, because scanners expect it so."""
    return segno.make(content, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
