"""Sending a file to a plain HTTP route of ours."""

import reflex as rx

from tht_app.script import script

SCRIPT = script("upload_form.jsx")


class UploadForm(rx.Component):
    """A form that the browser posts to `action` as multipart; Reflex's own form never lets it."""

    library = SCRIPT.importable_path
    tag = "UploadForm"

    action: rx.Var[str]
