#!/bin/sh
# A suite whose contender takes the process down in the middle of a line.
echo '{"protocol":2,"suite":"buffer-pools","contract":"Hand out each buffer once."}'
if [ "$2" = check ]; then
    echo '{"line":"cell","cell":"buffer-pools/reuse/stack/2","operations":9,"fault":null}'
    printf '{"line":"cell","cell":"buffer-po'
fi
kill -9 $$
