# Runs mainstay, isolated: no module and no program of the checkout stands in for one of ours.
set -eu
. "$GITHUB_ACTION_PATH/generator/mainstay/action/isolate.sh"
exec "$MAINSTAY_PYTHON" -I -X utf8 -m mainstay.action 2>&1 # one stream: what is quoted stays quoted
