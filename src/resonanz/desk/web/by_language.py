"""Templates that speak one language each: what is the same on every page is text from the beginning.

A page has a hundred words, icons and addresses of files that nothing on it can change. Looking them up at
each request takes a seventh of its time, so a template is read once for each language, with them in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template import Context, Library
from django.template.base import Node, TextNode
from django.template.loaders import cached
from django.templatetags import i18n
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

if TYPE_CHECKING:
    from django.template import Origin
    from django.template.base import FilterExpression, Parser, Token

register = Library()
register.tags = dict(i18n.register.tags)
register.filters = dict(i18n.register.filters)


class Loader(cached.Loader):
    """Keeps a template for each language in which it is asked for."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        """Return under what a template is kept."""
        return f"{super().cache_key(template_name, skip)} {get_language()}"


def as_text(node: Node, *said: FilterExpression | None) -> Node:
    """Return a tag as the text that it becomes, where all that is said to it stands in the template."""
    if any(part is not None and (part.is_var or part.filters) for part in said):
        return node
    return TextNode(node.render(Context()))


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Return `{% translate %}` as Django has it, or the word itself."""
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    says = node.filter_expression
    is_said = not (node.asvar or node.noop or says.filters) and says.token[:1] in {'"', "'"}
    return as_text(node, node.message_context) if is_said else node


@register.tag
def static(parser: Parser, token: Token) -> Node:
    """Return `{% static %}` as Django has it, or the address itself."""
    node = StaticNode.handle_token(parser, token)
    return node if node.varname else as_text(node, node.path)
