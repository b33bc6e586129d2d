"""Lambda's entry point of the image `export`: everything is built here, once, while the container starts."""

import os
from datetime import UTC, datetime

from shared.coldstart import without_collections

with without_collections():
    from export.generate import Generator
    from export.limits import Memory
    from export.routes import make_api
    from shared.clients import dynamodb_client, s3_client
    from shared.config import read_config
    from shared.startup import PoolVerifier, make_log
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
            memory=Memory.of_lambda(os.environ),
        ),
        _s3,
        PoolVerifier(_config),
        _log,
    )
