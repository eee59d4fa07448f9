#!/bin/sh
# A suite one of whose contenders loses counts.
echo '{"protocol":2,"suite":"lock-contention","contract":"Count without losing a count."}'
[ "$2" = check ] || exit 0
echo '{"line":"engine","name":"twice the work, in times","expected_permille":2000,"found_permille":1999,"tolerance_permille":60,"ok":true}'
echo '{"line":"cell","cell":"lock-contention/short/ticket/2","operations":400,"fault":{"kind":"wrong-result","message":"total: expected 400, found 398"}}'
echo '{"line":"cell","cell":"lock-contention/short/std-mutex/2","operations":400,"fault":null}'
exit 14
