# `cpack -G DEB` in a build folder: one package for all of Stagger. `./dev package` runs it.
set(CPACK_PACKAGE_NAME stagger)
set(CPACK_PACKAGE_VENDOR "The Stagger authors")
set(CPACK_PACKAGE_CONTACT "The Stagger authors <stagger@stagger.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "find concurrency bugs between processes")
set(CPACK_PACKAGE_DESCRIPTION
"Stagger runs scenarios of several processes and threads as real processes
over real IPC, decides at every point where it matters who goes on, judges
what the processes saw, and hands back the smallest schedule that shows a
bug, which then replays every time.

This package holds the program, its backends, and what it takes to write
backends of your own and to run scenarios from CMake, CTest and GoogleTest.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/bin)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "g++, cmake, pkg-config, libgtest-dev, gdb")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_files.cmake)
include(CPack)
