#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Debian package holds what it should, names what it needs, and works where it is unpacked.
# usage: debian_test.sh BUILD-FOLDER
source "$(dirname "$0")/desk.sh"
build=$1

# Compressed as a test, not as a release.
ends 0 cpack -G DEB --config "$build/CPackConfig.cmake" -B "$desk/packages" \
    -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip
packages=(packages/*.deb)
equal "the number of packages" "${#packages[@]}" 1
package=${packages[0]}

dpkg-deb --field "$package" >fields
equal "its name" "$(dpkg-deb --field "$package" Package)" stagger
for library in libc6 libstdc++6 libfmt liblua5.4-0; do
    grep -q "^Depends:.*$library" fields || fail "it does not depend on $library: $(<fields)"
done
# The agent is the package's own.
! grep -q agent fields || fail "it depends on itself: $(<fields)"

dpkg-deb --contents "$package" >contents
! grep -v ' root/root ' contents || fail "files belong to somebody"
! grep -vE ' \./(usr/.*)?$' contents || fail "files are outside of /usr"
for file in bin/stagger lib/stagger/stagger-worker lib/stagger/libstagger_agent.so \
    lib/stagger/plugins/shm.so include/stagger/backend.h share/man/man1/stagger.1.gz \
    share/doc/stagger/copyright share/doc/stagger/changelog.gz share/stagger/specs/README.md \
    share/bash-completion/completions/stagger lib/cmake/stagger/staggerConfig.cmake \
    share/pkgconfig/stagger-backend.pc include/stagger/gtest.hpp; do
    grep -q " ./usr/$file\$" contents || fail "$file is missing"
done

dpkg --extract "$package" unpacked
ends 0 unpacked/usr/bin/stagger gate unpacked/usr/share/stagger/specs/updates/increment.toml \
    --filter 'increment/shm*' --seed 1
says "lost-update"
ends 0 mandoc -T lint -W error <(gzip -dc unpacked/usr/share/man/man1/stagger.1.gz)
equal "debug information" "$(readelf -S unpacked/usr/lib/stagger/plugins/shm.so | grep -c debug)" 0
