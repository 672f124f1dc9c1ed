#!/usr/bin/env bash
# Benchmarks of kernels: builds them and hands all arguments to JMH, such as -l, -p sizes=64x64x64 or Matmul. See README.md.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

(cd "$root" && mvn -q -B -Dquick -Pkernels -DskipTests -Dmaven.test.skip=true -pl examples/benchmarks/kernels -am package) >&2
kernels=$here/kernels/target
# The flags of every JVM of ours, which fix what is inlined into kernels, too.
mapfile -t flags < <(sed -n '/<lockstep.jvm.flags>/,/<.lockstep.jvm.flags>/p' "$root/pom.xml" | sed 's/<[^>]*>//g' | grep -oE '[^ ]+')
exec "${under[@]}" "$(find_java)" "${flags[@]}" -XX:+UseSerialGC -Xmx1g -cp "$kernels/classes:$kernels/lib/*" org.openjdk.jmh.Main "$@"
