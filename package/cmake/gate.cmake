# Scenarios as CTest tests. Part of find_package(stagger).

# Each case of the specs becomes a CTest test of that name, such as increment/my_queue/locked=true:
#   stagger_add_gate(specs/*.toml)
# Paths are of specs or of folders with specs below them, with wildcards, from the current source
# folder. They are read whenever ctest runs: a new spec, or a new case in one, needs no configure.
# All backends that this project makes with stagger_add_backend are known to the specs.
#
#   PREFIX text         in front of each test's name
#   LABELS label...     besides `stagger`, and `known-bug` where a case names what it `finds`
#   FILTER glob         only cases whose id matches
#   PLUGINS path...     folders with more backends
#   SCHEDULES n, TIME t what a case may cost, as for `stagger gate`
#   SEED n              default 1, so that each run is the same; `today` draws it from the date (UTC)
#   OUT folder          where findings go; default: stagger-findings in the build folder
#   TIMEOUT seconds     of each test; default 600
#   ARGUMENTS word...   whatever else `stagger gate` takes
#
# A case whose backend lacks what it needs shows as skipped. A spec that is wrong is a test that
# fails, as is a path at which there is none.
function(stagger_add_gate)
  set(single PREFIX FILTER SCHEDULES TIME SEED OUT TIMEOUT)
  set(several LABELS PLUGINS ARGUMENTS)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "${single}" "${several}")
  if(NOT ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stagger_add_gate: name the specs, such as specs/*.toml.")
  endif()
  foreach(name ${ARG_KEYWORDS_MISSING_VALUES})
    message(FATAL_ERROR "stagger_add_gate: ${name} needs a value.")
  endforeach()
  if(NOT ARG_OUT)
    set(ARG_OUT ${CMAKE_BINARY_DIR}/stagger-findings)
  endif()
  cmake_path(ABSOLUTE_PATH ARG_OUT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set(specs "")
  foreach(spec ${ARG_UNPARSED_ARGUMENTS})
    cmake_path(ABSOLUTE_PATH spec BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND specs ${spec})
  endforeach()

  get_property(gates DIRECTORY PROPERTY STAGGER_GATES)
  list(LENGTH gates number)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/stagger_gate_${number}.cmake)
  set_property(DIRECTORY APPEND PROPERTY STAGGER_GATES ${file})
  set(settings "")
  foreach(name PREFIX FILTER SCHEDULES TIME SEED OUT TIMEOUT LABELS PLUGINS ARGUMENTS)
    string(APPEND settings "set(gate_${name} [==[${ARG_${name}}]==])\n")
  endforeach()
  file(WRITE ${file} "# Written by stagger_add_gate; read by ctest.
set(gate_PROGRAM [==[${STAGGER_PROGRAM}]==])
set(gate_SPECS [==[${specs}]==])
set(gate_FOLDER [==[${CMAKE_CURRENT_SOURCE_DIR}]==])
set(gate_BACKENDS [==[${STAGGER_BACKEND_DIRECTORY}]==])
${settings}include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/discover_gate.cmake]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${file})
endfunction()
