#!/bin/sh
# Installs what mainstay needs for one run of the Action into a private folder, and names it in the step's outputs.
# Everything is locked by hash, nothing is built, and neither the caller's settings nor the checkout take part.
set -eu
action=$(cd "$(dirname "$0")/../../.." && pwd)

# What is not named here is dropped: UV_*, PIP_*, PYTHON*, and every secret that only the next step needs.
for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
        PATH | HOME | TMPDIR | RUNNER_TEMP | GITHUB_OUTPUT | SSL_CERT_FILE | SSL_CERT_DIR) ;;
        HTTP_PROXY | HTTPS_PROXY | ALL_PROXY | NO_PROXY | http_proxy | https_proxy | all_proxy | no_proxy) ;;
        *) unset "$name" ;;
    esac
done

home=$(mktemp -d "$RUNNER_TEMP/mainstay.XXXXXX")
echo "home=$home" >> "$GITHUB_OUTPUT" # first, so that it is removed when something below fails
cd "$home" # the checkout may hold a uv.toml, a .python-version or a venv.py

python=$("$action/script/python")
"$python" -I -m venv bootstrap
bootstrap/bin/python -I -m pip --quiet --disable-pip-version-check --no-input \
    install --only-binary :all: --require-hashes --requirement "$action/requirements/uv.txt"

export UV_NO_CONFIG=1
bootstrap/bin/uv venv --quiet --no-python-downloads --python "$python" venv
bootstrap/bin/uv pip sync --quiet --system-certs --python venv --no-build --require-hashes "$action/requirements/runtime.txt"

# mainstay itself is pure Python and runs in place. A .pth file, because `python -I` ignores PYTHONPATH.
packages=$(venv/bin/python -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$action/generator" > "$packages/mainstay.pth"
