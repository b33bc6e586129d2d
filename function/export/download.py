"""A short-lived address of the current file, for a browser or a data tool to fetch it straight from S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.store import MemberStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def download(store: MemberStore, presigner: S3Client, expires_in: int) -> dict[str, Any]:
    """The answer's body; raises NotFoundError when there is no file.

    The address names the object's version: it serves that very file, whole, also when a newer one takes its place
    before or while it is fetched. `presigner` may have another endpoint than the store's client.
    """
    current = store.current()
    name = current.key.rpartition("/")[2]
    parameters: dict[str, str] = {
        "Bucket": store.bucket,
        "Key": current.key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
    }
    if current.version_id:
        parameters["VersionId"] = current.version_id
    return {
        "url": presigner.generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_in),
        "key": current.key,
        "expires_in": expires_in,
        "record_count": current.record_count,
        "generated_at": current.generated_at,
    }
