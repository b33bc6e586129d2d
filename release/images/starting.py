"""release start: each function of a built image is started, as Lambda would, up to its wish for the first event.

Whatever loads when a function starts has loaded then: the interpreter, the handler's module and all that it imports.
No event is handed out, so nothing is done. An image that cannot start is found before it is published (faults.md, 64).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from release import tables
from release.errors import GateError
from release.images import startfigures
from release.images.model import Archive
from release.images.ports import Starter
from release.images.startfigures import NOTHING, StartFigures, StartsBefore
from release.images.startrecord import StartRecord, StartRequest
from release.settings.functionenv import StartSettings
from release.settings.start import StartRules

#: Seconds that Lambda gives the init phase ("Understanding the Lambda execution environment lifecycle"): what takes
#: longer is ended, and starts anew within the first event's own time.
INIT_PHASE = 10
#: What an image without a function in the template is started as.
ALONE = "(no function)"
_AGAIN = "mend it and commit, then: release build && release start"
_KEEPS = "the registry and every environment"


def environment(settings: StartSettings, rules: StartRules, region: str) -> Mapping[str, str]:
    """The variables of one start: Lambda's ("Using Lambda environment variables", reserved ones), the template's, ours.

    The credentials are none, and the machine's own are out of reach, so nothing can be done to an account.
    """
    name = settings.logical_id
    return {
        **settings.env,
        **rules.env,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "release-start",
        "AWS_ACCESS_KEY_ID": "release-start",
        "AWS_SECRET_ACCESS_KEY": "release-start",
        "AWS_SESSION_TOKEN": "release-start",
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "TZ": ":UTC",
    }


def start(
    archive: Archive,
    platform: str,
    functions: Sequence[StartSettings],
    rules: StartRules,
    region: str,
    starter: Starter,
) -> StartRecord:
    """Start every function of an image, one after another, so that none disturbs the other's time.

    Raises MachineError, RemoteError: the engine cannot start anything; that says nothing about the image.
    """
    found = {}
    with starter.loaded(archive, platform) as run:
        for each in functions or (StartSettings(ALONE),):
            found[each.logical_id] = run(StartRequest(archive, platform, each, environment(each, rules, region)))
    return StartRecord(archive.image, archive.digest, archive.manifest.size, found)


def problems(record: StartRecord, rules: StartRules, before: StartsBefore = NOTHING) -> list[str]:
    """Why the image may not be published, a sentence each; none: it may. A broken budget is told with what was."""
    found = []
    for name, one in record.functions.items():
        who = f"image {record.image}, {name}"
        if one.seconds is None:
            found.append(f"{who}: does not start: {one.problem}")
            continue
        if rules.max_init and one.seconds > rules.max_init:
            told = f"ready after {one.seconds:.1f} s, its budget is {rules.max_init:g} s (max-init)"
            found.append(f"{who}: {told}{_was(before, record.image, name, startfigures.seconds)}")
        if rules.max_memory and one.memory is None:
            found.append(f"{who}: this engine does not tell its memory, which has a budget (max-memory)")
        elif rules.max_memory and (one.memory or 0) > rules.max_memory:
            told = f"holds {tables.size(one.memory or 0)}, its budget is {tables.size(rules.max_memory)} (max-memory)"
            found.append(f"{who}: {told}{_was(before, record.image, name, startfigures.memory)}")
    return found


def _was(before: StartsBefore, image: str, function: str, told: Callable[[StartFigures], str]) -> str:
    known = before.of(image, function)
    return f"; {before.where}: {told(known)}" if known else ""


def checked(records: Sequence[StartRecord], rules: Mapping[str, StartRules], before: StartsBefore = NOTHING) -> None:
    """Raises GateError when one of the images may not be published; the message names every reason."""
    if found := [problem for record in records for problem in problems(record, rules[record.image], before)]:
        raise GateError("\n".join(found), untouched=_KEEPS, next_step=_AGAIN)


def require(
    image: str, digest: str, functions: Sequence[StartSettings], rules: StartRules, record: StartRecord | None
) -> None:
    """Raises GateError unless every function of the image was started from exactly this digest, and well."""
    if not rules.wanted:
        return
    names = {each.logical_id for each in functions} or {ALONE}
    if record is None or record.digest != digest or (missing := names - record.functions.keys()):
        which = f" as {', '.join(sorted(missing))}" if record and record.digest == digest else ""
        raise GateError(
            f"image {image} ({digest}) was never started{which}, so nobody knows whether it can",
            untouched=_KEEPS,
            next_step="release start, or start = false with a start-reason in release.toml",
        )
    checked([record], {image: rules})
