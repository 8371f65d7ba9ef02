"""Every rule with its sentence, as schemas/RULES.md tells them."""

from groundctl.domain.declarations.rules import RULES

# What is found elsewhere, with a sentence for each; a test keeps this list and the code together.
OTHER_RULES = {
    "GT001": "A declaration is UTF-8.",
    "GT002": "A declaration has at most 256 KB.",
    "GT003": "A declaration is YAML.",
    "GT004": "Anchors, aliases, tags, merge keys and field names that are no plain text hide from a reviewer what is declared.",
    "GT005": "A declaration is a mapping of fields.",
    "GT006": "A file holds one declaration.",
    "GT007": "A field is given once; of two, YAML would silently keep the last.",
    "GT008": "A declaration has at most 10,000 values and 20 levels.",
    "GT009": "A number has at most 15 digits; more would silently become another number.",
    "GT010": "A text holds no characters that nobody sees: a reviewer and a worker would read different things.",
    "GT011": "A declaration is a file, not a link: behind a link a reviewer sees no change.",
    "GT100": "The schema holds, also where groundctl has no words of its own for a fault.",
    "GT101": "Every field is one the schema knows.",
    "GT102": "Every field that is needed is there, with those it works together with.",
    "GT103": "A value is of its field's kind: text, a whole number, a list, a mapping.",
    "GT104": "A value is one of its field's choices.",
    "GT105": "A text has its field's form.",
    "GT106": "A text is neither too short nor too long.",
    "GT107": "A number is neither too small nor too large.",
    "GT108": "A list or mapping has neither too few nor too many entries.",
    "GT109": "A list names nothing twice.",
    "GT301": "AWS compares names ignoring case, and so would find the second job's name taken.",
    "GT302": "A circle of from_job would wait for ever.",
    "GT401": "A file that a declaration names is a plain file beside it.",
    "GT402": "A file that a declaration names is UTF-8 text that is neither blank nor too long.",
    "GT410": "A worker page has at most 128,000 characters, as AWS's preview does, and a template at most 1,000 tags.",
    "GT411": "A template has the Crowd HTML elements that show the question, each once and in its place.",
    "GT412": "A template offers the job's labels, and names the answer as AWS's consolidation reads it.",
    "GT413": "A template's elements are closed, and its video is one that workers can play again.",
    "GT414": "A template shows the clip, signed for the worker.",
    "GT415": "A template writes no input unescaped, and hides no text from review.",
    "GT416": "A template runs no script of its own, and sends workers nowhere unseen.",
    "GT417": "A template is Liquid that Ground Truth can fill in.",
    "GT418": "A template has no placeholders of AWS's sample left.",
    "GT419": "A picture in instructions has an address that can be signed for workers.",
    "GT601": "A job runs in the infrastructure's Region, which has the built-in functions.",
    "GT602": "A work team is one that the infrastructure hands over, and the public crowd goes by its own name.",
    "GT603": "A topic is one that the infrastructure hands over.",
    "GT604": "Clips lie in a bucket that the execution role can read.",
    "GT605": "Labels go to the bucket that the execution role can write.",
    "GT606": "Labels are encrypted with the key that the execution role may use.",
    "GT701": "An input manifest has lines that AWS reads, and no more than it takes.",
    "GT702": "The manifest that a job starts from is there, and AWS lets us read it.",
    "GT703": "Clips that a manifest names lie where the team's clips may, and where the execution role can read.",
    "GT704": "A job that continues another one keeps its labels in their order: the output numbers them so.",
    "GT705": "A job that asks another one's question again says so: every clip is paid for again.",
}

# Reasons in a plan: P1xx what is known of the job, P2xx money, P3xx worth knowing.
PLAN_RULES = {
    "P101": "A name belongs for ever to the job that had it first.",
    "P102": "A job declared as stopped before it ever ran is left alone.",
    "P103": "A job that continues another waits until that one is done.",
    "P104": "A labeling job cannot be changed once it exists.",
    "P105": "The same labels on the same clips are bought once, unless `rerun_of` says that again is meant.",
    "P106": "A job that no file declares any more is reported and left alone.",
    "P107": "A job continues one that can end with an output.",
    "P108": "A job that failed keeps its name; the rest needs a new one.",
    "P201": "A job stays within its own budget.",
    "P202": "A job stays within the ceiling for one job in jobs/policy.yaml.",
    "P203": "A plan stays within the ceiling for one plan in jobs/policy.yaml.",
    "P204": "A job fed by a topic has no bound, and needs the policy's word.",
    "P205": "A job without a bound takes no budget: nothing could hold it.",
    "P301": "A clip listed twice is labeled, and paid for, twice.",
}


def rule_reference() -> str:
    """Write every rule with its sentence as Markdown; schemas/RULES.md holds it."""
    own = {name: (check.__doc__ or "").strip().partition("\n")[0] for name, check in RULES.items()}
    lines = [f"| {name} | {sentence} |" for name, sentence in sorted({**OTHER_RULES, **own}.items())]
    plan = [f"| {name} | {sentence} |" for name, sentence in sorted(PLAN_RULES.items())]
    return "\n".join([_REFERENCE_HEAD, *lines, "", _PLAN_HEAD, *plan, ""])


_REFERENCE_HEAD = """\
# Rules

What `groundctl` checks, by the id in its messages. GT0xx: reading the file; GT1xx: the schema; GT2xx: one declaration;
GT3xx: declarations together; GT4xx: texts and templates beside them; GT5xx: this repository's policy; GT6xx: the
infrastructure, when a plan is made; GT7xx: the clips, when a plan is made. Written by `tests/declarations/write_rules.py`.

| Rule | Because |
|---|---|"""

_PLAN_HEAD = """\
## Plans

What a plan says about jobs, by the id behind its reasons.

| Rule | Because |
|---|---|"""
