"""Rules about what workers read: title, description, instructions or a template."""

from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.registry import Case, error, rule
from groundctl.domain.declarations.spec import AT_FAULT, is_file_name

_LINE_BREAKS = "\n\r\u2028\u2029\x85"
_LAST_OF_BASIC_PLANE = "\ufffd"
_TEXT_FILES = (".md", ".html", ".txt", ".liquid")


@rule("GT211", given=("/task/template", "/task/instructions"))
def worker_page_has_one_source(case: Case) -> Iterator[Diagnostic]:
    """The worker page is made from instructions, or from your own template."""
    spec = case.spec
    instructed = spec.short_instructions is not None or spec.full_instructions is not None
    if spec.template is not None and instructed:
        message = "cannot be combined with instructions, which are part of a template"
        yield error("GT211", "/task/template", message, "keep one of the two")
    elif spec.template is None and not instructed:
        hint = "add instructions with short: and full:"
        yield error("GT211", "/task", "has neither instructions nor template", hint, at_key=True)


@rule("GT213", each=("/task/title", "/task/description"))
def texts_for_workers_pass_aws(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts titles without emoji (basic plane only) and descriptions of one line."""
    for field, text in (("title", case.spec.title), ("description", case.spec.description)):
        pointer = f"/task/{field}"
        if text is AT_FAULT:
            continue
        if not text:
            yield error("GT213", pointer, "is blank", "write what workers should read")
        elif not text.isprintable() and any(character in text for character in _LINE_BREAKS):
            yield error("GT213", pointer, "has more than one line", "write it on one line, or fold it with `>-`")
        if field == "title" and max(text, default="") > _LAST_OF_BASIC_PLANE:
            astral = next(character for character in text if character > _LAST_OF_BASIC_PLANE)
            message = f"contains {astral!r} (U+{ord(astral):04X}), which AWS does not accept in titles"
            yield error("GT213", pointer, message, "remove emoji and rare characters")


@rule("GT228", each=("/task/instructions/short", "/task/instructions/full"))
def instruction_files_are_markdown(case: Case) -> Iterator[Diagnostic]:
    """Workers would read a file name that is not a Markdown file as their instructions."""
    for part, text in (("short", case.spec.short_instructions), ("full", case.spec.full_instructions)):
        if text is None or text is AT_FAULT:
            continue
        pointer, written = f"/task/instructions/{part}", text.strip()
        if not written:
            yield error("GT228", pointer, "is blank", "write what workers should know")
        elif written.lower().endswith(_TEXT_FILES) and "\n" not in written and not is_file_name(text):
            message = "looks like a file name but does not name a .md file beside this one"
            yield error("GT228", pointer, message, "name a Markdown file without spaces, or write the text itself")
