"""The text of a comment, as presentation writes it and as publishing posts it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedComment:
    """The Markdown below a comment's marker: the content that readers decide by, and the footer, which names the run."""

    content: str
    footer: str

    @property
    def text(self) -> str:
        """Join both as they appear in a comment."""
        return f"{self.content}\n\n{self.footer}\n"
