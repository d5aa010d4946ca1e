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

# Specs to try and to learn from.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/specs DESTINATION ${data})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The man page and the completions are written by a program, from its table of options.
set(manual ${CMAKE_BINARY_DIR}/manual)
install(FILES ${manual}/stagger.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual}/stagger.bash RENAME stagger
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${manual}/_stagger DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${manual}/stagger.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
