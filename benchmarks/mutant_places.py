"""Where a program can be made wrong, and how: what mutmut's operators do to each place of a file.

What nobody could see from outside is not made wrong in the first place:

- type annotations, imports, `if TYPE_CHECKING:` and classes that are Protocols: never run, or
  never looked at;
- decorators, and `strict=`, `verbose=`, `encoding=` and `device=` of a call: they refuse a
  programmer's mistake, keep something quiet, or name what is the only choice where tests run;
- docstrings, and texts with a space in them: sentences for a reader;
- names of types (`Array = NDArray[...]`): only annotations use them.

Of a string only one change is made, another string: capital letters would be the same change again.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

_UNSEEN_ARGUMENTS = ("strict", "verbose", "encoding", "device")
_TYPE_NAME = re.compile(r"_?[A-Z]([A-Za-z]*[a-z][A-Za-z]*)?")


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        key: stays the same wherever in its file the changed place is moved to.
        path: of the file in the repository.
        line: of the changed place, from 1.
        change: the lines that differ, as in a diff.
        source: the file's text with the change.
    """

    key: str
    path: str
    line: int
    change: str
    source: str


@dataclass(frozen=True)
class _Place:
    key: str
    line: int
    old: cst.CSTNode
    new: cst.CSTNode


def draw(root: Path, paths: list[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants of some files, fewer where there are not so many.

    A place keeps its turn while other lines of its file change, and a greater count only adds.
    """
    trees, found = {}, []
    for path in paths:
        trees[path], places = _places(path, (root / path).read_text(encoding="utf-8"))
        found += [(path, place) for place in places]
    found.sort(key=lambda one: hashlib.sha256(f"{seed} {one[1].key}".encode()).digest())
    return [_mutant(path, trees[path], place) for path, place in found[:count]]


def _mutant(path: str, tree: cst.Module, place: _Place) -> Mutant:
    changed = tree.deep_replace(place.old, place.new)
    assert isinstance(changed, cst.Module)
    lines = difflib.unified_diff(
        tree.code.splitlines(), changed.code.splitlines(), "", "", "", "", 0
    )
    change = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    return Mutant(place.key, path, place.line, change, changed.code)


def _places(path: str, text: str) -> tuple[cst.Module, list[_Place]]:
    # The places must be the tree's own nodes, not those of a copy, to be replaced in it.
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    visitor = _Visitor(path, wrapper.module)
    wrapper.visit(visitor)
    return wrapper.module, visitor.found


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: str, tree: cst.Module) -> None:
        super().__init__()
        self.found: list[_Place] = []
        self._path, self._tree = path, tree
        self._within: list[str] = []
        self._seen: Counter[str] = Counter()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_unseen(node, bool(self._within)):
            return False
        if isinstance(node, (cst.ClassDef, cst.FunctionDef)):
            self._within.append(node.name.value)
        before = self._tree.code_for_node(node) if not isinstance(node, cst.Module) else ""
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            for new in _seen(node, list(operator(node))):
                what = " ".join(
                    (self._path, *self._within, before, "->", self._tree.code_for_node(new))
                )
                self._seen[what] += 1
                key = hashlib.sha256(f"{what} {self._seen[what]}".encode()).hexdigest()[:12]
                line = self.get_metadata(PositionProvider, node).start.line
                self.found.append(_Place(key, line, node, new))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        named = isinstance(original_node, (cst.ClassDef, cst.FunctionDef))
        # Those that were not entered were not put there.
        if named and self._within and self._within[-1] == original_node.name.value:
            self._within.pop()


def _is_unseen(node: cst.CSTNode, inside: bool) -> bool:
    """Whether nothing within the node can be seen from outside."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
            return True
        case cst.If(test=cst.Name(value="TYPE_CHECKING")):
            return True
        case cst.ClassDef(bases=[cst.Arg(value=cst.Name(value="Protocol")), *_]):
            return True
        case cst.Arg(keyword=cst.Name(value=name)) if name in _UNSEEN_ARGUMENTS:
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) if not inside:
            return _TYPE_NAME.fullmatch(name) is not None
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString())]):
            return True
        case cst.SimpleString(value=text):
            return " " in text
    return False


def _seen(node: cst.CSTNode, changes: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """Those of an operator's changes of a node that can be seen from outside."""
    if isinstance(node, cst.SimpleString):
        changes = changes[:1]
    for new in changes:
        if isinstance(node, cst.Call) and isinstance(new, cst.Call):
            changed = [arg for arg in node.args if not any(arg is kept for kept in new.args)]
            if any(_is_unseen(arg, True) or _is_unseen(arg.value, True) for arg in changed):
                continue
        yield new
