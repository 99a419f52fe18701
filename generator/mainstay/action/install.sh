# Installs what mainstay needs for one run of the Action into a private folder, and names it in the step's outputs.
# Everything is locked by hash, nothing is built, and neither the caller's settings nor the checkout take part.
set -eu
action=$(cd "$GITHUB_ACTION_PATH" && pwd)
. "$action/generator/mainstay/action/isolate.sh"

# What is not named here is dropped: UV_*, PIP_*, PYTHON*, and every secret that only the next step needs.
for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
        PATH | HOME | TMPDIR | RUNNER_TEMP | GITHUB_OUTPUT | SSL_CERT_FILE | SSL_CERT_DIR) ;;
        SYSTEMROOT | TEMP | TMP | USERPROFILE | APPDATA | LOCALAPPDATA | PATHEXT | COMSPEC) ;; # Windows
        HTTP_PROXY | HTTPS_PROXY | ALL_PROXY | NO_PROXY | http_proxy | https_proxy | all_proxy | no_proxy) ;;
        *) unset "$name" 2> /dev/null || true ;;
    esac
done

home=$(mktemp -d "$RUNNER_TEMP/mainstay.XXXXXX")
echo "home=$home" >> "$GITHUB_OUTPUT" # first, so that it is removed when something below fails
cd "$home" # the checkout may hold a uv.toml, a .python-version or a venv.py

python=$(sh "$action/script/python")
echo "began=$("$python" -I -c 'import time; print(time.time())')" >> "$GITHUB_OUTPUT"
export PIP_ROOT_USER_ACTION=ignore
if "$python" -I -c 'import importlib.util, sys; sys.exit(not importlib.util.find_spec("pip"))'; then
    pip=$python
else
    "$python" -I -m venv bootstrap # two seconds more
    pip=$home/bootstrap/bin/python
fi
"$pip" -I -m pip --quiet --disable-pip-version-check --no-input install --target uv --no-compile --no-deps \
    --only-binary :all: --require-hashes --requirement "$action/requirements/uv.txt"

export UV_NO_CONFIG=1
if [ -d "$(uv/bin/uv cache dir)" ]; then cache=warm; else cache=cold; fi
echo "cache=$cache" >> "$GITHUB_OUTPUT"
uv/bin/uv venv --quiet --no-python-downloads --python "$python" venv
uv/bin/uv pip sync --quiet --system-certs --python venv --no-build --require-hashes "$action/requirements/runtime.txt"

# mainstay itself is pure Python and runs in place. A .pth file, because `python -I` ignores PYTHONPATH.
for own in venv/bin/python venv/Scripts/python.exe; do
    [ ! -x "$own" ] || echo "python=$home/$own" >> "$GITHUB_OUTPUT"
done
"$python" -I - venv "$action/generator" <<'END'
import pathlib, sys
for where in ("lib/python*/site-packages", "Lib/site-packages"):
    for packages in pathlib.Path(sys.argv[1]).glob(where):
        (packages / "mainstay.pth").write_text(f"{sys.argv[2]}\n", encoding="utf-8")
END
times > "$home/times"
