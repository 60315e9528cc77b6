"""Great Expectations' page view, with our templates and everything escaped.

The stock view writes cells as they come, and its pages load scripts from public hosts. Here autoescaping is on:
only what this view has rendered itself counts as HTML, and a page needs nothing from elsewhere: its style is
inside, its scripts are files beside the pages at ``../../../static/``. There is no inline script.

Belongs here: escaping and the way to the templates. Does not: what a page tells (``page.py``).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from great_expectations.render import RenderedComponentContent
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader, pass_context
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


class PageView(DefaultJinjaPageView):
    """Renders a document of Great Expectations' page renderer to one HTML page."""

    _template = "docs_page.j2"
    _TRUSTED_HTML_PARAMS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), *([self.env.loader] if self.env.loader else [])])
        self.env.autoescape = True
        self.env.trim_blocks = self.env.lstrip_blocks = True

    @pass_context
    def render_content_block(
        self,
        jinja_context: Any,
        content_block: Any,
        index: Any = None,
        content_block_id: Any = None,
        render_to_markdown: bool = False,
    ) -> Any:
        """A content block as markup. Anything that is not a block is text, and escaped."""
        if isinstance(content_block, list):
            parts = [self.render_content_block(jinja_context, part, place) for place, part in enumerate(content_block)]
            return Markup("").join(Markup('<div class="part">{}</div>').format(part) for part in parts)
        if isinstance(content_block, RenderedComponentContent):
            content_block = content_block.to_json_dict()
        if not isinstance(content_block, Mapping) or "content_block_type" not in content_block:
            return "" if content_block is None else str(content_block)
        kept = {**content_block}
        return Markup(super().render_content_block(jinja_context, kept, index, content_block_id, render_to_markdown))  # noqa: S704  a template's output, escaped inside

    def render_string_template(self, template: Any) -> Any:
        """A string template as markup; its text and its parameters are escaped, its line breaks kept."""
        if not isinstance(template, Mapping):
            return template
        safe = {**template, "template": html.escape(str(template.get("template", "")), quote=False)}
        safe["params"] = {name: str(value) for name, value in template.get("params", {}).items()}
        safe.pop("tooltip", None)
        return Markup(super().render_string_template(safe))  # noqa: S704  text and parameters are escaped above

    def render_styling(self, styling: Mapping[str, Any]) -> str:
        """Classes only. Attributes and inline styles could carry more than looks; the style sheet decides those."""
        classes = [str(name) for name in styling.get("classes") or ()]
        return f'class="{html.escape(" ".join(classes))}" ' if classes else ""
