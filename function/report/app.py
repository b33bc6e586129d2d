"""Lambda's entry point of the image `report`: everything is built here, once, while the container starts."""

import os
from datetime import UTC, datetime

from shared.coldstart import without_collections

with without_collections():
    from report.routes import make_api
    from shared.clients import s3_client
    from shared.config import read_config
    from shared.startup import PoolVerifier, make_log
    from shared.store import MemberStore

    _config = read_config(os.environ, needs_table=False)
    _log = make_log("report", _config)

    handler = make_api(
        _config,
        MemberStore(s3_client(), _config.reports_bucket),
        lambda: datetime.now(UTC),
        PoolVerifier(_config),
        _log,
    )
