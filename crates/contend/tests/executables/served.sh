#!/bin/sh
# Serves one cell. A slice takes 1.5 ms, and a handicap makes it longer by a millionth for each of its parts. $FAULT says what
# goes wrong: `dies` or `wrong` at the third slice.
greet() { echo '{"protocol":2,"suite":"tiny","contract":"Be there."}'; }
case "$2" in
list)
    greet
    echo '{"cell":"tiny/w/c/1","curated":true,"oversubscribed":false,"blocks":false,"placed":false,"definition":"00","unavailable":null,"version":"in-house","note":"","question":"Is it there?"}'
    ;;
machine)
    greet
    echo '{"id":"00ff","arch":"x","os":"y","kernel":null,"cpu_model":null,"logical_cpus":2,"physical_cores":2,"allowed_cpus":2,"smt":null,"governor":null,"turbo":null,"cgroup_cpu_permille":null,"cgroup_memory_bytes":null,"memory_bytes":null,"virtualised":null,"clock_source":null,"huge_pages":null,"pinning":true,"run_queue_figures":true}'
    ;;
serve)
    greet
    slices=0
    while read -r request; do
        case "$request" in
        *prepare*)
            handicap=${request##*handicap\":}
            window=$((1500000 + ${handicap%\}} * 3 / 2))
            echo '{"answer":"prepared","definition":"00","oversubscribed":false,"blocks":false,"placed":false,"pinned":true}'
            ;;
        *slice*)
            slices=$((slices + 1))
            if [ "$slices" -ge 3 ] && [ "$FAULT" = dies ]; then exit 3; fi
            if [ "$slices" -ge 3 ] && [ "$FAULT" = wrong ]; then
                echo '{"answer":"faulty","fault":{"kind":"wrong-result","message":"one is missing"}}'
                continue
            fi
            echo "{\"answer\":\"slice\",\"window_ns\":$((window + slices % 3 * 1000)),\"ops\":[1000],\"cpu_ns\":1500000,\"run_delay_ns\":0,\"voluntary_switches\":0,\"involuntary_switches\":0,\"minor_faults\":0,\"failed_attempts\":0,\"disturbed\":null}"
            ;;
        *conclude*) echo '{"answer":"concluded","not_measurable":null}' ;;
        esac
    done
    ;;
esac
