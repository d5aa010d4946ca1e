# What `cmake --install` puts where. The program finds its worker and its backends relative to
# itself, so that the whole can be moved, and there may be several of it.
set(data ${CMAKE_INSTALL_DATADIR}/stagger)

install(TARGETS stagger EXPORT staggerTargets)
install(TARGETS stagger-worker RUNTIME DESTINATION ${STAGGER_INSTALL_SUPPORT})
install(TARGETS stagger_agent LIBRARY DESTINATION ${STAGGER_INSTALL_SUPPORT})
get_property(installed_backends GLOBAL PROPERTY STAGGER_INSTALLED_BACKENDS)
install(TARGETS ${installed_backends} LIBRARY DESTINATION ${STAGGER_INSTALL_SUPPORT}/plugins)

# For who writes backends.
install(TARGETS stagger_abi EXPORT staggerTargets)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugins/abi/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# For projects that run scenarios: CMake, CTest, GoogleTest, pkg-config.
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/stagger)
include(CMakePackageConfigHelpers)
configure_package_config_file(package/cmake/staggerConfig.cmake.in
  ${CMAKE_BINARY_DIR}/package/staggerConfig.cmake INSTALL_DESTINATION ${config})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/staggerConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT staggerTargets NAMESPACE stagger:: DESTINATION ${config})
install(FILES ${CMAKE_BINARY_DIR}/package/staggerConfig.cmake
  ${CMAKE_BINARY_DIR}/package/staggerConfigVersion.cmake
  package/cmake/backend.cmake package/cmake/backend.map package/cmake/discover_gate.cmake
  package/cmake/gate.cmake package/cmake/gtest.cmake DESTINATION ${config})
install(FILES package/gtest/stagger/gtest.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stagger)
# The paths in it are relative to its own place, so that the prefix can be moved.
file(RELATIVE_PATH STAGGER_PREFIX_FROM_PKGCONFIG ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig
  ${CMAKE_INSTALL_PREFIX})
file(READ ${CMAKE_SOURCE_DIR}/plugins/abi/include/stagger/backend.h abi)
string(REGEX MATCH "define STAGGER_ABI_VERSION ([0-9]+)" abi "${abi}")
set(STAGGER_ABI_VERSION ${CMAKE_MATCH_1})
configure_file(package/pkgconfig/stagger-backend.pc.in
  ${CMAKE_BINARY_DIR}/package/stagger-backend.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/package/stagger-backend.pc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

# Specs to try and to learn from.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/specs ${CMAKE_SOURCE_DIR}/examples DESTINATION ${data})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The man page and the completions are written by a program, from its table of options.
set(manual ${CMAKE_BINARY_DIR}/manual)
install(FILES ${manual}/stagger.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual}/stagger.bash RENAME stagger
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${manual}/_stagger DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${manual}/stagger.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
