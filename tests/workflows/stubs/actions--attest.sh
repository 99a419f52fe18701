# What is signed has to be there; the real one asks for an identity that only GitHub gives.
# shellcheck disable=SC2086 # a glob by design
ls $IN_SUBJECT_PATH > /dev/null
if [ -n "$IN_SBOM_PATH" ]; then test -s "$IN_SBOM_PATH"; fi
