"""Keep files people send: by what they are, whatever their names say, and only where what they are for is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import pgettext_lazy

from steward.kernel import errors
from steward.modules.logistics.rules.photos import evidence_kind

LARGEST_EVIDENCE_BYTES = 10 * 1024 * 1024


class UnfitEvidence(errors.Refusal):
    """Refuse what is no picture and no paper, or too large."""

    code = "unfit_evidence"
    status = 422
    message = pgettext_lazy("claims", "Add a picture or a PDF of at most 10 MB.")


def keep_evidence(number: str, content: bytes) -> str:
    """Look at what a file really is and store it for a claim; return its stored name.

    Runs before the command, so that no file is written inside a transaction. Raises: UnfitEvidence, nothing stored.
    """
    kind = evidence_kind(content)
    if not kind or len(content) > LARGEST_EVIDENCE_BYTES:
        raise UnfitEvidence
    return default_storage.save(f"claims/{number}/evidence.{kind}", ContentFile(content))


@contextmanager
def only_if_done(stored: Sequence[str]) -> Iterator[None]:
    """Take stored files away again where the step they are for is refused or fails."""
    try:
        yield
    except BaseException:
        for one in stored:
            default_storage.delete(one)
        raise
