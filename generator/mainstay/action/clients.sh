# Brings the programs of each database whose version is an input, and says which: the client for a backup, the server too
# for a restore drill. What the runner has is used; then what its distribution offers; then the maker's own repository.
set -eu
. "$GITHUB_ACTION_PATH/generator/mainstay/action/isolate.sh"
PATH="$PATH:/usr/sbin:/sbin" # servers stand there, where only root looks by default

# engine | a version | its shape | program of a backup, of a drill | packages of a backup, of a drill | offered | key | source
# @ is the version; ID and CODENAME are the distribution's.
table='
postgresql|17|[1-9][0-9]|/usr/lib/postgresql/@/bin/pg_dump|/usr/lib/postgresql/@/bin/postgres|postgresql-client-@|postgresql-@|@.*||
mariadb|11.4|[1-9]*.[0-9]*|mariadb-dump|mariadbd|mariadb-client|mariadb-server|@.*|https://mariadb.org/mariadb_release_signing_key.pgp|https://deb.mariadb.org/@/ID CODENAME main
mysql|8.4|[1-9]*.[0-9]*|mysqldump|mysqld|mysql-client|mysql-server|@.*|https://repo.mysql.com/RPM-GPG-KEY-mysql-2025|https://repo.mysql.com/apt/ID CODENAME mysql-@ mysql-@-lts
mongodb|8.0|[1-9]*.[0-9]*|mongodump|mongosh|mongodb-database-tools|mongodb-database-tools mongodb-mongosh|*|https://pgp.mongodb.com/server-@.asc|https://repo.mongodb.org/apt/ID CODENAME/mongodb-org/@ main multiverse
'

refuse() {
    echo "::error title=mainstay::$1"
    exit 2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Prints what a program says it is, if it is of the version: of MongoDB's tools every version is right.
identity() {
    said=$("$1" --version 2> /dev/null | head -n 1) || return 0
    case "$engine $said" in
        mongodb\ ?* | *[!0-9.]"$version".*) echo "$said" ;;
    esac
}

offered() {
    for package in $packages; do
        candidate=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: *//p')
        # shellcheck disable=SC2254 # a pattern by design
        case ${candidate#*:} in
            '' | '(none)') return 1 ;;
            $offer) ;;
            *) return 1 ;;
        esac
    done
}

add_repository() {
    if [ -z "$key" ]; then
        # Debian and Ubuntu ship the script that adds PostgreSQL's own repository, with its signing key.
        as_root apt-get install --yes --no-install-recommends postgresql-common
        as_root /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
        return
    fi
    file=$(mktemp "$RUNNER_TEMP/mainstay-key.XXXXXX")
    curl --silent --show-error --fail --location --proto '=https' --output "$file" "$key"
    as_root install -D -m 644 "$file" "/etc/apt/keyrings/mainstay-$engine.asc"
    rm -f -- "$file"
    echo "deb [signed-by=/etc/apt/keyrings/mainstay-$engine.asc] $source" |
        as_root tee "/etc/apt/sources.list.d/mainstay-$engine.list" > /dev/null
    as_root apt-get --quiet update
}

bring() {
    command -v apt-get > /dev/null ||
        refuse "The input $engine installs on Debian and Ubuntu only. Install the programs on this runner and leave it empty."
    as_root apt-get --quiet update
    offered || add_repository
    # shellcheck disable=SC2086 # one or more packages by design
    as_root apt-get install --yes --no-install-recommends $packages
}

distribution() {
    sed -n "s/^$1=\"\\{0,1\\}\\([^\"]*\\).*/\\1/p" /etc/os-release
}

fill() {
    printf '%s' "$1" | sed "s|@|$version|g; s|CODENAME|$(distribution VERSION_CODENAME)|; s|ID|$(distribution ID)|"
}

one() {
    IFS='|' read -r engine example shape dump server client servers offer key source <<END
$1
END
    name=MAINSTAY_INPUT_$(printf '%s' "$engine" | tr '[:lower:]' '[:upper:]')
    version=$(printenv "$name" || true)
    [ -n "$version" ] || return 0
    # shellcheck disable=SC2254 # a pattern by design
    case $version in
        *[!0-9.]* | *.*.* | ??????*) refuse "The input $engine is a version such as $example." ;;
        $shape) ;;
        *) refuse "The input $engine is a version such as $example." ;;
    esac
    case $MAINSTAY_INPUT_COMMAND in
        backup) program=$dump packages=$client ;;
        restore-drill) program=$server packages=$servers ;;
        *) return 0 ;;
    esac
    program=$(fill "$program") packages=$(fill "$packages") offer=$(fill "$offer")
    key=$(fill "$key") source=$(fill "$source")
    used=$(identity "$program")
    if [ -z "$used" ]; then
        bring
        used=$(identity "$program")
    fi
    [ -n "$used" ] || refuse "The programs of $engine $version could not be installed."
    echo "Programs of $engine: $used"
    shown=$(printf '%s' "$used" | tr -cd 'A-Za-z0-9 .,:+()~_-')
    printf 'Programs of %s: `%s`\n\n' "$engine" "$shown" >> "$GITHUB_STEP_SUMMARY"
}

echo "$table" | while read -r row; do
    [ -z "$row" ] || one "$row" < /dev/null
done
