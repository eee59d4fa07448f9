#!/bin/sh
# A suite that keeps its contract. Its thread count is what CONTEND_THREADS says, and 2 by default.
threads=${CONTEND_THREADS:-2}
echo '{"protocol":2,"suite":"map-contention","contract":"Hold what was inserted."}'
case "$2" in
list)
    cell() {
        echo "{\"cell\":\"map-contention/$1/$threads\",\"curated\":$2,\"oversubscribed\":false,\"blocks\":false,\"placed\":false,\"definition\":\"00\",\"unavailable\":$3,\"version\":\"$4\",\"note\":\"\",\"question\":\"What does a lookup cost?\"}"
    }
    cell read-99/dashmap true null 'dashmap 6.2.1'
    cell read-99/std-mutex true null 'std 1.95.0'
    cell read-50/dashmap false null 'dashmap 6.2.1'
    cell read-50/papaya true '"it has no such operation"' 'papaya 0.2.3'
    ;;
check)
    echo '{"line":"engine","name":"twice the work, in times","expected_permille":2000,"found_permille":2011,"tolerance_permille":60,"ok":true}'
    for contender in dashmap std-mutex; do
        id="map-contention/read-99/$contender/$threads"
        echo "$id" | grep -Eq -- "${4:-.}" && echo "{\"line\":\"cell\",\"cell\":\"$id\",\"operations\":500,\"fault\":null}"
    done
    ;;
esac
exit 0
