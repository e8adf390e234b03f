"""What is said when the screens cannot be built: the cause and the remedy, out of what npm and the bundler print."""

import pytest

from tht_app.cli.frontend import _why


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY\nnpm error errno", "certificate is not trusted"),
        ("npm error code ENOTFOUND\nnpm error network", "could not be fetched"),
        ("ENOSPC: no space left on device, write", "the disk is full"),
        ("FATAL ERROR: JavaScript heap out of memory", "not enough memory"),
        ("x\nthe last line says it\n\n", "the last line says it"),
        ("", "no output"),
    ],
)
def test_the_cause_is_named(log: str, words: str):
    assert words in _why(log)
