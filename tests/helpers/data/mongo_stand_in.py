"""Stands in for mongodump, mongorestore and mongosh: databases are folders, collections files of BSON documents.

It speaks the real programs' command lines and the real archive format, and knows nothing of mainstay.
"""

import json
import os
import re
import shutil
import struct
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOME = Path(os.environ["MONGO_STAND_IN"])
TERMINATOR = b"\xff\xff\xff\xff"


def main() -> None:
    name, words = Path(sys.argv[0]).name, sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"{name} version: 100.0.0-stand-in\n")
        return
    options = dict(word.partition("=")[::2] for word in words)
    {"mongodump": dump, "mongorestore": restore, "mongosh": shell}[name](options)


def sign_in(options: dict[str, str]) -> None:
    uri = urlsplit(json.loads(Path(options["--config"]).read_text())["uri"])
    assert uri.path in {"", "/"}, "a database in the URI and --db exclude each other"
    if unquote(uri.password or "") != "s3cret/word":
        sys.exit("Failed: can't create session: authentication failed")


def dump(options: dict[str, str]) -> None:
    sign_in(options)
    out, database = sys.stdout.buffer, options["--db"]
    files = sorted((HOME / database).glob("[!.]*")) if (HOME / database).is_dir() else []
    out.write(struct.pack("<I", 0x8199E26D) + document(concurrent_collections=4, version="0.1"))
    for file in files:
        out.write(document(db=database, collection=file.name, metadata="{}", size=file.stat().st_size))
    out.write(TERMINATOR)
    for file in files:
        header = {"db": database, "collection": file.name}
        content = file.read_bytes()
        if content:
            out.write(document(**header, EOF=False, CRC=0) + content + TERMINATOR)
        out.write(document(**header, EOF=True, CRC=-1) + TERMINATOR)


def restore(options: dict[str, str]) -> None:
    sign_in(options)
    data, count = sys.stdin.buffer.read(), 0
    target = re.sub(r"\.\$all\$$", "", options["--nsTo"])
    at = 4 + struct.unpack_from("<i", data, 4)[0]
    at = data.index(TERMINATOR, at) + 4
    while at < len(data):
        header, at = take(data, at)
        (found,) = re.findall(rb"\x02collection\0....([^\0]*)\0", header, re.DOTALL)
        collection = found.decode()
        file = HOME / target / collection
        file.parent.mkdir(exist_ok=True)
        with file.open("ab") as opened:
            while data[at : at + 4] != TERMINATOR:
                row, at = take(data, at)
                opened.write(row)
                count += 1
        at += 4
    sys.stderr.write(f"{count} document(s) restored successfully. 0 document(s) failed to restore.\n")


def shell(options: dict[str, str]) -> None:
    script = Path(options["--file"]).read_text()
    (url,) = re.findall(r"^connect\((.*)\)\.dropDatabase\(\);\n$", script)
    shutil.rmtree(HOME / urlsplit(json.loads(url)).path.removeprefix("/"), ignore_errors=True)


def take(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + struct.unpack_from("<i", data, at)[0]
    return data[at:end], end


def document(**fields: object) -> bytes:
    body = b"".join(element(name.encode() + b"\0", value) for name, value in fields.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def element(name: bytes, value: object) -> bytes:
    if isinstance(value, bool):
        return b"\x08" + name + bytes([value])
    if isinstance(value, int):
        return b"\x12" + name + struct.pack("<q", value)
    text = str(value).encode() + b"\0"
    return b"\x02" + name + struct.pack("<i", len(text)) + text


if __name__ == "__main__":
    main()
