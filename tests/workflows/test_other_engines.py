"""Workflows of a repository whose database is not PostgreSQL; how act differs stands in test_backup_workflows.py."""

from __future__ import annotations

import re

import pytest

from helpers.act import Scene, runner_for
from helpers.servers import ACCESS_KEY, SECRET_KEY, S3Server
from helpers.subjects import Subject
from mainstay.platform.process import run


@pytest.mark.parametrize("engine", ["mariadb"])
def test_a_database_of_another_kind_is_backed_up_and_restored(
    engine: str, scene: Scene, s3_server: S3Server, mariadb_subject: Subject
) -> None:
    """The series is a variable of the repository; its programs are found, and the drill brings its own server."""
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    runner = runner_for(
        scene,
        {},
        database=engine,
        backup_store=f"s3://{s3_server.make_bucket()}/shop",
        backup_credentials="keys",
    )
    series = re.findall(r"(\d+\.\d+)\.\d+", run(["/usr/sbin/mariadbd", "--version"]).stdout)[0]
    variables = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": s3_server.endpoint, "MARIADB_SERIES": series}

    backup = runner.run(
        "backup.yml", "schedule", secrets={"DATABASE_URL": mariadb_subject.url, **keys}, variables=variables
    )
    drill = runner.run("restore-drill.yml", "schedule", secrets=keys, variables=variables)

    assert (backup.code, backup.jobs) == (0, {"backup": "success", "evidence": "success"}), backup.log
    assert (drill.code, drill.jobs) == (0, {"drill": "success", "evidence": "success"}), drill.log
    assert "Programs of mariadb: `mariadb-dump" in backup.summary
    assert "equal to the manifest" in drill.summary
    assert mariadb_subject.secret not in backup.log + drill.log
