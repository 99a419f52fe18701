"""Trees of files, compared and merged by git in a scratch folder: the repository they are about is only read."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mainstay.platform import process
from mainstay.platform.git import GitError, Repository

OLDEST_GIT = (2, 38)
"""The first one whose `merge-tree` merges without a work tree."""
_SETTINGS = {
    "core.autocrlf": "false",
    "core.fileMode": "true",
    "merge.directoryRenames": "false",  # a new runbook arrives where the template puts it
    "user.name": "mainstay",
    "user.email": "mainstay@example.invalid",
}


class Entry(NamedTuple):
    """A file in a tree: its mode as git writes it, and the name of its content."""

    mode: str
    oid: str


Tree = dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Merge:
    """What a three-way merge gave.

    Attributes:
        tree: The result; a text that could not be merged holds conflict markers.
        stages: Conflicted path -> its versions: 1 the base, 2 ours, 3 theirs.
        said: Conflicted path -> what git said about it, such as `CONFLICT (binary)`.
    """

    tree: Tree
    stages: Mapping[str, Mapping[int, Entry]]
    said: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ScratchGit:
    """A git directory of its own that borrows the objects of a repository and leaves nothing there.

    Attributes:
        folder: Where it is; whoever made it removes it.
        repository: Whose objects it borrows.
        objects: Where those are.
        index: The index of the repository.
    """

    folder: Path
    repository: Repository
    objects: Path
    index: Path
    _written: dict[frozenset[tuple[str, Entry]], str] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def beside(cls, repository: Repository, folder: Path) -> ScratchGit:
        """Make one in the new folder `folder`.

        Raises:
            GitError: The git of this machine is too old.
        """
        _require_merge_tree()
        facts = repository.git(
            "rev-parse", "--show-object-format", "--git-path", "objects", "--git-path", "index"
        )
        form, objects, index = facts.splitlines()
        process.run(["git", "init", "-q", "--bare", "--template=", f"--object-format={form}", folder])
        scratch = cls(folder, repository, repository.root / objects, repository.root / index)
        for name, text in {
            "objects/info/alternates": f"{scratch.objects.resolve()}\n",
            "info/attributes": "* -text -filter -ident -working-tree-encoding\n",  # every byte as it is
        }.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return scratch

    def read_folder(self, files: Path) -> Tree:
        """Return the tree of all files below a folder, byte for byte."""
        environment = {"GIT_WORK_TREE": str(files), "GIT_INDEX_FILE": str(self._new_index())}
        self._git("add", "--all", "--force", ".", cwd=files, env=environment)
        return _entries(self._git("ls-files", "--stage", "-z", env=environment))

    def read_work_tree(self, top: Path, paths: Iterable[str]) -> Tree:
        """Return the tree below `top`, a folder of the repository: its index, and `paths` as they are on the disk."""
        environment = self._borrowing()
        if self.index.exists():
            shutil.copyfile(self.index, environment["GIT_INDEX_FILE"])
        words = ("git", "-C", top, "-c", "core.safecrlf=false")
        process.run(
            (*words, "update-index", "--add", "--remove", "-z", "--stdin"),
            stdin="".join(f"{path}\0" for path in paths),
            env=environment,
        )
        return _entries(process.run((*words, "ls-files", "--stage", "-z"), env=environment).stdout)

    def read_file(self, entry: Entry | None) -> bytes | None:
        """Return the content of a file; nothing for none."""
        if entry is None:
            return None
        return b"".join(
            process.stream_output(["git", f"--git-dir={self.folder}", "cat-file", "blob", entry.oid])
        )

    def add_file(self, content: bytes) -> str:
        """Put a content into the store and return its name."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            (Path(folder) / "content").write_bytes(content)
            return self._git("hash-object", "-w", "--no-filters", str(Path(folder) / "content")).strip()

    def write_tree(self, tree: Tree) -> str:
        """Return the name of the tree as a git object."""
        key = frozenset(tree.items())
        if key not in self._written:
            environment = self._index_of(tree)
            self._written[key] = self._git("write-tree", env=environment).strip()
        return self._written[key]

    def write_files(self, tree: Tree, into: Path) -> None:
        """Write the files of a tree into a folder, byte for byte."""
        if tree:
            environment = {**self._index_of(tree), "GIT_WORK_TREE": str(self.folder)}
            self._git("checkout-index", "--all", f"--prefix={into}/", env=environment)

    def write_as_checked_out(self, tree: Tree, into: Path) -> None:
        """Write files into a folder as the repository would check them out: line ends, filters. From its top."""
        if not tree:
            return
        environment = self._borrowing()
        words = ("git", "-C", self.repository.root)
        process.run((*words, "update-index", "-z", "--index-info"), stdin=_index_info(tree), env=environment)
        process.run((*words, "checkout-index", "--all", f"--prefix={into}/"), env=environment)

    def merge(self, base: Tree, ours: Tree, theirs: Tree, *, label: str) -> Merge:
        """Return the merge of two descendants of `base`; `label` stands at their side of a conflict."""
        root = self._commit(base)
        for name, tree in (("yours", ours), (label, theirs)):
            ref = self.folder / "refs/heads" / name  # as `git update-ref` does, without a process
            ref.parent.mkdir(parents=True, exist_ok=True)
            ref.write_text(f"{self._commit(tree, root)}\n", encoding="utf-8")
        done = self._run("merge-tree", "--write-tree", "-z", "--messages", "yours", label, check=False)
        if done.returncode not in {0, 1}:
            raise GitError(f"git cannot merge: {done.stderr.strip()}")
        return self._merge_in(done.stdout)

    def renames(self, before: Tree, after: Tree) -> dict[str, str]:
        """Return old path -> new path of the files that moved."""
        if not (before.keys() - after.keys() and after.keys() - before.keys()):
            return {}
        trees = self.write_tree(before), self.write_tree(after)
        words = self._git("diff-tree", "-r", "-M", "-z", "--diff-filter=R", "--name-status", *trees).split(
            "\0"
        )
        return dict(zip(words[1::3], words[2::3], strict=False))

    def diff(self, before: Tree, after: Tree, *options: str) -> str:
        """Return the difference of two trees as git shows it."""
        return self._git("diff-tree", "-r", "-M", *options, self.write_tree(before), self.write_tree(after))

    def hand_over(self, oids: Iterable[str]) -> None:
        """Give the repository objects that only this scratch folder has."""
        for oid in oids:
            name = f"{oid[:2]}/{oid[2:]}"
            if (self.folder / "objects" / name).exists() and not (self.objects / name).exists():
                (self.objects / name).parent.mkdir(exist_ok=True)
                shutil.copy(self.folder / "objects" / name, self.objects / name)

    def _merge_in(self, output: str) -> Merge:
        oid, _, rest = output.partition("\0")
        stages: dict[str, dict[int, Entry]] = {}
        fields = iter(rest.split("\0"))
        for line in fields:
            if not line:
                break
            facts, _, path = line.partition("\t")
            mode, blob, stage = facts.split()
            stages.setdefault(path, {})[int(stage)] = Entry(mode, blob)
        tree = _entries(
            self._git("ls-tree", "-r", "-z", "--format=%(objectmode) %(objectname) 0%x09%(path)", oid)
        )
        return Merge(tree, stages, _messages(fields))

    def _commit(self, tree: Tree, *parents: str) -> str:
        words = [word for parent in parents for word in ("-p", parent)]
        return self._git("commit-tree", "-m", "mainstay", *words, self.write_tree(tree)).strip()

    def _index_of(self, tree: Tree) -> dict[str, str]:
        environment = {"GIT_INDEX_FILE": str(self._new_index())}
        self._run("update-index", "-z", "--index-info", stdin=_index_info(tree), env=environment)
        return environment

    def _new_index(self) -> Path:
        return self.folder / f"index-{len(list(self.folder.glob('index-*')))}"

    def _borrowing(self) -> dict[str, str]:
        """Return what makes git work in the repository with an index and an object store of our own."""
        return {
            "GIT_INDEX_FILE": str(self._new_index()),
            "GIT_OBJECT_DIRECTORY": str(self.folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.objects.resolve()),
        }

    def _git(self, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        return self._run(*words, cwd=cwd, env=env).stdout

    def _run(
        self,
        *words: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        check: bool = True,
    ) -> process.Completed:
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = ["git", f"--git-dir={self.folder}", *settings, *words]
        return process.run(command, cwd=cwd, env=env, stdin=stdin, check=check)


def _require_merge_tree() -> None:
    said = process.run(["git", "version"]).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < OLDEST_GIT:
        raise GitError(
            f"{said.strip()} cannot merge without a work tree",
            hint=f"install git {'.'.join(map(str, OLDEST_GIT))} or newer",
        )


def _entries(listed: str) -> Tree:
    """Return the tree that `ls-files --stage -z` lists; a path with a conflict counts with our side."""
    tree: Tree = {}
    for line in filter(None, listed.split("\0")):
        facts, _, path = line.partition("\t")
        mode, oid, stage = facts.split()
        if stage in "02":
            tree[path] = Entry(mode, oid)
    return tree


def _index_info(tree: Tree) -> str:
    return "".join(f"{entry.mode} {entry.oid} 0\t{path}\0" for path, entry in tree.items())


def _messages(fields: Iterator[str]) -> dict[str, tuple[str, ...]]:
    """Return path -> the kinds of conflict that the messages of `merge-tree -z` report."""
    said: dict[str, tuple[str, ...]] = {}
    for count in fields:
        if not count.isdecimal():
            break
        paths = [next(fields) for _ in range(int(count))]
        kind, _ = next(fields), next(fields)
        if kind.startswith("CONFLICT"):
            for path in paths:
                said[path] = (*said.get(path, ()), kind)
    return said
