# Run by cpack on the files of a package, before it is made: what Debian's policy asks for beyond
# what `cmake --install` does, such as compressed manuals.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(share ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
set(doc ${share}/doc/${CPACK_PACKAGE_NAME})

string(TIMESTAMP year %Y UTC)  # here and below: now, or SOURCE_DATE_EPOCH
file(WRITE ${doc}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${CPACK_PACKAGE_NAME}

Files: *
Copyright: ${year} ${CPACK_PACKAGE_VENDOR}
License: Apache-2.0
 On Debian systems, the complete text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
")
file(REMOVE ${doc}/LICENSE)

# Debian's own log of changes names the release and a date; what changed is in CHANGELOG.md.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
# What lintian takes for mistakes and is none.
file(WRITE ${share}/lintian/overrides/${CPACK_PACKAGE_NAME}
"# A backend needs these flags, and the file is there to give them.
stagger: pkg-config-bad-directive *
# cpack calls it for the private library in usr/lib/stagger, to no effect.
stagger: maintscript-calls-ldconfig *
")

execute_process(COMMAND gzip -9 -n -f ${doc}/changelog ${share}/man/man1/stagger.1
  COMMAND_ERROR_IS_FATAL ANY)
file(CHMOD_RECURSE ${doc} FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
