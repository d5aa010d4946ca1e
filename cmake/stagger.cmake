# How this project builds its modules, plugins and tests: one small function each.

# A fuzzing engine's clang may bring a C++ library of its own, which no packaged library fits.
if(STAGGER_TARGET_ONLY)
  add_library(fmt::fmt INTERFACE IMPORTED GLOBAL)
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
else()
  find_package(fmt REQUIRED)
  find_package(CLI11 REQUIRED)
endif()
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Lua 5.4 EXACT REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)

add_library(stagger_warnings INTERFACE)
target_compile_options(stagger_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                  -Werror=return-type)
# False alarms of GCC 12 at -O3: uninitialised values in every std::variant that it inlines, and
# overlapping copies in the addition of strings (GCC bug 105651).
target_compile_options(stagger_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>)

# The one global flag: a sanitizer for every target, e.g. -DSTAGGER_SANITIZE=address,undefined.
set(STAGGER_SANITIZE "" CACHE STRING "Sanitizers for everything that is built")
if(STAGGER_SANITIZE)
  add_compile_options(-fsanitize=${STAGGER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STAGGER_SANITIZE})
endif()

# With this, the target all_verify_interface_header_sets compiles each module's headers alone.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

# A module of the harness: a static library. stagger_module(base SOURCES a.cpp USES fmt::fmt)
function(stagger_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;USES" ${ARGN})
  add_library(stagger_${name} STATIC ${ARG_SOURCES})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  target_sources(stagger_${name} PUBLIC
    FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${headers})
  target_include_directories(stagger_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(stagger_${name} PUBLIC ${ARG_USES} PRIVATE stagger_warnings)
endfunction()

# Makes the files below a folder a table in the program: stagger_embed(stagger_cli files_for_new new)
# defines what embedded.hpp declares by that name. The folder is embedded/<folder> of this one.
function(stagger_embed target symbol folder)
  set(root ${CMAKE_CURRENT_SOURCE_DIR}/embedded/${folder})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*)
  set(rows "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${root}/${file})
    file(READ ${root}/${file} text)
    string(APPEND rows "    {R\"embedded(${file})embedded\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp @ONLY CONTENT
"// SPDX-License-Identifier: Apache-2.0
#include \"harness/cli/embedded/embedded.hpp\"
namespace {
constexpr stagger::cli::EmbeddedFile kFiles[] = {
@rows@};
}  // namespace
std::span<const stagger::cli::EmbeddedFile> stagger::cli::@symbol@() { return kFiles; }
")
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
endfunction()

# stagger_add_backend, as other projects have it: see plugins/CMakeLists.txt.
set(STAGGER_BACKEND_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
include(package/cmake/backend.cmake)

# A test program; every TEST in it becomes one CTest test, named by its label or PREFIX.
function(stagger_test name)
  cmake_parse_arguments(ARG "" "LABEL;PREFIX;TIMEOUT" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gtest_main stagger_warnings)
  # What is wanted under a sanitizer is one label's tests, and not all that can be built.
  if(NOT TARGET all_${ARG_LABEL})
    add_custom_target(all_${ARG_LABEL})
  endif()
  add_dependencies(all_${ARG_LABEL} ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_PREFIX)
    set(ARG_PREFIX ${ARG_LABEL})
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${ARG_PREFIX}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
