#!/bin/sh
# A suite that was built with a newer driver.
echo '{"protocol":4,"suite":"map-contention","dialect":"new"}'
