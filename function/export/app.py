"""Lambda's entry point of the image `export`: everything is built here, once, while the container starts."""

import os
from datetime import UTC, datetime

from export.generate import Generator
from export.routes import make_api
from shared.clients import dynamodb_client, s3_client
from shared.config import read_config
from shared.startup import make_log, make_verifier
from shared.store import MemberStore

_config = read_config(os.environ, needs_table=True)
_log = make_log("export", _config)
_s3 = s3_client()

handler = make_api(
    _config,
    Generator(
        dynamodb=dynamodb_client(),
        store=MemberStore(_s3, _config.reports_bucket),
        config=_config,
        now=lambda: datetime.now(UTC),
        log=_log,
    ),
    _s3,
    make_verifier(_config),
    _log,
)
