#!/bin/sh
# A suite with three cells, of which the second takes the process down, whatever else is asked.
echo '{"protocol":3,"suite":"tiny","contract":"Be there."}'
shift
after=none
[ "$2" = --after ] && after=$3
for contender in a b c; do
    cell="tiny/w/$contender/1"
    if [ "$after" = none ]; then
        echo "{\"line\":\"begin\",\"cell\":\"$cell\"}"
        [ "$contender" = b ] && kill -6 $$
        echo "{\"line\":\"cell\",\"cell\":\"$cell\",\"operations\":9,\"guarantees\":\"it is there\",\"fault\":null}"
    fi
    [ "$after" = "$cell" ] && after=none
done
exit 0
