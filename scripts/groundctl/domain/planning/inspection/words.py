"""The words for each fault of a clip: what it is, what happens to workers, and what to do. GT710 to GT718."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.domain.clips.inspection.faults import Fault
from groundctl.domain.declarations.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class FaultWords:
    """How a fault is reported: a message for one clip and one for many, with {detail}, and a hint."""

    rule: str
    severity: Severity
    one: str
    many: str
    hint: str


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_EXCLUDE = "or leave them out with input.exclude"
_CONVERT = "convert them to H.264 in MP4 (ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p -movflags +faststart OUT.mp4)"
_AGAIN = f"upload them again, {_EXCLUDE}"

FAULT_WORDS: dict[Fault, FaultWords] = {
    Fault.MISSING: FaultWords(
        "GT711",
        _ERROR,
        "does not exist: AWS would fail its task",
        "do not exist: AWS would fail their tasks",
        "correct the names, which S3 compares exactly, with case; or upload the clips first",
    ),
    Fault.DENIED: FaultWords(
        "GT711",
        _WARNING,
        "cannot be looked at, because S3 denies access: whether it exists and plays is not known",
        "cannot be looked at, because S3 denies access: whether they exist and play is not known",
        "check the names; the roles record and apply of terraform/modules/github-access may look at clips",
    ),
    Fault.OTHER_REGION: FaultWords(
        "GT711",
        _ERROR,
        "is in a bucket of another Region: no worker would see it",
        "are in a bucket of another Region: no worker would see them",
        "copy them to a bucket in the Region of the job",
    ),
    Fault.CUSTOMER_KEY: FaultWords(
        "GT714",
        _ERROR,
        "is encrypted with a key that S3 does not keep (SSE-C): no worker would see it",
        "are encrypted with keys that S3 does not keep (SSE-C): no worker would see them",
        f"copy them onto themselves with SSE-S3 or SSE-KMS, {_EXCLUDE}",
    ),
    Fault.EMPTY: FaultWords(
        "GT713",
        _ERROR,
        "is empty (0 bytes): workers would see nothing",
        "are empty (0 bytes): workers would see nothing",
        f"upload them again: the upload has failed; {_EXCLUDE}",
    ),
    Fault.ARCHIVED: FaultWords(
        "GT712",
        _ERROR,
        "is archived ({detail}): workers would see an error",
        "are archived ({detail}): workers would see an error",
        f"restore them for as long as the job may run, {_EXCLUDE}",
    ),
    Fault.RESTORING: FaultWords(
        "GT712",
        _ERROR,
        "is archived ({detail}) and being restored: workers would see an error",
        "are archived ({detail}) and being restored: workers would see an error",
        "plan again when S3 has restored them, which takes up to 48 hours",
    ),
    Fault.RESTORED: FaultWords(
        "GT712",
        _WARNING,
        "is restored from an archive ({detail}) for some days only: after that, workers see an error",
        "are restored from an archive ({detail}) for some days only: after that, workers see an error",
        "check that they stay restored until the job ends, or copy them to the class STANDARD",
    ),
    Fault.TINY: FaultWords(
        "GT710",
        _WARNING,
        "is smaller than any video (below 500 bytes): workers may see nothing",
        "are smaller than any video (below 500 bytes): workers may see nothing",
        "play one of them; input.size.min leaves out small ones",
    ),
    Fault.HUGE: FaultWords(
        "GT710",
        _WARNING,
        "is larger than 2 GB: workers wait, and each look is paid as transfer",
        "are larger than 2 GB: workers wait, and each look is paid as transfer",
        "cut or convert them; input.size.max leaves out large ones",
    ),
    Fault.CONTENT_TYPE: FaultWords(
        "GT718",
        _WARNING,
        "has the content type {detail}, and browsers may refuse to play it",
        "have the content type {detail}, and browsers may refuse to play them",
        "upload them with the content type video/mp4 or video/webm",
    ),
    Fault.CONTENT_CODING: FaultWords(
        "GT718",
        _WARNING,
        "has the content encoding {detail}, and browsers cannot start in the middle of it",
        "have the content encoding {detail}, and browsers cannot start in the middle of them",
        "upload them without Content-Encoding",
    ),
    Fault.NO_VIDEO: FaultWords(
        "GT715",
        _ERROR,
        "{detail}: workers would see no video",
        "{detail}: workers would see no video",
        f"replace them by videos, {_EXCLUDE}",
    ),
    Fault.CUT_OFF: FaultWords(
        "GT715",
        _ERROR,
        "is cut off: it ends before its own last part, and workers would see a part of it",
        "are cut off: they end before their own last part, and workers would see a part of them",
        _AGAIN,
    ),
    Fault.SOUND_ONLY: FaultWords(
        "GT715",
        _ERROR,
        "has sound and no pictures: workers would see nothing",
        "have sound and no pictures: workers would see nothing",
        f"replace them by videos, {_EXCLUDE}",
    ),
    Fault.NO_TRACK: FaultWords(
        "GT715",
        _ERROR,
        "has no pictures: workers would see nothing",
        "have no pictures: workers would see nothing",
        f"replace them by videos, {_EXCLUDE}",
    ),
    Fault.CODEC: FaultWords(
        "GT715",
        _ERROR,
        "is encoded with {detail}, which browsers do not play: workers would see nothing",
        "are encoded with {detail}, which browsers do not play: workers would see nothing",
        _CONVERT,
    ),
    Fault.HEVC: FaultWords(
        "GT715",
        _WARNING,
        "is encoded with HEVC (H.265), which only some browsers on some machines play: other workers would see nothing",
        "are encoded with HEVC (H.265), which only some browsers on some machines play: other workers would see nothing",
        _CONVERT,
    ),
    Fault.PIXELS: FaultWords(
        "GT715",
        _WARNING,
        "has H.264 pictures of a kind for studios ({detail}), which some browsers do not play",
        "have H.264 pictures of a kind for studios ({detail}), which some browsers do not play",
        _CONVERT,
    ),
    Fault.MATROSKA: FaultWords(
        "GT715",
        _WARNING,
        "is Matroska (MKV), which some browsers do not play, whatever its name ends in",
        "are Matroska (MKV), which some browsers do not play, whatever their names end in",
        "change the container without loss: ffmpeg -i IN -c copy -movflags +faststart OUT.mp4",
    ),
    Fault.OTHER_CONTAINER: FaultWords(
        "GT715",
        _WARNING,
        "has the content of another format than its name says ({detail}), and some browsers do not play that",
        "have the content of another format than their names say ({detail}), and some browsers do not play that",
        "rename them by their content",
    ),
    Fault.NO_DURATION: FaultWords(
        "GT716",
        _WARNING,
        "does not say how long it is: workers cannot jump in it",
        "do not say how long they are: workers cannot jump in them",
        "change the container without loss: ffmpeg -i IN -c copy OUT",
    ),
    Fault.NO_LENGTH: FaultWords(
        "GT716",
        _WARNING,
        "lasts less than a tenth of a second: workers may see nothing",
        "last less than a tenth of a second: workers may see nothing",
        f"play one of them; check how they were cut, {_EXCLUDE}",
    ),
    Fault.TOO_LONG: FaultWords(
        "GT716",
        _WARNING,
        "lasts longer than the task_time_limit: a worker who watches it to the end loses the task",
        "last longer than the task_time_limit: workers who watch them to the end lose the task",
        "raise workforce.task_time_limit, or cut the clips",
    ),
    Fault.INDEX_LAST: FaultWords(
        "GT717",
        _WARNING,
        "has its index at the end: browsers fetch the end before they play it, so it starts late",
        "have their index at the end: browsers fetch the end before they play them, so they start late",
        "move the index without loss: ffmpeg -i IN -c copy -movflags +faststart OUT.mp4",
    ),
    Fault.TOO_MANY_PIXELS: FaultWords(
        "GT715",
        _WARNING,
        "is {detail} pixels, more than 4K: browsers of workers may play it badly or not at all",
        "are {detail} pixels, more than 4K: browsers of workers may play them badly or not at all",
        "make them smaller: ffmpeg -i IN -vf scale=1280:-2 OUT.mp4",
    ),
    Fault.NOT_READ: FaultWords(
        "GT715",
        _WARNING,
        "could not be looked into: {detail}",
        "could not be looked into: {detail}",
        "play one of them in a browser before you merge",
    ),
}
