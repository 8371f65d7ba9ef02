"""Mentions in a comment full of hostile texts: exactly the followers, each once."""

from __future__ import annotations

from dataclasses import replace

from groundctl.domain.tracking.mentions import is_mentionable
from support.hostile_texts import HOSTILE
from support.publishing import RecordedComments
from support.untrusted_inputs import a_status_of

FOLLOWERS = ("dana", "acme/sports-data")


def test_hostile_texts_add_no_mention_and_hide_none():
    for text in HOSTILE:
        github = RecordedComments()
        status = a_status_of(text, applied=False)
        jobs = tuple(replace(job, notify=(text, *FOLLOWERS)) for job in status.jobs)

        github.publish(replace(status, jobs=jobs))
        github.publish(replace(status, jobs=jobs[:1]))

        expected = (text, *FOLLOWERS) if is_mentionable(text) else FOLLOWERS
        assert github.mentions == expected, text
        assert github.notified == sorted(name.lower() for name in expected), text
