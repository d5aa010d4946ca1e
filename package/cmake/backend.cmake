# How a backend is built: in Stagger's own tree, and in every project that says
# find_package(stagger). See docs/installing.md.

# Where a project's backends are built to, so that one --plugin names them all.
if(NOT DEFINED STAGGER_BACKEND_DIRECTORY)
  set(STAGGER_BACKEND_DIRECTORY ${CMAKE_BINARY_DIR}/backends)
endif()

# Lets Stagger see the accesses of a target's code to memory that processes share: each becomes a
# point. A compile flag only: what the compiler then calls is defined in Stagger's workers, and
# nowhere else, so that this is for code that becomes part of a backend. GCC would do a small memcpy
# itself, unseen, without -fno-builtin.
function(stagger_instrument target)
  target_compile_options(${target} PRIVATE -fno-builtin)
  # A tree that is built with another sanitizer cannot have this one, and does not run backends.
  if(NOT STAGGER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=thread
      $<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-mllvm -tsan-instrument-read-before-write=1>
      $<$<COMPILE_LANG_AND_ID:C,Clang>:SHELL:-mllvm -tsan-instrument-read-before-write=1>)
  endif()
endfunction()

# Lets `stagger fuzz` see which of a target's code was executed. Compile flags only, too.
function(stagger_cover target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fsanitize-coverage=trace-pc>
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-fsanitize-coverage=inline-8bit-counters>
    $<$<COMPILE_LANG_AND_ID:C,GNU>:-fsanitize-coverage=trace-pc>
    $<$<COMPILE_LANG_AND_ID:C,Clang>:-fsanitize-coverage=inline-8bit-counters>)
endfunction()

# A backend: a shared library with one exported symbol, whose accesses to shared memory are seen.
#   stagger_add_backend(my_queue [COVERAGE] my_queue.cpp ...)
# It is known by its name here. More is said as for any library: target_link_libraries, ...
function(stagger_add_backend name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "COVERAGE" "" "")
  if(NOT ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stagger_add_backend(${name}): name its sources.")
  endif()
  add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  target_compile_features(${name} PRIVATE cxx_std_20)
  set(exported ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/backend.map)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX .so OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${STAGGER_BACKEND_DIRECTORY}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${exported})
  # Hidden as it may be, what the compiler makes of templates of std is not.
  target_link_options(${name} PRIVATE "LINKER:--version-script=${exported}")
  target_link_libraries(${name} PRIVATE stagger::abi Threads::Threads)
  stagger_instrument(${name})
  if(ARG_COVERAGE)
    stagger_cover(${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY STAGGER_BACKEND_TARGETS ${name})
endfunction()
