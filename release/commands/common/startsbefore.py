"""What a start is compared with: the release that is live in the last environment, else what the build before left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from release.errors import ReleaseError

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.images.startfigures import StartsBefore
    from release.settings.config import Config


def known(wiring: Wiring, config: Config) -> StartsBefore:
    """The figures to stand beside those of now. It decides nothing, so what is not known is said and stops nothing.

    Without credentials (a pull request, the job that builds) nobody can ask what is live: then those of the build
    before are taken, which lie beside its archives (RELEASE_ARCHIVES), on a pull request those of main's last build.
    """
    from release.images.startfigures import StartsBefore, measured

    found, why = _live(wiring, config)
    if found:
        return found
    try:
        left = {image: record for image in config.images if (record := wiring.starts.start_before(image))}
    except ReleaseError as error:
        return StartsBefore(why=f"{why}; {error.message}")
    if not left:
        return StartsBefore(why=why)
    return StartsBefore({image: measured(record) for image, record in left.items()}, "the build before", why)


def _live(wiring: Wiring, config: Config) -> tuple[StartsBefore | None, str]:
    """What is live in the last environment; None and why, where that is not known here."""
    from release.deployments import observe
    from release.images.startfigures import StartsBefore

    environment = next(reversed(list(config.environments)), "")
    if not environment:
        return None, "release.toml has no environment"
    if not wiring.may_ask_aws:
        return None, "there are no AWS credentials here"
    try:
        with wiring.target(environment) as target:
            if (live := target.ledger().live) is None:
                return None, f"nothing is live in {environment}"
            record = observe.deployed(live.claim, target).record
    except ReleaseError as error:
        return None, error.message
    images = {name: image.measured for name, image in record.images.items()}
    return StartsBefore(images, f"v{live.claim.version}, live in {environment}"), ""
