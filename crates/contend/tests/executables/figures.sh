#!/bin/sh
# A suite of which one cell has figures, one takes its process down, and one says something odd.
greet() { echo '{"protocol":3,"suite":"tiny","contract":"Be there."}'; }
cell() {
    echo "{\"cell\":\"tiny/w/$1/1\",\"curated\":true,\"oversubscribed\":false,\"blocks\":false,\"placed\":false,\"definition\":\"00\",\"unavailable\":null,\"version\":\"in-house\",\"capabilities\":[],\"note\":\"\",\"question\":\"Is it there?\"}"
}
case "$2" in
list) greet; cell a; cell b; cell c ;;
machine) greet; echo '{"id":"00ff","arch":"x","os":"y","kernel":null,"cpu_model":null,"logical_cpus":2,"physical_cores":2,"allowed_cpus":2,"smt":null,"governor":null,"turbo":null,"cgroup_cpu_permille":null,"cgroup_memory_bytes":null,"memory_bytes":null,"virtualised":null,"clock_source":null,"huge_pages":null,"pinning":true,"run_queue_figures":true}' ;;
figures)
    greet
    case "$4" in
    *w/a/1*) echo '{"cell":"tiny/w/a/1","version":"in-house","definition":"00","oversubscribed":false,"outcome":{"kind":"measured"},"allocations":{"operations":10,"allocations":20,"requested_bytes":640},"service":{"until":"done","every":1,"samples":1000,"p50_ns":70,"p90_ns":80,"p99_ns":90,"p999_ns":null,"max_ns":5000},"open_loop":{"kind":"refused","reason":"nobody asked"},"memory":null}' ;;
    *w/b/1*) kill -6 $$ ;;
    *) echo '{"odd":true}' ;;
    esac
    ;;
footprint)
    greet
    echo '{"cell":"tiny/w/a/1","footprint":{"resident_before_bytes":1024,"stages":[{"name":"filled","held":10,"requested_bytes":160,"resident_bytes":5120}],"peak_resident_bytes":9216}}'
    ;;
esac
