# libFuzzer's main loop as compiler-rt brings it, for programs of any compiler: Debian's package
# libclang-rt-14-dev, or that of another release. The newest that is there is taken.
file(GLOB candidates
  "/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-${CMAKE_SYSTEM_PROCESSOR}.a"
  "/usr/lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-${CMAKE_SYSTEM_PROCESSOR}.a"
  "/usr/lib/clang/*/lib/*/libclang_rt.fuzzer_no_main.a")
list(SORT candidates COMPARE NATURAL ORDER DESCENDING)
set(found "NOTFOUND")
if(candidates)
  list(GET candidates 0 found)
endif()
set(STAGGER_LIBFUZZER "${found}" CACHE FILEPATH "libclang_rt.fuzzer_no_main, libFuzzer without a main")
if(NOT EXISTS "${STAGGER_LIBFUZZER}")
  message(FATAL_ERROR "libFuzzer is not there. Install Debian's libclang-rt-14-dev, or give the path of "
    "libclang_rt.fuzzer_no_main as -DSTAGGER_LIBFUZZER=FILE.")
endif()
# The same with its main, for the fuzz target: another engine is given as its library or flag.
string(REPLACE "fuzzer_no_main" "fuzzer" with_main "${STAGGER_LIBFUZZER}")
if(NOT EXISTS "${with_main}")
  set(with_main "")
endif()
set(STAGGER_FUZZING_ENGINE "${with_main}" CACHE STRING
  "What stagger_fuzz_target is linked with: a library or flag with LLVMFuzzerTestOneInput's caller")
add_library(stagger_libfuzzer INTERFACE)
target_link_libraries(stagger_libfuzzer INTERFACE "${STAGGER_LIBFUZZER}" Threads::Threads ${CMAKE_DL_LIBS})
