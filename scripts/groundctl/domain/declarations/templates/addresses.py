"""The addresses in a worker page: a constant on an allowed host, or exactly an S3 object signed for the worker.

Nothing may stand around the signed address: as a part of another address, it would be given away.
"""

import re
from collections.abc import Callable, Collection

from groundctl.domain.declarations.templates.allowed import LOADED
from groundctl.domain.declarations.templates.faults import Refusal, shown

# No user, no port, and nothing that browsers convert: no `&`, `\\`, or characters outside of ASCII before the path.
_WEB = re.compile(r"https://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:[/?#][^\s<>\"'`\\{}|^]*)?")
_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+(?:\?[A-Za-z0-9._%+=-]*)?")
_FRAGMENT = re.compile(r"#[A-Za-z0-9_.-]*")
SIGNED = re.compile(
    r"\{\{-?\s*(?:(?P<path>[A-Za-z_][\w.]*)|(?P<quote>['\"])(?P<uri>s3://[a-z0-9][a-z0-9.-]+/[^\"'`{}<>&|\\\s]+)(?P=quote))"
    r"\s*\|\s*grant_read_access\s*-?\}\}",
    re.ASCII,
)
CLIP = "task.input.taskObject"
# The rule about hosts, which is one of the policy.
FOREIGN_PICTURE = "GT420"


def refuse_address(
    name: str,
    value: str,
    *,
    hosts: Collection[str] | None,
    is_clip: Callable[[str], bool] = CLIP.__eq__,
) -> Refusal | None:
    """Return why an attribute's value is not an allowed address.

    hosts are those that the page may load from, or None if they are unknown. is_clip says whether a Liquid variable holds
    the address of the clip.
    """
    if "placeholder.png" in value:
        return Refusal(
            rule="GT418",
            message="is still the placeholder image of AWS's sample",
            hint="use your own picture, or remove it",
        )
    if "{{" in value or "{%" in value:
        return _liquid(name, value, is_clip)
    if name in LOADED:
        return _loaded(name, value, hosts)
    if _WEB.fullmatch(value) or _MAIL.fullmatch(value) or _FRAGMENT.fullmatch(value):
        return None
    return _not_an_address(name, value)


def _liquid(name: str, value: str, is_clip: Callable[[str], bool]) -> Refusal | None:
    signed = SIGNED.fullmatch(value)
    if signed and (signed["uri"] or is_clip(signed["path"])):
        return None
    if "grant_read_access" not in value and value.startswith("{{"):
        message = f"{name} is an address that comes from input data"
        hint = "sign it: {{ ... | grant_read_access }}, or write the https:// address"
        return Refusal(rule="GT416", message=message, hint=hint)
    message = f"{name} is neither a constant address nor exactly a signed one"
    hint = f'write {name}="{{{{ {CLIP} | grant_read_access }}}}" or {name}="{{{{ \'s3://...\' | grant_read_access }}}}", no more'
    return Refusal(rule="GT416", message=message, hint=hint)


def _loaded(name: str, value: str, hosts: Collection[str] | None) -> Refusal | None:
    web = _WEB.fullmatch(value)
    if not web:
        return _not_an_address(name, value)
    if hosts is None or web[1] in hosts:
        return None
    message = f"{name} loads from {shown(web[1])}, which sees who works, and when"
    hint = "put it on S3 and sign it, or list the host in `picture_hosts` of jobs/policy.yaml"
    return Refusal(rule=FOREIGN_PICTURE, message=message, hint=hint)


def _not_an_address(name: str, value: str) -> Refusal:
    # Browsers skip spaces and control characters in addresses.
    address = re.sub(r"[\x00-\x20]", "", value).lower()
    if address.startswith("s3:"):
        message = f"{name} is an S3 URI, which workers' browsers cannot open"
        hint = f"write {name}=\"{{{{ '{shown(value)}' | grant_read_access }}}}\""
    elif address.startswith("http:"):
        message, hint = f"{name} is loaded without TLS", "use https://, or S3 with grant_read_access"
        if name not in LOADED:
            message, hint = f"{name} leads to a page without TLS", "link to https:// only"
    elif name in LOADED:
        message = f"{name} is not a web address"
        hint = f"write {name}=\"{{{{ 's3://...' | grant_read_access }}}}\", or https:// and a host that jobs/policy.yaml lists"
    else:
        message, hint = f"{name} is not a web address", "link to https:// only"
    return Refusal(rule="GT416", message=message, hint=hint)
