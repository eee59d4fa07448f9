#!/bin/sh
# A suite with three cells of one workload and one of another. It saves nothing; the run is RUN. Each process of a launch is a line of
# LOG, such as `--of 6: tiny/w/a/1 tiny/w/b/1`.
#
# FATES are words such as `2:tiny/w/b/1:dies`: what becomes of a cell in the launch of that number, `any` for each. Launches that save
# nothing have the number of the last that did.
#   dies        takes the process down while it takes turns
#   jostles     the same, unless it is alone
#   leaves      ends the process while it takes turns, with exit code 0
#   fails       the same with exit code 1
#   crashes     takes the process down behind its record
#   full        finds no room for its record
#   disturbed   is not measurable
#   wrong       gives a wrong result
#   stops       has the user press Ctrl-C, and waits until it is enough
#   waits       waits until it is enough
# PROTOCOL is the version it speaks, REFUSES why it says nothing about its cells, and RENDERING why it renders nothing.
greet() {
    echo "{\"protocol\":${PROTOCOL:-4},\"suite\":\"tiny\",\"contract\":\"Be there.\"}"
}

fail() {
    echo "contend: failed to $2" >&2
    exit "$1"
}

fates() {
    for word in $FATES; do
        case "$word" in
        "$number:$1:"* | "any:$1:"*) echo "${word##*:}" ;;
        esac
    done
}

# Whether one of the cells $2... has the fate $1.
any() {
    wanted=$1
    shift
    for cell; do
        case " $(fates "$cell" | tr '\n' ' ') " in *" $wanted "*) return 0 ;; esac
    done
    return 1
}

measured() {
    case "$(fates "$1")" in
    *disturbed*) outcome='{"kind":"not-measurable","reason":"others work"}' ;;
    *wrong*) outcome='{"kind":"faulty","fault":{"kind":"wrong-result","message":"one is missing"}}' ;;
    *) outcome='{"kind":"measured"}' ;;
    esac
    echo "{\"line\":\"measured\",\"cell\":\"$1\",\"outcome\":$outcome}"
}

take_turns() {
    echo "{\"line\":\"begin\",\"cells\":[$(printf '"%s",' "$@" | sed 's/,$//')]}"
    any dies "$@" && kill -6 $$
    [ $# -gt 1 ] && any jostles "$@" && kill -6 $$
    any leaves "$@" && exit 0
    any fails "$@" && exit 1
    any full "$@" && fail 13 'write samples.jsonl: no space left'
    any stops "$@" && kill -INT "$PPID"
    if any stops "$@" || any waits "$@"; then
        read -r enough
        [ "$enough" = enough ] || fail 1 'be told that it is enough'
        echo '{"line":"busy"}'
    fi
    for cell; do
        measured "$cell"
    done
    any crashes "$@" && kill -6 $$
    if any stops "$@" || any waits "$@"; then
        exit 130
    fi
}

launch() {
    # Whoever asks holds the lock, and says so.
    [ "$CONTEND_MEASURING" = "$PPID" ] || fail 1 'be told who holds the lock'
    grep -q "^process $PPID: contend run" "$CONTEND_RESULTS/.measuring.lock" || fail 1 'find who holds the lock'
    cells=
    while read -r cell && [ -n "$cell" ]; do
        cells="$cells $cell"
    done
    echo "$2 $3:$cells" >>"$LOG"
    number=$(grep -c '^--of' "$LOG")
    [ "$2" = --unsaved ] || echo "{\"line\":\"joined\",\"run\":\"$RUN\",\"launch\":$number}"
    for workload in v w; do
        # Words, not one text.
        group=$(printf '%s\n' $cells | grep "/$workload/")
        [ -z "$group" ] || take_turns $group
    done
}

# criterion, which renders what it is asked to and says so on stderr.
render() {
    [ -d "$CRITERION_HOME/tiny_w" ] || fail 1 'find its cells'
    grep -q "^process $PPID: contend run" "$CONTEND_RESULTS/.measuring.lock" || fail 1 'find who holds the lock'
    [ -z "$RENDERING" ] || fail 101 "$RENDERING"
    mkdir "$CRITERION_HOME/report"
    echo rendered >"$CRITERION_HOME/report/index.html"
}

case "$2" in
list)
    greet
    [ -z "$REFUSES" ] || fail 2 "$REFUSES"
    for cell in w/a:true w/b:true w/c:true v/d:true v/e:false; do
        id="tiny/${cell%:*}/1"
        echo "{\"cell\":\"$id\",\"curated\":${cell#*:},\"oversubscribed\":false,\"blocks\":false,\"placed\":false,\"definition\":\"00\",\"unavailable\":null,\"version\":\"in-house\",\"note\":\"\",\"question\":\"Is it there?\"}"
    done
    ;;
machine)
    greet
    printf '%s\n' "$MACHINE"
    ;;
build)
    greet
    printf '%s\n' "$BUILD"
    ;;
launch)
    greet
    shift
    launch "$@"
    ;;
--load-baseline) render ;;
esac
exit 0
