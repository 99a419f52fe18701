# Sourced first by every step of the Action: no program is taken from the checkout, nor from wherever a step stands.
# Nothing is started here: what would be found on PATH is what is in question.
mainstay_path=
set -f
mainstay_ifs=$IFS
IFS=:
for mainstay_folder in $PATH; do
    case $mainstay_folder in
        "${GITHUB_WORKSPACE:-/}" | "${GITHUB_WORKSPACE:-/}"/* | "$PWD" | "$PWD"/*) ;;
        /*) mainstay_path=$mainstay_path${mainstay_path:+:}$mainstay_folder ;;
    esac
done
IFS=$mainstay_ifs
set +f
PATH=$mainstay_path
unset BASH_ENV ENV CDPATH GREP_OPTIONS
hash -r
