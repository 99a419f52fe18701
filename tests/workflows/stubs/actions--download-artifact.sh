# What an earlier job kept; without it the real one fails too.
mkdir -p "${IN_PATH:-.}"
cp -R "$STUB_FOLDER/artifacts/$IN_NAME"/. "${IN_PATH:-.}/"
