# SPDX-License-Identifier: Apache-2.0
#
# Writes the files of the HTML report into one C++ source, so that the program carries them. They
# stay plain HTML, CSS and JavaScript modules in the tree; in a page that is one file modules cannot
# import each other, so their import lines go, and the word `export`, and they share one scope.
#
#   cmake -DOUTPUT=assets.cpp -DFOLDER=assets -DSTYLES=a.css -DSCRIPTS=a.js,b.js -P embed_page.cmake

set(delimiter "stagger")

function(read_asset name result)
  file(READ "${FOLDER}/${name}" text)
  string(FIND "${text}" ")${delimiter}\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${name} holds )${delimiter}\", which would end the literal that holds it.")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(literal text result)
  set(${result} "R\"${delimiter}(${text})${delimiter}\"" PARENT_SCOPE)
endfunction()

read_asset(page.html page)
set(all "${page}")
literal("${page}" page)

set(styles "")
string(REPLACE "," ";" names "${STYLES}")
foreach(name IN LISTS names)
  read_asset(${name} text)
  string(APPEND all "${text}")
  literal("${text}" text)
  string(APPEND styles "    ${text},\n")
endforeach()

set(scripts "")
string(REPLACE "," ";" names "${SCRIPTS}")
foreach(name IN LISTS names)
  read_asset(${name} text)
  string(APPEND all "${text}")
  string(REGEX REPLACE "\nimport [^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "\nexport " "\n" text "${text}")
  literal("${text}" text)
  string(APPEND scripts "    ${text},\n")
endforeach()
string(SHA256 fingerprint "${all}")

file(WRITE "${OUTPUT}.new" "// Made by cmake/embed_page.cmake.
#include \"harness/report/html/assets.hpp\"

namespace stagger::report::html {
namespace {
constexpr std::string_view kStyleFiles[] = {
${styles}};
constexpr std::string_view kScriptFiles[] = {
${scripts}};
}  // namespace

const std::string_view kTemplate = ${page};
const std::span<const std::string_view> kStyles = kStyleFiles;
const std::span<const std::string_view> kScripts = kScriptFiles;
const std::string_view kFingerprint = \"${fingerprint}\";

}  // namespace stagger::report::html
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
