"""Makes the blocking body of a case out of its awaited one, so that each case is written once.

The blocking body is what is left of the source without `async` and `await`:

    async def task_async(self, world, index):        def task(self, world, index):
        async with self.lock:                            with self.lock:
            await self.pause_async(world)                    self.pause(world)

It is compiled when the case is imported. So a timed region has no layer that a program of its own would not have.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any, Callable, Dict, Mapping, Type

SUFFIX = "_async"
# What `async with` calls, and what `with` does.
MANAGERS = {"__aenter__": "__enter__", "__aexit__": "__exit__"}


def blocking_name(name: str) -> str:
    """The name of the blocking twin of `name`, which is the same unless the name says that it is awaited."""
    if name.endswith(SUFFIX):
        return name[: -len(SUFFIX)]
    return MANAGERS.get(name, name)


class WithoutAwaits(ast.NodeTransformer):
    """Takes `async` and `await` out of a syntax tree."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        fields = dict(ast.iter_fields(node), name=blocking_name(node.name))
        return ast.copy_location(ast.FunctionDef(**fields), node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(ast.With(**dict(ast.iter_fields(node))), node)

    def visit_Await(self, node: ast.Await) -> Any:
        return self.visit(node.value)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = blocking_name(node.attr)
        return node


def blocking(function: Any) -> Any:
    """The blocking twin of an `async` function that closes over nothing. Its lines are those of the source."""
    code = function.__code__
    if code.co_freevars:
        names = ", ".join(code.co_freevars)
        raise TypeError(f"{function.__qualname__} closes over {names}: it cannot be compiled anew")
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    ast.increment_lineno(tree, code.co_firstlineno - 1)
    found: Dict[str, Any] = {}
    exec(compile(WithoutAwaits().visit(tree), code.co_filename, "exec"), function.__globals__, found)
    (twin,) = found.values()
    twin.__qualname__ = function.__qualname__.rpartition(".")[0] + "." + twin.__name__
    return twin


def blocking_methods(methods: Mapping[str, Any]) -> Dict[str, Callable[..., Any]]:
    """The blocking twins of those of these methods that are awaited, by their names."""
    awaited = filter(inspect.iscoroutinefunction, methods.values())
    return {twin.__name__: twin for twin in map(blocking, awaited)}


def blocking_class(awaited: Type[Any]) -> Any:
    """The class whose methods are the blocking twins of those of `awaited`, under the same names."""
    return type(awaited.__name__, (awaited,), dict(blocking_methods(vars(awaited)), __doc__=awaited.__doc__))
