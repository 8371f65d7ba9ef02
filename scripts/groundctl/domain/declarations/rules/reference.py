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
    "GT013": "A declaration has a name that is read: it ends in .yaml or .yml, and neither it nor its folder starts with a dot.",
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
    "GT240": "A text or an address has no placeholders, which workers would read or S3 would not find.",
    "GT301": "AWS compares names ignoring case, so the second job's name would be taken.",
    "GT302": "Jobs that continue each other in a cycle would wait forever.",
    "GT401": "A file that a declaration names is a plain file beside it.",
    "GT402": "A file that a declaration names is UTF-8 text that is neither blank nor too long.",
    "GT403": "Instructions have no placeholders, which workers would read.",
    "GT410": "A worker page has at most 128,000 characters, as AWS's preview does, and a template at most 1,000 tags.",
    "GT411": "A template has each of the Crowd HTML elements that show the question once, in the right place.",
    "GT412": "A template offers the job's labels, and gives the answer the name that AWS's consolidation reads.",
    "GT413": "A template's elements are closed, and workers can replay its video.",
    "GT414": "A template shows the clip, signed for the worker.",
    "GT415": "A template escapes all input, hides no text from review, and writes no markup with Liquid.",
    "GT416": "A worker page has only listed elements, attributes, styles and addresses, which every browser reads alike.",
    "GT417": "A template is Liquid that Ground Truth can fill in.",
    "GT418": "A template contains no placeholders of AWS's sample: no pictures, sentences, or several formats of one clip.",
    "GT419": "A picture in instructions has an address that can be signed for workers.",
    "GT420": "A worker page loads pictures and media from S3, or from a host that jobs/policy.yaml lists.",
    "GT507": "A folder's jobs go to the kinds of workforce that jobs/policy.yaml allows.",
    "GT508": "An exception in jobs/policy.yaml is for one job or one folder, and ends on a day of the calendar.",
    "GT509": "An environment in jobs/policy.yaml has folders, roles and buckets of its own.",
    "GT510": "The folder of a declaration belongs to an environment, if jobs/policy.yaml names any.",
    "GT520": "The policy states one price for a clip, and its tiers in ascending order.",
    "GT601": "A job runs in the infrastructure's Region, which has the built-in functions.",
    "GT602": "A work team is defined by the infrastructure; the public workforce is declared as crowd: public.",
    "GT603": "A topic is defined by the infrastructure.",
    "GT604": "Clips are in a bucket that the execution role can read.",
    "GT605": "Labels go to the bucket that the execution role can write.",
    "GT606": "Labels are encrypted with the key that the execution role may use.",
    "GT607": "Team, topics, and key are in the Region of the job.",
    "GT608": "jobs/infrastructure.json, if there is one, is what Terraform exports.",
    "GT611": "Buckets exist, in the Region of the job: Ground Truth reads and writes in no other.",
    "GT612": "A bucket of clips lets the browsers of workers load them: without a CORS rule AWS fails their tasks.",
    "GT613": "A bucket of clips does not make its readers pay: Ground Truth and browsers of workers do not.",
    "GT614": "The key that encrypts clips exists, is enabled, and may be used by the execution role.",
    "GT615": "The key of the labels exists, is enabled, and can be used by S3 for the execution role.",
    "GT616": "A work team exists in the Region of the job.",
    "GT617": "A work team has members, and some of them have signed in.",
    "GT618": "The execution role exists, and Ground Truth may use it.",
    "GT701": "An input manifest has lines that AWS can read, and no more than it accepts.",
    "GT702": "The manifest that a job starts from exists, and groundctl may read it.",
    "GT703": "Clips in a manifest are under the team's prefixes, and in a bucket that the execution role can read.",
    "GT704": "A job that continues another one keeps the order of its labels: the output refers to labels by number.",
    "GT705": "A job that asks another one's question again must say so: every clip is paid for again.",
    "GT706": "Clips are chosen by labels that the earlier job has.",
    "GT707": "Ground Truth skips a clip that already has the label attribute, so labeled clips are asked about under another one.",
    "GT708": "A report of S3 Inventory is CSV, undamaged, about the prefix's bucket, and has key, size, date and storage class.",
    "GT710": "A clip has the size of a video, and one that browsers of workers can load.",
    "GT711": "A clip exists, in the Region of the job, and S3 lets groundctl look at it.",
    "GT712": "A clip is in no archive: S3 shows workers an error for one that is.",
    "GT713": "A clip has content: an object of 0 bytes is a failed upload.",
    "GT714": "A clip is encrypted with a key that S3 has: browsers of workers send none (SSE-C).",
    "GT715": "A clip is a whole video that browsers play: H.264 in MP4, or VP8, VP9 or AV1 in WebM or MP4.",
    "GT716": "A clip says how long it is, and a worker has the time to watch it.",
    "GT717": "A clip has its index at the front, so that it starts at once.",
    "GT718": "A clip has a content type and encoding that browsers play.",
    "GT719": "The key of a clip has no characters that people do not see, or that are lost on the way to a browser.",
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
    "P115": "A job that was imported exists already, so it is never created.",
    "P201": "A job stays within its own budget.",
    "P202": "A job stays within the limit for one job in jobs/policy.yaml.",
    "P203": "A plan stays within the limit for one plan in jobs/policy.yaml.",
    "P204": "A streaming job has no limit on clips, so the policy must allow it.",
    "P205": "A streaming job takes no budget: it could not be enforced.",
    "P206": "A team stays within the limit for one calendar month in jobs/policy.yaml, by the purchase ledger.",
    "P207": "A pull request stays within the limit for one pull request in jobs/policy.yaml.",
    "P208": "A job is bought at no more than its plan says, also where the price depends on what was bought before.",
    "P301": "A clip listed twice is labeled, and paid for, twice.",
    "P302": "`only_new` leaves out the clips that were already asked.",
    "P303": "Another job asked a similar question about some of these clips.",
    "P304": "`rerun_of` pays again for clips.",
    "P305": "A purchase that an earlier run recorded is continued.",
    "P306": "A recorded purchase that can no longer become a job is replaced.",
    "P307": "A sample is larger than what it is taken from, so all of it is taken.",
    "P308": "With `input.at: create`, an approval covers a number of clips and their cost, not which clips they are.",
    "P310": "An exception of jobs/policy.yaml allows what the policy forbids, up to a day.",
    "P312": "A budget with `when_reached: stop` pays for a part of the clips.",
    "P311": "A tag that the policy requires now may be added to the file of an existing job.",
    "P315": "An inventory shows the clips of one moment; later ones are not seen.",
    "P320": "A stopping condition that no clip reaches has no effect.",
    "P321": "A number of clips at a time that is above the number of clips has no effect.",
    "P322": "The price of a job depends on the month in which it is bought.",
    "P401": "A recorded purchase is left open, and this plan does not continue it.",
    "P402": "A job exists although its purchase was voided.",
    "P403": "The purchase ledger does not know a job that exists.",
    "P404": "The question of an existing job gets a name in the purchase ledger.",
    "P405": "AWS has refused the request of a job that is to be created.",
    "P406": "jobs/infrastructure.json is the infrastructure that plans use.",
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
