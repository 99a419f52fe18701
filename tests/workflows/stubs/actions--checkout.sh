# A real checkout of the real repository; it only comes from this machine.
mkdir -p "${IN_PATH:-.}"
cd "${IN_PATH:-.}"
git init --quiet
depth=
if [ "$IN_FETCH_DEPTH" != 0 ]; then depth="--depth=$IN_FETCH_DEPTH"; fi
# shellcheck disable=SC2086 # zero or one word
git fetch --quiet --tags $depth "file://$STUB_REPOSITORY" "${IN_REF:-HEAD}"
git checkout --quiet FETCH_HEAD
echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"
