"""The guards that keep an answer of GitHub from being taken for an approval that it is not."""

from __future__ import annotations

from mutants.mutant import Mutant, mutant

_FACTS = "adapters/github/approval_facts.py"
_READS = "adapters/github/rest_reads.py"
_REVIEWS = "adapters/github/reviews.py"
_PROTECTION = "adapters/github/protection.py"
_MERGES = "adapters/github/merge_requests.py"
_PULLS = "adapters/github/pull_requests.py"
_ANSWERS = "adapters/github/answers.py"

_KEPT = "tests/contract/test_approval_facts.py::test_"
_FAULTS = "tests/contract/test_approval_facts_faults.py::test_"
_ODD = "tests/contract/test_approval_facts_odd_answers.py::test_"
_ASKED = "tests/contract/test_merge_requests.py::test_"
_ADAPTER = "tests/contract/test_github_adapter.py::test_"

GITHUB_FACTS: tuple[Mutant, ...] = (
    mutant(
        "GitHub: a tag or another branch is taken for the tip",
        _FACTS,
        '            require_equal(member(answer, "ref", str), name, "the ref")\n',
        '            member(answer, "ref", str)\n',
        f"{_ODD}an_answer_about_something_else_is_an_error",
    ),
    mutant(
        "GitHub: a commit of a rewritten branch is taken for an ancestor",
        _FACTS,
        "            return is_ancestor\n",
        '            return status != "behind"\n',
        f"{_KEPT}a_commit_is_an_ancestor_of_what_was_built_on_it",
    ),
    mutant(
        "GitHub: a comparison of another commit is believed",
        _FACTS,
        '            require_equal(sha(member(answer, "base_commit", dict), "sha"), commit, "commit")\n',
        '            sha(member(answer, "base_commit", dict), "sha")\n',
        f"{_ODD}an_answer_about_something_else_is_an_error",
    ),
    mutant(
        "GitHub: a tree with entries left out is compared",
        _FACTS,
        '            if member(answer, "truncated", bool):\n',
        '            if not isinstance(member(answer, "truncated", bool), bool):\n',
        f"{_ODD}a_value_that_github_does_not_give_is_an_error",
    ),
    mutant(
        "GitHub: a user with read access may approve",
        _FACTS,
        "            return permission in _MAY_WRITE and role not in _MAY_NOT_WRITE\n",
        '            return permission != "none" and role != ""\n',
        f"{_KEPT}a_user_may_write_with_a_role_of_write_or_more",
    ),
    mutant(
        "GitHub: a role below the permission gives write access",
        _FACTS,
        "            return permission in _MAY_WRITE and role not in _MAY_NOT_WRITE\n",
        "            return permission in _MAY_WRITE and role != permission * 2\n",
        f"{_FAULTS}a_role_below_the_permission_gives_no_write_access",
    ),
    mutant(
        "GitHub: the permission of another user is believed",
        _FACTS,
        '            require_equal(member(user, "login", str).lower(), login.lower(), "user")\n',
        '            member(user, "login", str)\n',
        f"{_ODD}an_answer_about_something_else_is_an_error",
    ),
    mutant(
        "GitHub: a policy for tags is passed over",
        _FACTS,
        "            has_tags=any(policy.is_for_tags for policy in policies),\n",
        "            has_tags=False,\n",
        f"{_KEPT}the_protection_of_an_environment_is_read",
    ),
    mutant(
        "GitHub: reviews are in the order of the list",
        _FACTS,
        "        return tuple(sorted(submitted, key=lambda review: review.submitted_at))\n",
        "        return tuple(submitted)\n",
        f"{_KEPT}reviews_are_listed_with_the_oldest_first_and_the_facts_that_the_rule_needs",
    ),
    mutant(
        "GitHub: only the first page is read",
        _READS,
        '            if \'rel="next"\' not in headers.get("link", "") and len(entries) < PER_PAGE:\n',
        '            if headers.get("link", "") is not None:\n',
        f"{_KEPT}all_of_250_reviews_are_read",
    ),
    mutant(
        "GitHub: a full page without a link is taken for the last one",
        _READS,
        '            if \'rel="next"\' not in headers.get("link", "") and len(entries) < PER_PAGE:\n',
        '            if \'rel="next"\' not in headers.get("link", ""):\n',
        f"{_FAULTS}pages_without_links_are_read_to_the_end",
    ),
    mutant(
        "GitHub: a list that is shorter than announced is believed",
        _READS,
        '                    require_equal(len(found), member(answer, "total_count", int), "a list of the length")\n',
        '                    member(answer, "total_count", int)\n',
        f"{_ODD}a_value_that_github_does_not_give_is_an_error",
    ),
    mutant(
        "GitHub: a refusal is taken for an empty answer",
        _READS,
        "            if refusal.status == 404:\n",
        "            if refusal.status >= 400:\n",
        f"{_FAULTS}a_refusal_is_an_error",
    ),
    mutant(
        "GitHub: a review of another pull request counts",
        _REVIEWS,
        '    require_equal(member(answer, "pull_request_url", str).rpartition("/")[2], str(pull_request), "pull request")\n',
        '    member(answer, "pull_request_url", str).rpartition(str(pull_request))\n',
        f"{_ODD}an_answer_about_something_else_is_an_error",
    ),
    mutant(
        "GitHub: an app's review is one of a person",
        _REVIEWS,
        '        is_person=user is not None and member(user, "type", str) == "User",\n',
        '        is_person=user is not None and member(user, "type", str) != "",\n',
        f"{_KEPT}reviews_are_listed_with_the_oldest_first_and_the_facts_that_the_rule_needs",
    ),
    mutant(
        "GitHub: an unknown state of a review is an approval",
        _REVIEWS,
        "        return ReviewState.DISMISSED\n",
        "        return ReviewState.APPROVED\n",
        f"{_ODD}a_review_in_an_unknown_state_is_no_approval_and_takes_back_an_earlier_one",
    ),
    mutant(
        "GitHub: the protection of another environment is believed",
        _PROTECTION,
        '    require_equal(member(answer, "name", str).lower(), name.lower(), "environment")\n',
        '    member(answer, "name", str)\n',
        f"{_ODD}an_answer_about_something_else_is_an_error",
    ),
    mutant(
        "GitHub: reviewers without prevent_self_review prevent it",
        _PROTECTION,
        '{member(rule, "prevent_self_review", bool) for rule in rules} == {True}',
        '{member(rule, "prevent_self_review", bool) for rule in rules} != {None}',
        f"{_KEPT}the_protection_of_an_environment_is_read",
    ),
    mutant(
        "GitHub: an environment for protected branches has a custom policy",
        _PROTECTION,
        'policy is not None and member(policy, "custom_branch_policies", bool)\n',
        'policy is not None and member(policy, "custom_branch_policies", bool) is not None\n',
        f"{_FAULTS}a_policy_of_protected_branches_is_no_custom_one",
    ),
    mutant(
        "GitHub: an environment that does not say whether administrators may pass stops them",
        _PROTECTION,
        ' if has(answer, "can_admins_bypass") else True,\n',
        ' if has(answer, "can_admins_bypass") else False,\n',
        f"{_FAULTS}without_a_member_that_github_does_not_promise_the_weaker_protection_is_assumed",
    ),
    mutant(
        "GitHub: a policy that does not say what it is for is for branches only",
        _PROTECTION,
        'is_for_tags=kind != "branch"\n',
        'is_for_tags=kind == "tag"\n',
        f"{_FAULTS}without_a_member_that_github_does_not_promise_the_weaker_protection_is_assumed",
    ),
    mutant(
        "GitHub: a reviewer who is gone can agree",
        _PROTECTION,
        '    return len({member(reviewer, "node_id", str) for reviewer in reviewers if reviewer is not None})\n',
        "    return len(reviewers)\n",
        f"{_FAULTS}a_reviewer_who_is_gone_is_none",
    ),
    mutant(
        "GitHub: a rejection lets a run in",
        _PROTECTION,
        'is_approved=state == "approved",\n',
        'is_approved=state != "pending",\n',
        f"{_KEPT}who_let_a_run_enter_and_who_rejected_it_is_read",
    ),
    mutant(
        "GitHub: a comment on a run that waits is an answer",
        _PROTECTION,
        '    return None if state == "pending" or (approval',
        '    return None if state == "" or (approval',
        f"{_FAULTS}a_comment_on_a_run_that_waits_is_no_answer",
    ),
    mutant(
        "GitHub: an app's agreement is that of a person",
        _PROTECTION,
        " or (approval.is_approved and not is_person) else approval\n",
        " or (approval.is_approved and is_person is None) else approval\n",
        f"{_FAULTS}what_an_app_agreed_to_is_no_approval_of_a_person",
    ),
    mutant(
        "GitHub: a comparison that contradicts itself is believed",
        _FACTS,
        '            if is_ancestor != (sha(member(answer, "merge_base_commit", dict), "sha") == commit):\n',
        '            if not sha(member(answer, "merge_base_commit", dict), "sha"):\n',
        f"{_ODD}a_value_that_github_does_not_give_is_an_error",
    ),
    mutant(
        "GitHub: the merge queue withdraws a request by merging",
        _MERGES,
        " and (merged_at is None or merged_at - event.at > _PART_OF_THE_MERGE):\n",
        " and event.at is not None:\n",
        f"{_ASKED}the_request_that_a_merge_follows_is_found",
    ),
    mutant(
        "GitHub: a request that was withdrawn counts",
        _MERGES,
        "            asked.pop(_WITHDRAWN[event.name], None)\n",
        "            asked.get(_WITHDRAWN[event.name], None)\n",
        f"{_ASKED}the_request_that_a_merge_follows_is_found",
    ),
    mutant(
        "GitHub: a later event hides what the person decided on",
        _MERGES,
        "    return min(asked.values(), default=None)\n",
        "    return max(asked.values(), default=None)\n",
        f"{_ASKED}the_request_that_a_merge_follows_is_found",
    ),
    mutant(
        "GitHub: a trial merge is taken for the merge",
        _PULLS,
        '        merged_as=None if merged_at is None else sha(answer, "merge_commit_sha"),\n',
        '        merged_as=optional(answer, "merge_commit_sha", str),\n',
        f"{_ADAPTER}a_trial_merge_is_no_merge",
    ),
    mutant(
        "GitHub: true is taken for the number one",
        _ANSWERS,
        " or (isinstance(value, bool) and kind is not bool):\n",
        " or (isinstance(value, bool) and kind is str):\n",
        f"{_FAULTS}true_is_no_number",
    ),
    mutant(
        "GitHub: a time without a zone is taken",
        _ANSWERS,
        "    if value.tzinfo is None:\n",
        "    if value is None:\n",
        f"{_ODD}a_value_that_github_does_not_give_is_an_error",
    ),
)
