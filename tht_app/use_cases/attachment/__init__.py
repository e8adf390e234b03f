"""What a person may do with the files of a visit."""

from .closing import MarkInError, RemoveAttachment, clear_away
from .reading import AttachmentsOfPatient, AttachmentsOfVisit, OpenAttachment, VisitAttachments
from .receiving import finish_upload, receive_piece, received_bytes
from .serving import ShownFile, page_of, thumbnail_of, whole_file
from .uploading import BeginUpload, DropUpload

__all__ = [
    "AttachmentsOfPatient",
    "AttachmentsOfVisit",
    "BeginUpload",
    "DropUpload",
    "MarkInError",
    "OpenAttachment",
    "RemoveAttachment",
    "ShownFile",
    "VisitAttachments",
    "clear_away",
    "finish_upload",
    "page_of",
    "receive_piece",
    "received_bytes",
    "thumbnail_of",
    "whole_file",
]
