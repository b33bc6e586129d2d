"""A template's text with the places of what stands in it: where a line says something, and where more can be said.

Positions are those of YAML's own nodes (PyYAML's marks), so JSON, flow and block style, anchors and line ends are what
the parser takes them for, and nothing is written anew that stands there already. A round-trip library (ruamel.yaml)
would write the whole file anew: it changes indents, line breaks of long texts and some quotes, and takes JSON for YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from release.errors import UsageError
from release.settings import cfn

Path = tuple[str, ...]


@dataclass(frozen=True)
class TemplateText:
    """A template's text, read once.

    Attributes:
        where: its name, for errors.
        counted: node -> how often it stands in the document; an alias is the very node that it names. A merge is not
            counted: what is said beside it wins, so a place that merges can say something else.
    """

    text: str
    where: str
    root: yaml.MappingNode
    is_json: bool
    counted: dict[int, int] = field(compare=False)

    @property
    def newline(self) -> str:
        """The line end that the file has."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def find(self, path: Sequence[str]) -> yaml.Node | None:
        """What stands at ``path`` itself, or None; what a YAML merge (``<<``) brings there stands elsewhere."""
        node: yaml.Node | None = self.root
        for key in path:
            node = value(node, key)
        return node

    def key(self, path: Sequence[str]) -> yaml.Node | None:
        """The key at the end of ``path``."""
        parent = self.find(path[:-1])
        pairs = parent.value if isinstance(parent, yaml.MappingNode) else ()
        return next((key for key, _ in pairs if key.value == path[-1]), None)

    def line(self, path: Sequence[str]) -> int:
        """The line of what stands at ``path``, from 1; of its nearest parent where nothing does."""
        while path:
            if (node := self.key(path)) is not None:
                return int(node.start_mark.line) + 1
            path = path[:-1]
        return 1

    def refused(self, path: Sequence[str], problem: str, remedy: str) -> UsageError:
        """The refusal that names the file and the line of ``path``."""
        return UsageError(f"{self.where}, line {self.line(path)}: {problem}", untouched="everything", next_step=remedy)


def decoded(template: bytes, where: str) -> str:
    """The text of a template, a byte order mark kept. Raises UsageError: it is not in UTF-8."""
    try:
        return template.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{where} is not UTF-8 text: {error}", untouched="everything", next_step=f"save {where} as UTF-8"
        ) from error


def read(text: str, where: str) -> TemplateText:
    """Read ``text``, which :func:`cfn.load` has read already. Raises UsageError: a key stands there twice."""
    as_yaml = cfn.as_yaml(text)
    root = yaml.compose(as_yaml, yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    counted: dict[int, int] = {}
    found = TemplateText(text, where, root, cfn.is_json(text), counted)
    _count(root, counted, where)
    return found


def value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a mapping's key, or None."""
    for key, each in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value == name:
            return each  # type: ignore[no-any-return]
    return None


def end(node: yaml.Node) -> int:
    """Where the last character of ``node`` is followed by something else; a block's own mark is after its comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _count(node: yaml.Node, counted: dict[int, int], where: str) -> None:
    counted[id(node)] = counted.get(id(node), 0) + 1
    if counted[id(node)] > 1:
        return
    if isinstance(node, yaml.MappingNode):
        names = set()
        for key, each in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names and key.value != "<<":
                raise UsageError(
                    f"{where}, line {key.start_mark.line + 1}: {key.value} stands there twice",
                    untouched="everything",
                    next_step=f"take one {key.value} away",
                )
            names.add(key.value if isinstance(key, yaml.ScalarNode) else "")
            if not (isinstance(key, yaml.ScalarNode) and key.value == "<<"):
                _count(each, counted, where)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _count(each, counted, where)
