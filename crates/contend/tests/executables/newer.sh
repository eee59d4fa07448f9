#!/bin/sh
# A suite that was built with a newer driver.
echo '{"protocol":5,"suite":"map-contention","dialect":"new"}'
