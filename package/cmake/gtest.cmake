# Scenarios as expectations of GoogleTest. Part of find_package(stagger).

# Lets the sources of a test program say #include <stagger/gtest.hpp>, tells it where this Stagger
# is, and which backends this project has:
#   stagger_use_gtest(my_tests [SPECS folder...] [PLUGINS folder...])
# SPECS are the folders in which EXPECT_HOLDS("increment", ...) looks for increment.toml; default:
# `specs` in the current source folder.
function(stagger_use_gtest target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SPECS;PLUGINS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stagger_use_gtest(${target}): what is ${ARG_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT ARG_SPECS)
    set(ARG_SPECS specs)
  endif()
  foreach(list SPECS PLUGINS)
    set(folders "")
    foreach(folder ${ARG_${list}})
      cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
      list(APPEND folders ${folder})
    endforeach()
    list(JOIN folders ":" ARG_${list})
  endforeach()
  get_property(backends GLOBAL PROPERTY STAGGER_BACKEND_TARGETS)
  foreach(backend ${backends})
    string(APPEND ARG_PLUGINS ":$<TARGET_FILE:${backend}>")
  endforeach()
  if(backends)
    add_dependencies(${target} ${backends})
  endif()
  find_package(GTest REQUIRED)
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_link_libraries(${target} PRIVATE stagger::abi GTest::gtest)
  target_compile_definitions(${target} PRIVATE
    STAGGER_GTEST_PROGRAM="${STAGGER_PROGRAM}" STAGGER_GTEST_SPECS="${ARG_SPECS}"
    STAGGER_GTEST_PLUGINS="${ARG_PLUGINS}")
endfunction()
