#!/bin/sh
# Installs PostgreSQL's programs of one major version: the client for a backup, the server too for a restore drill.
set -eu
major=$MAINSTAY_INPUT_POSTGRESQL
case $major in
    [1-9][0-9]) ;;
    *)
        echo "::error title=mainstay::The input postgresql is a major version such as 17."
        exit 2
        ;;
esac
case $MAINSTAY_INPUT_COMMAND in
    backup) package=postgresql-client-$major program=pg_dump ;;
    restore-drill) package=postgresql-$major program=postgres ;;
    *) exit 0 ;;
esac
if [ -x "/usr/lib/postgresql/$major/bin/$program" ]; then exit 0; fi

sudo apt-get --quiet update
if ! apt-cache show "$package" > /dev/null 2>&1; then
    # PostgreSQL's own repository. Debian and Ubuntu ship the script that adds it, with its signing key.
    sudo apt-get install --yes --no-install-recommends postgresql-common
    sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
fi
sudo apt-get install --yes --no-install-recommends "$package"
