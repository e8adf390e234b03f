"""Storage elsewhere that speaks S3: where copies of backups go."""

from .client import Storage, StorageProblem, storage_of

__all__ = ["Storage", "StorageProblem", "storage_of"]
