"""Every rule with a sentence about it, for schemas/RULES.md."""

from groundctl.domain.declarations.rules.registry import sentences

# Rules that are checked elsewhere, with their sentences; a test compares this list with the code.
OTHER_RULES = {
    "GT001": "A declaration is UTF-8.",
    "GT002": "A declaration has at most 256 KB.",
    "GT003": "A declaration is YAML.",
    "GT004": "Anchors, aliases, tags, merge keys and field names that are not plain text hide from a reviewer what is declared.",
    "GT005": "A declaration is a mapping of fields.",
    "GT006": "A file holds one declaration.",
    "GT007": "A field is given once; YAML would silently keep the last of two.",
    "GT008": "A declaration has at most 10,000 values and 20 levels.",
    "GT009": "A number has at most 15 digits; with more it would silently become another number.",
    "GT010": "A text has no invisible characters: a reviewer and a worker would read different things.",
    "GT011": "A declaration is a file, not a link: a reviewer cannot see changes behind a link.",
    "GT012": "A text with ` #` is in quotes; without quotes, YAML reads the rest as a comment, and the text is cut silently.",
    "GT100": "A declaration fits the schema; for this keyword groundctl has no message of its own.",
    "GT101": "Every field is in the schema.",
    "GT102": "Every required field is given, with the fields that it depends on.",
    "GT103": "A value has the type of its field: text, a whole number, a list, a mapping.",
    "GT104": "A value is one of its field's choices.",
    "GT105": "A text has the form that its field requires.",
    "GT106": "A text is neither too short nor too long.",
    "GT107": "A number is neither too small nor too large.",
    "GT108": "A list or mapping has neither too few nor too many entries.",
    "GT109": "A list has no repeated entries.",
    "GT301": "AWS compares names ignoring case, so the second job's name would be taken.",
    "GT302": "Jobs that continue each other in a cycle would wait forever.",
    "GT401": "A file that a declaration names is a plain file beside it.",
    "GT402": "A file that a declaration names is UTF-8 text that is neither blank nor too long.",
    "GT410": "A worker page has at most 128,000 characters, as AWS's preview does, and a template at most 1,000 tags.",
    "GT411": "A template has each of the Crowd HTML elements that show the question once, in the right place.",
    "GT412": "A template offers the job's labels, and gives the answer the name that AWS's consolidation reads.",
    "GT413": "A template's elements are closed, and workers can replay its video.",
    "GT414": "A template shows the clip, signed for the worker.",
    "GT415": "A template escapes all input, hides no text from review, and writes no markup with Liquid.",
    "GT416": "A worker page has only listed elements, attributes, styles and addresses, which every browser reads alike.",
    "GT417": "A template is Liquid that Ground Truth can fill in.",
    "GT418": "A template contains no placeholders of AWS's sample.",
    "GT419": "A picture in instructions has an address that can be signed for workers.",
    "GT420": "A worker page loads pictures and media from S3, or from a host that jobs/policy.yaml lists.",
    "GT601": "A job runs in the infrastructure's Region, which has the built-in functions.",
    "GT602": "A work team is defined by the infrastructure; the public workforce is declared as crowd: public.",
    "GT603": "A topic is defined by the infrastructure.",
    "GT604": "Clips are in a bucket that the execution role can read.",
    "GT605": "Labels go to the bucket that the execution role can write.",
    "GT606": "Labels are encrypted with the key that the execution role may use.",
    "GT701": "An input manifest has lines that AWS can read, and no more than it accepts.",
    "GT702": "The manifest that a job starts from exists, and groundctl may read it.",
    "GT703": "Clips in a manifest are under the team's prefixes, and in a bucket that the execution role can read.",
    "GT704": "A job that continues another one keeps the order of its labels: the output refers to labels by number.",
    "GT705": "A job that asks another one's question again must say so: every clip is paid for again.",
}

# Reasons in a plan: P1xx the state of the job, P2xx money, P3xx remarks, P4xx notes about the ledger.
PLAN_RULES = {
    "P101": "A name belongs permanently to the job that used it first.",
    "P102": "A job declared as stopped before it ran is not created.",
    "P103": "A job that continues another waits until that one has ended.",
    "P104": "A labeling job cannot be changed once it exists.",
    "P105": "A clip is bought once for a question, unless `only_new` leaves it out or `rerun_of` asks for it again.",
    "P106": "A job that no file here declares is reported and left unchanged.",
    "P107": "A job continues one that can end with an output.",
    "P108": "A job that failed keeps its name; the remaining clips need a job with a new name.",
    "P109": "A job whose file has problems goes on; it is not compared with its file.",
    "P110": "A job with `only_new` and no new clips is not created.",
    "P111": "`rerun_of` names a job that the purchase ledger knows, and that was asked this question about some of these clips.",
    "P112": "A job whose earlier request AWS may still accept waits until that is over, if its declaration or clips have changed.",
    "P113": "Nothing is bought while the purchase ledger is not open, is another one, or has an entry that cannot be read.",
    "P114": "A job that the purchase ledger knows is not bought again, even if AWS does not show it.",
    "P201": "A job stays within its own budget.",
    "P202": "A job stays within the limit for one job in jobs/policy.yaml.",
    "P203": "A plan stays within the limit for one plan in jobs/policy.yaml.",
    "P204": "A streaming job has no limit on clips, so the policy must allow it.",
    "P205": "A streaming job takes no budget: it could not be enforced.",
    "P301": "A clip listed twice is labeled, and paid for, twice.",
    "P302": "`only_new` leaves out the clips that were already asked.",
    "P303": "Another job asked a similar question about some of these clips.",
    "P304": "`rerun_of` pays again for clips.",
    "P305": "A purchase that an earlier run recorded is continued.",
    "P306": "A recorded purchase that can no longer become a job is replaced.",
    "P401": "A recorded purchase is left open, and this plan does not continue it.",
    "P402": "A job exists although its purchase was voided.",
    "P403": "The purchase ledger does not know a job that exists.",
    "P404": "The question of an existing job gets a name in the purchase ledger.",
    "P405": "AWS has refused the request of a job that is to be created.",
}


def rule_reference() -> str:
    """Write the reference of all rules as Markdown, for schemas/RULES.md."""
    lines = [f"| {name} | {sentence} |" for name, sentence in sorted({**OTHER_RULES, **sentences()}.items())]
    plan = [f"| {name} | {sentence} |" for name, sentence in sorted(PLAN_RULES.items())]
    return "\n".join([_REFERENCE_HEAD, *lines, "", _PLAN_HEAD, *plan, ""])


_REFERENCE_HEAD = """\
# Rules

What `groundctl` checks, by the id in its messages. GT0xx: reading the file; GT1xx: the schema; GT2xx: one declaration;
GT3xx: declarations together; GT4xx: texts and templates beside them; GT5xx: this repository's policy; GT6xx: the
infrastructure, when a plan is made; GT7xx: the clips, when a plan is made. Generated by `tests/declarations/write_rules.py`.

| Rule | What it requires, and why |
|---|---|"""

_PLAN_HEAD = """\
## Plans

The reasons that a plan gives, by id.

| Rule | What it requires, and why |
|---|---|"""
