"""What an S3 bucket says about itself, asked with one signed GET per setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from mainstay.backup.stores.setting import Setting
from mainstay.backup.stores.signature import Credentials, credentials_in, signed_headers
from mainstay.errors import HttpError, ObjectMissingError, StoreError
from mainstay.platform import http
from mainstay.platform.clock import Clock

_TIMEOUT_SECONDS = 10
_ON, _OFF = "on", "off"
Found = tuple[str, bool | None]


@dataclass(frozen=True, slots=True)
class _Question:
    """A setting: how it is asked for, what says that there is none, and how the answer is judged."""

    name: str
    query: str
    verb: str
    judge: Callable[[ET.Element, str], Found]
    none_code: str = ""
    none: Found = (_OFF, False)


def s3_settings(url: str, environ: Mapping[str, str], clock: Clock) -> Iterator[Setting]:
    """Yield the settings of the bucket of an `s3://` store.

    Raises:
        ObjectMissingError: There is no such bucket.
        StoreError: The store gives no answer.
    """
    parts = urlsplit(url)
    bucket, prefix, credentials = parts.netloc, unquote(parts.path).strip("/"), credentials_in(environ)
    answers: dict[str, http.Answer] = {}
    for question in _QUESTIONS:
        look = f"aws s3api {question.verb} --bucket {bucket}"
        if credentials is None:
            why = "unknown: no AWS_ACCESS_KEY_ID in the environment to ask with"
            yield Setting(question.name, why, None, look)
            continue
        if question.query not in answers:
            answers[question.query] = _ask(url, question.query, environ, credentials, clock)
        yield Setting(question.name, *_judged(question, answers[question.query], prefix), look)


def _ask(
    url: str, query: str, environ: Mapping[str, str], credentials: Credentials, clock: Clock
) -> http.Answer:
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    address = (
        f"{(endpoint or f'https://s3.{region}.{suffix}').rstrip('/')}/{quote(urlsplit(url).netloc)}?{query}="
    )
    if not address.startswith("https:") and environ.get("AWS_ALLOW_HTTP", "").lower() != "true":
        raise StoreError(f"asking {url} failed: the endpoint is no https:// address")
    headers = signed_headers(address, region, credentials, clock.now())
    try:
        answer = http.request("GET", address, headers=headers, timeout_seconds=_TIMEOUT_SECONDS)
    except HttpError as error:
        raise StoreError(
            f"asking {url} failed: {error.message}", hint="check AWS_REGION and AWS_ENDPOINT_URL"
        ) from error
    if _code(answer) == "NoSuchBucket":
        raise ObjectMissingError(f"asking {url} failed: there is no such bucket")
    return answer


def _judged(question: _Question, answer: http.Answer, prefix: str) -> Found:
    code = _code(answer)
    if code and code == question.none_code:
        return question.none
    if code in {"AccessDenied", "AccessForbidden"}:
        return "unknown: these credentials may not ask", None
    if not answer.ok:
        return f"unknown: the store answered {code or answer.status}", None
    try:
        return question.judge(_parsed(answer.body), prefix)
    except (ET.ParseError, ValueError):
        return "unknown: the answer cannot be read", None


def _parsed(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - at most 1 MiB, and expat limits what entities may grow to


def _code(answer: http.Answer) -> str | None:
    """Return the error code in an answer that is none of success."""
    if answer.ok:
        return None
    try:
        return _text(_parsed(answer.body), "Code")[:60] or None
    except ET.ParseError:
        return None


def _text(element: ET.Element, path: str) -> str:
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return (element.findtext(steps) or "").strip()


def _versioning(answer: ET.Element, _: str) -> Found:
    enabled = _text(answer, "Status") == "Enabled"
    return (_ON if enabled else _OFF), enabled


def _object_lock(answer: ET.Element, _: str) -> Found:
    mode = _text(answer, "Rule/DefaultRetention/Mode")
    for unit in ("Days", "Years"):
        if mode and (span := _text(answer, f"Rule/DefaultRetention/{unit}")):
            return f"{mode.lower()}, {int(span)} {unit.lower()} by default", True
    return "on, but without a default retention: new objects are not locked", False


def _encryption(answer: ET.Element, _: str) -> Found:
    algorithm = _text(answer, "Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm")
    return (algorithm, True) if algorithm else (_OFF, False)


def _public_access(answer: ET.Element, _: str) -> Found:
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    open_ones = [switch for switch in switches if _text(answer, switch).lower() != "true"]
    return (f"not blocked: {', '.join(open_ones)}", False) if open_ones else ("blocked", True)


def _days(answer: ET.Element, prefix: str, path: str) -> int | None:
    """Return the fewest days of an action of a rule that is on and holds for the whole prefix."""
    rules = [
        rule
        for rule in answer.iterfind("{*}Rule")
        if _text(rule, "Status") == "Enabled" and _covers(rule, prefix)
    ]
    return min((int(days) for rule in rules if (days := _text(rule, path))), default=None)


def _covers(rule: ET.Element, prefix: str) -> bool:
    if rule.find("{*}Filter/{*}And") is not None or rule.find("{*}Filter/{*}Tag") is not None:
        return False
    return f"{prefix}/".startswith(_text(rule, "Filter/Prefix") or _text(rule, "Prefix"))


def _incomplete(answer: ET.Element, prefix: str) -> Found:
    days = _days(answer, prefix, "AbortIncompleteMultipartUpload/DaysAfterInitiation")
    return _NEVER_REMOVED if days is None else (f"removed after {days} days", True)


def _noncurrent(answer: ET.Element, prefix: str) -> Found:
    days = _days(answer, prefix, "NoncurrentVersionExpiration/NoncurrentDays")
    return _NEVER_REMOVED if days is None else (f"removed after {days} days", True)


def _expiry(answer: ET.Element, prefix: str) -> Found:
    days = _days(answer, prefix, "Expiration/Days")
    return _NEVER if days is None else (f"after {days} days, whatever the policy keeps", False)


_NEVER_REMOVED: Found = ("never removed: they cost for ever", False)
_NEVER: Found = ("never, so the policy decides", True)
_NO_LIFECYCLE = "NoSuchLifecycleConfiguration"
_GET_LIFECYCLE = "get-bucket-lifecycle-configuration"
_QUESTIONS = (
    _Question("versioning", "versioning", "get-bucket-versioning", _versioning),
    _Question(
        "object lock",
        "object-lock",
        "get-object-lock-configuration",
        _object_lock,
        "ObjectLockConfigurationNotFoundError",
    ),
    _Question("unfinished uploads", "lifecycle", _GET_LIFECYCLE, _incomplete, _NO_LIFECYCLE, _NEVER_REMOVED),
    _Question("old versions", "lifecycle", _GET_LIFECYCLE, _noncurrent, _NO_LIFECYCLE, _NEVER_REMOVED),
    _Question("objects expire", "lifecycle", _GET_LIFECYCLE, _expiry, _NO_LIFECYCLE, _NEVER),
    _Question(
        "encryption",
        "encryption",
        "get-bucket-encryption",
        _encryption,
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    _Question(
        "public access",
        "publicAccessBlock",
        "get-public-access-block",
        _public_access,
        "NoSuchPublicAccessBlockConfiguration",
        ("not blocked", False),
    ),
)
"""The settings of a bucket, in the order in which they are shown. A further one is a row and a judge."""
