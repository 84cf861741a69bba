"""The rules for this project's own code: no shell, no code from data, subprocesses by lists of arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.audit.finding import Report

# Module or function → why it is not used here.
FORBIDDEN = {
    **dict.fromkeys(
        ("pickle", "cPickle", "dill", "shelve", "marshal", "jsonpickle", "joblib", "cloudpickle"),
        "reading it runs what was written",
    ),
    **dict.fromkeys(
        ("os.system", "os.popen", "commands.getoutput", "subprocess.getoutput", "subprocess.getstatusoutput"), "is a shell"
    ),
    **dict.fromkeys(
        ("asyncio.create_subprocess_shell", "pty.spawn", *(f"os.{name}" for name in ("spawnl", "spawnlp", "spawnvp"))),
        "is a shell",
    ),
    **dict.fromkeys(("eval", "exec", "builtins.eval", "builtins.exec", "code.interact"), "runs text as code"),
    **dict.fromkeys(("pandas.read_pickle", "torch.load", "tempfile.mktemp"), "is not safe"),
    **dict.fromkeys(
        ("yaml.full_load", "yaml.full_load_all", "yaml.unsafe_load", "yaml.unsafe_load_all"), "makes objects that a file names"
    ),
    **dict.fromkeys(("xml.sax.make_parser", "ssl._create_unverified_context"), "takes what it should check"),
}
STARTS = {f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")}
SAFE_LOADERS = {"SafeLoader", "CSafeLoader"}

# (file, rule) → why it may.
EXCEPTIONS = {
    ("tests/e2e/test_restore.py", "shell"): "runs the commands of the guides as their reader would, in a shell",
    (
        "tests/integration/orchestration/publication/test_bi_clients.py",
        "exec",
    ): "runs the Python example of the README as its reader would",
}


def examine(root: Path, tracked: Iterable[str]) -> Report:
    """Look through the tracked Python files; exceptions that nothing needs any more are findings too."""
    findings, files, used = [], 0, set()
    for name in tracked:
        if not name.endswith(".py") or not (root / name).is_file():
            continue
        files += 1
        for line, rule, message in violations((root / name).read_text()):
            if (name, rule) in EXCEPTIONS:
                used.add((name, rule))
            else:
                findings.append(f"{name}:{line}: {message}")
    findings += [f"{name} is excepted from “{rule}” and does not need it" for name, rule in sorted(EXCEPTIONS.keys() - used)]
    return Report("our own rules", f"{files} Python files", findings)


def violations(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, rule and what is wrong there."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    safe = SAFE_LOADERS | _safe_classes(tree, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _of_import(node)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, _full_name(node.func, names), safe, names)


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Name in this file → what it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (
                    (alias.asname or alias.name.partition(".")[0]),
                    (alias.name if alias.asname else alias.name.partition(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _full_name(node: ast.AST, names: dict[str, str]) -> str:
    """The dotted name of what is called, with its module's own name; empty where it has none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = _full_name(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _of_import(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str, str]]:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        if reason := FORBIDDEN.get(module.partition(".")[0]):
            yield node.lineno, module, f"{module}: {reason}"


def _of_call(node: ast.Call, called: str, safe: set[str], names: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if (reason := FORBIDDEN.get(called)) and called not in ("pickle", "marshal"):
        yield node.lineno, called, f"{called} {reason}"
    if "shell" in given and not _is(given["shell"], False):
        yield node.lineno, "shell", "shell=True: what is in an argument would be run"
    if _is(given.get("allow_pickle"), True):
        yield node.lineno, "pickle", "allow_pickle: reading it runs what was written"
    if called in STARTS:
        command = node.args[0] if node.args else given.get("args")
        if isinstance(command, ast.Constant | ast.JoinedStr | ast.BinOp) and not _is_list(command):
            yield node.lineno, "list", f"{called}: its arguments are one text; pass a list"
    if called in ("yaml.load", "yaml.load_all"):
        loader = node.args[1] if len(node.args) > 1 else given.get("Loader")
        if not _is_safe(loader, safe, names):
            yield node.lineno, "yaml", f"{called} without a safe loader makes objects that a file names"


def _is(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_list(node: ast.AST) -> bool:
    """Whether a sum has a list in it."""
    return isinstance(node, ast.List) or (isinstance(node, ast.BinOp) and (_is_list(node.left) or _is_list(node.right)))


def _is_safe(node: ast.AST | None, safe: set[str], names: dict[str, str]) -> bool:
    """Whether a loader is a safe one: by name, or `getattr(yaml, "CSafeLoader", yaml.SafeLoader)`."""
    if isinstance(node, ast.Call) and _full_name(node.func, names) == "getattr" and len(node.args) == 3:
        wanted = node.args[1]
        return isinstance(wanted, ast.Constant) and wanted.value in SAFE_LOADERS and _is_safe(node.args[2], safe, names)
    return node is not None and _full_name(node, names).rpartition(".")[2] in safe


def _safe_classes(tree: ast.AST, names: dict[str, str]) -> set[str]:
    """Classes and names of this file that are made of safe loaders."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_is_safe(base, SAFE_LOADERS | found, names) for base in node.bases):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and _is_safe(node.value, SAFE_LOADERS | found, names):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
