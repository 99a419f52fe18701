# Kept beside the stubs until another job asks for it.
mkdir -p "$STUB_FOLDER/artifacts/$IN_NAME"
cp -R "${IN_PATH%/}"/. "$STUB_FOLDER/artifacts/$IN_NAME/"
