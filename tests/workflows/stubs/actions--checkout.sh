# A real checkout of the real repository; it only comes from this machine.
mkdir -p "${IN_PATH:-.}"
cd "${IN_PATH:-.}"
git init --quiet
git remote add origin "file://$STUB_REPOSITORY"
if [ "$IN_FETCH_DEPTH" = 0 ]; then
    git fetch --quiet --tags origin '+refs/heads/*:refs/remotes/origin/*'
else
    git fetch --quiet --no-tags "--depth=$IN_FETCH_DEPTH" origin "${IN_REF:-HEAD}"
fi
git fetch --quiet --no-tags origin "${IN_REF:-HEAD}"
git checkout --quiet FETCH_HEAD
echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"
