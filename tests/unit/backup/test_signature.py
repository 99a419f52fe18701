from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from mainstay.backup.stores.signature import Credentials, credentials_in, signed_headers

NOW = datetime(2026, 11, 23, 6, 30, 15, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize("token", [None, "session/token+with=marks"])
@pytest.mark.parametrize(
    "url",
    [
        "https://s3.eu-central-1.amazonaws.com/acme-backups?versioning=",
        "http://127.0.0.1:9000/test.bucket?object-lock=",
        "https://s3.example.com/b?uploads=&prefix=a%2Fb%20c&max-uploads=10",
    ],
)
def test_a_request_is_signed_as_amazon_signs_it(url: str, token: str | None) -> None:
    """Amazon's own library is the judge: same URL, same time, same signature."""
    request = AWSRequest("GET", url, headers={"host": urlsplit(url).netloc})
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        S3SigV4Auth(BotoCredentials("AKIDEXAMPLE", SECRET, token), "s3", "eu-central-1").add_auth(request)

    ours = signed_headers(url, "eu-central-1", Credentials("AKIDEXAMPLE", SECRET, token), NOW)

    theirs = {name.lower(): value for name, value in request.headers.items()}
    assert ours["authorization"] == theirs["authorization"]
    assert ours.get("x-amz-security-token") == token


def test_credentials_come_from_the_environment_and_are_not_shown() -> None:
    """Half of them are none; a repr, as a traceback shows it, holds no secret."""
    whole = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "token-1"}

    assert credentials_in({**whole, "AWS_SECRET_ACCESS_KEY": ""}) is None
    assert credentials_in({}) is None
    found = credentials_in(whole)
    assert found == Credentials("AKID", SECRET, "token-1")
    assert SECRET not in repr(found)
    assert "token-1" not in repr(found)
