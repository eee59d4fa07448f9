#!/bin/sh
# A suite on a machine that is disturbed.
echo '{"protocol":2,"suite":"fan-out","contract":"Deliver each message once."}'
[ "$2" = check ] || exit 0
echo '{"line":"engine","name":"twice the work, in times","expected_permille":2000,"found_permille":3400,"tolerance_permille":60,"ok":false}'
echo '{"line":"cell","cell":"fan-out/spsc/std-mpsc/2","operations":9,"fault":null}'
