#!/usr/bin/env bash
# Benchmarks of kernels: builds them and hands all arguments to JMH, such as -l, -p sizes=64x64x64 or Matmul. See README.md.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

(cd "$root" && mvn -q -B -Dquick -Pkernels -DskipTests -Dmaven.test.skip=true -pl examples/benchmarks/kernels -am package) >&2
kernels=$here/kernels/target
exec "${under[@]}" "$(find_java)" --add-modules=jdk.incubator.vector --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx1g \
  -cp "$kernels/classes:$kernels/lib/*" org.openjdk.jmh.Main "$@"
