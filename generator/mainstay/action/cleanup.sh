# The Action's last step, whatever happened before: removes what was installed, and never lets silence pass for success.
set -eu
. "$GITHUB_ACTION_PATH/generator/mainstay/action/isolate.sh"
case $MAINSTAY_HOME in
    "$RUNNER_TEMP"/mainstay.*) rm -rf -- "$MAINSTAY_HOME" ;;
esac
if [ -z "$MAINSTAY_RESULT" ]; then
    echo "::error title=mainstay::The run ended before it had a result. Nothing was proved. See the log of the steps above."
    echo "**mainstay ended before it had a result.** Nothing was proved; the log of the steps says why." >> "$GITHUB_STEP_SUMMARY"
fi
