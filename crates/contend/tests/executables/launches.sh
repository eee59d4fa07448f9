#!/bin/sh
# A suite with three cells, of which the second takes the process down. It saves nothing; the run is RUN.
echo '{"protocol":3,"suite":"tiny","contract":"Be there."}'
case "$2" in
list)
    for contender in a b c; do
        echo "{\"cell\":\"tiny/w/$contender/1\",\"curated\":true,\"oversubscribed\":false,\"blocks\":false,\"placed\":false,\"definition\":\"00\",\"unavailable\":null,\"version\":\"in-house\",\"note\":\"\",\"question\":\"Is it there?\"}"
    done
    ;;
machine)
    echo "$MACHINE"
    ;;
launch)
    cells=
    while read -r cell && [ -n "$cell" ]; do
        cells="$cells $cell"
    done
    echo "{\"line\":\"joined\",\"run\":\"$RUN\",\"launch\":1}"
    echo "{\"line\":\"begin\",\"cells\":[$(echo "$cells" | sed 's/ \([^ ]*\)/"\1",/g; s/,$//')]}"
    case "$cells" in *tiny/w/b/1*) kill -6 $$ ;; esac
    for cell in $cells; do
        echo "{\"line\":\"measured\",\"cell\":\"$cell\",\"outcome\":{\"kind\":\"measured\"}}"
    done
    ;;
esac
exit 0
